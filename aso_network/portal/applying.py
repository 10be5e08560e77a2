"""What the form of an application offers to choose from: nothing that the public pages do not show as well."""

from __future__ import annotations

import re

import frappe
from frappe import _

from aso_network import names
from aso_network.portal.sorting import sort_key

Choices = list[tuple[str, str]]


def platforms(language: str) -> Choices:
	rows = frappe.get_all(
		"Network Platform", fields=["name", "title", f"{names.field_for(language)} as label"]
	)
	return _sorted(((row.name, row.label or row.title) for row in rows), language)


def places(language: str) -> Choices:
	"""The districts and sub-districts of every platform's governorate; each says which governorate that is."""
	found = []
	for governorate in frappe.get_all("Network Platform", pluck="territory"):
		lft, rgt = frappe.db.get_value("Territory", governorate, ["lft", "rgt"])
		inside = frappe.get_all(
			"Territory", filters={"lft": (">", lft), "rgt": ("<", rgt)}, pluck="name", order_by=None
		)
		found += [(name, f"{_(governorate)} · {_(name)}") for name in inside]
	return _sorted(found, language)


def sectors(language: str) -> Choices:
	return _sorted(((name, _(name)) for name in frappe.get_all("Network Sector", pluck="name")), language)


def kinds() -> Choices:
	"""The kinds of organisation without their codes, which tell a stranger nothing."""
	options = frappe.get_meta("Membership Application").get_options("kind").split("\n")
	return [(option, re.sub(r"^\W*\d+\W+", "", _(option))) for option in options if option]


def _sorted(choices: Choices, language: str) -> Choices:
	return sorted(choices, key=lambda choice: sort_key(choice[1], language))
