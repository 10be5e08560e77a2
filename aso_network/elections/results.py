"""A contest and its outcome as plain JSON types: one shape for the command line, the record and `explain`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aso_network.elections import rules
from aso_network.elections.contest import Contest
from aso_network.elections.outcome import Event, Outcome, Round

# Figures of an event that are votes; all others are what they say.
VOTES = frozenset({"votes", "surplus", "transferred", "exhausted", "quota"})


def as_json_value(contest: Contest, outcome: Outcome) -> dict[str, Any]:
	"""What was counted and what was found. Votes of the first count are whole numbers; votes in rounds are
	texts (“12.33333”), for a number with a fraction is not the same on every machine."""
	return {
		"method": outcome.form,
		"seats": outcome.seats,
		"max_choices": outcome.max_choices,
		"rules": [rules.as_json_value(rule) for rule in contest.rules],
		"elected": list(outcome.elected),
		"vacant": outcome.vacant,
		"tied": _tie(outcome),
		"lots": [{"order": list(lot.order), "seats": lot.seats, "about": lot.about} for lot in outcome.lots],
		"ballots": {"valid": outcome.valid, "blank": outcome.blank, "spoiled": outcome.spoiled},
		"tally": {row.candidate: row.votes for row in outcome.rows},
		"quota": None if outcome.quota is None else votes_text(outcome.quota, outcome.unit),
		"candidates": [{**asdict(row), "rules": list(row.rules)} for row in outcome.rows],
		"rounds": [_round(held, outcome.unit) for held in outcome.rounds],
	}


def votes_text(votes: int, unit: int) -> str:
	"""`votes` units as a decimal text without trailing zeros: 1233333 of 100000 is “12.33333”."""
	if unit == 1:
		return str(votes)
	whole, part = divmod(votes, unit)
	return f"{whole}.{part:0{len(str(unit)) - 1}d}".rstrip("0").rstrip(".")


def _tie(outcome: Outcome) -> dict[str, Any] | None:
	if not outcome.tie:
		return None
	return {
		"seats": outcome.tie.seats,
		"candidates": list(outcome.tie.candidates),
		"about": outcome.tie.about,
	}


def _round(held: Round, unit: int) -> dict[str, Any]:
	return {
		"number": held.number,
		"votes": {candidate: votes_text(votes, unit) for candidate, votes in held.votes.items()},
		"exhausted": votes_text(held.exhausted, unit),
		"events": [_event(event, unit) for event in held.events],
	}


def _event(event: Event, unit: int) -> dict[str, Any]:
	return {
		"code": event.code,
		"candidates": list(event.candidates),
		"figures": {
			name: votes_text(value, unit) if name in VOTES and isinstance(value, int) else value
			for name, value in event.figures.items()
		},
		"rules": list(event.rules),
	}
