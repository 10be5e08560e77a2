"""A lot that anyone can repeat with paper and `sha256sum`.

1. Before voting opens the committee writes a seed (dice, words from several members), seals it, and prints its
   `commitment`. So nobody can change the seed once the votes are known.
2. When the box is closed its root is printed. So nobody can choose a seed for an order they want: the root is
   not known when the seed is committed. Whoever knows the seed before the box is closed could try out ballots
   until the lot suits: it stays sealed until then, and it is long, for a short one is guessed back from its
   commitment.
3. For a tie the seed is opened, and for each of the tied the SHA-256 of “seed|root|name” is taken. The
   smallest comes first.

One seed serves every tie of a count. It draws, in effect, one order of all candidates, and each tie reads its
part of it. Every order of all is as likely as every other, so of the tied each order is as likely as every
other; and each name is hashed once, however many ties it is in. (The ties are not independent: who was drawn
before others in one is a little more likely to be so in the next. Nobody can use that, and it favours nobody
beforehand.)
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aso_network.elections.canonical import sha256_hex
from aso_network.elections.errors import LotInputError

SEPARATOR = "|"

_WORDS = {
	"en": {
		"seed": "The seed:",
		"commitment": "Its hash, as printed before voting opened:",
		"root": "The root of the closed box:",
		"each": "For each of the tied, the hash of “seed|root|name”; the smallest comes first:",
		"order": "The order drawn: {0}.",
		"comma": ", ",
	},
	"ar": {
		"seed": "البذرة:",
		"commitment": "بصمتها كما طُبعت قبل فتح باب التصويت:",
		"root": "جذر الصندوق المغلق:",
		"each": "لكلّ واحد من المتعادلين بصمة النصّ «البذرة|الجذر|الاسم»، والأصغر يأتي أولًا:",
		"order": "ترتيب القرعة: {0}.",
		"comma": "، ",
	},
}
LANGUAGES = tuple(_WORDS)


@dataclass(frozen=True)
class Draw:
	"""A lot. `order`: the names as drawn; `steps`: for each of them, in that order, the text hashed and its hash."""

	seed: str
	root: str
	order: tuple[str, ...]
	steps: tuple[tuple[str, str], ...]

	def lines(self, lang: str = "en", names: Mapping[str, str] | None = None) -> list[str]:
		"""What is printed: each text as a command that repeats its hash. `lang`: one of LANGUAGES.

		`names`: a name to show beside an id, where what is drawn are ids.
		"""
		words, shown = _WORDS[lang], [(names or {}).get(name) or name for name in self.order]
		lines = [words["seed"], _command(self.seed), words["commitment"], commitment(self.seed)]
		lines += [words["root"], self.root, words["each"]]
		for place, (name, (text, digest)) in enumerate(zip(shown, self.steps, strict=True), start=1):
			lines += [f"{place}. {name}", _command(text), digest]
		return [*lines, words["order"].format(words["comma"].join(shown))]


def commitment(seed: str) -> str:
	"""What is printed before voting opens: the SHA-256, in hexadecimal digits, of the UTF-8 of the seed in
	Unicode form NFC without white space at either end. `printf '%s' 'the seed' | sha256sum` repeats it.

	Raises LotInputError, as `draw` does.
	"""
	return sha256_hex(_seed(seed).encode())


def draw(seed: str, root: str, names: Iterable[str]) -> Draw:
	"""Order `names`, whatever order they come in.

	Seed and names are hashed in Unicode form NFC without white space at either end, the root in small letters.
	A seed has no “|”, a root has only digits, so each text can be read in one way only.

	Raises LotInputError: an empty seed, one with “|”, a control character or half a letter in seed or name, a
	root that is not 64 hexadecimal digits, no name, an empty name, the same name twice.
	"""
	seed, root = _seed(seed), _root(root)
	texts = _texts(seed, root, list(names))
	drawn = sorted((sha256_hex(text.encode()), text, name) for text, name in texts.items())
	return Draw(
		seed, root, tuple(name for _, _, name in drawn), tuple((text, digest) for digest, text, _ in drawn)
	)


def _seed(seed: str) -> str:
	seed = _clean(seed, "seed")
	if SEPARATOR in seed:
		raise LotInputError("The seed of the lot has no “|” in it: the sign separates it from the rest.")
	return seed


def _root(root: str) -> str:
	root = root.strip().lower() if isinstance(root, str) else ""
	if not re.fullmatch(r"[0-9a-f]{64}", root):
		raise LotInputError("The root of the box is 64 hexadecimal digits.")
	return root


def _texts(seed: str, root: str, names: list[str]) -> dict[str, str]:
	"""Text to be hashed → name."""
	if not names:
		raise LotInputError("There is nobody to draw a lot among.")
	texts = {f"{seed}{SEPARATOR}{root}{SEPARATOR}{_clean(name, 'name')}": name for name in names}
	if len(texts) != len(names):
		raise LotInputError("The same name stands twice in the lot.")
	return texts


def _clean(text: str, what: str) -> str:
	text = unicodedata.normalize("NFC", text).strip() if isinstance(text, str) else ""
	if not text:
		raise LotInputError(f"A {what} of the lot is empty.")
	if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
		raise LotInputError(f"A {what} of the lot has a sign in it that nobody can type or print.")
	return text


def _command(text: str) -> str:
	return f"printf '%s' {shlex.quote(text)} | sha256sum"
