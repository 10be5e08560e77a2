"""The audit trail: who did what to which document, when, from which state to which, and why. Append-only."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime


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
	# Nobody has the right to create audit lines by hand; they follow from an act that was checked.
	event.insert(ignore_permissions=True)
