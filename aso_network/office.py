"""Who in the office hears of what members send."""

from __future__ import annotations

import frappe
from frappe.model.document import Document


def users_of(doc: Document, *roles: str) -> list[str]:
	"""Enabled users with one of `roles` who may write `doc`, whatever narrows them; not the one who is at work."""
	users = frappe.get_all(
		"Has Role",
		filters={"parenttype": "User", "role": ("in", roles), "parent": ("!=", "Administrator")},
		pluck="parent",
		distinct=True,
	)
	enabled = frappe.get_all("User", filters={"name": ("in", users), "enabled": 1}, pluck="name")
	return [
		user
		for user in enabled
		if user != frappe.session.user and frappe.has_permission(doc.doctype, "write", doc, user=user)
	]
