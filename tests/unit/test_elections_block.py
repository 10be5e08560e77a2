import itertools
import random

import pytest

from aso_network.elections import plurality
from aso_network.elections.ballots import Ballot
from aso_network.elections.contest import BLOCK, Contest, collect
from aso_network.elections.errors import (
	DuplicateCandidateError,
	InvalidLotError,
	InvalidMaxChoicesError,
	InvalidSeatsError,
	UnknownCandidateError,
)
from aso_network.elections.outcome import (
	LOST_LOT,
	MOST_VOTES,
	NO_VOTES,
	NOT_ENOUGH_VOTES,
	TIED,
	WON_LOT,
	Lot,
	Tie,
)


def count(candidates, box, seats, max_choices, lot=()):
	contest = Contest(BLOCK, tuple(candidates), seats, max_choices)
	return plurality.count(contest, collect(contest, box), [lot] if lot else [])


def papers(**votes):
	"""One-mark ballots that give each candidate so many votes."""
	return [Ballot((candidate,)) for candidate, number in votes.items() for _ in range(number)]


def reasons(outcome):
	return {row.candidate: row.reason for row in outcome.rows}


def seat_orders(outcome):
	return {row.candidate: row.seat_order for row in outcome.rows if row.elected}


def test_nineteen_voters_seven_candidates_five_seats():
	marks = [
		"abcde",
		"abcdf",
		"abcef",
		"abdef",
		"acdeg",
		"abc",
		"abd",
		"abe",
		"acd",
		"abf",
		"bcd",
		"a",
		"bcg",
		"ade",
		"abcdefg",  # seven marks where five are allowed
		"",
		"ab",
		"ce",
	]
	box = [Ballot(tuple(m)) for m in marks] + [Ballot(spoiled=True)]
	outcome = count("abcdefg", box, seats=5, max_choices=5)
	assert {row.candidate: row.votes for row in outcome.rows} == {
		"a": 13,
		"b": 11,
		"c": 9,
		"d": 8,
		"e": 7,
		"f": 4,
		"g": 2,
	}
	assert outcome.elected == ("a", "b", "c", "d", "e")
	assert seat_orders(outcome) == {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
	assert (outcome.valid, outcome.blank, outcome.spoiled, outcome.total) == (16, 1, 2, 19)
	assert outcome.votes == 13 + 11 + 9 + 8 + 7 + 4 + 2
	assert outcome.tie is None and outcome.lots == () and outcome.is_decided and outcome.vacant == 0
	assert reasons(outcome)["e"] == MOST_VOTES
	assert reasons(outcome)["f"] == NOT_ENOUGH_VOTES


def test_seats_and_marks_are_different_numbers():
	outcome = count("abc", [Ballot(("a", "b")), Ballot(("a",))], seats=2, max_choices=1)
	assert outcome.spoiled == 1 and outcome.elected == ("a",)
	outcome = count("abc", [Ballot(("a", "b", "c")), Ballot(("a",))], seats=1, max_choices=3)
	assert outcome.spoiled == 0 and outcome.elected == ("a",)


def test_a_tie_across_the_last_seat_elects_none_of_the_tied():
	outcome = count("abcd", papers(a=3, b=2, c=2, d=1), seats=2, max_choices=1)
	assert outcome.elected == ("a",)
	assert outcome.tie == Tie(("b", "c"), 1)
	assert not outcome.is_decided
	assert reasons(outcome) == {"a": MOST_VOTES, "b": TIED, "c": TIED, "d": NOT_ENOUGH_VOTES}
	assert outcome.vacant == 0


def test_a_tie_of_three_for_two_seats():
	outcome = count("abcd", papers(a=5, b=2, c=2, d=2), seats=3, max_choices=1)
	assert outcome.elected == ("a",)
	assert outcome.tie == Tie(("b", "c", "d"), 2)


def test_everybody_tied():
	outcome = count("abc", papers(a=4, b=4, c=4), seats=1, max_choices=1)
	assert outcome.elected == ()
	assert outcome.tie == Tie(("a", "b", "c"), 1)


def test_a_tie_above_the_last_seat_is_no_tie_and_shares_the_place():
	outcome = count("abcd", papers(a=3, b=3, c=2, d=1), seats=3, max_choices=1)
	assert outcome.tie is None
	assert seat_orders(outcome) == {"a": 1, "b": 1, "c": 3}
	assert [row.standing for row in outcome.rows] == [1, 1, 3, 4]


def test_a_tie_that_exactly_fills_the_last_seats_is_no_tie():
	outcome = count("abcd", papers(a=3, b=2, c=2, d=1), seats=3, max_choices=1)
	assert outcome.tie is None
	assert seat_orders(outcome) == {"a": 1, "b": 2, "c": 2}


def test_a_tie_below_the_last_seat_is_no_tie():
	outcome = count("abcd", papers(a=3, b=2, c=1, d=1), seats=2, max_choices=1)
	assert outcome.tie is None
	assert outcome.elected == ("a", "b")
	assert [row.standing for row in outcome.rows] == [1, 2, 3, 3]


def test_without_a_vote_nobody_is_elected_even_to_an_empty_seat():
	outcome = count("abc", papers(a=1), seats=3, max_choices=1)
	assert outcome.elected == ("a",)
	assert reasons(outcome) == {"a": MOST_VOTES, "b": NO_VOTES, "c": NO_VOTES}
	assert outcome.tie is None
	assert outcome.vacant == 2


@pytest.mark.parametrize("box", [[], [Ballot()], [Ballot(spoiled=True)]])
def test_an_empty_box_elects_nobody_and_ties_nobody(box):
	outcome = count("ab", box, seats=1, max_choices=1)
	assert outcome.elected == () and outcome.tie is None and outcome.vacant == 1
	assert set(reasons(outcome).values()) == {NO_VOTES}


def test_the_lot_settles_the_tie_in_the_order_drawn():
	box = papers(a=5, b=2, c=2, d=2, e=1)
	outcome = count("abcde", box, seats=3, max_choices=1, lot=("d", "b", "c"))
	assert outcome.elected == ("a", "d", "b")
	assert seat_orders(outcome) == {"a": 1, "d": 2, "b": 3}
	assert reasons(outcome) == {
		"a": MOST_VOTES,
		"b": WON_LOT,
		"c": LOST_LOT,
		"d": WON_LOT,
		"e": NOT_ENOUGH_VOTES,
	}
	assert outcome.tie is None
	assert outcome.lots == (Lot(("d", "b", "c"), 2),) and outcome.lots[0].candidates == ("b", "c", "d")
	# The votes, and so the standing, are still equal.
	assert {row.standing for row in outcome.rows if row.candidate in "bcd"} == {2}


@pytest.mark.parametrize(
	"lot", [("b",), ("b", "c", "c"), ("b", "a"), ("b", "c", "d"), ("b", "b"), ("x", "b")]
)
def test_a_lot_that_is_not_exactly_the_tied_is_refused(lot):
	with pytest.raises(InvalidLotError):
		count("abcd", papers(a=3, b=2, c=2, d=1), seats=2, max_choices=1, lot=lot)


def test_a_lot_without_a_tie_is_refused():
	with pytest.raises(InvalidLotError):
		count("ab", papers(a=2, b=1), seats=1, max_choices=1, lot=("a",))


def test_a_contest_that_makes_no_sense_is_refused():
	for seats in (0, -1, 1.0, True, "2", None):
		with pytest.raises(InvalidSeatsError):
			count("ab", [], seats=seats, max_choices=1)
	for max_choices in (0, -1, 1.0, True, "2"):
		with pytest.raises(InvalidMaxChoicesError):
			count("ab", [], seats=1, max_choices=max_choices)
	with pytest.raises(DuplicateCandidateError):
		count("aba", [], seats=1, max_choices=1)


@pytest.mark.parametrize("marks", [("x",), ("a", "b", "x")])
def test_a_ballot_for_a_stranger_stops_the_count(marks):
	# Also on a ballot that is void anyway: the box holds a paper of another contest.
	with pytest.raises(UnknownCandidateError):
		count("ab", [Ballot(marks)], seats=1, max_choices=2)


def _naive(candidates, box, seats, max_choices):
	"""An independent recount: a candidate is surely in, if fewer than `seats` others have as many votes;
	surely out, if at least `seats` others have more."""
	votes = {
		c: sum(c in b.choices for b in box if not b.spoiled and len(b.choices) <= max_choices)
		for c in candidates
	}
	sure, open_ = set(), set()
	for c in candidates:
		if not votes[c]:
			continue
		at_least = sum(votes[o] >= votes[c] for o in candidates if o != c)
		more = sum(votes[o] > votes[c] for o in candidates if o != c)
		if at_least < seats:
			sure.add(c)
		elif more < seats:
			open_.add(c)
	return votes, sure, open_


def _profiles(number):
	draw = random.Random(20221109)
	for _ in range(number):
		candidates = [f"C{n:02}" for n in range(draw.randint(1, 7))]
		seats, max_choices = draw.randint(1, 5), draw.randint(1, 5)
		box = [
			Ballot(tuple(draw.sample(candidates, draw.randint(0, len(candidates)))), draw.random() < 0.1)
			for _ in range(draw.randint(0, 19))
		]
		yield draw, candidates, box, seats, max_choices


def test_against_a_naive_recount():
	ties = 0
	for _draw, candidates, box, seats, max_choices in _profiles(3000):
		outcome = count(candidates, box, seats, max_choices)
		votes, sure, open_ = _naive(candidates, box, seats, max_choices)
		assert {row.candidate: row.votes for row in outcome.rows} == votes
		assert set(outcome.elected) == sure
		assert set(outcome.tie.candidates if outcome.tie else ()) == open_
		assert outcome.total == len(box)
		assert len(outcome.elected) + outcome.vacant + (outcome.tie.seats if outcome.tie else 0) == seats
		if outcome.tie:
			ties += 1
			assert 0 < outcome.tie.seats < len(outcome.tie.candidates)
	assert ties > 300, "the profiles must reach the hard case"


def test_neither_the_order_of_ballots_nor_of_candidates_changes_anything():
	for draw, candidates, box, seats, max_choices in _profiles(500):
		outcome = count(candidates, box, seats, max_choices)
		draw.shuffle(candidates)
		draw.shuffle(box)
		assert count(candidates, box, seats, max_choices) == outcome


def test_names_decide_nothing():
	"""Renaming the candidates renames the outcome: no seat hangs on an id."""
	for draw, candidates, box, seats, max_choices in _profiles(500):
		new = draw.sample(candidates, len(candidates))
		renamed = dict(zip(candidates, new, strict=True))
		other_box = [Ballot(tuple(renamed[c] for c in b.choices), b.spoiled) for b in box]
		outcome = count(candidates, box, seats, max_choices)
		other = count(candidates, other_box, seats, max_choices)
		assert {renamed[c] for c in outcome.elected} == set(other.elected)
		for row in outcome.rows:
			twin = other.row(renamed[row.candidate])
			assert (row.votes, row.elected, row.seat_order, row.reason, row.standing) == (
				twin.votes,
				twin.elected,
				twin.seat_order,
				twin.reason,
				twin.standing,
			)


def test_a_blank_changes_only_the_blanks():
	for _draw, candidates, box, seats, max_choices in _profiles(200):
		before = count(candidates, box, seats, max_choices)
		after = count(candidates, [*box, Ballot()], seats, max_choices)
		assert after.rows == before.rows and after.tie == before.tie
		assert (after.valid, after.blank, after.spoiled) == (before.valid, before.blank + 1, before.spoiled)


def test_one_more_vote_never_unseats():
	for _draw, candidates, box, seats, max_choices in _profiles(300):
		for winner in count(candidates, box, seats, max_choices).elected:
			assert winner in count(candidates, [*box, Ballot((winner,))], seats, max_choices).elected


def test_every_lot_fills_exactly_the_seats_and_unseats_nobody():
	for _draw, candidates, box, seats, max_choices in _profiles(400):
		open_ = count(candidates, box, seats, max_choices)
		if not open_.tie or len(open_.tie.candidates) > 4:
			continue
		for lot in itertools.permutations(open_.tie.candidates):
			settled = count(candidates, box, seats, max_choices, lot)
			assert settled.elected[: len(open_.elected)] == open_.elected
			assert settled.elected[len(open_.elected) :] == lot[: open_.tie.seats]
			assert len(settled.elected) == seats and settled.vacant == 0
			orders = [row.seat_order for row in settled.elected_rows]
			assert orders == sorted(orders) and max(orders) == seats


def test_row_finds_a_candidate():
	outcome = count("ab", papers(a=2), seats=1, max_choices=1)
	assert outcome.row("a").votes == 2
	with pytest.raises(KeyError):
		outcome.row("x")
