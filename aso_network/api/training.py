"""What the forms of a registration and of a session ask for."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from aso_network import attendance, registrations


@frappe.whitelist(methods=["POST"])
def cancel_registration(name: str) -> str:
	"""Cancel a registration for the office, and free its place. Returns its status."""
	frappe.get_doc("Training Registration", name).check_permission("write")
	return registrations.cancel(name).status


@frappe.whitelist(methods=["GET"])
def attendance_sheet(session: str) -> dict:
	"""What is keyed in of who was there; see `attendance.sheet`. With the corrections."""
	doc = _session(session, "read")
	return {**attendance.sheet(doc), "corrections": attendance.corrections(doc.name)}


@frappe.whitelist(methods=["POST"])
def mark_attendance(session: str, part: str, marks: str | list) -> list[dict]:
	"""Write who was there in one part; what is sent twice is written once. See `attendance.mark`."""
	doc = _session(session, "write")
	return attendance.mark(doc.name, part, frappe.parse_json(marks))


def _session(name: str, right: str) -> Document:
	"""Finance may write a session, to close its accounts; attendance is of those who may write that."""
	doc = frappe.get_doc("Training Session", name)
	doc.check_permission(right)
	frappe.has_permission(attendance.RECORD, right, throw=True)
	return doc
