"""Places: governorates, districts and sub-districts as territories, found by every spelling."""

import frappe
import pytest
from frappe.utils.nestedset import get_ancestors_of

from aso_network import created, install, territories
from aso_network.roles import DESK_ROLES, OFFICER
from tests.site import builders, doors


def found(text):
	return [
		row["value"] for row in doors.call("frappe.desk.search.search_link", doctype="Territory", txt=text)
	]


def test_the_places_hang_where_they_belong():
	levels = frappe.get_all(
		"Territory",
		filters={"aso_pcode": ("like", "SY%")},
		fields=["aso_level", "count(name) as number"],
		group_by="aso_level",
	)
	assert {row.aso_level: row.number for row in levels} == {
		"Governorate": 3,
		"District": 10,
		"Sub-district": 40,
	}
	assert get_ancestors_of("Territory", "Hajin Sub-district") == [
		"Abu Kamal District", "Deir-ez-Zor", "Syria", "All Territories",
	]  # fmt: skip


@pytest.mark.parametrize(
	("text", "first"),
	[
		("Deir Ezzor", "Deir-ez-Zor"),
		("deir al-zor", "Deir-ez-Zor"),
		("دير الزور", "Deir-ez-Zor"),
		("ديرالزور", "Deir-ez-Zor"),
		("Hasakah", "Al-Hasakeh"),
		("Al-Hasakah", "Al-Hasakeh"),
		("Hassakeh", "Al-Hasakeh"),
		("الحسكه", "Al-Hasakeh"),
		("Raqqa", "Ar-Raqqa"),
		("الرقة", "Ar-Raqqa"),
		("Qamishli", "Quamishli District"),
		("القامشلي", "Quamishli District"),
		("Al-Mayadin", "Al Mayadin District"),
		("Al-Bukamal", "Abu Kamal District"),
		("Tabqa", "Ath-Thawrah District"),
		("SY090201", "Hajin Sub-district"),
	],
)
def test_a_place_is_found_by_every_spelling(text, first):
	with builders.as_user(builders.user(OFFICER)):
		assert first in found(text)[:2]


def test_every_role_of_the_desk_may_choose_a_place():
	for role in DESK_ROLES:
		with builders.as_user(builders.user(role)):
			assert "Ar-Raqqa" in found("Raqqa"), role


def test_in_arabic_a_place_is_found_and_shown_by_its_arabic_name():
	frappe.local.lang = "ar"
	try:
		assert "Deir-ez-Zor" in found("الزور")
		assert "Deir-ez-Zor" in found("Deir Ezzor")
	finally:
		frappe.local.lang = "en"


def _again():
	"""As on a site that never had the places loaded."""
	frappe.db.delete("DefaultValue", {"defkey": created._KEY})
	territories.ensure_territories()


def _all():
	return frappe.get_all(
		"Territory",
		fields=["name", "parent_territory", "aso_pcode", "aso_name_ar", "aso_aliases"],
		order_by="name",
	)


def test_loading_again_changes_nothing():
	before = _all()
	_again()
	assert _all() == before


def test_what_a_site_made_of_the_places_stays():
	# As after a rename, which takes Frappe seconds.
	frappe.db.set_value("Territory", "Hajin Sub-district", {"name": "Hajin town", "aso_name_ar": "بلدة هجين"})
	_again()
	assert not frappe.db.exists("Territory", "Hajin Sub-district")
	assert frappe.db.get_value("Territory", "Hajin town", "aso_name_ar") == "بلدة هجين"
	frappe.delete_doc("Territory", "Suluk Sub-district")
	territories.ensure_territories()
	assert not frappe.db.exists("Territory", "Suluk Sub-district")


def test_a_place_that_a_site_had_before_is_taken_as_it_is():
	frappe.delete_doc("Territory", "Hajin Sub-district")
	own = frappe.get_doc(
		{
			"doctype": "Territory",
			"territory_name": "Hajin Sub-district",
			"parent_territory": "All Territories",
		}
	).insert()
	_again()
	own.reload()
	assert (own.aso_pcode, own.parent_territory) == ("SY090201", "All Territories")
	assert frappe.db.count("Territory", {"aso_pcode": "SY090201"}) == 1


def test_before_erpnexts_wizard_there_is_no_tree_and_after_it_the_places_come():
	frappe.db.delete("Territory")
	_again()
	assert not frappe.db.count("Territory")
	for name, parent in (("جميع المناطق", None), ("Syria", "جميع المناطق")):
		root = frappe.get_doc({"doctype": "Territory", "territory_name": name, "is_group": int(not parent)})
		root.parent_territory = parent
		root.flags.ignore_mandatory = True
		root.insert(ignore_if_duplicate=True)
	install.after_setup_wizard({})
	assert frappe.db.count("Territory") == 2 + 53
	assert frappe.db.get_value("Territory", "Deir-ez-Zor", "parent_territory") == "Syria"
	assert frappe.db.get_value("Territory", "Syria", "is_group")
