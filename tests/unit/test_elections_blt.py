"""BLT files as OpaVote, OpenSTV and Droop write them, and every slip that must not pass for something else."""

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections import ballot_file, blt
from aso_network.elections.ballots import written
from aso_network.elections.contest import (
	APPROVAL,
	BLOCK,
	CUMULATIVE,
	FORMS,
	IRV,
	LIMITED,
	MAJORITY,
	STV,
	Contest,
	collect,
)
from aso_network.elections.errors import BallotFileError

# OpaVote, Help, “BLT file format”: the annotated example, word for word.
OPAVOTE = """\
4 2          # Four candidates are competing for two seats
-2           # Bob has withdrawn
1 4 1 3 2 0  # First ballot
1 3 4 1 2 0  # Chuck first, Amy second, Diane third, Bob fourth
1 2 4 1 0    # Bob first, Amy second, Diane third
1 4 3 0      # Amy first, Chuck second
6 4 3 0      # Amy first, Chuck second with a weight of 6
1 0          # An empty ballot
1 2 - 3 0    # Bob first, no one second, Chuck third
1 2=3 1 0    # Bob and Chuck first, Diane second
1 2 3 4 1 0  # Last ballot
0            # End of ballots marker
"Diane"      # Candidate 1
"Bob"        # Candidate 2
"Chuck"      # Candidate 3
"Amy"        # Candidate 4
"Gardening Club Election"  # Title
"""

# Hill, Wichmann and Woodall (1987), 3.1, as Droop's wiki and OpenTally quote it.
HILL = """\
4 2
-2
3 1 3 4 0
4 1 3 2 0
2 4 1 3 0
1 2 0
2 2 4 3 1 0
1 3 4 2 0
0
"Adam"
"Basil"
"Charlotte"
"Donald"
"Title"
"""


def read(text, form=STV, seats=None, max_choices=None):
	data = text if isinstance(text, bytes) else text.encode()
	return blt.read(io.BytesIO(data), form, seats, max_choices)


def wrong(text, form=STV, **more):
	with pytest.raises(BallotFileError) as caught:
		read(text, form, **more)
	return caught.value


def test_opavote_example_by_preferences():
	found = read(OPAVOTE)
	assert found.title == "Gardening Club Election"
	assert found.withdrawn == ("Bob",)
	assert (found.contest.candidates, found.contest.seats) == (("Diane", "Chuck", "Amy"), 2)
	assert found.papers.rankings == {
		("Amy", "Diane", "Chuck"): 1,
		("Chuck", "Amy", "Diane"): 2,  # the second ballot, and the last, on which Bob was first
		("Amy", "Diane"): 1,
		("Amy", "Chuck"): 7,
		("Chuck", "Diane"): 1,  # Bob and Chuck were equal; Bob is gone
	}
	# Bob was first, then a gap: a good paper for somebody who stands no more.
	assert (found.papers.valid, found.papers.blank, found.papers.spoiled) == (12, 2, 0)


def test_opavote_example_as_marks():
	papers = read(OPAVOTE, APPROVAL).papers
	assert papers.votes == {"Diane": 5, "Chuck": 12, "Amy": 11}
	assert (papers.valid, papers.blank, papers.spoiled, papers.rankings) == (13, 1, 0, {})


def test_hill_example_whatever_the_lines():
	found = read(HILL)
	assert found.papers.rankings == {
		("Adam", "Charlotte", "Donald"): 3,
		("Adam", "Charlotte"): 4,
		("Donald", "Adam", "Charlotte"): 2,
		("Donald", "Charlotte", "Adam"): 2,
		("Charlotte", "Donald"): 1,
	}
	assert found.papers.blank == 1  # for Basil, who has withdrawn
	assert read(" ".join(HILL.split("\n"))) == found
	assert read(HILL.replace("4 2\n-2\n", "4\n\n2 -2 ")) == found
	assert read(HILL.replace("\n", "\r\n")) == found
	assert read(HILL.replace("\n", "\r")) == found
	assert read(b"\xef\xbb\xbf" + HILL.encode()) == found
	assert read(HILL.rstrip()) == found
	assert read(HILL.replace("\n", " \t# 1 2 0\n")) == found
	assert read(HILL.replace("3 1 3 4 0", "/* so and\nso */ (id 7) 3 1 3 4 0 (8)")) == found
	assert read(HILL + '"source" "comment"') == found


