"""Watching an election and checking a receipt, on a phone: light, readable for everybody, without JavaScript."""

from __future__ import annotations

import json
import secrets

import frappe
import pytest

from aso_network.elections import receipt
from aso_network.polling import casting, sealing, watching
from tests.browser.portal import PHONE, SMALL
from tests.site import builders, hall

VOTERS = 26
KIND = "22 - National NGO"


@pytest.fixture(scope="module")
def votes(_connection) -> dict[str, hall.Hall]:
	"""`open`: seven have voted. `closed`: so much turnout that it can be told, by kind."""
	frappe.set_user("Administrator")
	frappe.cache.delete_keys(watching.CACHE_KEY)
	built = {"open": hall.build(organizations=9), "closed": hall.build(organizations=VOTERS)}
	for h in built.values():
		h.go_online()
	for organization in built["closed"].organizations[::2]:
		frappe.db.set_value("Member Organization", organization, "kind", KIND)
	for h, number in ((built["open"], 7), (built["closed"], 14)):
		h.move("Voting Open")
		h.receipts = [_cast(h, place) for place in range(number)]
	built["closed"].move("Voting Closed", built["closed"].tellers[0])
	frappe.db.commit()
	return built


def _cast(h: hall.Hall, place: int) -> str:
	key = secrets.token_hex(32)
	with builders.as_user("Guest"):
		casting.cast(h.election, h.voters()[h.organizations[place]], key, [h.candidacies[0]])
	return sealing.receipt_of_key(key)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_open_election_on_a_phone(portal, votes, language):
	visit = portal.stranger(language, SMALL)
	weight = visit.weigh(f"/network/elections/{votes['open'].election}")
	visit.check()
	assert weight < 60 * 1024
	assert visit.weigh(f"/network/elections/{votes['open'].election}") < 5 * 1024
	if language == "en":
		assert "at least 5" in visit.text and "7" not in visit.page.locator("dl.facts").inner_text()


def test_the_list_leads_to_the_number_and_it_stays_the_same(portal, votes):
	visit = portal.stranger("en", javascript=False)
	visit.open("/network/results")
	visit.page.locator(f"a[href='/network/elections/{votes['open'].election}']").click()
	before = visit.page.locator("dl.facts").inner_text()
	visit.link("Show it as it is now")
	assert visit.page.locator("dl.facts").inner_text() == before


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_closed_election_with_its_turnout(portal, votes, language):
	visit = portal.stranger(language, SMALL)
	visit.open(f"/network/elections/{votes['closed'].election}")
	visit.check()
	visit.page.set_viewport_size(PHONE)
	visit.check_tall_text()
	assert visit.page.locator("table").count() == 1
	if language == "en":
		row = visit.page.locator("tr", has=visit.page.get_by_text(KIND))
		assert [cell.split(":")[-1].strip() for cell in row.locator("td").all_inner_texts()] == [
			"13",
			"7 (53 %)",
		]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_receipt_is_checked_and_its_proof_taken_home(portal, votes, javascript, tmp_path):
	given = votes["closed"].receipts[3]
	visit = portal.stranger("en", PHONE, javascript)
	visit.open(f"/network/elections/{votes['closed'].election}")
	visit.link("Check a receipt")
	typed = " ".join(given[at : at + 4] for at in range(0, 20, 4)).upper()
	visit.field("Receipt").fill(typed)
	visit.button("Check")
	assert "This receipt is in the closed box." in visit.text
	assert given[:16] not in visit.page.url
	visit.page.locator("summary").click()
	if javascript:
		visit.check()
		visit.page.set_viewport_size(SMALL)
		visit.check_width()
	with visit.page.expect_download() as download:
		visit.page.get_by_role("button", name="Download the proof").click()
	download.value.save_as(tmp_path / "proof.json")
	data = (tmp_path / "proof.json").read_bytes()
	assert receipt.verify(data).ok and json.loads(data)["receipt"] == given


def test_one_that_is_not_there_says_what_to_do(portal, votes, console_errors):
	visit = portal.stranger("ar", SMALL)
	visit.open("/network/receipt")
	visit.page.locator("#receipt").fill(votes["open"].receipts[0][:20])
	visit.page.locator("main form button").click()
	visit.page.wait_for_load_state("load")
	visit.check()
	assert votes["open"].doc().title.split(",")[0] in visit.text or "ما زال مفتوحاً" in visit.text
	visit.page.locator("#receipt").fill("12")
	visit.page.locator("main form button").click()
	visit.page.wait_for_load_state("load")
	visit.check()
	assert visit.page.locator("[role=alert]").is_visible()
	console_errors[:] = [line for line in console_errors if "422" not in line]
