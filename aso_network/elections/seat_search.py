"""Is there a set that meets all groups? Depth-first search over bit masks, with proofs that there is none.

The question is hard in general (seat rules can say any matching of many kinds), so the search does not only
try: it takes what the groups force; it counts what one family of groups and all small ones can reach together
(`_countable`); it remembers dead ends; it stays close to the set found last; and when it has tried a while it
looks for weights that prove that no set exists (`Search._outweighed`). All arithmetic is on whole numbers: what
is proven holds, and what is found meets the groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

# Families of groups that belong to no rule.
SEATS = -1  # everybody
LEVELS = -2  # those with equal votes
UPPER = -3  # all with so many votes or more
MARKED = -4  # all with a vote

_FEW = 3  # families of more groups are counted one at a time
_LARGEST = 20_000  # bits of a number in which sets are counted
_PATIENCE = 20  # states visited before weights are looked for
_ROUNDS = 700  # in which they are to be found
_REMEMBERED = 16  # sets found that are tried before a search


class Group(NamedTuple):
	"""At least `least` and at most `most` of the candidates in `mask`. Groups of one `family` (the groups of one
	rule, the levels of votes) have nobody in common."""

	mask: int
	least: int
	most: int
	family: int

	def is_met(self, chosen: int) -> bool:
		return self.least <= (chosen & self.mask).bit_count() <= self.most


class Search:
	"""Answers questions about the same candidates; what it learns from one helps with the next. Which set it finds
	may depend on the questions before; whether there is one does not."""

	def __init__(self) -> None:
		self._dead_ends: set[frozenset[tuple[int, int, int]]] = set()
		self._weights: dict[tuple[int, int], int] = {}
		self._found: list[int] = []
		self._visited = 0

	def find(self, groups: Sequence[Group], chosen: int, free: int) -> int | None:
		"""A mask with all of `chosen`, some of `free` and nobody else that meets `groups`; None if there is
		none."""
		for found in self._found:
			if chosen & ~found == 0 == found & ~(chosen | free) and all(
				group.is_met(found) for group in groups
			):
				return found
		if self._weights and self._outweighed(groups, chosen, free, rounds=1):
			return None
		try:
			self._visited = 0
			answer = self._descend(groups, chosen, free, hurry=True)
		except _TakesLong:
			if self._outweighed(groups, chosen, free):
				return None
			answer = self._descend(groups, chosen, free)
		if answer is not None:
			self._found = [answer, *self._found[: _REMEMBERED - 1]]
		return answer

	def _descend(
		self, groups: Sequence[Group], chosen: int, free: int, hurry: bool = False, likely: bool = False
	) -> int | None:
		"""The search from one state on; raises _TakesLong if in a `hurry`. `likely`: it follows the last set found,
		so counting waits until something fails."""
		passed_through = []
		start, weighed = self._visited, False
		while True:
			forced = _force(groups, chosen, free)
			if forced is None:
				break
			groups, chosen, free = forced
			left = [_Left.of(group, chosen, free) for group in groups]
			if not any(group.need > 0 for group in left):
				return chosen
			state = frozenset((group.mask, max(0, group.need), min(group.room, group.open)) for group in left)
			if state in self._dead_ends:
				break
			passed_through.append(state)
			if not likely and _hopeless(left, free):
				break
			self._visited += 1
			if self._visited - start > _PATIENCE and not weighed:
				if hurry:
					raise _TakesLong
				weighed = True
				if self._outweighed(groups, chosen, free):
					break
			model = self._found[0] if self._found else 0
			pick, replaceable = _pick(left, free, model)
			found = self._descend(groups, chosen | pick, free & ~pick, hurry, likely=bool(pick & model))
			likely = False
			if found is not None:
				return found
			free &= ~replaceable
		self._dead_ends.update(passed_through)
		return None

	def _outweighed(self, groups: Sequence[Group], chosen: int, free: int, rounds: int = _ROUNDS) -> bool:
		"""Are there weights that prove that no set meets `groups`?

		A group weighs more than nothing for each one it needs, or less than nothing for each it has room for.
		A set that meets all groups weighs at least what the needs weigh less what the rooms weigh; so if even the
		heaviest set of free candidates weighs less, there is none. The weights are found as a perceptron learns:
		wherever the heaviest set fails a group, the weight of that group moves, from where it stood last. (Not finding
		any in so many `rounds` says nothing.)
		"""
		left = [_Left.of(group, chosen, free) for group in groups]
		names = [(group.mask, group.family) for group in groups]
		weights = [self._weights.get(name, 0) for name in names]
		members = [[bit.bit_length() - 1 for bit in bits(group.mask)] for group in left]
		gain = [0] * free.bit_length()  # what each candidate weighs

		def move(place: int, change: int) -> None:
			for candidate in members[place]:
				gain[candidate] += change

		for place, weight in enumerate(weights):
			move(place, weight)
		for _ in range(rounds):
			heaviest, total = 0, 0
			for candidate, weight in enumerate(gain):
				if weight > 0:
					heaviest |= 1 << candidate
					total += weight
			for group, weight in zip(left, weights, strict=True):
				total -= weight * (group.need if weight > 0 else group.room)
			if total < 0:
				self._weights.update(zip(names, weights, strict=True))
				return True
			for place, group in enumerate(left):
				change = group.correction(heaviest, weights[place])
				if change:
					weights[place] += change
					move(place, change)
		return False


class _TakesLong(Exception):
	"""More states were visited than it takes to look for a proof."""


class _Left(NamedTuple):
	"""What is left of a group: the candidates still free in it, how many it needs and has room for."""

	mask: int
	open: int
	need: int
	room: int
	family: int

	@classmethod
	def of(cls, group: Group, chosen: int, free: int) -> _Left:
		has, mask = (chosen & group.mask).bit_count(), free & group.mask
		return cls(mask, mask.bit_count(), group.least - has, group.most - has, group.family)

	def correction(self, taken: int, weight: int) -> int:
		"""By how much `weight` is to move if `taken` are taken: up by what is missing, down by what is too much,
		and back towards nothing otherwise."""
		has = (taken & self.mask).bit_count()
		if has < self.need:
			return self.need - has
		if has > self.room:
			return self.room - has
		return max(self.need - has, -weight) if weight > 0 else min(self.room - has, -weight)


def _force(groups: Sequence[Group], chosen: int, free: int) -> tuple[list[Group], int, int] | None:
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

	Families with few groups (women, under 30, equal votes) are taken together with one family of many groups
	(the districts, the organizations) at a time. For these it is exact; it does not see how two families of
	many groups cross, which is left to the search.
	"""
	families: dict[int, list[_Left]] = {}
	for group in left:
		families.setdefault(group.family, []).append(group)
	everybody = families.pop(SEATS, None)
	room = everybody[0].room if everybody else free.bit_count()
	need = max(0, everybody[0].need) if everybody else 0
	large = [family for family in families.values() if len(family) > _FEW]
	small = [group for family in families.values() if len(family) <= _FEW for group in family]
	return not all(
		_countable(family, some, free, need, room)
		for family in large or [[]]
		for some in _chunks(small, room)
	)


