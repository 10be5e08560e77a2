import frappe

from aso_network import desk


@frappe.whitelist()
def get() -> dict:
	frappe.has_permission("Network Platform", "read", throw=True)
	return desk.progress_of_platforms()
