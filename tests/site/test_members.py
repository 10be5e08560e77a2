"""Who is a member of a platform, under which name, from where, and through whom."""

from __future__ import annotations

import frappe
import pytest
from frappe.desk.search import search_link
from frappe.utils import add_days, getdate, today

from aso_network import membership, rows
from aso_network.api import membership as api
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows import guard
from tests.site import builders
from tests.site.races import committed, race


def apply(platform, **names):
	"""An application with these names and nothing else."""
	return frappe.get_doc(
		{
			"doctype": "Member Organization",
			"platform": platform,
			"territory": platform.territory,
			**names,
		}
	).insert()


# --- names ---


def test_one_name_in_any_language_is_enough_and_becomes_the_title():
	platform = builders.platform()
	arabic = builders.organization(platform, "Applied", name_en=None, name_ar="جمعية الأمل")
	kurdish = builders.organization(platform, "Applied", name_en=" ", name_ar="", name_ku="Hêvî")
	assert (arabic.title, kurdish.title) == ("جمعية الأمل", "Hêvî")


def test_an_organization_without_a_name_is_refused():
	platform = builders.platform()
	for empty in (None, "  ", "---", "ـــ"):
		with pytest.raises(membership.OrganizationNameMissingError, match="one of the three"):
			apply(platform, name_en=empty)


def test_a_second_organization_of_the_same_name_is_refused_and_the_first_named():
	platform = builders.platform()
	first = builders.organization(
		platform,
		name_en="Al-Amal Association",
		name_ar="جمعية الأمل",
		name_ku="Hêvî",
		aliases="Hope Society\nAmal",
	)
	for again in (
		{"name_ar": "جمعية الأمل"},
		{"name_ar": "  جمعية   الامل "},
		{"name_ar": "جمعيّة الأمَل"},
		{"name_ar": "جمعـــية الأمل"},
		{"name_ar": "جمعيه الأمل"},
		{"name_en": "AL-AMAL association"},
		{"name_en": "Al Amal  Association."},
		{"name_ku": "Al-Amal Association"},
		{"name_en": "جمعية الأمل"},
		{"name_en": "Hope Society"},
		{"name_en": "New", "aliases": "Another\nal amal association"},
	):
		with pytest.raises(membership.DuplicateOrganizationError) as refused:
			apply(platform, **again)
		for said in (first.title, first.name, platform, "Active", "Open that one"):
			assert said in str(refused.value)


def test_a_name_is_not_taken_by_part_of_another_nor_by_an_acronym_nor_elsewhere():
	platform = builders.platform()
	apply(platform, name_en="Amal Association", acronym="Hope")
	apply(platform, name_en="Amal")
	apply(platform, name_en="Hope")
	apply(platform, name_en="100% Women")
	apply(platform, name_en="50% Women")
	apply(builders.platform(), name_en="Amal")


def test_renaming_is_checked_like_a_new_name_and_a_record_does_not_clash_with_itself():
	platform = builders.platform()
	first, second = (builders.organization(platform, "Applied") for _ in range(2))
	doc = first.doc()
	doc.name_ar = "منظمة أخرى"
	doc.save()
	doc.name_en = second.title.upper()
	with pytest.raises(membership.DuplicateOrganizationError, match=second.name):
		doc.save()


@pytest.mark.parametrize("status", ["Rejected", "Withdrawn"])
def test_who_was_turned_away_or_left_may_apply_again(status):
	platform = builders.platform()
	former = builders.organization(platform, status, name_en="Hope", name_ar="أمل")
	assert builders.organization(platform, name_en="hope", name_ar="امل").status == "Active"
	with pytest.raises(membership.DuplicateOrganizationError):
		builders.organization(platform, "Applied", name_en="HOPE", name_ar=None)
	assert former.title == "Hope"


def test_a_suspended_member_keeps_its_name():
	platform = builders.platform()
	builders.organization(platform, "Suspended", name_en="Hope")
	with pytest.raises(membership.DuplicateOrganizationError, match="Suspended"):
		builders.organization(platform, "Applied", name_en="hope", name_ar=None)


def test_the_keys_of_a_name_cannot_be_typed():
	platform = builders.platform()
	made = builders.organization(
		platform, "Applied", name_en="Hope", name_key_en="x", search_key="y", title="z"
	)
	assert (made.name_key_en, made.title) == ("hope", "Hope")
	assert "y" not in made.search_key.split("\n")


# --- search ---


