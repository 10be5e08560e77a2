"""What is hashed and signed: the roll and the result. (The box has a root of its own: `box`.)

Each hash is the SHA-256 of one canonical JSON text, so that `sha256sum` on the printed text repeats it.
Every text names its own format, so that no two kinds of record can share a hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aso_network.elections import reconcile, results, rules
from aso_network.elections.canonical import canonical_json, sha256_hex
from aso_network.elections.contest import Contest
from aso_network.elections.errors import DuplicateVoterError, MalformedRecordError
from aso_network.elections.outcome import Outcome
from aso_network.elections.reconcile import Figures

__all__ = [
	"canonical_json",
	"contest_of",
	"lots_of",
	"names_of",
	"result_hash",
	"result_record",
	"roll_hash",
	"sha256_hex",
]

ROLL_FORMAT = "aso-network/roll/1"
RESULT_FORMAT = "aso-network/result/2"


def roll_hash(rows: Iterable[tuple[str, str | None]]) -> str:
	"""Hash of the roll: (organization id, delegate id or None) per voter, in any order.

	Raises DuplicateVoterError if an organization stands on it twice.
	"""
	voters = sorted((organization, delegate or "") for organization, delegate in rows)
	if len({organization for organization, _delegate in voters}) != len(voters):
		raise DuplicateVoterError("An organization is on the roll twice.")
	return sha256_hex(canonical_json({"format": ROLL_FORMAT, "voters": voters}))


def result_record(
	*,
	contest_id: str,
	title: str,
	contest: Contest,
	outcome: Outcome,
	figures: Figures,
	roll_hash: str,
	box_root: str,
	leaves: int,
	names: Mapping[str, str],
	app_version: str,
	organisations: Mapping[str, str] | None = None,
	count_number: int = 1,
	lot_minutes: str = "",
	reconciliation_note: str = "",
	seed_commitment: str = "",
	seed: str = "",
	online: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
	"""The record that committee members sign: plain JSON types only, nothing that depends on a clock.

	Everything that a recount needs but the ballots: {"format", "app_version", "count_number", "contest": {"id",
	"title", "method", "seats", "max_choices", "rules", "candidates": [person, …], "seated": [person, …]},
	"roll_hash", "box": {"root", "leaves"}, "figures", "reconciliation_note", "lot": {"seed_commitment", "seed",
	"minutes"}, "result": as `results.as_json_value`}; a person is {"id", "name", "organisation", "attributes"}
	with those attributes that the seat rules ask for. And of a vote that was online, too: "online": {"ballots": their
	number, "receipts_root": `box.root` of their receipts, "sealed": whether the committee's sheets opened the box,
	"public_key": to which they were sealed, "unreadable": how many of them could not be read and count as spoiled}.

	`names`, `organisations`: of candidates and seated, id → as printed on the ballot. `box_root`, `leaves`: of
	the closed box. `count_number`: 1, and one more for each recount or runoff. `seed_commitment`: as printed
	before voting opened. `seed`: opened, if the lots of this count were drawn with it; `lot_minutes`: who
	drew them, how and before whom. `online`: as above.

	Raises MalformedRecordError if `online` is something else, or stands beside figures of a vote on paper only.
	"""
	if online is not None:
		_require(dict(online), _ONLINE, "online")
	if (online is None) != (figures.online is None):
		raise MalformedRecordError(
			"The record and its figures do not agree on whether there was an online vote."
		)
	asked = {rule.attribute for rule in contest.rules}

	def person(candidate: str) -> dict[str, Any]:
		own = contest.attributes.get(candidate, {})
		return {
			"id": candidate,
			"name": names.get(candidate, ""),
			"organisation": (organisations or {}).get(candidate, ""),
			"attributes": {a: own[a] for a in asked if own.get(a) not in (None, "")},
		}

	record = {
		"format": RESULT_FORMAT,
		"app_version": app_version,
		"count_number": count_number,
		"contest": {
			"id": contest_id,
			"title": title,
			"method": contest.form,
			"seats": contest.seats,
			"max_choices": contest.max_choices,
			"rules": [rules.as_json_value(rule) for rule in contest.rules],
			"candidates": [person(candidate) for candidate in sorted(contest.candidates)],
			"seated": [person(candidate) for candidate in sorted(contest.seated)],
		},
		"roll_hash": roll_hash,
		"box": {"root": box_root, "leaves": leaves},
		"figures": reconcile.as_json_value(figures),
		"reconciliation_note": reconciliation_note,
		"lot": {"seed_commitment": seed_commitment, "seed": seed, "minutes": lot_minutes},
		"result": results.as_json_value(contest, outcome),
	}
	if online is not None:
		record["online"] = dict(online)
	return record


def result_hash(record: Mapping[str, Any]) -> str:
	"""What is signed: the SHA-256 of the record's canonical JSON."""
	return sha256_hex(canonical_json(record))


