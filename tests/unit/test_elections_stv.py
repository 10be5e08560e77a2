"""STV against the Order it follows, published answers, other libraries, and itself with everything turned round."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrankvote import Ballot as TheirBallot
from pyrankvote import Candidate as TheirCandidate
from pyrankvote import single_transferable_vote
from stvpoll.scottish_stv import calculate_scottish_stv

from aso_network.elections import stv
from aso_network.elections.ballots import Ballot
from aso_network.elections.contest import STV, Contest, collect
from aso_network.elections.errors import InfeasibleRulesError, InvalidLotError
from aso_network.elections.outcome import (
	CONTINUING,
	EVENT_COUNTED,
	EVENT_EARLIER_ROUND,
	EVENT_ELECTED,
	EVENT_EXCLUDED,
	EVENT_LOT,
	EVENT_NO_MATTER,
	EVENT_RULE,
	EVENT_SURPLUS,
	EXCLUDED,
	EXCLUSION,
	LAST_STANDING,
	LOST_LOT,
	NO_VOTES,
	NOT_ENOUGH_VOTES,
	PASSED_BY_RULE,
	REACHED_QUOTA,
	SEAT,
	SEATED_BY_RULE,
	SURPLUS,
	TIED,
	WON_LOT,
	Outcome,
	Round,
)
from aso_network.elections.rules import SeatRule

Profile = Mapping[Sequence[str], int]


def count(
	profile: Profile,
	seats: int,
	candidates: Sequence[str] | None = None,
	lots: Sequence[Sequence[str]] = (),
	rules: Sequence[SeatRule] = (),
	attributes: Mapping[str, Mapping[str, str | int]] | None = None,
	seated: Sequence[str] = (),
	form: str = STV,
	counter: Callable[..., Outcome] = stv.count,
) -> Outcome:
	"""`profile`: rankings (“ABC” is A, then B, then C) → how many say so."""
	candidates = sorted({c for ranking in profile for c in ranking}) if candidates is None else candidates
	contest = Contest(form, tuple(candidates), seats, None, tuple(rules), attributes or {}, tuple(seated))
	ballots = [Ballot(tuple(ranking), weight=number) for ranking, number in profile.items()]
	return counter(contest, collect(contest, ballots), lots)


def votes(held: Round) -> dict[str, float]:
	return {candidate: number / stv.UNIT for candidate, number in held.votes.items()}


def places(outcome: Outcome) -> tuple[tuple[str, ...], ...]:
	"""Those elected, in order; who share a place stand together."""
	shared: dict[int, list[str]] = {}
	for row in outcome.elected_rows:
		shared.setdefault(row.seat_order, []).append(row.candidate)
	return tuple(tuple(sorted(shared[place])) for place in sorted(shared))


def events(outcome: Outcome, code: str) -> list:
	return [event for held in outcome.rounds for event in held.events if event.code == code]


# Published examples and examples worked by hand


def test_the_food_election():
	"""20 guests, 3 of 5 foods: the example that Wikipedia's “Single transferable vote” had until 2021.

	Chocolate is elected with 12 votes; a surplus of 6 gives strawberries 4 and sweets 2; pears are excluded and
	elect oranges; sweets are excluded, and strawberries are left."""
	oranges, pears, chocolate, strawberries, sweets = (
		"oranges",
		"pears",
		"chocolate",
		"strawberries",
		"sweets",
	)
	outcome = count(
		{
			(oranges,): 4,
			(pears, oranges): 2,
			(chocolate, strawberries): 8,
			(chocolate, sweets): 4,
			(strawberries,): 1,
			(sweets,): 1,
		},
		seats=3,
	)
	assert outcome.quota == 6 * stv.UNIT
	assert outcome.elected == (chocolate, oranges, strawberries)
	assert votes(outcome.rounds[1]) == {oranges: 4, pears: 2, chocolate: 6, strawberries: 5, sweets: 3}
	assert [row.round for row in outcome.elected_rows] == [1, 3, 4]
	assert [row.reason for row in outcome.elected_rows] == [REACHED_QUOTA, REACHED_QUOTA, LAST_STANDING]
	assert (outcome.row(pears).reason, outcome.row(pears).round) == (EXCLUDED, 3)


def test_a_value_is_cut_after_five_decimals():
	"""Rule 48(3): 1 x 1 / 6 is 0.16666, “any remainder being ignored”. Rounded to 0.16667, six papers would
	lift C over B, and C would take the seat."""
	outcome = count({"D": 2, "BCD": 3, "C": 2, "ACB": 6}, seats=2)
	assert outcome.elected == ("A", "B")
	assert outcome.rounds[1].votes == {"A": 500000, "B": 300000, "C": 299996, "D": 200000}
	assert outcome.rounds[1].exhausted == 4


def test_papers_of_a_second_transfer_are_worth_their_value_when_received():
	"""Rules 48(3) and (4): quota 6; A's surplus of 4 goes to B at 0.4; of B's 3 + 4 = 7 votes the surplus of 1
	goes on: papers that B had at 1 at 1 x 1 / 7, papers that B had at 0.4 at 1 x 0.4 / 7."""
	outcome = count({"ABC": 10, "BD": 3, "C": 2, "D": 2}, seats=2, candidates="ABCD")
	assert outcome.quota == 6 * stv.UNIT
	assert [votes(held) for held in outcome.rounds] == [
		{"A": 10, "B": 3, "C": 2, "D": 2},
		{"A": 6, "B": 7, "C": 2, "D": 2},
	]
	outcome = count({"ABC": 10, "BD": 3, "C": 2, "D": 2, "E": 3}, seats=3, candidates="ABCDE")
	assert outcome.quota == 6 * stv.UNIT
	assert outcome.rounds[2].votes == {
		"A": 600000,
		"B": 600000,
		"C": 200000 + 10 * 5714,
		"D": 200000 + 3 * 14285,
		"E": 300000,
	}


def test_one_surplus_a_stage_and_the_largest_first():
	"""Rule 49(1)."""
	outcome = count({"AC": 9, "BD": 12, "C": 3, "D": 2, "E": 4}, seats=3)
	assert [event.candidates for event in events(outcome, EVENT_SURPLUS)] == [("B",), ("A",)]
	assert [len([e for e in held.events if e.code == EVENT_SURPLUS]) for held in outcome.rounds[:3]] == [
		0,
		1,
		1,
	]
	first, second = events(outcome, EVENT_ELECTED)[:2]
	assert (first.candidates, second.candidates) == (("B",), ("A",))
	assert first.figures == {
		"why": REACHED_QUOTA,
		"votes": 12 * stv.UNIT,
		"quota": 8 * stv.UNIT,
		"surplus": 4 * stv.UNIT,
	}


def test_a_surplus_passes_over_those_elected_already():
	"""Rule 48(2): only continuing candidates receive papers; B is elected, so ABC goes to C."""
	outcome = count({"ABC": 12, "BD": 12, "C": 6, "D": 5}, seats=3)
	assert outcome.elected == ("A", "B", "C")
	assert votes(outcome.rounds[2]) == {"A": 9, "B": 9, "C": 9, "D": 8}


def test_no_transfer_once_the_last_vacancies_can_be_filled():
	"""Rule 52: with B and C continuing for two seats, A's surplus stays where it is."""
	outcome = count({"AC": 10, "B": 3, "C": 2}, seats=3)
	assert outcome.elected == ("A", "B", "C")
	assert [row.reason for row in outcome.elected_rows] == [REACHED_QUOTA, LAST_STANDING, LAST_STANDING]
	assert len(outcome.rounds) == 1