def test_link_search_finds_a_member_by_every_spelling_of_every_name():
	platform = builders.platform()
	made = builders.organization(
		platform, name_en="Al-Amal", name_ar="جمعية الأمل", acronym="AAH", aliases="Hope Society"
	)
	apply(platform, name_en="Other", name_ar="أخرى")
	with builders.as_user(builders.user(OFFICER)):
		for typed in (
			"جمعيّة الأمل",
			"جمعيه الامل",
			"الامل جمعيه",
			"جمعـية",
			"AL AMAL",
			"alamal",
			"ama",
			"AAH",
			"hope soc",
		):
			found = search_link("Member Organization", typed, filters={"platform": platform})
			assert [row["value"] for row in found] == [made], typed
	assert found[0]["label"] == "Al-Amal"
	assert platform in found[0]["description"]


def test_link_search_finds_by_number_and_keeps_the_filters_of_the_field():
	platform = builders.platform()
	made = builders.organization(platform)
	builders.organization(platform, "Applied")
	found = search_link("Member Organization", made.name, filters={"platform": platform})
	assert [row["value"] for row in found] == [made]
	found = search_link(
		"Member Organization", "", filters=[["platform", "=", platform], ["status", "=", "Active"]]
	)
	assert [row["value"] for row in found] == [made]
	assert search_link("Member Organization", "%_", filters={"platform": platform, "name": made})


def test_link_search_does_not_show_what_the_user_may_not_read():
	platform = builders.platform()
	builders.organization(platform, name_en="Hidden from you")
	with builders.as_user(builders.user("Sales User")):
		assert search_link("Member Organization", "Hidden") == []


def test_the_representatives_of_a_member_are_found_on_the_day_asked_for():
	platform = builders.platform()
	made = builders.organization(platform)
	doc = made.doc()
	former = builders.contact("Amal")
	doc.append("representatives", {"contact": former, "from_date": "2000-01-01", "to_date": "2010-01-01"})
	doc.save()

	def found(text="", **filters):
		filters = {"organization": made.name, **filters}
		return [row[0] for row in api.search_representatives("Contact", text, "name", 0, 10, filters)]

	with builders.as_user(builders.user(OFFICER)):
		assert found() == [builders.delegate(made)]
		assert found("أمل", on="2005-05-05") == []
		assert found("amal", on="2005-05-05") == [former]
		assert found("nobody") == []
	with builders.as_user(builders.user("Sales User")), pytest.raises(frappe.PermissionError):
		found()


# --- place and dates ---


def test_the_town_lies_in_the_governorate_of_the_platform():
	platform = builders.platform()
	town = builders.territory(parent=platform.territory)
	assert builders.organization(platform, territory=town).territory == town
	elsewhere = builders.territory()
	with pytest.raises(membership.TerritoryOutsidePlatformError) as refused:
		builders.organization(platform, territory=elsewhere)
	for said in (elsewhere, platform.territory, platform):
		assert said in str(refused.value)
	root = frappe.db.get_value("Territory", elsewhere, "parent_territory")
	with pytest.raises(membership.TerritoryOutsidePlatformError):
		builders.organization(platform, territory=root)


def test_an_application_may_go_to_another_platform_but_a_member_may_not():
	first, second = builders.platform(), builders.platform()
	for status, allowed in (("Applied", True), ("Active", False), ("Suspended", False)):
		doc = builders.organization(first, status).doc()
		doc.platform, doc.territory = second, second.territory
		if allowed:
			doc.save()
			continue
		with pytest.raises(membership.PlatformFixedError, match=first) as refused:
			doc.save()
		assert doc.title in str(refused.value)


def test_a_past_day_is_not_to_come():
	platform = builders.platform()
	for field in ("founded_on", "applied_on"):
		with pytest.raises(membership.FutureDateError, match="still to come"):
			apply(platform, name_en="Hope", **{field: add_days(today(), 1)})


# --- representatives ---


def delegate(start=None, end=None, contact=None, is_delegate=1):
	return {
		"contact": contact or builders.contact(),
		"is_delegate": is_delegate,
		"from_date": start or "2000-01-01",
		"to_date": end,
	}


def test_admission_needs_a_delegate_and_stamps_the_day():
	platform = builders.platform()
	with pytest.raises(membership.DelegateMissingError, match="no current delegate"):
		builders.organization(platform, representatives=[])
	with pytest.raises(membership.DelegateMissingError):
		builders.organization(platform, representatives=[delegate(is_delegate=0)])
	with pytest.raises(membership.DelegateMissingError):
		builders.organization(platform, representatives=[delegate(end="2010-01-01")])
	with pytest.raises(membership.DelegateMissingError):
		builders.organization(platform, representatives=[delegate(start=add_days(today(), 1))])
	assert builders.organization(platform).admitted_on == getdate()


