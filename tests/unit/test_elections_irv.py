"""Instant-runoff voting against published answers, a literal count, and other libraries."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrankvote import Ballot as TheirBallot
from pyrankvote import Candidate as TheirCandidate
from pyrankvote import instant_runoff_voting
from stvpoll.irv import calculate_irv

from aso_network.elections import irv
from aso_network.elections.ballots import Ballot
from aso_network.elections.contest import IRV, Contest, collect
from aso_network.elections.errors import InvalidLotError, InvalidSeatsError
from aso_network.elections.outcome import (
	EVENT_EARLIER_ROUND,
	EVENT_EXCLUDED,
	EVENT_NO_MATTER,
	EXCLUDED,
	EXCLUSION,
	LOST_LOT,
	MAJORITY,
	NO_VOTES,
	NOT_ENOUGH_VOTES,
	PASSED_BY_RULE,
	SEATED_BY_RULE,
	TIED,
	Outcome,
)
from aso_network.elections.rules import SeatRule

Profile = Mapping[Sequence[str], int]


def count(
	profile: Profile,
	candidates: Sequence[str] | None = None,
	lots: Sequence[Sequence[str]] = (),
	rules: Sequence[SeatRule] = (),
	attributes: Mapping[str, Mapping[str, str | int]] | None = None,
) -> Outcome:
	candidates = sorted({c for ranking in profile for c in ranking}) if candidates is None else candidates
	contest = Contest(IRV, tuple(candidates), 1, None, tuple(rules), attributes or {})
	ballots = [Ballot(tuple(ranking), weight=number) for ranking, number in profile.items()]
	return irv.count(contest, collect(contest, ballots), lots)


# Published examples


def test_the_capital_of_tennessee():
	"""Wikipedia, “Instant-runoff voting”: Chattanooga is excluded, then Nashville; Knoxville wins 58 to 42."""
	m, n, c, k = "Memphis", "Nashville", "Chattanooga", "Knoxville"
	outcome = count({(m, n, c, k): 42, (n, c, k, m): 26, (c, k, n, m): 15, (k, c, n, m): 17})
	assert outcome.elected == (k,)
	assert [dict(held.votes) for held in outcome.rounds] == [
		{m: 42, n: 26, c: 15, k: 17},
		{m: 42, n: 26, k: 32},
		{m: 42, k: 58},
	]
	assert [(outcome.row(x).reason, outcome.row(x).round) for x in (c, n, m, k)] == [
		(EXCLUDED, 2),
		(EXCLUDED, 3),
		(NOT_ENOUGH_VOTES, 3),
		(MAJORITY, 3),
	]
	assert (outcome.unit, outcome.quota) == (1, None)


def test_the_mayor_of_burlington():
	"""The election of 2009, down to its last three, as it is often told (rangevoting.org/Burlington.html): Wright
	leads, Montroll is excluded, and Kiss wins."""
	profile = {"MKW": 1332, "MWK": 767, "M": 455, "KMW": 2043, "KWM": 371, "K": 568, "WMK": 1513, "WKM": 495}
	outcome = count({**profile, "W": 1289})
	assert dict(outcome.rounds[0].votes) == {"W": 3297, "K": 2982, "M": 2554}
	assert dict(outcome.rounds[1].votes) == {"W": 4064, "K": 4314}
	assert outcome.rounds[1].exhausted == 455
	assert outcome.elected == ("K",)
	assert 2 * 4314 < outcome.valid, "more than half of the votes in play is enough"
	assert (outcome.row("K").reason, outcome.row("W").reason) == (MAJORITY, NOT_ENOUGH_VOTES)


# What a person would miss


def test_half_of_the_votes_in_play_is_not_enough():
	outcome = count({"AB": 5, "B": 3, "CB": 2})
	assert (outcome.elected, len(outcome.rounds)) == (("A",), 3)


def test_equal_votes_are_decided_by_the_latest_round_that_differs():
	"""4 to 4 in the second round, 4 to 3 in the first."""
	outcome = count({"A": 4, "B": 3, "CB": 1})
	assert outcome.elected == ("A",)
	decided = [e for held in outcome.rounds for e in held.events if e.code == EVENT_EARLIER_ROUND]
	assert [(e.candidates, e.figures) for e in decided] == [(("A", "B"), {"round": 1, "votes": 3})]


def test_a_tie_that_decides_the_seat_stops_the_count():
	profile = {"A": 4, "BC": 3, "CB": 3}
	outcome = count(profile)
	assert outcome.elected == ()
	assert (outcome.tie.about, outcome.tie.candidates, outcome.tie.seats) == (EXCLUSION, ("B", "C"), 1)
	assert {outcome.row(c).reason for c in "BC"} == {TIED}
	after = count(profile, lots=[("B", "C")])
	assert (after.elected, after.row("C").reason) == (("B",), LOST_LOT)
	for lot in (("A", "B"), ("B",)):
		with pytest.raises(InvalidLotError):
			count(profile, lots=[lot])


def test_a_tie_that_decides_nothing_does_not():
	outcome = count({"A": 10, "B": 9, "CA": 1, "DA": 1})
	assert outcome.elected == ("A",)
	assert outcome.tie is None
	assert any(e.code == EVENT_NO_MATTER for held in outcome.rounds for e in held.events)
	with pytest.raises(InvalidLotError):
		count({"A": 10, "B": 9, "CA": 1, "DA": 1}, lots=[("C", "D")])


def test_nobody_without_a_vote_is_elected():
	outcome = count({}, candidates="AB")
	assert (outcome.elected, outcome.vacant, outcome.tie) == ((), 1, None)
	assert {row.reason for row in outcome.rows} == {NO_VOTES}
	assert count({"A": 1}, candidates="AB").elected == ("A",)


def test_there_is_one_seat():
	with pytest.raises(InvalidSeatsError):
		Contest(IRV, ("A", "B"), 2)


def test_a_rule_can_move_the_seat():
	attributes = {c: {"gender": "woman" if c in "DE" else "man"} for c in "ABCDE"}
	outcome = count(
		{"AB": 40, "BAE": 30, "CA": 20, "DE": 2, "ED": 1},
		rules=[SeatRule("gender", minimum=1, value="woman")],
		attributes=attributes,
	)
	assert outcome.elected == ("E",)
	assert (outcome.row("E").reason, outcome.row("E").rules) == (SEATED_BY_RULE, (0,))
	assert {(outcome.row(c).reason, outcome.row(c).rules) for c in "ABC"} == {(PASSED_BY_RULE, (0,))}


# A literal count, and libraries


def by_hand(profile: Profile, candidates: str, drawn: Sequence[str] = ()) -> str | tuple[str, ...]:
	"""The winner; or the tied, where `drawn` (who is excluded, one lot after the other) does not reach."""
	lots, left, rounds = list(drawn), set(candidates), []
	while True:
		rounds.append(Counter(dict.fromkeys(left, 0)))
		for ranking, number in profile.items():
			for choice in ranking:
				if choice in left:
					rounds[-1][choice] += number
					break
		best = max(left, key=lambda c: rounds[-1][c])
		if 2 * rounds[-1][best] > sum(rounds[-1].values()):
			return best
		lowest = left
		for held in reversed(rounds):
			lowest = {c for c in lowest if held[c] == min(held[d] for d in lowest)}
		if len(lowest) > 1:
			if not lots:
				return tuple(sorted(lowest))
			lowest = {lots.pop(0)}
		left = left - lowest


def every_winner(profile: Profile, candidates: str) -> set[str]:
	found, open_ = set(), [()]
	while open_:
		drawn = open_.pop()
		winner = by_hand(profile, candidates, drawn)
		if isinstance(winner, str):
			found.add(winner)
		else:
			open_.extend((*drawn, candidate) for candidate in winner)
	return found


@st.composite
def profiles(draw: st.DrawFn) -> dict[str, int]:
	candidates = "ABCDEF"[: draw(st.integers(2, 6))]
	rankings = st.permutations(candidates).flatmap(
		lambda order: st.integers(1, len(order)).map(lambda length: "".join(order[:length]))
	)
	return draw(st.dictionaries(rankings, st.integers(1, 6), min_size=1, max_size=9))


@settings(max_examples=100, deadline=None)
@given(profiles(), st.randoms(use_true_random=False))
def test_the_count_is_the_literal_one_and_a_tie_is_open_only_if_it_matters(profile, shuffle):
	candidates = "".join(sorted({c for ranking in profile for c in ranking}))
	possible = every_winner(profile, candidates)
	outcome = count(profile)
	assert (outcome.tie is None) == (len(possible) == 1)
	if outcome.tie is None:
		assert set(outcome.elected) == possible
	for held in outcome.rounds:
		assert sum(held.votes.values()) + held.exhausted == outcome.valid

	turned = list(profile.items())
	shuffle.shuffle(turned)
	assert count(dict(turned), "".join(shuffle.sample(candidates, len(candidates)))) == outcome
	while outcome.tie:
		drawn = shuffle.sample(outcome.tie.candidates, len(outcome.tie.candidates))
		outcome = count(profile, lots=[*(lot.order for lot in outcome.lots), tuple(drawn)])
	assert set(outcome.elected) <= possible


def test_libraries_elect_the_same():
	"""pyrankvote and stvpoll agree with us wherever no round is a tie; those they break by second choices, or at
	random. stvpoll asks for half of all valid votes (`irv_quota`), so with many exhausted papers it may elect
	nobody: then nothing is compared with it."""
	compared: Counter[str] = Counter()
	for seed in range(60):
		profile = _random_profile(seed)
		outcome = count(profile, "ABCDEF")
		if outcome.tie or any(
			e.code in (EVENT_EARLIER_ROUND, EVENT_NO_MATTER)
			or (e.code == EVENT_EXCLUDED and len(e.candidates) > 1)
			for held in outcome.rounds
			for e in held.events
		):
			continue
		candidates = {c: TheirCandidate(c) for c in "ABCDEF"}
		ballots = [TheirBallot([candidates[c] for c in r]) for r, n in profile.items() for _ in range(n)]
		(winner,) = instant_runoff_voting(list(candidates.values()), ballots).get_winners()
		assert (winner.name,) == outcome.elected
		compared["pyrankvote"] += 1
		poll = calculate_irv(tuple("ABCDEF"), {tuple(r): n for r, n in profile.items()}, allow_random=False)
		if poll.complete:
			assert tuple(poll) == outcome.elected
			compared["stvpoll"] += 1
	assert compared["pyrankvote"] > 30 and compared["stvpoll"] > 10


def _random_profile(seed: int) -> dict[str, int]:
	draw = random.Random(seed)
	profile: Counter[str] = Counter()
	for _ in range(25):
		order = draw.sample("ABCDEF", 6)
		profile["".join(order[: draw.randint(1, 6)])] += draw.randint(1, 9)
	return dict(profile)
