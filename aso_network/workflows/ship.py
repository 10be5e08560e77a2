"""Makes Frappe Workflows of the declared lifecycles, and takes them away again.

A Workflow is made once for each DocType that has none. From then on it is the site's: its people may rename
actions, add e-mails and conditions, give moves to other roles, drop moves, deactivate it or put a workflow of
their own in its place, and no migrate touches that. What they cannot do is add a move: `guard` allows only
moves that the lifecycle declares, whatever the Workflow says (docs/lifecycles.md).
"""

from __future__ import annotations

from collections.abc import Iterator

import frappe

from aso_network.created import created, remember
from aso_network.workflows import DOCTYPES, lifecycle_of
from aso_network.workflows.lifecycle import Lifecycle, Move


def ensure_workflows() -> None:
	"""Create the Workflow of every lifecycle whose DocType has no Workflow at all, active or not."""
	for doctype in DOCTYPES:
		if not frappe.db.exists("Workflow", {"document_type": doctype}):
			_create(lifecycle_of(doctype))


def remove_workflows() -> None:
	"""Remove every Workflow on the lifecycles' DocTypes, and the states and actions that the app made and no
	other Workflow uses."""
	for name in frappe.get_all("Workflow", filters={"document_type": ("in", DOCTYPES)}, pluck="name"):
		frappe.delete_doc("Workflow", name, force=True, delete_permanently=True)
	actions = frappe.get_all("Workflow Action", filters={"reference_doctype": ("in", DOCTYPES)}, pluck="name")
	frappe.db.delete("Workflow Action Permitted Role", {"parent": ("in", actions)})
	frappe.db.delete("Workflow Action", {"name": ("in", actions)})
	for doctype, uses in _USES.items():
		for name in created(doctype):
			if not any(frappe.db.exists(table, {fieldname: name}) for table, fieldname in uses):
				frappe.delete_doc(doctype, name, force=True, delete_permanently=True)


_USES = {
	"Workflow State": (
		("Workflow Document State", "state"),
		("Workflow Transition", "state"),
		("Workflow Transition", "next_state"),
	),
	"Workflow Action Master": (("Workflow Transition", "action"),),
}


def _create(lifecycle: Lifecycle) -> None:
	for state in lifecycle.states:
		_ensure("Workflow State", "workflow_state_name", state.name, style=state.style)
	for move in lifecycle.moves:
		ensure_action(move.action)
	frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": lifecycle.workflow_name,
			"document_type": lifecycle.doctype,
			"workflow_state_field": "status",
			"is_active": 1,
			"send_email_alert": 0,
			# Who may edit is said once, in the role permissions.
			"states": [
				{"state": state.name, "doc_status": "0", "allow_edit": "All"} for state in lifecycle.states
			],
			"transitions": list(transitions(lifecycle)),
		}
	).insert(ignore_permissions=True)  # runs only when the app is installed or migrated


def ensure_action(name: str) -> None:
	_ensure("Workflow Action Master", "workflow_action_name", name)


def _ensure(doctype: str, fieldname: str, name: str, **values: str) -> None:
	"""States and actions are shared by all Workflows of a site: one that is there keeps its looks."""
	if frappe.db.exists(doctype, name):
		return
	doc = frappe.get_doc({"doctype": doctype, fieldname: name, **values})
	doc.insert(ignore_permissions=True)  # runs only when the app is installed or migrated
	remember(doctype, name)


def transitions(lifecycle: Lifecycle) -> Iterator[dict]:
	"""One row for each move and role.

	Of the rows that fit, Frappe's `apply_workflow` takes the last. So a role that may not make the move on its own
	document comes before one that may (who has both keeps the right), and where one action has two targets,
	the one declared first comes last.
	"""
	for move in _in_order(lifecycle.moves):
		for role in sorted(move.roles, key=lambda role: role not in move.not_own):
			yield {
				"state": move.source,
				"action": move.action,
				"next_state": move.target,
				"allowed": role,
				"allow_self_approval": int(role not in move.not_own),
			}


def _in_order(moves: tuple[Move, ...]) -> list[Move]:
	first: dict[tuple[str, str], int] = {}
	for index, move in enumerate(moves):
		first.setdefault((move.source, move.action), index)
	return [
		move
		for _index, move in sorted(
			enumerate(moves), key=lambda item: (first[item[1].source, item[1].action], -item[0])
		)
	]
