import frappe

from aso_network import desk


@frappe.whitelist()
def get() -> dict:
	frappe.has_permission("Member Organization", "read", throw=True)
	return desk.members_by_platform()
