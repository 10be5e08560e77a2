"""One ballot: what a voter wrote, and whether the paper is spoiled."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from aso_network.elections.canonical import canonical_json
from aso_network.elections.errors import (
	DuplicateMarkError,
	InvalidWeightError,
	MalformedBallotError,
	UnknownCandidateError,
)

VALID = "valid"
BLANK = "blank"
SPOILED = "spoiled"

# How a paper of a form is read.
MARKS = "marks"  # a set of candidates; the order of marks means nothing
POINTS = "points"  # a candidate stands as often as it has points; their order means nothing
RANKING = "ranking"  # first preference first

KINDS = (MARKS, POINTS, RANKING)


@dataclass(frozen=True, order=True)
class Ballot:
	"""What one voter wrote, as it is kept, compared and hashed.

	`choices`: candidate ids, in the one order that their kind knows; `written` brings them into it.
	`spoiled`: a person judged the paper void (torn, signed, unreadable). Such a paper carries no marks:
	they count for nothing, and two tellers need not agree about them. Too many marks is not `spoiled`
	here; `judge` finds that from the marks and the rules.
	`weight`: how many ballots this one counts as (an organisation's weight); a whole number of at least one.

	Raises MalformedBallotError, InvalidWeightError.
	"""

	choices: tuple[str, ...] = ()
	spoiled: bool = False
	weight: int = 1

	def __post_init__(self) -> None:
		if isinstance(self.choices, str) or not all(isinstance(c, str) and c for c in self.choices):
			raise MalformedBallotError("The marks of a ballot are a list of candidate ids.")
		if not isinstance(self.spoiled, bool):
			raise MalformedBallotError("A ballot is spoiled or not: true or false.")
		if not isinstance(self.weight, int) or isinstance(self.weight, bool) or self.weight < 1:
			raise InvalidWeightError("The weight of a ballot is a whole number of at least one.")
		object.__setattr__(self, "choices", () if self.spoiled else tuple(self.choices))

	@property
	def is_blank(self) -> bool:
		return not self.choices and not self.spoiled


def written(choices: Collection[str], kind: str = MARKS, spoiled: bool = False, weight: int = 1) -> Ballot:
	"""The ballot of a paper on which `choices` are written: marks and points sorted, a ranking as it is.

	Raises DuplicateMarkError if a candidate stands twice where only points may, and Ballot's errors.
	"""
	ballot = Ballot(tuple(choices), spoiled, weight)
	if kind != POINTS and len(set(ballot.choices)) != len(ballot.choices):
		raise DuplicateMarkError("A candidate is marked twice on one ballot.")
	return ballot if kind == RANKING else Ballot(tuple(sorted(ballot.choices)), ballot.spoiled, weight)


def judge(ballot: Ballot, max_choices: int | None) -> str:
	"""VALID, BLANK or SPOILED. More marks than `max_choices` spoil a ballot; they never stop its entry.

	`max_choices`: marks or points allowed; None where any number is.
	"""
	if ballot.spoiled or (max_choices is not None and len(ballot.choices) > max_choices):
		return SPOILED
	return VALID if ballot.choices else BLANK


def checked(ballot: Ballot, candidates: Collection[str]) -> Ballot:
	"""`ballot`, if it marks only `candidates`; raises UnknownCandidateError."""
	if not frozenset(candidates).issuperset(ballot.choices):  # of a frozenset this is no copy
		raise UnknownCandidateError("A ballot marks somebody who does not stand in this contest.")
	return ballot


def as_json_value(ballot: Ballot) -> dict[str, Any]:
	"""The ballot as plain JSON types: {"choices": [id, …], "spoiled": bool}, and "weight" if it is not 1."""
	value: dict[str, Any] = {"choices": list(ballot.choices), "spoiled": ballot.spoiled}
	return value if ballot.weight == 1 else {**value, "weight": ballot.weight}


def from_json_value(value: Any, kind: str | None = None) -> Ballot:
	"""The reverse of `as_json_value`. No other keys; `spoiled` and `weight` may be left out.

	`kind`: how a paper that was just written is to be read; None for a ballot as it was kept.

	Raises MalformedBallotError, DuplicateMarkError, InvalidWeightError.
	"""
	if not isinstance(value, dict) or not {"choices"} <= set(value) <= {"choices", "spoiled", "weight"}:
		raise MalformedBallotError("A ballot is an object with choices and spoiled.")
	if not isinstance(value["choices"], (list, tuple)):
		raise MalformedBallotError("The marks of a ballot are a list of candidate ids.")
	ballot = Ballot(tuple(value["choices"]), value.get("spoiled", False), value.get("weight", 1))
	return written(ballot.choices, kind, ballot.spoiled, ballot.weight) if kind else ballot


def to_json(ballot: Ballot) -> str:
	"""The one canonical text of `ballot`: equal ballots have equal texts."""
	return canonical_json(as_json_value(ballot)).decode()


def from_json(text: str, kind: str | None = None) -> Ballot:
	"""The reverse of `to_json`. Raises MalformedBallotError, DuplicateMarkError, InvalidWeightError."""
	try:
		value = json.loads(text)
	except (ValueError, TypeError, RecursionError):
		# Not chained: the decoder's error quotes the text, and the text is a ballot.
		raise MalformedBallotError("The text is not a ballot.") from None
	return from_json_value(value, kind)
