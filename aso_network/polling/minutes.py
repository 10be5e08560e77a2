"""A result in words: why each candidate is elected or not, round by round, and how a lot is repeated.

For the form of a result in the reader's language, for its protocol in both. The words are the core's (`explain`),
said of the signed record; nothing is counted here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from frappe.model.document import Document

from aso_network import audit, printing
from aso_network.elections import explain, lot, records
from aso_network.polling import rules


def explanation(result: Document, lang: str | None = None) -> dict[str, Any]:
	"""The count in `lang`, or else in the reader's language:

	{"form": its name, "lines": [all that a minute book says], "sections": the same as [{"heading", "lines"}] without
	what stands beside it (votes of each round, the candidates' lines, minutes of a lot), "reasons": {candidacy: sentence},
	"lot_steps": [what repeats a lot from the seed]}
	"""
	lang = lang or rules.language()
	record = json.loads(result.record)
	if record["format"] != records.RESULT_FORMAT:
		# Of an earlier version of the app: its rows say why, in English.
		reasons = {row.candidacy: row.reason for row in result.rows}
		return {"form": "", "lines": [], "sections": [], "reasons": reasons, "lot_steps": []}
	found, names = record["result"], _names(result, record, lang)
	# How a lot was drawn stands beside it, in the words of the committee or as steps.
	without_minutes = {**record, "lot": {**record["lot"], "minutes": ""}}
	return {
		"form": explain.form(found["method"], lang),
		"lines": explain.lines(record, lang, names),
		"sections": [
			{"heading": section.heading, "lines": list(section.told)}
			for section in explain.sections(without_minutes, lang, names)
			if section.told
		],
		"reasons": {
			row["candidate"]: explain.reason(row, lang, found["rules"]) for row in found["candidates"]
		},
		"lot_steps": _lot_steps(record, lang, names),
	}


def for_print(result: Document) -> dict[str, Any]:
	"""The explanation in each language of the protocol, `signed_at`, the line of the trail with the last signature,
	and `spans`, which all its Arabic goes through."""
	return {lang: explanation(result, lang) for lang in explain.LANGUAGES} | {
		"signed_at": audit.signed_at(result),
		"spans": printing.in_spans,
	}


def _names(result: Document, record: Mapping[str, Any], lang: str) -> dict[str, str]:
	"""Candidacy → name, in Arabic where one is known and `lang` is Arabic."""
	arabic = {row.candidacy: row.candidate_name_ar for row in result.rows if row.candidate_name_ar}
	return {**records.names_of(record), **(arabic if lang == "ar" else {})}


def _lot_steps(record: Mapping[str, Any], lang: str, names: Mapping[str, str]) -> list[str]:
	seed = record["lot"]["seed"]
	return [
		line
		for order in (records.lots_of(record) if seed else [])
		for line in lot.draw(seed, record["box"]["root"], order).lines(lang, names)
	]
