"""How many members make a quorum."""

import pytest

from aso_network import quorum


@pytest.mark.parametrize(
	("rule", "value", "active", "needed"),
	[
		(quorum.MAJORITY, 0, 19, 10),
		(quorum.MAJORITY, None, 20, 11),
		(quorum.MAJORITY, 0, 1, 1),
		(quorum.PERCENTAGE, 50, 19, 10),
		(quorum.PERCENTAGE, 50, 20, 10),
		(quorum.PERCENTAGE, 7, 100, 7),
		(quorum.PERCENTAGE, 66.7, 3, 3),
		(quorum.PERCENTAGE, 100, 19, 19),
		(quorum.PERCENTAGE, 1, 3, 1),
		(quorum.FIXED, 12, 19, 12),
		(quorum.NONE, 0, 19, 1),
	],
)
def test_needed(rule, value, active, needed):
	assert quorum.needed(rule, value, active) == needed


@pytest.mark.parametrize(
	("rule", "value"),
	[
		(quorum.PERCENTAGE, 0),
		(quorum.PERCENTAGE, None),
		(quorum.PERCENTAGE, 101),
		(quorum.PERCENTAGE, -5),
		(quorum.FIXED, 0),
		(quorum.FIXED, 2.5),
		("Two thirds", 0),
	],
)
def test_a_senseless_value_is_refused(rule, value):
	with pytest.raises(quorum.QuorumValueError):
		quorum.needed(rule, value, 19)
