"""Casting a vote online: the roll is marked and an envelope is put into the box, both or neither.

Who may vote is asked by whoever calls (the signed-in delegate, or a code); here the roll decides whether this voter
still can. Roll, envelope and receipt share no key, no order and no time.
"""

from __future__ import annotations

import re

import frappe
from frappe import _
from frappe.utils import cint, format_datetime, get_datetime, now_datetime

from aso_network.elections.ballots import POINTS, written
from aso_network.elections.errors import ElectionError
from aso_network.polling import box, roll, rules, sealing

ONLINE = "Paper and online"
_KEY = re.compile(r"[0-9a-f]{64}")


class NotOpenError(frappe.ValidationError):
	"""Online voting is not open in this election."""


class BallotError(frappe.ValidationError):
	"""What was sent is no ballot of this election."""


def slip(election: str) -> frappe._dict:
	"""What a voting page shows and `cast` judges by: name, title, platform, status, voting_date, voting_until, `is_online`,
	`is_open`, sealed, public_key, form, seats, `max_choices` (None: any number), `kind` (of `elections.ballots`),
	`about` (how it is marked), `padded` (bytes in an envelope), `candidates` in the order of the ballot.

	Raises NotOpenError when there is no such election or its rules are not adopted.
	"""
	contest = frappe.qb.DocType("Election")
	rows = frappe.qb.from_(contest).where(contest.name == election).select(*_FIELDS).run(as_dict=True)
	if not rows or not rows[0].form:
		frappe.throw(_("There is no such election."), NotOpenError)
	row = rows[0]
	row.is_online = row.voting_mode == ONLINE
	row.is_open = is_open(row)
	of_papers = rules.of_papers(row)
	row.kind, row.max_choices = of_papers["kind"], of_papers["max_choices"]
	row.about = rules.about_form(row.form)
	standing = frappe.qb.DocType("Candidacy")
	# By the query builder, for every vote asks this: what Frappe reads of the names of fields takes longer.
	row.candidates = (
		frappe.qb.from_(standing)
		.where((standing.election == election) & (standing.status == "Accepted"))
		.select(standing.name, standing.candidate_name, standing.candidate_name_ar, standing.ballot_number)
		.select(standing.statement_ar, standing.statement_en, standing.photo)
		.orderby(standing.ballot_number, standing.name)
		.run(as_dict=True)
	)
	row.padded = sealing.padded_size([c.name for c in row.candidates], row.kind, row.max_choices)
	return row


_FIELDS = (
	*(
		"name",
		"title",
		"platform",
		"status",
		"voting_mode",
		"voting_date",
		"voting_until",
		"sealed",
		"public_key",
	),
	*("form", "seats", "max_choices"),
)


@box.unlogged
def cast(
	election: str,
	voter: str,
	key: str = "",
	choices: list[str] | None = None,
	envelope: str = "",
	found: frappe._dict | None = None,
) -> str:
	"""Cast the vote of the row `voter` of the roll of `election`; returns its receipt.

	`choices` (candidacies; none is a blank vote) with `key` (64 random hexadecimal digits), where the server opens
	the box; an `envelope` that the browser has sealed, where the committee does. Sent again, as after a lost answer,
	the same key or envelope gives the same receipt and is counted once. `found`: what `slip` says, from whoever has
	just read it.

	Raises NotOpenError, BallotError, roll.AlreadyVotedError, roll.NotOnRollError, box.BoxFailedError (try again).
	"""
	found = found or slip(election)
	if not found.is_open:
		if found.is_online and (given := receipt_given(election, voter, key, envelope)):
			return given
		refuse_closed(found)
	if found.sealed:
		if not sealing.is_envelope(envelope, found.padded):
			frappe.throw(
				_("This page is out of date, and nothing of your vote was kept: open it again."), BallotError
			)
	else:
		envelope_key = _checked_key(key)
		envelope = sealing.seal(found.public_key, election, _checked(found, choices or []), found.padded)
	if not roll.mark(election, voter):
		if given := receipt_given(election, voter, key, "" if not found.sealed else envelope):
			return given
		_refuse_voter(found, voter)
	receipt = sealing.receipt_of_envelope(envelope) if found.sealed else sealing.receipt_of_key(envelope_key)
	box.put_sealed(election, envelope, receipt)
	return receipt


