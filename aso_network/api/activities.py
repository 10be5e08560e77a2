"""What the forms ask for about activities and sessions."""

from __future__ import annotations

import frappe

from aso_network import finance, training


@frappe.whitelist(methods=["POST"])
def create_for(doctype: str, name: str) -> str:
	"""Name of the Network Activity of this meeting, election or session, created if there is none."""
	finance.check_pays_for(doctype)
	frappe.get_doc(doctype, name).check_permission("write")
	return finance.create_activity_for(doctype, name)


@frappe.whitelist(methods=["GET"])
def people_of_member(organization: str) -> list[dict]:
	"""The people of a member organisation, to put on the list of a session: [{contact, name, position}]."""
	frappe.get_doc("Member Organization", organization).check_permission("read")
	return training.people_of_member(organization)
