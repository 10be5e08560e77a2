"""CSV files of ballots."""

import io

import pytest

from aso_network.elections import ballot_csv
from aso_network.elections.contest import APPROVAL, BLOCK, CUMULATIVE, LIMITED, STV
from aso_network.elections.errors import BallotFileError


def read(text, form=BLOCK, seats=2, max_choices=None):
	data = text if isinstance(text, bytes) else text.encode()
	return ballot_csv.read(io.BytesIO(data), form, seats, max_choices)


def test_marks_weights_and_blanks():
	found = read(
		'\ufeffid,weight,آمنة,"B, the ""second""",C\r\n7,2,1,x,\r\n8,1,,0,X\r\n\r\n9,3,,,\r\n10,1,1,1,1\r\n'
	)
	assert found.contest.candidates == ("آمنة", 'B, the "second"', "C")
	assert found.papers.votes == {"آمنة": 2, 'B, the "second"': 2, "C": 1}
	assert (found.papers.valid, found.papers.blank, found.papers.spoiled) == (3, 3, 1)


def test_preferences_up_to_a_gap_or_an_equal_one():
	papers = read("A,B,C\n2,1,3\n1,3,\n1,2,2\n1,1,2\n2,3,\n,,\n0,1,0\n", STV).papers
	assert papers.rankings == {("B", "A", "C"): 1, ("A",): 2, ("B",): 1}
	assert (papers.valid, papers.blank, papers.spoiled) == (4, 1, 2)
	assert papers.votes == {"A": 2, "B": 2, "C": 0}


def test_points():
	papers = read("A,B\n3,\n1,2\n2,2\n999,999\n", CUMULATIVE, 1, 3).papers
	assert papers.votes == {"A": 4, "B": 2}
	assert papers.spoiled == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end):
	assert read(end.join(("A,B", "1,", ",1", "1,1"))).papers.votes == {"A": 2, "B": 2}


@pytest.mark.parametrize(
	("text", "line", "says"),
	[
		("", 1, "names is expected"),
		("A,B\n1,2\n", 2, "1 or x"),
		("A,B\n1,\n1,١\n", 3, "1 or x"),
		("A,B\n1\n", 2, "2 are expected"),
		("A,B\n1,1,\n", 2, "2 are expected"),
		("A,B\n\n\n1,yes\n", 4, "1 or x"),
		("A,A\n1,1\n", 1, "the same name"),
		("A,\n1,1\n", 1, "no name"),
		("A;B\n1;1\n", 1, "commas"),
		("weight\n1\n", 1, "names is expected"),
		("weight,Weight,A\n1,1,1\n", 1, "one is expected"),
		("weight,A\n0,1\n", 2, "weight"),
		("weight,A\n1.5,1\n", 2, "weight"),
		('A,"B\n1,1\n', 2, "not CSV"),
		('A,B\n1,"1"x\n', 2, "not CSV"),
		("A,B\n1,\0\n", 2, "zero byte"),
		("A,B\n".encode("utf-16"), 1, "UTF-16"),
		(b"A,B\n1,\xff\n", 2, "UTF-8"),
		("A,B\n" + "9" * 200_000 + ",1\n", 2, "not CSV"),
	],
)
def test_slips_are_named_with_their_line(text, line, says):
	with pytest.raises(BallotFileError) as caught:
		read(text)
	assert (caught.value.line, says in str(caught.value)) == (line, True), str(caught.value)


@pytest.mark.parametrize("cell", ["1.0", "-1", "x", "9" * 5000, "501", "٢"])
def test_a_rank_is_a_whole_number(cell):
	with pytest.raises(BallotFileError):
		read(f"A,B\n1,{cell}\n", STV)


def test_seats_are_not_in_the_file():
	with pytest.raises(BallotFileError, match="--seats"):
		read("A,B\n1,1\n", seats=None)


def test_numbers_that_do_not_fit_the_form():
	with pytest.raises(BallotFileError):
		read("A,B\n1,1\n", LIMITED, 1, 1)
	assert read("A,B\n1,1\n", APPROVAL, 1).papers.votes == {"A": 1, "B": 1}
