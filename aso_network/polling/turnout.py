"""Who voted, by district, kind of organisation and gender of the delegate: never so that it tells of a few people.

Reckoned once, when voting closes, and kept as it may be told: were it reckoned again after an organisation has moved
or a contact was corrected, the difference of the two tables would be about that one.
"""

from __future__ import annotations

import json
from collections import Counter

import frappe
from frappe import _
from frappe.model.document import Document

from aso_network.elections import suppression
from aso_network.elections.suppression import Group, Table

# In the order in which `_crossings` reads them.
WAYS = ("district", "kind", "gender")


def freeze(election: Document) -> None:
	"""Effect of “Close Voting”, with the rows of the roll locked: keep what may be told of the turnout."""
	tables = suppression.tables(_crossings(election.name)) or [Table() for _way in WAYS]
	election.turnout = json.dumps(dict(zip(WAYS, tables, strict=True)), ensure_ascii=False)


def of(election: str) -> list[tuple[str, Table]]:
	"""(way of grouping, what may be told) of each way in which anything may; empty until voting is closed."""
	kept = json.loads(frappe.db.get_value("Election", election, "turnout") or "{}")
	return [(way, _table(*kept[way])) for way in WAYS if way in kept and kept[way][0]]


def heading(way: str) -> str:
	return {
		"district": _("District"),
		"kind": _("Kind of organization"),
		"gender": _("Gender of the delegate"),
	}[way]


def label(group: Group) -> str:
	"""A group's name in the reader's language."""
	return _(group.label) if group.label else _("Not given")


def _table(shown: list[list], rest: list | None) -> Table:
	return Table(tuple(Group(*row) for row in shown), Group(*rest) if rest else None)


def _crossings(election: str) -> dict[tuple[str, str, str], tuple[int, int]]:
	"""(district, kind, gender) → (on the roll, voted); an empty text where one is not known."""
	voter = frappe.qb.DocType("Election Voter")
	of_election = voter.election == election
	# Two questions: the marks as they are now, which locks the rows that it reads, and only those of the roll.
	marks = frappe.qb.from_(voter).where(of_election).select(voter.name, voter.voted).for_update().run()
	groups = _groups(election)
	on_roll, voted = Counter(), Counter()
	for name, mark in marks:
		crossing = groups.get(name, ("", "", ""))
		on_roll[crossing] += 1
		voted[crossing] += mark
	return {crossing: (number, voted[crossing]) for crossing, number in on_roll.items()}


def _groups(election: str) -> dict[str, tuple[str, str, str]]:
	"""Row of the roll → its district, kind and gender."""
	voter, member = frappe.qb.DocType("Election Voter"), frappe.qb.DocType("Member Organization")
	contact = frappe.qb.DocType("Contact")
	place, district = frappe.qb.DocType("Territory"), frappe.qb.DocType("Territory").as_("district")
	rows = (
		frappe.qb.from_(voter)
		.left_join(member)
		.on(member.name == voter.organization)
		.left_join(contact)
		.on(contact.name == voter.delegate)
		.left_join(place)
		.on(place.name == member.territory)
		.left_join(district)
		.on((district.lft <= place.lft) & (district.rgt >= place.rgt) & (district.aso_level == "District"))
		.where(voter.election == election)
		.select(voter.name, district.name, member.kind, contact.gender)
		.run()
	)
	# A field that was never filled in and one that was emptied are the same.
	return {name: tuple(text or "" for text in groups) for name, *groups in rows}
