"""The audit trail: who did what to which document, when, from which state to which, and why. Append-only."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime


class AuditTrailError(frappe.ValidationError):
	"""Somebody, whoever it is, tried to write, change or delete a line of the audit trail."""


def record(
	doc: Document,
	action: str,
	from_state: str | None = None,
	to_state: str | None = None,
	reason: str | None = None,
) -> None:
	"""Add one line about `doc`, in the current transaction and in the current user's name."""
	event = frappe.get_doc(
		{
			"doctype": "Network Audit Event",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
			"action": action,
			"from_state": from_state,
			"to_state": to_state,
			"reason": reason,
			"user": frappe.session.user,
			"happened_on": now_datetime(),
			"territory": doc.get("territory"),
		}
	)
	event.flags.recorded = True
	# Nobody has the right to create audit lines by hand; they follow from an act that was checked.
	event.insert(ignore_permissions=True)


def require_recording(event: Document) -> None:
	"""Raises unless `event` is a new line that `record` writes. No request can set a document's flags."""
	if not (event.is_new() and event.flags.recorded):
		refuse_change(event)


def refuse_change(event: Document) -> None:
	frappe.throw(
		_(
			"The audit trail is written by the system alone: no line can be added, changed or deleted by hand."
		),
		AuditTrailError,
	)
