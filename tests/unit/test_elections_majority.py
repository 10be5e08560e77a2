"""Absolute majority: what is half of what, who goes into the runoff, and what a rule may do to both."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections import forms
from aso_network.elections.ballots import Ballot
from aso_network.elections.contest import MAJORITY, Contest, Papers
from aso_network.elections.errors import InfeasibleRulesError, InvalidLotError
from aso_network.elections.majority import count
from aso_network.elections.outcome import (
	EVENT_COUNTED,
	EVENT_ELECTED,
	EVENT_RULE,
	IN_RUNOFF,
	LOST_LOT,
	NO_MAJORITY,
	NO_VOTES,
	NOT_ENOUGH_VOTES,
	PASSED_BY_RULE,
	SEAT,
	SEATED_BY_RULE,
	TIED,
	WON_LOT,
	Event,
	Tie,
)
from aso_network.elections.outcome import MAJORITY as HAS_MAJORITY
from aso_network.elections.rules import SeatRule

WOMEN = {"gender": "woman"}
MEN = {"gender": "man"}
ONE_WOMAN = (SeatRule("gender", 1, value="woman"),)


def of(valid, votes, seats=1, lots=(), max_choices=None, **contest):
	"""The outcome of so many valid papers that give each candidate so many votes."""
	return count(Contest(MAJORITY, tuple(votes), seats, max_choices, **contest), Papers(votes, valid), lots)


def reasons(outcome):
	return {row.candidate: row.reason for row in outcome.rows}


def runoff(names, seats=1):
	return Tie(tuple(names), seats, NO_MAJORITY)


@pytest.mark.parametrize(("votes", "needed"), [(19, 10), (20, 11), (21, 11)])
def test_more_than_half(votes, needed):
	"""The examples of Robert's Rules of Order Newly Revised, 12th edition, 44:1."""
	assert of(votes, {"a": needed, "b": votes - needed}).elected == ("a",)
	assert of(votes, {"a": needed - 1, "b": votes - needed + 1}).elected != ("a",)


def test_blank_and_spoiled_papers_are_not_valid_votes():
	box = [Ballot(("a",), weight=6), Ballot(("b",), weight=5), Ballot(weight=7), Ballot(("a", "b"), weight=9)]
	outcome = forms.count(Contest(MAJORITY, ("a", "b"), 1), box)
	assert outcome.elected == ("a",) and reasons(outcome) == {"a": HAS_MAJORITY, "b": NOT_ENOUGH_VOTES}
	assert (outcome.valid, outcome.blank, outcome.spoiled) == (11, 7, 9)
	assert outcome.rounds[0].events == (
		Event(EVENT_COUNTED),
		Event(EVENT_ELECTED, ("a",), {"why": HAS_MAJORITY}),
	)


def test_the_half_is_of_papers_not_of_marks():
	box = [Ballot(("a", "b"), weight=6), Ballot(("a",), weight=5)]
	outcome = forms.count(Contest(MAJORITY, ("a", "b"), 2), box)
	assert outcome.elected == ("a", "b")  # 11 and 6 of 11 papers, though b has 6 of 17 marks


def test_nobody_has_a_majority_so_the_first_two_go_on():
	outcome = of(19, {"a": 9, "b": 6, "c": 4, "d": 0})
	assert outcome.elected == () and outcome.tie == runoff("ab") and outcome.vacant == 0
	assert reasons(outcome) == {"a": IN_RUNOFF, "b": IN_RUNOFF, "c": NOT_ENOUGH_VOTES, "d": NO_VOTES}


def test_exactly_half_is_no_majority():
	assert of(20, {"a": 10, "b": 10}).tie == runoff("ab")


def test_all_who_are_tied_for_the_last_place_go_on():
	assert of(19, {"a": 9, "b": 4, "c": 4, "d": 2}).tie == runoff("abc")
	assert of(18, {"a": 6, "b": 6, "c": 6}).tie == runoff("abc")


def test_twice_as_many_as_seats_are_left():
	votes = {"a": 15, "b": 9, "c": 8, "d": 7, "e": 6, "f": 5}
	outcome = of(19, votes, seats=3)
	assert outcome.elected == ("a",) and outcome.tie == runoff("bcde", 2)
	assert reasons(outcome)["f"] == NOT_ENOUGH_VOTES


