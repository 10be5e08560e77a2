"""A general meeting and its election, from the invitation to the operational body, by clicking."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import stage
from tests.browser.desk import Desk

DECISIONS = {
	"Governance Model": {"governance_model": "Operational Body"},
	"Electoral Form": {"form": "Block Vote", "seats": "2", "max_choices": "2", "term_months": "24"},
	"Rules of Candidacy": {"candidate_kind": "Organization", "max_per_organization": "1"},
	"Powers": {},
	"Counting Committee": {},
}
SELECTS = ("governance_model", "form", "candidate_kind")
# Eighteen papers by the numbers of the candidates on the ballot; the last one is blank.
PAPERS = ["12"] * 10 + ["13"] * 5 + ["14"] * 2 + [""]


@pytest.fixture
def people(site):
	made = stage.cast()
	site.commit()
	return made


def test_from_the_meeting_to_the_operational_body(people, desk, site):
	officer = desk(people.officer)
	meeting = convene(officer, people)
	hold_session(officer)
	decide(officer)
	election = create_election(officer, people)
	take_candidacies(officer)
	accept(desk(people.second_officer), election)
	publish(officer, election)
	open_voting(desk(people.manager), election)
	first, second = desk(people.tellers[0]), desk(people.tellers[1])
	vote(first, election)
	enter(first)
	count(second, election)
	sign(second)
	announce(first, election)
	constitute(desk(people.manager), election, people)
	conclude(officer, meeting, people)


def convene(officer: Desk, people: stage.Cast) -> str:
	officer.home()
	officer.here.locator(".shortcut-widget-box").filter(has_text="General Meetings").click()
	officer.settle()
	officer.button("Add General Meeting")
	officer.choose("platform", people.platform)
	officer.field("meeting_date").locator("input").click()
	officer.page.locator(".datepicker.active").get_by_text("Today").click()
	officer.write("venue", "The hall of the restaurant")
	officer.save()
	officer.action("Convene", "Convened")
	return officer.name


def hold_session(officer: Desk) -> None:
	"""Everybody is marked and one unticked, and the quorum follows while nothing is saved yet."""
	officer.button("Mark all active members")
	quorum = officer.field("quorum_html")
	expect(quorum.locator("[data-quorum=present]")).to_have_text("19 present")
	expect(quorum.locator("[data-quorum=state]")).to_have_text("Quorum reached")
	expect(quorum.locator("[data-quorum=needed]")).to_contain_text("10 of 19")
	officer.field("attendance").locator(".grid-body [data-fieldname=present]").first.click()
	expect(quorum.locator("[data-quorum=present]")).to_have_text("18 present")
	officer.save()
	officer.action("Open Session", "In Session")


def decide(officer: Desk) -> None:
	officer.write("impressions", "A first step towards unifying the efforts.")
	officer.tab("Decisions")
	for kind, details in DECISIONS.items():
		with officer.new_row("decisions") as row:
			officer.select("kind", kind, row)
			officer.write("text", f"Decided: {kind}.", row)
			officer.write("votes_for", "18", row)
			for field, value in details.items():
				(officer.select if field in SELECTS else officer.write)(field, value, row)
	officer.save()
	expect(officer.field("decisions").locator(".static-area input.disabled-selected")).to_have_count(5)


def create_election(officer: Desk, people: stage.Cast) -> str:
	officer.menu("Create", "Election")
	officer.save()
	expect(officer.field("checklist_html")).to_contain_text("The rules are not adopted.")
	officer.menu("Committee", "Add from attendance")
	for organization in people.organizations[-2:]:
		officer.dialog.get_by_placeholder("Search").fill(organization.title)
		officer.dialog.locator("label.aso-pick").click()
	officer.button("Add to the committee", officer.dialog)
	officer.save()
	officer.action("Adopt Rules", "Rules Adopted")
	officer.action("Open Nominations", "Nominations Open")
	return officer.name


def take_candidacies(officer: Desk) -> None:
	officer.menu("Candidates", "From the attendance")
	for place in range(4):
		officer.dialog.locator("label.aso-pick").nth(place).click()
	officer.button("Enter candidacies", officer.dialog)
	expect(officer.field("checklist_html")).to_contain_text("There is no accepted candidacy.")


def accept(officer: Desk, election: str) -> None:
	"""Whoever entered the candidacies does not accept them: a colleague does, all at once in the list."""
	officer.open(f"election/{election}")
	officer.here.locator(".form-links .document-link[data-doctype=Candidacy] .badge-link").click()
	officer.settle()
	expect(officer.here.locator(".list-count")).to_have_text("4 of 4")
	officer.here.locator(".list-header-subject .list-check-all").check()
	officer.here.locator(".actions-btn-group:visible > button").click()
	officer.here.locator(".actions-btn-group .dropdown-item:visible").get_by_text(
		"Accept", exact=True
	).click()
	expect(officer.dialog).to_contain_text("Successful Transactions")
	officer.page.keyboard.press("Escape")
	expect(
		officer.here.locator(".list-row-container .indicator-pill:visible").get_by_text("Accepted")
	).to_have_count(4)


def publish(officer: Desk, election: str) -> None:
	officer.open(f"election/{election}")
	officer.action("Publish Candidates", "Candidates Published")
	expect(officer.field("checklist_html").locator("li")).to_have_count(1)
	expect(officer.field("checklist_html")).to_contain_text("roll is not frozen")
	officer.tab("Electoral Roll")
	officer.button("Freeze roll")
	officer.tab("Details")
	expect(officer.field("checklist_html")).to_contain_text("Nothing is missing: voting can open.")


def open_voting(manager: Desk, election: str) -> None:
	manager.open(f"election/{election}")
	manager.action("Open Voting", "Voting Open")


def vote(teller: Desk, election: str) -> None:
	"""At the door: the list of voters is in front, and each mark is one press."""
	teller.open(f"election/{election}")
	roll = teller.field("roll_html")
	for number in range(1, 19):
		roll.get_by_role("button", name="Mark as voted").first.click()
		expect(roll.locator(".aso-turnout")).to_have_text(f"{number} of 18 have voted")
	teller.action("Close Voting", "Voting Closed")


def enter(teller: Desk) -> None:
	teller.write("papers_issued", "18")
	teller.write("papers_in_box", "18")
	teller.save()
	teller.button("New batch")
	type_papers(teller)
	expect(teller.here.locator(".be-outcome")).to_have_text(
		"Your entry is finished. The other teller's is still open."
	)


def type_papers(teller: Desk) -> None:
	expect(teller.here.locator(".be-number")).to_have_text("Ballot 1")
	for paper in PAPERS:
		for key in paper:
			teller.page.keyboard.press(key)
		teller.page.keyboard.press("Enter")
		if not paper:
			teller.page.keyboard.press("Enter")
	expect(teller.here.locator(".be-total")).to_have_text("Entered: 18")
	teller.page.keyboard.press("F10")
	teller.page.keyboard.press("Enter")


def count(teller: Desk, election: str) -> None:
	teller.open(f"election/{election}")
	teller.button("Enter ballots")
	type_papers(teller)
	expect(teller.here.locator(".be-outcome")).to_have_text("Both entries agree. The batch is closed.")
	teller.button("To the election")
	expect(teller.field("batches_html")).to_contain_text("Roll, box and entries agree.")
	teller.action("Count", "Counted")


def sign(teller: Desk) -> None:
	teller.button("Result")
	teller.button("Sign")
	teller.dialog.get_by_label("I have watched the count").check()
	teller.button("Sign", teller.dialog)
	expect(teller.field("signatures_html").locator("li")).not_to_have_count(0)


def announce(teller: Desk, election: str) -> None:
	teller.open(f"election/{election}")
	sign(teller)
	expect(teller.field("signatures_html").locator("li")).to_have_count(2)
	teller.button("Election")
	teller.action("Announce", "Announced")


def constitute(manager: Desk, election: str, people: stage.Cast) -> None:
	manager.open(f"election/{election}")
	manager.button("Result")
	rows = manager.field("rows_html").locator("tbody tr")
	expect(rows.locator(".aso-votes")).to_have_text(["17", "10", "5", "2"])
	elected = manager.field("rows_html").locator("tr.aso-elected")
	expect(elected).to_have_count(2)
	names = [text.split("\n")[0] for text in elected.locator("td:nth-child(2)").all_inner_texts()]
	manager.button("Constitute the operational body")
	manager.button("Yes", manager.dialog)
	assert manager.status == "Constituted"
	manager.tab("Members")
	for name in names:
		expect(manager.field("members")).to_contain_text(name)


def conclude(officer: Desk, meeting: str, people: stage.Cast) -> None:
	officer.open(f"general-meeting/{meeting}")
	officer.action("Conclude", "Concluded")
	officer.open(f"network-platform/{people.platform}")
	assert officer.status == "Structured"