def test_an_active_member_does_not_lose_its_delegate():
	doc = builders.organization(builders.platform()).doc()
	for change in ({"is_delegate": 0}, {"to_date": add_days(today(), -1)}, {"to_date": today()}):
		doc.reload()
		doc.representatives[0].update(change)
		with pytest.raises(membership.DelegateMissingError, match=doc.title):
			doc.save()
	doc.reload()
	doc.representatives = []
	with pytest.raises(membership.DelegateMissingError):
		doc.save()


def test_a_suspended_member_returns_only_with_a_delegate():
	doc = builders.organization(builders.platform(), "Suspended").doc()
	doc.representatives[0].to_date = add_days(today(), -1)
	doc.save()
	with pytest.raises(membership.DelegateMissingError):
		guard.move(doc, "Active", "Back")


def test_two_delegates_at_a_time_are_refused_and_both_named():
	platform, first, other = builders.platform(), builders.contact("Amina"), builders.contact("Berivan")
	for start, end in (
		(None, None),
		("2020-01-01", None),
		("2020-01-01", "2020-01-01"),
		("1999-01-01", "2000-01-02"),
	):
		with pytest.raises(membership.TwoDelegatesError) as refused:
			apply(
				platform,
				name_en="Hope",
				representatives=[delegate(contact=first), delegate(start, end, contact=other)],
			)
		for said in ("Hope", "Amina", "Berivan", "may be the same day"):
			assert said in str(refused.value)


def test_a_delegate_hands_over_and_the_next_counts_from_that_day():
	doc = builders.organization(builders.platform()).doc()
	old, new = doc.representatives[0].contact, builders.contact()
	doc.representatives[0].to_date = today()
	doc.append("representatives", {"contact": new, "is_delegate": 1, "from_date": today()})
	doc.save()
	assert membership.current_delegate(doc) == membership.current_delegate(doc.name) == new
	assert membership.current_delegate(doc.name, add_days(today(), -1)) == old
	assert membership.current_delegate(doc, "1999-12-31") is None
	(member,) = membership.active_organizations(doc.platform)
	assert (member.name, member.title, member.delegate) == (doc.name, doc.title, new)
	# Who has handed over still represented the organisation that day.
	assert {person.contact for person in membership.representatives([doc.name])} == {old, new}


def test_a_person_is_listed_once_at_a_time_but_may_come_back():
	person = builders.contact("Amina")
	platform = builders.platform()
	with pytest.raises(membership.RepresentativeTwiceError, match="Amina is listed twice"):
		builders.organization(
			platform,
			"Applied",
			representatives=[delegate(contact=person), delegate(contact=person, is_delegate=0)],
		)
	builders.organization(
		platform,
		representatives=[delegate(end="2010-01-01", contact=person), delegate("2015-01-01", contact=person)],
	)


def test_a_term_does_not_end_before_it_begins():
	with pytest.raises(membership.RepresentativeDatesError, match="cannot stop"):
		builders.organization(
			builders.platform(), "Applied", representatives=[delegate("2020-01-02", "2020-01-01")]
		)


def test_a_representative_is_changed_in_the_organization_only():
	doc = builders.organization(builders.platform()).doc()
	row = frappe.get_doc("Organization Representative", doc.representatives[0].name)
	row.is_delegate = 0
	with pytest.raises(rows.RowAloneError, match=doc.name):
		row.save()
	with pytest.raises(rows.RowAloneError):
		frappe.delete_doc("Organization Representative", row.name)


def test_active_members_are_listed_by_title():
	platform = builders.platform()
	for name in ("C", "A", "B"):
		builders.organization(platform, name_en=name)
	builders.organization(platform, "Suspended", name_en="D")
	assert [member.title for member in membership.active_organizations(platform)] == ["A", "B", "C"]
	assert membership.active_organizations(builders.platform()) == []


# --- contacts ---


def linked(contact):
	return [(row.link_doctype, row.link_name) for row in frappe.get_doc("Contact", contact).links]


def test_representatives_are_tied_to_the_organization_and_stay_so():
	made = builders.organization(builders.platform())
	doc = made.doc()
	old, new = doc.representatives[0].contact, builders.contact()
	assert linked(old) == [("Member Organization", made)]
	doc.representatives[0].to_date = today()
	doc.append("representatives", {"contact": new, "is_delegate": 1, "from_date": today()})
	doc.save()
	doc.save()
	assert linked(old) == linked(new) == [("Member Organization", made)]
	doc.run_method("onload")
	assert {contact["name"] for contact in doc.get_onload("contact_list")} == {old, new}


