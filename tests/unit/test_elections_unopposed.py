import pytest

from aso_network.elections.contest import BLOCK, FORMS, IRV, LIMITED, STV, Contest
from aso_network.elections.errors import InfeasibleRulesError, OpposedError
from aso_network.elections.outcome import UNOPPOSED
from aso_network.elections.results import as_json_value
from aso_network.elections.rules import SeatRule
from aso_network.elections.unopposed import unopposed

WOMEN = {"gender": "woman"}


@pytest.mark.parametrize("form", FORMS)
def test_no_more_candidates_than_seats_are_elected_without_a_vote(form):
	candidates, seats = (("a",), 1) if form == IRV else (("b", "a"), 3)
	contest = Contest(form, candidates, seats, 2 if form != STV else None)
	outcome = unopposed(contest)
	assert outcome.elected == tuple(sorted(candidates)) and outcome.is_decided
	assert outcome.vacant == seats - len(candidates)
	assert {(row.reason, row.votes, row.seat_order) for row in outcome.rows} == {(UNOPPOSED, 0, 1)}
	assert outcome.total == 0 and outcome.form == form
	assert as_json_value(contest, outcome)["elected"] == sorted(candidates)


def test_more_candidates_than_seats_or_none_need_a_vote():
	with pytest.raises(OpposedError, match=r"candidates \(2\) than seats \(1\)"):
		unopposed(Contest(BLOCK, ("a", "b"), 1))
	with pytest.raises(OpposedError):
		unopposed(Contest(BLOCK, (), 1))


def test_rules_that_do_not_allow_all_of_them():
	rules = (SeatRule("gender", 0, 1, value="woman"), SeatRule("gender", 1, value="man"))
	with pytest.raises(InfeasibleRulesError) as refused:
		unopposed(
			Contest(
				LIMITED, ("a", "b"), 2, 1, rules, {"a": WOMEN, "b": WOMEN, "m": {"gender": "man"}}, ("m",)
			)
		)
	assert refused.value.conflict == (0,)
	contest = Contest(LIMITED, ("a",), 2, 1, rules, {"a": WOMEN, "m": {"gender": "man"}}, ("m",))
	assert unopposed(contest).elected == ("a",)


def test_a_minimum_that_all_of_them_together_do_not_meet():
	with pytest.raises(InfeasibleRulesError) as refused:
		unopposed(Contest(BLOCK, ("a",), 2, None, (SeatRule("gender", 2, value="woman"),), {"a": WOMEN}))
	assert refused.value.conflict == (0,)
