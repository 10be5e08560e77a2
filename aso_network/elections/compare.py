"""Two independent entries of the same papers, compared ballot by ballot whatever their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from aso_network.elections.ballots import Ballot


@dataclass(frozen=True)
class Difference:
	"""(ballot, how many more times) on each side, sorted by ballot."""

	only_first: tuple[tuple[Ballot, int], ...] = ()
	only_second: tuple[tuple[Ballot, int], ...] = ()

	@property
	def agrees(self) -> bool:
		return not self.only_first and not self.only_second


def difference(first: Iterable[Ballot], second: Iterable[Ballot]) -> Difference:
	"""What the multisets `first` and `second` do not share. Two papers alike are two papers."""
	one, other = Counter(first), Counter(second)
	# Counter's minus keeps only what is left over.
	return Difference(tuple(sorted((one - other).items())), tuple(sorted((other - one).items())))