def test_an_officer_names_a_contact_of_somebody_else():
	theirs = builders.contact()
	platform = builders.platform()
	with builders.as_user(builders.user(OFFICER)):
		made = builders.organization(platform, "Applied", representatives=[delegate(contact=theirs)])
	assert linked(theirs) == [("Member Organization", made)]


def test_the_contact_of_a_delegate_cannot_be_deleted():
	made = builders.organization(builders.platform())
	with pytest.raises(membership.DelegateMissingError) as refused:
		frappe.delete_doc("Contact", builders.delegate(made))
	assert made.title in str(refused.value) and made.name in str(refused.value)


def test_a_deleted_contact_leaves_no_line_behind():
	doc = builders.organization(builders.platform()).doc()
	gone = builders.contact()
	doc.append("representatives", {"contact": gone, "is_delegate": 0})
	doc.save()
	applied = builders.organization(
		doc.platform,
		"Applied",
		representatives=[delegate("2005-01-01", contact=gone), delegate(end="2001-01-01")],
	)
	with builders.as_user(builders.user(MANAGER)):
		frappe.delete_doc("Contact", gone)
	assert not frappe.db.exists("Organization Representative", {"contact": gone})
	assert len(applied.doc().representatives) == 1
	doc.reload()
	doc.save()


def test_deleting_an_application_takes_what_was_made_for_it_and_spares_the_rest():
	older = builders.contact("Older")
	platform = builders.platform()
	made = builders.organization(platform, "Applied", representatives=[delegate(contact=older)])
	other = builders.organization(platform)
	own, shared, user = builders.contact("Own"), builders.contact("Shared"), builders.user(OFFICER)
	with_user = builders.contact("With user", user=user)
	for organization, people in ((made, (own, shared, with_user)), (other, (shared,))):
		doc = organization.doc()
		for person in people:
			doc.append("representatives", {"contact": person, "from_date": "2001-01-01"})
		doc.save()
	address = frappe.get_doc(
		{
			"doctype": "Address",
			"address_line1": "Main street",
			"city": "Raqqa",
			"country": "Syria",
			"links": [{"link_doctype": "Member Organization", "link_name": made}],
		}
	).insert()
	with builders.as_user(builders.user(MANAGER)):
		frappe.delete_doc("Member Organization", made)
	assert not frappe.db.exists("Contact", own)
	assert not frappe.db.exists("Address", address.name)
	assert linked(older) == linked(with_user) == []
	assert linked(shared) == [("Member Organization", other)]
	assert not frappe.db.exists("Dynamic Link", {"link_name": made})


def test_a_member_cannot_be_deleted():
	made = builders.organization(builders.platform())
	with pytest.raises(guard.NotDeletableError):
		frappe.delete_doc("Member Organization", made)


# --- import ---


def test_an_import_meets_the_same_rules(monkeypatch):
	platform = builders.platform()
	two = [delegate(), delegate()]
	monkeypatch.setattr(frappe.flags, "in_import", True)

	def bring(**values):
		doc = frappe.new_doc("Member Organization")  # as Data Import begins
		doc.update({"platform": platform, "territory": platform.territory, **values})
		return doc.insert()

	first = bring(name_ar="جمعية الأمل")
	assert (first.status, first.name_key_ar) == ("Applied", "جمعيهالامل")
	with pytest.raises(membership.DuplicateOrganizationError, match=first.name):
		bring(name_ar="جمعيه الامل")
	with pytest.raises(guard.MoveNotAllowedError):
		bring(name_en="Hope", status="Active")
	with pytest.raises(membership.TwoDelegatesError):
		bring(name_en="Hope", representatives=two)


# --- two at once ---


def test_two_officers_at_once_enter_the_same_organization():
	with committed("Member Organization", "Network Platform", "Territory"):
		platform = builders.platform()
		territory = platform.territory
		frappe.db.commit()

		def enter(**names):
			doc = {"doctype": "Member Organization", "platform": str(platform), "territory": territory}
			return frappe.get_doc({**doc, **names}).insert().name

		made, refused = race(
			lambda: enter(name_en="Hope", name_ar="جمعية الأمل"),
			lambda: enter(name_en="Other", name_ar="جمعيه الامل"),
		)
		assert frappe.get_all("Member Organization", filters={"platform": platform}, pluck="name") == [made]
		assert isinstance(refused, membership.DuplicateOrganizationError)
		assert made in str(refused) and "Hope" in str(refused)
