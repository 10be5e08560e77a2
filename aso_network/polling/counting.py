"""From the closed box to an announced result: reconcile, count, draw a lot if need be, sign, publish."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt, now_datetime

import aso_network
from aso_network import audit, platforms
from aso_network.elections import box as closed_box
from aso_network.elections import explain, forms, outcome, records, results
from aso_network.elections.contest import IRV, MAJORITY, STV
from aso_network.elections.errors import InfeasibleRulesError
from aso_network.elections.reconcile import (
	DESK_DIFFERS_FROM_BOX,
	ENTERED_DIFFERS_FROM_BOX,
	FEWER_BALLOTS_THAN_VOTERS,
	MORE_BALLOTS_THAN_VOTERS,
	MORE_VOTERS_THAN_ROLL,
	ONLINE_DIFFERS_FROM_ROLL,
	PAPERS_DIFFER_FROM_BOX,
	Figures,
	as_json_value,
	mismatches,
)
from aso_network.elections.unopposed import unopposed
from aso_network.polling import batches, box, candidacies, closing, committee, roll, rules
from aso_network.polling.casting import ONLINE

WITHIN = "within"
# Ties on the way of the count: only a lot lets it go on.
INSIDE_THE_COUNT = (outcome.EXCLUSION, outcome.SURPLUS, WITHIN)
RECOUNTABLE = ("Tie", "Counted", "Announced")
# Numbers of a result that a recount compares.
COUNTED = ("valid", "blank", "spoiled", "total_ballots", "voters_on_roll", "voters_marked", "vacant_seats")


class NotReconciledError(frappe.ValidationError):
	"""The figures do not agree and nobody has explained why in writing."""


class BoxSealedError(frappe.ValidationError):
	"""The online ballots are still in their envelopes."""


class BoxChangedError(frappe.ValidationError):
	"""The box has more or fewer ballots than were put into it."""


class BatchesOpenError(frappe.ValidationError):
	"""A batch is neither agreed nor resolved."""


class OpenTieError(frappe.ValidationError):
	"""A tie for a seat is not settled."""


class RecountError(frappe.ValidationError):
	"""There is no count yet that could be repeated."""


class SignatureError(frappe.ValidationError):
	"""The signature is not one on this result as it stands."""


class ResultChangedError(frappe.ValidationError):
	"""The stored result is not the one that its hash stands for."""


def figures(election: Document) -> Figures:
	on_roll, marked = roll.counts(election.name)
	had_online = was_online(election)
	return Figures(
		on_roll=on_roll,
		marked=marked,
		issued=cint(election.papers_issued),
		returned=cint(election.papers_returned),
		in_box=cint(election.papers_in_box),
		# As it is now: a batch may have been agreed or voided since this transaction began.
		entered=cint(frappe.db.get_value("Election", election.name, "ballots_entered", for_update=True)),
		online=cint(election.online_ballots) if had_online else None,
		marked_at_desk=cint(election.marked_at_desk) if had_online else None,
	)


def was_online(election: Document) -> bool:
	"""Whether people could vote online, too, and that vote is closed."""
	return election.voting_mode == ONLINE and bool(election.receipts_root)


def online_part(election: Document) -> dict[str, Any] | None:
	"""What the record says of the online vote; None where the vote was on paper only."""
	if not was_online(election):
		return None
	return {
		"ballots": cint(election.online_ballots),
		"receipts_root": election.receipts_root,
		"sealed": bool(election.sealed),
		"public_key": election.public_key or "",
		# As it is now: the committee may have opened the box since this transaction began.
		"unreadable": cint(frappe.db.get_value("Election", election.name, "unreadable", for_update=True)),
	}


def reconciliation(election: Document) -> dict[str, Any]:
	"""{"figures": {...}, "mismatches": [sentence, …]} for the committee's panel."""
	found = figures(election)
	return {"figures": as_json_value(found), "mismatches": sentences(found)}


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
	_require_opened(election)
	counted = figures(election)
	if not counted.entered and not counted.online:
		frappe.throw(
			_(
				"{0}: no ballot has been entered; there is nothing to count. If nobody voted, annul the election."
			).format(election.title),
			NotReconciledError,
		)
	problems = sentences(counted)
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


def _require_opened(election: Document) -> None:
	# As it is now, for the same reason.
	opened = frappe.db.get_value("Election", election.name, "box_opened", for_update=True)
	if was_online(election) and not opened:
		frappe.throw(
			_(
				"{0} cannot be counted: its online ballots are still sealed. Open the box with the committee's word sheets first."
			).format(election.title),
			BoxSealedError,
		)


