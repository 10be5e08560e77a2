"""Reader of ballots in CSV: one column a candidate, one row a ballot, as a spreadsheet holds them.

```
weight,Adam,بسمة,Charlotte
1,1,,1
3,,1,
1,,,
```

- The first row has the names. A column “weight” (how many ballots the row counts as) and a column “id” (read
  over) may stand among them.
- Marks: 1 or x; nothing or 0 for no mark. Points (cumulative): a whole number. Rankings (stv, irv): 1 for the
  first preference, 2 for the second; a gap or an equal preference ends what the paper says, as in `blt`.
- A row of empty cells is a blank ballot; a line with nothing at all is passed over. Seats are not in the file.
- UTF-8 with or without a byte order mark, commas, double quotes where a cell needs them (RFC 4180).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from aso_network.elections import ballot_file
from aso_network.elections.ballot_file import MOST_CANDIDATES, BallotFile, Names, Progress, Sums
from aso_network.elections.ballots import MARKS, POINTS
from aso_network.elections.errors import BallotFileError

WEIGHT, ID = "weight", "id"
MOST_POINTS = 1000

_MARKS = {"": 0, "0": 0, "1": 1, "x": 1, "X": 1}


def read(
	stream: BinaryIO,
	form: str,
	seats: int | None,
	max_choices: int | None = None,
	progress: Progress | None = None,
) -> BallotFile:
	"""Read ballots for a contest of `form`. The arguments are those of `blt.read`; without `seats` nothing can
	be read.

	Raises BallotFileError; OSError as `stream` does.
	"""
	if seats is None:
		raise BallotFileError(
			"a CSV of ballots does not say how many seats there are; --seats is expected", 1
		)
	rows = csv.reader(_lines(stream, progress), strict=True)
	try:
		header = next((row for row in rows if row), None)
		if header is None:
			raise BallotFileError("the file is empty; a row with the candidates' names is expected", 1)
		columns, names = _columns(header, rows.line_num)
		sums = Sums(ballot_file.contest(form, seats, max_choices, rows.line_num))
		for row in rows:
			if row:
				_add(sums, columns, row, rows.line_num)
	except csv.Error as error:
		raise BallotFileError(f"this is not CSV ({error})", max(rows.line_num, 1)) from None
	numbers = [column for column in columns if column not in (WEIGHT, ID)]
	standing = dict(zip(numbers, names.read, strict=True))
	return BallotFile(
		ballot_file.with_candidates(sums.contest, tuple(standing.values())), sums.papers(standing)
	)


def _lines(stream: BinaryIO, progress: Progress | None) -> Iterator[str]:
	line = 1
	for data in ballot_file.blocks(stream, progress):
		text = ballot_file.decoded(data, line)
		yield from io.StringIO(text, newline="")
		line += data.count(b"\n")


def _columns(header: Sequence[str], line: int) -> tuple[list[str], Names]:
	"""What each column is: the number of a candidate as text, or WEIGHT, or ID."""
	if len(header) > MOST_CANDIDATES:
		raise BallotFileError(f"more than {MOST_CANDIDATES} columns; a column a candidate is expected", line)
	columns: list[str] = []
	names = Names()
	for cell in header:
		word = cell.strip().lower()
		if word in (WEIGHT, ID):
			if word in columns:
				raise BallotFileError(f"two columns “{word}”; one is expected", line)
			columns.append(word)
		else:
			names.add(cell, line)
			columns.append(str(len(names.read)))
	if len(names.read) == 1 and any(sign in names.read[0] for sign in ";\t"):
		raise BallotFileError("one column only; commas are expected between the columns", line)
	if not names.read:
		raise BallotFileError("no column of a candidate; a row with the candidates' names is expected", line)
	return columns, names


def _add(sums: Sums, columns: Sequence[str], row: Sequence[str], line: int) -> None:
	if len(row) != len(columns):
		raise BallotFileError(f"{len(row)} cells; {len(columns)} are expected, as in the first row", line)
	weight, cells = 1, []
	for column, cell in zip(columns, row, strict=True):
		if column == WEIGHT:
			weight = ballot_file.weight(cell.strip(), line)
		elif column != ID:
			cells.append((column, cell.strip()))
	kind = sums.contest.kind
	if kind == MARKS:
		if not all(cell in _MARKS for _, cell in cells):
			raise BallotFileError("a mark is 1 or x, no mark is an empty cell or 0", line)
		sums.add([column for column, cell in cells if _MARKS[cell]], weight)
	elif kind == POINTS:
		points = [(column, _number(cell, MOST_POINTS, line)) for column, cell in cells]
		if sum(number for _, number in points) > (sums.contest.allowed or 0):
			sums.add([], weight, spoiled=True)
		else:
			sums.add([column for column, number in points for _ in range(number)], weight)
	else:
		_add_ranking(sums, [(_number(cell, MOST_CANDIDATES, line), column) for column, cell in cells], weight)


def _add_ranking(sums: Sums, places: Sequence[tuple[int, str]], weight: int) -> None:
	ranked = sorted(place for place in places if place[0])
	numbers = [number for number, _ in ranked]
	clear: list[str] = []
	for expected, (number, column) in enumerate(ranked, start=1):
		if number != expected or numbers[expected : expected + 1] == [number]:
			break
		clear.append(column)
	allowed = sums.contest.allowed
	too_many = allowed is not None and len(ranked) > allowed
	sums.add(clear, weight, bool(ranked) and (not clear or too_many))


def _number(cell: str, most: int, line: int) -> int:
	value = ballot_file.number(cell or "0")
	if value is None or value > most:
		raise BallotFileError(f"a cell is a whole number from 0 to {most} (digits 0-9), or empty", line)
	return value
