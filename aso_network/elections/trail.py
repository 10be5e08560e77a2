"""The trail of one election as a chain of hashes: each line names the hash of the line before.

A line's hash is the SHA-256 of the canonical JSON of {"format": TRAIL_FORMAT, "election", "number", "previous",
"action", "from", "to", "reason", "user", "happened_on", "doctype", "name"}: `number` 1, 2, …; `previous` the hash of
the line before, "" for the first; all others texts, "" where there is none; `happened_on` as stored, in ISO 8601;
`doctype` and `name` of the document that the line is about.

Exported, it is one line of canonical JSON, {"trail": {"format", "election", "title", "events", "head"}, "sha256":
hash of the trail's canonical JSON}: an event has what is hashed, without `format` and `election`, and its `hash`;
`head` is the hash of the last, "" if there is none.

A line that is changed, taken out, put in or moved is found. Lines cut off at the end, and a chain that was written
anew throughout, agree with themselves: the head is to be compared with one on paper.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aso_network.elections.canonical import canonical_json, sha256_hex
from aso_network.elections.errors import NotCanonicalError, TrailError
from aso_network.elections.findings import Finding, Report

TRAIL_FORMAT = "aso-network/trail/1"
NO_LINE = ""
SIGN = "Sign"

TOLD = ("action", "from", "to", "reason", "user", "happened_on", "doctype", "name")
_PARTS = ("format", "election", "title", "events", "head")
_EVENT = {"number": int, "previous": str, "hash": str, **dict.fromkeys(TOLD, str)}


def event_hash(election: str, number: int, previous: str, told: Mapping[str, str]) -> str:
	"""The hash of line `number` of `election`, which tells `TOLD`.

	Raises TrailError if a text is missing or something else is told, NotCanonicalError.
	"""
	if set(told) != set(TOLD) or not all(isinstance(text, str) for text in told.values()):
		raise TrailError(f"A line of the trail tells, as texts, just: {', '.join(TOLD)}.")
	line = {"format": TRAIL_FORMAT, "election": election, "number": number, "previous": previous, **told}
	return sha256_hex(canonical_json(line))


def build(election: str, title: str, events: Iterable[Mapping[str, Any]]) -> bytes:
	"""The exported file's bytes; written to a file as they are, with nothing after them.

	`events`: the lines as they are stored, in their order: {"number", "previous", "hash", …TOLD}. A line that does not
	fit is exported as it is, for `verify` to find.

	Raises NotCanonicalError.
	"""
	lines = [dict(event) for event in events]
	trail = {
		"format": TRAIL_FORMAT,
		"election": election,
		"title": title,
		"events": lines,
		"head": lines[-1]["hash"] if lines else NO_LINE,
	}
	return _file(canonical_json(trail))


def verify(data: bytes) -> Report:
	"""Check numbers, links and hashes of an exported trail.

	Raises TrailError for what is no trail at all, and nothing else whatever the bytes.
	"""
	try:
		value = json.loads(data.decode("utf-8"))
	except (UnicodeDecodeError, ValueError, RecursionError):
		raise TrailError("This file is not an exported trail: it is not JSON in UTF-8.") from None
	return examine(value, data)


def examine(value: Any, data: bytes) -> Report:
	"""The same of the JSON value that `data` was read as."""
	if not isinstance(value, dict) or set(value) != {"trail", "sha256"}:
		raise TrailError('This file is not an exported trail: it is not {"trail": …, "sha256": …}.')
	trail = value["trail"]
	if not isinstance(trail, dict) or set(trail) != set(_PARTS):
		raise TrailError(f"This file is not an exported trail: it has not just {', '.join(_PARTS)}.")
	if trail["format"] != TRAIL_FORMAT:
		raise TrailError(f"This file is not an exported trail of the format {TRAIL_FORMAT}.")
	if not all(isinstance(trail[part], str) for part in ("election", "title", "head")):
		raise TrailError("This file is not an exported trail: election, title and head are texts.")
	if not isinstance(trail["events"], list):
		raise TrailError("This file is not an exported trail: its events are not a list.")
	try:
		text = canonical_json(trail)
	except (NotCanonicalError, RecursionError):
		raise TrailError("This file is not an exported trail: it holds what no trail holds.") from None
	findings = (*_bytes(text, value["sha256"], data), *_chain(trail))
	return Report(
		findings,
		tail=Finding("trail_compare", (trail["election"], str(len(trail["events"])), trail["head"] or "–")),
		agrees="trail_agrees",
		differs="trail_differs",
	)


def _file(trail: bytes) -> bytes:
	return b'{"sha256":"%b","trail":%b}' % (sha256_hex(trail).encode(), trail)


def _bytes(text: bytes, sha256: Any, data: bytes) -> Iterator[Finding]:
	if sha256 != sha256_hex(text):
		yield Finding("sha256")
	elif _file(text) != data:
		yield Finding("bytes")


def _chain(trail: dict[str, Any]) -> Iterator[Finding]:
	before, expected = NO_LINE, 1
	for place, event in enumerate(trail["events"], start=1):
		if not _is_event(event):
			yield Finding("trail_line", (str(place),))
			return
		number = event["number"]
		if number != expected:
			yield Finding("trail_number", (str(expected), str(number)))
		if event["previous"] != before:
			yield Finding("trail_link", (str(number),))
		told = {part: event[part] for part in TOLD}
		if event_hash(trail["election"], number, event["previous"], told) != event["hash"]:
			yield Finding("trail_hash", (str(number),))
		elif event["action"] == SIGN:
			yield Finding("trail_signed", (str(number), event["user"], event["hash"]), is_difference=False)
		before, expected = event["hash"], number + 1
	if trail["head"] != before:
		yield Finding("trail_head", (before or "–",))


def _is_event(event: Any) -> bool:
	return (
		isinstance(event, dict)
		and set(event) == set(_EVENT)
		and all(type(event[part]) is kind for part, kind in _EVENT.items())
	)
