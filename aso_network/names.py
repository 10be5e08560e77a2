"""When two spellings are the same name. Pure: text in, text out.

Names arrive typed on many keyboards: with or without hamza, tashkeel, tatweel and hyphens, with Persian or
Kurdish forms of a letter, with a dot under the wrong ى. `normalize` takes these away for search, `key` also
the spaces, so that two records of one organisation get the same key.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# Letters that are the same to a reader but that Unicode does not decompose. (What it decomposes, as أ إ آ ؤ ئ,
# loses its mark below.) Kurdish letters go to the Arabic ones that people type where the keyboard lacks them.
_LETTERS = str.maketrans(
	{
		"ٱ": "ا",
		"ة": "ه",
		"ھ": "ه",
		"ہ": "ه",
		"ە": "ه",
		"ى": "ي",
		"ی": "ي",
		"ێ": "ي",
		"ې": "ي",
		"ک": "ك",
		"ڪ": "ك",
		"ۆ": "و",
		"ڕ": "ر",
		"ڵ": "ل",
		"ء": None,
		"ـ": None,
		"ı": "i",
		"ø": "o",
		"đ": "d",
		"ł": "l",
		# An apostrophe joins (Be'r, Ya'robiyah); it does not part two words.
		"'": None,
		"`": None,
		"’": None,
		"‘": None,
		"ʼ": None,
		"ʿ": None,
		"ʾ": None,
	}
)


def normalize(text: str | None) -> str:
	"""The words of `text` in one spelling, lower case, one space between two of them; "" if there is no word.

	`key` does the same without spaces. Idempotent.
	"""
	text = unicodedata.normalize("NFKD", text or "").casefold()
	text = unicodedata.normalize("NFKD", text).translate(_LETTERS)
	return " ".join("".join(_plain(char) for char in text).split())


def key(text: str | None) -> str:
	"""What two spellings of one name have in common: `normalize` without the spaces ("Al-Amal" = "alamal")."""
	return normalize(text).replace(" ", "")


def keys(texts: Iterable[str | None]) -> list[str]:
	"""The distinct keys of `texts` in their order; empty ones left out."""
	return list(dict.fromkeys(k for k in map(key, texts) if k))


def lines(text: str | None) -> list[str]:
	"""The non-empty lines of a field that holds one name per line."""
	return [line.strip() for line in (text or "").splitlines() if line.strip()]


def field_for(language: str | None) -> str:
	"""The field that holds a name in `language` ("ar", "ku", "ckb-IQ", "en-GB" …): name_ar, name_ku, name_en."""
	code = (language or "en").replace("_", "-").split("-")[0]
	return {"ar": "name_ar", "ku": "name_ku", "ckb": "name_ku", "kmr": "name_ku"}.get(code, "name_en")


def _plain(char: str) -> str:
	"""One character of a key: letters stay, digits become ASCII, marks vanish, all else parts words."""
	category = unicodedata.category(char)
	if category == "Nd":
		return str(unicodedata.digit(char))
	if category[0] in "LN":
		return char
	# Tashkeel and accents; then joiners and the marks of writing direction.
	if category in ("Mn", "Me", "Cf"):
		return ""
	return " "
