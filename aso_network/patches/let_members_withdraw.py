"""The Candidacy workflow of a site made before members could withdraw by themselves."""

import frappe

from aso_network.roles import MEMBER
from aso_network.workflows import lifecycle_of, ship


def execute() -> None:
	name = frappe.db.get_value("Workflow", {"document_type": "Candidacy"})
	if not name:
		return
	workflow = frappe.get_doc("Workflow", name)
	there = {row.state for row in workflow.transitions if row.allowed == MEMBER}
	workflow.extend(
		"transitions",
		[
			row
			for row in ship.transitions(lifecycle_of("Candidacy"))
			if row["allowed"] == MEMBER and row["state"] not in there
		],
	)
	workflow.save(ignore_permissions=True)  # runs only when the site is migrated
