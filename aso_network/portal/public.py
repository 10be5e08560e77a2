"""What strangers, and members of other organisations, may see of the network.

An organisation decides on its publish level: Internal (itself and the office), Network (members), Public. Whatever
names an organisation on a page that others see takes the names from here, so that one rule decides everywhere:
active, and published to this visitor. Searches, filters and numbers begin with the same rule.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import frappe
from frappe import _
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
	rows = _published(visitor, {"name": ("in", list(asked - set(own)))}) if asked - set(own) else []
	return {row.name: row.label for row in rows} | {name: own[name] for name in asked & set(own)}


def a_member() -> str:
	"""In place of a name that is not published to this visitor."""
	return _("A member that does not publish its name")


# --- the network -----------------------------------------------------------------------------------------


def network(visitor: Visitor) -> dict[str, Any]:
	"""The network at a glance: `platforms`, `active`, `structured` (how many platforms), `structured_on`, `goals`."""
	rows = _platforms(visitor)
	active = _active_members()
	for row in rows:
		row.active = active.get(row.name, 0)
	return {
		"platforms": rows,
		"active": sum(row.active for row in rows),
		"structured": sum(bool(row.structured_on) for row in rows),
		"structured_on": frappe.get_cached_doc("ASO Network Settings").network_structured_on,
		"goals": frappe.get_all(
			"Network Goal", fields=["goal_name", "description"], order_by="creation, goal_name"
		),
	}


def _platforms(visitor: Visitor) -> list[frappe._dict]:
	rows = frappe.get_all(
		"Network Platform",
		fields=[
			"name",
			"title",
			f"{names.field_for(visitor.language)} as label",
			"stage",
			"progress",
			"structured_on",
			"territory",
		],
	)
	return _sorted(rows, visitor.language)


def _active_members() -> dict[str, int]:
	"""Platform → number of its active members. All count, whoever may read their names."""
	rows = frappe.get_all(
		"Member Organization",
		filters={"status": "Active"},
		fields=["platform", "count(name) as number"],
		group_by="platform",
	)
	return {row.platform: row.number for row in rows}


# --- one platform ----------------------------------------------------------------------------------------


def platform(visitor: Visitor, name: str) -> dict[str, Any]:
	"""One platform: `platform`, `stages`, `active`, `body`, `members`, `sessions`, `results`.

	Raises PageDoesNotExistError.
	"""
	row = frappe.db.get_value(
		"Network Platform",
		name,
		[
			*("name", "title", f"{names.field_for(visitor.language)} as label", "stage", "progress"),
			*("structured_on", "governance_model", "governance_decision", "current_body"),
		],
		as_dict=True,
	)
	if not row:
		raise frappe.PageDoesNotExistError
	row.label = row.label or row.title
	members = _published(visitor, {"platform": name})
	return {
		"platform": row,
		"stages": _stages(row),
		"active": frappe.db.count("Member Organization", {"platform": name, "status": "Active"}),
		"body": _body(visitor, row.current_body),
		"members": _sorted(members, visitor.language)[:_SOME],
		"published": len(members),
		"sessions": _sessions(visitor, name),
		"results": frappe.get_all(
			"Election Result",
			filters={"platform": name, "is_announced": 1},
			fields=["name", "round", "announced_on"],
			order_by="announced_on desc, creation desc",
			limit=_SOME,
		),
	}


def _sessions(visitor: Visitor, platform: str) -> list[frappe._dict]:
	"""Coming sessions of the platform that are announced to this visitor."""
	rows = [row for row in training_calendar.sessions(levels(visitor)) if row.platform == platform]
	rows = [row for row in rows if row.status != "Cancelled"][:_SOME]
	for row in rows:
		row.label = training.title_in_language(row)
	return rows


def _stages(platform: frappe._dict) -> list[frappe._dict]:
	"""The way to "structured": `label`, `reached`, `on` (the day, where one is known)."""
	reached = platforms.STAGES.index(platform.stage) if platform.stage in platforms.STAGES else 0
	decided_at = platform.governance_decision
	days = (
		None,
		_first("Member Organization", "admitted_on", platform=platform.name, admitted_on=("is", "set")),
		_first("General Meeting", "meeting_date", platform=platform.name, status="Concluded"),
		decided_at and frappe.db.get_value("General Meeting", decided_at, "meeting_date"),
		_first("Election Result", "announced_on", platform=platform.name, is_announced=1),
		platform.structured_on,
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


def _first(doctype: str, fieldname: str, **filters: Any) -> Any:
	"""The earliest day of these documents. A day of its own names nobody."""
	return frappe.db.get_value(doctype, filters, fieldname, order_by=f"{fieldname} asc")


def _body(visitor: Visitor, name: str | None) -> frappe._dict | None:
	"""The body in office: `seats`, `term_start`, `term_end`, `members` (`position`, `label`, `person`), and how
	many more there are (`unnamed`)."""
	body = name and frappe.db.get_value(
		"Operational Body",
		{"name": name, "status": "Constituted"},
		["name", "seats", "term_start", "term_end"],
		as_dict=True,
	)
	if not body:
		return None
	rows = frappe.get_all(
		"Operational Body Member",
		filters={"parent": name, "parenttype": "Operational Body", "status": "Serving"},
		or_filters=[["from_date", "is", "not set"], ["from_date", "<=", today()]],
		fields=["organization", "person", "member_name", "position"],
		order_by="idx",
	)
	known = visible_names(visitor, [row.organization for row in rows])
	# Who stands for an organisation is as public as the organisation.
	body.members = [
		frappe._dict(
			position=row.position,
			label=known[row.organization],
			person=row.member_name if row.person else None,
		)
		for row in rows
		if row.organization in known
	]
	body.unnamed = len(rows) - len(body.members)
	return body


# --- members ---------------------------------------------------------------------------------------------


def members(visitor: Visitor, asked: dict[str, str]) -> dict[str, Any]:
	"""The published members: `rows` of one page, `total`, `page`, `pages`, what was `asked` (`words`, `platform`,
	`sector`), and the `platforms` and `sectors` to ask for as (value, words). The words are found in any of an organisation's names, in whatever spelling.
	"""
	asked = {key: (asked.get(key) or "").strip()[:140] for key in ("words", "platform", "sector", "page")}
	filters: list[Any] = membership.search_words(asked["words"][:_LONGEST_SEARCH])
	if asked["platform"]:
		filters.append(("platform", "=", asked["platform"]))
	if asked["sector"]:
		filters.append(("Organization Sector", "sector", "=", asked["sector"]))
	found = _sorted(_published(visitor, filters), visitor.language)
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
	sectors = [(name, _(name)) for name in frappe.get_all("Network Sector", pluck="name")]
	return sorted(sectors, key=lambda sector: sort_key(sector[1], visitor.language))


def _published(visitor: Visitor, filters: dict | list) -> list[frappe._dict]:
	"""Active organisations that are published to this visitor, among those that `filters` leave."""
	if isinstance(filters, dict):
		filters = [
			(field, *(value if isinstance(value, tuple) else ("=", value)))
			for field, value in filters.items()
		]
	rows = frappe.get_all(
		"Member Organization",
		filters=[("status", "=", "Active"), ("publish_level", "in", levels(visitor)), *filters],
		fields=[
			*("name", "title", f"{names.field_for(visitor.language)} as label"),
			*("acronym", "platform", "territory"),
		],
		distinct=True,
	)
	for row in rows:
		row.label = row.label or row.title
	return rows


def _add_sectors(rows: list[frappe._dict]) -> None:
	sectors: dict[str, list[str]] = {}
	for row in frappe.get_all(
		"Organization Sector",
		filters={"parenttype": "Member Organization", "parent": ("in", [row.name for row in rows])},
		fields=["parent", "sector"],
		order_by="idx",
	):
		sectors.setdefault(row.parent, []).append(row.sector)
	for row in rows:
		row.sectors = sectors.get(row.name, [])


def _sorted(rows: list[frappe._dict], language: str) -> list[frappe._dict]:
	for row in rows:
		row.label = row.label or row.title
	return sorted(rows, key=lambda row: sort_key(row.label, language))
