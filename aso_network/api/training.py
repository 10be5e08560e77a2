"""What the form of a registration asks for."""

from __future__ import annotations

import frappe

from aso_network import registrations


@frappe.whitelist(methods=["POST"])
def cancel_registration(name: str) -> str:
	"""Cancel a registration for the office, and free its place. Returns its status."""
	frappe.get_doc("Training Registration", name).check_permission("write")
	return registrations.cancel(name).status
