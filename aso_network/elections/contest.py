"""What is to be decided: who stands, for how many seats, by which form and rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aso_network.elections.ballots import (
	BLANK,
	MARKS,
	POINTS,
	RANKING,
	SPOILED,
	VALID,
	Ballot,
	checked,
	judge,
)
from aso_network.elections.errors import (
	DuplicateCandidateError,
	InvalidMaxChoicesError,
	InvalidRuleError,
	InvalidSeatsError,
	UnknownFormError,
)
from aso_network.elections.rules import SeatRule

BLOCK = "block"
LIMITED = "limited"
APPROVAL = "approval"
CUMULATIVE = "cumulative"
MAJORITY = "majority"
IRV = "irv"
STV = "stv"

KIND_OF: Mapping[str, str] = {
	BLOCK: MARKS,
	LIMITED: MARKS,
	APPROVAL: MARKS,
	CUMULATIVE: POINTS,
	MAJORITY: MARKS,
	IRV: RANKING,
	STV: RANKING,
}
FORMS = tuple(KIND_OF)

# “Each district” is one rule. With many more, to say which rules move a seat takes longer than people wait.
MOST_RULES = 30


@dataclass(frozen=True)
class Contest:
	"""One contest.

	`form`: one of FORMS. `candidates`: ids of those who stand; the order means nothing.
	`max_choices`: marks a voter may make, points a voter has (cumulative); None leaves it to the form
	(`allowed`). `rules`: reserved minimums and maximums, over `attributes` (candidate → attribute → value).
	`seated`: those who hold a seat of the same body already (elected before a runoff): they stand no more,
	and the rules count them; `attributes` holds theirs too.

	Raises UnknownFormError, InvalidSeatsError, InvalidMaxChoicesError, InvalidRuleError (more than MOST_RULES, or
	control characters), DuplicateCandidateError.
	"""

	form: str
	candidates: tuple[str, ...]
	seats: int
	max_choices: int | None = None
	rules: tuple[SeatRule, ...] = ()
	attributes: Mapping[str, Mapping[str, str | int]] = field(default_factory=dict)
	seated: tuple[str, ...] = ()

	def __post_init__(self) -> None:
		for name in ("candidates", "rules", "seated"):
			object.__setattr__(self, name, tuple(getattr(self, name)))
		if self.form not in KIND_OF:
			raise UnknownFormError(f"There is no counting form “{self.form}”; there are {', '.join(FORMS)}.")
		if not _is_count(self.seats):
			raise InvalidSeatsError("A contest fills at least one seat.")
		if self.form == IRV and self.seats != 1:
			raise InvalidSeatsError("Instant-runoff voting fills one seat; for more take stv.")
		if self.max_choices is not None and not _is_count(self.max_choices):
			raise InvalidMaxChoicesError("A voter may mark at least one candidate.")
		if self.form == LIMITED and not (self.max_choices and self.max_choices < self.seats):
			raise InvalidMaxChoicesError("Limited vote needs fewer marks than seats, and at least one.")
		if self.form == CUMULATIVE and self.max_choices is None:
			raise InvalidMaxChoicesError("Cumulative vote needs the number of points that a voter has.")
		if len(self.rules) > MOST_RULES:
			raise InvalidRuleError(
				f"A contest has at most {MOST_RULES} seat rules; one rule may be about each value of an attribute."
			)
		if not all(rule.is_printable for rule in self.rules):
			raise InvalidRuleError("The words of a seat rule have no control characters.")
		standing = (*self.candidates, *self.seated)
		if len(set(standing)) != len(standing):
			raise DuplicateCandidateError("A candidate is listed twice.")

	@property
	def kind(self) -> str:
		"""How its papers are read: MARKS, POINTS or RANKING."""
		return KIND_OF[self.form]

	@property
	def allowed(self) -> int | None:
		"""Marks or points above which a paper is spoiled; None where any number is allowed."""
		if self.form in (APPROVAL, IRV, STV):
			return self.max_choices
		return self.max_choices or self.seats


@dataclass(frozen=True)
class Papers:
	"""The box, judged by the contest's rules and added up. Numbers are ballots by weight.

	`votes`: candidate → marks, points or first preferences, for every candidate that stands.
	`rankings`: what a valid paper says → how many say it; empty unless the form is a ranking.
	"""

	votes: Mapping[str, int]
	valid: int = 0
	blank: int = 0
	spoiled: int = 0
	rankings: Mapping[tuple[str, ...], int] = field(default_factory=dict)


def collect(contest: Contest, ballots: Iterable[Ballot]) -> Papers:
	"""Judge and add up `ballots`; raises UnknownCandidateError."""
	votes = dict.fromkeys(contest.candidates, 0)
	sums: Counter[str] = Counter()
	rankings: dict[tuple[str, ...], int] = {}
	standing, allowed, ranked = frozenset(votes), contest.allowed, contest.kind == RANKING
	for ballot in ballots:
		if ballot.choices in rankings:  # says what a valid ballot before it said
			rankings[ballot.choices] += ballot.weight
			continue
		kind = judge(checked(ballot, standing), allowed)
		if ranked and kind == VALID:
			rankings[ballot.choices] = ballot.weight
			continue
		sums[kind] += ballot.weight
		if kind == VALID:
			for choice in ballot.choices:
				votes[choice] += ballot.weight
	for ranking, number in rankings.items():
		votes[ranking[0]] += number
		sums[VALID] += number
	return Papers(votes, sums[VALID], sums[BLANK], sums[SPOILED], rankings)


def _is_count(number: object) -> bool:
	return isinstance(number, int) and not isinstance(number, bool) and number >= 1
