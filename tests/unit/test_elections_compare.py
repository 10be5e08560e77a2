import random

from aso_network.elections.ballots import Ballot
from aso_network.elections.compare import Difference, difference

A, B, AB = Ballot(("a",)), Ballot(("b",)), Ballot(("a", "b"))
BLANK, SPOILED = Ballot(), Ballot(spoiled=True)


def test_the_same_papers_in_any_order_agree():
	box = [A, B, AB, A, BLANK, SPOILED]
	assert difference(box, reversed(box)).agrees
	assert difference([], []).agrees


def test_one_paper_read_differently_shows_on_both_sides():
	found = difference([A, A, AB], [A, AB, AB])
	assert found == Difference(only_first=((A, 1),), only_second=((AB, 1),))
	assert not found.agrees


def test_a_paper_entered_twice_or_left_out_shows_on_one_side():
	assert difference([A, A, B], [A, B]) == Difference(only_first=((A, 1),))
	assert difference([B], [B, BLANK, BLANK]) == Difference(only_second=((BLANK, 2),))
	assert not difference([B], [B, BLANK]).agrees
	assert not difference([B, BLANK], [B]).agrees


def test_blank_and_spoiled_are_not_the_same():
	assert difference([BLANK], [SPOILED]) == Difference(((BLANK, 1),), ((SPOILED, 1),))


def test_equal_votes_per_candidate_are_not_enough_to_agree():
	assert not difference([A, B], [AB, BLANK]).agrees


def test_taking_the_differences_away_makes_the_entries_agree():
	draw = random.Random(29)
	kinds = [A, B, AB, BLANK, SPOILED]
	for _ in range(500):
		first = draw.choices(kinds, k=draw.randint(0, 12))
		second = draw.choices(kinds, k=draw.randint(0, 12))
		found = difference(first, second)
		other = difference(second, first)
		assert (found.only_first, found.only_second) == (other.only_second, other.only_first)
		for ballot, times in found.only_first:
			for _ in range(times):
				first.remove(ballot)
		for ballot, times in found.only_second:
			for _ in range(times):
				second.remove(ballot)
		assert sorted(first) == sorted(second)
