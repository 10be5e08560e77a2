"""The forms in which the most votes win: block, limited, approval, cumulative. They differ only in what a
paper may say (`contest.Contest.allowed`), not in how it is counted.

- A candidate without a vote is never elected, even if a seat stays empty; except where a minimum of the seat
  rules cannot be met otherwise.
- With seat rules, the elected are the set that is best by votes of all that meet the rules (`seating`).
- A tie across the last seat elects none of the tied. It is reported, and a lot settles it. With rules the tied
  need not have equal votes: they are those who are in some of the best sets but not in all.
- Nothing else decides: not the order of the list, the id or the name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aso_network.elections.contest import Contest, Papers
from aso_network.elections.errors import InvalidLotError
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
	SEAT,
	SEATED_BY_RULE,
	TIED,
	WON_LOT,
	CandidateOutcome,
	Event,
	Lot,
	Outcome,
	Round,
	Tie,
	standings,
)
from aso_network.elections.seating import Best, Seating

Lots = Sequence[Sequence[str]]


def count(contest: Contest, papers: Papers, lots: Lots = ()) -> Outcome:
	"""Seat those with the most votes.

	`lots`: at most one, the tied in the order drawn; only if there is a tie, and then each tied exactly once.

	Raises InvalidLotError, InfeasibleRulesError (no set of the candidates meets the seat rules).
	"""
	seats = fill(contest, papers.votes, MOST_VOTES, lots)
	if len(lots) > len(seats.lots):
		raise InvalidLotError("There is no tie to be settled by lot.")
	return outcome(contest, papers, seats)


@dataclass(frozen=True)
class Fate:
	"""What became of a candidate: one of outcome.REASONS, the order of election, the rules that moved the seat."""

	reason: str
	seat_order: int | None = None
	rules: tuple[int, ...] = ()


@dataclass(frozen=True)
class Seats:
	"""What votes, rules and lots have settled so far.

	`fates`: of those elected, tied or passed over; all others simply have too few votes. `events`: as they are
	told.
	"""

	fates: Mapping[str, Fate]
	events: tuple[Event, ...] = ()
	tie: Tie | None = None
	lots: tuple[Lot, ...] = ()


def fill(contest: Contest, votes: Mapping[str, int], reason: str, lots: Lots = ()) -> Seats:
	"""Seat the best of those who have `votes`; the contest's other candidates may have the seats left.

	`reason`: why those are elected whom neither a rule nor a lot seats. `lots`: the first settles a tie.

	Raises InvalidLotError, InfeasibleRulesError.
	"""
	# This order only makes the search shorter: the first set it finds is mostly a good one.
	order = sorted(contest.candidates, key=lambda candidate: (-votes.get(candidate, 0), candidate))
	best = Seating(order, contest.seats, contest.rules, contest.attributes, contest.seated).best(votes)
	fates, events = _certain(contest, votes, best, reason)
	if not best.tied:
		return Seats(fates, events)
	tie = Tie(best.tied, best.seats)
	if not lots:
		return Seats({**fates, **dict.fromkeys(best.tied, Fate(TIED))}, events, tie)
	lot = tie.settled_by(lots[0])
	winners, barred = best.draw(lot.order)
	fates.update((candidate, Fate(LOST_LOT, rules=barred.get(candidate, ()))) for candidate in best.tied)
	# Behind those with more votes, and behind those with as many who needed no lot, as drawn.
	place = Counter(votes[candidate] for candidate in best.certain)
	for candidate in winners:
		fates[candidate] = Fate(WON_LOT, best.place(candidate) + place[votes[candidate]])
		place[votes[candidate]] += 1
	drawn = (Event(EVENT_LOT, lot.order, {"about": SEAT}), Event(EVENT_ELECTED, winners, {"why": WON_LOT}))
	return Seats(fates, (*events, *drawn), lots=(lot,))


def outcome(contest: Contest, papers: Papers, seats: Seats) -> Outcome:
	"""The outcome of one count of `papers` that settled `seats`."""
	rows = []
	for candidate, standing in standings(papers.votes):
		votes = papers.votes[candidate]
		fate = seats.fates.get(candidate) or Fate(NOT_ENOUGH_VOTES if votes else NO_VOTES)
		rows.append(
			CandidateOutcome(
				candidate,
				votes,
				elected=fate.seat_order is not None,
				seat_order=fate.seat_order,
				reason=fate.reason,
				standing=standing,
				rules=fate.rules,
			)
		)
	in_order = {row.candidate: row.votes for row in rows}
	return Outcome(
		rows=tuple(rows),
		valid=papers.valid,
		blank=papers.blank,
		spoiled=papers.spoiled,
		seats=contest.seats,
		max_choices=contest.allowed,
		tie=seats.tie,
		lots=seats.lots,
		form=contest.form,
		rounds=(Round(1, in_order, (Event(EVENT_COUNTED), *seats.events)),),
	)


def _certain(
	contest: Contest, votes: Mapping[str, int], best: Best, reason: str
) -> tuple[dict[str, Fate], tuple[Event, ...]]:
	"""Whom no lot can seat or unseat, except those with too few votes, and why."""
	if not contest.rules:
		fates = {candidate: Fate(reason, best.place(candidate)) for candidate in best.certain}
		return fates, _elections(fates)
	by_votes = Seating(contest.candidates, contest.seats).best(votes)
	fates = {}
	for candidate in best.certain:
		place = best.place(candidate)
		if candidate in by_votes.certain:
			fates[candidate] = Fate(reason, place)
		else:
			fates[candidate] = Fate(SEATED_BY_RULE, place, best.demanding(candidate))
	# Without rules, who is not elected has fewer votes than all who are, and no seat is left.
	full = len(best.certain) + best.seats == contest.seats
	for candidate in votes.keys() - best.certain - set(best.tied):
		if votes[candidate] and not (full and votes[candidate] < (best.lowest or 0)):
			fates[candidate] = Fate(PASSED_BY_RULE, rules=best.forbidding(candidate))
	displaced = sorted(
		c for c in by_votes.certain.union(by_votes.tied) if c in fates and not fates[c].seat_order
	)
	return fates, (*_elections(fates), *_moves(fates, displaced))


def _elections(fates: Mapping[str, Fate]) -> tuple[Event, ...]:
	"""Who is elected, in the order of election; one event for each reason and each set of rules."""
	elected = sorted((fate.seat_order, candidate) for candidate, fate in fates.items() if fate.seat_order)
	together: dict[tuple[str, tuple[int, ...]], list[str]] = {}
	for _place, candidate in elected:
		together.setdefault((fates[candidate].reason, fates[candidate].rules), []).append(candidate)
	return tuple(
		Event(EVENT_ELECTED, tuple(candidates), {"why": reason}, rules)
		for (reason, rules), candidates in together.items()
	)


def _moves(fates: Mapping[str, Fate], displaced: Sequence[str]) -> tuple[Event, ...]:
	"""One event for each seat that a rule moved: who has it, then who would have it without the rules.

	`displaced`: those who would be elected or tied without rules. Those whom the same rule forbids stand with
	who is seated by it; a seat that is lost to a rule and that nobody gets stands alone.
	"""
	moves, told = [], set()
	for candidate in sorted(c for c, fate in fates.items() if fate.reason == SEATED_BY_RULE):
		rules = fates[candidate].rules
		passed = [c for c in displaced if set(rules) & set(fates[c].rules)]
		moves.append(Event(EVENT_RULE, (candidate, *passed), rules=rules))
		told.update(passed)
	moves.extend(Event(EVENT_RULE, (c,), rules=fates[c].rules) for c in displaced if c not in told)
	return tuple(moves)
