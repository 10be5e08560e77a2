"""Block, limited, approval and cumulative: published answers, other libraries, rules and their reasons.

What block vote does with ties, blanks and lots is in test_elections_block.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections import forms, plurality
from aso_network.elections.ballots import Ballot
from aso_network.elections.contest import APPROVAL, BLOCK, CUMULATIVE, LIMITED, Contest, Papers
from aso_network.elections.errors import InfeasibleRulesError, InvalidLotError, InvalidMaxChoicesError
from aso_network.elections.outcome import (
	EVENT_COUNTED,
	EVENT_ELECTED,
	EVENT_LOT,
	EVENT_RULE,
	LOST_LOT,
	MOST_VOTES,
	NO_VOTES,
	NOT_ENOUGH_VOTES,
	PASSED_BY_RULE,
	SEATED_BY_RULE,
	TIED,
	WON_LOT,
	Event,
	Outcome,
	Tie,
)
from aso_network.elections.rules import SeatRule

WOMEN = {"gender": "woman"}
MEN = {"gender": "man"}


def count(form, seats, box, max_choices=None, candidates=None, lots=(), **contest):
	standing = candidates or sorted({c for ballot in box for c in ballot.choices})
	return forms.count(Contest(form, tuple(standing), seats, max_choices, **contest), box, lots)


def by_votes(seats, votes, lots=(), **contest) -> Outcome:
	"""Block vote of a box that gives each candidate so many votes."""
	voters = sum(votes.values())
	return plurality.count(Contest(BLOCK, tuple(votes), seats, 1, **contest), Papers(votes, voters), lots)


def reasons(outcome):
	return {row.candidate: row.reason for row in outcome.rows}


def moved(outcome):
	return {row.candidate: row.rules for row in outcome.rows if row.rules}


def events(outcome, code):
	return [event for event in outcome.rounds[0].events if event.code == code]


# Published examples


def test_the_caucus_takes_all_three_seats_of_birmingham():
	"""Limited vote: three seats, two votes (Representation of the People Act 1867, s. 9). The poll of 31 March
	1880 as in Showell's Dictionary of Birmingham (1885), p. 204."""
	poll = {"Muntz": 22803, "Bright": 21986, "Chamberlain": 19476, "Burnaby": 15716, "Calthorpe": 14270}
	box = [Ballot((name,), weight=votes) for name, votes in poll.items()]
	outcome = count(LIMITED, 3, [*box, Ballot(("Burnaby", "Calthorpe", "Bright"))], max_choices=2)
	assert outcome.elected == ("Muntz", "Bright", "Chamberlain")
	assert outcome.votes == sum(poll.values()) and outcome.spoiled == 1 and outcome.tie is None


def test_one_vote_and_three_seats():
	"""Single non-transferable vote, the example of Wikipedia's article of that name."""
	votes = {"A": 819, "B": 1804, "C": 1996, "D": 1999, "E": 2718}
	outcome = count(LIMITED, 3, [Ballot((c,), weight=n) for c, n in votes.items()], max_choices=1)
	assert outcome.elected == ("E", "D", "C")
	assert reasons(outcome)["B"] == NOT_ENOUGH_VOTES


def test_the_capital_of_tennessee_by_approval():
	"""Wikipedia, “Approval voting”: each city's voters approve of their own and the nearest other city."""
	m, n, c, k = "Memphis", "Nashville", "Chattanooga", "Knoxville"
	box = [Ballot((m, n), weight=42), Ballot((n, c), weight=26), Ballot((c, k), weight=15)]
	outcome = count(APPROVAL, 1, [*box, Ballot((k, c), weight=17)])
	assert {row.candidate: row.votes for row in outcome.rows} == {n: 68, c: 58, m: 42, k: 32}
	assert outcome.elected == (n,)


@pytest.mark.parametrize(("minority", "wins"), [(26, True), (24, False)])
def test_the_threshold_of_exclusion_of_cumulative_vote(minority, wins):
	"""Constructed on 1 / (seats + 1) of the voters (Rae, Hanby and Loosemore, “Thresholds of Representation and
	Thresholds of Exclusion”, 1971): a quarter that gives all three points to one candidate gets one of three
	seats, whatever the others do; fewer do not if the others spread theirs evenly."""
	box = [Ballot(("X",) * 3, weight=minority), Ballot(("A", "B", "C"), weight=100 - minority)]
	outcome = count(CUMULATIVE, 3, box, max_choices=3)
	assert outcome.votes == 300
	assert ("X" in outcome.elected) is wins
	assert outcome.tie == (Tie(("A", "B", "C"), 2) if wins else None)


