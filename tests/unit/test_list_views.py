"""A list that fetches the title of a linked document needs the reader to be allowed to read that document,
or Frappe refuses the whole list."""

import json
from pathlib import Path

from aso_network.roles import DESK_ROLES

DOCTYPES = Path(__file__).parents[2] / "aso_network" / "aso_network" / "doctype"


def _doctypes():
	for path in DOCTYPES.glob("*/*.json"):
		doctype = json.loads(path.read_text())
		if doctype.get("doctype") == "DocType":
			yield doctype["name"], doctype


def _readers(doctype):
	return {p["role"] for p in doctype.get("permissions", []) if p.get("read") and not p.get("permlevel")}


def test_everybody_who_may_read_a_list_may_read_what_its_columns_link_to():
	doctypes = dict(_doctypes())
	refused = [
		(name, field["fieldname"], role)
		for name, doctype in doctypes.items()
		if not doctype.get("istable")
		for field in doctype["fields"]
		if field["fieldtype"] == "Link" and field.get("in_list_view")
		for linked in [doctypes.get(field["options"])]
		if linked and linked.get("show_title_field_in_link")
		for role in sorted((_readers(doctype) - _readers(linked)) & set(DESK_ROLES))
	]
	assert not refused
