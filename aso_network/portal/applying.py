"""What the form of an application offers to choose from: nothing that the public pages do not show as well."""

from __future__ import annotations

import re

import frappe
from frappe import _

from aso_network import names, reading
from aso_network.portal.sorting import sort_key

Choices = list[tuple[str, str]]


def platforms(language: str) -> Choices:
	rows = reading.rows("Network Platform", {}, ("name", "title", f"{names.field_for(language)} as label"))
	return _sorted(((row.name, row.label or row.title) for row in rows), language)


def districts(language: str) -> Choices:
	"""What lies directly under every platform's governorate: few enough for a phone; the office can be more exact."""
	governorates = reading.column("Network Platform", {}, "territory")
	found = reading.column("Territory", {"parent_territory": ("in", governorates)}, "name")
	return _sorted(((name, _(name)) for name in found), language)


def sectors(language: str) -> Choices:
	return _sorted(((name, _(name)) for name in reading.column("Network Sector", {}, "name")), language)


def kinds() -> Choices:
	"""The kinds of organisation without their codes, which tell a stranger nothing."""
	options = frappe.get_meta("Membership Application").get_options("kind").split("\n")
	return [(option, re.sub(r"^\W*\d+\W+", "", _(option))) for option in options if option]


def _sorted(choices: Choices, language: str) -> Choices:
	return sorted(choices, key=lambda choice: sort_key(choice[1], language))
