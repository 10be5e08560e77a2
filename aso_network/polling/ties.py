"""A tie that decides a seat is open until a lot settles it or a runoff is held (`runoff`). Nothing else does."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import audit
from aso_network.elections import lot, outcome
from aso_network.elections.errors import InvalidLotError, LotInputError
from aso_network.polling import box, committee, counting, rules


class LotError(frappe.ValidationError):
	"""What was entered is not the outcome of a lot among the tied."""


def require_settled(election: Document) -> None:
	"""Guard of “Settle Tie”: by a lot, or by leaving the seats to a runoff."""
	committee.require_member(election)
	counting.require_no_open_tie(election)


@box.unlogged
def record_lot(election: Document, order: list[str], minutes: str) -> bool:
	"""Settle the open tie by the lot that the committee drew: `order` of the tied as drawn, and its minutes.

	Returns whether the count is decided now: with transfers, one tie may follow another. The caller then moves
	the election on to Counted.
	"""
	committee.require_member(election)
	result = _open_tie(election)
	if election.tie_rule == rules.LOT_FROM_SEED and not seed_is_spent(election, result):
		# Else a seed could be “lost” when its outcome does not please.
		frappe.throw(
			_("{0}: the meeting decided on a lot from the sealed seed. Draw it.").format(election.title),
			LotError,
		)
	if not (minutes or "").strip():
		frappe.throw(
			_("{0}: write how the lot was drawn, by whom and before whom.").format(election.title), LotError
		)
	if not order:
		frappe.throw(_("{0}: enter the order in which the tied were drawn.").format(election.title), LotError)
	try:
		found = counting.outcome_of(election, [*counting.lots_of(result), order])
	except InvalidLotError:
		frappe.throw(
			_("{0}: the lot has to order exactly the {1} tied candidates, each once.").format(
				election.title, sum(1 for row in result.rows if row.reason_code == outcome.TIED)
			),
			LotError,
		)
	counting.write(result, election, found, "\n".join(filter(None, [result.lot_minutes, minutes.strip()])))
	audit.record(election, "Draw Lot", reason=minutes.strip())
	return found.is_decided


@box.unlogged
def draw_lot(election: Document, seed: str) -> bool:
	"""Settle the open tie, and those that follow, by the seed whose hash was fixed before voting opened.

	Returns whether the count is decided now: without a majority, seats may still be left to a runoff.
	"""
	committee.require_member(election)
	result = _open_tie(election)
	if election.tie_rule != rules.LOT_FROM_SEED:
		frappe.throw(
			_("{0}: the meeting did not decide on a lot from a seed.").format(election.title), LotError
		)
	if seed_is_spent(election, result):
		frappe.throw(
			_(
				"{0}: the seed was opened already, with another box. Whoever knows it could choose the papers for it, so it draws no lot again. Draw a lot by hand before the meeting and record it."
			).format(election.title),
			LotError,
		)
	try:
		is_the_seed = lot.commitment(seed) == election.seed_commitment
	except LotInputError:
		is_the_seed = False
	if not is_the_seed:
		frappe.throw(
			_(
				"{0}: this is not the seed that was sealed; its hash is another. Type it exactly as it stands on the committee's paper."
			).format(election.title),
			LotError,
		)
	lots, steps = counting.lots_of(result), []
	names = {row.candidacy: row.candidate_name for row in result.rows}
	found = counting.outcome_of(election, lots)
	while found.tie and found.tie.about != outcome.NO_MAJORITY:
		drawn = lot.draw(seed, result.box_hash, found.tie.candidates)
		steps += drawn.lines(names=names)
		lots.append(list(drawn.order))
		found = counting.outcome_of(election, lots)
	counting.write(result, election, found, "\n".join(steps), seed=drawn.seed)
	audit.record(election, "Draw Lot", reason=_("By the sealed seed"))
	return found.is_decided


def seed_is_spent(election: Document, result: Document) -> bool:
	"""Was the seed opened for a count of this election whose box was another?"""
	return bool(
		frappe.db.exists(
			"Election Result",
			{"election": election.name, "seed": ("is", "set"), "box_hash": ("!=", result.box_hash)},
		)
	)


def _open_tie(election: Document) -> Document:
	"""The result with its open tie, if a lot may settle it."""
	result = counting.locked_result(election)
	if not counting.has_open_tie(result):
		frappe.throw(_("{0} has no open tie; no lot is needed.").format(election.title), LotError)
	if result.tie_about == outcome.NO_MAJORITY:
		frappe.throw(
			_("{0}: nobody has a majority, and a lot makes none. Hold a runoff among the leaders.").format(
				election.title
			),
			LotError,
		)
	if election.tie_rule == rules.RUNOFF and result.tie_about == outcome.SEAT:
		frappe.throw(
			_("{0}: the meeting decided on a runoff among the tied. Hold it.").format(election.title),
			LotError,
		)
	return result
