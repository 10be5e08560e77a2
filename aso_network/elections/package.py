"""The verification package: one file from which an observer repeats a whole count.

It is one line of canonical JSON, {"package": {…}, "sha256": hash of the package's canonical JSON}:

- `format`: PACKAGE_FORMAT
- `record`: the result record (`records.result_record`): contest, rules, roll hash, box root, figures, result
- `result_hash`: the record's hash, which is what was signed
- `signatures`: [{"name", "role", "organisation", "date", "signed_hash"}, …] as they stand on the result
- `ballots`: null, or for the committee and observers only [[choices, spoiled, weight, salt], …], sorted by
  leaf, so that no order of casting or of entry shows
- `receipts`: only where the vote was online, too: the sorted receipts of all online ballots, for whoever has the
  ballots, else null

`verify` recounts and compares everything with everything. What it cannot see is a package that was forged
throughout, so it always ends with the one thing to be compared with paper: the hash that was signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aso_network.elections import box, forms, lot, reconcile, records
from aso_network.elections.ballots import Ballot, from_json_value
from aso_network.elections.canonical import canonical_json, sha256_hex
from aso_network.elections.contest import Contest
from aso_network.elections.errors import (
	ElectionError,
	MalformedBallotError,
	NotCanonicalError,
	PackageError,
)
from aso_network.elections.findings import Finding, Report
from aso_network.elections.outcome import UNOPPOSED, Outcome
from aso_network.elections.reconcile import Figures
from aso_network.elections.unopposed import unopposed

PACKAGE_FORMAT = "aso-network/package/1"

_PARTS = ("format", "record", "result_hash", "signatures", "ballots")
_SIGNATURE = ("name", "role", "organisation", "date", "signed_hash")


@dataclass(frozen=True)
class PackageReport(Report):
	"""What `verify` found. Without ballots `ok` says no more than that the package agrees with itself.
	`result_hash`: to be compared with the paper."""

	result_hash: str = ""

	@property
	def recounted(self) -> bool:
		"""The ballots were there, and their count is that of the record."""
		return any(finding.code == "recounted" for finding in self.findings)


def build(
	record: Mapping[str, Any],
	signatures: Iterable[Mapping[str, str]],
	ballots: Iterable[tuple[Ballot, str]] | None = None,
	receipts: Iterable[str] | None = None,
) -> bytes:
	"""The package's bytes; written to a file as they are, with nothing after them.

	`signatures`: {"name", "role", "organisation", "date", "signed_hash"} each, texts; all but name and
	signed_hash may be left out. `ballots`: (ballot, salt) each, only in a package for those who may read the
	box. `receipts`: of the online ballots, with the ballots.

	Raises NotCanonicalError, WeakSaltError, PackageError for a signature of another shape, or receipts of a vote that
	was on paper only.
	"""
	package = {
		"format": PACKAGE_FORMAT,
		"record": dict(record),
		"result_hash": records.result_hash(record),
		"signatures": [_signature(line) for line in signatures],
		"ballots": None if ballots is None else _rows(ballots),
	}
	if "online" in record:
		package["receipts"] = None if receipts is None else sorted(receipts)
	elif receipts is not None:
		raise PackageError("A vote on paper has no receipts.")
	return _file(canonical_json(package))


def verify(data: bytes) -> PackageReport:
	"""Recount the package from nothing and compare.

	Raises PackageError for what is not a package at all, and nothing else whatever the bytes.
	"""
	return examine(_read(data), data)


def examine(value: Any, data: bytes) -> PackageReport:
	"""The same of the JSON value that `data` was read as."""
	findings, result_hash = _examined(*_parts(value), data)
	counted = any(finding.code == "recounted" for finding in findings)
	return PackageReport(
		findings,
		tail=Finding("compare", (result_hash,)),
		agrees="agrees" if counted else "not_recounted",
		differs="differs",
		result_hash=result_hash,
	)


def _file(package: bytes) -> bytes:
	"""The whole file, itself canonical JSON, around the canonical JSON of a package."""
	return b'{"package":%b,"sha256":"%b"}' % (package, sha256_hex(package).encode())


def _signature(line: Mapping[str, str]) -> dict[str, str]:
	signature = {key: line.get(key, "") for key in _SIGNATURE}
	if set(line) - set(signature) or not all(isinstance(text, str) for text in signature.values()):
		raise PackageError(f"A signature line has only texts, and only: {', '.join(_SIGNATURE)}.")
	return signature


def _rows(ballots: Iterable[tuple[Ballot, str]]) -> list[list[Any]]:
	leaves = sorted((box.leaf(ballot, salt), ballot, salt) for ballot, salt in ballots)
	return [[list(ballot.choices), ballot.spoiled, ballot.weight, salt] for _leaf, ballot, salt in leaves]


def _read(data: bytes) -> Any:
	try:
		return json.loads(data.decode("utf-8"))
	except (UnicodeDecodeError, ValueError, RecursionError):
		# Not chained: the decoder's error quotes the text, and the text may hold ballots.
		raise PackageError("This file is not a verification package: it is not JSON in UTF-8.") from None


def _parts(value: Any) -> tuple[dict[str, Any], Any]:
	"""The package and the hash that stands beside it."""
	if not isinstance(value, dict) or set(value) != {"package", "sha256"}:
		raise PackageError('This file is not a verification package: it is not {"package": …, "sha256": …}.')
	package = value["package"]
	parts = _PARTS
	if (
		isinstance(package, dict)
		and isinstance(package.get("record"), dict)
		and "online" in package["record"]
	):
		parts += ("receipts",)
	if not isinstance(package, dict) or set(package) != set(parts):
		raise PackageError(f"This file is not a verification package: it has not just {', '.join(parts)}.")
	if package["format"] != PACKAGE_FORMAT:
		raise PackageError(f"This file is not a verification package of the format {PACKAGE_FORMAT}.")
	return package, value["sha256"]


def _examined(package: dict[str, Any], sha256: Any, data: bytes) -> tuple[tuple[Finding, ...], str]:
	try:
		text = canonical_json(package)
		own_hash = records.result_hash(package["record"])
	except (NotCanonicalError, RecursionError):
		raise PackageError(
			"This file is not a verification package: it holds what no package holds."
		) from None
	findings = [*_bytes(text, sha256, data), *_signed(package, own_hash)]
	try:
		contest = records.contest_of(package["record"])
	except ElectionError as error:
		return (*findings, Finding("record", (str(error),))), own_hash
	record = package["record"]
	findings += [*_lots(record), *_recount(package, contest), *_figures(record)]
	if "online" in record:
		findings += [*_online(record), *_receipts(package)]
	return tuple(findings), own_hash


def _bytes(text: bytes, sha256: Any, data: bytes) -> Iterator[Finding]:
	if sha256 != sha256_hex(text):
		yield Finding("sha256")
	elif _file(text) != data:
		yield Finding("bytes")


def _signed(package: dict[str, Any], own_hash: str) -> Iterator[Finding]:
	if package["result_hash"] != own_hash:
		yield Finding("result_hash", (own_hash,))
	lines = package["signatures"]
	if not isinstance(lines, list) or not all(_is_signature(line) for line in lines):
		yield Finding("signatures")
		return
	for line in lines:
		agrees = line["signed_hash"] == own_hash
		yield Finding("signed" if agrees else "signed_other", (line["name"],), not agrees)
	if not lines:
		yield Finding("unsigned", is_difference=False)


def _is_signature(line: Any) -> bool:
	return (
		isinstance(line, dict)
		and set(line) == set(_SIGNATURE)
		and all(isinstance(text, str) for text in line.values())
	)


def _lots(record: dict[str, Any]) -> Iterator[Finding]:
	"""A lot with a seed is drawn again. Whether a lot orders just the tied, only the recount knows."""
	said, orders = record["lot"], records.lots_of(record)
	committed, seed = said["seed_commitment"], said["seed"]
	if seed:
		try:
			if not committed:
				yield Finding("seed_not_committed")
			elif lot.commitment(seed) != committed:
				yield Finding("seed_other")
			for place, order in enumerate(orders, start=1):
				drawn = lot.draw(seed, record["box"]["root"], order).order
				agrees = list(drawn) == order
				yield Finding("lot_repeated" if agrees else "lot_other", (str(place),), not agrees)
		except ElectionError as error:
			yield Finding("lot_input", (str(error),))
	elif orders:
		yield Finding("lot_by_hand", (str(len(orders)),), is_difference=False)
		if committed:
			yield Finding("seed_unused", is_difference=False)


def _recount(package: dict[str, Any], contest: Contest) -> Iterator[Finding]:
	record, rows = package["record"], package["ballots"]
	if rows is None and record["box"]["leaves"] == 0:
		rows = []  # an empty box has nothing to hide
	if rows is None:
		yield Finding("no_ballots", is_difference=False)
		return
	try:
		ballots = _ballots(rows, contest)
	except ElectionError as error:
		yield Finding("ballots", (str(error),))
		return
	yield from _box(record, ballots)
	try:
		outcome = _outcome(record, contest, [ballot for ballot, _salt in ballots])
		expected = _expected(record, contest, outcome)
		canonical_json(expected)  # sums of weights may be larger than a record can say
	except ElectionError as error:
		yield Finding("uncountable", (str(error),))
		return
	differences = list(_differences(record, expected, _labels(record)))
	yield from differences
	if not differences:
		yield Finding("recounted", (str(len(ballots)),), is_difference=False)


def _outcome(record: dict[str, Any], contest: Contest, ballots: list[Ballot]) -> Outcome:
	if not ballots and any(row["reason"] == UNOPPOSED for row in record["result"]["candidates"]):
		return unopposed(contest)
	return forms.count(contest, ballots, records.lots_of(record))


def _ballots(rows: Any, contest: Contest) -> list[tuple[Ballot, str]]:
	if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == 4 for row in rows):
		raise MalformedBallotError("The ballots are not a list of [choices, spoiled, weight, salt].")
	return [_ballot(*row, contest) for row in rows]


def _ballot(choices: Any, spoiled: Any, weight: Any, salt: Any, contest: Contest) -> tuple[Ballot, str]:
	ballot = from_json_value({"choices": choices, "spoiled": spoiled, "weight": weight}, contest.kind)
	if list(ballot.choices) != choices or not isinstance(salt, str):
		raise MalformedBallotError("A ballot is not written as this form of ballot is.")
	return ballot, salt


def _box(record: dict[str, Any], ballots: list[tuple[Ballot, str]]) -> Iterator[Finding]:
	try:
		leaves = [box.leaf(ballot, salt) for ballot, salt in ballots]
	except ElectionError as error:
		yield Finding("ballots", (str(error),))
		return
	if leaves != sorted(leaves):
		yield Finding("order")
	root = box.root(leaves)
	agrees = root == record["box"]["root"]
	yield Finding("root" if agrees else "root_other", (root,), not agrees)
	if len(leaves) != record["box"]["leaves"]:
		yield Finding("leaves", (str(record["box"]["leaves"]), str(len(leaves))))


def _expected(record: dict[str, Any], contest: Contest, outcome: Outcome) -> dict[str, Any]:
	"""The record that this app writes for the recount's `outcome`."""
	said, drawn = record["contest"], record["lot"]
	people = [*said["candidates"], *said["seated"]]
	return records.result_record(
		contest_id=said["id"],
		title=said["title"],
		contest=contest,
		outcome=outcome,
		figures=Figures(**record["figures"]),
		roll_hash=record["roll_hash"],
		box_root=record["box"]["root"],
		leaves=record["box"]["leaves"],
		names={person["id"]: person["name"] for person in people},
		organisations={person["id"]: person["organisation"] for person in people},
		app_version=record["app_version"],
		count_number=record["count_number"],
		lot_minutes=drawn["minutes"],
		reconciliation_note=record["reconciliation_note"],
		seed_commitment=drawn["seed_commitment"],
		seed=drawn["seed"],
		online=record.get("online"),
	)


