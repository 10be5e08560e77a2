"""The Election workflow of a site made before there were a recount, a runoff and elections without a vote."""

import frappe

from aso_network.workflows import lifecycle_of, ship

RENAMED = {"Record Lot": "Settle Tie"}  # a runoff settles it, too
NEW = ("Settle Tie", "Declare Unopposed", "Reopen Count")


def execute() -> None:
	name = frappe.db.get_value("Workflow", {"document_type": "Election"})
	if not name:
		return
	workflow = frappe.get_doc("Workflow", name)
	there = {(row.state, row.next_state) for row in workflow.transitions}
	lifecycle = lifecycle_of("Election")
	for move in lifecycle.moves:
		if move.action in NEW:
			ship.ensure_action(move.action)
	for row in workflow.transitions:
		row.action = RENAMED.get(row.action, row.action)
	workflow.extend(
		"transitions",
		[
			row
			for row in ship.transitions(lifecycle)
			if row["action"] in NEW and (row["state"], row["next_state"]) not in there
		],
	)
	workflow.save(ignore_permissions=True)  # runs only when the site is migrated
