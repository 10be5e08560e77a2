"""General meetings over HTTP: what the form shows before it is saved. Reads only; saving judges."""

from __future__ import annotations

import frappe

from aso_network import meetings, membership


@frappe.whitelist()
def active_members(meeting: str) -> list[dict]:
	"""A line of attendance for each active member of the meeting's platform, with its delegate of that day."""
	doc = frappe.get_doc("General Meeting", meeting)
	doc.check_permission("write")
	return [
		{
			"organization": organization.name,
			"organization_name": organization.title,
			"representative": organization.delegate,
			"representative_name": organization.delegate_name,
			"present": 1,
		}
		for organization in membership.active_organizations(doc.platform, doc.meeting_date)
	]


@frappe.whitelist()
def new_meeting() -> dict:
	"""What a new meeting starts with: the agenda in the user's language and the quorum rule of the settings."""
	frappe.has_permission("General Meeting", "create", throw=True)
	rule, value = meetings.default_quorum()
	return {"agenda": meetings.default_agenda(), "quorum_rule": rule, "quorum_value": value}


@frappe.whitelist()
def models_of_others(platform: str) -> list[dict]:
	"""The governance models that the other platforms have chosen, as precedents."""
	frappe.has_permission("Network Platform", "read", platform, throw=True)
	return meetings.models_of_others(platform)
