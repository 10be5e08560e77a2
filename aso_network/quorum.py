"""How many members make a quorum. Pure: numbers in, a number out."""

from __future__ import annotations

import math
from fractions import Fraction

MAJORITY = "Majority of active members"
PERCENTAGE = "Percentage of active members"
FIXED = "Fixed number"
NONE = "None"


class QuorumValueError(ValueError):
	"""The rule needs another value: a percentage above 0 and up to 100, or a whole number of members."""


def needed(rule: str, value: float | None, active: int) -> int:
	"""How many of `active` members must be present under `rule`. At least one: an empty hall decides nothing.

	A majority is more than half; a percentage is rounded up. Raises QuorumValueError.
	"""
	check(rule, value)
	if rule == MAJORITY:
		return active // 2 + 1
	if rule == PERCENTAGE:
		# Exact: 7 % of 100 is 7 members, not the 8 that floating point would round up to.
		return max(1, math.ceil(Fraction(str(value)) * active / 100))
	return int(value or 0) if rule == FIXED else 1


def check(rule: str, value: float | None) -> None:
	"""Raise QuorumValueError if `value` makes no sense under `rule`."""
	value = value or 0
	if rule == PERCENTAGE and not 0 < value <= 100:
		raise QuorumValueError(value)
	if rule == FIXED and (value < 1 or value != int(value)):
		raise QuorumValueError(value)
	if rule not in (MAJORITY, PERCENTAGE, FIXED, NONE):
		raise QuorumValueError(rule)
