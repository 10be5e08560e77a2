from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aso_network.elections import reconcile
from aso_network.elections.reconcile import (
	DESK_DIFFERS_FROM_BOX,
	ENTERED_DIFFERS_FROM_BOX,
	FEWER_BALLOTS_THAN_VOTERS,
	MISSING,
	MORE_BALLOTS_THAN_VOTERS,
	MORE_VOTERS_THAN_ROLL,
	ONLINE_DIFFERS_FROM_ROLL,
	PAPERS_DIFFER_FROM_BOX,
	Figures,
	Mismatch,
	mismatches,
)

AGREED = Figures(on_roll=19, marked=18, issued=20, returned=2, in_box=18, entered=18)


def test_figures_that_agree():
	assert mismatches(AGREED) == ()
	assert mismatches(Figures(0, 0, 0, 0, 0, 0)) == ()


@pytest.mark.parametrize(
	("change", "expected"),
	[
		({"entered": 17}, [Mismatch(ENTERED_DIFFERS_FROM_BOX, 17, 18)]),
		({"entered": 19}, [Mismatch(ENTERED_DIFFERS_FROM_BOX, 19, 18)]),
		({"marked": 17}, [Mismatch(MORE_BALLOTS_THAN_VOTERS, 18, 17)]),
		({"marked": 19}, [Mismatch(FEWER_BALLOTS_THAN_VOTERS, 18, 19)]),
		({"issued": 21}, [Mismatch(PAPERS_DIFFER_FROM_BOX, 19, 18)]),
		({"returned": 3}, [Mismatch(PAPERS_DIFFER_FROM_BOX, 17, 18)]),
		({"on_roll": 17}, [Mismatch(MORE_VOTERS_THAN_ROLL, 18, 17)]),
		(
			{"in_box": 19},
			[
				Mismatch(ENTERED_DIFFERS_FROM_BOX, 18, 19),
				Mismatch(MORE_BALLOTS_THAN_VOTERS, 19, 18),
				Mismatch(PAPERS_DIFFER_FROM_BOX, 18, 19),
			],
		),
	],
)
def test_each_mismatch_is_named_with_its_figures(change, expected):
	assert list(mismatches(replace(AGREED, **change))) == expected


def test_a_missing_figure_is_named_and_hides_no_other_mismatch():
	found = mismatches(Figures(on_roll=19, marked=18, issued=None, returned=0, in_box=20, entered=20))
	assert found == (Mismatch(MISSING, figure="issued"), Mismatch(MORE_BALLOTS_THAN_VOTERS, 20, 18))
	assert [m.figure for m in mismatches(Figures())] == [
		"on_roll",
		"marked",
		"issued",
		"returned",
		"in_box",
		"entered",
	]


def test_none_is_not_nought():
	assert mismatches(replace(AGREED, entered=0)) == (Mismatch(ENTERED_DIFFERS_FROM_BOX, 0, 18),)
	assert mismatches(replace(AGREED, entered=None)) == (Mismatch(MISSING, figure="entered"),)


# Eleven voted on paper and seven online.
BOTH = Figures(19, 18, 13, 2, 11, 11, online=7, marked_at_desk=11)


def test_paper_and_online_ballots_are_one_box_and_one_roll():
	assert mismatches(BOTH) == ()
	assert mismatches(Figures(19, 7, 0, 0, 0, 0, online=7, marked_at_desk=0)) == (), "nobody used paper"
	assert mismatches(Figures(19, 11, 13, 2, 11, 11, online=0, marked_at_desk=11)) == (), "nobody was online"


@pytest.mark.parametrize(
	("change", "expected"),
	[
		({"entered": 10}, [Mismatch(ENTERED_DIFFERS_FROM_BOX, 10, 11)]),
		({"issued": 14}, [Mismatch(PAPERS_DIFFER_FROM_BOX, 12, 11)]),
		(
			{"in_box": 10, "entered": 10, "issued": 12},
			[Mismatch(FEWER_BALLOTS_THAN_VOTERS, 17, 18), Mismatch(DESK_DIFFERS_FROM_BOX, 11, 10)],
		),
		(
			{"online": 8},
			[Mismatch(MORE_BALLOTS_THAN_VOTERS, 19, 18), Mismatch(ONLINE_DIFFERS_FROM_ROLL, 7, 8)],
		),
		(
			{"online": 0},
			[Mismatch(FEWER_BALLOTS_THAN_VOTERS, 11, 18), Mismatch(ONLINE_DIFFERS_FROM_ROLL, 7, 0)],
		),
		(
			{"marked": 19},
			[Mismatch(FEWER_BALLOTS_THAN_VOTERS, 18, 19), Mismatch(ONLINE_DIFFERS_FROM_ROLL, 8, 7)],
		),
		# A mark moved from the one to the other: the sum is right, and neither part is.
		(
			{"marked_at_desk": 12},
			[Mismatch(DESK_DIFFERS_FROM_BOX, 12, 11), Mismatch(ONLINE_DIFFERS_FROM_ROLL, 6, 7)],
		),
		({"marked_at_desk": None}, [Mismatch(MISSING, figure="marked_at_desk")]),
	],
)
def test_each_mismatch_of_paper_and_online_is_named_with_its_figures(change, expected):
	assert list(mismatches(replace(BOTH, **change))) == expected


@given(*[st.integers(0, 40)] * 4, st.integers(0, 5))
def test_whatever_the_numbers_an_honest_vote_agrees_and_one_ballot_more_does_not(
	desk, online, at_home, returned, more
):
	voted = desk + online
	honest = Figures(voted + at_home, voted, desk + returned, returned, desk, desk, online, desk)
	assert mismatches(honest) == ()
	if more:
		for figure in ("in_box", "entered", "online"):
			assert mismatches(replace(honest, **{figure: getattr(honest, figure) + more})), figure


def test_the_figures_of_a_vote_on_paper_say_nothing_about_online_ones():
	assert list(reconcile.as_json_value(AGREED)) == [
		"on_roll",
		"marked",
		"issued",
		"returned",
		"in_box",
		"entered",
	]
	assert reconcile.as_json_value(BOTH) == {
		**reconcile.as_json_value(replace(BOTH, online=None)),
		"online": 7,
		"marked_at_desk": 11,
	}
