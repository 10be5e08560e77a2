"""What forms ask about members: link searches that read every spelling of a name."""

from __future__ import annotations

import frappe
from frappe.utils.data import make_filter_tuple

from aso_network import membership, names

Filters = dict | list | None


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def search_organizations(
	doctype: str,
	txt: str,
	searchfield: str,
	start: int,
	page_len: int,
	filters: Filters,
	as_dict: bool = False,
) -> list[tuple] | list[dict]:
	"""Link search for Member Organization (hook `standard_queries`): by any of its names in any spelling, by
	acronym and by number. Narrowed to what the user may read."""
	rows = frappe.get_list(
		"Member Organization",
		filters=[*_as_list("Member Organization", filters), *membership.search_words(txt)],
		fields=["name", "title as label", "name_ar", "acronym", "platform"],
		order_by="title asc",
		limit_start=start,
		limit_page_length=page_len,
	)
	sought = names.key(txt[:140])
	rows.sort(key=lambda row: not names.key(row.label).startswith(sought))
	for row in rows:
		if row.name_ar == row.label:
			row.name_ar = None
	return rows if as_dict else [tuple(row.values()) for row in rows]


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def search_representatives(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: Filters
) -> list[tuple]:
	"""Link search for Contact: who represents the organisation `filters["organization"]` on the day
	`filters["on"]`. To represent one is to be known to whoever may read it."""
	organization = (filters or {}).get("organization")
	if not organization:
		return []
	frappe.has_permission("Member Organization", "read", organization, throw=True)
	sought = names.key(txt[:140])
	people = [
		(person.contact, person.full_name)
		for person in membership.representatives([organization], filters.get("on"))
		if sought in names.key(f"{person.full_name} {person.contact}")
	]
	return people[start : start + page_len]


def _as_list(doctype: str, filters: Filters) -> list:
	if isinstance(filters, dict):
		return [make_filter_tuple(doctype, key, value) for key, value in filters.items()]
	return filters or []
