"""The desk of each role, wide and narrow, from the left and from the right: whole, quiet, and its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from aso_network.roles import DESK_ROLES, MANAGER, OBSERVER
from tests.browser import stage
from tests.browser.desk import Desk

DOCTYPES = (
	*("Network Platform", "Member Organization", "General Meeting", "Election", "Candidacy"),
	*("Election Result", "Operational Body", "Training Session", "Network Activity", "Network Audit Event"),
)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def network(_connection):
	made = stage.network()
	_connection.commit()
	return made


@pytest.fixture
def person(site, desk):
	def log_in(*roles: str, **values: str) -> Desk:
		user = stage.user(*roles, **values)
		site.commit()
		return desk(user)

	return log_in


@pytest.mark.parametrize("role", DESK_ROLES)
def test_each_role_lands_on_the_workspace(role, person):
	someone = person(role)
	someone.home()
	assert someone.page.url.endswith("/app/aso-network")
	expect(someone.here.locator(".shortcut-widget-box").first).to_be_visible()


@pytest.mark.parametrize("language, direction", [("en", "ltr"), ("ar", "rtl")])
def test_lists_and_forms_are_whole_on_a_desk_and_on_a_phone(language, direction, person, network):
	manager = person(MANAGER, language=language, first_name="Manager")
	manager.home()
	assert manager.page.evaluate("document.documentElement.dir || 'ltr'") == direction
	for doctype in DOCTYPES:
		manager.go("List", doctype)
		expect(manager.here.locator(".list-row").first).to_be_visible()
		manager.go("Form", doctype, network[doctype])
		expect(manager.form).to_be_visible()
		expect(manager.page.locator(".modal.show")).to_have_count(0)
		manager.page.set_viewport_size(PHONE)
		for tab in manager.each_tab():
			assert not manager.too_wide(), f"{doctype}, {tab}: {manager.too_wide()}"
		manager.page.set_viewport_size(DESKTOP)


def test_the_entry_of_ballots_fits_a_phone_in_arabic(site, desk, network):
	vote = stage.closed_vote(5)
	teller = vote.tellers[0]
	stage.speak(teller, "ar")
	batch = stage.batch(vote)
	site.commit()
	page = desk(teller, viewport=PHONE)
	page.open(f"ballot-entry/{batch}")
	expect(page.here.locator(".be-candidate").first).to_be_visible()
	assert not page.too_wide()
	page.here.locator(".be-candidate").first.click()
	expect(page.here.locator(".be-candidate[aria-pressed=true]")).to_have_count(1)


def test_an_observer_sees_the_election_and_no_entry_of_ballots(person, network, console_errors):
	observer = person(OBSERVER)
	observer.home()
	expect(observer.here).not_to_contain_text("Ballot Batches")
	observer.go("Form", "Election", network["Election"])
	observer.tab("Paper and Count")
	expect(observer.field("batches_html")).to_contain_text("The committee enters the ballots")
	expect(observer.field("batches_html").get_by_role("button")).to_have_count(0)
	observer.go("ballot-entry", network["Ballot Batch"])
	expect(observer.page.locator(".be-candidate, .be-finished")).to_have_count(0)
	# The page itself is refused, and the desk says so in the console too.
	assert console_errors and all("getpage" in e or "Ballot Entry" in e for e in console_errors)
	console_errors.clear()


def test_a_stranger_is_sent_to_the_login(guest):
	guest.goto("/app/election")
	guest.wait_for_url("**/login?redirect-to=*")