def test_several_withdrawn():
	found = read(HILL.replace("-2\n", "-2 -4\n-1\n"), BLOCK)
	assert found.contest.candidates == ("Charlotte",)
	assert set(found.withdrawn) == {"Adam", "Basil", "Donald"}
	assert found.papers.votes == {"Charlotte": 12}
	assert found.papers.blank == 1


@pytest.mark.parametrize(
	("ballot", "ranking", "kind"),
	[
		("1 1 2 - 3 0", ("A", "B"), "valid"),
		("1 1 2=3 0", ("A",), "valid"),
		("1 1 2 - 0", ("A", "B"), "valid"),
		("1 1=2 3 0", None, "spoiled"),
		("1 - 1 0", None, "spoiled"),
		("1 - - 0", None, "blank"),
		("1 0", None, "blank"),
	],
)
def test_preferences_count_up_to_a_gap_or_an_equal_one(ballot, ranking, kind):
	papers = read(f'3 1\n{ballot}\n0\n"A" "B" "C" "T"').papers
	assert papers.rankings == ({ranking: 1} if ranking else {})
	assert getattr(papers, kind) == 1


@pytest.mark.parametrize(
	("form", "max_choices", "votes", "spoiled"),
	[
		(BLOCK, None, {"A": 3, "B": 1, "C": 0}, 1),  # two seats, so two marks
		(BLOCK, 3, {"A": 4, "B": 2, "C": 1}, 0),
		(LIMITED, 1, {"A": 2, "B": 0, "C": 0}, 2),
		(APPROVAL, None, {"A": 4, "B": 2, "C": 1}, 0),
		(MAJORITY, None, {"A": 3, "B": 1, "C": 0}, 1),
	],
)
def test_marks_and_too_many_of_them(form, max_choices, votes, spoiled):
	papers = read('3 2\n2 1 0\n1 1 2 0\n1 1=2 3 0\n0\n"A" "B" "C" "T"', form, max_choices=max_choices).papers
	assert papers.votes == votes
	assert (papers.valid, papers.spoiled) == (4 - spoiled, spoiled)


def test_points_stand_as_often_as_they_are_given():
	papers = read('2 1\n1 1 1 2 0\n3 2 2 2 2 0\n0\n"A" "B" "T"', CUMULATIVE, max_choices=3).papers
	assert papers.votes == {"A": 2, "B": 1}
	assert (papers.valid, papers.spoiled) == (1, 3)


def test_names_as_they_are_written():
	names = ['"د. آمنة الأحمد"', '"A ""B"" C"', r'"D \"E\" F"', '"# no comment"', '"ئاسۆ"', r'"G\H"']
	found = read("6 1\n0\n" + "\n".join(names) + '\n"انتخاب"')
	assert found.contest.candidates == (
		"د. آمنة الأحمد",
		'A "B" C',
		'D "E" F',
		"# no comment",
		"ئاسۆ",
		r"G\H",
	)
	assert found.title == "انتخاب"


def test_seats_of_the_command_line_override_those_of_the_file():
	assert read(HILL, seats=1).contest.seats == 1
	assert read(HILL.replace("4 2", "4 9", 1), IRV, seats=1).contest.seats == 1


TWO = '2 1\n1 1 0\n0\n"A"\n"B"\n"T"\n'