def test_who_is_left_alone_needs_a_majority_too():
	outcome = of(19, {"a": 9, "b": 0})
	assert outcome.elected == () and outcome.tie == runoff("a")
	outcome = of(19, {"a": 15, "b": 9, "c": 0}, seats=3)
	assert outcome.elected == ("a",) and outcome.tie == runoff("b") and outcome.vacant == 1


def test_nobody_has_a_vote():
	outcome = of(0, {"a": 0, "b": 0})
	assert outcome.elected == () and outcome.tie is None and outcome.vacant == 1


def test_more_with_a_majority_than_seats():
	outcome = of(19, {"a": 12, "b": 15, "c": 11, "d": 3}, seats=2)
	assert outcome.elected == ("b", "a") and outcome.tie is None
	assert reasons(outcome)["c"] == NOT_ENOUGH_VOTES


def test_a_tie_for_the_last_seat_among_those_with_a_majority():
	votes = {"a": 15, "b": 12, "c": 12, "d": 3}
	outcome = of(19, votes, seats=2)
	assert outcome.elected == ("a",) and outcome.tie == Tie(("b", "c"), 1, SEAT)
	assert reasons(outcome) == {"a": HAS_MAJORITY, "b": TIED, "c": TIED, "d": NOT_ENOUGH_VOTES}
	outcome = of(19, votes, 2, [["c", "b"]])
	assert outcome.elected == ("a", "c") and outcome.tie is None
	assert reasons(outcome)["c"] == WON_LOT and reasons(outcome)["b"] == LOST_LOT


def test_no_lot_makes_a_majority():
	for lots in ([["a", "b"]], [["b", "a"]], [["a"]]):
		with pytest.raises(InvalidLotError):
			of(19, {"a": 9, "b": 6, "c": 4}, lots=lots)
	with pytest.raises(InvalidLotError):
		of(19, {"a": 15, "b": 12, "c": 12}, 2, [["c", "b"], ["b", "c"]])


def test_the_runoff_is_another_contest():
	first = of(19, {"a": 15, "b": 9, "c": 8, "d": 2}, seats=2)
	assert first.tie == runoff("bc")
	second = Contest(MAJORITY, first.tie.candidates, first.tie.seats, seated=first.elected)
	assert count(second, Papers({"b": 8, "c": 11}, 19)).elected == ("c",)


# Rules


def test_a_majority_is_passed_over_if_the_rules_could_not_be_met_any_more():
	attributes = {"a": MEN, "b": MEN, "c": MEN, "d": WOMEN, "e": WOMEN}
	votes = {"a": 12, "b": 11, "c": 5, "d": 4, "e": 0}
	outcome = of(19, votes, 2, rules=ONE_WOMAN, attributes=attributes)
	assert outcome.elected == ("a",) and outcome.tie == runoff("d")
	assert reasons(outcome) == {
		"a": HAS_MAJORITY,
		"b": PASSED_BY_RULE,
		"c": PASSED_BY_RULE,
		"d": IN_RUNOFF,
		"e": NO_VOTES,
	}
	assert {row.candidate: row.rules for row in outcome.rows if row.rules} == {"b": (0,), "c": (0,)}
	assert Event(EVENT_RULE, ("b",), rules=(0,)) in outcome.rounds[0].events


def test_a_rule_seats_one_with_a_majority_before_another():
	outcome = of(
		19, {"a": 15, "b": 14, "c": 10}, 2, rules=ONE_WOMAN, attributes={"a": MEN, "b": MEN, "c": WOMEN}
	)
	assert outcome.elected == ("a", "c") and outcome.tie is None
	assert reasons(outcome) == {"a": HAS_MAJORITY, "b": PASSED_BY_RULE, "c": SEATED_BY_RULE}
	assert Event(EVENT_RULE, ("c", "b"), rules=(0,)) in outcome.rounds[0].events


