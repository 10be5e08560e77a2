"""A site made before there were applications has no number of days for their links; a new one has the defaults."""

import frappe


def execute() -> None:
	stored = frappe.db.get_singles_dict("ASO Network Settings")
	for field, days in (("application_link_days", 7), ("application_keep_days", 30)):
		if not stored.get(field):
			frappe.db.set_single_value("ASO Network Settings", field, days)
