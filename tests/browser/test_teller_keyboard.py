"""Two tellers enter nineteen papers each without touching the mouse; nothing is lost on the way."""

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


@pytest.fixture
def vote(site):
	vote = stage.closed_vote(19, seats=3, max_choices=3, candidates=5)
	with builders.as_user(vote.tellers[0]):
		vote.batch = api.create_batch(vote.election)
	site.commit()
	return vote


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


def finish(page: Page) -> None:
	page.keyboard.press("F10")
	expect(page.locator(".be-question")).to_contain_text("19")
	page.keyboard.press("Enter")


def test_nineteen_papers_twice_by_keyboard_alone(site, desk, vote):
	started = time.monotonic()
	first = open_batch(desk, vote, 0)
	for paper in PAPERS[:8]:
		enter(first, paper)
	# The wrong key is noticed one paper later: back, the mark off, the right one on.
	enter(first, [1, 5])
	first.keyboard.press("Backspace")
	expect(first.locator(".be-number")).to_have_text("Correcting ballot 9 of 9")
	for key in ("5", "2", "Enter"):
		first.keyboard.press(key)
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
	number = {c.name: c.ballot_number for c in candidacies.accepted(vote.election)}
	found = Counter(
		(tuple(sorted(number[c] for c in ballot.choices)), ballot.spoiled)
		for ballot in box.ballots(vote.election)
	)
	assert found == Counter(((), True) if p == SPOILED else (tuple(sorted(p)), False) for p in PAPERS)
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
