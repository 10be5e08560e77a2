"""What strangers, and members of other organisations, may see of the network.

An organisation decides on its publish level: Internal (itself and the office), Network (members), Public. Whatever
names an organisation on a page that others see takes the names from here, so that one rule decides everywhere:
active, and published to this visitor. Searches, filters and numbers begin with the same rule.

The query builder, not `get_all`: these pages are for everybody, and it asks in half the time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Case, Order
from frappe.query_builder.functions import Count, Min
from frappe.utils import cint, getdate, today

from aso_network import membership, names, platforms, training, training_calendar
from aso_network.portal.sorting import sort_key
from aso_network.portal.visitor import Visitor

PAGE = 24
_LONGEST_SEARCH = 80
_SOME = 12


def levels(visitor: Visitor) -> tuple[str, ...]:
	"""The publish levels that are meant for this visitor: a member in good standing is told what others are not."""
	is_member = any(row.status == "Active" for row in visitor.organizations)
	return ("Public", "Network") if is_member else ("Public",)


def visible_names(visitor: Visitor, organizations: Collection[str]) -> dict[str, str]:
	"""Name of the record → what it is called in the visitor's language, of those that this visitor may read of.

	The others are missing: write `a_member()` in their place, or leave them out. One's own are always there.
	"""
	own = {row.name: row.label for row in visitor.organizations}
	asked = {name for name in organizations if name}
	rows = _published(visitor, asked - set(own)) if asked - set(own) else []
	return {row.name: row.label for row in rows} | {name: own[name] for name in asked & set(own)}


def a_member() -> str:
	"""In place of a name that is not published to this visitor."""
	return _("A member that does not publish its name")


# --- the network -----------------------------------------------------------------------------------------


def network(visitor: Visitor) -> dict[str, Any]:
	"""The network at a glance: `platforms`, `active`, `structured` (how many platforms), `structured_on`, `goals`."""
	rows = _platforms(visitor)
	goal = frappe.qb.DocType("Network Goal")
	return {
		"platforms": rows,
		"active": sum(row.active for row in rows),
		"structured": sum(bool(row.structured_on) for row in rows),
		"structured_on": frappe.get_cached_doc("ASO Network Settings").network_structured_on,
		"goals": frappe.qb.from_(goal)
		.select(goal.goal_name, goal.description)
		.orderby(goal.creation, goal.goal_name)
		.run(as_dict=True),
	}


def _platforms(visitor: Visitor) -> list[frappe._dict]:
	"""All of them, with the number of `active` members: all count, whoever may read their names."""
	platform, member = frappe.qb.DocType("Network Platform"), frappe.qb.DocType("Member Organization")
	rows = (
		frappe.qb.from_(platform)
		.left_join(member)
		.on((member.platform == platform.name) & (member.status == "Active"))
		.select(
			*(platform.name, platform.title, platform[_name_field(visitor)].as_("label"), platform.stage),
			*(platform.progress, platform.structured_on, platform.territory),
			Count(member.name).as_("active"),
		)
		.groupby(platform.name)
		.run(as_dict=True)
	)
	return _sorted(rows, visitor.language)


# --- one platform ----------------------------------------------------------------------------------------


def platform(visitor: Visitor, name: str) -> dict[str, Any]:
	"""One platform: `platform`, `stages`, `active`, `body`, `members`, `sessions`, `results`.

	Raises PageDoesNotExistError.
	"""
	platform, meeting = frappe.qb.DocType("Network Platform"), frappe.qb.DocType("General Meeting")
	body = frappe.qb.DocType("Operational Body")
	found = (
		frappe.qb.from_(platform)
		.left_join(meeting)
		.on(meeting.name == platform.governance_decision)
		.left_join(body)
		.on((body.name == platform.current_body) & (body.status == "Constituted"))
		.select(
			*(platform.name, platform.title, platform[_name_field(visitor)].as_("label"), platform.stage),
			*(platform.structured_on, platform.governance_model, meeting.meeting_date.as_("decided_on")),
			*(body.name.as_("body"), body.seats, body.term_start, body.term_end),
		)
		.where(platform.name == name)
		.run(as_dict=True)
	)
	if not found:
		raise frappe.PageDoesNotExistError
	row = found[0]
	row.label = row.label or row.title
	members = _sorted(_published(visitor, platform=name), visitor.language)
	results = _results(name)
	active, first_admission = _admissions(name)
	return {
		"platform": row,
		"stages": _stages(row, first_admission, results[-1].announced_on if results else None),
		"active": active,
		"body": _body(visitor, row) if row.body else None,
		"members": members[:_SOME],
		"published": len(members),
		"sessions": _sessions(visitor, name),
		"results": results[:_SOME],
	}


def _results(platform: str) -> list[frappe._dict]:
	"""The announced results of the platform, the latest first."""
	result = frappe.qb.DocType("Election Result")
	return (
		frappe.qb.from_(result)
		.select(result.name, result.round, result.announced_on)
		.where((result.platform == platform) & (result.is_announced == 1))
		.orderby(result.announced_on, result.creation, order=Order.desc)
		.run(as_dict=True)
	)


def _admissions(platform: str) -> tuple[int, Any]:
	"""How many members are active, and the day the first of all was admitted. Neither names anybody."""
	member = frappe.qb.DocType("Member Organization")
	active = Case().when(member.status == "Active", 1)
	return (
		frappe.qb.from_(member)
		.select(Count(active), Min(member.admitted_on))
		.where(member.platform == platform)
		.run()[0]
	)


def _sessions(visitor: Visitor, platform: str) -> list[frappe._dict]:
	"""Coming sessions of the platform that are announced to this visitor."""
	rows = training_calendar.sessions(levels(visitor), platform=platform)
	rows = [row for row in rows if row.status != "Cancelled"][:_SOME]
	for row in rows:
		row.label = training.title_in_language(row)
	return rows


def _stages(platform: frappe._dict, first_admission: Any, first_result: Any) -> list[frappe._dict]:
	"""The way to "structured": `label`, `reached`, `on` (the day, where one is known)."""
	reached = platforms.STAGES.index(platform.stage) if platform.stage in platforms.STAGES else 0
	days = (
		*(None, first_admission, _first_meeting(platform.name), platform.decided_on),
		*(first_result, platform.structured_on),
	)
	rows: list[frappe._dict] = []
	latest = None
	for place, stage in reversed(list(enumerate(platforms.STAGES))):
		day = days[place] if place <= reached else None
		# What was written down only after the next thing had happened is a day of the office, not of the platform.
		known = day if day and (not latest or getdate(day) <= getdate(latest)) else None
		latest = known or latest
		rows.insert(0, frappe._dict(label=stage, reached=place <= reached, on=known))
	return rows


def _first_meeting(platform: str) -> Any:
	meeting = frappe.qb.DocType("General Meeting")
	return (
		frappe.qb.from_(meeting)
		.select(Min(meeting.meeting_date))
		.where((meeting.platform == platform) & (meeting.status == "Concluded"))
		.run()[0][0]
	)


def _body(visitor: Visitor, platform: frappe._dict) -> frappe._dict:
	"""The body in office: `seats`, `term_start`, `term_end`, `has_ended` (nobody has closed it yet), `members` (`position`, `label`, `person`), and how
	many more there are (`unnamed`)."""
	row = frappe.qb.DocType("Operational Body Member")
	rows = (
		frappe.qb.from_(row)
		.select(row.organization, row.person, row.member_name, row.position)
		.where(
			(row.parent == platform.body) & (row.parenttype == "Operational Body") & (row.status == "Serving")
		)
		.where(row.from_date.isnull() | (row.from_date <= today()))
		.orderby(row.idx)
		.run(as_dict=True)
	)
	known = visible_names(visitor, [row.organization for row in rows])
	# Who stands for an organisation is as public as the organisation.
	members = [
		frappe._dict(
			position=row.position,
			label=known[row.organization],
			person=row.member_name if row.person else None,
		)
		for row in rows
		if row.organization in known
	]
	return frappe._dict(
		seats=platform.seats,
		term_start=platform.term_start,
		term_end=platform.term_end,
		has_ended=bool(platform.term_end) and getdate(platform.term_end) < getdate(),
		members=members,
		unnamed=len(rows) - len(members),
	)


# --- members ---------------------------------------------------------------------------------------------


def members(visitor: Visitor, asked: dict[str, str]) -> dict[str, Any]:
	"""The published members: `rows` of one page, `total`, `page`, `pages`, what was `asked` (`words`, `platform`,
	`sector`), and the `platforms` and `sectors` to ask for as (value, words). The words are found in any of an organisation's names, in whatever spelling.
	"""
	asked = {key: (asked.get(key) or "").strip()[:140] for key in ("words", "platform", "sector", "page")}
	words = asked["words"][:_LONGEST_SEARCH]
	found = _published(visitor, platform=asked["platform"], sector=asked["sector"], words=words)
	found = _sorted(found, visitor.language)
	pages = max(1, -(-len(found) // PAGE))
	page = min(max(cint(asked.pop("page")), 1), pages)
	rows = found[(page - 1) * PAGE : page * PAGE]
	_add_sectors(rows)
	homes = {row.name: row for row in _platforms(visitor)}
	for row in rows:
		home = homes[row.platform]
		row.place = home.label if row.territory == home.territory else f"{_(row.territory)} · {home.label}"
	return {
		"asked": asked,
		"rows": rows,
		"total": len(found),
		"page": page,
		"pages": pages,
		# To choose from, whoever is there: a list of the used ones would tell of members that are not shown.
		"platforms": [(row.name, row.label) for row in homes.values()],
		"sectors": _sectors(visitor),
	}


def _sectors(visitor: Visitor) -> list[tuple[str, str]]:
	sector = frappe.qb.DocType("Network Sector")
	found = [(name, _(name)) for (name,) in frappe.qb.from_(sector).select(sector.name).run()]
	return sorted(found, key=lambda pair: sort_key(pair[1], visitor.language))


def _published(
	visitor: Visitor,
	among: Collection[str] | None = None,
	platform: str = "",
	sector: str = "",
	words: str = "",
) -> list[frappe._dict]:
	"""Active organisations that are published to this visitor; `among` these, of this platform, in this sector, with
	these words in one of their names."""
	member = frappe.qb.DocType("Member Organization")
	query = (
		frappe.qb.from_(member)
		.select(
			*(member.name, member.title, member[_name_field(visitor)].as_("label")),
			*(member.acronym, member.platform, member.territory),
			*(member.public_phone, member.public_email, member.website, member.public_address),
		)
		.where((member.status == "Active") & member.publish_level.isin(levels(visitor)))
	)
	if among is not None:
		query = query.where(member.name.isin(list(among)))
	if platform:
		query = query.where(member.platform == platform)
	if sector:
		row = frappe.qb.DocType("Organization Sector")
		with_sector = frappe.qb.from_(row).select(row.parent).where(row.sector == sector)
		query = query.where(member.name.isin(with_sector.where(row.parenttype == "Member Organization")))
	for field, _like, pattern in membership.search_words(words):
		query = query.where(member[field].like(pattern))
	rows = query.run(as_dict=True)
	for row in rows:
		row.label = row.label or row.title
	return rows


def _add_sectors(rows: list[frappe._dict]) -> None:
	if not rows:
		return
	row = frappe.qb.DocType("Organization Sector")
	found = (
		frappe.qb.from_(row)
		.select(row.parent, row.sector)
		.where((row.parenttype == "Member Organization") & row.parent.isin([member.name for member in rows]))
		.orderby(row.idx)
		.run()
	)
	for member in rows:
		member.sectors = [sector for parent, sector in found if parent == member.name]


def _name_field(visitor: Visitor) -> str:
	return names.field_for(visitor.language)


def _sorted(rows: list[frappe._dict], language: str) -> list[frappe._dict]:
	for row in rows:
		row.label = row.label or row.title
	return sorted(rows, key=lambda row: sort_key(row.label, language))
