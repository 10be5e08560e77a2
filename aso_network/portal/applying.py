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


def districts(language: str) -> Choices:
	"""What lies directly under every platform's governorate: few enough for a phone; the office can be more exact."""
	governorates = frappe.get_all("Network Platform", pluck="territory", distinct=True, order_by=None)
	found = frappe.get_all(
		"Territory", {"parent_territory": ("in", governorates)}, pluck="name", order_by=None
	)
	return _sorted(((name, _(name)) for name in found), language)


def sectors(language: str) -> Choices:
	return _sorted(((name, _(name)) for name in frappe.get_all("Network Sector", pluck="name")), language)


def kinds() -> Choices:
	"""The kinds of organisation without their codes, which tell a stranger nothing."""
	options = frappe.get_meta("Membership Application").get_options("kind").split("\n")
	return [(option, re.sub(r"^\W*\d+\W+", "", _(option))) for option in options if option]


def _sorted(choices: Choices, language: str) -> Choices:
	return sorted(choices, key=lambda choice: sort_key(choice[1], language))
