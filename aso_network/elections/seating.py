"""Who may be elected together: the exact solver of seat rules.

The question behind all others is whether a set of candidates exists that fills the seats, holds some and
not others, and meets every rule. It is answered by a depth-first search over bit masks that never guesses: it
takes what the rules force, proves dead ends by counting, remembers them, and branches on the group that has
least to choose from. Which set it finds first decides nothing; only whether there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from aso_network.elections.errors import InfeasibleRulesError
from aso_network.elections.rules import SeatRule

Attributes = Mapping[str, Mapping[str, str | int]]

_SEATS = -1  # the family of the one group that holds everybody
_LEVELS = -2  # the family of the groups of equal votes


@dataclass(frozen=True)
class _Group:
	"""At least `least` and at most `most` of the candidates in `mask`. Groups of one `family` (the groups of
	one rule, the levels of votes) have nobody in common."""

	mask: int
	least: int
	most: int
	family: int


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
		self._search = _Search()
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

	def feasible(self, include: Collection[str] = (), exclude: Collection[str] = ()) -> bool:
		"""Is there a set of exactly `fillable` candidates that meets the rules, with all of `include` and none
		of `exclude`? False if no set meets the rules at all.

		What the counting forms ask before they elect (may this one join those elected?) and before they
		exclude (can the seats still be filled without this one?).
		"""
		try:
			filled = self.fillable
		except InfeasibleRulesError:
			return False
		return (
			self._find([self._of_seats(filled, filled)], self._mask(include), self._mask(exclude)) is not None
		)

	def conflict(self) -> tuple[int, ...]:
		"""The smallest set of rules (by place, from 0) that no set of the candidates can meet together: fewest
		rules, then first by place. Empty if the rules can be met."""
		anything = [self._of_seats(0, self.seats)]
		places = tuple(range(len(self.rules)))
		return _smallest(places, lambda some: self._find(anything, places=some) is None)

	def _most_filled(self) -> int:
		if self._find([self._of_seats(0, self.seats)]) is None:
			raise _infeasible(self.conflict())
		filled = min(self.seats, len(self.candidates))
		while self._find([self._of_seats(filled, self.seats)]) is None:
			filled -= 1
		return filled

	def _groups_of(self, place: int, attributes: Attributes, seated: tuple[str, ...]) -> list[_Group]:
		"""The groups of one rule, as far as `seated` leaves them open."""
		rule, found = self.rules[place], []
		for members in rule.groups(attributes, (*self.candidates, *seated)).values():
			mask = sum(self._bit.get(candidate, 0) for candidate in members)
			held = sum(candidate in members for candidate in seated)
			most = mask.bit_count() if rule.maximum is None else rule.maximum - held
			found.append(_Group(mask, max(0, rule.minimum - held), min(most, mask.bit_count()), place))
		return found

	def _of_seats(self, least: int, most: int) -> _Group:
		return _Group(self._everybody, least, most, _SEATS)

	def _mask(self, candidates: Iterable[str]) -> int:
		return sum(self._bit[candidate] for candidate in set(candidates))

	def _find(
		self,
		groups: Sequence[_Group],
		include: int = 0,
		exclude: int = 0,
		places: Iterable[int] | None = None,
	) -> int | None:
		"""A set (as a mask) that meets `groups` and the rules at `places` (None: all), or None."""
		if include & exclude:
			return None
		places = range(len(self.rules)) if places is None else places
		demanded = [*groups, *(group for place in places for group in self._groups[place])]
		return self._search.find(demanded, include, self._everybody & ~include & ~exclude)


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


def _infeasible(conflict: tuple[int, ...]) -> InfeasibleRulesError:
	return InfeasibleRulesError(
		f"No set of the candidates meets the seat rules {', '.join(str(place + 1) for place in conflict)}.",
		conflict,
	)


def _smallest(places: tuple[int, ...], holds: Callable[[tuple[int, ...]], bool]) -> tuple[int, ...]:
	"""The smallest of the sets of `places` for which `holds`, first by place; empty if it holds for none.

	What holds for a set holds for every larger one. So a place without which it does not hold for all the
	others is in every such set, and mostly these places are enough.
	"""
	if not holds(places):
		return ()
	needed = tuple(p for p in places if not holds(tuple(other for other in places if other != p)))
	if needed and holds(needed):
		return needed
	others = [p for p in places if p not in needed]
	for more in range(1, len(others) + 1):
		for some in sorted(tuple(sorted((*needed, *added))) for added in combinations(others, more)):
			if holds(some):
				return some
	return places


class _Search:
	"""Depth-first search for a set that meets all groups. Remembers dead ends from one question to the next."""

	def __init__(self) -> None:
		self._dead_ends: set[frozenset[tuple[int, int, int]]] = set()

	def find(self, groups: Sequence[_Group], chosen: int, free: int) -> int | None:
		"""A mask with all of `chosen`, some of `free` and nobody else that meets `groups`; None if there is
		none."""
		passed_through = []
		while True:
			forced = _force(groups, chosen, free)
			if forced is None:
				break
			groups, chosen, free = forced
			left = [_Left.of(group, chosen, free) for group in groups]
			needy = [group for group in left if group.need > 0]
			if not needy:
				return chosen
			state = frozenset((group.mask, max(0, group.need), min(group.room, group.open)) for group in left)
			if state in self._dead_ends:
				break
			passed_through.append(state)
			if _hopeless(left, free):
				break
			pick, equals = _pick(left, needy)
			found = self.find(groups, chosen | pick, free & ~pick)
			if found is not None:
				return found
			free &= ~equals
		self._dead_ends.update(passed_through)
		return None


@dataclass(frozen=True)
class _Left:
	"""What is left of a group: the candidates still free in it, how many it needs and has room for."""

	mask: int
	open: int
	need: int
	room: int
	family: int

	@classmethod
	def of(cls, group: _Group, chosen: int, free: int) -> _Left:
		has, mask = (chosen & group.mask).bit_count(), free & group.mask
		return cls(mask, mask.bit_count(), group.least - has, group.most - has, group.family)


def _force(groups: Sequence[_Group], chosen: int, free: int) -> tuple[list[_Group], int, int] | None:
	"""Seat whom a group cannot spare, leave out whom it has no room for, until nothing changes. Groups that can
	no longer fail are dropped. None if a group fails."""
	while True:
		before, binding = (chosen, free), []
		for group in groups:
			mask = group.mask
			has, can = (chosen & mask).bit_count(), (free & mask).bit_count()
			if has > group.most or has + can < group.least:
				return None
			if has == group.most:
				free &= ~mask
			elif has + can == group.least:
				chosen |= free & mask
				free &= ~mask
			elif has < group.least or has + can > group.most:
				binding.append(group)
		groups = binding
		if (chosen, free) == before:
			return binding, chosen, free


def _hopeless(left: Sequence[_Left], free: int) -> bool:
	"""Does counting prove that nothing fits?

	For each family: do the seats suffice for what its groups need, can its groups and the rest fill the seats,
	and can one more group get what it needs from the seats of the family and those over?
	"""
	families: dict[int, list[_Left]] = {}
	for group in left:
		families.setdefault(group.family, []).append(group)
	everybody = families.pop(_SEATS, None)
	room = everybody[0].room if everybody else free.bit_count()
	need = max(0, everybody[0].need) if everybody else 0
	for family in families.values():
		needed = sum(max(0, group.need) for group in family)
		if needed > room:
			return True
		rest = free
		for group in family:
			rest &= ~group.mask
		if sum(min(group.room, group.open) for group in family) + rest.bit_count() < need:
			return True
		for others in families.values():
			if others is family or len(others) > 3:
				continue
			for other in others:
				spare = room - needed
				if _reach(family, rest, other.mask, spare) < other.need:
					return True
				if _reach(family, rest, free & ~other.mask, spare) < need - other.room:
					return True
	return False


def _reach(family: Sequence[_Left], rest: int, mask: int, spare: int) -> int:
	"""The most of `mask` that can be seated: on the seats that `family` needs anyway, and on `spare` ones."""
	within = 0
	beyond = (rest & mask).bit_count()
	for group in family:
		of_both = (group.mask & mask).bit_count()
		taken = min(max(0, group.need), of_both)
		within += taken
		beyond += min(group.room, of_both) - taken
	return within + min(spare, beyond)


def _pick(left: Sequence[_Left], needy: Sequence[_Left]) -> tuple[int, int]:
	"""The candidate to try next, and all who are in the same groups: if it fits nowhere, neither do they.

	From the needy group that can spare fewest; there the one who helps most groups and fills fewest up.
	"""
	group = min(needy, key=lambda group: (group.open - group.need, group.open))
	best, pick, best_signature = None, 0, None
	signatures: dict[int, int] = {}
	mask = group.mask
	while mask:
		bit = mask & -mask
		mask ^= bit
		signature, score = 0, 0
		for place, other in enumerate(left):
			if other.mask & bit:
				signature |= 1 << place
				score += 1 if other.need > 0 else -1
		signatures[signature] = signatures.get(signature, 0) | bit
		if best is None or score > best:
			best, pick, best_signature = score, bit, signature
	return pick, signatures[best_signature]
