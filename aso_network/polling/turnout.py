"""Who voted, by district, kind of organisation and gender of the delegate: never so that it tells of a few people.

Reckoned once, when voting closes, and kept as it may be told: were it reckoned again after an organisation has moved
or a contact was corrected, the difference of the two tables would be about that one.
"""

from __future__ import annotations

import json

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Criterion
from frappe.query_builder.functions import Count, Sum

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
	voter, member = frappe.qb.DocType("Election Voter"), frappe.qb.DocType("Member Organization")
	contact = frappe.qb.DocType("Contact")
	place, district = frappe.qb.DocType("Territory"), frappe.qb.DocType("Territory").as_("district")
	groups = district.name, member.kind, contact.gender
	rows = (
		frappe.qb.from_(voter)
		.left_join(member)
		.on(member.name == voter.organization)
		.left_join(contact)
		.on(contact.name == voter.delegate)
		.left_join(place)
		.on(place.name == member.territory)
		.left_join(district)
		.on(
			Criterion.all(
				(district.lft <= place.lft, district.rgt >= place.rgt, district.aso_level == "District")
			)
		)
		.where(voter.election == election)
		.groupby(*groups)
		.select(*groups, Count(voter.name), Sum(voter.voted))
		# As it is now: the roll may have been marked since this transaction began.
		.for_update()
		.run()
	)
	found: dict[tuple[str, str, str], tuple[int, int]] = {}
	for *labels, on_roll, voted in rows:
		# A field that was never filled in and one that was emptied are the same.
		key = tuple(text or "" for text in labels)
		before = found.get(key, (0, 0))
		found[key] = before[0] + int(on_roll), before[1] + int(voted)
	return found
