"""Reader of BLT, the format of ballots that OpaVote, OpenSTV and Droop write.

```
4 2             # candidates, seats
-2              # candidate 2 has withdrawn; none, one or several
3 1 3 4 0       # a weight, candidates by number, 0: three ballots that say 1, 3, 4
1 4 1=3 0       # 1 and 3 are equal
1 - 2 0         # no first preference
(77) 1 2 0      # a ballot with an id
1 0             # a blank ballot
0               # the end of the ballots
"Adam"          # the names, then the title
"بسمة"
"Charlotte"
"Donald"
"Title"
```

Sources: Hill, Wichmann and Woodall, “Algorithm 123: Single Transferable Vote by Meek's Method” (1987);
OpaVote's help, “BLT file format”; OpenSTV's BltBallotLoader; the wiki of Droop, “BltFileFormat”. Where they
leave a choice, and where a slip could be read as something else:

- Several ballots may stand on a line; a ballot ends with 0 on the line where it begins, as in OpaVote and
  OpenSTV. Were it read on over lines, a forgotten 0 would join two ballots and nobody would notice.
- A number has the digits 0 to 9 and no leading zero or sign. A weight is a whole number of at least 1.
- A candidate twice on a paper is an error, except in cumulative voting, where that is two points.
- Marks for those who have withdrawn are taken off; the next preference moves up. A paper that marks nobody
  else is blank: the voter came, and nobody they want can be elected.
- Rankings: a paper says nothing from a gap or an equal preference on, and is spoiled if that is where its
  first preference should be (Scottish Local Government Elections Order 2007, schedule 1: the definition of a
  non-transferable paper, and the rule on rejected papers). Marks and points: “=” and “-” only separate.
- Absolute majority reads a paper as a ranking, too, and takes the first preferences, one for each seat (or as
  many as a voter may mark): so a ranked file can be asked whether anybody has a majority.
- A quote inside a name is doubled or has a backslash before it. Two strings may follow the title (Wichmann's
  source and comment). /* Droop's comments */ are skipped; Droop's options in brackets are not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from itertools import repeat
from typing import BinaryIO

from aso_network.elections import ballot_file
from aso_network.elections.ballot_file import MOST_CANDIDATES, BallotFile, Names, Progress, Sums
from aso_network.elections.ballots import RANKING
from aso_network.elections.contest import MAJORITY
from aso_network.elections.errors import BallotFileError

# Strings after the names: the title, a source, a comment.
MOST_OTHER_STRINGS = 3

_ASIDE = re.compile(r"^[ \t]*\([^()\n]*\)|#.*$", re.MULTILINE)
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r'[^\s"#()/]+')
_COMMENT = re.compile(r"#|/\*")
_QUOTE_OR_BACKSLASH = re.compile(r'["\\]')


class _Stage(Enum):
	HEADER = auto()
	BALLOTS = auto()
	STRINGS = auto()


def read(
	stream: BinaryIO,
	form: str,
	seats: int | None = None,
	max_choices: int | None = None,
	progress: Progress | None = None,
) -> BallotFile:
	"""Read ballots for a contest of `form`, in one pass and little memory.

	`seats`: instead of the file's own number. `max_choices`: see Contest. `progress`: called with the number
	of bytes read so far.

	Raises BallotFileError; OSError as `stream` does.
	"""
	reader = _Reader(form, seats, max_choices)
	for data in ballot_file.blocks(stream, progress):
		reader.block(data)
	return reader.result()


class _Reader:
	def __init__(self, form: str, seats: int | None, max_choices: int | None) -> None:
		self.form, self.seats, self.max_choices = form, seats, max_choices
		self.stage = _Stage.HEADER
		self.line = 0  # number of the line that is being read
		self.header: list[int] = []
		self.withdrawn: dict[str, int] = {}  # number → line
		self.begun = False  # a ballot has been read
		self.in_comment = 0  # line on which a /* stands that is not closed
		self.fold = True  # equal lines are many enough to look for them
		self.names = Names()
		self.strings: list[str] = []

	def block(self, data: bytes) -> None:
		"""Read whole lines."""
		if b"\r" in data:
			data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
		data = data.removesuffix(b"\n")
		if self.stage is not _Stage.BALLOTS or self.in_comment or not data.isascii():
			for line in data.split(b"\n"):
				self._line(ballot_file.decoded(line, self.line + 1))
			return
		text = data.decode("ascii")
		if ("(" in text or "#" in text) and '"' not in text and "/*" not in text:
			text = _ASIDE.sub("", text)
		self._lines(text.split("\n"))

	def _lines(self, lines: Sequence[str]) -> None:
		"""Read lines: all at once if they are plain ballots, else one half and then the other."""
		if self.stage is _Stage.BALLOTS and not self.in_comment and self._plain(lines):
			self.line += len(lines)
		elif len(lines) == 1 or self.stage is not _Stage.BALLOTS:
			for line in lines:
				self._line(line)
		else:
			half = len(lines) // 2
			self._lines(lines[:half])
			self._lines(lines[half:])

	def result(self) -> BallotFile:
		if self.in_comment:
			raise BallotFileError("this comment does not end; */ is expected", self.in_comment)
		if self.stage is _Stage.HEADER:
			raise self._error("the file ends; the numbers of candidates and seats are expected")
		if self.stage is _Stage.BALLOTS:
			raise self._error("the file ends; a 0 on a line of its own is expected after the last ballot")
		read, expected = len(self.names.read), self.header[0]
		if not self.strings:
			raise self._error(
				f"the file ends after {read} of {expected} names; {expected} names and a title in quotes are expected"
			)
		numbered = {str(number): name for number, name in enumerate(self.names.read, start=1)}
		standing = {number: name for number, name in numbered.items() if number not in self.withdrawn}
		return BallotFile(
			ballot_file.with_candidates(self.sums.contest, tuple(standing.values())),
			self.sums.papers(standing),
			self.strings[0],
			tuple(numbered[number] for number in self.withdrawn),
		)

	def _error(self, message: str, line: int | None = None) -> BallotFileError:
		return BallotFileError(message, line or max(self.line, 1))

	# Many lines at once. This is where nearly all the time goes: no calls, and C loops where there are any.

	def _plain(self, lines: Sequence[str]) -> bool:
		"""Add `lines` up if each is empty or one ballot: a weight, plain numbers, 0. If not, add nothing."""
		if self.fold:
			counted: Iterable[tuple[str, int]] = (folded := Counter(lines)).items()
			self.fold = 2 * len(folded) < len(lines) or len(lines) < 100
		else:
			counted = zip(lines, repeat(1), strict=False)
		ranked, repeats, withdrawn = self.sums.contest.kind == RANKING, self.sums.may_repeat, self.withdrawn
		allowed, known = self.sums.contest.allowed, self.numbers
		limit = len(known) if allowed is None else allowed
		cut = self.sums.contest.form == MAJORITY
		valid = blank = spoiled = 0
		once: list[str] = []
		votes = dict.fromkeys(known, 0)
		rankings: dict[tuple[str, ...], int] = {}
		for line, times in counted:
			words = line.split()
			if not words:
				continue
			marks = words[1:-1]
			if words[-1] != "0" or not (repeats or len(set(marks)) == len(marks)):
				return False
			if words[0] != "1":
				weight = ballot_file.number(words[0])
				if not weight:
					return False
				times *= weight
			if withdrawn or ranked:
				if not known.issuperset(marks):
					return False
				marks = [mark for mark in marks if mark not in withdrawn]
			if cut:
				if not known.issuperset(marks):
					return False
				marks = marks[:limit]
			if not marks:
				blank += times
			elif len(marks) > limit:
				if not known.issuperset(marks):
					return False
				spoiled += times
			elif ranked:
				valid += times
				key = tuple(marks)
				rankings[key] = rankings.get(key, 0) + times
			elif times == 1:
				valid += 1
				once += marks
			else:
				valid += times
				try:
					for mark in marks:
						votes[mark] += times
				except KeyError:
					return False
		counts = Counter(once)
		if not known.issuperset(counts):
			return False
		self.sums.merge(valid, blank, spoiled, (counts, votes), rankings)
		return True

	# One line, token by token.

	def _line(self, text: str) -> None:
		self.line += 1
		weight, said = 0, []
		for kind, word in self._tokens(text):
			if self.stage is _Stage.STRINGS:
				self._string_token(kind, word)
			elif kind == '"':
				raise self._error(
					"a quoted text where numbers are expected"
					if self.stage is _Stage.HEADER
					else "the names begin, but the 0 that ends the ballots is missing"
				)
			elif self.stage is _Stage.HEADER:
				self._header_token(kind, word)
			elif kind == "(":
				if weight:
					raise self._error(
						"brackets inside a ballot; the id of a ballot is expected in front of its weight"
					)
			elif not weight:
				if word == "0":
					self.stage = _Stage.STRINGS
				elif word[0] == "-" and not self.begun:
					self._withdraw(word[1:])
				else:
					weight, self.begun = ballot_file.weight(word, self.line), True
			elif word == "0":
				self._ballot(weight, said)
				weight, said = 0, []
			else:
				said.append(word)
		if weight:
			raise self._error(
				"a ballot without its end; a 0 is expected at the end of each ballot, on its line"
			)

	def _tokens(self, text: str) -> Iterator[tuple[str, str]]:
		"""(kind, text): kind is a quote for a string, a bracket for an id, nothing for a word."""
		place = 0
		while True:
			if self.in_comment:
				end = text.find("*/", place)
				if end < 0:
					return
				place, self.in_comment = end + 2, 0
			place = _SPACE.match(text, place).end()
			if place == len(text) or text[place] == "#":
				return
			if text.startswith("/*", place):
				self.in_comment = self.line
				place += 2
			elif text[place] == '"':
				string, place = self._string(text, place + 1)
				yield '"', string
			elif text[place] == "(":
				end = text.find(")", place)
				if end < 0:
					raise self._error("a bracket that is not closed; ) is expected after the id of a ballot")
				place = end + 1
				yield "(", ""
			elif word := _WORD.match(text, place):
				place = word.end()
				yield "", word.group()
			else:
				raise self._error(
					f"“{text[place]}” has no place here; numbers or texts in double quotes are expected"
				)

	def _string(self, text: str, place: int) -> tuple[str, int]:
		"""The string that begins at `place`, and the place after its closing quote."""
		parts = []
		while sign := _QUOTE_OR_BACKSLASH.search(text, place):
			start, place = place, sign.end()
			parts.append(text[start : sign.start()])
			following = text[place : place + 1]
			if following == '"' or (sign.group() == "\\" and following == "\\"):
				parts.append(following)
				place += 1
			elif sign.group() == '"':
				if following.strip() and not _COMMENT.match(text, place):
					break
				return "".join(parts), place
			else:
				parts.append("\\")
		raise self._error('the double quotes (") do not fit; one is expected before and one after each text')

	def _header_token(self, kind: str, word: str) -> None:
		number = None if kind else ballot_file.number(word)
		if number is None:
			raise self._error(
				"the first line has two numbers: how many candidates, how many seats (digits 0-9)"
			)
		if not self.header and not 1 <= number <= MOST_CANDIDATES:
			raise self._error(f"a number of candidates from 1 to {MOST_CANDIDATES} is expected")
		self.header.append(number)
		if len(self.header) == 2:
			seats = number if self.seats is None else self.seats
			self.sums = Sums(ballot_file.contest(self.form, seats, self.max_choices, self.line))
			self.numbers = frozenset(map(str, range(1, self.header[0] + 1)))
			self.stage = _Stage.BALLOTS

	def _withdraw(self, number: str) -> None:
		if number not in self.numbers:
			raise self._error(f"a withdrawn candidate is a number from -1 to -{self.header[0]}")
		self.withdrawn[number] = self.line

	def _ballot(self, weight: int, said: Iterable[str]) -> None:
		places = [() if word == "-" else tuple(word.split("=")) for word in said]
		marks = [mark for place in places for mark in place]
		if not self.numbers.issuperset(marks):
			raise self._error(f"a candidate is a number from 1 to {self.header[0]} (digits 0-9)")
		if not self.sums.may_repeat and len(set(marks)) != len(marks):
			raise self._error("the same candidate twice on one ballot; each is expected once at most")
		marks = [mark for mark in marks if mark not in self.withdrawn]
		allowed, cut = self.sums.contest.allowed, self.sums.contest.form == MAJORITY
		if self.sums.contest.kind != RANKING and not cut:
			self.sums.add(marks, weight)
			return
		clear, spoiled = self._clear(places)
		if cut:
			self.sums.add(clear[:allowed], weight, bool(marks) and spoiled)
			return
		too_many = allowed is not None and len(marks) > allowed
		self.sums.add(clear, weight, bool(marks) and (spoiled or too_many))

	def _clear(self, places: Iterable[tuple[str, ...]]) -> tuple[list[str], bool]:
		"""The preferences before the first gap or equal preference, and whether that is where the first should
		be. Withdrawals leave neither; who preferred somebody withdrawn had a first preference."""
		clear: list[str] = []
		begun = False
		for place in places:
			left = [mark for mark in place if mark not in self.withdrawn]
			if len(left) > 1 or not place:
				return clear, not begun
			clear += left
			begun = True
		return clear, False

	def _string_token(self, kind: str, word: str) -> None:
		if kind != '"':
			raise self._error("after the 0 that ends the ballots, names in double quotes are expected")
		if len(self.names.read) < self.header[0]:
			self.names.add(word, self.line)
		elif len(self.strings) < MOST_OTHER_STRINGS:
			self.strings.append(word)
		else:
			raise self._error(f"a text too many; {self.header[0]} names and a title are expected")
