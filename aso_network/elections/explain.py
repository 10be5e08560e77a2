"""A result in words that can be printed in a minute book, in Arabic and English (the words: `explain_words`).

Takes the plain JSON value of `results.as_json_value`, a result record, or a package that holds one; nothing
is counted here, so what is said is what the record says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aso_network.elections import rules as seat_rules
from aso_network.elections.errors import ElectionError, MalformedRecordError
from aso_network.elections.explain_words import WORDS
from aso_network.elections.outcome import (
	CONTINUING,
	EVENT_RULE,
	IN_RUNOFF,
	LAST_STANDING,
	MAJORITY,
	MOST_VOTES,
	NO_MAJORITY,
	REACHED_QUOTA,
	SEATED_BY_RULE,
	TIED,
	UNOPPOSED,
	WON_LOT,
)
from aso_network.elections.rules import SeatRule

LANGUAGES = tuple(WORDS)

_ELECTED = frozenset({MOST_VOTES, MAJORITY, REACHED_QUOTA, LAST_STANDING, WON_LOT, SEATED_BY_RULE, UNOPPOSED})
_OPEN = frozenset({TIED, IN_RUNOFF, CONTINUING})

# Unicode UAX #9: between these a text keeps its own direction and does not turn what stands around it.
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_OTHER_DIRECTION = {
	"en": frozenset({"R", "AL", "RLE", "RLO", "RLI"}),
	"ar": frozenset({"L", "LRE", "LRO", "LRI"}),
}


def form(name: str, lang: str) -> str:
	"""The name of the counting form `name` (one of contest.FORMS); raises KeyError."""
	return WORDS[lang]["form"][name]


def about_form(name: str, lang: str) -> str:
	"""One sentence: who may mark how many, and who is elected; raises KeyError."""
	return WORDS[lang]["about_form"][name]


def rule(value: Mapping[str, Any] | SeatRule, lang: str) -> str:
	"""A seat rule, or its JSON value, in words: “at least 3 of: women”, “at most 1 from each organization”.

	Raises InvalidRuleError.
	"""
	said = value if isinstance(value, SeatRule) else seat_rules.from_json_value(value)
	words = WORDS[lang]["rule"]
	if said.minimum and said.minimum == said.maximum:
		amount = "exactly"
	else:
		amount = " ".join(
			word for word, given in (("min", said.minimum), ("max", said.maximum is not None)) if given
		)
	pattern = words[f"each {amount}" if said.each else amount]
	return pattern.format(said.minimum, said.maximum, _group(said, lang))


def reason(row: Mapping[str, Any], lang: str, rules: Sequence[Mapping[str, Any] | SeatRule] = ()) -> str:
	"""Why a candidate is elected or not, as one sentence.

	`row`: one of the result's candidates, of which `reason`, `round` and `rules` are read; the last two may
	be missing. `rules`: the contest's seat rules, which the row's `rules` name by place.

	Raises KeyError for a reason that is none of outcome.REASONS, TypeError for a round that is no number,
	InvalidRuleError.
	"""
	code, held = row["reason"], row.get("round")
	heading = "elected" if code in _ELECTED else "open" if code in _OPEN else "not_elected"
	figures = {
		"round": None if held is None else _whole(held),
		"rules": _rules(row.get("rules") or (), lang, rules),
	}
	return WORDS[lang][heading].format(_sentence(WORDS[lang]["reason"][code], figures))


def lines(value: Any, lang: str, names: Mapping[str, str] | None = None) -> list[str]:
	"""The minutes of a count, a sentence or a figure a line.

	`value`: what `aso-network count --json` prints, a result record or a package. `lang`: one of LANGUAGES.
	`names`: candidate id → name, where the value knows ids only.

	Raises MalformedRecordError if `value` is nothing of the kind.
	"""
	return [
		line
		for section in sections(value, lang, names)
		for line in (*filter(None, [section.heading]), *section.told, *section.figures)
	]


@dataclass(frozen=True)
class Section:
	"""A part of the minutes. `told`: what happened; `figures`: what a table beside the minutes may show instead."""

	heading: str = ""
	told: tuple[str, ...] = ()
	figures: tuple[str, ...] = ()


def sections(value: Any, lang: str, names: Mapping[str, str] | None = None) -> list[Section]:
	"""The same minutes in parts."""
	try:
		return list(_Minutes(value, lang, names or {}).sections())
	except (KeyError, TypeError, AttributeError, IndexError) as error:
		raise MalformedRecordError(_NOT_A_RESULT) from error
	except ElectionError as error:
		raise MalformedRecordError(str(error)) from error


_NOT_A_RESULT = "This is not a result: something that a result has is missing or of another kind."


class _Minutes:
	"""One result on its way into words."""

	def __init__(self, value: Any, lang: str, names: Mapping[str, str]) -> None:
		record = _inside(_inside(value, "package"), "record")
		value = _inside(record, "result")
		if not isinstance(value, Mapping) or not {"method", "seats", "ballots", "candidates"} <= set(value):
			raise MalformedRecordError(
				"This is not a result: it has no method, seats, ballots and candidates."
			)
		self.value, self.lang, self.words = value, lang, WORDS[lang]
		self.rules = _list(value.get("rules"))
		self.rows = _list(value["candidates"])
		contest = record.get("contest") or {}
		self.title = contest.get("title") or value.get("title")
		self.lot_minutes = (record.get("lot") or {}).get("minutes")
		self.online = record.get("online")
		people = [*_list(contest.get("candidates")), *_list(contest.get("seated"))]
		self.known = {person["id"]: person["name"] for person in people if person["name"]} | dict(names)

	def sections(self) -> Iterable[Section]:
		yield Section(told=tuple(self._contest()))
		yield from self._rounds()
		yield Section(self.words["candidates"], figures=tuple(self._candidates()))
		yield Section(told=tuple(self._lots()))
		yield self._elected()
		yield Section(told=tuple(self._tie()))

	def _contest(self) -> Iterable[str]:
		value, words = self.value, self.words
		method = _text(value["method"])
		if self.title:
			yield words["title"].format(self._shown(self.title))
		named = method in words["form"]
		yield (
			words["counted_by"]
			.format(
				form(method, self.lang) if named else self._shown(method),
				about_form(method, self.lang) if named else "",
			)
			.rstrip()
		)
		yield words["seats"].format(_number(value["seats"]))
		if value.get("max_choices") is not None:
			allowed = {"cumulative": "points", "irv": "preferences", "stv": "preferences"}.get(
				method, "max_choices"
			)
			yield words[allowed].format(_number(value["max_choices"]))
		for number, said in enumerate(self.rules, start=1):
			yield words["seat_rule"].format(number, rule(said, self.lang))
		if withdrawn := _list(value.get("withdrawn")):
			yield words["withdrawn"].format(self._names(withdrawn))
		ballots = {kind: _whole(value["ballots"][kind]) for kind in ("valid", "blank", "spoiled")}
		yield words["ballots"].format(total=sum(ballots.values()), **ballots)
		if self.online:
			yield words["online"].format(_number(self.online["ballots"]))
			if _whole(self.online["unreadable"]):
				yield words["unreadable"].format(_number(self.online["unreadable"]))
		if value.get("quota") is not None:
			yield words["quota"].format(_number(value["quota"]))

	def _rounds(self) -> Iterable[Section]:
		"""What happened, round by round; of a single round only the seats that a rule moved."""
		rounds = _list(self.value.get("rounds"))
		if len(rounds) == 1:
			events = [event for event in _list(rounds[0]["events"]) if event["code"] == EVENT_RULE]
			yield Section(told=tuple(map(self._moved, events)))
			return
		for held in rounds:
			yield Section(
				self.words["round"].format(_number(held["number"])),
				tuple(self._event(event, held) for event in _list(held["events"])),
				tuple(self._votes(held)),
			)

	def _votes(self, held: Mapping[str, Any]) -> Iterable[str]:
		votes = sorted(held["votes"].items(), key=lambda item: (-_size(item[1]), self._name(item[0])))
		for candidate, number in votes:
			yield self.words["votes"].format(self._name(candidate), _number(number))
		if _size(held["exhausted"]):
			yield self.words["exhausted"].format(_number(held["exhausted"]))

	def _moved(self, event: Mapping[str, Any]) -> str:
		"""A seat that a rule moved: who has it, then who would have it without the rule."""
		said = _list(event["candidates"])
		first, others = said[0], said[1:]
		kind = "kept" if first not in _list(self.value["elected"]) else "moved" if others else "given"
		return self.words["rule_event"][kind].format(
			rules=_rules(event["rules"], self.lang, self.rules),
			first=self._name(first),
			others=self._names(others),
		)

	def _event(self, event: Mapping[str, Any], held: Mapping[str, Any]) -> str:
		said = _list(event["candidates"])
		rules = _rules(event.get("rules") or (), self.lang, self.rules)
		figures = {
			name: self._shown(figure) if isinstance(figure, str) else _number(figure)
			for name, figure in event["figures"].items()
		}
		figures |= {"names": self._names(said) if said else None, "rules": rules, "why": None}
		if why := event["figures"].get("why"):
			inner = {"round": _number(held["number"]), "rules": rules}
			figures["why"] = _sentence(self.words["reason"][why], inner)
		return _sentence(self.words["event"][event["code"]], figures)

	def _candidates(self) -> Iterable[str]:
		for row in self.rows:
			yield self.words["candidate"].format(
				self._name(row["candidate"]), _number(row["votes"]), reason(row, self.lang, self.rules)
			)

	def _lots(self) -> Iterable[str]:
		for lot in _list(self.value.get("lots")):
			yield self.words["lot"][lot["about"]].format(self._names(lot["order"]))
		if self.lot_minutes:
			yield self.words["lot_minutes"].format(self._shown(self.lot_minutes))

	def _elected(self) -> Section:
		elected = _list(self.value.get("elected"))
		if not elected:
			return Section(told=(self.words["nobody"],))
		places = {row["candidate"]: row.get("seat_order") for row in self.rows}
		return Section(
			self.words["result"],
			figures=tuple(
				self.words["seat"].format(number if place is None else _whole(place), self._name(candidate))
				for number, candidate in enumerate(elected, start=1)
				for place in [places[candidate]]
			),
		)

	def _tie(self) -> Iterable[str]:
		tie = self.value.get("tied")
		if tie:
			about = tie.get("about", "seat")
			yield self.words["tie"][about].format(
				names=self._names(tie["candidates"]), seats=_number(tie["seats"])
			)
			yield self.words["way_on"][NO_MAJORITY if about == NO_MAJORITY else "tie"]
		if vacant := _whole(self.value.get("vacant") or 0):
			yield self.words["vacant"].format(vacant)

	def _name(self, candidate: Any) -> str:
		return self._shown(self.known.get(candidate, candidate))

	def _names(self, candidates: Any) -> str:
		return self.words["comma"].join(map(self._name, _list(candidates)))

	def _shown(self, text: Any) -> str:
		return _isolated(_text(text), self.lang)


def _inside(value: Any, key: str) -> Any:
	"""What `value` holds under `key`; itself if it holds nothing there."""
	return value[key] if isinstance(value, Mapping) and isinstance(value.get(key), Mapping) else value


def _group(said: SeatRule, lang: str) -> str:
	"""Whom a rule is about: “women”, “younger than 30”, “district”."""
	words = WORDS[lang]
	attribute = words["attribute"].get(said.attribute.lower()) or _isolated(said.attribute, lang)
	if said.each:
		return words["one"].get(said.attribute.lower()) or words["one of"].format(attribute)
	if said.value is not None:
		group = words["group"].get(f"{said.attribute} {said.value}".lower())
		return group or words["rule"]["is"].format(attribute, _isolated(said.value, lang))
	which = "from to" if said.below is not None and said.at_least is not None else None
	which = which or ("below" if said.below is not None else "at_least")
	numbers = {
		"from to": (said.at_least, (said.below or 0) - 1),
		"below": (said.below,),
		"at_least": (said.at_least,),
	}[which]
	if said.attribute.lower() == "age":
		return words["rule"][f"age {which}"].format(*numbers)
	return words["rule"][which].format(attribute, *numbers)


def _rules(places: Iterable[int], lang: str, rules: Sequence[Mapping[str, Any] | SeatRule]) -> str | None:
	"""The rules at `places` in words; None if they are not known."""
	known = [rule(rules[place], lang) for place in places if 0 <= place < len(rules)]
	return WORDS[lang]["semicolon"].join(known) or None


def _sentence(choices: Iterable[str], figures: Mapping[str, Any]) -> str:
	"""The first of `choices` whose places can all be filled; the last has none that is not always known."""
	known = {name: figure for name, figure in figures.items() if figure is not None}
	for sentence in choices:
		try:
			return sentence.format_map(known)
		except KeyError:
			continue
	raise KeyError("no sentence fits")


def _isolated(text: str, lang: str) -> str:
	"""`text` on one line, and between isolates where its letters run the other way."""
	text = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign for sign in text)
	if any(unicodedata.bidirectional(sign) in _OTHER_DIRECTION[lang] for sign in text):
		return f"{_ISOLATE}{text}{_END_ISOLATE}"
	return text


# A result may come from a file that anybody wrote: what is not of its kind raises TypeError.


def _text(value: Any) -> str:
	if not isinstance(value, str):
		raise TypeError("not a text")
	return value


def _list(value: Any) -> Sequence[Any]:
	if value is None:
		return ()
	if not isinstance(value, (list, tuple)):
		raise TypeError("not a list")
	return value


def _whole(value: Any) -> int:
	if not isinstance(value, int) or isinstance(value, bool):
		raise TypeError("not a whole number")
	return value


def _number(value: Any) -> str:
	"""A whole number, or the text of a number with a fraction."""
	_size(value)
	return str(value)


def _size(value: Any) -> Decimal:
	"""How large a number is, to put rows in order."""
	if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,99}(\.[0-9]{1,99})?", value):
		raise TypeError("not a number")
	return Decimal(value if isinstance(value, str) else _whole(value))
