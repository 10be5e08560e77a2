"""From the closed box to an announced result: reconcile, count, draw a lot if need be, sign, publish."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt, now_datetime

import aso_network
from aso_network import audit, platforms
from aso_network.elections import block, outcome, records
from aso_network.elections.errors import InvalidLotError
from aso_network.elections.reconcile import (
	ENTERED_DIFFERS_FROM_BOX,
	FEWER_BALLOTS_THAN_VOTERS,
	MORE_BALLOTS_THAN_VOTERS,
	MORE_VOTERS_THAN_ROLL,
	PAPERS_DIFFER_FROM_BOX,
	Figures,
	mismatches,
)
from aso_network.polling import batches, box, candidacies, committee, roll


class NotReconciledError(frappe.ValidationError):
	"""The figures do not agree and nobody has explained why in writing."""


class BatchesOpenError(frappe.ValidationError):
	"""A batch is neither agreed nor resolved."""


class OpenTieError(frappe.ValidationError):
	"""A tie across the last seat is not settled."""


class LotError(frappe.ValidationError):
	"""What was entered is not the outcome of a lot among the tied."""


class SignatureError(frappe.ValidationError):
	"""The signature is not one on this result as it stands."""


class ResultChangedError(frappe.ValidationError):
	"""The stored result is not the one that its hash stands for."""


def figures(election: Document) -> Figures:
	on_roll, marked = roll.counts(election.name)
	return Figures(
		on_roll=on_roll,
		marked=marked,
		issued=cint(election.papers_issued),
		returned=cint(election.papers_returned),
		in_box=cint(election.papers_in_box),
		# As it is now: a batch may have been agreed or voided since this transaction began.
		entered=cint(frappe.db.get_value("Election", election.name, "ballots_entered", for_update=True)),
	)


def reconciliation(election: Document) -> dict[str, Any]:
	"""{"figures": {...}, "mismatches": [sentence, …]} for the committee's panel."""
	found = figures(election)
	return {
		"figures": {
			name: getattr(found, name)
			for name in ("on_roll", "marked", "issued", "returned", "in_box", "entered")
		},
		"mismatches": _sentences(found),
	}


def require_countable(election: Document) -> None:
	"""Guard of “Count”."""
	committee.require_member(election)
	if open_batches := batches.undecided(election.name):
		frappe.throw(
			_("{0}: batch {1} is not agreed; finish both entries or resolve the difference first.").format(
				election.title, ", ".join(map(str, open_batches))
			),
			BatchesOpenError,
		)
	counted = figures(election)
	if not counted.entered:
		frappe.throw(
			_(
				"{0}: no ballot has been entered; there is nothing to count. If nobody voted, annul the election."
			).format(election.title),
			NotReconciledError,
		)
	problems = _sentences(counted)
	if problems and not (election.reconciliation_note or "").strip():
		frappe.throw(
			"<br>".join(
				[
					_("{0} cannot be counted: the figures do not agree and the explanation is empty.").format(
						election.title
					),
					*problems,
					_("Correct the figures, or write under Paper and Count why they differ."),
				]
			),
			NotReconciledError,
		)


@box.unlogged
def count(election: Document) -> None:
	"""Effect of “Count”: count the box and keep the result. The state becomes Counted, or Tie."""
	found = _outcome(election)
	result = frappe.new_doc("Election Result", election=election.name, round=1)
	_write(result, election, found)
	election.result, election.box_hash = result.name, result.box_hash
	election.voters_marked = result.voters_marked
	election.ballots_entered = frappe.db.get_value("Election", election.name, "ballots_entered")
	election.status = "Tie" if found.tie else "Counted"


@box.unlogged
def record_lot(election: Document, order: list[str], minutes: str) -> None:
	"""Settle an open tie by the lot that the committee drew: `order` of the tied as drawn, and its minutes.

	The caller moves the election on to Counted.
	"""
	committee.require_member(election)
	result = _locked_result(election)
	if not result.has_tie:
		frappe.throw(_("{0} has no open tie; no lot is needed.").format(election.title), LotError)
	if not (minutes or "").strip():
		frappe.throw(
			_("{0}: write how the lot was drawn, by whom and before whom.").format(election.title), LotError
		)
	try:
		settled = _outcome(election, order)
	except InvalidLotError:
		frappe.throw(
			_("{0}: the lot has to order exactly the {1} tied candidates, each once.").format(
				election.title, sum(1 for row in result.rows if row.reason_code == outcome.TIED)
			),
			LotError,
		)
	if not settled.lot:
		frappe.throw(_("{0}: enter the order in which the tied were drawn.").format(election.title), LotError)
	_write(result, election, settled, minutes.strip())
	audit.record(election, "Draw Lot", reason=minutes.strip())