def _chunks(groups: Sequence[_Left], room: int) -> Iterator[list[_Left]]:
	"""`groups` in lots that can be counted together in at most `_LARGEST` bits; at least one, if empty."""
	chunk: list[_Left] = []
	size = room + 2
	for group in sorted(groups, key=lambda group: (group.open - group.need, group.mask)):
		digit = min(group.room, room) + 2
		if (room + 2) * digit > _LARGEST:
			continue  # left to the search
		if size * digit > _LARGEST:
			yield chunk
			chunk, size = [], room + 2
		chunk.append(group)
		size *= digit
	yield chunk


def _countable(family: Sequence[_Left], others: Sequence[_Left], free: int, need: int, room: int) -> bool:
	"""Can `need` to `room` of `free` be taken so that each group of `family`, who have nobody in common, and
	each of `others` has what it needs and no more than it has room for?

	A set is counted as a number with one digit for its size and one for each of `others`: bit n of `state` is
	set if n can be reached. To add a candidate shifts all; `valid` drops the numbers with a digit too large.
	"""
	step, kinds = room + 2, [(free, 1)]
	valid = (1 << room + 1) - 1
	wanted = valid >> need << need
	for other in others:
		most = min(other.room, room)
		valid = _repeated(valid, step, 0, most)
		wanted = _repeated(wanted, step, max(0, other.need), most)
		kinds = [
			kind
			for mask, shift in kinds
			for kind in ((mask & other.mask, shift + step), (mask & ~other.mask, shift))
			if kind[0]
		]
		step *= most + 2
	state, rest = 1, free
	for group in family:
		rest &= ~group.mask
		state = _with_group(state, group, kinds, valid)
	for mask, shift in kinds:
		for _ in range((rest & mask).bit_count()):
			state |= state << shift & valid
	return bool(state & wanted)


def _with_group(state: int, group: _Left, kinds: Sequence[tuple[int, int]], valid: int) -> int:
	"""What can be reached from `state` by adding what `group` needs to what it has room for."""
	need = max(0, group.need)
	endless = group.room >= group.open
	# by_taken[n]: n of the group are taken; the last one stands for all above, if there is room for all.
	by_taken = [state] + [0] * (need if endless else group.room)
	for mask, shift in kinds:
		for _ in range((group.mask & mask).bit_count()):
			if endless:
				by_taken[-1] |= by_taken[-1] << shift & valid
			for taken in range(len(by_taken) - 1, 0, -1):
				by_taken[taken] |= by_taken[taken - 1] << shift & valid
	reached = 0
	for reachable in by_taken[need:]:
		reached |= reachable
	return reached


def _repeated(bits: int, step: int, first: int, last: int) -> int:
	"""`bits` at each of the digits `first` to `last` that are worth `step`."""
	found = 0
	for digit in range(first, last + 1):
		found |= bits << digit * step
	return found


def _pick(left: Sequence[_Left], free: int, model: int) -> tuple[int, int]:
	"""The candidates to try next, and all (with the pick) whom no set can hold if none holds the pick.

	From the needy group that can spare fewest; there one of `model`, a set found before, who helps other groups and
	fills up few. Whoever helps no group that the pick does not help, and fills up each that the pick fills up, could
	be replaced by the pick in any set. Where all of the group are alike, the pick is as many as it needs, and if
	they do not fit, nothing does.
	"""
	needy = [group for group in left if group.need > 0]
	group = min(needy, key=lambda group: (group.open - group.need, group.open))
	if all(group.mask & other.mask in (0, group.mask) for other in left):
		return sum(islice(bits(group.mask), group.need)), free
	best = group.mask & model or group.mask
	for other in needy:
		best = best & other.mask or best
	for other in left:
		if other.need <= 0:
			best = best & ~other.mask or best
	pick = best & -best
	for other in left:
		if other.mask & pick:
			if other.room < other.open:
				free &= other.mask
		elif other.need > 0:
			free &= ~other.mask
	return pick, free


def bits(mask: int) -> Iterator[int]:
	"""The single bits of `mask`, lowest first."""
	while mask:
		bit = mask & -mask
		yield bit
		mask ^= bit
