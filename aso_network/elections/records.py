"""What is hashed and signed: the roll, the box and the result.

Each hash is the SHA-256 of one canonical JSON text, so that `sha256sum` on the printed text repeats it.
Every text names its own format, so that no two kinds of record can share a hash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from aso_network.elections.ballots import Ballot, as_json_value
from aso_network.elections.canonical import canonical_json, sha256_hex
from aso_network.elections.errors import DuplicateVoterError
from aso_network.elections.outcome import Outcome
from aso_network.elections.reconcile import Figures

__all__ = ["box_hash", "canonical_json", "result_hash", "result_record", "roll_hash", "sha256_hex"]

ROLL_FORMAT = "aso-network/roll/1"
BOX_FORMAT = "aso-network/box/1"
RESULT_FORMAT = "aso-network/result/1"


def roll_hash(rows: Iterable[tuple[str, str | None]]) -> str:
	"""Hash of the roll: (organization id, delegate id or None) per voter, in any order.

	Raises DuplicateVoterError if an organization stands on it twice.
	"""
	voters = sorted((organization, delegate or "") for organization, delegate in rows)
	if len({organization for organization, _delegate in voters}) != len(voters):
		raise DuplicateVoterError("An organization is on the roll twice.")
	return sha256_hex(canonical_json({"format": ROLL_FORMAT, "voters": voters}))


def box_hash(ballots: Iterable[Ballot], salt: str = "") -> str:
	"""Hash of the box as a multiset: any order, equal ballots counted.

	`salt`: a random text kept with the box and shown only to those who may see the ballots. Without it a
	box of nineteen ballots can be guessed back from its hash and the votes per candidate.
	"""
	counted = sorted(Counter(ballots).items())
	papers = [[as_json_value(ballot), number] for ballot, number in counted]
	return sha256_hex(canonical_json({"format": BOX_FORMAT, "salt": salt, "ballots": papers}))


def result_record(
	*,
	contest: str,
	title: str,
	method: str,
	outcome: Outcome,
	figures: Figures,
	roll_hash: str,
	box_hash: str,
	app_version: str,
	round_number: int = 1,
	names: Mapping[str, str] | None = None,
	lot_minutes: str = "",
	reconciliation_note: str = "",
) -> dict[str, Any]:
	"""The record that committee members sign: plain JSON types only, nothing that depends on a clock.

	`names`: candidate id → name as printed on the ballot. `title`, `method`: as decided by the meeting.
	"""
	names = names or {}
	return {
		"format": RESULT_FORMAT,
		"app_version": app_version,
		"contest": contest,
		"title": title,
		"round": round_number,
		"method": method,
		"seats": outcome.seats,
		"max_choices": outcome.max_choices,
		"candidates": [{**asdict(row), "name": names.get(row.candidate, "")} for row in outcome.rows],
		"elected": list(outcome.elected),
		"vacant": outcome.vacant,
		"ballots": {
			"valid": outcome.valid,
			"blank": outcome.blank,
			"spoiled": outcome.spoiled,
			"total": outcome.total,
		},
		"tie": _tie(outcome, lot_minutes),
		"figures": asdict(figures),
		"reconciliation_note": reconciliation_note,
		"roll_hash": roll_hash,
		"box_hash": box_hash,
	}


def result_hash(record: Mapping[str, Any]) -> str:
	"""What is signed: the SHA-256 of the record's canonical JSON."""
	return sha256_hex(canonical_json(record))


def _tie(outcome: Outcome, lot_minutes: str) -> dict[str, Any] | None:
	"""The tie across the last seat, open (`lot` is null) or settled; None if there was none."""
	if outcome.lot:
		return {
			"candidates": list(outcome.lot.candidates),
			"seats": outcome.lot.seats,
			"lot": {"order": list(outcome.lot.order), "minutes": lot_minutes},
		}
	if outcome.tie:
		return {"candidates": list(outcome.tie.candidates), "seats": outcome.tie.seats, "lot": None}
	return None
