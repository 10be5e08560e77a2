"""Absolute majority: elected is who has more than half of the valid votes; for the seats left, the leaders
go into a runoff, which is a new vote. Blank papers are not valid votes (Robert's Rules of Order Newly
Revised, 12th ed., 44:1, 45:32: a majority is more than half of the votes cast, ignoring blanks).
"""

from __future__ import annotations

from collections.abc import Sequence

from aso_network.elections.contest import Contest, Papers
from aso_network.elections.outcome import Outcome


def count(contest: Contest, papers: Papers, lots: Sequence[Sequence[str]] = ()) -> Outcome:
	raise NotImplementedError
