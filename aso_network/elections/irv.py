"""Instant-runoff voting: one seat. The candidate with the fewest votes is excluded, and their papers go to the
next candidate that each names, until one has more than half of the votes still in play.

It is the count of `stv` with one seat, whole votes and another threshold; ties are settled alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from aso_network.elections.contest import Contest, Papers
from aso_network.elections.outcome import Outcome
from aso_network.elections.stv import Count


def count(contest: Contest, papers: Papers, lots: Sequence[Sequence[str]] = ()) -> Outcome:
	"""Count `papers`; see `forms.count` for `lots` and the errors."""
	return Count(contest, papers, lots, unit=1, quota=None).outcome()
