"""Refuses every change of state that the lifecycle does not have, and keeps a line of every one it has.

Runs as doc events on each save, so it stands behind every door: the desk's action menu, REST `PUT`,
`frappe.client.set_value`, Data Import, background jobs. Frappe's own Workflow checks only role and
condition on a save, and self-approval only in `apply_workflow`.
"""

from __future__ import annotations

from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.workflow import get_workflow_name
from frappe.utils import comma_or

from aso_network import audit
from aso_network.workflows import lifecycle_of
from aso_network.workflows.lifecycle import Lifecycle, Move


class MoveNotAllowedError(frappe.ValidationError):
	"""The lifecycle has no such move from this state."""


class MoveNotPermittedError(frappe.PermissionError):
	"""The lifecycle has the move, but not for this user."""


class ReasonRequiredError(frappe.ValidationError):
	"""The move needs a written reason."""


class NotDeletableError(frappe.ValidationError):
	"""A document in this state is part of the record."""


class _Made(NamedTuple):
	move: Move
	source: str
	reason: str | None


def check(doc: Document, method: str | None = None) -> None:
	"""Doc event `validate`, after the controller's own: judge the move, then apply its effect."""
	lifecycle = lifecycle_of(doc.doctype)
	before = doc.get_doc_before_save()
	doc.status = doc.status or lifecycle.initial
	if not before:
		if doc.status != lifecycle.initial:
			frappe.throw(
				_("A new {0} starts as {1}, not as {2}: save it first, then move it on.").format(
					_(doc.doctype), _(lifecycle.initial), _(doc.status)
				),
				MoveNotAllowedError,
			)
		return
	check_stored(doc)
	if before.status == doc.status:
		return
	move = _find(lifecycle, doc, before.status)
	reason = (doc.get("transition_reason") or "").strip()
	if move.needs_reason and not reason:
		frappe.throw(
			_("{0} {1}: write the reason of “{2}” first; it is kept in the audit trail.").format(
				_(doc.doctype), doc.get_title(), _(move.action)
			),
			ReasonRequiredError,
		)
	if move.guard:
		move.guard(doc)
	if move.effect:
		move.effect(doc)
	doc.transition_reason = None
	doc.flags.move_made = _Made(move, before.status, reason or None)


def check_stored(doc: Document, method: str | None = None) -> None:
	"""Whoever changes a document must have been let at it as it is stored, not only as it would become.

	Frappe judges User Permissions by the values that were sent, so another governorate's document could be
	taken over by sending one's own.
	"""
	before = doc.get_doc_before_save()
	if before and not doc.flags.ignore_permissions:
		before.check_permission("write")


def record(doc: Document, method: str | None = None) -> None:
	"""Doc event `on_update`: keep the line and do what follows from the move."""
	made = doc.flags.pop("move_made", None)
	if not made:
		return
	audit.record(doc, made.move.action, made.source, doc.status, made.reason)
	if made.move.after:
		made.move.after(doc)


def refuse_deletion(doc: Document, method: str | None = None) -> None:
	"""Doc event `on_trash`: what has begun is part of the record."""
	state = lifecycle_of(doc.doctype).state(doc.status)
	if state and not state.deletable:
		frappe.throw(
			_("{0} {1} is {2} and part of the record; it cannot be deleted.").format(
				_(doc.doctype), doc.get_title(), _(doc.status)
			),
			NotDeletableError,
		)


def move(doc: Document, target: str, reason: str | None = None, checked: bool = False) -> Document:
	"""Move `doc` to the state `target` as the current user and save it. The only way code changes a state.

	`checked`: no role is asked, since the right to this very move came by another way, as with a link that was
	mailed to one person. The controller then has to skip `validate_workflow`, which is Frappe's own check of roles.
	"""
	doc.flags.mover_checked = checked
	doc.status = target
	if reason:
		doc.transition_reason = reason
	return doc.save()


def _find(lifecycle: Lifecycle, doc: Document, source: str) -> Move:
	moves = lifecycle.moves_between(source, doc.status)
	if not moves:
		targets = lifecycle.targets(source)
		way_out = (
			_("From here it can become: {0}.").format(comma_or([_(t) for t in targets], add_quotes=False))
			if targets
			else _("This is its last state.")
		)
		frappe.throw(
			_("{0} {1} is {2} and cannot become {3}.").format(
				_(doc.doctype), doc.get_title(), _(source), _(doc.status)
			)
			+ " "
			+ way_out,
			MoveNotAllowedError,
		)
	if doc.flags.mover_checked:  # no request can set a document's flags
		return moves[0]
	roles = set(frappe.get_roles())
	granted = _grants(lifecycle, moves[0], doc.status)
	mine = [own_allowed for role, own_allowed in granted if role in roles]
	if not mine:
		frappe.throw(
			_("{0} {1}: “{2}” needs the role {3}.").format(
				_(doc.doctype),
				doc.get_title(),
				_(moves[0].action),
				comma_or([_(role) for role, _own in granted], add_quotes=False),
			),
			MoveNotPermittedError,
		)
	if doc.owner == frappe.session.user and not any(mine):
		frappe.throw(
			_("{0} {1} was submitted by you; somebody else has to make the step “{2}”.").format(
				_(doc.doctype), doc.get_title(), _(moves[0].action)
			),
			MoveNotPermittedError,
		)
	return moves[0]


def _grants(lifecycle: Lifecycle, move: Move, target: str) -> list[tuple[str, bool]]:
	"""(role, may move own documents) for this move: as the site's Workflow has it, else as declared."""
	declared = [(role, role not in move.not_own) for role in move.roles]
	name = get_workflow_name(lifecycle.doctype)
	if not name:
		return declared
	rows = frappe.get_cached_doc("Workflow", name).transitions
	return [
		(row.allowed, bool(row.allow_self_approval))
		for row in rows
		if row.state == move.source and row.next_state == target
	] or declared
