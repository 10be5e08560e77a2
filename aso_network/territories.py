"""Governorates, districts and sub-districts of the network's area, as ERPNext territories with P-codes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import frappe
from frappe.utils.nestedset import get_root_of

from aso_network.created import created, remember

_DATA = Path(__file__).parent / "data"
_COUNTRY = "Syria"
_LEVELS = {"1": "Governorate", "2": "District", "3": "Sub-district"}


class Place(NamedTuple):
	pcode: str
	level: str
	name: str
	name_ar: str
	aliases: str
	parent: str


def places() -> Iterator[Place]:
	"""The places of the data files, parents before children. Names are unique: a governorate keeps its plain
	name, a district or sub-district says what it is ("Deir-ez-Zor District")."""
	with open(_DATA / "syria_aliases.csv", encoding="utf-8", newline="") as file:
		aliases = {row["pcode"]: row["aliases"] for row in csv.DictReader(file)}
	with open(_DATA / "syria_pcodes.csv", encoding="utf-8", newline="") as file:
		for row in csv.DictReader(file):
			level = _LEVELS[row["level"]]
			name = row["name_en"] if level == "Governorate" else f"{row['name_en']} {level}"
			yield Place(
				row["pcode"], level, name, row["name_ar"], aliases.get(row["pcode"], ""), row["parent"]
			)


def ensure_territories() -> None:
	"""Load the places once, when the site has a territory tree to hang them on.

	A place that the site already has (by P-code, else by its name) is taken as it is: only its empty fields
	of this app are filled. After that the tree is the site's own, and what it renames, moves or deletes stays so.
	"""
	root = get_root_of("Territory")
	if not root or created("territories"):
		return
	names: dict[str, str] = {}
	top = _country() or root
	for place in places():
		names[place.pcode] = _find(place) or _insert(place, names.get(place.parent, top))
	remember("territories", "Syria")


def _country() -> str | None:
	"""The country's own territory, which ERPNext's wizard makes as a leaf; it has to become a group."""
	if not frappe.db.exists("Territory", _COUNTRY):
		return None
	country = frappe.get_doc("Territory", _COUNTRY)
	if not country.is_group:
		country.is_group = 1
		country.save(ignore_permissions=True)  # runs only when the app is installed or migrated
	return country.name


def _find(place: Place) -> str | None:
	name = frappe.db.get_value("Territory", {"aso_pcode": place.pcode})
	if name:
		return name
	name = frappe.db.get_value(
		"Territory", {"territory_name": ("in", (place.name, place.name_ar)), "aso_pcode": ("is", "not set")}
	)
	if name:
		territory = frappe.get_doc("Territory", name)
		for fieldname, value in _fields(place).items():
			if not territory.get(fieldname):
				territory.set(fieldname, value)
		territory.is_group = territory.is_group or int(place.level != "Sub-district")
		territory.save(ignore_permissions=True)  # runs only when the app is installed or migrated
	return name


def _insert(place: Place, parent: str) -> str:
	territory = frappe.get_doc(
		{
			"doctype": "Territory",
			"territory_name": place.name,
			"parent_territory": parent,
			"is_group": int(place.level != "Sub-district"),
			**_fields(place),
		}
	)
	territory.insert(ignore_permissions=True)  # runs only when the app is installed or migrated
	return territory.name


def _fields(place: Place) -> dict[str, str]:
	return {
		"aso_pcode": place.pcode,
		"aso_level": place.level,
		"aso_name_ar": place.name_ar,
		"aso_aliases": place.aliases,
	}
