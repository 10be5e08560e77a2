"""Absolute majority: elected is who has more than half of the valid votes; for the seats left, the leaders go
into a runoff, which is a new vote and a new contest.

- Blank and spoiled papers are not valid votes (Robert's Rules of Order Newly Revised, 12th edition, 44:1: a
  majority is “more than half of the votes cast by persons entitled to vote, excluding blanks or abstentions”;
  that a spoiled paper is no vote is the rule of this app, RONR counts it). With several marks on a paper the
  half is of the papers, not of the marks.
- If more candidates than seats have a majority, those with most votes are elected.
- Into the runoff go twice as many as seats are left, and all who are tied for its last place; fewer if fewer
  have a vote. Somebody who is left alone without a majority is not elected either: the new vote says whether
  the voters want the one who is left.
- Seat rules: those with a majority are elected as far as a set that meets the rules remains possible. Who can no
  longer be in such a set does not go into the runoff; who is needed for one goes in too, with the rules that
  ask for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aso_network.elections.contest import Contest, Papers
from aso_network.elections.errors import InvalidLotError
from aso_network.elections.outcome import (
	EVENT_RULE,
	IN_RUNOFF,
	MAJORITY,
	NO_MAJORITY,
	PASSED_BY_RULE,
	Event,
	Outcome,
	Tie,
)
from aso_network.elections.plurality import Fate, Lots, Seats, fill, outcome
from aso_network.elections.seating import Seating


def count(contest: Contest, papers: Papers, lots: Lots = ()) -> Outcome:
	"""Seat those with a majority, and name those who go into a runoff.

	`lots`: at most one, which settles a tie for the last seat among those with a majority. A runoff is not
	settled by lot: its outcome is that of another contest, in which those elected here are `seated`.

	Raises InvalidLotError, InfeasibleRulesError.
	"""
	with_majority = {c: votes for c, votes in papers.votes.items() if 2 * votes > papers.valid}
	seats = fill(contest, with_majority, MAJORITY, lots)
	if len(lots) > len(seats.lots):
		raise InvalidLotError("There is no tie to be settled by lot; without a majority there is a new vote.")
	if not seats.tie:
		seats = _with_runoff(contest, papers.votes, seats)
	return outcome(contest, papers, seats)


def _with_runoff(contest: Contest, votes: Mapping[str, int], seats: Seats) -> Seats:
	"""`seats`, and who goes into the runoff for those that are left."""
	elected = [candidate for candidate, fate in seats.fates.items() if fate.seat_order]
	others = {c: votes[c] for c in contest.candidates if c not in elected}
	left = contest.seats - len(elected)
	if not left:
		return seats
	order = sorted(others, key=lambda c: (-others[c], c))
	seating = Seating(order, left, contest.rules, contest.attributes, (*contest.seated, *elected))
	best = seating.best(others)
	marked = {c: number for c, number in others.items() if number and c not in seats.fates}
	able = {c: number for c, number in marked.items() if seating.feasible([c], filled=best.filled)}
	fates, events = dict(seats.fates), list(seats.events)
	by_votes = _leaders(marked, 2 * best.filled)
	for candidate in sorted(marked.keys() - able.keys()):
		rules = seating.forbidding([candidate], filled=best.filled)
		fates[candidate] = Fate(PASSED_BY_RULE, rules=rules)
		if candidate in by_votes:
			events.append(Event(EVENT_RULE, (candidate,), rules=rules))

	field = _leaders(able, 2 * best.filled)
	outside = others.keys() - field
	fates.update(dict.fromkeys(field, Fate(IN_RUNOFF)))
	if not seating.feasible(exclude=outside, filled=best.filled):
		# A minimum that the others cannot meet, or else maximums that let them fill fewer seats.
		rules = seating.forbidding(exclude=outside, filled=0) or seating.forbidding(
			exclude=outside, filled=best.filled
		)
		needed = best.certain.union(best.tied) - field
		fates.update(dict.fromkeys(needed, Fate(IN_RUNOFF, rules=rules)))
		field.update(needed)
	if not field:
		return replace(seats, fates=fates, events=tuple(events))
	return Seats(fates, tuple(events), Tie(tuple(sorted(field)), best.filled, NO_MAJORITY), seats.lots)


def _leaders(votes: Mapping[str, int], number: int) -> set[str]:
	"""The `number` with most votes, and all with as many as the last of them."""
	if not number:
		return set()
	last = sorted(votes.values(), reverse=True)[:number][-1:]
	return {candidate for candidate, own in votes.items() if own >= last[0]} if last else set()
