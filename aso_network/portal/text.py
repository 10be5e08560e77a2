"""What may come out of a text field of a form. Pure: text in, text out."""

from __future__ import annotations

import re
import unicodedata

# More than any field takes. What is longer is cut, and then found to be too long.
_LONGEST = 20_000
# Letters with more marks than this are in no language (Unicode's Stream-Safe Text Format). Putting the marks in
# order takes the square of their number: minutes for what fits into one request.
_MOST_MARKS = 30
# Marks that turn the direction of what follows, also of what stands beside the field: a name could show as another.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,28}[0-9]")
_EMAIL = re.compile(
	r"[^\s@<>\"',;:]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?\.[a-z0-9-]{2,24}", re.IGNORECASE
)


def clean(text: str | None, lines: bool = False) -> str:
	"""`text` without control characters and direction overrides, trimmed; on one line unless `lines`."""
	text = unicodedata.normalize("NFC", few_marks((text or "")[:_LONGEST]))
	text = _TURNING.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
	text = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
	if lines:
		return "\n".join(line.rstrip() for line in text.strip().split("\n"))
	return " ".join(text.split())


def few_marks(text: str) -> str:
	"""`text` with at most `_MOST_MARKS` combining marks after each other."""
	kept, run = [], 0
	for char in text:
		run = run + 1 if unicodedata.combining(char) else 0
		if run <= _MOST_MARKS:
			kept.append(char)
	return "".join(kept)


def digits(text: str) -> str:
	"""`text` with the digits of every script as 0-9."""
	return "".join(
		str(unicodedata.digit(char)) if unicodedata.category(char) == "Nd" else char for char in text
	)


def phone(text: str) -> str | None:
	"""A telephone number in plain digits, or None."""
	text = digits(text)
	return text if _PHONE.fullmatch(text) else None


def email(text: str) -> str | None:
	"""An e-mail address in lower case, or None."""
	return text.lower() if len(text) <= 140 and _EMAIL.fullmatch(text) else None