# What the forms allow


def test_what_spoils_a_paper_of_each_form():
	three = Ballot(("a", "b", "c"))
	assert count(BLOCK, 2, [three]).spoiled == 1
	assert count(BLOCK, 3, [three]).valid == 1
	assert count(LIMITED, 3, [three], max_choices=2).spoiled == 1
	assert count(APPROVAL, 1, [three]).valid == 1
	assert count(APPROVAL, 1, [three], max_choices=2).spoiled == 1
	points = Ballot(("a", "a", "b"))
	assert count(CUMULATIVE, 1, [points], max_choices=2).spoiled == 1
	outcome = count(CUMULATIVE, 1, [points], max_choices=3)
	assert [(row.candidate, row.votes) for row in outcome.rows] == [("a", 2), ("b", 1)]


def test_limited_and_cumulative_say_how_many_marks():
	for form, max_choices in ((LIMITED, None), (LIMITED, 3), (CUMULATIVE, None)):
		with pytest.raises(InvalidMaxChoicesError):
			Contest(form, ("a", "b", "c"), 3, max_choices)


def test_the_outcome_says_what_was_counted():
	outcome = count(LIMITED, 3, [Ballot(("a",), weight=4), Ballot(weight=2)], max_choices=2)
	assert (outcome.form, outcome.seats, outcome.max_choices, outcome.unit) == (LIMITED, 3, 2, 1)
	assert (outcome.valid, outcome.blank, outcome.vacant) == (4, 2, 2)
	assert outcome.rounds[0].votes == {"a": 4}
	assert outcome.rounds[0].events == (
		Event(EVENT_COUNTED),
		Event(EVENT_ELECTED, ("a",), {"why": MOST_VOTES}),
	)


# Other libraries


def _profile(draw):
	candidates = [f"c{n}" for n in range(draw.randint(2, 6))]
	points = draw.randint(1, 4)
	box = [
		Ballot(tuple(draw.choices(candidates, k=draw.randint(1, points))), weight=draw.randint(1, 4))
		for _ in range(draw.randint(1, 9))
	]
	return candidates, points, box


def _ways(outcome):
	"""All sets that a lot may seat."""
	tied, seats = (outcome.tie.candidates, outcome.tie.seats) if outcome.tie else ((), 0)
	return {frozenset((*outcome.elected, *some)) for some in itertools.combinations(tied, seats)}


def _library(module):
	"""A library that is large beside what it is needed for here."""
	return pytest.importorskip(module, reason=f"{module} is not installed (pip install '.[compare]')")


def test_approval_elects_what_abcvoting_elects():
	abcrules, preferences = _library("abcvoting.abcrules"), _library("abcvoting.preferences")
	draw, ties = random.Random(1867), 0
	for _ in range(150):
		candidates, _points, box = _profile(draw)
		box = [Ballot(tuple(dict.fromkeys(b.choices)), weight=b.weight) for b in box]
		seats = draw.randint(1, max(1, len({c for b in box for c in b.choices}) - 1))
		outcome = count(APPROVAL, seats, box, candidates=candidates)
		if outcome.vacant:
			continue  # it would seat candidates without a vote
		theirs = preferences.Profile(len(candidates))
		for ballot in box:
			marks = {candidates.index(c) for c in ballot.choices}
			theirs.add_voter(preferences.Voter(marks, weight=ballot.weight))
		committees = abcrules.compute("av", theirs, committeesize=seats, resolute=False)
		assert _ways(outcome) == {frozenset(candidates[c] for c in committee) for committee in committees}
		ties += outcome.tie is not None
	assert ties > 10, "the profiles must reach the hard case"


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_points_elect_whom_votekit_elects():
	votekit, elections = _library("votekit"), _library("votekit.elections")
	draw, compared = random.Random(1870), 0
	for _ in range(70):
		candidates, points, box = _profile(draw)
		seats = draw.randint(points, 6)  # it knows no more points than seats
		outcome = count(CUMULATIVE, seats, box, points, candidates)
		if outcome.tie or outcome.vacant:
			continue  # it breaks ties by itself, and seats candidates without a vote
		theirs = [votekit.ScoreBallot(scores=dict(Counter(b.choices)), weight=b.weight) for b in box]
		profile = votekit.ScoreProfile(ballots=theirs, candidates=candidates)
		found = elections.Limited(profile, n_seats=seats, budget=points)
		assert set(outcome.elected) == set().union(*found.get_elected())
		compared += 1
	assert compared > 12