def _differences(said: Any, found: Any, labels: Mapping[str, str], where: str = "") -> Iterator[Finding]:
	"""Each place where two JSON values differ; true and 1 differ, too."""
	if isinstance(said, dict) and isinstance(found, dict):
		for key in sorted(set(said) | set(found)):
			place = f"{where} → {labels.get(key, key)}" if where else key
			yield from _differences(said.get(key, _NOTHING), found.get(key, _NOTHING), labels, place)
	elif isinstance(said, list) and isinstance(found, list) and len(said) == len(found):
		for place, (one, other) in enumerate(zip(said, found, strict=True), start=1):
			yield from _differences(one, other, labels, f"{where} → {place}")
	elif (one := _shown(said, labels)) != (other := _shown(found, labels)):
		yield Finding("number", (where, one, other))


_NOTHING = object()


def _labels(record: dict[str, Any]) -> dict[str, str]:
	"""Id → how a candidate is called in a sentence; the id stays, for two people may share a name."""
	names = records.names_of(record)
	return {person: person if name == person else f"{name} ({person})" for person, name in names.items()}


def _shown(value: Any, labels: Mapping[str, str]) -> str:
	if value is _NOTHING:
		return "–"
	return canonical_json(labels.get(value, value) if isinstance(value, str) else value).decode()


