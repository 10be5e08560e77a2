"""The order of names in a list, as a reader of the language looks for them. Pure: text in, a key out.

- Arabic: the letters in their order whatever the spelling: أ إ آ ا are one letter, ة is ه, ى is ي, tashkeel and
  tatweel count for nothing, Persian and Kurdish letters stand behind their nearest relative. The article of the
  first word is passed over, as catalogues do: الأمل stands under أ, not among everything that begins with ال.
- Kurdish in Latin letters: ç after c, ê after e, î after i, ş after s, û after u.
- A name in another script (where one in the visitor's language is missing) comes after the others.
- Numbers in a name count as numbers: 9 before 10.
"""

from __future__ import annotations

import re
import unicodedata

from aso_network import names

_ARABIC = "ابپتثجچحخدذرزژسشصضطظعغفڤقكگلمنهوي"
_KURDISH = "abcçdeêfghiîjklmnopqrsştuûvwxyz"
_ALPHABETS = {"ar": _ARABIC, "ckb": _ARABIC, "ku": _KURDISH}
_PLACES = {
	code: {letter: place for place, letter in enumerate(alphabet, 1)} for code, alphabet in _ALPHABETS.items()
}
# In a shorter word these two letters are its own.
_ARTICLE = re.compile(r"^ال(?=\w{3})")
_PIECES = re.compile(r"\d+|\D")

SortKey = tuple[tuple[int, int], ...]


def sort_key(text: str | None, language: str) -> SortKey:
	"""What to sort `text` by for a reader of `language`: order is (spaces, numbers, letters, other scripts)."""
	places = _PLACES.get(language, {})
	return tuple(_piece(piece, places) for piece in _PIECES.findall(_spelling(text, language)))


def _spelling(text: str | None, language: str) -> str:
	if language == "ku":
		# The letters with a mark are letters of their own here; everywhere else the mark is taken off.
		text = unicodedata.normalize("NFC", text or "").casefold()
		return " ".join(
			"".join(char if char in _KURDISH else names.normalize(char) or " " for char in text).split()
		)
	return _ARTICLE.sub("", names.normalize(text), count=1)


def _piece(piece: str, places: dict[str, int]) -> tuple[int, int]:
	if piece == " ":
		return 0, 0
	if piece.isdigit():
		return 1, int(piece)
	if piece in places:
		return 2, places[piece]
	# Without an alphabet of its own the language reads Latin letters.
	return (2, ord(piece)) if not places and piece < "\u0250" else (3, ord(piece))