def test_a_surplus_that_is_just_the_quota_is_no_stage():
	"""Rule 48(1): only a candidate who exceeds the quota has anything to transfer."""
	outcome = count({"AB": 4, "B": 3, "C": 2, "D": 1}, seats=2)
	assert outcome.quota == 4 * stv.UNIT
	assert not events(outcome, EVENT_SURPLUS)


def test_equal_votes_are_decided_by_the_latest_stage_that_differs():
	"""Rule 51(2)(a): C and D have 6 votes each in the third stage; in the second C had 5 and D 6, so C is
	excluded, although in the first D had fewer."""
	outcome = count({"A": 20, "B": 15, "C": 5, "D": 4, "ED": 2, "FC": 1, "F": 2}, seats=1)
	assert [votes(held) for held in outcome.rounds[:3]] == [
		{"A": 20, "B": 15, "C": 5, "D": 4, "E": 2, "F": 3},
		{"A": 20, "B": 15, "C": 5, "D": 6, "F": 3},
		{"A": 20, "B": 15, "C": 6, "D": 6},
	]
	(decided,) = events(outcome, EVENT_EARLIER_ROUND)
	assert (decided.candidates, decided.figures) == (("C", "D"), {"round": 2, "votes": 5 * stv.UNIT})
	assert (outcome.row("C").round, outcome.row("D").round) == (4, 5)


def test_equal_votes_are_in_the_order_of_the_latest_stage_that_differs():
	"""A and B reach the quota of 10 together; a stage before, B had more."""
	outcome = count({"A": 7, "B": 8, "CA": 3, "CB": 2, "E": 9}, seats=2)
	assert (outcome.elected, places(outcome)) == (("B", "A"), (("B",), ("A",)))


# Ties


def test_an_exclusion_that_decides_a_seat_stops_the_count():
	outcome = count({"A": 16, "B": 5, "CD": 7, "D": 7}, seats=2)
	assert outcome.tie is not None
	assert (outcome.tie.about, outcome.tie.candidates, outcome.tie.seats) == (EXCLUSION, ("C", "D"), 1)
	assert outcome.elected == ("A",)
	assert [outcome.row(c).reason for c in "ABCD"] == [REACHED_QUOTA, EXCLUDED, TIED, TIED]
	assert outcome.vacant == 0


