"""Word sheets of the committee: a seed split by SLIP-39, any k of n sheets giving it back.

Pure: values in, values out. Each sheet is one share of one group (Shamir's scheme over GF(256), with a digest of
the secret and a checksum per sheet), 20 words from a list of 1,024 English ones that differ in their first four
letters. shamir-mnemonic is the authors' own implementation of https://github.com/satoshilabs/slips/blob/master/slip-0039.md
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

WORDS = 20  # of a sheet, for a seed of 16 bytes
FEWEST = 2
_TELLING = 4  # letters in which every word differs from all others

_BY_BEGINNING = {word[:_TELLING]: word for word in WORDLIST}
_LETTERS = re.compile("[a-z]+")

# What can be wrong with what was typed.
LENGTH, UNKNOWN_WORD, CHECKSUM, NO_SHEET = "length", "unknown word", "checksum", "no sheet of ours"
TWICE, OTHER_KEY, TOO_FEW, DO_NOT_FIT = "twice", "other key", "too few", "do not fit"


class SheetError(Exception):
	"""One of the constants above, and where: `sheet` and `word` count from 1 in the order typed. `number`: of words
	or sheets there are; `other`: another sheet that it clashes with. Never a word that was typed."""

	def __init__(self, problem: str, sheet: int = 0, word: int = 0, number: int = 0, other: int = 0) -> None:
		super().__init__(problem)
		self.problem, self.sheet, self.word = problem, sheet, word
		self.number, self.other = number, other


def split(seed: bytes, needed: int, sheets: int) -> list[str]:
	"""`sheets` sheets, of which any `needed` give `seed` back; in their order, the first being sheet 1."""
	(group,) = generate_mnemonics(1, [(needed, sheets)], seed)
	return group


def combine(typed: Sequence[str]) -> tuple[bytes, list[int]]:
	"""The seed, and the number of each sheet in the order typed. Raises SheetError.

	More sheets than are needed may be given: then each of them has been part of giving the seed.
	"""
	read = [_read(text, place) for place, text in enumerate(typed, start=1)]
	_require_one_key(read)
	_require_different(read)
	needed = read[0].member_threshold if read else FEWEST
	if len(read) < needed:
		raise SheetError(TOO_FEW, number=needed)
	seeds = set()
	for first in range(0, len(read), needed):
		# The last ones once more with some before them, where they alone are too few.
		some = read[first : first + needed] if first + needed <= len(read) else read[-needed:]
		seeds.add(_seed_of(some))
	if len(seeds) > 1:
		raise SheetError(DO_NOT_FIT)
	return seeds.pop(), [share.index + 1 for share in read]


def _read(text: str, place: int) -> Share:
	# Whatever stands between the words: numbers as printed, blanks, dashes, line ends.
	words = _LETTERS.findall((text or "").lower())
	known = [_BY_BEGINNING.get(word[:_TELLING]) for word in words]
	if None in known:
		raise SheetError(UNKNOWN_WORD, place, word=known.index(None) + 1)
	if len(known) != WORDS:
		raise SheetError(LENGTH, place, number=len(known))
	try:
		share = Share.from_mnemonic(" ".join(known))
	except MnemonicError:
		share = None
	if share is None:  # outside the handler: the library's error quotes the first words
		raise SheetError(CHECKSUM, place)
	if share.group_count != 1 or share.member_threshold < FEWEST:
		raise SheetError(NO_SHEET, place)
	return share


def _require_one_key(read: Sequence[Share]) -> None:
	keys = [share.group_parameters() for share in read]
	# Of two that differ nobody can tell which is the wrong one; of more, the odd one.
	(most, times), *others = Counter(keys).most_common() or [(None, 0)]
	for place, key in enumerate(keys, start=1):
		if key != most:
			odd = times > others[0][1]
			raise SheetError(OTHER_KEY, place, other=0 if odd else keys.index(most) + 1)


def _require_different(read: Sequence[Share]) -> None:
	seen: dict[int, int] = {}
	for place, share in enumerate(read, start=1):
		if share.index in seen:
			raise SheetError(TWICE, place, other=seen[share.index])
		seen[share.index] = place


def _seed_of(shares: Sequence[Share]) -> bytes:
	seed = None
	try:
		seed = combine_mnemonics([share.mnemonic() for share in shares])
	except MnemonicError:
		pass
	if seed is None:
		raise SheetError(DO_NOT_FIT)
	return seed
