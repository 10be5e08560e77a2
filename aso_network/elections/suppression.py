"""Turnout by groups, without telling what few people did.

A group is shown only if at least SMALLEST of it voted and at least SMALLEST stayed away. Nobody at all on one side
is no exception: that everybody of a group voted tells it of each of them. What is kept back is together a group,
too, for the totals are known and the shown ones can be taken from them; so it obeys the same rule, and in it every
small group is among SMALLEST others at least. Where it does not, further groups are kept back: of the shown ones the
smallest, by the number entitled, which is no secret. What then can be reckoned of a small group leaves every number
of its voters possible, or at least SMALLEST + 1 of them, even for somebody who knows how many of each group are on the
roll.

Tables of the same people are looked at together: where one taken from another would give a group too small to be
shown, or such a crossing of groups ("the women of this district"), one more group is kept back.

What it cannot prevent: that people tell on themselves; and that somebody who knows who is in which group guesses, by
more than adding and taking away, that some of the few solutions left are likelier than others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

SMALLEST = 5

Row = dict[int, Fraction]


class Group(NamedTuple):
	"""Some voters: `on_roll` of them entitled, `voted` of these."""

	label: str
	on_roll: int
	voted: int

	@property
	def is_large(self) -> bool:
		return min(self.voted, self.on_roll - self.voted) >= SMALLEST


class Table(NamedTuple):
	"""What may be told: the groups `shown`, and the `rest` of all others together, if there are any."""

	shown: tuple[Group, ...] = ()
	rest: Group | None = None


def table(groups: Iterable[Group], kept_back: Collection[str] = ()) -> Table:
	"""What may be told of these groups, in the order of their labels; an empty table if nothing may.

	`kept_back`: labels of groups that are not shown anyway.
	"""
	groups = sorted(group for group in groups if group.on_roll)
	hidden = [group for group in groups if group.label in kept_back or not group.is_large]
	shown = [group for group in groups if group not in hidden]
	while shown and hidden and not _hides(hidden):
		smallest = min(shown, key=lambda group: (group.on_roll, group.label))
		shown.remove(smallest)
		hidden.append(smallest)
	if not shown or len(groups) == 1:
		return Table()  # of one group alone the totals tell
	return Table(tuple(shown), _together(hidden) if hidden else None)


def tables(crossings: Mapping[tuple[str, ...], tuple[int, int]]) -> list[Table]:
	"""One table for each way of grouping the same voters, none of which gives away more beside the others.

	`crossings`: (label in the first way, label in the second, …) → (on the roll, voted).
	"""
	ways = range(len(next(iter(crossings), ())))
	kept_back: list[set[str]] = [set() for _way in ways]
	while True:
		found = [table(_groups(crossings, way), kept_back[way]) for way in ways]
		if not _gives_away(crossings, found):
			return found
		_size, way, label = min(
			(group.on_roll, way, group.label) for way in ways for group in found[way].shown
		)
		kept_back[way].add(label)


def _hides(hidden: list[Group]) -> bool:
	"""Whether nothing can be reckoned of one of these from all of them together."""
	whole = _together(hidden)
	small = [group for group in hidden if not group.is_large]
	return len(hidden) > 1 and whole.is_large and all(whole.on_roll - g.on_roll >= SMALLEST for g in small)


def _together(groups: list[Group]) -> Group:
	return Group("", sum(group.on_roll for group in groups), sum(group.voted for group in groups))


def _groups(crossings: Mapping[tuple[str, ...], tuple[int, int]], way: int) -> Iterator[Group]:
	on_roll: Counter[str] = Counter()
	voted: Counter[str] = Counter()
	for labels, (entitled, came) in crossings.items():
		on_roll[labels[way]] += entitled
		voted[labels[way]] += came
	return (Group(label, number, voted[label]) for label, number in on_roll.items())


def _gives_away(crossings: Mapping[tuple[str, ...], tuple[int, int]], found: list[Table]) -> bool:
	"""Whether adding and taking away what the tables tell gives the numbers of something too small.

	Every number told is the sum of some of the parts into which the shown groups and the rests divide the voters.
	"""
	told = [{group.label for group in one.shown} for one in found]
	if not any(told):
		return False
	parts: dict[tuple[str | None, ...], list[tuple[str, ...]]] = {}
	for labels in crossings:
		part = tuple(label if label in shown else None for label, shown in zip(labels, told, strict=True))
		parts.setdefault(part, []).append(labels)
	places = {part: place for place, part in enumerate(parts)}
	sums: dict[tuple[int, str | None], Row] = {}
	for part, place in places.items():
		for way, label in enumerate(part):
			if told[way]:  # of an empty table nothing is known but the total, which each of the others gives
				sums.setdefault((way, label), {})[place] = Fraction(1)
	solved = _reduced(sums.values())
	return any(_follows(wanted, solved) for wanted in _secrets(crossings, parts, places))


def _secrets(
	crossings: Mapping[tuple[str, ...], tuple[int, int]],
	parts: Mapping[tuple[str | None, ...], list[tuple[str, ...]]],
	places: Mapping[tuple[str | None, ...], int],
) -> Iterator[Row]:
	"""The sums of parts that nobody may know: of each part and each group that is too small."""
	for part, members in parts.items():
		numbers = [crossings[labels] for labels in members]
		if not Group("", sum(n for n, _v in numbers), sum(v for _n, v in numbers)).is_large:
			yield {places[part]: Fraction(1)}
	for way in range(len(next(iter(crossings)))):
		for label in (group.label for group in _groups(crossings, way) if not group.is_large):
			inside = {part for part, members in parts.items() if any(m[way] == label for m in members)}
			# A group that shares a part with another one cannot be told from it.
			if all(m[way] == label for m in chain.from_iterable(parts[part] for part in inside)):
				yield {places[part]: Fraction(1) for part in inside}


def _reduced(rows: Iterable[Row]) -> dict[int, Row]:
	"""The same sums solved as far as they go: first place of a row → the row, with 1 there (Gauss)."""
	solved: dict[int, Row] = {}
	for row in rows:
		left = _rest_of(row, solved)
		if left:
			first = min(left)
			solved[first] = {place: number / left[first] for place, number in left.items()}
	return solved


def _follows(wanted: Row, solved: Mapping[int, Row]) -> bool:
	return not _rest_of(wanted, solved)


def _rest_of(row: Row, solved: Mapping[int, Row]) -> Row:
	"""What remains of `row` when all that is solved is taken from it."""
	left, done = dict(row), -1
	while places := [place for place in left if place > done and place in solved]:
		done = min(places)
		times = left[done]
		for place, number in solved[done].items():
			left[place] = left.get(place, Fraction(0)) - times * number
			if not left[place]:
				del left[place]
	return left
