"""No more candidates than seats: they can be declared elected, and no vote is held."""

from __future__ import annotations

from aso_network.elections.contest import Contest
from aso_network.elections.errors import InfeasibleRulesError, OpposedError
from aso_network.elections.outcome import EVENT_ELECTED, UNOPPOSED, CandidateOutcome, Event, Outcome, Round
from aso_network.elections.seating import Seating


def unopposed(contest: Contest) -> Outcome:
	"""Everybody who stands is elected without a vote; they share their place, for nothing orders them.

	Raises OpposedError (more candidates than seats, or nobody stands), InfeasibleRulesError (`conflict`: the
	smallest set of rules that do not allow all of them together).
	"""
	if not contest.candidates:
		raise OpposedError("Nobody stands, so nobody can be declared elected.")
	if len(contest.candidates) > contest.seats:
		raise OpposedError(
			f"More candidates ({len(contest.candidates)}) than seats ({contest.seats}): a vote has to be held."
		)
	seating = Seating(contest.candidates, contest.seats, contest.rules, contest.attributes, contest.seated)
	if conflict := seating.forbidding(contest.candidates, filled=0):
		raise InfeasibleRulesError(
			"The seat rules do not allow all who stand to be elected together: "
			+ ", ".join(f"rule {place + 1}" for place in conflict),
			conflict,
		)
	standing = tuple(sorted(contest.candidates))
	return Outcome(
		rows=tuple(CandidateOutcome(c, 0, True, 1, UNOPPOSED, 1) for c in standing),
		valid=0,
		blank=0,
		spoiled=0,
		seats=contest.seats,
		max_choices=contest.allowed,
		form=contest.form,
		rounds=(Round(1, {}, (Event(EVENT_ELECTED, standing, {"why": UNOPPOSED}),)),),
	)
