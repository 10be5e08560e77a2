"""Turnout by groups: whoever takes one number from another learns of no group that is kept back."""

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections.suppression import SMALLEST, Group, Table, table, tables


@st.composite
def some_groups(draw, most=6, largest=25):
	sizes = draw(st.lists(st.integers(1, largest), min_size=1, max_size=most))
	return [Group(chr(65 + n), size, draw(st.integers(0, size))) for n, size in enumerate(sizes)]


def kept_back(groups, told):
	return [group for group in groups if group not in told.shown]


def possible(hidden, voted):
	"""For each of these groups the numbers of voters that it may have, if together they have `voted`: tried out."""
	found = [set() for _group in hidden]
	*others, last = hidden
	for numbers in product(*(range(group.on_roll + 1) for group in others)):
		left = voted - sum(numbers)
		if 0 <= left <= last.on_roll:
			for place, number in enumerate((*numbers, left)):
				found[place].add(number)
	return found


@given(some_groups())
def test_who_is_shown_has_five_on_either_side(groups):
	told = table(groups)
	for group in (*told.shown, *((told.rest,) if told.rest else ())):
		assert group.voted >= SMALLEST and group.on_roll - group.voted >= SMALLEST
	assert set(told.shown) <= set(groups)


@given(some_groups())
def test_nothing_is_lost_or_made_up(groups):
	told = table(groups)
	if told == Table():
		return
	everything = [*told.shown, *([told.rest] if told.rest else [])]
	assert sum(g.on_roll for g in everything) == sum(g.on_roll for g in groups)
	assert sum(g.voted for g in everything) == sum(g.voted for g in groups)


@settings(max_examples=300)
@given(some_groups(most=5, largest=14))
def test_a_group_kept_back_is_not_solved_from_the_shown_ones_and_the_totals(groups):
	told = table(groups)
	if not told.shown:
		return  # the totals are told anyway
	hidden = kept_back(groups, told)
	assert len(hidden) != 1
	if hidden:
		voted = sum(group.voted for group in groups) - sum(group.voted for group in told.shown)
		for group, numbers in zip(hidden, possible(hidden, voted), strict=True):
			fewest = 2 if group.is_large else min(group.on_roll, SMALLEST) + 1
			assert len(numbers) >= fewest, (group, told)


@given(some_groups(), st.randoms())
def test_the_order_of_the_rows_plays_no_part(groups, random):
	shuffled = list(groups)
	random.shuffle(shuffled)
	assert table(shuffled) == table(groups)


def test_a_single_small_group_takes_the_smallest_shown_one_with_it():
	groups = [Group("a", 40, 20), Group("b", 30, 20), Group("c", 12, 6), Group("few", 3, 2)]
	told = table(groups)
	assert [group.label for group in told.shown] == ["a", "b"]
	assert told.rest == Group("", 15, 8)


def test_everybody_or_nobody_tells_of_each():
	assert table([Group("a", 9, 9), Group("b", 40, 20)]) == Table()
	assert table([Group("a", 9, 0), Group("b", 40, 20), Group("c", 50, 20)]).shown == (Group("c", 50, 20),)


def test_a_hall_of_nineteen_tells_nothing():
	assert table([Group("women", 8, 7), Group("men", 11, 10)]) == Table()
	assert tables({("a", "women"): (8, 7), ("b", "men"): (11, 10)}) == [Table(), Table()]
	assert tables({}) == []


def test_one_group_alone_is_no_table():
	assert table([Group("", 40, 20)]) == Table()


def test_all_large():
	groups = [Group("a", 20, 10), Group("b", 30, 10)]
	assert table(groups) == Table(tuple(groups), None)


# --- several tables of the same people ---------------------------------------------------------------------------


@st.composite
def some_crossings(draw):
	labels = st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"), st.sampled_from("FM"))
	sizes = draw(st.dictionaries(labels, st.integers(1, 40), min_size=1, max_size=14))
	return {key: (size, draw(st.integers(0, size))) for key, size in sizes.items()}


def rank(rows):
	rows = [[Fraction(number) for number in row] for row in rows]
	found = 0
	for column in range(len(rows[0]) if rows else 0):
		pivot = next((row for row in rows[found:] if row[column]), None)
		if pivot is None:
			continue
		rows.remove(pivot)
		rows.insert(found, pivot)
		for place in range(found + 1, len(rows)):
			times = rows[place][column] / pivot[column]
			rows[place] = [a - times * b for a, b in zip(rows[place], pivot, strict=True)]
		found += 1
	return found


def known_sums(crossings, found):
	"""Each number that the tables tell, as the crossings that it adds up."""
	keys = list(crossings)
	sums = [[1] * len(keys)]
	for way, told in enumerate(found):
		shown = [group.label for group in told.shown]
		sums += [[int(key[way] == label) for key in keys] for label in shown]
	return keys, sums


@settings(max_examples=300, deadline=None)
@given(some_crossings())
def test_no_table_taken_from_another_gives_what_is_kept_back(crossings):
	found = tables(crossings)
	if not any(told.shown for told in found):
		return
	keys, sums = known_sums(crossings, found)
	known = rank(sums)
	for way, told in enumerate(found):
		shown = {group.label for group in told.shown}
		for label in {key[way] for key in keys} - shown:
			inside = [crossings[key] for key in keys if key[way] == label]
			if Group("", sum(n for n, _v in inside), sum(v for _n, v in inside)).is_large:
				continue  # kept back to hide a small one
			assert rank([*sums, [int(key[way] == label) for key in keys]]) > known, (way, label)
	for place, key in enumerate(keys):
		if not Group("", *crossings[key]).is_large:
			assert rank([*sums, [int(n == place) for n in range(len(keys))]]) > known, key


@settings(deadline=None)
@given(some_crossings())
def test_each_table_keeps_its_own_rule(crossings):
	for way, told in enumerate(tables(crossings)):
		alone = {}
		for key, (on_roll, voted) in crossings.items():
			before = alone.get(key[way], (0, 0))
			alone[key[way]] = before[0] + on_roll, before[1] + voted
		assert all(alone[group.label] == (group.on_roll, group.voted) for group in told.shown)
		assert told == Table() or len(kept_back([Group(k, *v) for k, v in alone.items()], told)) != 1


def test_one_person_between_two_tables():
	"""A district and a kind that are the same but for one organization: the difference would be its vote."""
	crossings = {
		("river", "union"): (20, 10),
		("hill", "union"): (1, 1),
		("hill", "school"): (30, 15),
	}
	by_district, by_kind = tables(crossings)
	assert not (by_district.shown and by_kind.shown)
	assert by_district.shown or by_kind.shown


def test_a_large_network_is_told_of_in_seconds():
	crossings = {
		(f"district {d}", f"kind {k}", gender): (7 + (d * k) % 9, 3 + (d * k) % 5)
		for d in range(14)
		for k in range(7)
		for gender in ("Female", "Male")
	}
	districts, kinds, genders = tables(crossings)
	assert len(districts.shown) == 14 and len(kinds.shown) == 7 and len(genders.shown) == 2