@pytest.mark.parametrize(
	("text", "line", "says"),
	[
		("", 1, "candidates and seats"),
		("2", 1, "candidates and seats"),
		(TWO.replace("2 1", "two 1", 1), 1, "two numbers"),
		(TWO.replace("2 1", "٢ ١", 1), 1, "digits 0-9"),
		(TWO.replace("2 1", "2.0 1", 1), 1, "two numbers"),
		(TWO.replace("2 1", "0 1", 1), 1, "from 1 to"),
		(TWO.replace("2 1", "1000000000 1", 1), 1, "from 1 to"),
		(TWO.replace("2 1", "9" * 5000 + " 1", 1), 1, "two numbers"),
		(TWO.replace("2 1", "2 0", 1), 1, "at least one seat"),
		(TWO.replace("2 1", "2 1000000", 1), 1, "seats"),
		(TWO.replace("1 1 0", "1 3 0"), 2, "from 1 to 2"),
		(TWO.replace("1 1 0", "1 ١ 0"), 2, "from 1 to 2"),
		(TWO.replace("1 1 0", "1 01 0"), 2, "from 1 to 2"),
		(TWO.replace("1 1 0", "1 1= 0"), 2, "from 1 to 2"),
		(TWO.replace("1 1 0", "1 x 0"), 2, "from 1 to 2"),
		(TWO.replace("1 1 0", "1 1 -2 0"), 2, "from 1 to 2"),
		(TWO.replace("1 1 0", "1 1 2 1 0"), 2, "twice"),
		(TWO.replace("1 1 0", "1 1 2=1 0"), 2, "twice"),
		(TWO.replace("1 1 0", "1 1"), 2, "0 is expected at the end of each ballot"),
		(TWO.replace("1 1 0", "1 1\n2 0"), 2, "0 is expected at the end of each ballot"),
		(TWO.replace("1 1 0", "1.5 1 0"), 2, "weight"),
		(TWO.replace("1 1 0", "+1 1 0"), 2, "weight"),
		(TWO.replace("1 1 0", "9999999999999999 1 0"), 2, "weight"),
		(TWO.replace("1 1 0", "0 1 0"), 2, "names"),
		(TWO.replace("1 1 0", "-3"), 2, "withdrawn"),
		(TWO.replace("1 1 0", "1 1 0\n-2"), 3, "weight"),
		(TWO.replace("1 1 0", "(7 1 1 0"), 2, ")"),
		(TWO.replace("1 1 0", "1 (7) 1 0"), 2, "in front"),
		(TWO.replace("\n0\n", "\n"), 3, "0 that ends the ballots is missing"),
		("2 1\n1 1 0\n", 2, "0 on a line of its own"),
		(TWO.replace('"B"\n', ""), 5, "after 2 of 2 names"),
		(TWO.replace('"B"\n"T"\n', ""), 4, "after 1 of 2 names"),
		(TWO.replace('"B"', "B"), 5, "double quotes"),
		(TWO.replace('"B"', "“B”"), 5, "double quotes"),
		(TWO.replace('"B"', '"B'), 5, "double quotes"),
		(TWO.replace('"B"', '"B"x'), 5, "double quotes"),
		(TWO.replace('"B"', '" "'), 5, "no name"),
		(TWO.replace('"B"', '"B\x1b[1m"'), 5, "control"),
		(TWO.replace('"B"', '"A"'), 5, "line 4"),
		(TWO.replace('"B"', '" A "'), 5, "line 4"),
		(TWO + '"a" "b" "c"', 7, "too many"),
		(TWO + "/* and so on", 7, "*/"),
		(TWO.encode("utf-16"), 1, "UTF-16"),
		(TWO.encode("utf-16-le"), 1, "zero byte"),
		(TWO.encode().replace(b"B", "ب".encode("cp1256")), 5, "UTF-8"),
		(b"\x1f\x8b\x08\x00", 1, "UTF-8"),
	],
)
def test_slips_are_named_with_their_line(text, line, says):
	error = wrong(text)
	assert (error.line, says in str(error)) == (line, True), str(error)


