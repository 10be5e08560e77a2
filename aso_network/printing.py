"""Arabic that every printer of pages sets in its place."""

from __future__ import annotations

import html
import re

# Letters and their marks, without digits and punctuation.
_ARABIC = r"\u0621-\u065f\u0670-\u06ef\u06fa-\u06ff"
# Unicode's isolates, which only newer browsers know, as the element that all know.
_ISOLATES = {"\u2068": "<bdi>", "\u2069": "</bdi>"}
_HAS_ARABIC = re.compile(f"[{_ARABIC}]")
_RUN = re.compile(rf"[\u2068\u2069]|[{_ARABIC}]+|[^{_ARABIC}\u2068\u2069]+")


def in_spans(text: str | None) -> str:
	"""`text` as HTML: where there is Arabic in it, each word, and in it each run of Arabic or of other signs, in an
	element of its own.

	wkhtmltopdf measures a line of Arabic wrongly that has a digit or a colon in it, and prints it beside its place.
	"""
	text = text or ""
	if not _HAS_ARABIC.search(text):
		return "".join(_element(run, "{}") for run in _RUN.findall(text))
	return " ".join("".join(_element(run) for run in _RUN.findall(word)) for word in text.split())


def _element(run: str, element: str = "<span>{}</span>") -> str:
	return _ISOLATES.get(run) or element.format(html.escape(run))
