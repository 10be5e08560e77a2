"""One platform per governorate, its cost centre, and its way to being structured."""

from __future__ import annotations

import frappe
import frappe.client
import pytest

from aso_network import platforms
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows import guard
from tests.site import builders
from tests.site.races import committed, race


def test_a_platform_goes_by_its_first_name():
	assert builders.platform(name_en="Hasakah X", name_ar="الحسكة").name == "Hasakah X"
	assert builders.platform(name_en=" ", name_ar="الرقة س", name_ku="Reqa").name == "الرقة س"
	with pytest.raises(platforms.PlatformNameMissingError):
		builders.platform(name_en="--")


def test_a_governorate_has_one_platform():
	first = builders.platform()
	with pytest.raises(platforms.TerritoryTakenError) as refused:
		builders.platform(territory=first.territory)
	assert first in str(refused.value) and first.territory in str(refused.value)


def test_a_platform_is_for_a_governorate_where_the_level_is_known():
	for level in ("District", "Sub-district"):
		place = builders.territory(level=level)
		with pytest.raises(platforms.NotAGovernorateError, match=place):
			builders.platform(territory=place)
	builders.platform(territory=builders.territory(level=None))


def cost_center(is_group=0):
	company = frappe.get_all("Company", pluck="name", limit=1)[0]
	parent = frappe.db.get_value("Cost Center", {"company": company, "is_group": 1})
	doc = frappe.get_doc(
		{
			"doctype": "Cost Center",
			"cost_center_name": f"Centre {next(builders._numbers)}",
			"parent_cost_center": parent,
			"company": company,
			"is_group": is_group,
		}
	)
	return doc.insert()


def test_the_company_follows_the_cost_center_and_a_group_is_refused():
	centre = cost_center()
	doc = builders.platform(cost_center=centre.name, company="Typed").doc()
	assert doc.company == centre.company
	doc.cost_center = cost_center(is_group=1).name
	with pytest.raises(platforms.CostCenterIsGroupError, match="is a group"):
		doc.save()
	doc.reload()
	doc.cost_center = None
	doc.save()
	assert doc.company is None


def test_how_far_a_platform_is_cannot_be_typed():
	typed = {"stage": "Structured", "progress": 100, "structured_on": "2022-11-09", "meetings_numbered": 7}
	made = builders.platform(**typed, governance_model="Board")
	doc = made.doc()
	assert (doc.stage, doc.progress, doc.structured_on, doc.meetings_numbered, doc.governance_model) == (
		("Founded", 0, None, 0, None)
	)
	with builders.as_user(builders.user(MANAGER)):
		frappe.client.set_value("Network Platform", made, typed)
	assert doc.reload().stage == "Founded"


def test_an_open_form_does_not_undo_what_happened_meanwhile():
	made = builders.platform()
	open_form = made.doc()
	builders.meeting(made, [builders.organization(made)], "Concluded")
	open_form.name_ku = "Dêra Zorê"
	open_form.save()
	assert (made.stage, made.meetings_numbered, made.name_ku) == ("Meeting Held", 1, "Dêra Zorê")


def test_a_stage_once_reached_stays():
	made = builders.platform()
	assert (made.stage, made.progress) == ("Founded", 0)
	member = builders.organization(made)
	assert (made.stage, made.progress) == ("Members Admitted", 20)
	guard.move(member.doc(), "Suspended", "Inactive")
	assert made.stage == "Members Admitted"


def test_an_officer_moves_a_platform_on_without_editing_it():
	made = builders.platform()
	applicant = builders.organization(made, "Under Review")
	with builders.as_user(builders.user(OFFICER)):
		with pytest.raises(frappe.PermissionError):
			made.doc().save()
		guard.move(applicant.doc(), "Active")
	assert made.stage == "Members Admitted"


def test_a_platform_with_members_is_not_deleted():
	made = builders.platform()
	builders.organization(made, "Applied")
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("Network Platform", made)
	empty = builders.platform()
	frappe.delete_doc("Network Platform", empty)


# --- two at once ---


def test_two_platforms_at_once_in_one_governorate():
	with committed("Network Platform", "Territory"):
		place = builders.territory()
		frappe.db.commit()
		made, refused = race(
			lambda: builders.platform(name_en="First", territory=place),
			lambda: builders.platform(name_en="Second", territory=place),
		)
		assert made == "First"
		assert isinstance(refused, platforms.TerritoryTakenError) and "First" in str(refused)


def test_two_meetings_at_once_get_two_numbers():
	with committed("General Meeting", "Network Platform", "Territory"):
		made = builders.platform()
		frappe.db.commit()
		meetings = race(
			lambda: builders.meeting(made, status="Draft").sequence,
			lambda: builders.meeting(made, status="Draft").sequence,
		)
		assert meetings == (1, 2)


def test_two_steps_at_once_both_count():
	with committed(
		"General Meeting",
		"Member Organization",
		"Contact",
		"Network Audit Event",
		"Network Platform",
		"Territory",
	):
		made = builders.platform()
		member = builders.organization(made, "Under Review")
		meeting = builders.meeting(made, [builders.organization(made)])
		frappe.db.set_value("Network Platform", made, {"stage": "Founded", "progress": 0})
		frappe.db.commit()

		def conclude():
			doc = meeting.doc()
			doc.impressions = "They spoke."
			return guard.move(doc, "Concluded").status

		assert race(conclude, lambda: guard.move(member.doc(), "Active").status) == ("Concluded", "Active")
		assert made.stage == "Meeting Held"
