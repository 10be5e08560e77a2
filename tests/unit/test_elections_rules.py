import pytest

from aso_network.elections.contest import BLOCK, Contest
from aso_network.elections.errors import InvalidRuleError
from aso_network.elections.rules import SeatRule, as_json_value, from_json_value

PEOPLE = {
	"a": {"gender": "woman", "age": 29, "district": "Tabqa"},
	"b": {"gender": "man", "age": 30, "district": "Raqqa"},
	"c": {"gender": "woman", "district": "Raqqa"},
	"d": {"age": "29", "district": ""},
}


def members(rule):
	return {
		label: "".join(sorted(group)) for label, group in rule.groups(PEOPLE, (*PEOPLE, "stranger")).items()
	}


def test_whom_a_rule_is_about():
	assert members(SeatRule("gender", 1, value="woman")) == {"woman": "ac"}
	assert members(SeatRule("gender", 1, value="other")) == {"other": ""}
	assert members(SeatRule("district", 1, each=True)) == {"Raqqa": "bc", "Tabqa": "a"}


def test_the_limits_of_an_age():
	assert members(SeatRule("age", 1, below=30)) == {"<30": "a"}
	assert members(SeatRule("age", 1, below=31)) == {"<31": "ab"}
	assert members(SeatRule("age", 1, at_least=30)) == {">=30": "b"}
	assert members(SeatRule("age", 1, at_least=29, below=30)) == {"29..29": "a"}


def test_only_those_given_are_in_a_group():
	assert SeatRule("gender", 1, value="woman").groups(PEOPLE, ["a", "b"]) == {"woman": {"a"}}
	assert set(SeatRule("district", 1, each=True).groups(PEOPLE, ["b"])) == {"Raqqa"}


@pytest.mark.parametrize(
	"rule",
	[
		SeatRule("gender", 3, value="woman"),
		SeatRule("gender", 2, 5, value="woman"),
		SeatRule("age", 1, below=30),
		SeatRule("age", 0, 0, below=18),  # nobody below 18
		SeatRule("age", 1, at_least=0),
		SeatRule("organization", 0, 1, each=True),
	],
)
def test_json_round_trip(rule):
	assert from_json_value(as_json_value(rule)) == rule


def test_json_says_no_more_than_the_rule():
	assert as_json_value(SeatRule("gender", 3, value="woman")) == {
		"attribute": "gender",
		"min": 3,
		"is": "woman",
	}
	assert as_json_value(SeatRule("age", 0, 0, below=18)) == {"attribute": "age", "max": 0, "below": 18}


@pytest.mark.parametrize(
	"value",
	[
		None,
		[],
		{},
		{"attribute": "gender", "is": "woman"},  # neither minimum nor maximum
		{"attribute": "gender", "is": "woman", "min": 0},
		{"attribute": "gender", "min": 1},  # about whom?
		{"attribute": "gender", "is": "woman", "each": True, "min": 1},
		{"attribute": "gender", "is": "woman", "below": 3, "min": 1},
		{"attribute": "gender", "is": "woman", "min": 3, "max": 2},
		{"attribute": "gender", "is": "woman", "min": -1},
		{"attribute": "gender", "is": "woman", "min": 1.0},
		{"attribute": "gender", "is": "woman", "min": True},
		{"attribute": "gender", "is": "woman", "min": None},
		{"attribute": "gender", "is": 1, "min": 1},
		{"attribute": "gender", "is": None, "min": 1},
		{"attribute": "gender", "each": 1, "min": 1},
		{"attribute": "", "is": "woman", "min": 1},
		{"attribute": "age", "at_least": 30, "below": 30, "max": 1},
		{"attribute": "age", "at_least": 31, "below": 30, "min": 1},
		{"attribute": "gender", "is": "woman", "minimum": 1},
		{"is": "woman", "min": 1},
	],
)
def test_what_is_not_a_rule_is_refused(value):
	with pytest.raises(InvalidRuleError):
		from_json_value(value)


@pytest.mark.parametrize(
	("attribute", "value"),
	[
		("\0nameless", "x"),
		("\x1b[2Jgender", "x"),
		("gender\u2028", "x"),
		("gender", "wo\nman"),
		("g", "\ud800"),
	],
)
def test_a_contest_has_no_rule_that_steers_a_terminal_or_passes_for_one_of_the_count(attribute, value):
	"""(A transferable vote counts those whom no paper names by a rule of its own, under such a name.)"""
	with pytest.raises(InvalidRuleError, match="control characters"):
		Contest(BLOCK, "ab", 1, rules=[SeatRule(attribute, 1, value=value)])
	assert Contest(BLOCK, "ab", 1, rules=[SeatRule("زن\u200cها", 1, value="x y")])