def contest_of(record: Any) -> Contest:
	"""The contest that `record` was counted by; `record` may be any JSON value.

	Raises MalformedRecordError, which names what is missing or of another type, and Contest's and SeatRule's
	errors.
	"""
	if not isinstance(record, dict) or record.get("format") != RESULT_FORMAT:
		raise MalformedRecordError(f"This is not a result record of the format {RESULT_FORMAT}.")
	_require(record, _RECORD_ONLINE if "online" in record else _RECORD, "record")
	said = record["contest"]
	return Contest(
		form=said["method"],
		candidates=tuple(person["id"] for person in said["candidates"]),
		seats=said["seats"],
		max_choices=said["max_choices"],
		rules=tuple(rules.from_json_value(rule) for rule in said["rules"]),
		attributes={person["id"]: person["attributes"] for person in _people(record) if person["attributes"]},
		seated=tuple(person["id"] for person in said["seated"]),
	)


def lots_of(record: Mapping[str, Any]) -> list[list[str]]:
	"""The orders drawn, in the order in which the ties came up; of a record that `contest_of` has read."""
	return [lot["order"] for lot in record["result"]["lots"]]


def names_of(record: Mapping[str, Any]) -> dict[str, str]:
	"""Id → name of all candidates and of those who were seated before; the id itself where there is no name."""
	return {person["id"]: person["name"] or person["id"] for person in _people(record)}


def _people(record: Mapping[str, Any]) -> list[dict[str, Any]]:
	return [*record["contest"]["candidates"], *record["contest"]["seated"]]


# A type, a tuple of types one of which it is, [type of each item], {None: type of each value} or {key: type};
# with “...” among its keys it may have others.
_PERSON = {"id": str, "name": str, "organisation": str, "attributes": {None: (str, int)}}
_RECORD = {
	"format": str,
	"app_version": str,
	"count_number": int,
	"contest": {
		"id": str,
		"title": str,
		"method": str,
		"seats": int,
		"max_choices": (int, type(None)),
		"rules": [dict],
		"candidates": [_PERSON],
		"seated": [_PERSON],
	},
	"roll_hash": str,
	"box": {"root": str, "leaves": int},
	"figures": dict.fromkeys(reconcile.ON_PAPER, (int, type(None))),
	"reconciliation_note": str,
	"lot": {"seed_commitment": str, "seed": str, "minutes": str},
	"result": {
		"max_choices": (int, type(None)),
		"elected": [str],
		"vacant": int,
		"tied": (dict, type(None)),
		"lots": [{"order": [str], "seats": int, "about": str}],
		"ballots": {"valid": int, "blank": int, "spoiled": int},
		"tally": {None: int},
		"candidates": [{"candidate": str, "votes": int, "elected": bool, "reason": str, ...: None}],
		"rounds": [dict],
		...: None,
	},
}
_ONLINE = {"ballots": int, "receipts_root": str, "sealed": bool, "public_key": str, "unreadable": int}
_RECORD_ONLINE = {
	**_RECORD,
	"figures": dict.fromkeys((*reconcile.ON_PAPER, *reconcile.ONLINE), (int, type(None))),
	"online": _ONLINE,
}
_MISSING = object()


def _require(value: Any, shape: Any, where: str) -> None:
	if isinstance(shape, dict):
		kinds: tuple[type, ...] = (dict,)
	elif isinstance(shape, list):
		kinds = (list,)
	else:
		kinds = shape if isinstance(shape, tuple) else (shape,)
	# Exactly these types: true is an int to Python, but not to a reader.
	if type(value) not in kinds:
		raise MalformedRecordError(f"“{where}” is missing or is not what it should be.")
	if isinstance(shape, list):
		for place, item in enumerate(value):
			_require(item, shape[0], f"{where}[{place}]")
	elif isinstance(shape, dict) and None in shape:
		for key, item in value.items():
			_require(item, shape[None], f"{where}.{key}")
	elif isinstance(shape, dict):
		if ... not in shape and (unknown := sorted(set(value) - set(shape))):
			raise MalformedRecordError(f"“{where}.{unknown[0]}” is nothing that a record has.")
		for key, inner in shape.items():
			if key is not ...:
				_require(value.get(key, _MISSING), inner, f"{where}.{key}")
