"""What holds for every page of the portal: where it is found, what it answers, whom it lets do what."""

from __future__ import annotations

import frappe
import pytest
from frappe.website.utils import get_home_page, get_portal_sidebar_items

from aso_network.portal import language, pages
from tests.site import builders, web

MEMBER = "Member Representative"


@pytest.fixture
def delegate() -> str:
	"""A user who acts for a member."""
	contact = frappe.get_doc("Contact", builders.delegate(builders.organization(builders.platform())))
	contact.user = builders.user(MEMBER)
	contact.add_email(contact.user, is_primary=True)
	contact.save()
	return contact.user


def test_members_find_their_pages_in_the_websites_sidebar_and_land_on_them(delegate):
	frappe.set_user(delegate)
	routes = [item["route"] for item in get_portal_sidebar_items()]
	assert ["/my", "/my/meetings", "/my/elections"] == [route for route in routes if route.startswith("/my")][
		:3
	]
	assert get_home_page() == "my"
	frappe.set_user(builders.user("Network Officer"))
	assert not [item for item in get_portal_sidebar_items() if item["route"].startswith("/my")]


@pytest.mark.parametrize(
	"path",
	[
		"/my/index.html",
		"/my/index",
		"/my/meetings/one",
		"/my/../my/x",
		"/my/%2e%2e",
		"/network/one",
		"/my/x.py",
	],
)
def test_a_page_is_found_by_its_address_only(delegate, path):
	frappe.set_user(delegate)
	assert web.visit(path).status_code == 404


def test_what_is_not_there_and_what_is_not_theirs_get_the_same_answer(delegate):
	foreign = builders.organization(builders.platform())
	meeting = builders.meeting(foreign.platform, [foreign])
	frappe.set_user(delegate)
	there, not_there = (web.visit(f"/my/meetings/{name}") for name in (meeting, "GM-0000-0000"))
	assert there.status_code == not_there.status_code == 404
	assert web.text(there) == web.text(not_there)


def test_a_page_that_takes_nothing_refuses_to_be_sent_something(delegate):
	frappe.set_user(delegate)
	assert web.visit("/my/elections", "POST", action="x").status_code == 404


def test_nobody_is_led_to_another_host():
	for target in ("//example.org", "/\\example.org", "https://example.org", "javascript:alert(1)", ""):
		assert pages.redirect(target).headers["Location"] == "/"
	frappe.set_user("Guest")
	for target in ("//example.org", "https://example.org/x", "/\t/example.org", "/\n/example.org"):
		location = web.visit("/language", "POST", to="ar", back=target).headers["Location"]
		assert location == "/", target


def test_a_name_with_markup_is_shown_and_not_run(delegate):
	frappe.set_user(delegate)
	name = frappe.db.get_value("Contact", {"user": delegate}, "name")
	organization = frappe.db.get_value("Organization Representative", {"contact": name}, "parent")
	evil = "<img src=x onerror=alert(1)>"
	frappe.db.set_value(
		"Member Organization", organization, {"title": evil, "name_en": evil, "name_ar": evil}
	)
	page = web.visit("/my").get_data(as_text=True)
	assert evil not in page
	assert "&lt;img src=x" in page


def test_no_page_lets_itself_be_framed_stored_or_fed_from_elsewhere(delegate):
	frappe.set_user(delegate)
	headers = web.visit("/my").headers
	assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
	assert "default-src 'self'" in headers["Content-Security-Policy"]
	assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
	("code", "direction"), [("ar", "rtl"), ("ckb", "rtl"), ("en", "ltr"), ("ku", "ltr"), ("fr", "ltr")]
)
def test_a_stranger_reads_in_the_language_of_the_cookie(code, direction):
	frappe.set_user("Guest")
	page = web.visit("/network", cookies={language.COOKIE: code}).get_data(as_text=True)
	offered = language.offered()
	expected = code if code in offered else "en"
	assert f'<html lang="{expected}" dir="{language.direction(expected)}">' in page
	assert direction == language.direction(code)


def test_dates_have_the_months_of_syria(monkeypatch):
	monkeypatch.setattr(frappe.local, "lang", "ar")
	assert language.format_date("2022-11-09") == "9 تشرين الثاني 2022"
	assert language.listed(["a", "b"]) == "a، b"
	monkeypatch.setattr(frappe.local, "lang", "en")
	assert language.format_datetime("2022-11-09 09:05:00") == "9 November 2022, 09:05"


def test_a_member_changes_the_language_for_all_devices(delegate):
	frappe.set_user(delegate)
	web.visit("/language", "POST", to="ar", back="/my")
	assert frappe.db.get_value("User", delegate, "language") == "ar"
	web.visit("/language", "POST", to="xx", back="/my")
	assert frappe.db.get_value("User", delegate, "language") == "ar"
