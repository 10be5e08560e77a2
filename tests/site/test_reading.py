"""`reading.rows` answers as `frappe.get_all` does."""

import frappe
import pytest

from aso_network import reading
from tests.site import builders


@pytest.mark.parametrize(
	"filters",
	[
		{},
		{"status": "Active"},
		{"status": ("!=", "Active")},
		{"status": ("in", ("Active", "Suspended"))},
		{"status": ("in", ())},
		{"status": ("not in", ("Active",))},
		{"acronym": ("is", "set")},
		{"acronym": ("is", "not set")},
		{"acronym": ("!=", "A'; --")},
		{"applied_on": (">=", "2000-01-01"), "status": "Active"},
		{"applied_on": ("<", "2000-01-01")},
		{"name_en": "' or '1'='1"},
	],
)
def test_the_same_rows_as_get_all(filters):
	platform = builders.platform()
	for status, acronym in (("Active", "AA"), ("Suspended", None), ("Applied", "A'; --")):
		builders.organization(platform, status, acronym=acronym)
	filters = {"platform": platform.name, **filters}
	asked = {"fields": ["name", "title as label", "acronym"], "order_by": "status, name desc"}
	assert reading.rows("Member Organization", filters, **asked) == frappe.get_all(
		"Member Organization", filters=filters, **asked
	)
	assert reading.column("Member Organization", filters, "status", "name") == frappe.get_all(
		"Member Organization", filters=filters, pluck="status", order_by="name"
	)