def test_the_last_drawn_is_excluded():
	profile = {"A": 16, "B": 5, "CD": 7, "D": 7}
	for order, elected in ((("C", "D"), "C"), (("D", "C"), "D")):
		outcome = count(profile, seats=2, lots=[order])
		assert outcome.elected == ("A", elected)
		assert outcome.row(order[1]).reason == LOST_LOT
		assert (outcome.lots[0].order, outcome.lots[0].about, outcome.lots[0].seats) == (order, EXCLUSION, 1)
		assert [event.candidates for event in events(outcome, EVENT_LOT)] == [order]
		assert outcome.tie is None


def test_whose_surplus_goes_first_can_decide_a_seat():
	"""Both have a surplus of 1. A's lifts D to 2, B's lifts C to 2; the one that comes second is excluded, for
	at the stage before they differed."""
	profile = {"AD": 5, "BCD": 5, "C": 1, "D": 1}
	outcome = count(profile, seats=3)
	assert outcome.tie is not None
	assert (outcome.tie.about, outcome.tie.candidates, outcome.tie.seats) == (SURPLUS, ("A", "B"), 1)
	assert outcome.elected == ("A", "B")
	assert [outcome.row(c).seat_order for c in "AB"] == [1, 1], "nothing says who of them came first"
	assert [outcome.row(c).reason for c in "ABCD"] == [REACHED_QUOTA, REACHED_QUOTA, CONTINUING, CONTINUING]
	for order, third in ((("A", "B"), "D"), (("B", "A"), "C")):
		outcome = count(profile, seats=3, lots=[order])
		assert outcome.elected == ("A", "B", third)
		assert events(outcome, EVENT_SURPLUS)[0].candidates == order[:1]


def test_a_tie_that_changes_nothing_does_not_stop_the_count():
	outcome = count({"A": 10, "B": 8, "C": 1, "D": 1}, seats=2)
	assert outcome.tie is None
	assert outcome.elected == ("A", "B")
	outcome = count({"A": 10, "B": 4, "C": 3, "DA": 1, "EA": 1}, seats=2)
	(event,) = events(outcome, EVENT_NO_MATTER)
	assert event.candidates == ("D", "E")
	assert outcome.elected == ("A", "B")
	assert count({"A": 10, "B": 4, "C": 3, "EA": 1, "DA": 1}, seats=2) == outcome


def test_a_lot_is_for_the_tied_and_for_a_tie_that_matters():
	tied = {"A": 16, "B": 5, "CD": 7, "D": 7}
	for lot in (("C",), ("C", "B"), ("C", "D", "D"), ("C", "D", "A")):
		with pytest.raises(InvalidLotError):
			count(tied, seats=2, lots=[lot])
	with pytest.raises(InvalidLotError):
		count(tied, seats=2, lots=[("C", "D"), ("C", "D")])
	with pytest.raises(InvalidLotError):
		count({"A": 10, "B": 4, "C": 3, "DA": 1, "EA": 1}, seats=2, lots=[("D", "E")])


# Nobody's votes


def test_nobody_is_elected_whom_no_paper_names():
	outcome = count({"AB": 1}, seats=3, candidates="ABCD")
	assert outcome.elected == ("A", "B")
	assert outcome.vacant == 1
	assert [outcome.row(c).reason for c in "CD"] == [NO_VOTES, NO_VOTES]
	assert outcome.row("B").reason == LAST_STANDING, "named on every paper, so not without a vote"
	empty = count({}, seats=2, candidates="AB")
	assert (empty.elected, empty.vacant, empty.tie) == ((), 2, None)


def test_those_without_votes_go_together():
	outcome = count({"AB": 9, "CA": 5, "DE": 4}, seats=2, candidates="ABCDEFG")
	(first, *_) = events(outcome, EVENT_EXCLUDED)
	assert first.candidates == ("F", "G")
	assert outcome.row("F").reason == NO_VOTES
	assert outcome.row("E").reason == EXCLUDED, "E is named, and excluded with no votes"
	assert outcome.tie is None
	outcome = count({"A": 9, "BE": 1, "BF": 1}, seats=2)
	assert [event.candidates for event in events(outcome, EVENT_EXCLUDED)] == [("E", "F")]
	assert outcome.elected == ("A", "B")


def test_between_two_who_are_named_but_hold_no_vote_a_lot_decides():
	"""The quota is 2, so neither A nor B has a surplus; C and D are named second on one paper each."""
	outcome = count({"AC": 1, "AD": 1, "B": 2}, seats=3, candidates="ABCDE")
	assert outcome.tie is not None
	assert (outcome.tie.about, outcome.tie.candidates, outcome.tie.seats) == (EXCLUSION, ("C", "D"), 1)
	assert outcome.row("E").reason == NO_VOTES


# The minutes