@box.unlogged
def count(election: Document) -> None:
	"""Effect of “Count”: count the box and keep the result. The state becomes Counted, or Tie.

	Counted again after the count was reopened, the earlier result stays beside the new one.
	"""
	_keep_count(election, outcome_of(election))


def declare_unopposed(election: Document) -> None:
	"""Effect of “Declare Unopposed”: the candidates are elected without a vote; the result says so."""
	election.signatures_required = committee.signatures_needed(election)
	# Codes may have been made for the vote that is not held.
	frappe.db.delete("Voting Code", {"election": election.name})
	_keep_count(election, _unopposed(election))


@box.unlogged
def recount(election: Document) -> Document:
	"""Count the box again from nothing: a new result beside the old, for comparison. It replaces nothing.

	If the two differ, the count is reopened (“Reopen Count”) or the election annulled.
	"""
	committee.require_member(election)
	if election.status not in RECOUNTABLE:
		frappe.throw(
			_("{0} is {1}; only what is counted can be counted again.").format(
				election.title, _(election.status)
			),
			RecountError,
		)
	before = locked_result(election)
	if _is_unopposed(before):
		found = _unopposed(election)
	else:
		# A lot belongs to its box: what was drawn for another leaves the tie open again.
		found = outcome_of(election, lots_of(before) if box.seal(election.name) == before.box_hash else ())
	again = _new_result(election, before)
	drawn = (before.lot_minutes or "", before.seed or "") if found.lots else ("", "")
	write(again, election, found, *drawn)
	audit.record(election, "Recount", reason=again.name)
	return again


def difference(result: Document) -> list[str]:
	"""What `result`, a recount, finds otherwise than the count before it; empty if both agree."""
	if not result.recount_of:
		return []
	before = frappe.get_doc("Election Result", result.recount_of)
	found = [
		_("{0}: {1} before, {2} now.").format(
			_(result.meta.get_label(field)), before.get(field), result.get(field)
		)
		for field in (*COUNTED, "box_hash", "roll_hash", "quota", "tied_seats")
		if (before.get(field) or 0) != (result.get(field) or 0)
	]
	earlier = {row.candidacy: row for row in before.rows}
	for row in result.rows:
		old = earlier.pop(row.candidacy, None)
		if not old or cint(old.votes) != cint(row.votes):
			found.append(
				_("{0}: {1} votes before, {2} now.").format(
					row.candidate_name, old.votes if old else 0, row.votes
				)
			)
		if old and bool(old.elected) != bool(row.elected):
			found.append(
				_("{0} is elected now and was not before.").format(row.candidate_name)
				if row.elected
				else _("{0} was elected before and is not now.").format(row.candidate_name)
			)
	return found + [
		_("{0} is not a candidate any more.").format(row.candidate_name) for row in earlier.values()
	]


def leave_to_runoff(result: Document, runoff: str) -> None:
	"""The seats that are open go to the election `runoff`; what is decided stands."""
	result.runoff = runoff
	_save(result)


def outcome_of(election: Document, lots: list[list[str]] | tuple = ()) -> outcome.Outcome:
	"""The count of the box as it is; raises InvalidLotError, and NotReconciledError if the rules cannot be met."""
	with _rules_in_words(election):
		return forms.count(rules.contest_of(election), box.ballots(election.name), lots)


def _unopposed(election: Document) -> outcome.Outcome:
	with _rules_in_words(election):
		return unopposed(rules.contest_of(election))


def lots_of(result: Document) -> list[list[str]]:
	"""The lots that settled ties of this count, in the order in which the ties came up."""
	table = frappe.qb.DocType("Election Result Lot")
	rows = (
		frappe.qb.from_(table)
		.where(table.parent == result.name)
		.select(table.tie_number, table.candidacy)
		.orderby(table.tie_number, table.position)
		# As it is now: another member may have recorded a lot since this transaction began.
		.for_update()
		.run()
	)
	drawn: dict[int, list[str]] = {}
	for number, candidacy in rows:
		drawn.setdefault(number, []).append(candidacy)
	return list(drawn.values())


def require_reopenable(election: Document) -> None:
	"""Guard of “Reopen Count”."""
	committee.require_member(election)
	result = frappe.get_doc("Election Result", election.result)
	if _is_unopposed(result) or _is_run_off(result):
		frappe.throw(
			_("{0} has no papers to be counted again, or its runoff is being held. Annul it instead.").format(
				election.title
			),
			RecountError,
		)


