"""What stands on paper: ballots of every form, and the form and the seat rules in the minutes."""

import re

import frappe
import pytest

from aso_network.polling import rules
from tests.site import hall

CROSS, CROSS_AR = "Mark the box", "العلامة ✕"


def ballot(**contest):
	"""The words of one paper."""
	h = hall.build(**contest)
	html = frappe.get_print("Election", h.election, "Ballot Paper")
	paper = html.split('<div class="bp-paper">')[1]
	return " ".join(re.sub(r"<[^>]+>", " ", paper).split())


MARKS = [
	({"form": "Block Vote", "seats": 3, "max_choices": 2}, "at most 2", "العدد الأقصى للعلامات 2"),
	({"form": "Limited Vote", "seats": 3, "max_choices": 1}, "Mark one box only", "مربع واحد فقط"),
	({"form": "Absolute Majority", "seats": 2, "max_choices": 0}, "at most 2", "العدد الأقصى للعلامات 2"),
	({"form": "Approval Vote", "seats": 2, "max_choices": 0}, "as many as you like", "بأي عدد تشاء"),
]


@pytest.mark.parametrize(("contest", "english", "arabic"), MARKS)
def test_a_paper_with_marks_says_how_many(contest, english, arabic):
	paper = ballot(**contest)
	assert english in paper and arabic in paper and "✕" in paper


def test_papers_are_as_large_as_the_names_ask_for():
	h = hall.build(organizations=8, candidates=6)

	def papers():
		return frappe.get_print("Election", h.election, "Ballot Paper").count('<div class="bp-paper">')

	assert papers() == 4
	for candidacy in h.candidacies:
		frappe.db.set_value("Candidacy", candidacy, "candidate_name", "Association " * 7)
	assert papers() == 2
	for candidacy in h.candidacies:
		frappe.db.set_value("Candidacy", candidacy, "candidate_name", "Association " * 11)
	assert papers() == 1


def test_an_approval_paper_has_no_limit_to_go_beyond():
	paper = ballot(form="Approval Vote", seats=2, max_choices=0)
	assert "at most" not in paper and "More marks" not in paper and "الأقصى" not in paper


NUMBERS = [
	({"form": "Cumulative Vote", "seats": 2, "max_choices": 5}, "At most 5 points in all", "على الأكثر 5"),
	(
		{"form": "Instant-Runoff Vote", "seats": 1, "max_choices": 0},
		"1, 2, 3 … as you prefer",
		"بترتيب تفضيلك 1 ثم 2 ثم 3",
	),
	({"form": "Single Transferable Vote", "max_choices": 0}, "as many as you like", "بأي عدد تشاء"),
	(
		{"form": "Single Transferable Vote", "max_choices": 2},
		"1, 2 … as you prefer them, at most 2",
		"الأقصى 2",
	),
]


@pytest.mark.parametrize(("contest", "english", "arabic"), NUMBERS)
def test_a_paper_with_numbers_asks_for_no_cross(contest, english, arabic):
	paper = ballot(**contest)
	assert english in paper and arabic in paper
	assert "✕" not in paper and "علام" not in paper and not re.search(r"\bmarks?\b", paper, re.IGNORECASE)


# --- the minutes -----------------------------------------------------------------------------------------


def minutes(**decided):
	"""The words of the minutes in which this form was decided."""
	h = hall.build(upto="draft", **decided)
	html = frappe.get_print("General Meeting", h.meeting, "General Meeting Minutes")
	return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_minutes_say_the_form_its_tie_rule_and_the_seat_rules():
	said = minutes(
		form="Single Transferable Vote",
		max_choices=0,
		tie_rule=rules.RUNOFF,
		may_be_unopposed=1,
		seat_rules=[{"minimum": 1, "group": "Women"}, {"maximum": 1, "group": "Of each organization"}],
	)
	assert "Single Transferable Vote" in said and rules.about_form("Single Transferable Vote") in said
	assert rules.RUNOFF in said and "Elected without a vote" in said
	assert "Marks per ballot" not in said and "Preferences at most" not in said
	assert "at least 1 of: women" in said and "at most 1 from each organization" in said


@pytest.mark.parametrize(
	("form", "max_choices", "line"),
	[
		("Block Vote", 1, "Marks per ballot : 1"),
		("Absolute Majority", 0, "Marks per ballot : 2"),
		("Cumulative Vote", 4, "Points of a voter : 4"),
		("Approval Vote", 0, None),
	],
)
def test_minutes_count_what_a_voter_of_the_form_has(form, max_choices, line):
	said = minutes(form=form, max_choices=max_choices).replace(":", " :").replace("  :", " :")
	assert rules.LOT_DRAWN in said and "Elected without a vote" not in said
	assert line in said if line else "Marks per ballot" not in said


def test_minutes_speak_arabic(arabic):
	said = minutes(form="Limited Vote", seats=2, max_choices=1, seat_rules=[{"minimum": 1, "group": "Women"}])
	assert "التصويت المحدود" in said and "1 على الأقل من فئة: النساء" in said
	for english in ("Limited Vote", rules.LOT_DRAWN, "Tie for a seat", "Seat rules", "Marks per ballot"):
		assert english not in said


@pytest.fixture
def arabic():
	before = frappe.local.lang
	frappe.local.lang = "ar"
	yield
	frappe.local.lang = before
