"""One door to every counting form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aso_network.elections import irv, majority, plurality, stv
from aso_network.elections.ballots import Ballot
from aso_network.elections.contest import IRV, MAJORITY, STV, Contest, Papers, collect
from aso_network.elections.outcome import Outcome

Lots = Sequence[Sequence[str]]


def count(contest: Contest, ballots: Iterable[Ballot], lots: Lots = ()) -> Outcome:
	"""Count `ballots` by the contest's form.

	`lots`: for each tie that comes up, in that order, the tied as drawn. A tie beyond them stops the count:
	the outcome's `tie` names it, and the caller counts again with one lot more.

	Raises UnknownCandidateError, InvalidLotError (a lot that no tie asks for, or for others than the tied),
	InfeasibleRulesError.
	"""
	return count_papers(contest, collect(contest, ballots), lots)


def count_papers(contest: Contest, papers: Papers, lots: Lots = ()) -> Outcome:
	"""The same for papers that are added up already."""
	module = {IRV: irv, MAJORITY: majority, STV: stv}.get(contest.form, plurality)
	return module.count(contest, papers, lots)