def require_settled(election: Document) -> None:
	"""Guard of “Record Lot”."""
	committee.require_member(election)
	if frappe.db.get_value("Election Result", election.result, "has_tie"):
		frappe.throw(
			_(
				"{0}: nobody is elected by the order of a list; draw a lot among the tied and enter it under “Paper and Count”."
			).format(election.title),
			OpenTieError,
		)


def sign(result: Document, result_hash: str) -> int:
	"""Put the current user's signature under the result as it stands; returns how many have signed.

	`result_hash` is the hash the signer was shown. Signing twice with the same hash changes nothing.
	"""
	# The locks make two signers wait for each other: no signature is lost.
	election = frappe.get_doc("Election", result.election, for_update=True)
	committee.require_member(election)
	result = _locked_result(election, result.name)
	if election.status != "Counted":
		frappe.throw(
			_("{0} is {1}; a result is signed once it is counted and before it is announced.").format(
				election.title, _(election.status)
			),
			SignatureError,
		)
	if result_hash != result.result_hash:
		frappe.throw(
			_("{0} has changed since you opened it; read it again and sign what it says now.").format(
				result.title
			),
			SignatureError,
		)
	verify(result, election)
	member = next(row for row in election.committee if row.user == frappe.session.user)
	if any(s.user == frappe.session.user and s.signed_hash == result_hash for s in result.signatures):
		return len(result.signatures)
	result.append(
		"signatures",
		{
			"member": member.contact,
			"full_name": member.full_name,
			"user": frappe.session.user,
			"signed_hash": result_hash,
			"signed_on": now_datetime(),
		},
	)
	_save(result)
	audit.record(result, "Sign", reason=result_hash)
	return len(result.signatures)


@box.unlogged
def verify(result: Document, election: Document) -> None:
	"""Raises ResultChangedError unless record, hash, rows and the box still say the same."""
	record = json.loads(result.record)
	votes = {row.candidacy: (cint(row.votes), bool(row.elected)) for row in result.rows}
	recorded = {c["candidate"]: (c["votes"], c["elected"]) for c in record["candidates"]}
	ballots = {kind: cint(result.get(kind)) for kind in ("valid", "blank", "spoiled")}
	ballots["total"] = cint(result.total_ballots)
	if (
		records.result_hash(record) != result.result_hash
		or votes != recorded
		or ballots != record["ballots"]
		or record["box_hash"] != result.box_hash
		or record["roll_hash"] != election.roll_hash
		or records.roll_hash(roll.frozen(election.name)) != election.roll_hash
		or record["figures"]["marked"] != roll.counts(election.name)[1]
		or box.seal(election.name) != result.box_hash
	):
		frappe.throw(
			_(
				"{0} is not what was counted: the stored votes, the roll, the box and the hash do not agree. Stop and call the committee together."
			).format(result.title),
			ResultChangedError,
		)


def require_signatures(election: Document) -> None:
	"""Guard of “Announce”: enough members of this committee have signed the hash as it stands."""
	result = frappe.get_doc("Election Result", election.result)
	if result.has_tie:
		require_settled(election)
	verify(result, election)
	members = {row.user for row in election.committee}
	signed = {s.user for s in result.signatures if s.user in members and s.signed_hash == result.result_hash}
	needed = committee.signatures_needed(election)
	if len(signed) < needed:
		frappe.throw(
			_("{0} has {1} of the {2} signatures needed; open the result and sign it.").format(
				result.title, len(signed), needed
			),
			SignatureError,
		)


def publish(election: Document) -> None:
	"""After “Announce”."""
	result = frappe.get_doc("Election Result", election.result)
	result.is_announced, result.announced_on = 1, election.announced_on
	_save(result)
	platforms.refresh(election.platform)