# Properties


@st.composite
def boxes(draw):
	"""A form, its contest without rules, and ballots that keep to its kind."""
	form = draw(st.sampled_from([BLOCK, LIMITED, APPROVAL, CUMULATIVE]))
	candidates = "abcdef"[: draw(st.integers(1, 6))]
	seats = draw(st.integers(2 if form == LIMITED else 1, 4))
	max_choices = {LIMITED: 1, CUMULATIVE: 3}.get(form)
	marks = st.lists(st.sampled_from(candidates), max_size=4, unique=form != CUMULATIVE)
	box = draw(st.lists(st.builds(Ballot, marks, st.just(False), st.integers(1, 3)), max_size=8))
	return Contest(form, tuple(candidates), seats, max_choices), box


@settings(max_examples=100, deadline=None)
@given(boxes(), st.integers(0, 99))
def test_neither_order_nor_splitting_a_weight_changes_anything(given_box, seed):
	contest, box = given_box
	outcome = forms.count(contest, box)
	single = [Ballot(b.choices) for b in box for _ in range(b.weight)]
	listed = list(contest.candidates)
	shuffle = random.Random(seed)
	shuffle.shuffle(single)
	shuffle.shuffle(listed)
	other = Contest(contest.form, tuple(listed), contest.seats, contest.max_choices)
	assert forms.count(other, single) == outcome


@settings(max_examples=60, deadline=None)
@given(boxes())
def test_a_blank_changes_only_the_blanks(given_box):
	contest, box = given_box
	before, after = forms.count(contest, box), forms.count(contest, [*box, Ballot(weight=2)])
	assert (after.rows, after.tie, after.rounds) == (before.rows, before.tie, before.rounds)
	assert (after.valid, after.blank, after.spoiled) == (before.valid, before.blank + 2, before.spoiled)


@settings(max_examples=60, deadline=None)
@given(boxes())
def test_one_more_vote_never_unseats(given_box):
	contest, box = given_box
	for winner in forms.count(contest, box).elected:
		assert winner in forms.count(contest, [*box, Ballot((winner,))]).elected


# Rules


def test_a_minimum_moves_the_last_seat():
	votes = {"a": 9, "b": 8, "c": 7, "d": 3, "e": 2}
	rules = [SeatRule("gender", 1, value="woman")]
	attributes = {"a": MEN, "b": MEN, "c": MEN, "d": WOMEN, "e": WOMEN}
	outcome = by_votes(2, votes, rules=rules, attributes=attributes)
	assert outcome.elected == ("a", "d")
	assert reasons(outcome) == {
		"a": MOST_VOTES,
		"b": PASSED_BY_RULE,
		"c": PASSED_BY_RULE,
		"d": SEATED_BY_RULE,
		"e": NOT_ENOUGH_VOTES,
	}
	assert moved(outcome) == {"b": (0,), "c": (0,), "d": (0,)}
	assert [row.seat_order for row in outcome.rows] == [1, None, None, 2, None]
	# The seat went from b to d; c would not have had it.
	assert events(outcome, EVENT_RULE) == [Event(EVENT_RULE, ("d", "b"), rules=(0,))]


def test_a_rule_that_votes_meet_anyway_moves_nothing():
	votes = {"a": 9, "b": 8, "c": 7}
	rules = [SeatRule("gender", 1, value="woman")]
	outcome = by_votes(2, votes, rules=rules, attributes={"a": MEN, "b": WOMEN, "c": MEN})
	assert outcome.rows == by_votes(2, votes).rows and outcome.rounds == by_votes(2, votes).rounds