def sign(result: Document, result_hash: str) -> int:
	"""Put the current user's signature under the result as it stands; returns how many have signed.

	`result_hash` is the hash the signer was shown. Signing twice with the same hash changes nothing.
	"""
	# The locks make two signers wait for each other: no signature is lost.
	election = frappe.get_doc("Election", result.election, for_update=True)
	committee.require_member(election)
	result = locked_result(election, result.name)
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
	record = record_of(result)
	votes = {row.candidacy: (cint(row.votes), bool(row.elected)) for row in result.rows}
	counted = record["result"]
	recorded = {c["candidate"]: (c["votes"], c["elected"]) for c in counted["candidates"]}
	ballots = {kind: cint(result.get(kind)) for kind in ("valid", "blank", "spoiled")}
	if (
		records.result_hash(record) != result.result_hash
		or votes != recorded
		or ballots != counted["ballots"]
		or sum(ballots.values()) != cint(result.total_ballots)
		or record["box"]["root"] != result.box_hash
		or record["roll_hash"] != election.roll_hash
		or records.roll_hash(roll.frozen(election.name)) != election.roll_hash
		or record["figures"]["marked"] != roll.counts(election.name)[1]
		or box.seal(election.name) != result.box_hash
		or record.get("online") != online_part(election)
		or (
			was_online(election)
			and closed_box.root(closing.receipts(election.name)) != election.receipts_root
		)
	):
		frappe.throw(
			_(
				"{0} is not what was counted: the stored votes, the roll, the box and the hash do not agree. Stop and call the committee together."
			).format(result.title),
			ResultChangedError,
		)


def record_of(result: Document) -> dict[str, Any]:
	"""The record that `result` stands for; raises ResultChangedError if an earlier version of the app wrote it."""
	record = json.loads(result.record)
	if record["format"] != records.RESULT_FORMAT:
		frappe.throw(
			_(
				"{0} was counted by an earlier version of this app. Use “Recount” on its election; the new result can be checked and exported."
			).format(result.title),
			ResultChangedError,
		)
	return record


def has_open_tie(result: Document | frappe._dict) -> bool:
	"""Is there a tie that neither a lot has settled nor a runoff decides?"""
	return bool(result.has_tie) and not _is_run_off(result)


def _is_run_off(result: Document | frappe._dict) -> bool:
	"""Is a runoff held, or was it, for the seats that this result leaves open?"""
	if not result.runoff:
		return False
	return frappe.db.get_value("Election", result.runoff, "status") != "Annulled"


def require_no_open_tie(election: Document) -> None:
	result = frappe.db.get_value("Election Result", election.result, ["has_tie", "runoff"], as_dict=True)
	if has_open_tie(result):
		frappe.throw(
			_(
				"{0}: nobody is elected by the order of a list; draw a lot among the tied or hold a runoff, and record it here."
			).format(election.title),
			OpenTieError,
		)


def require_signatures(election: Document) -> None:
	"""Raises unless enough members of this committee have signed the hash as it stands, and no tie is open."""
	result = frappe.get_doc("Election Result", election.result)
	require_no_open_tie(election)
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


def _keep_count(election: Document, found: outcome.Outcome) -> None:
	before = frappe.get_doc("Election Result", election.result) if election.result else None
	result = _new_result(election, before)
	write(result, election, found)
	election.result, election.box_hash = result.name, result.box_hash
	election.voters_marked = result.voters_marked
	election.ballots_entered = frappe.db.get_value("Election", election.name, "ballots_entered")
	election.status = "Tie" if found.tie else "Counted"


def _new_result(election: Document, before: Document | None) -> Document:
	table = frappe.qb.DocType("Election Result")
	# As it is now: another member may have counted since this transaction began.
	counts = len(
		frappe.qb.from_(table).where(table.election == election.name).select(table.name).for_update().run()
	)
	return frappe.new_doc(
		"Election Result",
		election=election.name,
		round=2 if election.runoff_of else 1,
		count_number=counts + 1,
		recount_of=before and before.name,
	)