def _outcome(election: Document, lot: list[str] | None = None) -> outcome.Outcome:
	return block.count(
		[c.name for c in candidacies.accepted(election.name)],
		box.ballots(election.name),
		cint(election.seats),
		cint(election.max_choices),
		lot or (),
	)


def _write(result: Document, election: Document, found: outcome.Outcome, minutes: str = "") -> None:
	"""Fill `result` from the count, hash it and save it. An earlier, unsigned content is replaced."""
	standing = {c.name: c for c in candidacies.accepted(election.name)}
	counted = figures(election)
	result.title = _("Result: {0}").format(election.title)
	result.update(
		{
			"valid": found.valid,
			"blank": found.blank,
			"spoiled": found.spoiled,
			"total_ballots": found.total,
			"voters_on_roll": counted.on_roll,
			"voters_marked": counted.marked,
			"turnout": flt(100 * counted.marked / counted.on_roll, 1) if counted.on_roll else 0,
			"seats": found.seats,
			"max_choices": found.max_choices,
			"vacant_seats": found.vacant,
			"reconciliation": "\n".join([*_sentences(counted), election.reconciliation_note or ""]).strip(),
			"has_tie": int(not found.is_decided),
			"tied_seats": found.tie.seats if found.tie else 0,
			"lot_minutes": minutes,
			"roll_hash": election.roll_hash,
			"box_hash": box.seal(election.name),
		}
	)
	result.set("rows", [])
	for row in found.rows:
		candidate = standing[row.candidate]
		result.append(
			"rows",
			{
				"candidacy": row.candidate,
				"candidate_name": candidate.candidate_name,
				"candidate_name_ar": candidate.candidate_name_ar,
				"organization": candidate.organization,
				"votes": row.votes,
				"elected": int(row.elected),
				"seat_order": row.seat_order or 0,
				"reason_code": row.reason,
				"reason": REASONS[row.reason],
			},
		)
	result.set("lots", [])
	for position, candidate in enumerate(found.lot.order if found.lot else (), start=1):
		result.append(
			"lots",
			{
				"position": position,
				"candidacy": candidate,
				"candidate_name": standing[candidate].candidate_name,
			},
		)
	record = records.result_record(
		contest=election.name,
		title=election.title,
		method=election.form,
		outcome=found,
		figures=counted,
		roll_hash=result.roll_hash,
		box_hash=result.box_hash,
		app_version=aso_network.__version__,
		names={c.name: c.candidate_name for c in standing.values()},
		lot_minutes=minutes,
		reconciliation_note=election.reconciliation_note or "",
	)
	result.record = records.canonical_json(record).decode()
	result.result_hash = records.result_hash(record)
	_save(result)


# Stored in English and translated where they are shown: one result is read in several languages.
REASONS = {
	outcome.MOST_VOTES: "Elected: among the most votes",
	outcome.TIED: "Tied for the last seat: not decided",
	outcome.WON_LOT: "Elected by lot among the tied",
	outcome.LOST_LOT: "Not elected: the lot among the tied fell to others",
	outcome.NOT_ENOUGH_VOTES: "Not elected: others have more votes",
	outcome.NO_VOTES: "Not elected: no vote",
}


def _sentences(counted: Figures) -> list[str]:
	words = {
		ENTERED_DIFFERS_FROM_BOX: _("{0} ballots are entered, but {1} papers were counted in the box."),
		MORE_BALLOTS_THAN_VOTERS: _(
			"There are more ballots than voters: {0} in the box, {1} marked on the roll."
		),
		FEWER_BALLOTS_THAN_VOTERS: _(
			"There are fewer ballots than voters: {0} in the box, {1} marked on the roll."
		),
		PAPERS_DIFFER_FROM_BOX: _("{0} papers were issued and not returned, but {1} are in the box."),
		MORE_VOTERS_THAN_ROLL: _("{0} voters are marked, but only {1} are on the roll."),
	}
	return [words[m.code].format(m.left, m.right) for m in mismatches(counted)]


def _locked_result(election: Document, name: str | None = None) -> Document:
	if not election.result or (name and name != election.result):
		frappe.throw(_("{0} has no such result.").format(election.title), SignatureError)
	return frappe.get_doc("Election Result", election.result, for_update=True)


def _save(result: Document) -> None:
	result.flags.by_count = True
	# No role may write results by hand; every caller has checked the committee or is a guarded move.
	result.save(ignore_permissions=True)
