"""Online voting at the desk, by clicking: key ceremony, rehearsal, codes, and the opening of the box."""

from __future__ import annotations

from contextlib import contextmanager

import frappe
import pytest
from frappe.utils.password import update_password
from playwright.sync_api import Page, expect

from aso_network.api import voting
from aso_network.polling import casting, codes, sealing
from aso_network.roles import COMMITTEE
from tests.browser import stage
from tests.browser.desk import Desk
from tests.site import builders, hall


@pytest.fixture
def vote(site) -> hall.Hall:
	"""An election whose committee of three can log in, with its roll frozen."""
	vote = hall.build(organizations=6)
	vote.tellers.append(builders.user(COMMITTEE))
	with builders.as_user(vote.officer):
		doc = vote.doc()
		doc.append("committee", hall.teller(vote.organizations[3], vote.tellers[-1]))
		doc.save()
	for name in (vote.officer, vote.manager, *vote.tellers):
		update_password(name, stage.PASSWORD)
	site.commit()
	return vote


def panel(person: Desk):
	return person.field("online_html")


def confirm(person: Desk) -> None:
	person.dialog.locator(".standard-actions .btn-primary").click()
	person.settle()


def close(person: Desk) -> None:
	person.dialog.locator(".btn-modal-close:visible").click()
	person.page.wait_for_timeout(400)  # until it has faded
	person.settle()


@contextmanager
def printed(person: Desk):
	"""What the window says that opens meanwhile, in a list; nothing may have been fetched for it."""
	said: list[Page] = []
	with person.page.expect_popup() as popup:
		yield said
	said.append(popup.value)
	expect(popup.value.locator(".bar button")).to_be_visible()
	assert popup.value.evaluate("performance.getEntriesByType('resource').length") == 0
	assert popup.value.url == "about:blank"


def words_of(window: Page) -> list[str]:
	"""The words of each sheet as a person reads them off the paper."""
	return [
		" ".join(word.split()[-1] for word in sheet.locator(".words li").all_inner_texts())
		for sheet in window.locator(".sheet").all()
	]


def type_sheets(person: Desk, *typed: str) -> None:
	for place, words in enumerate(typed, start=1):
		person.field(f"sheet_{place}", person.dialog).locator("textarea").fill(words)
	confirm(person)


def test_the_office_goes_online_and_a_committee_of_three_gets_a_sealed_box(desk, vote):
	officer = desk(vote.officer)
	officer.open(f"election/{vote.election}")
	assert officer.form.locator(".nav-link:visible").filter(has_text="Online Voting").count() == 0
	officer.tab("Electoral Roll")
	officer.select("voting_mode", casting.ONLINE)
	officer.save()
	officer.tab("Online Voting")
	expect(officer.form.get_by_role("checkbox", name="Sealed box")).to_be_checked()
	expect(panel(officer)).to_contain_text("kept nowhere else")
	expect(panel(officer).locator("button")).to_have_count(0)
	expect(officer.form).to_contain_text("has no key yet")


def test_key_rehearsal_and_opening_by_three_people(desk, vote, site, console_errors):
	vote.go_online()
	site.commit()
	teller = desk(vote.tellers[0])
	teller.open(f"election/{vote.election}")
	teller.tab("Online Voting")

	teller.button("Make the key", panel(teller))
	expect(teller.dialog).to_contain_text("any 2 of them open the box")
	with printed(teller) as windows:
		confirm(teller)
	sheets = words_of(windows[0])
	assert [len(words.split()) for words in sheets] == [20, 20, 20]
	for place, row in enumerate(vote.doc().committee):
		said = windows[0].locator(".sheet").nth(place).inner_text()
		assert f"Word sheet {place + 1} of 3" in said and row.full_name in said
	windows[0].close()
	expect(panel(teller)).to_contain_text("any 2 of them open the box")

	teller.button("Try the sheets", panel(teller))
	type_sheets(teller, sheets[0], sheets[1], " ".join(sheets[2].split()[:-1]))
	expect(teller.page.locator(".desk-alert")).to_contain_text("Field 3 has 19 words; a sheet has 20.")
	type_sheets(teller, sheets[0], sheets[1], sheets[1])
	expect(teller.dialog).to_contain_text("Fields 2 and 3 are the same sheet")
	close(teller)
	# As typed with the first four letters, numbers and capitals.
	short = " ".join(f"{n}. {word[:4].upper()}" for n, word in enumerate(sheets[2].split(), start=1))
	type_sheets(teller, sheets[1], sheets[0], short)
	expect(teller.dialog).to_contain_text("All 3 sheets belong to the key")
	close(teller)
	expect(panel(teller)).to_contain_text("Every sheet was typed from its paper")
	assert (
		teller.page.locator("textarea").evaluate_all(
			"(boxes, word) => boxes.filter(box => box.value.includes(word)).length", sheets[0].split()[5]
		)
		== 0
	)

	site.refresh()
	vote.move("Voting Open")
	found = casting.slip(vote.election)
	for voter in list(vote.voters().values())[:4]:
		casting.cast(
			vote.election,
			voter,
			envelope=sealing.seal(found.public_key, vote.election, vote.candidacies[:1], found.padded),
		)
	site.commit()
	teller.open(f"election/{vote.election}")
	teller.tab("Online Voting")
	expect(panel(teller)).to_contain_text("At least 0 of 6 have voted")
	vote.move("Voting Closed", vote.tellers[0])
	site.commit()

	teller.open(f"election/{vote.election}")
	expect(panel(teller)).to_contain_text("Envelopes: 4. Papers in the box: 0.")
	teller.button("Open the box", panel(teller))
	expect(teller.dialog.locator("textarea")).to_have_count(2)
	type_sheets(teller, sheets[2], " ".join([sheets[0].split()[1], *sheets[0].split()[1:]]))
	expect(teller.dialog).to_contain_text("Field 2: the words do not belong together")
	close(teller)
	type_sheets(teller, sheets[2], sheets[0])
	expect(teller.dialog).to_contain_text("Envelopes opened: 4.")
	close(teller)
	expect(teller.field("papers_in_box")).to_be_visible()  # the work goes on there
	teller.tab("Online Voting")
	expect(panel(teller)).to_contain_text("The box is open")
	site.refresh()
	assert frappe.db.count("Ballot", {"election": vote.election, "source": "Online"}) == 4
	# Frappe writes refusals into the console: there were two, and no word of a sheet is in them.
	refusals = [said for said in console_errors if "417" in said or "SheetsError" in said]
	assert len(refusals) == 4 and not any(sheets[0][:20] in said for said in refusals)
	console_errors[:] = [said for said in console_errors if said not in refusals]


