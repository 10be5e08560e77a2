"""The end of online voting: the box of envelopes is closed, later opened, and in the end destroyed."""

from __future__ import annotations

import secrets

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import getdate
from frappe.utils.password import decrypt, encrypt

from aso_network.elections import box as closed_box
from aso_network.elections.ballots import Ballot, written
from aso_network.elections.errors import ElectionError
from aso_network.polling import box, objections, sealing
from aso_network.polling.casting import ONLINE, slip

RESTS_UNTIL_IT_STANDS = ("Announced", "Annulled")


class BoxStillClosedError(frappe.ValidationError):
	"""The box cannot be opened now."""


class WrongKeyError(frappe.ValidationError):
	"""The key is not that of this election."""


def open_online(election: Document) -> None:
	"""Effect of “Open Voting”: a box that the server opens itself gets its key."""
	if election.voting_mode != ONLINE or election.sealed:
		return
	seed = sealing.new_seed()
	_forget_key(election.name)
	box.keep("Election Key", election=election.name, secret=encrypt(seed.hex()))
	election.public_key = sealing.public_key(seed)


def close(election: Document) -> None:
	"""Effect of “Close Voting”, with the rows of the roll locked: fix the root of the receipts, forget who was
	marked at the desk and every code, and open the box, unless that is for the committee to do."""
	if election.voting_mode != ONLINE:
		return
	row = frappe.qb.DocType("Election Voter")
	of_election = row.election == election.name
	((election.marked_at_desk,),) = (
		frappe.qb.from_(row).where(of_election & (row.at_desk == 1)).select(Count("*")).run()
	)
	frappe.qb.update(row).set(row.at_desk, 0).where(of_election & (row.at_desk == 1)).run()
	frappe.db.delete("Voting Code", {"election": election.name})
	envelopes, given = _envelopes(election.name), receipts(election.name)
	election.online_ballots = len(envelopes)
	election.receipts_root = closed_box.root(given)
	if election.sealed:
		_write_anew(election.name, envelopes, given)
	else:
		election.unreadable = _open(election, _own_seed(election.name), envelopes)
		election.box_opened = 1
		destroy(election.name)


def open_with(election: Document, seed: bytes) -> int:
	"""Open a closed and sealed box with the seed of its key; returns how many envelopes were unreadable.

	Nothing changes when it is open already. Raises BoxStillClosedError, WrongKeyError.
	"""
	now = frappe.db.get_value(
		"Election", election.name, ["status", "box_opened", "unreadable"], as_dict=True, for_update=True
	)
	if now.box_opened:
		return now.unreadable
	if now.status != "Voting Closed":
		frappe.throw(
			_("{0} is {1}; the box is opened between the close of voting and the count.").format(
				election.title, _(now.status)
			),
			BoxStillClosedError,
		)
	if sealing.public_key(seed) != election.public_key:
		frappe.throw(_("These sheets do not open the box of {0}.").format(election.title), WrongKeyError)
	unreadable = _open(election, seed, _envelopes(election.name))
	frappe.db.set_value("Election", election.name, {"box_opened": 1, "unreadable": unreadable})
	return unreadable


def abandon(election: Document) -> None:
	"""Effect of “Annul”: what was voted stays unknown."""
	destroy(election.name)
	frappe.db.delete("Voting Code", {"election": election.name})
	frappe.db.set_value("Election Voter", {"election": election.name}, "at_desk", 0, update_modified=False)


def destroy(election: str) -> None:
	"""Envelopes, and the key that the server had of them."""
	frappe.db.delete("Ballot Envelope", {"election": election})
	_forget_key(election)


def destroy_old() -> None:
	"""Every day: a sealed box was kept as evidence until its result stands."""
	held = frappe.get_all("Ballot Envelope", distinct=True, pluck="election", order_by="election")
	for name in held:
		election = frappe.db.get_value("Election", name, ["status", "announced_on"], as_dict=True)
		if not election or election.status not in RESTS_UNTIL_IT_STANDS:
			continue
		last = objections.last_day(election)
		if objections.open_by_matter(name) or (last and getdate() <= last):
			continue
		destroy(name)


def receipts(election: str) -> list[str]:
	"""Of every vote that came online, in no order."""
	table = frappe.qb.DocType("Ballot Receipt")
	rows = frappe.qb.from_(table).where(table.election == election).select(table.receipt).for_update().run()
	return [receipt for (receipt,) in rows]


@box.unlogged
def _open(election: Document, seed: bytes, envelopes: list[str]) -> int:
	"""Put what is in these envelopes into the box, shuffled; returns how many are no ballots. They count as spoiled:
	each was cast by somebody."""
	found = slip(election.name)
	standing = {candidate.name for candidate in found.candidates}
	opener = sealing.Opener(seed, election.name)
	secrets.SystemRandom().shuffle(envelopes)
	opened = [_ballot(opener, envelope, found.kind, standing) for envelope in envelopes]
	box.put(election.name, (ballot or Ballot(spoiled=True) for ballot in opened), source="Online")
	return opened.count(None)


def _ballot(opener: sealing.Opener, envelope: str, kind: str, standing: set[str]) -> Ballot | None:
	try:
		ballot = written(opener.choices(envelope), kind)
	except (sealing.UnreadableError, ElectionError):
		return None
	return ballot if standing.issuperset(ballot.choices) else None


def _envelopes(election: str) -> list[str]:
	table = frappe.qb.DocType("Ballot Envelope")
	rows = frappe.qb.from_(table).where(table.election == election).select(table.envelope).for_update().run()
	return [envelope for (envelope,) in rows]


def _write_anew(election: str, envelopes: list[str], given: list[str]) -> None:
	"""Every envelope and receipt under a new name, so that neither the table nor its file keeps an order. The file has
	beside each row the number of the transaction that wrote it, which is that of a mark on the roll; and of a sealed
	box a receipt leads to its envelope."""
	for doctype in ("Ballot Envelope", "Ballot Receipt"):
		frappe.db.delete(doctype, {"election": election})
	box.put_envelopes(election, envelopes)
	box.put_receipts(election, given)


def _own_seed(election: str) -> bytes:
	secret = frappe.db.get_value("Election Key", {"election": election}, "secret")
	return bytes.fromhex(decrypt(secret))


def _forget_key(election: str) -> None:
	frappe.db.delete("Election Key", {"election": election})
