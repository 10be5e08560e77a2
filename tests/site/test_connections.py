"""Connections from ERPNext's forms to the app's documents."""

import frappe
import pytest
from frappe.desk.notifications import get_open_count

from tests.site import builders, hall


def connections(doctype, name):
	"""{DocType: how many documents of it hang on this one}, as its form shows them."""
	found = get_open_count(doctype, name)["count"]
	return {
		row["doctype"]: row["count"]
		for rows in (found["external_links_found"], found["internal_links_found"])
		for row in rows
		if row["count"]
	}


@pytest.mark.parametrize("doctype", ["Contact", "Project", "Territory"])
def test_every_connection_leads_somewhere(doctype):
	data = frappe.get_meta(doctype).get_dashboard_data()
	fields = data["non_standard_fieldnames"]
	for group in data["transactions"]:
		for linked in group["items"]:
			if frappe.get_meta(linked).module != "ASO Network":
				continue
			meta = frappe.get_meta(linked)
			rows = [frappe.get_meta(df.options) for df in meta.get_table_fields()]
			assert any(
				m.has_field(fields[linked]) and m.get_field(fields[linked]).options == doctype
				for m in (meta, *rows)
			), f"{doctype}: {linked}"


def test_a_persons_form_shows_where_they_took_part():
	h = hall.build(organizations=4, candidates=2)
	teller = builders.delegate(h.organizations[-1])
	assert connections("Contact", teller) == {
		"Member Organization": 1, "General Meeting": 1, "Election Voter": 1, "Election": 1,
	}  # fmt: skip


def test_a_governorates_form_shows_what_happens_there():
	h = hall.build(organizations=4, candidates=2)
	place = frappe.db.get_value("Network Platform", h.platform, "territory")
	assert connections("Territory", place) == {
		"Network Platform": 1, "Member Organization": 4, "General Meeting": 1, "Election": 1,
	}  # fmt: skip