def test_codes_are_printed_once_and_one_is_replaced(desk, vote, site):
	vote.go_online(sealed=0)
	with builders.as_user(vote.officer):
		doc = vote.doc()
		doc.sealed = 0
		doc.save()
	first = vote.voters()[vote.organizations[0]]
	frappe.db.set_value("Election Voter", first, "organization_name", "<b>Zenobia & Sons</b>")
	site.commit()
	teller = desk(vote.tellers[0])
	teller.open(f"election/{vote.election}")
	teller.tab("Online Voting")
	expect(panel(teller)).to_contain_text("Still without one: 6")
	teller.button("Make codes", panel(teller))
	expect(teller.dialog).to_contain_text("cannot be printed again")
	with printed(teller) as windows:
		confirm(teller)
	slips = windows[0].locator(".slip")
	expect(slips).to_have_count(6)
	site.refresh()
	made = {}
	for slip in slips.all():
		code = slip.locator(".code").inner_text()
		found = codes.voter_of_code(code)
		assert found.election == vote.election
		made[found.voter] = code
		said = slip.inner_text()
		row = frappe.db.get_value(
			"Election Voter", found.voter, ["organization_name", "organization_name_ar", "delegate_name"]
		)
		assert all(name in said for name in row) and vote.doc().title in said
		assert "/vote" in said and "Used once." in said and "مرة واحدة" in said
		expect(slip.locator("svg path")).to_have_count(1)
	assert len(made) == 6
	windows[0].close()
	expect(panel(teller)).to_contain_text("Voters with a code: 6. Still without one: 0.")
	expect(panel(teller).get_by_role("button", name="Make codes")).to_have_count(0)

	teller.button("Replace a code", panel(teller))
	name = frappe.db.get_value("Election Voter", vote.voters()[vote.organizations[1]], "organization_name")
	box = teller.field("voter", teller.dialog).locator("input")
	teller.page.wait_for_timeout(500)  # until the dialog has come, which would take the first letters away
	box.press_sequentially(name, delay=5)
	teller.dialog.locator(".awesomplete li").filter(has_text=name).click()
	expect(box).to_have_value(name)
	teller.write("reason", "Lost before the meeting", teller.dialog)
	with printed(teller) as windows:
		confirm(teller)
	(new,) = windows[0].locator(".slip .code").all_inner_texts()
	site.refresh()
	voter = vote.voters()[vote.organizations[1]]
	assert codes.voter_of_code(new).voter == voter
	assert codes.voter_of_code(made[voter]) is None


def test_a_blocked_window_makes_nothing(desk, vote, site):
	vote.go_online()
	site.commit()
	teller = desk(vote.tellers[0])
	teller.open(f"election/{vote.election}")
	teller.tab("Online Voting")
	teller.page.evaluate("window.open = () => null")
	teller.button("Make the key", panel(teller))
	confirm(teller)
	expect(teller.dialog).to_contain_text("Nothing has been made yet")
	site.refresh()
	assert not vote.doc().public_key


def test_freezing_again_says_what_it_does_to_the_codes(desk, vote, site):
	vote.go_online()
	with builders.as_user(vote.tellers[0]):
		voting.issue_codes(vote.election)
	site.commit()
	officer = desk(vote.officer)
	officer.open(f"election/{vote.election}")
	officer.tab("Electoral Roll")
	officer.button("Freeze again")
	expect(officer.dialog).to_contain_text("deletes all codes")
	officer.dialog.locator(".btn-primary:visible").click()
	officer.settle()
	expect(officer.page.locator(".desk-alert")).to_contain_text("Roll frozen")
	site.refresh()
	assert codes.number(vote.election) == 0
