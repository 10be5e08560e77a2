"""What holds of every form alike."""

import pytest

from aso_network.elections import forms
from aso_network.elections.ballots import Ballot
from aso_network.elections.contest import MAJORITY, STV, Contest
from aso_network.elections.rules import SeatRule

ORGANIZATION = {"a": "X", "b": "X", "c": "Y", "d": "Z", "e": "W"}


@pytest.mark.parametrize("form", [STV, MAJORITY])
def test_a_tie_on_the_way_is_about_the_seats_of_the_tied_and_leaves_the_others_open(form):
	attributes = {candidate: {"organization": of} for candidate, of in ORGANIZATION.items()}
	rule = SeatRule("organization", maximum=1, each=True)
	contest = Contest(form, tuple(ORGANIZATION), 3, None, (rule,), attributes)
	ballots = {
		STV: [*"aaaabbbb", *"ccdde"],
		MAJORITY: ["abc", "abc", "abd", "abe", "ab"],
	}[form]
	papers = [Ballot(tuple(ballot)) for ballot in ballots]
	stopped = forms.count(contest, papers)
	assert stopped.tie and (stopped.tie.candidates, stopped.tie.seats) == (("a", "b"), 1)
	assert (stopped.elected, stopped.vacant) == ((), 0)
	drawn = forms.count(contest, papers, [["b", "a"]])
	assert drawn.lots[0].seats == stopped.tie.seats
	assert "b" in drawn.elected and "a" not in drawn.elected
	assert len(drawn.elected) == 3 or drawn.tie.about == "no_majority"
