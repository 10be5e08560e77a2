"""Block vote (plurality at large): each valid ballot gives one vote to each candidate it marks, up to
`max_choices`; the candidates with the most votes take the seats.

- A candidate without a vote is never elected, even if a seat stays empty.
- A tie across the last seat elects none of the tied. It is reported, and a lot settles it.
- Nothing else decides: not the order of the list, the id or the name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from aso_network.elections.ballots import BLANK, SPOILED, VALID, Ballot, checked, judge
from aso_network.elections.errors import (
	DuplicateCandidateError,
	InvalidLotError,
	InvalidMaxChoicesError,
	InvalidSeatsError,
)
from aso_network.elections.outcome import (
	LOST_LOT,
	MOST_VOTES,
	NO_VOTES,
	NOT_ENOUGH_VOTES,
	TIED,
	WON_LOT,
	CandidateOutcome,
	Lot,
	Outcome,
	Tie,
)


def count(
	candidates: Iterable[str],
	ballots: Iterable[Ballot],
	seats: int,
	max_choices: int,
	lot: Sequence[str] = (),
) -> Outcome:
	"""Count `ballots`.

	`lot`: the tied candidates in the order drawn; allowed only when there is a tie, and then each tied
	candidate exactly once.

	Raises InvalidSeatsError, InvalidMaxChoicesError, DuplicateCandidateError, UnknownCandidateError,
	InvalidLotError.
	"""
	standing_for = _checked_contest(candidates, seats, max_choices)
	votes = dict.fromkeys(standing_for, 0)
	kinds: Counter[str] = Counter()
	for ballot in ballots:
		kind = judge(checked(ballot, votes), max_choices)
		kinds[kind] += 1
		if kind == VALID:
			for choice in ballot.choices:
				votes[choice] += 1

	winners, tie = _winners(votes, seats)
	drawn = _checked_lot(lot, tie)
	return Outcome(
		rows=_rows(votes, winners, tie, drawn),
		valid=kinds[VALID],
		blank=kinds[BLANK],
		spoiled=kinds[SPOILED],
		seats=seats,
		max_choices=max_choices,
		tie=None if drawn else tie,
		lot=drawn,
	)


def _checked_contest(candidates: Iterable[str], seats: int, max_choices: int) -> list[str]:
	if not _is_count(seats):
		raise InvalidSeatsError("A contest fills at least one seat.")
	if not _is_count(max_choices):
		raise InvalidMaxChoicesError("A voter may mark at least one candidate.")
	listed = list(candidates)
	if len(set(listed)) != len(listed):
		raise DuplicateCandidateError("A candidate is listed twice.")
	return listed


def _is_count(number: object) -> bool:
	return isinstance(number, int) and not isinstance(number, bool) and number >= 1


def _winners(votes: dict[str, int], seats: int) -> tuple[set[str], Tie | None]:
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


def _checked_lot(lot: Sequence[str], tie: Tie | None) -> Lot | None:
	if not lot:
		return None
	if tie is None:
		raise InvalidLotError("There is no tie to be settled by lot.")
	if sorted(lot) != list(tie.candidates):
		raise InvalidLotError("The lot orders exactly the tied candidates, each once.")
	return Lot(tuple(lot), tie.seats)


def _rows(
	votes: dict[str, int], winners: set[str], tie: Tie | None, lot: Lot | None
) -> tuple[CandidateOutcome, ...]:
	order = sorted(votes, key=lambda candidate: (-votes[candidate], candidate))
	first_place: dict[int, int] = {}
	for place, candidate in enumerate(order, start=1):
		first_place.setdefault(votes[candidate], place)

	def row(candidate: str) -> CandidateOutcome:
		standing = first_place[votes[candidate]]
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

	return tuple(map(row, order))