def test_two_spellings_of_one_name_are_one_name():
	assert wrong('2 1\n0\n"Zo\u00e9"\n"Zoe\u0301"\n"T"').line == 4


def test_errors_do_not_quote_ballots():
	assert "77" not in str(wrong("2 1\n1 77 0\n0\n"))


@pytest.mark.parametrize(("form", "more"), [(LIMITED, {}), (IRV, {}), (CUMULATIVE, {})])
def test_numbers_that_do_not_fit_the_form_are_found_before_the_ballots(form, more):
	assert wrong("3 2\nthis is never read", form, **more).line == 1


def test_a_slip_far_into_a_file_keeps_its_line():
	lines = ["12 3", *("1 1 2 0" for _ in range(30_000)), "1 1 13 0", "0"]
	assert wrong("\n".join(lines)).line == 30_002
	lines[20_000] = "# a comment\n\n1 2=3 0 1 0"
	assert wrong("\n".join(lines), BLOCK).line == 30_004


def test_a_line_without_end_is_refused_before_it_fills_the_memory():
	class Endless(io.RawIOBase):
		def read(self, size=-1):
			return b"1 " * (size // 2)

	with pytest.raises(BallotFileError):
		blt.read(Endless(), STV)


@pytest.mark.parametrize(
	("seats", "ballot", "votes"),
	[
		(1, "1 1 2 0", {"A": 1}),
		(1, "1 - 1 0", None),
		(1, "1 1=2 0", None),
		(2, "1 3 1 2 0", {"C": 1, "A": 1}),
		(2, "1 3 - 2 0", {"C": 1}),
	],
)
def test_a_majority_is_one_of_first_preferences(seats, ballot, votes):
	names = '"A"\n"B"\n"C"\n"T"'
	for more in ("", "  # read word by word"):
		papers = read(f"3 {seats}\n{ballot}{more}\n0\n{names}", MAJORITY).papers
		assert {name: number for name, number in papers.votes.items() if number} == (votes or {})
		assert (papers.valid, papers.spoiled) == ((1, 0) if votes else (0, 1))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_reading_is_counting_the_ballots_one_by_one(data):
	"""Whatever the form, the asides, the blocks and the lines: the papers are those of `contest.collect`."""
	form = data.draw(st.sampled_from(FORMS))
	number = data.draw(st.integers(1, 12))
	seats = 1 if form == IRV else data.draw(st.integers(2, 5))
	most = {LIMITED: 1, CUMULATIVE: 4}.get(form) or data.draw(st.sampled_from((None, 1, 3)))
	names = [f"candidate {n}" for n in range(1, number + 1)]
	contest = Contest(form, tuple(names), seats, most)
	one = st.lists(st.integers(1, number), max_size=6, unique=form != CUMULATIVE)
	said = data.draw(st.lists(st.tuples(st.sampled_from((1, 1, 1, 7)), one), max_size=40))
	chance = random.Random(data.draw(st.integers(0, 99)))
	text = f"{number} {seats}\n"
	for weight, marks in said:
		text += chance.choice(("", "", "", "(id) ", "  ")) + " ".join(map(str, (weight, *marks, 0)))
		text += chance.choice(("\n", "\n", "\n", " # 1 1 0\n", "\n\n", " ", "\r\n"))
	text += "\n0\n" + "\n".join(f'"{name}"' for name in names) + '\n"T"'
	first = contest.allowed if form == MAJORITY else None
	ballots = [
		written([names[mark - 1] for mark in marks[:first]], contest.kind, weight=weight)
		for weight, marks in said
	]
	before, ballot_file.BLOCK = ballot_file.BLOCK, chance.choice((1, 16, 64 * 1024))
	try:
		found = read(text, form, max_choices=most)
	finally:
		ballot_file.BLOCK = before
	assert found.contest == contest
	assert found.papers == collect(contest, ballots)
