"""On a phone with a weak line: signing in, and what becomes of what was typed when an answer does not come."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import expect

from tests.browser import stage
from tests.browser.portal import TOO_QUICK_MS, choose_platform, mailed_link
from tests.site import builders

FORM = "Membership Application"


@pytest.fixture
def platform(site):
	made = builders.platform()
	site.commit()
	return made


@pytest.fixture
def delegate(site):
	"""Who acts for a member."""
	user = stage.representative(builders.organization(builders.platform()))
	stage.speak(user, "ar")
	site.commit()
	return user


def fill_in(page, platform, address: str) -> None:
	"""The application, up to the button that sends it."""
	page.get_by_label("Name in English").fill("Weak Line Association")
	page.get_by_role("button", name="Next").click()
	choose_platform(page, platform.name)
	page.get_by_role("button", name="Next").click()
	page.get_by_role("button", name="Next").click()
	page.locator("[name=contact_name]").fill("Layla")
	page.locator("[name=contact_email]").fill(address)
	page.get_by_role("button", name="Next").click()
	page.locator("[name=motivation]").fill("To work together.")
	page.locator("[name=consent]").check()
	page.wait_for_timeout(TOO_QUICK_MS)


def received(site, address: str) -> int:
	site.refresh()
	return frappe.db.count(FORM, {"contact_email": address})


# --- the line --------------------------------------------------------------------------------------------


def test_what_was_sent_without_a_line_is_sent_when_it_is_back(portal, platform, site, console_errors):
	visit = portal.stranger("en")
	page = visit.open("/apply")
	fill_in(page, platform, "offline@example.org")
	page.context.set_offline(True)
	page.locator("[data-send]").click()
	expect(page.get_by_role("alert")).to_contain_text("sent again when the line is back")
	page.context.set_offline(False)
	page.wait_for_url("**sent=**")
	assert received(site, "offline@example.org") == 1
	console_errors[:] = [error for error in console_errors if "ERR_INTERNET_DISCONNECTED" not in error]


def test_a_lost_answer_counts_once_and_the_sender_sees_the_first(portal, platform, site, console_errors):
	visit = portal.stranger("en")
	page = visit.open("/apply")
	fill_in(page, platform, "lost@example.org")

	def lose_the_answer(route):
		if route.request.method == "POST":
			route.fetch(max_redirects=0)
			route.abort("connectionreset")
		else:
			route.continue_()

	page.route("**/apply", lose_the_answer)
	page.locator("[data-send]").click()
	expect(page.get_by_role("alert")).to_be_visible()
	assert received(site, "lost@example.org") == 1
	page.unroute("**/apply")
	page.reload()  # also after the phone was switched off and on
	for _step in range(4):
		page.get_by_role("button", name="Next").click()
	page.locator("[data-send]").click()
	page.wait_for_url("**sent=**")
	assert "lost@example.org" in visit.text
	assert received(site, "lost@example.org") == 1
	console_errors[:] = [error for error in console_errors if "ERR_CONNECTION_RESET" not in error]


def test_a_draft_stays_on_the_phone_until_it_is_sent_or_wiped(portal, platform):
	visit = portal.stranger("en")
	page = visit.open("/apply")
	page.get_by_label("Name in English").fill("Half a Name")
	expect(page.get_by_text("stays on this phone until you send it")).to_be_visible()
	page.reload()
	expect(page.get_by_label("Name in English")).to_have_value("Half a Name")
	page.get_by_role("button", name="Wipe it from this phone").click()
	expect(page.get_by_label("Name in English")).to_have_value("")
	assert page.evaluate("localStorage.length") == 0


def test_nothing_is_left_on_the_phone_of_what_was_sent(portal, platform):
	visit = portal.stranger("en")
	page = visit.open("/apply")
	fill_in(page, platform, "nothing.left@example.org")
	page.locator("[data-send]").click()
	page.wait_for_url("**sent=**")
	assert page.evaluate("localStorage.length") == 0


def test_what_was_typed_survives_a_session_that_has_ended(portal, delegate, site, console_errors):
	visit = portal.member(delegate, "en")
	page = visit.open("/my/profile")
	page.locator("[name=acronym]").fill("SURVIVES")
	site.refresh()
	frappe.db.delete("Sessions", {"user": delegate})
	frappe.cache.delete_value("session")
	site.commit()
	page.wait_for_timeout(TOO_QUICK_MS)
	for _step in range(9):
		if page.locator("[data-send]").is_visible():
			break
		page.get_by_role("button", name="Next").click()
	page.locator("[data-send]").click()
	expect(page.get_by_text("You have been signed out in the meantime")).to_be_visible()
	page.get_by_role("main").get_by_role("link", name="Sign in").click()
	page.locator("[name=usr]").fill(delegate)
	page.locator("[name=pwd]").fill(stage.PASSWORD)
	page.get_by_role("main").get_by_role("button", name="Sign in").click()
	page.wait_for_url("**/my/profile")
	expect(page.locator("[name=acronym]")).to_have_value("SURVIVES")
	console_errors[:] = [error for error in console_errors if "401" not in error]


# --- signing in ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, False])
def test_a_member_signs_in_and_out_on_a_page_that_weighs_little(portal, delegate, javascript, console_errors):
	visit = portal.stranger("ar", javascript=javascript)
	assert visit.weigh("/my/elections") < 60_000
	page = visit.page
	assert "/sign-in" in page.url
	page.locator("[name=usr]").fill(delegate)
	page.locator("[name=pwd]").fill("wrong")
	visit.button("تسجيل الدخول", page.get_by_role("main"))
	expect(page.get_by_role("alert")).to_contain_text("غير متطابقين")
	page.locator("[name=pwd]").fill(stage.PASSWORD)
	visit.button("تسجيل الدخول", page.get_by_role("main"))
	page.wait_for_url("**/my/elections")
	if javascript:
		visit.check()
	visit.button("تسجيل الخروج")
	page.wait_for_url("**/network")
	visit.open("/my")
	assert "/sign-in" in page.url
	console_errors[:] = [error for error in console_errors if "422" not in error]


def test_a_forgotten_password_tells_nobody_who_has_an_account(portal, delegate, site, console_errors):
	visit = portal.stranger("en")
	said = []
	for address in ("nobody@example.org", delegate):
		page = visit.open("/sign-in/forgot")
		visit.check()
		page.locator("[name=usr]").fill(address)
		page.get_by_role("button", name="Send").click()
		page.wait_for_url("**/sign-in")
		said.append(page.get_by_role("status").inner_text())
	assert said[0] == said[1]
	link = mailed_link(site, delegate)
	assert link.startswith("/set-password?key=")
	page = visit.open(link)
	visit.check()
	for first, second, says in (
		("one thing", "another", "differ"),
		("four words nobody guesses",) * 2 + ("",),
	):
		page.locator("[name=pwd]").fill(first)
		page.locator("[name=again]").fill(second)
		page.get_by_role("button", name="Set password").click()
		if says:
			expect(page.get_by_role("alert")).to_contain_text(says)
	page.wait_for_url("**/my")
	stranger = portal.stranger("en")
	page = stranger.open(link)
	page.locator("[name=pwd]").fill("taken over by somebody")
	page.locator("[name=again]").fill("taken over by somebody")
	page.get_by_role("button", name="Set password").click()
	expect(page.get_by_role("alert")).to_contain_text("has been used")
	console_errors[:] = [error for error in console_errors if "422" not in error]


def test_frappes_own_pages_run_the_way_their_language_does(portal):
	visit = portal.stranger("ar")
	visit.open("/login")
	visit.check_direction()
	visit = portal.stranger("en")
	visit.open("/login")
	assert visit.page.locator("html").get_attribute("dir") != "rtl"


def test_a_stranger_changes_the_language_and_stays_on_the_page(portal):
	visit = portal.stranger("ar")
	visit.open("/network/members")
	visit.check_direction()
	visit.button("English")
	assert visit.page.url.endswith("/network/members")
	visit.language = "en"
	visit.check_direction()
	visit.open("/network")
	visit.check_direction()  # it lasts