def test_every_round_tells_what_happened():
	outcome = count({"ABC": 16, "BC": 5, "CD": 7, "D": 8, "E": 1}, seats=2)
	assert [held.number for held in outcome.rounds] == list(range(1, len(outcome.rounds) + 1))
	told = [(held.number, event.code, event.candidates) for held in outcome.rounds for event in held.events]
	assert told[:4] == [
		(1, EVENT_COUNTED, ()),
		(1, EVENT_ELECTED, ("A",)),
		(2, EVENT_SURPLUS, ("A",)),
		(3, EVENT_EXCLUDED, ("E",)),
	]
	(surplus,) = events(outcome, EVENT_SURPLUS)
	assert surplus.figures == {"surplus": 3 * stv.UNIT, "votes": 16 * stv.UNIT}
	for event in events(outcome, EVENT_EXCLUDED):
		held = next(held for held in outcome.rounds if event in held.events)
		assert event.figures["votes"] == outcome.rounds[held.number - 2].votes[event.candidates[0]]
		assert event.candidates[0] not in held.votes
	assert {row.reason for row in outcome.rows} <= {REACHED_QUOTA, LAST_STANDING, EXCLUDED, NOT_ENOUGH_VOTES}
	assert (outcome.form, outcome.unit, outcome.seats) == (STV, stv.UNIT, 2)


# The Order, read literally: one paper after the other, in fractions


class LotNeeded(Exception):
	pass


def by_the_order(
	candidates: str, papers: Sequence[str], seats: int, drawn: Sequence[str] = ()
) -> tuple[list[dict[str, Fraction]], list[tuple[str, ...]]]:
	"""Rules 45 to 52 of the Order: the votes of each stage, and those elected, in order.

	`drawn`: for each lot that the Order asks for, who is excluded or transferred first. Beyond them LotNeeded is
	raised, with the stages so far and the tied."""
	lots = list(drawn)
	quota = len(papers) // (seats + 1) + 1
	holder = {number: paper[0] for number, paper in enumerate(papers)}
	value = {number: Fraction(1) for number in holder}
	continuing, elected, transferred = set(candidates), [], set()
	stages: list[dict[str, Fraction]] = []

	def credited() -> dict[str, Fraction]:
		numbers = {
			c: Fraction(0) for c in candidates if c in continuing or any(c in group for group in elected)
		}
		for number, candidate in holder.items():
			if candidate in numbers and candidate not in transferred:
				numbers[candidate] += value[number]
		return numbers | {c: Fraction(quota) for c in transferred}

	def pick(tied: list[str], best: Callable) -> str:
		for stage in reversed(stages):
			target = best(stage[c] for c in tied)
			tied = [c for c in tied if stage[c] == target]
		if len(tied) == 1:
			return tied[0]
		if not lots:
			raise LotNeeded(stages, tuple(sorted(tied)))
		assert lots[0] in tied
		return lots.pop(0)

	def deem(those: list[str]) -> None:
		groups: dict[tuple, list[str]] = {}
		for candidate in those:
			groups.setdefault(tuple(stage[candidate] for stage in reversed(stages)), []).append(candidate)
		elected.extend(tuple(sorted(groups[key])) for key in sorted(groups, reverse=True))
		continuing.difference_update(those)

	def move(candidate: str, share: Fraction) -> None:
		for number in [n for n, c in holder.items() if c == candidate]:
			value[number] = Fraction(floor(value[number] * share * 100_000), 100_000)
			holder[number] = next((c for c in papers[number] if c in continuing), None)

	while True:
		stages.append(credited())
		deem([c for c in continuing if stages[-1][c] >= quota])
		vacancies = seats - sum(map(len, elected))
		if vacancies >= len(continuing):
			deem(list(continuing))
			return stages, elected
		if not vacancies:
			return stages, elected
		over = [c for group in elected for c in group if c not in transferred and stages[-1][c] > quota]
		if over:
			largest = pick(over, max)
			transferred.add(largest)
			move(largest, (stages[-1][largest] - quota) / stages[-1][largest])
		else:
			lowest = pick(list(continuing), min)
			continuing.remove(lowest)
			move(lowest, Fraction(1))


def by_the_order_with_every_lot(candidates: str, papers: Sequence[str], seats: int) -> set[tuple]:
	found, open_ = set(), [()]
	while open_:
		drawn = open_.pop()
		try:
			found.add(tuple(by_the_order(candidates, papers, seats, drawn)[1]))
		except LotNeeded as needed:
			open_.extend((*drawn, candidate) for candidate in needed.args[1])
	return found


def with_every_lot(profile: Profile, seats: int, candidates: str) -> set[tuple]:
	found, open_ = set(), [()]
	while open_:
		lots = open_.pop()
		outcome = count(profile, seats, candidates, lots)
		if outcome.tie is None:
			found.add(places(outcome))
			continue
		for chosen in outcome.tie.candidates:
			others = [c for c in outcome.tie.candidates if c != chosen]
			order = [*others, chosen] if outcome.tie.about == EXCLUSION else [chosen, *others]
			open_.append((*lots, tuple(order)))
	return found