def test_not_the_first_woman_but_the_best_set():
	"""Seats 2, one woman, one under 30. To seat the first and then repair would take c and d; but d is both."""
	votes = {"a": 9, "b": 8, "c": 3, "d": 2, "e": 1}
	attributes = {
		"a": {**MEN, "age": 50},
		"b": {**MEN, "age": 50},
		"c": {**WOMEN, "age": 50},
		"d": {**WOMEN, "age": 20},
		"e": {**MEN, "age": 20},
	}
	rules = [SeatRule("gender", 1, value="woman"), SeatRule("age", 1, below=30)]
	outcome = by_votes(2, votes, rules=rules, attributes=attributes)
	assert outcome.elected == ("a", "d")
	# Of the two rules, the age is what only d answers so well.
	assert moved(outcome) == {"b": (0,), "c": (1,), "d": (1,)}


def test_each_seat_is_moved_by_its_own_rule():
	votes = {"a": 9, "b": 8, "c": 7, "d": 6, "e": 5}
	attributes = {
		"a": {**MEN, "organization": "one"},
		"b": {**MEN, "organization": "one"},
		"c": {**MEN, "organization": "two"},
		"d": {**MEN, "organization": "three"},
		"e": {**WOMEN, "organization": "four"},
	}
	rules = [SeatRule("gender", 1, value="woman"), SeatRule("organization", 0, 1, each=True)]
	outcome = by_votes(3, votes, rules=rules, attributes=attributes)
	assert outcome.elected == ("a", "c", "e")
	assert reasons(outcome)["c"] == MOST_VOTES
	assert moved(outcome) == {"b": (1,), "d": (0,), "e": (0,)}
	assert events(outcome, EVENT_RULE) == [
		Event(EVENT_RULE, ("e",), rules=(0,)),
		Event(EVENT_RULE, ("b",), rules=(1,)),
	]


def test_a_maximum_may_leave_a_seat_empty():
	attributes = {c: {"organization": "one"} for c in "ab"}
	rules = [SeatRule("organization", 0, 1, each=True)]
	outcome = by_votes(2, {"a": 2, "b": 1, "c": 0}, rules=rules, attributes=attributes)
	assert outcome.elected == ("a",) and outcome.vacant == 1
	assert reasons(outcome) == {"a": MOST_VOTES, "b": PASSED_BY_RULE, "c": NO_VOTES}
	assert events(outcome, EVENT_RULE) == [Event(EVENT_RULE, ("b",), rules=(0,))]


def test_without_a_vote_only_where_a_minimum_cannot_be_met_otherwise():
	attributes = {"a": MEN, "b": MEN, "c": WOMEN, "d": MEN}
	rules = [SeatRule("gender", 1, value="woman")]
	outcome = by_votes(3, {"a": 2, "b": 0, "c": 0, "d": 0}, rules=rules, attributes=attributes)
	assert outcome.elected == ("a", "c") and outcome.vacant == 1
	assert reasons(outcome) == {"a": MOST_VOTES, "b": NO_VOTES, "c": SEATED_BY_RULE, "d": NO_VOTES}
	# A woman with a vote, however few, leaves no need for one without, even if she is worse for the others.
	attributes = {
		"a": {**MEN, "age": 50},
		"b": {**WOMEN, "age": 50},
		"c": {**MEN, "age": 20},
		"d": {**WOMEN, "age": 20},
	}
	rules.append(SeatRule("age", 1, below=30))
	outcome = by_votes(2, {"a": 9, "b": 1, "c": 1, "d": 0}, rules=rules, attributes=attributes)
	assert outcome.elected == ("b", "c")


def test_those_seated_before_a_runoff_count_for_the_rules():
	attributes = {"a": MEN, "b": WOMEN, "w": WOMEN, "m": MEN}
	rules = [SeatRule("gender", 1, value="woman"), SeatRule("gender", 0, 1, value="man")]
	votes = {"a": 2, "b": 1}
	assert by_votes(1, votes, rules=rules, attributes=attributes, seated=("w",)).elected == ("a",)
	outcome = by_votes(1, votes, rules=rules, attributes=attributes, seated=("m",))
	assert outcome.elected == ("b",) and moved(outcome) == {"a": (0,), "b": (0,)}


