import pytest

from aso_network.elections.ballots import (
	BLANK,
	MARKS,
	POINTS,
	RANKING,
	SPOILED,
	VALID,
	Ballot,
	checked,
	from_json,
	judge,
	to_json,
	written,
)
from aso_network.elections.errors import (
	DuplicateMarkError,
	ElectionError,
	InvalidWeightError,
	MalformedBallotError,
	UnknownCandidateError,
)


def test_the_order_of_marks_and_points_means_nothing_and_that_of_preferences_everything():
	assert written(["b", "a"]) == written(("a", "b"), MARKS) == Ballot(("a", "b"))
	assert written(["b", "a", "b"], POINTS) == Ballot(("a", "b", "b"))
	assert written(["b", "a"], RANKING) == Ballot(("b", "a")) != written(["a", "b"], RANKING)


@pytest.mark.parametrize("kind", [MARKS, RANKING])
def test_the_same_mark_twice_is_refused_without_saying_which(kind):
	with pytest.raises(DuplicateMarkError) as refused:
		written(("CAND-7", "CAND-1", "CAND-7"), kind)
	assert "CAND" not in str(refused.value)


@pytest.mark.parametrize("weight", [0, -1, 1.5, True, "2", None])
def test_a_weight_is_a_whole_number_of_at_least_one(weight):
	with pytest.raises(InvalidWeightError):
		Ballot(("a",), weight=weight)


def test_a_spoiled_paper_carries_no_marks():
	assert Ballot(("a", "b"), spoiled=True) == Ballot(spoiled=True)
	assert not Ballot(spoiled=True).is_blank


@pytest.mark.parametrize(
	("ballot", "kind"),
	[
		(Ballot(), BLANK),
		(Ballot(("a",)), VALID),
		(Ballot(("a", "b")), VALID),
		(Ballot(("a", "b", "c")), SPOILED),
		(Ballot(spoiled=True), SPOILED),
	],
)
def test_judge(ballot, kind):
	assert judge(ballot, max_choices=2) == kind


def test_a_mark_for_a_stranger_is_refused_without_saying_which():
	assert checked(Ballot(("a",)), {"a", "b"}) == Ballot(("a",))
	with pytest.raises(UnknownCandidateError) as refused:
		checked(Ballot(("a", "CAND-9")), {"a", "b"})
	assert "CAND-9" not in str(refused.value)


@pytest.mark.parametrize(
	"ballot",
	[Ballot(), Ballot(spoiled=True), Ballot(("b", "a"), weight=2), Ballot(("a", "a")), Ballot(("حلب",))],
)
def test_json_round_trip(ballot):
	assert from_json(to_json(ballot)) == ballot


def test_equal_papers_have_one_text():
	assert to_json(written(("b", "a"))) == '{"choices":["a","b"],"spoiled":false}'
	assert to_json(from_json(' {"spoiled": false,\n "choices": ["b", "a"]} ', MARKS)) == to_json(
		Ballot(("a", "b"))
	)
	assert to_json(Ballot(("a",), weight=3)) == '{"choices":["a"],"spoiled":false,"weight":3}'


@pytest.mark.parametrize(
	"text",
	[
		"",
		"null",
		"[]",
		"7",
		"{}",
		'{"choices":"ab"}',
		'{"choices":[1]}',
		'{"choices":[""]}',
		'{"choices":[["a"]]}',
		'{"choices":[],"spoiled":1}',
		'{"choices":[],"spoiled":"no"}',
		'{"choices":[],"voter":"ORG-00001"}',
		'{"choices":["a"]',
		"[" * 100_000,
		None,
	],
)
def test_what_is_not_a_ballot_is_refused(text):
	with pytest.raises(MalformedBallotError) as refused:
		from_json(text)
	assert isinstance(refused.value, ElectionError)
	# Nothing of the text may reach a log through the chain of errors.
	assert refused.value.__suppress_context__ or refused.value.__context__ is None
	assert "ORG" not in str(refused.value)


def test_a_ballot_cannot_be_changed():
	with pytest.raises(AttributeError):
		Ballot(("a",)).choices = ("b",)