def test_who_is_needed_goes_into_the_runoff():
	"""One seat of two is left open for whoever has a majority; a woman has to be among those who can get it."""
	attributes = {"a": MEN, "b": MEN, "c": MEN, "d": MEN, "e": WOMEN, "f": WOMEN}
	votes = {"a": 9, "b": 8, "c": 7, "d": 6, "e": 2, "f": 1}
	outcome = of(19, votes, 2, rules=ONE_WOMAN, attributes=attributes)
	assert outcome.tie == runoff("abcde", 2)
	assert {row.candidate: row.rules for row in outcome.rows if row.rules} == {"e": (0,)}
	votes.update(e=0, f=0)
	assert of(19, votes, 2, rules=ONE_WOMAN, attributes=attributes).tie == runoff("abcdef", 2)


def test_after_a_lot_by_rule_the_seat_left_goes_to_a_runoff():
	attributes = {"a": {"organization": "one"}, "b": {"organization": "one"}}
	rules = (SeatRule("organization", 0, 1, each=True),)
	votes = {"a": 12, "b": 12, "c": 5, "d": 4, "e": 3}
	outcome = of(19, votes, 2, rules=rules, attributes=attributes)
	assert outcome.tie == Tie(("a", "b"), 1, SEAT)
	outcome = of(19, votes, 2, [["b", "a"]], rules=rules, attributes=attributes)
	assert outcome.elected == ("b",) and outcome.tie == runoff("cd")
	assert reasons(outcome)["a"] == LOST_LOT


def test_rules_that_nobody_can_meet():
	with pytest.raises(InfeasibleRulesError) as refused:
		of(19, {"a": 12, "b": 3}, 1, rules=ONE_WOMAN, attributes={"a": MEN})
	assert refused.value.conflict == (0,)


# Properties


@st.composite
def boxes(draw):
	candidates = "abcde"[: draw(st.integers(1, 5))]
	seats = draw(st.integers(1, 3))
	marks = st.lists(st.sampled_from(candidates), max_size=3, unique=True)
	box = draw(st.lists(st.builds(Ballot, marks, st.just(False), st.integers(1, 3)), max_size=7))
	contest = {"rules": ONE_WOMAN, "attributes": {c: WOMEN if c in "ace" else MEN for c in candidates}}
	return Contest(MAJORITY, tuple(candidates), seats, **(contest if draw(st.booleans()) else {})), box


@settings(max_examples=100, deadline=None)
@given(boxes(), st.integers(0, 99))
def test_order_weights_and_blanks_change_nothing(given_box, seed):
	contest, box = given_box
	outcome = forms.count(contest, box)
	single, listed = [Ballot(b.choices) for b in box for _ in range(b.weight)], list(contest.candidates)
	shuffle = random.Random(seed)
	shuffle.shuffle(single)
	shuffle.shuffle(listed)
	other = Contest(MAJORITY, tuple(listed), contest.seats, None, contest.rules, contest.attributes)
	assert forms.count(other, single) == outcome
	with_blank = forms.count(contest, [*box, Ballot()])
	assert (with_blank.rows, with_blank.tie, with_blank.rounds) == (outcome.rows, outcome.tie, outcome.rounds)
	assert with_blank.blank == outcome.blank + 1


@settings(max_examples=100, deadline=None)
@given(boxes())
def test_who_is_elected_and_who_goes_on(given_box):
	contest, box = given_box
	outcome = forms.count(contest, box)
	if outcome.tie and outcome.tie.about != NO_MAJORITY:
		# A tie among those with a majority comes first; seats for which a rule asks somebody else wait behind it.
		assert len(outcome.elected) + outcome.vacant + outcome.tie.seats <= contest.seats
		outcome = forms.count(contest, box, [sorted(outcome.tie.candidates)])
	elected, tie = set(outcome.elected), outcome.tie
	assert len(elected) + outcome.vacant + (tie.seats if tie else 0) == contest.seats
	assert all(2 * outcome.row(c).votes > outcome.valid for c in elected)
	if not tie:
		return
	assert tie.about == NO_MAJORITY
	assert not elected & set(tie.candidates) and 0 < tie.seats <= len(tie.candidates)
	if not contest.rules:
		fewest = min(outcome.row(c).votes for c in tie.candidates)
		others = [
			row.votes for row in outcome.rows if not row.elected and row.candidate not in tie.candidates
		]
		assert fewest > max(others, default=0)
		# Without those tied for the last place there would be too few.
		assert sum(outcome.row(c).votes > fewest for c in tie.candidates) < 2 * tie.seats
		assert len(tie.candidates) >= 2 * tie.seats or not any(others)