def test_rules_that_nobody_can_meet_name_the_smallest_conflict():
	attributes = {"a": {**MEN, "age": 20}, "b": {**WOMEN, "age": 50}}
	rules = [
		SeatRule("gender", 0, 1, value="man"),
		SeatRule("gender", 1, value="woman"),
		SeatRule("age", 1, below=30),
	]
	assert by_votes(2, {"a": 2, "b": 1}, rules=rules, attributes=attributes).elected == ("a", "b")
	with pytest.raises(InfeasibleRulesError) as refused:
		by_votes(1, {"a": 2, "b": 1}, rules=rules, attributes=attributes)
	assert refused.value.conflict == (1, 2)


def test_a_tie_for_a_reserved_seat():
	votes = {"a": 9, "b": 8, "c": 3, "d": 3}
	attributes = {"a": MEN, "b": MEN, "c": WOMEN, "d": WOMEN}
	contest = {"rules": [SeatRule("gender", 1, value="woman")], "attributes": attributes}
	outcome = by_votes(2, votes, **contest)
	assert outcome.elected == ("a",) and outcome.tie == Tie(("c", "d"), 1)
	assert reasons(outcome) == {"a": MOST_VOTES, "b": PASSED_BY_RULE, "c": TIED, "d": TIED}
	outcome = by_votes(2, votes, [["d", "c"]], **contest)
	assert outcome.elected == ("a", "d") and outcome.row("d").seat_order == 2
	assert reasons(outcome)["d"] == WON_LOT and reasons(outcome)["c"] == LOST_LOT
	assert events(outcome, EVENT_LOT) == [Event(EVENT_LOT, ("d", "c"), {"about": "seat"})]


def test_with_rules_a_lot_does_not_simply_take_the_first_drawn():
	"""Three equal candidates for two seats, at most one of an organization: whoever is drawn first, the second
	seat cannot go to the same organization."""
	attributes = {"a": {"organization": "one"}, "b": {"organization": "one"}, "c": {"organization": "two"}}
	contest = {"rules": [SeatRule("organization", 0, 1, each=True)], "attributes": attributes}
	outcome = by_votes(2, {"a": 1, "b": 1, "c": 1}, **contest)
	assert outcome.elected == ("c",) and outcome.tie == Tie(("a", "b"), 1)
	contest["attributes"] = {**attributes, "d": {"organization": "two"}}
	votes = dict.fromkeys("abcd", 1)
	assert by_votes(2, votes, **contest).tie == Tie(("a", "b", "c", "d"), 2)
	outcome = by_votes(2, votes, [["b", "a", "d", "c"]], **contest)
	assert outcome.elected == ("b", "d")
	assert [outcome.row(c).seat_order for c in "bd"] == [1, 2]
	assert outcome.row("a").reason == LOST_LOT and outcome.row("a").rules == (0,)
	assert outcome.row("c").reason == LOST_LOT and outcome.row("c").rules == ()


def test_a_tie_may_join_candidates_with_unequal_votes():
	"""Either the woman with 5 and the old man with 3, or the man with 5 and the young woman with 3."""
	votes = {"m": 5, "w": 5, "o": 3, "y": 3, "x": 1}
	attributes = {
		"m": {**MEN, "side": "left"},
		"w": {**WOMEN, "side": "right"},
		"o": {**MEN, "side": "left"},
		"y": {**WOMEN, "side": "right"},
	}
	rules = [SeatRule("gender", 1, 1, value="woman"), SeatRule("side", 1, 1, value="left")]
	outcome = by_votes(2, votes, rules=rules, attributes=attributes)
	assert outcome.tie is None and outcome.elected == ("m", "w")
	attributes["m"]["side"], attributes["o"]["side"] = "right", "left"
	attributes["w"]["side"], attributes["y"]["side"] = "right", "left"
	contest = {"rules": rules, "attributes": attributes}
	outcome = by_votes(2, votes, **contest)
	assert outcome.elected == () and outcome.tie == Tie(("m", "o", "w", "y"), 2)
	# Drawn first with the fewer votes, but elected after who has more.
	outcome = by_votes(2, votes, [["o", "y", "m", "w"]], **contest)
	assert outcome.elected == ("w", "o")
	assert by_votes(2, votes, [["m", "w", "o", "y"]], **contest).elected == ("m", "y")


def test_a_second_lot_is_refused():
	for lots in ([["a", "b"], ["a", "b"]], [["a", "b"], []]):
		with pytest.raises(InvalidLotError):
			by_votes(1, {"a": 1, "b": 1}, lots)
