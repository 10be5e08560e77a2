"""Two tellers enter papers of every kind without touching the mouse; nothing is lost on the way."""

from __future__ import annotations

import json
import time
from collections import Counter

import frappe
import pytest
from playwright.sync_api import Page, expect

from aso_network.api import elections as api
from aso_network.polling import box, candidacies
from tests.browser import stage
from tests.site import builders

BLANK: list[int] = []
SPOILED = "spoiled"
SAVED = "All saved"
TOO_MANY = [1, 2, 3, 4]
# Numbers on the ballot; three marks are allowed.
PAPERS = [[1, 2, 3], [1], [2, 5], BLANK, [1, 4], TOO_MANY, SPOILED, [3], [1, 2], [5, 1, 2]]
PAPERS = [*PAPERS, *([1, 2], [2], [1, 3], [4], [1], [2, 3], [5], [1, 2, 4], [3, 1])]
# Numbers on the ballot, the first preference first.
RANKED = [[2, 1, 3], [1], [4, 3, 2, 1], BLANK, [1, 2], [2, 1], SPOILED, [3, 4]]
# A number on the ballot once for each point; three points are allowed.
POINTS = [[1, 1, 1], [1, 1, 2], BLANK, [2, 3, 3], [1, 2, 3, 3]]


@pytest.fixture
def close_vote(site):
	def close(voters: int, **contest: object):
		vote = stage.closed_vote(voters, **contest)
		with builders.as_user(vote.tellers[0]):
			vote.batch = api.create_batch(vote.election)
		site.commit()
		return vote

	return close


@pytest.fixture
def vote(close_vote):
	return close_vote(19, seats=3, max_choices=3, candidates=5)


def open_batch(desk, vote, teller: int) -> Page:
	page = desk(vote.tellers[teller]).page
	page.goto(f"/app/ballot-entry/{vote.batch}")
	expect(page.locator(".be-number")).to_have_text("Ballot 1")
	return page


def enter(page: Page, paper: list[int] | str) -> None:
	for key in "x" if paper == SPOILED else map(str, paper):
		page.keyboard.press(key)
	page.keyboard.press("Enter")
	if paper == BLANK:
		page.keyboard.press("Enter")


def press(page: Page, *keys: str) -> None:
	for key in keys:
		page.keyboard.press(key)


def shown(page: Page) -> list[str]:
	"""What stands in the boxes of the paper on the screen, in the order of the ballot."""
	return page.locator(".be-mark").all_inner_texts()


def finish(page: Page, papers: int = 19) -> None:
	page.keyboard.press("F10")
	expect(page.locator(".be-question")).to_contain_text(str(papers))
	page.keyboard.press("Enter")


def boxed(vote) -> Counter:
	"""What the box holds: numbers on the ballot as they are kept, and whether the paper is spoiled."""
	number = {c.name: c.ballot_number for c in candidacies.accepted(vote.election)}
	return Counter(
		(tuple(number[c] for c in ballot.choices), ballot.spoiled) for ballot in box.ballots(vote.election)
	)


def as_boxed(papers: list) -> Counter:
	return Counter(((), True) if p == SPOILED else (tuple(p), False) for p in papers)


def test_nineteen_papers_twice_by_keyboard_alone(site, desk, vote):
	started = time.monotonic()
	first = open_batch(desk, vote, 0)
	for paper in PAPERS[:8]:
		enter(first, paper)
	# The wrong key is noticed one paper later: back, the mark off, the right one on.
	enter(first, [1, 5])
	first.keyboard.press("Backspace")
	expect(first.locator(".be-number")).to_have_text("Correcting ballot 9 of 9")
	press(first, "5", "2", "Enter")
	expect(first.locator(".be-saving")).to_have_text(SAVED)
	first.reload()
	expect(first.locator(".be-number")).to_have_text("Ballot 10")
	for paper in PAPERS[9:]:
		enter(first, paper)
	finish(first)
	expect(first.locator(".be-outcome")).to_contain_text("still open")

	second = open_batch(desk, vote, 1)
	for paper in reversed(PAPERS):
		enter(second, paper)
	finish(second)
	expect(second.locator(".be-outcome")).to_contain_text("Both entries agree")
	print(f"\n19 papers x 2 by keyboard: {time.monotonic() - started:.1f} s")

	site.refresh()
	found = Counter()
	for (choices, spoiled), times in boxed(vote).items():
		found[tuple(sorted(choices)), spoiled] += times
	assert found == as_boxed([p if p == SPOILED else sorted(p) for p in PAPERS])
	assert frappe.db.get_value("Ballot Batch", vote.batch, "status") == "Agreed"


