"""What `aso-network verify` finds in a file, and how it says so."""

from __future__ import annotations

from dataclasses import dataclass

from aso_network.elections.findings_words import SENTENCES


@dataclass(frozen=True)
class Finding:
	"""One sentence of a report: what `verify` compared, found different, or cannot know."""

	code: str
	values: tuple[str, ...] = ()
	is_difference: bool = True

	def sentence(self, lang: str = "en") -> str:
		return SENTENCES[self.code][lang].format(*map(_on_one_line, self.values))


@dataclass(frozen=True)
class Report:
	"""What was found, in the order in which it was looked for.

	`agrees`, `differs`: codes of the sentence that comes first, where the findings alone do not say it;
	`tail`: what the file alone cannot prove.
	"""

	findings: tuple[Finding, ...]
	tail: Finding
	agrees: str = ""
	differs: str = ""

	@property
	def ok(self) -> bool:
		"""Nothing differs."""
		return not self.differences

	@property
	def differences(self) -> tuple[Finding, ...]:
		return tuple(finding for finding in self.findings if finding.is_difference)

	def lines(self, lang: str = "en") -> list[str]:
		"""One sentence each: first whether all agrees, last what this file alone cannot prove."""
		first = self.agrees if self.ok else self.differs
		heads = [Finding(first, (str(len(self.differences)),))] if first else []
		return [finding.sentence(lang) for finding in (*heads, *self.findings, self.tail)]


def _on_one_line(text: str) -> str:
	"""`text` without what could pass for another sentence or steer a terminal. Joiners stay: names have them."""
	return "".join(sign if sign.isprintable() or sign in "\u200c\u200d" else "\ufffd" for sign in text)
