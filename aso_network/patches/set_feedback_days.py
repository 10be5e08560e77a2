"""A site made before there was feedback has no number of days for it; a new one has the default."""

import frappe

from aso_network.feedback import DEFAULT_DAYS


def execute() -> None:
	if not frappe.db.get_singles_dict("ASO Network Settings").get("feedback_days"):
		frappe.db.set_single_value("ASO Network Settings", "feedback_days", DEFAULT_DAYS)
