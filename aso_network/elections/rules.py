"""Seat rules in the words they are adopted in: “at least 3 women”, “at most one per organisation”."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from aso_network.elections.errors import InvalidRuleError


@dataclass(frozen=True)
class SeatRule:
	"""At least `minimum` and at most `maximum` of the elected have …

	- `value`: … exactly this value of `attribute` (“gender” is “woman”), or
	- `below` / `at_least`: … a number below / of at least this (“age” below 30), or
	- `each`: … each value of `attribute` that any candidate has (each district, each organisation).

	Exactly one of the three. A candidate without the attribute belongs to no group of it, nor one who has a text
	where a number is asked for: whoever writes rules by hand is told of both (`cli`).

	Raises InvalidRuleError.
	"""

	attribute: str
	minimum: int = 0
	maximum: int | None = None
	value: str | None = None
	below: int | None = None
	at_least: int | None = None
	each: bool = False

	def __post_init__(self) -> None:
		if not isinstance(self.attribute, str) or not self.attribute:
			raise InvalidRuleError("A seat rule names an attribute of the candidates.")
		numbers = (self.minimum, self.maximum, self.below, self.at_least)
		if not all(n is None or (isinstance(n, int) and not isinstance(n, bool) and n >= 0) for n in numbers):
			raise InvalidRuleError("The numbers of a seat rule are whole numbers.")
		if self.minimum is None or not (self.minimum or self.maximum is not None):
			raise InvalidRuleError("A seat rule has a minimum or a maximum.")
		if self.maximum is not None and self.maximum < self.minimum:
			raise InvalidRuleError("The maximum of a seat rule is below its minimum.")
		if self.below is not None and self.at_least is not None and self.at_least >= self.below:
			raise InvalidRuleError(
				"No number is both of at least the one and below the other of a seat rule."
			)
		of = [self.value is not None, self.below is not None or self.at_least is not None, bool(self.each)]
		if of.count(True) != 1:
			raise InvalidRuleError(
				"A seat rule is about one value, about numbers below or above, or about each value."
			)

	def groups(
		self, attributes: Mapping[str, Mapping[str, str | int]], candidates: Iterable[str]
	) -> dict[str, frozenset[str]]:
		"""Group label → the `candidates` in it. One group, or one per value for `each` (sorted by label)."""
		having = {c: attributes.get(c, {}).get(self.attribute) for c in candidates}
		if self.each:
			values = sorted({str(v) for v in having.values() if v not in (None, "")})
			return {
				v: frozenset(c for c, own in having.items() if own is not None and str(own) == v)
				for v in values
			}
		return {self.label: frozenset(c for c, own in having.items() if self._covers(own))}

	@property
	def label(self) -> str:
		"""The group in short: “woman”, “<30”, “>=18”, “18..29”, “*” for each."""
		if self.each:
			return "*"
		if self.value is not None:
			return self.value
		if self.below is not None and self.at_least is not None:
			return f"{self.at_least}..{self.below - 1}"
		return f"<{self.below}" if self.below is not None else f">={self.at_least}"

	@property
	def is_printable(self) -> bool:
		"""No line break, terminal escape or half of a character in its words, as `Contest` asks of a rule that people
		adopt and sign. (A counting form may make rules of its own beside those.)"""
		return not any(category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in f"{self.attribute}{self.value}")

	def _covers(self, own: str | int | None) -> bool:
		if own in (None, ""):
			return False
		if self.value is not None:
			return str(own) == self.value
		if not isinstance(own, int) or isinstance(own, bool):
			return False
		return (self.below is None or own < self.below) and (self.at_least is None or own >= self.at_least)


# The words of a rule in JSON → the field. {"attribute": "gender", "is": "woman", "min": 3}
_WORDS = {
	"attribute": "attribute",
	"min": "minimum",
	"max": "maximum",
	"is": "value",
	"below": "below",
	"at_least": "at_least",
	"each": "each",
}


def as_json_value(rule: SeatRule) -> dict[str, Any]:
	"""The rule as plain JSON types; what it does not say is left out."""
	said = {word: getattr(rule, name) for word, name in _WORDS.items()}
	return {
		word: value
		for word, value in said.items()
		# By identity: 0 equals False, but a maximum of 0 is a rule.
		if value is not None and value is not False and (word, value) != ("min", 0)
	}


def from_json_value(value: Any) -> SeatRule:
	"""The reverse of `as_json_value`; raises InvalidRuleError, which names a word that no rule has."""
	if not isinstance(value, dict):
		raise InvalidRuleError(
			'A seat rule is an object such as {"attribute": "gender", "is": "woman", "min": 3}.'
		)
	if unknown := sorted(set(value) - set(_WORDS)):
		raise InvalidRuleError(f"A seat rule has no “{unknown[0]}”; it has {', '.join(_WORDS)}.")
	if "attribute" not in value:
		raise InvalidRuleError("A seat rule names an attribute of the candidates.")
	for word, kind in (("attribute", str), ("is", str), ("each", bool)):
		if word in value and not isinstance(value[word], kind):
			raise InvalidRuleError(
				f"“{word}” of a seat rule is {'a text' if kind is str else 'true or false'}."
			)
	return SeatRule(**{_WORDS[word]: said for word, said in value.items()})