@st.composite
def profiles(draw: st.DrawFn, most_candidates: int, most_rankings: int, most_papers: int) -> dict[str, int]:
	"""Rankings of A, B, C … → how many; every candidate is named."""
	candidates = "ABCDEFGH"[: draw(st.integers(2, most_candidates))]
	rankings = draw(
		st.lists(
			st.permutations(candidates).flatmap(
				lambda order: st.integers(1, len(order)).map(lambda length: "".join(order[:length]))
			),
			min_size=1,
			max_size=most_rankings,
			unique=True,
		)
	)
	profile = {ranking: draw(st.integers(1, most_papers)) for ranking in rankings}
	for candidate in candidates:
		if not any(candidate in ranking for ranking in profile):
			profile[candidate] = draw(st.integers(1, most_papers))
	return profile


def everybody(profile: Profile) -> str:
	return "".join(sorted({c for ranking in profile for c in ranking}))


@settings(max_examples=100, deadline=None)
@given(profiles(6, 12, 40), st.integers(1, 4))
def test_every_stage_is_that_of_the_order(profile, seats):
	papers = [ranking for ranking, number in profile.items() for _ in range(number)]
	outcome = count(profile, seats)
	try:
		stages, elected = by_the_order(everybody(profile), papers, seats)
	except LotNeeded as needed:
		stages, elected = needed.args[0], None
	for stage, held in zip(stages, outcome.rounds, strict=False):
		assert {c: Fraction(number, stv.UNIT) for c, number in held.votes.items()} == stage
	if elected is not None:
		assert len(stages) == len(outcome.rounds)
		assert list(places(outcome)) == elected
		assert outcome.tie is None


@settings(max_examples=100, deadline=None)
@given(profiles(4, 6, 3), st.integers(1, 3))
def test_a_tie_is_open_exactly_if_the_lots_of_the_order_decide_something(profile, seats):
	"""Whatever the Order's lots can bring, and nothing else, is what our lots can bring; and a count that stops
	at no tie is one that no lot of the Order could change."""
	candidates = everybody(profile)
	papers = [ranking for ranking, number in profile.items() for _ in range(number)]
	possible = by_the_order_with_every_lot(candidates, papers, seats)
	assert with_every_lot(profile, seats, candidates) == possible
	assert (count(profile, seats).tie is None) == (len(possible) == 1)


# Turned round


@settings(max_examples=60, deadline=None)
@given(profiles(6, 10, 6), st.integers(1, 4), st.randoms(use_true_random=False))
def test_order_names_and_weights_decide_nothing(profile, seats, shuffle):
	candidates = everybody(profile)
	outcome = count(profile, seats)
	turned = list(profile.items())
	shuffle.shuffle(turned)
	assert count(dict(turned), seats, "".join(shuffle.sample(candidates, len(candidates)))) == outcome

	contest = Contest(STV, tuple(candidates), seats)
	single = [Ballot(tuple(ranking)) for ranking, number in turned for _ in range(number)]
	assert stv.count(contest, collect(contest, single)) == outcome

	blank = stv.count(contest, collect(contest, [*single, Ballot(), Ballot(("A",), spoiled=True)]))
	assert (blank.blank, blank.spoiled, blank.valid) == (1, 1, outcome.valid)
	assert (blank.rows, blank.rounds, blank.quota) == (outcome.rows, outcome.rounds, outcome.quota)

	new = dict(zip(candidates, shuffle.sample(candidates, len(candidates)), strict=True))
	renamed = count({"".join(new[c] for c in ranking): n for ranking, n in profile.items()}, seats)
	assert places(renamed) == tuple(tuple(sorted(new[c] for c in group)) for group in places(outcome))
	if outcome.tie:
		assert renamed.tie is not None
		assert renamed.tie.candidates == tuple(sorted(new[c] for c in outcome.tie.candidates))


@settings(max_examples=60, deadline=None)
@given(profiles(7, 12, 9), st.integers(1, 5))
def test_no_vote_is_made_or_lost(profile, seats):
	outcome = count(profile, seats)
	lost = 0
	for held in outcome.rounds:
		assert sum(held.votes.values()) + held.exhausted == outcome.valid * stv.UNIT
		assert held.exhausted >= lost
		lost = held.exhausted
	assert len(outcome.elected) <= seats
	if outcome.tie is None:
		assert len(outcome.elected) == min(seats, len(outcome.rows))
		assert outcome.vacant == max(0, seats - len(outcome.rows))


# Other libraries


