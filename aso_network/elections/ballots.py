"""One ballot: which candidates are marked, and whether the paper is spoiled."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from aso_network.elections.canonical import canonical_json
from aso_network.elections.errors import DuplicateMarkError, MalformedBallotError, UnknownCandidateError

VALID = "valid"
BLANK = "blank"
SPOILED = "spoiled"


@dataclass(frozen=True, order=True)
class Ballot:
	"""What one voter wrote. `choices` are candidate ids, kept sorted: the order of marks means nothing.

	`spoiled`: a person judged the paper void (torn, signed, unreadable). Such a paper carries no marks:
	they count for nothing, and two tellers need not agree about them. Too many marks is not `spoiled`
	here; `judge` finds that from the marks and the rules.

	Raises DuplicateMarkError, MalformedBallotError.
	"""

	choices: tuple[str, ...] = ()
	spoiled: bool = False

	def __post_init__(self) -> None:
		if isinstance(self.choices, str) or not all(isinstance(c, str) and c for c in self.choices):
			raise MalformedBallotError("The marks of a ballot are a list of candidate ids.")
		if not isinstance(self.spoiled, bool):
			raise MalformedBallotError("A ballot is spoiled or not: true or false.")
		choices = tuple(sorted(self.choices))
		if len(set(choices)) != len(choices):
			raise DuplicateMarkError("A candidate is marked twice on one ballot.")
		object.__setattr__(self, "choices", () if self.spoiled else choices)

	@property
	def is_blank(self) -> bool:
		return not self.choices and not self.spoiled


def judge(ballot: Ballot, max_choices: int) -> str:
	"""VALID, BLANK or SPOILED. More marks than `max_choices` spoil a ballot; they never stop its entry."""
	if ballot.spoiled or len(ballot.choices) > max_choices:
		return SPOILED
	return VALID if ballot.choices else BLANK


def checked(ballot: Ballot, candidates: Collection[str]) -> Ballot:
	"""`ballot`, if it marks only `candidates`; raises UnknownCandidateError."""
	if not all(choice in candidates for choice in ballot.choices):
		raise UnknownCandidateError("A ballot marks somebody who does not stand in this contest.")
	return ballot


def as_json_value(ballot: Ballot) -> dict[str, Any]:
	"""The ballot as plain JSON types: {"choices": [id, …], "spoiled": bool}."""
	return {"choices": list(ballot.choices), "spoiled": ballot.spoiled}


def from_json_value(value: Any) -> Ballot:
	"""The reverse of `as_json_value`. Exactly those two keys; `spoiled` may be left out.

	Raises MalformedBallotError, DuplicateMarkError.
	"""
	if not isinstance(value, dict) or not {"choices"} <= set(value) <= {"choices", "spoiled"}:
		raise MalformedBallotError("A ballot is an object with choices and spoiled.")
	if not isinstance(value["choices"], (list, tuple)):
		raise MalformedBallotError("The marks of a ballot are a list of candidate ids.")
	return Ballot(tuple(value["choices"]), value.get("spoiled", False))


def to_json(ballot: Ballot) -> str:
	"""The one canonical text of `ballot`: equal ballots have equal texts."""
	return canonical_json(as_json_value(ballot)).decode()


def from_json(text: str) -> Ballot:
	"""The reverse of `to_json`. Raises MalformedBallotError, DuplicateMarkError."""
	try:
		value = json.loads(text)
	except (ValueError, TypeError, RecursionError):
		# Not chained: the decoder's error quotes the text, and the text is a ballot.
		raise MalformedBallotError("The text is not a ballot.") from None
	return from_json_value(value)
