"""What the readers of ballot files (`blt`, `ballot_csv`) share: the limits, the errors, the sums."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import BinaryIO

from aso_network.elections.ballots import POINTS, RANKING
from aso_network.elections.contest import Contest, Papers
from aso_network.elections.errors import BallotFileError, ElectionError

# Beyond these a file is taken for a slip, and is refused before it takes time or memory.
MOST_CANDIDATES = 500
MOST_SEATS = 500
LONGEST_NUMBER = 15  # digits; larger ones are not exact in every reader of JSON
LONGEST_LINE = 8 * 2**20  # bytes

BLOCK = 64 * 1024  # bytes read at once; small enough for a processor's cache

Progress = Callable[[int], None]


@dataclass(frozen=True)
class BallotFile:
	"""A file that was read. Candidates go by their names, in `contest` and in `papers`.

	`withdrawn`: names of those who stand no more; they are not in the contest, and no mark for them counts.
	"""

	contest: Contest
	papers: Papers
	title: str = ""
	withdrawn: tuple[str, ...] = ()


@dataclass
class Sums:
	"""Papers added up by the numbers that the file has for candidates, until their names are known.

	`contest`: form, seats and max choices; its candidates are not known yet.
	"""

	contest: Contest
	votes: dict[str, int] = field(default_factory=dict)
	valid: int = 0
	blank: int = 0
	spoiled: int = 0
	rankings: dict[tuple[str, ...], int] = field(default_factory=dict)

	def add(self, marks: Sequence[str], weight: int, spoiled: bool = False) -> None:
		"""One paper; `marks` in the order of preference, or with a candidate as often as it has points."""
		allowed = self.contest.allowed
		if spoiled or (allowed is not None and len(marks) > allowed):
			self.spoiled += weight
		elif not marks:
			self.blank += weight
		else:
			self.valid += weight
			if self.contest.kind == RANKING:
				key = tuple(marks)
				self.rankings[key] = self.rankings.get(key, 0) + weight
			else:
				for mark in marks:
					self.votes[mark] = self.votes.get(mark, 0) + weight

	def merge(
		self,
		valid: int,
		blank: int,
		spoiled: int,
		votes: Iterable[Mapping[str, int]],
		rankings: Mapping[tuple[str, ...], int],
	) -> None:
		"""Papers that somebody else judged and added up."""
		self.valid += valid
		self.blank += blank
		self.spoiled += spoiled
		for counted in votes:
			for mark, more in counted.items():
				self.votes[mark] = self.votes.get(mark, 0) + more
		for ranking, more in rankings.items():
			self.rankings[ranking] = self.rankings.get(ranking, 0) + more

	def papers(self, names: dict[str, str]) -> Papers:
		"""What was added up, by name; `names`: number → name of those who stand. Empties the sums."""
		votes = {name: self.votes.get(number, 0) for number, name in names.items()}
		rankings: dict[tuple[str, ...], int] = {}
		while self.rankings:
			ranking, weight = self.rankings.popitem()
			said = tuple(names[number] for number in ranking)
			rankings[said] = weight
			votes[said[0]] += weight
		return Papers(votes, self.valid, self.blank, self.spoiled, rankings)

	@property
	def may_repeat(self) -> bool:
		"""Whether a candidate may stand on a paper more than once."""
		return self.contest.kind == POINTS


def contest(form: str, seats: int, max_choices: int | None, line: int) -> Contest:
	"""The contest before its candidates are known; raises BallotFileError at `line` if it cannot be."""
	if seats > MOST_SEATS:
		raise BallotFileError(f"more than {MOST_SEATS} seats; a number of seats is expected", line)
	try:
		return Contest(form, (), seats, max_choices)
	except ElectionError as error:
		raise BallotFileError(in_a_line(str(error)), line) from error


def with_candidates(empty: Contest, names: Sequence[str]) -> Contest:
	return replace(empty, candidates=tuple(names))


@lru_cache(4096)
def number(word: str) -> int | None:
	"""The whole number that `word` is: digits 0 to 9, no sign, no leading zero; None if it is none, or longer
	than any that a count can need."""
	if len(word) <= LONGEST_NUMBER and re.fullmatch(r"0|[1-9][0-9]*", word):
		return int(word)
	return None


def weight(word: str, line: int) -> int:
	"""How many ballots a paper counts as; raises BallotFileError."""
	if not (value := number(word)):
		raise BallotFileError(
			f"a weight is a whole number of at least 1 with at most {LONGEST_NUMBER} digits (0-9)", line
		)
	return value


class Names:
	"""The candidates' names as they are read: each there, printable and different from the others."""

	def __init__(self) -> None:
		self.lines: dict[str, int] = {}
		self.read: list[str] = []

	def add(self, text: str, line: int) -> None:
		name = text.strip()
		if not name:
			raise BallotFileError("a candidate has no name; a name is expected", line)
		if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in name):
			raise BallotFileError(
				"a name has a control character in it; letters and signs are expected", line
			)
		# Two spellings of the same letters, and more or less space, look the same on paper.
		key = " ".join(unicodedata.normalize("NFC", name).split())
		if key in self.lines:
			raise BallotFileError(
				f"the same name as on line {self.lines[key]}; candidates are told apart by their names", line
			)
		self.lines[key] = line
		self.read.append(name)


def blocks(stream: BinaryIO, progress: Progress | None = None) -> Iterator[bytes]:
	"""Whole lines of `stream` in blocks, without a byte order mark; each but the last ends with its line's end.

	Raises BallotFileError for UTF-16 and for a line that is far too long.
	"""
	rest, line, first, done = b"", 1, True, 0
	while piece := stream.read(BLOCK):
		done += len(piece)
		if progress:
			progress(done)
		if first:
			if piece.startswith((b"\xff\xfe", b"\xfe\xff")):
				raise BallotFileError("the text is UTF-16; it is expected as UTF-8", 1)
			piece = piece.removeprefix(b"\xef\xbb\xbf")
			first = False
		cut = piece.rfind(b"\n") + 1
		if not cut:
			rest += piece
			if len(rest) > LONGEST_LINE:
				raise BallotFileError("this line does not end; a ballot a line is expected", line)
			continue
		yield (rest + piece[:cut]) if rest else piece[:cut]
		line += piece.count(b"\n")
		rest = piece[cut:]
	if rest:
		yield rest


def decoded(data: bytes, line: int) -> str:
	"""The text of one line, or of lines from `line` on; raises BallotFileError at the line with the wrong byte."""
	try:
		text = data.decode("utf-8")
	except UnicodeDecodeError as error:
		raise BallotFileError(
			"the text is not UTF-8; save it as UTF-8", line + data.count(b"\n", 0, error.start)
		) from None
	if (zero := text.find("\0")) >= 0:
		raise BallotFileError(
			"a zero byte: this is UTF-16 or no text at all; UTF-8 is expected",
			line + text.count("\n", 0, zero),
		)
	return text


def in_a_line(sentence: str) -> str:
	"""A sentence of another error as it stands behind a colon."""
	return sentence[:1].lower() + sentence[1:].rstrip(".")
