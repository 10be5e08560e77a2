"""Who may be elected together: the exact solver of seat rules.

Every question is brought down to one: is there a set of candidates that fills the seats, holds some and not
others, and meets every rule? `seat_search` answers it. What is found does not depend on which such set comes
first: only on whether there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations
from math import comb
from typing import NamedTuple

from aso_network.elections.errors import InfeasibleRulesError
from aso_network.elections.rules import SeatRule
from aso_network.elections.seat_search import LEVELS, MARKED, SEATS, UPPER, Group, Search, bits

Attributes = Mapping[str, Mapping[str, str | int]]

_TRIED = 500  # sets of rules, in search of the smallest that says why


class _Level(NamedTuple):
	"""Those with equal `votes`, and how many of them every best set seats."""

	votes: int
	mask: int
	seats: int

	def group(self, least: int | None = None, most: int | None = None) -> Group:
		"""Exactly `seats` of them, unless said otherwise."""
		return Group(
			self.mask,
			self.seats if least is None else least,
			self.seats if most is None else most,
			LEVELS,
		)


class Seating:
	"""The sets of `candidates` that can take `seats` together.

	`seated`: those who hold a seat already. They take none of `seats`; the rules count them with the elected.
	`attributes`: candidate or seated → attribute → value.

	A set may leave a seat empty only where it cannot be filled: too few candidates, or maximums that forbid
	more. `fillable` is how many can be filled.
	"""

	def __init__(
		self,
		candidates: Iterable[str],
		seats: int,
		rules: Sequence[SeatRule] = (),
		attributes: Attributes | None = None,
		seated: Iterable[str] = (),
	) -> None:
		self.candidates = tuple(candidates)
		self.seats = seats
		self.rules = tuple(rules)
		self._bit = {candidate: 1 << place for place, candidate in enumerate(self.candidates)}
		self._everybody = (1 << len(self.candidates)) - 1
		self._search = Search()
		self._groups = [
			self._groups_of(place, attributes or {}, tuple(seated)) for place in range(len(rules))
		]
		self._fillable: int | None = None

	@property
	def fillable(self) -> int:
		"""The most seats that can be filled; raises InfeasibleRulesError if no set meets the rules."""
		if self._fillable is None:
			self._fillable = self._most_filled()
		return self._fillable

	def feasible(
		self, include: Collection[str] = (), exclude: Collection[str] = (), filled: int | None = None
	) -> bool:
		"""Is there a set that meets the rules, with all of `include` and none of `exclude`, that fills `fillable`
		seats (or at least `filled`)? False if no set meets the rules at all.

		What a counting form asks before it elects (may this one join those elected?) and before it excludes
		(can the seats still be filled without this one?).
		"""
		try:
			least = self.fillable if filled is None else filled
		except InfeasibleRulesError:
			return False
		return self._exists(include, exclude, least)

	def example(self, include: Collection[str] = (), exclude: Collection[str] = ()) -> frozenset[str] | None:
		"""A set that makes `feasible` true, or None. Which one means nothing: it answers, without a search, all
		later questions that it is an answer to."""
		seats = [self._of_seats(self.fillable, self.seats)]
		found = self._find(seats, self._mask(include), self._mask(exclude))
		return None if found is None else frozenset(self._names(found))

	def most_of(
		self, some: Collection[str], include: Collection[str] = (), exclude: Collection[str] = ()
	) -> int:
		"""How many of `some`, at the most, are in one of the sets that make `feasible` true; 0 if there is none."""
		seats, mask = self._of_seats(self.fillable, self.seats), self._mask(some)
		for number in range(min(len(some), self.seats), 0, -1):
			wanted = Group(mask, number, len(some), UPPER)
			if self._find([seats, wanted], self._mask(include), self._mask(exclude)) is not None:
				return number
		return 0

	def forbidding(
		self, include: Collection[str] = (), exclude: Collection[str] = (), filled: int | None = None
	) -> tuple[int, ...]:
		"""Why not `feasible`: the smallest set of rules (by place, from 0) that leaves no such set. Empty if there
		is one, or if it takes no rule to forbid it.

		Raises InfeasibleRulesError if no set meets the rules, unless `filled` is given.
		"""
		least = self.fillable if filled is None else filled
		return self._smallest(lambda places: not self._exists(include, exclude, least, places))

	def _exists(
		self,
		include: Collection[str],
		exclude: Collection[str],
		least: int,
		places: Iterable[int] | None = None,
	) -> bool:
		seats = [self._of_seats(least, self.seats)]
		return self._find(seats, self._mask(include), self._mask(exclude), places) is not None

	def best(self, votes: Mapping[str, int]) -> Best:
		"""What the best sets by `votes` have in common; raises InfeasibleRulesError if no set meets the rules.

		A set is better than another if, in this order,

		1. fewer of it have no vote (such are there only because a minimum cannot be met otherwise),
		2. it fills more seats,
		3. it has more of those with most votes, then more of those with next most, and so on down. (That is to
		compare the votes of both sets, sorted, as words are compared.)

		Candidates whom `votes` leaves out may fill any seat; none of them is preferred.
		"""
		by_votes: dict[int, int] = {}
		for candidate, number in votes.items():
			by_votes[number] = by_votes.get(number, 0) | self._bit[candidate]
		unmarked = by_votes.pop(0, 0)
		levels = sorted(by_votes.items(), reverse=True)
		if not self.rules:
			return self._by_votes_alone(votes, levels, unmarked)

		anything = self._of_seats(0, self.seats)
		marked = self._everybody & ~unmarked
		witness = self._fewest([anything], unmarked, self._anybody())
		without = _Level(0, unmarked, (witness & unmarked).bit_count())
		witness = self._most([anything, without.group()], marked, witness)
		filled = witness.bit_count()
		groups, found = [self._of_seats(filled, filled), without.group()], []
		left = filled - without.seats
		for number, mask in levels:
			if left:
				witness = self._most(groups, mask, witness)
			found.append(_Level(number, mask, (witness & mask).bit_count() if left else 0))
			groups.append(found[-1].group())
			left -= found[-1].seats
		certain, possible = self._common([*found, without], groups, witness)
		return Best(self, votes, found, without, filled, certain, possible & ~certain)

	def _by_votes_alone(
		self, votes: Mapping[str, int], levels: Sequence[tuple[int, int]], unmarked: int
	) -> Best:
		"""The same without rules, where nothing has to be searched."""
		found, taken, certain, tied = [], 0, 0, 0
		for number, mask in levels:
			found.append(_Level(number, mask, min(mask.bit_count(), self.seats - taken)))
			taken += found[-1].seats
			if found[-1].seats == mask.bit_count():
				certain |= mask
			elif found[-1].seats:
				tied = mask
		filled = min(self.seats, (self._everybody & ~unmarked).bit_count())
		return Best(self, votes, found, _Level(0, unmarked, 0), filled, certain, tied)

	def _most(self, groups: Sequence[Group], mask: int, witness: int) -> int:
		"""A set that meets `groups`, as `witness` does, with as many of `mask` as possible."""
		while better := self._find(
			[*groups, Group(mask, (witness & mask).bit_count() + 1, mask.bit_count(), UPPER)]
		):
			witness = better
		return witness

	def _fewest(self, groups: Sequence[Group], mask: int, witness: int) -> int:
		"""A set that meets `groups`, as `witness` does, with as few of `mask` as possible."""
		while (held := (witness & mask).bit_count()) and (
			better := self._find([*groups, Group(mask, 0, held - 1, UPPER)])
		) is not None:
			witness = better
		return witness

	def _common(self, levels: Sequence[_Level], groups: Sequence[Group], witness: int) -> tuple[int, int]:
		"""Who is in all sets that meet `groups`, and who in any (of `levels`)."""
		every, some = witness, witness
		for level in levels:
			if level.seats in (0, level.mask.bit_count()):
				continue
			for bit in bits(level.mask):
				if every & bit:
					other = self._find(groups, exclude=bit)
				elif not some & bit:
					other = self._find(groups, include=bit)
				else:
					continue
				if other is not None:
					every &= other
					some |= other
		ranked = 0
		for level in levels:
			ranked |= level.mask
		return every & ranked, some & ranked

	def conflict(self) -> tuple[int, ...]:
		"""The smallest set of rules (by place, from 0) that no set of the candidates can meet together: fewest
		rules, then first by place. Empty if the rules can be met."""
		return self.forbidding(filled=0)

	def _smallest(self, holds: Callable[[tuple[int, ...]], bool], of_all: bool = False) -> tuple[int, ...]:
		return _smallest(tuple(range(len(self.rules))), holds, of_all)

	def _most_filled(self) -> int:
		return self._most([self._of_seats(0, self.seats)], self._everybody, self._anybody()).bit_count()

	def _anybody(self) -> int:
		"""A set, of any size, that meets the rules."""
		found = self._find([self._of_seats(0, self.seats)])
		if found is None:
			conflict = self.conflict()
			numbers = ", ".join(str(place + 1) for place in conflict)
			raise InfeasibleRulesError(f"No set of the candidates meets the seat rules: {numbers}.", conflict)
		return found

	def _groups_of(self, place: int, attributes: Attributes, seated: tuple[str, ...]) -> list[Group]:
		"""The groups of one rule, as far as `seated` leaves them open."""
		rule, found = self.rules[place], []
		for members in rule.groups(attributes, (*self.candidates, *seated)).values():
			mask = sum(self._bit.get(candidate, 0) for candidate in members)
			held = sum(candidate in members for candidate in seated)
			most = mask.bit_count() if rule.maximum is None else rule.maximum - held
			group = Group(mask, max(0, rule.minimum - held), min(most, mask.bit_count()), place)
			if group.least or group.most < mask.bit_count():
				found.append(group)
		return found

	def _of_seats(self, least: int, most: int) -> Group:
		return Group(self._everybody, least, most, SEATS)

	def _mask(self, candidates: Iterable[str]) -> int:
		return sum(self._bit[candidate] for candidate in set(candidates))

	def _names(self, mask: int) -> list[str]:
		return [candidate for candidate in self.candidates if mask & self._bit[candidate]]

	def _find(
		self,
		groups: Sequence[Group],
		include: int = 0,
		exclude: int = 0,
		places: Iterable[int] | None = None,
	) -> int | None:
		"""A set (as a mask) that meets `groups` and the rules at `places` (None: all), or None."""
		places = range(len(self.rules)) if places is None else places
		demanded = []
		for group in (*groups, *(group for place in places for group in self._groups[place])):
			# Most levels of votes seat all or none of theirs.
			if group.least == group.most == group.mask.bit_count():
				include |= group.mask
			elif group.least == group.most == 0:
				exclude |= group.mask
			else:
				demanded.append(group)
		if include & exclude:
			return None
		return self._search.find(demanded, include, self._everybody & ~include & ~exclude)


class Best:
	"""What the best sets have in common, and what is left to a lot.

	Only candidates that `votes` names are spoken of. `certain`: those in every best set. `tied`: those in some
	of them (sorted by id), for `seats` seats; with rules they need not have equal votes. `filled`: how many
	seats every best set fills.
	"""

	def __init__(
		self,
		seating: Seating,
		votes: Mapping[str, int],
		levels: Sequence[_Level],
		without: _Level,
		filled: int,
		certain: int,
		tied: int,
	) -> None:
		self._seating, self._votes, self._levels, self._without = seating, votes, tuple(levels), without
		self._certain = certain
		self.filled = filled
		self.certain = frozenset(seating._names(certain))
		self.tied = tuple(sorted(seating._names(tied)))
		self.seats = sum(level.seats for level in (*levels, without)) - len(self.certain)

	@property
	def lowest(self) -> int | None:
		"""The fewest votes with which somebody of a best set is elected; None if nobody is."""
		return min((level.votes for level in (*self._levels, self._without) if level.seats), default=None)

	def place(self, candidate: str) -> int:
		"""The order of election of `candidate`, shared by equal votes: how many of a best set have more votes,
		and one."""
		return 1 + sum(level.seats for level in self._levels if level.votes > self._votes[candidate])

	def draw(self, order: Sequence[str]) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
		"""Who of the tied is elected, by the `order` drawn: each who is still in a best set with those before.

		Returns the winners as drawn and, for each who was passed over before the last seat was taken, the
		smallest set of rules that forbids the seat.
		"""
		exact = [self._seats_group(), *(level.group() for level in (*self._levels, self._without))]
		winners: list[str] = []
		passed = {}
		taken = self._certain
		for candidate in order:
			if len(winners) == self.seats:
				break
			wanted = taken | self._seating._bit[candidate]
			if self._seating._find(exact, wanted) is not None:
				winners.append(candidate)
				taken = wanted
			else:
				passed[candidate] = self._seating._smallest(
					lambda places, wanted=wanted: self._seating._find(exact, wanted, places=places) is None
				)
		return tuple(winners), passed

	def forbidding(self, candidate: str) -> tuple[int, ...]:
		"""The smallest set of rules (by place) under which `candidate`, who is in no best set, is in no set as
		good that also holds the certain with more votes. Empty if it takes no rule."""
		more = [c for c in self.certain if self._votes[c] > self._votes[candidate]]
		include = self._seating._mask([*more, candidate])
		return self._seating._smallest(
			lambda places: not self._rival(candidate, include, 0, places), of_all=True
		)

	def demanding(self, candidate: str) -> tuple[int, ...]:
		"""The smallest set of rules (by place) under which no set without `candidate`, who is certain, is as
		good and also holds the other certain ones with as many votes or more. Empty if it takes no rule."""
		others = [c for c in self.certain if self._votes[c] >= self._votes[candidate] and c != candidate]
		include, exclude = self._seating._mask(others), self._seating._mask([candidate])
		return self._seating._smallest(
			lambda places: not self._rival(candidate, include, exclude, places), of_all=True
		)

	def _seats_group(self) -> Group:
		return self._seating._of_seats(self.filled, self.filled)

	def _rival(self, candidate: str, include: int, exclude: int, places: tuple[int, ...]) -> bool:
		"""Is there a set as good as the best under the rules at `places` alone, with `include`, without
		`exclude`? What stands above `candidate` is not given away for it."""
		everybody, without = self._seating._everybody, self._without
		marked = everybody & ~without.mask
		limits = [
			self._seating._of_seats(0, self._seating.seats),
			Group(marked, self.filled - without.seats, marked.bit_count(), MARKED),
			without.group(least=0),
		]

		def exists(*groups: Group) -> bool:
			return self._seating._find([*limits, *groups], include, exclude, places) is not None

		upper = [level for level in self._levels if level.votes > self._votes[candidate]]
		mask, seats = 0, 0
		for level in upper:
			mask |= level.mask
			seats += level.seats
		if exists(
			*(level.group(most=level.mask.bit_count()) for level in upper),
			Group(mask, seats + 1, mask.bit_count(), UPPER),
		):
			return True
		exact = [level.group() for level in upper]
		for level in self._levels[len(upper) :]:
			if not exists(*exact):
				return False
			if exists(*exact, level.group(level.seats + 1, level.mask.bit_count())):
				return True
			exact.append(level.group())
		return exists(*exact)


def conflict(
	candidates: Iterable[str],
	seats: int,
	rules: Sequence[SeatRule],
	attributes: Attributes,
	seated: Iterable[str] = (),
) -> tuple[int, ...]:
	"""The smallest set of rules (by place, from 0) that no set of `candidates` can meet together; empty if the
	rules can be met. To be asked before voting opens, and again after withdrawals."""
	return Seating(candidates, seats, rules, attributes, seated).conflict()


def _smallest(
	places: tuple[int, ...], holds: Callable[[tuple[int, ...]], bool], of_all: bool = False
) -> tuple[int, ...]:
	"""The smallest of the sets of `places` for which `holds`, first by place; empty if it holds for none, or
	without any. `of_all`: that it holds for all of them is known.

	What holds for a set holds for every larger one. So a place without which it does not hold for all the
	others is in every such set, and if one place is not enough, mostly these are. If not, all sets of a size
	are tried, the small sizes first, as long as these are no more than `_TRIED`: always one or two of 30
	places, and every set of eight. Beyond that the answer is a set from which no place can be left out,
	though there may be a smaller one: to find that one can take longer than anybody waits.
	"""
	if holds(()) or not (of_all or holds(places)):
		return ()
	for place in places:
		if holds((place,)):
			return (place,)
	needed = tuple(p for p in places if not holds(tuple(other for other in places if other != p)))
	if needed and holds(needed):
		return needed
	others = [p for p in places if p not in needed]
	tried = 0
	for more in range(1, len(others) + 1):
		tried += comb(len(others), more)
		if tried > _TRIED:
			return _irreducible(places, others, holds)
		for some in sorted(tuple(sorted((*needed, *added))) for added in combinations(others, more)):
			if holds(some):
				return some
	return places


def _irreducible(
	places: tuple[int, ...], others: Sequence[int], holds: Callable[[tuple[int, ...]], bool]
) -> tuple[int, ...]:
	"""`places` without as many of `others` as can be left out one after the other, the last first."""
	for place in reversed(others):
		fewer = tuple(other for other in places if other != place)
		if holds(fewer):
			places = fewer
	return places