def write(
	result: Document, election: Document, found: outcome.Outcome, minutes: str = "", seed: str = ""
) -> None:
	"""Fill `result` from the count, hash it and save it. An earlier, unsigned content is replaced."""
	contest = rules.contest_of(election)
	standing = {c.name: c for c in candidacies.accepted(election.name)}
	counted = figures(election)
	view = results.as_json_value(contest, found)
	result.title = _("Result: {0}").format(election.title)
	if result.count_number > 1:
		result.title = _("{0} (count {1})").format(result.title, result.count_number)
	leaves = box.leaves(box.salted(election.name))
	_require_whole_box(election, counted, len(leaves))
	result.update(
		{
			"valid": found.valid,
			"blank": found.blank,
			"spoiled": found.spoiled,
			"total_ballots": found.total,
			"voters_on_roll": counted.on_roll,
			"voters_marked": counted.marked,
			"turnout": flt(100 * counted.marked / counted.on_roll, 1) if counted.on_roll else 0,
			"form": election.form,
			"quota": view["quota"],
			"seats": found.seats,
			"max_choices": found.max_choices,
			"vacant_seats": found.vacant,
			"reconciliation": "\n".join([*sentences(counted), election.reconciliation_note or ""]).strip(),
			"has_tie": int(not found.is_decided),
			"tied_seats": found.tie.seats if found.tie else 0,
			"tie_about": _tie_about(election, found),
			"lot_minutes": minutes,
			"seed": seed,
			"roll_hash": election.roll_hash,
			"box_hash": closed_box.root(leaves),
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
				"reason": explain.reason(asdict(row), "en", view["rules"]),
			},
		)
	result.set("lots", [])
	for number, drawn in enumerate(found.lots, start=1):
		for position, candidate in enumerate(drawn.order, start=1):
			result.append(
				"lots",
				{
					"tie_number": number,
					"position": position,
					"candidacy": candidate,
					"candidate_name": standing[candidate].candidate_name,
				},
			)
	names = {c.name: c.candidate_name for c in [*standing.values(), *rules.seated(election)]}
	organizations = dict(
		frappe.get_all(
			"Member Organization",
			filters={"name": ("in", [c.organization for c in standing.values()])},
			fields=["name", "title"],
			as_list=True,
		)
	)
	record = records.result_record(
		contest_id=election.name,
		title=election.title,
		contest=contest,
		outcome=found,
		figures=counted,
		roll_hash=result.roll_hash or "",
		box_root=result.box_hash,
		leaves=len(leaves),
		app_version=aso_network.__version__,
		count_number=result.count_number,
		names=names,
		organisations={c.name: organizations.get(c.organization, "") for c in standing.values()},
		lot_minutes=minutes,
		seed_commitment=election.seed_commitment or "",
		seed=seed,
		reconciliation_note=election.reconciliation_note or "",
		online=online_part(election),
	)
	result.record = records.canonical_json(record).decode()
	result.result_hash = records.result_hash(record)
	_save(result)


def _require_whole_box(election: Document, counted: Figures, ballots: int) -> None:
	"""No mistake of a teller can make this difference, so no explanation lets it pass."""
	if counted.online is not None and counted.entered + counted.online != ballots:
		frappe.throw(
			_(
				"{0}: {1} ballots are in the box, but {2} were entered from papers and {3} came online. Somebody has changed the box: stop and call the committee together."
			).format(election.title, ballots, counted.entered, counted.online),
			BoxChangedError,
		)


def _tie_about(election: Document, found: outcome.Outcome) -> str:
	"""What the open tie is about. WITHIN: about a seat, but the count goes on after it and fills others."""
	if not found.tie:
		return ""
	counts_on = rules.FORMS[election.form] in (MAJORITY, IRV, STV)
	return WITHIN if counts_on and found.tie.about == outcome.SEAT else found.tie.about


def _is_unopposed(result: Document) -> bool:
	return any(row.reason_code == outcome.UNOPPOSED for row in result.rows)


@contextmanager
def _rules_in_words(election: Document) -> Iterator[None]:
	"""Seat rules that cannot be met are refused in their own words."""
	try:
		yield
	except InfeasibleRulesError as error:
		found = rules.seat_rules(election)
		frappe.throw(
			_(
				"{0} cannot be counted: no choice of the candidates can meet: {1}. Annul it, or let the meeting decide otherwise in a new election."
			).format(election.title, "; ".join(rules.words(found[place]) for place in error.conflict)),
			NotReconciledError,
		)


def sentences(counted: Figures) -> list[str]:
	"""What does not agree; empty when all does."""
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
		DESK_DIFFERS_FROM_BOX: _("{0} voters were marked at the paper desk, but {1} papers are in the box."),
		ONLINE_DIFFERS_FROM_ROLL: _(
			"{0} voters are marked as having voted online, but {1} online ballots arrived. One step makes both, so roll or box was changed: stop and call the committee together."
		),
	}
	return [words[m.code].format(m.left, m.right) for m in mismatches(counted)]


def locked_result(election: Document, name: str | None = None) -> Document:
	if not election.result or (name and name != election.result):
		frappe.throw(_("{0} has no such result.").format(election.title), SignatureError)
	return frappe.get_doc("Election Result", election.result, for_update=True)


def _save(result: Document) -> None:
	result.flags.by_count = True
	# No role may write results by hand; every caller has checked the committee or is a guarded move.
	result.save(ignore_permissions=True)
