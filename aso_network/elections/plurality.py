"""The forms in which the most votes win: block, limited, approval, cumulative. They differ only in what a
paper may say (`contest.Contest.allowed`), not in how it is counted.

- A candidate without a vote is never elected, even if a seat stays empty.
- A tie across the last seat elects none of the tied. It is reported, and a lot settles it.
- Nothing else decides: not the order of the list, the id or the name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aso_network.elections.contest import Contest, Papers
from aso_network.elections.errors import InvalidLotError
from aso_network.elections.outcome import (
	EVENT_COUNTED,
	EVENT_ELECTED,
	EVENT_LOT,
	LOST_LOT,
	MOST_VOTES,
	NO_VOTES,
	NOT_ENOUGH_VOTES,
	TIED,
	WON_LOT,
	CandidateOutcome,
	Event,
	Lot,
	Outcome,
	Round,
	Tie,
)


def count(contest: Contest, papers: Papers, lots: Sequence[Sequence[str]] = ()) -> Outcome:
	"""Seat those with the most votes.

	`lots`: at most one, the tied in the order drawn; only if there is a tie, and then each tied exactly once.

	Raises InvalidLotError.
	"""
	winners, tie = _winners(papers.votes, contest.seats)
	settled = settle(tie, lots)
	return Outcome(
		rows=_rows(papers.votes, winners, tie, settled),
		valid=papers.valid,
		blank=papers.blank,
		spoiled=papers.spoiled,
		seats=contest.seats,
		max_choices=contest.allowed,
		tie=None if settled else tie,
		lots=(settled,) if settled else (),
		form=contest.form,
		rounds=(Round(1, dict(papers.votes), _events(winners, settled)),),
	)


def settle(tie: Tie | None, lots: Sequence[Sequence[str]]) -> Lot | None:
	"""The one lot that settles `tie`, or None if nothing was drawn; raises InvalidLotError."""
	if not lots:
		return None
	if tie is None or len(lots) > 1:
		raise InvalidLotError("There is no tie to be settled by lot.")
	if sorted(lots[0]) != list(tie.candidates):
		raise InvalidLotError("The lot orders exactly the tied candidates, each once.")
	return Lot(tuple(lots[0]), tie.seats, tie.about)


def standings(votes: Mapping[str, int]) -> dict[str, int]:
	"""Candidate → place by votes, most first; equal votes share a place, the next is skipped (1, 2, 2, 4)."""
	first_place: dict[int, int] = {}
	for place, number in enumerate(sorted(votes.values(), reverse=True), start=1):
		first_place.setdefault(number, place)
	return {
		candidate: first_place[votes[candidate]] for candidate in sorted(votes, key=lambda c: (-votes[c], c))
	}


def _winners(votes: Mapping[str, int], seats: int) -> tuple[set[str], Tie | None]:
	"""Those whom no lot can unseat, and the tie across the last seat if there is one."""
	voted = [candidate for candidate, number in votes.items() if number]
	if len(voted) <= seats:
		return set(voted), None
	last = sorted((votes[candidate] for candidate in voted), reverse=True)[seats - 1]
	above = {candidate for candidate in voted if votes[candidate] > last}
	level = sorted(candidate for candidate in voted if votes[candidate] == last)
	left = seats - len(above)
	if len(level) <= left:
		return above | set(level), None
	return above, Tie(tuple(level), left)


def _rows(
	votes: Mapping[str, int], winners: set[str], tie: Tie | None, lot: Lot | None
) -> tuple[CandidateOutcome, ...]:
	def row(candidate: str, standing: int) -> CandidateOutcome:
		elected, seat_order, reason = False, None, NOT_ENOUGH_VOTES
		if candidate in winners:
			elected, seat_order, reason = True, standing, MOST_VOTES
		elif tie and candidate in tie.candidates:
			reason = TIED
			if lot:
				drawn = lot.order.index(candidate)
				elected = drawn < lot.seats
				# The tied stand right behind the winners, so the first drawn takes their shared place.
				seat_order = standing + drawn if elected else None
				reason = WON_LOT if elected else LOST_LOT
		elif not votes[candidate]:
			reason = NO_VOTES
		return CandidateOutcome(candidate, votes[candidate], elected, seat_order, reason, standing)

	return tuple(row(candidate, standing) for candidate, standing in standings(votes).items())


def _events(winners: set[str], lot: Lot | None) -> tuple[Event, ...]:
	events = [Event(EVENT_COUNTED)]
	if winners:
		events.append(Event(EVENT_ELECTED, tuple(sorted(winners)), {"why": MOST_VOTES}))
	if lot:
		events.append(Event(EVENT_LOT, lot.order))
		events.append(Event(EVENT_ELECTED, lot.order[: lot.seats], {"why": WON_LOT}))
	return tuple(events)
