"""How much of a session somebody was there for."""

from __future__ import annotations

import frappe


def share(session: str, contact: str) -> float:
	"""The share of `session` that `contact` attended, in percent; 0 for somebody who is not on its list."""
	attended = frappe.db.get_value(
		"Session Participant",
		{"parent": session, "parenttype": "Training Session", "contact": contact},
		"attended",
	)
	return 100.0 if attended else 0.0
