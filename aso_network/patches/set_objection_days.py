"""A site made before there were objections has no number of days for them; a new one has the default."""

import frappe


def execute() -> None:
	settings = {"doctype": "ASO Network Settings", "field": "objection_days"}
	if not frappe.db.get_value("Singles", settings, "value", order_by=None):
		frappe.db.set_single_value("ASO Network Settings", "objection_days", 3)