def test_a_lost_line_keeps_the_papers_and_sends_them_later(site, desk, vote):
	page = open_batch(desk, vote, 0)
	enter(page, [1])
	expect(page.locator(".be-saving")).to_have_text(SAVED)
	page.context.set_offline(True)
	for paper in ([2], [3]):
		enter(page, paper)
	expect(page.locator(".be-saving")).not_to_have_text(SAVED)
	page.context.set_offline(False)
	expect(page.locator(".be-saving")).to_have_text(SAVED, timeout=40_000)
	site.refresh()
	stored = frappe.db.get_value("Ballot Batch Entry", {"batch": vote.batch}, "ballots")
	assert len(json.loads(stored)) == 3


def test_preferences_are_kept_in_the_order_in_which_they_are_typed(site, desk, close_vote):
	vote = close_vote(len(RANKED), form="Single Transferable Vote", seats=2, max_choices=0, candidates=4)
	first = open_batch(desk, vote, 0)
	for paper in RANKED[:2]:
		enter(first, paper)
	# 4, then a slip: 2 pressed again goes with what stands behind it, and the rest is read again.
	press(first, "4", "2", "1", "2")
	assert shown(first) == ["", "", "", "1"]
	press(first, "3", "2", "1")
	assert shown(first) == ["4", "3", "2", "1"]
	press(first, "Enter")
	enter(first, BLANK)
	# The order was wrong, and is noticed one paper later.
	enter(first, [2, 1])
	press(first, "Backspace")
	assert shown(first) == ["2", "1", "", ""]
	press(first, "2", "1", "2")
	assert shown(first) == ["1", "2", "", ""]
	press(first, "Enter")
	expect(first.locator(".be-saving")).to_have_text(SAVED)
	first.reload()
	expect(first.locator(".be-number")).to_have_text("Ballot 6")
	for paper in RANKED[5:]:
		enter(first, paper)
	finish(first, len(RANKED))
	expect(first.locator(".be-outcome")).to_contain_text("still open")

	second = open_batch(desk, vote, 1)
	for paper in reversed(RANKED):
		enter(second, paper)
	finish(second, len(RANKED))
	expect(second.locator(".be-outcome")).to_contain_text("Both entries agree")
	site.refresh()
	assert boxed(vote) == as_boxed(RANKED)


def test_another_order_is_another_paper(site, desk, close_vote):
	vote = close_vote(6, form="Single Transferable Vote", seats=2, max_choices=0, candidates=4)
	for teller, paper in enumerate(([1, 2], [2, 1])):
		page = open_batch(desk, vote, teller)
		enter(page, paper)
		finish(page, 1)
	expect(page.locator(".be-outcome")).to_contain_text("differ")
	teller = desk(vote.tellers[1])
	teller.open(f"election/{vote.election}")
	teller.tab("Paper and Count")
	teller.button("See the differences")
	papers = teller.dialog.locator(".aso-marks")
	expect(papers).to_have_count(2)
	one, two = (
		c.candidate_name
		for c in sorted(candidacies.accepted(vote.election), key=lambda c: c.ballot_number)[:2]
	)
	assert {tuple(paper.split("\n")) for paper in papers.all_inner_texts()} == {
		(f"1. {one}", f"2. {two}"),
		(f"1. {two}", f"2. {one}"),
	}


def test_points_are_added_and_taken_away_by_keyboard_alone(site, desk, close_vote):
	vote = close_vote(6, form="Cumulative Vote", seats=2, max_choices=3, candidates=3)
	first = open_batch(desk, vote, 0)
	press(first, "1", "1", "1", "Enter")
	press(first, "1", "1", "1", "-", "1", "2")
	assert shown(first) == ["2", "1", ""]
	press(first, "Enter")
	for paper in POINTS[2:4]:
		enter(first, paper)
	press(first, *map(str, POINTS[4]))
	expect(first.locator(".be-verdict")).to_contain_text("will count as spoiled")
	press(first, "Enter")
	# The second paper again: nothing in it has moved.
	press(first, "Backspace", "Backspace", "Backspace", "Backspace")
	expect(first.locator(".be-number")).to_have_text("Correcting ballot 2 of 5")
	assert shown(first) == ["2", "1", ""]
	press(first, "Escape")
	finish(first, len(POINTS))

	second = open_batch(desk, vote, 1)
	for paper in reversed(POINTS):
		enter(second, paper)
	finish(second, len(POINTS))
	expect(second.locator(".be-outcome")).to_contain_text("Both entries agree")
	site.refresh()
	assert boxed(vote) == as_boxed(POINTS)


def test_points_by_touch(site, desk, close_vote):
	vote = close_vote(6, form="Cumulative Vote", seats=2, max_choices=3, candidates=3)
	page = desk(vote.tellers[0], has_touch=True, viewport={"width": 390, "height": 844}).page
	page.goto(f"/app/ballot-entry/{vote.batch}")
	candidate, less = page.locator("[data-candidate]"), page.locator("[data-less]")
	for _time in range(2):
		candidate.nth(1).tap()
	less.nth(1).tap()
	candidate.nth(2).tap()
	assert shown(page) == ["", "1", "1"]
	expect(less.nth(0)).to_be_disabled()
	expect(candidate.nth(1)).to_contain_text("Points: 1")
