"""The turnout of one election by groups, as it may be told: `polling.turnout` decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _

from aso_network.elections.suppression import Group
from aso_network.polling import turnout, watching


def execute(
	filters: dict[str, Any] | None = None,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str | None]:
	"""Columns, rows, and a sentence where there are none."""
	name = (filters or {}).get("election")
	if not name:
		return _columns(), [], None
	# The roles of a report say who may open it; which elections they may read is another rule. Said, not raised:
	# a report that breaks off is turned by Frappe into a Prepared Report, as one that takes too long.
	if not frappe.db.exists("Election", name) or not frappe.has_permission("Election", "read", name):
		return _columns(), [], _("There is no such election for you to see.")
	election = frappe.get_doc("Election", name)
	if election.status not in watching.CLOSED:
		return _columns(), [], _("Nothing is told of the turnout before voting has closed.")
	rows = list(_rows(election.name))
	if not rows:
		return _columns(), [], _("There are too few voters: every group would tell what few of them did.")
	return (
		_columns(),
		rows,
		_(
			"A group of which fewer than five voted, or fewer than five stayed away, is among the others, so that nobody can reckon what a single organization did."
		),
	)


def _rows(election: str) -> Iterator[dict[str, Any]]:
	for way, table in turnout.of(election):
		heading = turnout.heading(way)
		for group in table.shown:
			yield _row(heading, turnout.label(group), group)
		if table.rest:
			yield _row(heading, _("All others together"), table.rest)


def _row(heading: str, label: str, group: Group) -> dict[str, Any]:
	return {
		"way": heading,
		"group": label,
		"on_roll": group.on_roll,
		"voted": group.voted,
		"stayed_away": group.on_roll - group.voted,
		"turnout": 100 * group.voted / group.on_roll,
	}


def _columns() -> list[dict[str, Any]]:
	return [
		{"fieldname": "way", "label": _("By"), "fieldtype": "Data", "width": 200},
		{"fieldname": "group", "label": _("Group"), "fieldtype": "Data", "width": 260},
		{"fieldname": "on_roll", "label": _("On the roll"), "fieldtype": "Int", "width": 110},
		{"fieldname": "voted", "label": _("Have voted"), "fieldtype": "Int", "width": 110},
		{"fieldname": "stayed_away", "label": _("Stayed away"), "fieldtype": "Int", "width": 110},
		{"fieldname": "turnout", "label": _("Turnout"), "fieldtype": "Percent", "width": 110},
	]