def receipt_given(election: str, voter: str, key: str = "", envelope: str = "") -> str | None:
	"""The receipt of a vote that has arrived before, to whoever has voted and knows what was sent."""
	if not has_voted(voter):
		return None
	receipt = sealing.receipt_of_envelope(envelope) if envelope else sealing.receipt_of_key(key)
	# As it is now: the first sending may have arrived since this transaction began.
	return frappe.db.get_value(
		"Ballot Receipt", {"election": election, "receipt": receipt}, "receipt", for_update=True
	)


def has_voted(voter: str) -> bool:
	"""As it is now."""
	return bool(frappe.db.get_value("Election Voter", voter, "voted", for_update=True))


def voter_of_delegate(election: str, contact: str, organization: str) -> str | None:
	"""The row of the roll on which this delegate stands for this organisation."""
	return frappe.db.get_value(
		"Election Voter", {"election": election, "organization": organization, "delegate": contact}
	)


def refuse_closed(found: frappe._dict) -> None:
	"""Raises NotOpenError with the reason why nobody can vote online in this election now."""
	if not found.is_online:
		sentence = _("{0}: voting is on paper only, in the hall.").format(found.title)
	elif found.status == "Voting Open":
		sentence = _(
			"{0}: online voting ended on {1}. Whoever is in the hall can still vote on paper."
		).format(found.title, format_datetime(found.voting_until))
	elif found.status in ("Draft", "Rules Adopted", "Nominations Open", "Candidates Published"):
		sentence = _("{0}: voting is not open yet.").format(found.title)
	else:
		sentence = _("{0}: voting is closed.").format(found.title)
	frappe.throw(sentence, NotOpenError)


def is_open(row: frappe._dict) -> bool:
	"""Whether votes are taken online now, by the `voting_mode`, `status` and `voting_until` of an election."""
	if row.voting_mode != ONLINE or row.status != "Voting Open":
		return False
	return not row.voting_until or get_datetime(row.voting_until) > now_datetime()


def _checked_key(key: str) -> str:
	if not _KEY.fullmatch(key or ""):
		frappe.throw(
			_("This page is out of date, and nothing of your vote was kept: open it again."), BallotError
		)
	return key


def _checked(found: frappe._dict, choices: list[str]) -> list[str]:
	"""The choices as a ballot keeps them; on paper one can spoil a ballot, here a mistake can still be mended."""
	standing = {candidate.name for candidate in found.candidates}
	try:
		ballot = written(choices, found.kind)
	except ElectionError:
		ballot = None
	if ballot is None or not standing.issuperset(ballot.choices):
		frappe.throw(_("A candidate is marked twice or does not stand. Mark your ballot again."), BallotError)
	most = cint(found.max_choices)
	if most and len(ballot.choices) > most:
		frappe.throw(too_many(found.kind).format(len(ballot.choices), most), BallotError)
	return list(ballot.choices)


def too_many(kind: str) -> str:
	"""The sentence that refuses {0} marks or points where {1} is the most."""
	if kind == POINTS:
		return _("You gave {0} points; {1} is the most. Take some back.")
	return _("You marked {0} candidates; {1} is the most. Take some marks back.")


def _refuse_voter(found: frappe._dict, voter: str) -> None:
	"""Why this row could not be marked."""
	if not frappe.db.exists("Election Voter", {"name": voter, "election": found.name}):
		frappe.throw(_("You are not on the roll of {0}.").format(found.title), roll.NotOnRollError)
	if has_voted(voter):
		frappe.throw(
			_("A vote has been cast for you in {0} already. Nobody votes twice.").format(found.title),
			roll.AlreadyVotedError,
		)
	found.status = frappe.db.get_value("Election", found.name, "status", for_update=True)
	refuse_closed(found)