def _decided_by_a_vote_at_least(outcome: Outcome) -> bool:
	"""No two over the quota at once, and nothing that a tenth of a vote could turn."""
	for before, held in zip(outcome.rounds, outcome.rounds[1:], strict=False):
		for event in held.events:
			if event.code == EVENT_EXCLUDED:
				out = {before.votes[c] for c in event.candidates}
				rest = [v for c, v in before.votes.items() if c in held.votes and v < outcome.quota]
				if len(event.candidates) > 1 or any(v - max(out) < stv.UNIT // 10 for v in rest):
					return False
	for held in outcome.rounds:
		if sum(e.code == EVENT_ELECTED and e.figures["why"] == REACHED_QUOTA for e in held.events) > 1:
			return False
		if any(0 < abs(v - outcome.quota) < stv.UNIT // 10 for v in held.votes.values()):
			return False
	return outcome.tie is None


def test_stvpoll_elects_the_same_where_its_rounding_and_queue_do_not_matter():
	"""stvpoll 0.5 follows the same Order with other details (see the two tests below)."""
	compared = 0
	for seed in range(300):
		profile = _random_profile(seed)
		outcome = count(profile, seats=3, candidates="ABCDEFG")
		if not _decided_by_a_vote_at_least(outcome):
			continue
		theirs = calculate_scottish_stv(tuple("ABCDEFG"), _tuples(profile), 3, allow_random=False)
		assert set(theirs) == set(outcome.elected), profile
		compared += 1
	assert compared > 60


def _random_profile(seed: int) -> dict[str, int]:
	draw = random.Random(seed)
	strength = {c: draw.random() for c in "ABCDEFG"}
	profile: Counter[str] = Counter()
	for _ in range(40):
		order = sorted("ABCDEFG", key=lambda c: strength[c] + draw.random(), reverse=True)
		profile["".join(order[: draw.randint(1, 7)])] += draw.randint(1, 30)
	return dict(profile)


def _tuples(profile: Profile) -> dict[tuple[str, ...], int]:
	return {tuple(ranking): number for ranking, number in profile.items()}


def test_stvpoll_rounds_values_up_where_the_order_ignores_the_remainder():
	"""0.16667 for 1/6: the reason, with the next test, why it is not what counts here. Rule 48(3)."""
	profile = {"D": 2, "BCD": 3, "C": 2, "ACB": 6}
	theirs = calculate_scottish_stv(tuple("ABCD"), _tuples(profile), 2, allow_random=False)
	assert set(theirs) == {"A", "C"}
	assert set(count(profile, seats=2).elected) == {"A", "B"}


def test_stvpoll_transfers_to_those_elected_whose_turn_has_not_come():
	"""A's papers for B, who is elected too, reach B and swell B's surplus; the Order's rule 48(2) gives them to
	continuing candidates only. No rounding is involved: 3 of 12 is 0.25."""
	profile = {"ABC": 12, "BD": 12, "C": 6, "D": 5}
	theirs = calculate_scottish_stv(tuple("ABCD"), _tuples(profile), 3, allow_random=False)
	assert set(theirs) == {"A", "B", "D"}
	assert set(count(profile, seats=3).elected) == {"A", "B", "C"}


def test_libraries_agree_on_how_many_seats_each_party_takes():
	"""What every STV with a Droop quota must do: a group whose voters name only its own candidates, all in one
	order, and that has n quotas of votes, takes n seats. pyrankvote differs in all the rest: its quota is
	votes / (seats + 1) and its transfer values do not weigh how a paper came."""
	parties = ["ABCD", "EFGH", "IJKL"]
	for seed in range(15):
		draw = random.Random(seed)
		shares, over = [draw.randint(1, 3) for _ in parties], draw.sample(range(6), 3)
		seats, profile = sum(shares), {}
		for party, share in zip(parties, shares, strict=True):
			profile[party] = share * 20 + over.pop()
		ours = Counter(next(p for p in parties if c in p) for c in count(profile, seats).elected)
		candidates = {c: TheirCandidate(c) for party in parties for c in party}
		ballots = [TheirBallot([candidates[c] for c in p]) for p, n in profile.items() for _ in range(n)]
		winners = single_transferable_vote(list(candidates.values()), ballots, seats).get_winners()
		theirs = Counter(next(p for p in parties if w.name in p) for w in winners)
		poll = calculate_scottish_stv(tuple(candidates), _tuples(profile), seats, allow_random=False)
		assert ours == theirs == dict(zip(parties, shares, strict=True))
		assert Counter(next(p for p in parties if c in p) for c in poll) == ours


# Seat rules

PEOPLE = {
	"A": {"gender": "man", "org": "1"},
	"B": {"gender": "man", "org": "2"},
	"C": {"gender": "man", "org": "1"},
	"D": {"gender": "woman", "org": "3"},
	"E": {"gender": "woman", "org": "3"},
}
A_WOMAN = SeatRule("gender", minimum=1, value="woman")
ONE_PER_ORG = SeatRule("org", maximum=1, each=True)


def test_a_minimum_moves_a_seat_and_says_so():
	profile = {"AB": 40, "BA": 30, "CA": 20, "DE": 4, "ED": 3}
	assert count(profile, seats=3).elected == ("A", "B", "C")
	outcome = count(profile, seats=3, rules=[A_WOMAN], attributes=PEOPLE)
	assert outcome.elected == ("A", "B", "D")
	assert (outcome.row("C").reason, outcome.row("C").rules) == (PASSED_BY_RULE, (0,))
	assert (outcome.row("D").reason, outcome.row("D").rules) == (SEATED_BY_RULE, (0,))
	assert (outcome.row("A").reason, outcome.row("E").reason) == (REACHED_QUOTA, EXCLUDED)
	(event,) = events(outcome, EVENT_RULE)
	assert (event.candidates, event.rules) == (("C",), (0,))


def test_only_a_seat_that_the_rules_moved_is_called_so():
	"""One per organization passes C over. B and D fill the seats, both with fewer votes than C; but B has a seat
	without the rule too."""
	profile = {"A": 40, "C": 20, "B": 15, "D": 10, "E": 8}
	assert count(profile, seats=3).elected == ("A", "C", "B")
	outcome = count(profile, seats=3, rules=[ONE_PER_ORG], attributes=PEOPLE)
	assert outcome.elected == ("A", "B", "D")
	assert [row.reason for row in outcome.elected_rows] == [REACHED_QUOTA, LAST_STANDING, SEATED_BY_RULE]


def test_who_is_needed_is_not_excluded():
	"""I. D. Hill, “STV with constraints”, Voting matters 9 (1998): at least two women and two of a minority among
	three seats; two men of the minority, two women of the majority and one woman of the minority, who is last.
	Rule by rule she would be excluded, and then no three meet both rules."""
	attributes = {
		"A": {"gender": "man", "minority": "yes"},
		"B": {"gender": "man", "minority": "yes"},
		"C": {"gender": "woman", "minority": "no"},
		"D": {"gender": "woman", "minority": "no"},
		"E": {"gender": "woman", "minority": "yes"},
	}
	rules = [SeatRule("gender", minimum=2, value="woman"), SeatRule("minority", minimum=2, value="yes")]
	profile = {"A": 22, "B": 21, "C": 20, "D": 19, "E": 18}
	outcome = count(profile, seats=3, rules=rules, attributes=attributes)
	assert set(outcome.elected) == {"A", "C", "E"}
	first = events(outcome, EVENT_EXCLUDED)[0]
	assert (first.candidates, outcome.row("D").reason) == (("D",), PASSED_BY_RULE)
	assert (outcome.row("E").reason, outcome.row("E").rules) == (SEATED_BY_RULE, (0, 1))


def test_a_seat_that_two_over_the_quota_cannot_both_have():
	profile = {"AB": 40, "BA": 20, "CA": 40, "DE": 4, "ED": 3}
	outcome = count(profile, seats=3, rules=[ONE_PER_ORG], attributes=PEOPLE)
	assert outcome.tie is not None
	assert (outcome.tie.about, outcome.tie.candidates) == (SEAT, ("A", "C"))
	outcome = count(profile, seats=3, lots=[("C", "A")], rules=[ONE_PER_ORG], attributes=PEOPLE)
	assert (outcome.row("C").reason, outcome.row("A").reason) == (WON_LOT, LOST_LOT)
	assert set(outcome.elected) == {"C", "B", "D"}


def test_the_better_of_two_over_the_quota_keeps_the_seat():
	profile = {"AB": 41, "BA": 20, "CA": 40, "DE": 4, "ED": 3}
	outcome = count(profile, seats=3, rules=[ONE_PER_ORG], attributes=PEOPLE)
	assert outcome.elected[0] == "A"
	assert (outcome.row("C").reason, outcome.row("C").rules) == (PASSED_BY_RULE, (0,))


def test_a_minimum_that_only_a_candidate_without_a_vote_can_meet():
	profile = {"AB": 40, "BA": 30, "CA": 20, "D": 1}
	alone = {**PEOPLE, "D": {"gender": "man", "org": "3"}}
	outcome = count(profile, 3, "ABCDE", rules=[A_WOMAN], attributes=alone)
	assert outcome.elected == ("A", "B", "E")
	outcome = count(profile, 3, "ABCDE", rules=[A_WOMAN], attributes=PEOPLE)
	assert outcome.elected == ("A", "B", "D"), "D has a vote, so nobody without one is let in"
	assert outcome.row("E").reason == NO_VOTES


def test_no_more_candidates_without_a_vote_than_the_rules_need():
	"""Three seats, one candidate with votes: one of the two women is needed, and the third seat stays empty."""
	rules = {"rules": [A_WOMAN], "attributes": PEOPLE}
	outcome = count({"A": 5}, 3, "ADE", **rules)
	assert outcome.tie is not None
	assert (outcome.tie.candidates, outcome.tie.seats) == (("D", "E"), 1)
	outcome = count({"A": 5}, 3, "ADE", lots=[("E", "D")], **rules)
	assert (outcome.elected, outcome.vacant) == (("A", "E"), 1)
	assert (outcome.row("E").reason, outcome.row("E").rules) == (SEATED_BY_RULE, (0,))
	assert outcome.row("D").reason == NO_VOTES


def test_a_maximum_counts_those_seated_already():
	attributes = {**PEOPLE, "S": {"org": "1"}}
	profile = {"AB": 40, "BA": 30, "CA": 20, "DE": 4, "ED": 3}
	outcome = count(profile, 2, rules=[ONE_PER_ORG], attributes=attributes, seated=["S"])
	assert outcome.elected == ("B", "D")
	assert {outcome.row(c).reason for c in "AC"} == {PASSED_BY_RULE}


def test_rules_that_nobody_can_meet_are_reported():
	with pytest.raises(InfeasibleRulesError):
		count({"AB": 2}, 2, rules=[SeatRule("gender", minimum=2, value="woman")], attributes=PEOPLE)


@st.composite
def ruled(draw: st.DrawFn) -> tuple:
	profile = draw(profiles(6, 8, 9))
	candidates = everybody(profile)
	attributes = {
		c: {
			"gender": draw(st.sampled_from("mw")),
			"org": draw(st.sampled_from("123")),
			"age": draw(st.integers(20, 40)),
		}
		for c in candidates
	}
	rule = st.one_of(
		st.builds(SeatRule, st.just("gender"), minimum=st.integers(1, 2), value=st.sampled_from("mw")),
		st.builds(SeatRule, st.just("org"), maximum=st.integers(1, 2), each=st.just(True)),
		st.builds(SeatRule, st.just("age"), minimum=st.just(1), below=st.integers(22, 38)),
	)
	return profile, draw(st.integers(1, 4)), draw(st.lists(rule, min_size=1, max_size=3)), attributes


def permitted(
	candidates: str, seats: int, rules: Sequence[SeatRule], attributes: Mapping
) -> list[frozenset[str]]:
	"""The largest sets that meet all rules, by trying every one."""

	def meets(those: frozenset[str]) -> bool:
		return all(
			rule.minimum <= len(those & group) <= (len(those) if rule.maximum is None else rule.maximum)
			for rule in rules
			for group in rule.groups(attributes, candidates).values()
		)

	for size in range(min(seats, len(candidates)), -1, -1):
		if found := [s for s in map(frozenset, combinations(candidates, size)) if meets(s)]:
			return found
	return []


@settings(max_examples=100, deadline=None)
@given(ruled())
def test_rules_are_kept_and_nobody_is_excluded_for_nothing(case):
	"""Against every permitted set: what is decided never leaves them, and an exclusion follows the votes unless
	the sets that are left forbid it."""
	profile, seats, rules, attributes = case
	candidates = everybody(profile)
	sets = permitted(candidates, seats, rules, attributes)
	if not sets:
		with pytest.raises(InfeasibleRulesError):
			count(profile, seats, rules=rules, attributes=attributes)
		return
	outcome = count(profile, seats, rules=rules, attributes=attributes)
	while outcome.tie:
		lots = [*(lot.order for lot in outcome.lots), outcome.tie.candidates]
		outcome = count(profile, seats, lots=lots, rules=rules, attributes=attributes)
	assert frozenset(outcome.elected) in sets

	elected: set[str] = set()
	left = sets
	for before, held in zip((None, *outcome.rounds), outcome.rounds, strict=False):
		for event in held.events:
			if event.code == EVENT_ELECTED:
				elected |= set(event.candidates)
				left = [s for s in left if elected <= s]
			if event.code == EVENT_EXCLUDED:
				doomed = not any(s & set(event.candidates) for s in left)
				continuing = before.votes.keys() - elected
				guarded = {c for c in continuing if all(c in s for s in left)}
				fewest = min((before.votes[c] for c in continuing - guarded), default=None)
				assert doomed or {before.votes[c] for c in event.candidates} == {fewest}
				left = [s for s in left if not s & set(event.candidates)]
			assert left, "what is decided leaves a permitted set"


@settings(max_examples=50, deadline=None)
@given(profiles(6, 8, 9), st.integers(1, 4))
def test_a_rule_that_everybody_meets_changes_nothing(profile, seats):
	attributes = {c: {"org": c} for c in everybody(profile)}
	plain = count(profile, seats)
	ruled_ = count(profile, seats, rules=[ONE_PER_ORG], attributes=attributes)
	assert (ruled_.rows, ruled_.rounds, ruled_.tie) == (plain.rows, plain.rounds, plain.tie)


def test_the_random_profiles_have_surpluses_and_exclusions():
	"""Without them the comparisons above would say nothing."""
	seen: Counter[str] = Counter()
	for seed in range(60):
		outcome = count(_random_profile(seed), seats=3, candidates="ABCDEFG")
		seen.update(event.code for held in outcome.rounds for event in held.events)
	assert seen[EVENT_SURPLUS] > 30 and seen[EVENT_EXCLUDED] > 60
