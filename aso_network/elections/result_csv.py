"""A result as a table that a spreadsheet opens: figures first, then one row per candidate."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

from aso_network.elections import records

_WORDS = {
	"en": {
		"contest": "Contest",
		"method": "Method",
		"seats": "Seats",
		"vacant": "Seats left empty",
		"valid": "Valid ballots",
		"blank": "Blank ballots",
		"spoiled": "Spoiled ballots",
		"hash": "Result hash (SHA-256)",
		"columns": ("Candidate", "Organisation", "Votes", "Elected", "Order", "Reason"),
		True: "yes",
		False: "no",
	},
	"ar": {
		"contest": "المنافسة",
		"method": "طريقة العدّ",
		"seats": "المقاعد",
		"vacant": "المقاعد الشاغرة",
		"valid": "الأوراق الصحيحة",
		"blank": "الأوراق البيضاء",
		"spoiled": "الأوراق الملغاة",
		"hash": "بصمة النتيجة (SHA-256)",
		"columns": ("المرشّح", "المنظّمة", "الأصوات", "فاز", "الترتيب", "السبب"),
		True: "نعم",
		False: "لا",
	},
}
LANGUAGES = tuple(_WORDS)

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection); the apostrophe says: a text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table(
	record: Mapping[str, Any],
	lang: str = "en",
	method: str | None = None,
	reason: Callable[[Mapping[str, Any]], str] = lambda row: row["reason"],
) -> bytes:
	"""`record` (`records.result_record`) as CSV: UTF-8 with a byte order mark, which Excel needs for Arabic.

	`lang`: one of LANGUAGES. `method`: the form in words, its code if left out. `reason`: a result's candidate
	row → why, in words. Candidates in the record's order: most votes first.

	Raises MalformedRecordError.
	"""
	records.contest_of(record)
	words, said, result = _WORDS[lang], record["contest"], record["result"]
	people = {person["id"]: person for person in said["candidates"]}
	names = records.names_of(record)
	rows: list[tuple[Any, ...]] = [
		(words["contest"], said["title"]),
		(words["method"], method or said["method"]),
		(words["seats"], said["seats"]),
		(words["vacant"], result["vacant"]),
		*((words[kind], result["ballots"][kind]) for kind in ("valid", "blank", "spoiled")),
		(words["hash"], records.result_hash(record)),
		(),
		words["columns"],
	]
	for row in result["candidates"]:
		candidate = row["candidate"]
		rows.append(
			(
				names[candidate],
				people[candidate]["organisation"],
				row["votes"],
				words[row["elected"]],
				row["seat_order"],
				reason(row),
			)
		)
	text = io.StringIO(newline="")
	csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
	return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Any) -> Any:
	if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
		return f"'{value}"
	return value
