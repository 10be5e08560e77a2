from dataclasses import replace

import pytest

from aso_network.elections.reconcile import (
	ENTERED_DIFFERS_FROM_BOX,
	FEWER_BALLOTS_THAN_VOTERS,
	MISSING,
	MORE_BALLOTS_THAN_VOTERS,
	MORE_VOTERS_THAN_ROLL,
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