def _figures(record: dict[str, Any]) -> Iterator[Finding]:
	figures = Figures(**record["figures"])
	leaves = record["box"]["leaves"]
	if figures.entered is not None and figures.entered + (figures.online or 0) != leaves:
		online = () if figures.online is None else (str(figures.online),)
		code = "entered_and_online" if online else "entered"
		yield Finding(code, (str(figures.entered), str(leaves), *online))
	if reconcile.mismatches(figures):
		yield Finding("mismatches", (record["reconciliation_note"] or "–",), is_difference=False)


def _online(record: dict[str, Any]) -> Iterator[Finding]:
	online, figure = record["online"], record["figures"]["online"]
	if figure != online["ballots"]:
		yield Finding("online", (str(online["ballots"]), "–" if figure is None else str(figure)))
	if not 0 <= online["unreadable"] <= min(online["ballots"], record["result"]["ballots"]["spoiled"]):
		yield Finding("unreadable", (str(online["unreadable"]),))
	elif online["unreadable"]:
		yield Finding("unreadable_spoiled", (str(online["unreadable"]),), is_difference=False)


def _receipts(package: dict[str, Any]) -> Iterator[Finding]:
	receipts, online = package["receipts"], package["record"]["online"]
	if receipts is None:
		yield Finding("no_receipts", is_difference=package["ballots"] is not None)
		return
	try:
		root = box.root(receipts)
	except (ElectionError, TypeError):
		yield Finding("receipts")
		return
	if receipts != sorted(set(receipts)):
		yield Finding("receipts_order")
	agrees = root == online["receipts_root"] and len(receipts) == online["ballots"]
	yield Finding("receipts_root" if agrees else "receipts_other", (str(len(receipts)), root), not agrees)
