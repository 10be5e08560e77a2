"""The solver of seat rules against brute force over all sets, and at the size it has to bear."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections.errors import InfeasibleRulesError
from aso_network.elections.rules import SeatRule
from aso_network.elections.seating import Seating, conflict

VALUES = {
	"gender": ["woman", "man"],
	"district": ["north", "south", "east"],
	"organization": ["one", "two", "three"],
}


class Case:
	"""A few candidates, rules that overlap, votes with ties and noughts, and all that brute force says of it."""

	def __init__(self, candidates, seated, seats, rules, attributes, votes):
		self.candidates, self.seated, self.seats, self.votes = candidates, seated, seats, votes
		self.rules, self.attributes = rules, attributes
		self.groups = [rule.groups(attributes, (*candidates, *seated)).values() for rule in rules]
		self.sets = [
			frozenset(some)
			for number in range(min(seats, len(candidates)) + 1)
			for some in itertools.combinations(candidates, number)
		]
		self.places = range(len(rules))
		self.meeting = self.that_meet(self.places)

	def that_meet(self, places):
		return [some for some in self.sets if all(self.meets(some, place) for place in places)]

	def meets(self, some, place):
		rule = self.rules[place]
		held = [len(group & (some | set(self.seated))) for group in self.groups[place]]
		return all(rule.minimum <= n and (rule.maximum is None or n <= rule.maximum) for n in held)

	def worth(self, some):
		"""Larger is better."""
		votes = sorted((self.votes[c] for c in some), reverse=True)
		return -votes.count(0), len(votes), votes

	def smallest(self, holds):
		"""The first of the smallest sets of rules for which `holds(the sets that meet them)`."""
		for number in range(len(self.rules) + 1):
			for places in itertools.combinations(self.places, number):
				if holds(self.that_meet(places)):
					return places
		return ()

	def as_good(self, some, candidate, best):
		"""Is `some` as good as `best`, with no fewer of any number of votes above those of `candidate`?"""
		few = len([c for c in some if not self.votes[c]]) <= len([c for c in best if not self.votes[c]])
		full = len([c for c in some if self.votes[c]]) >= len([c for c in best if self.votes[c]])
		levels = sorted({v for v in self.votes.values() if v}, reverse=True)
		ours, theirs = ([sum(self.votes[c] == v for c in of) for v in levels] for of in (some, best))
		above = [o >= t for o, t, v in zip(ours, theirs, levels, strict=True) if v > self.votes[candidate]]
		return few and full and all(above) and ours >= theirs

	def seating(self):
		return Seating(self.candidates, self.seats, self.rules, self.attributes, self.seated)


@st.composite
def rules(draw):
	about = draw(
		st.sampled_from(
			[{"value": "woman"}, {"value": "man"}, {"below": 30}, {"at_least": 40}, {"each": True}]
		)
	)
	if "value" in about:
		attribute = "gender"
	else:
		attribute = draw(st.sampled_from(["district", "organization"])) if "each" in about else "age"
	minimum = draw(st.integers(0, 1 if "each" in about else 3))
	maximum = draw(st.integers(max(1, minimum), 3)) if not minimum or draw(st.booleans()) else None
	return SeatRule(attribute, minimum, maximum, **about)


@st.composite
def cases(draw, most=7):
	candidates = "abcdefghi"[: draw(st.integers(1, most))]
	seated = "yz"[: draw(st.sampled_from([0, 0, 1, 2]))]
	person = st.fixed_dictionaries(
		{name: st.sampled_from(values) for name, values in VALUES.items()}
		| {"age": st.sampled_from([20, 35, 50])}
	)
	attributes = {c: draw(person) for c in candidates + seated}
	highest = draw(st.sampled_from([1, 2, 4, 20]))
	votes = {c: draw(st.integers(0, highest)) for c in candidates}
	chosen = draw(st.lists(rules(), max_size=4))
	return Case(tuple(candidates), tuple(seated), draw(st.integers(1, 5)), chosen, attributes, votes)


@settings(max_examples=100, deadline=None)
@given(cases(most=9))
def test_the_best_sets_are_those_of_brute_force(case):
	if not case.meeting:
		with pytest.raises(InfeasibleRulesError) as refused:
			case.seating().best(case.votes)
		assert refused.value.conflict == case.seating().conflict() != ()
		return
	highest = max(map(case.worth, case.meeting))
	all_best = [some for some in case.meeting if case.worth(some) == highest]
	certain, possible = frozenset.intersection(*all_best), frozenset.union(*all_best)
	best = case.seating().best(case.votes)
	assert best.certain == certain
	assert best.tied == tuple(sorted(possible - certain))
	assert best.filled == len(all_best[0]) == best.seats + len(certain)
	for candidate in possible:
		some = next(some for some in all_best if candidate in some)
		assert best.place(candidate) == 1 + sum(case.votes[c] > case.votes[candidate] for c in some)


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(0, 999))
def test_a_lot_seats_a_best_set_in_the_order_drawn(case, seed):
	if not case.meeting:
		return
	best = case.seating().best(case.votes)
	highest = max(map(case.worth, case.meeting))
	all_best = [some for some in case.meeting if case.worth(some) == highest]
	order = random.Random(seed).sample(best.tied, len(best.tied))
	winners, barred = best.draw(order)
	assert best.certain.union(winners) in all_best
	expected = set(best.certain)
	for candidate in order:
		if any(expected | {candidate} <= some for some in all_best):
			expected.add(candidate)
	assert best.certain.union(winners) == expected
	assert list(winners) == [c for c in order if c in winners]
	assert not set(barred) & set(winners)


@settings(max_examples=100, deadline=None)
@given(cases(most=6))
def test_the_reasons_are_the_smallest_sets_of_rules(case):
	if not case.meeting:
		return
	best = case.seating().best(case.votes)
	one = max(case.meeting, key=case.worth)
	without_rules = Seating(case.candidates, case.seats).best(case.votes)
	for candidate, votes in case.votes.items():
		if candidate in best.certain:
			others = {c for c in best.certain if case.votes[c] >= votes and c != candidate}
			expected = case.smallest(
				lambda sets, candidate=candidate, others=others: (
					not any(
						others <= some and candidate not in some and case.as_good(some, candidate, one)
						for some in sets
					)
				)
			)
			assert best.demanding(candidate) == expected
			assert expected or candidate in without_rules.certain
		elif candidate not in best.tied:
			held = {c for c in best.certain if case.votes[c] > votes} | {candidate}
			expected = case.smallest(
				lambda sets, candidate=candidate, held=held: (
					not any(held <= some and case.as_good(some, candidate, one) for some in sets)
				)
			)
			assert best.forbidding(candidate) == expected


@settings(max_examples=100, deadline=None)
@given(
	cases(), st.sets(st.sampled_from("abcdefg"), max_size=3), st.sets(st.sampled_from("abcdefg"), max_size=3)
)
def test_whether_some_can_be_elected_and_others_not(case, include, exclude):
	include, exclude = include & set(case.candidates), exclude & set(case.candidates)
	seating = case.seating()
	filled = max(map(len, case.meeting), default=None)
	wanted = [some for some in case.meeting if len(some) == filled and include <= some and not exclude & some]
	assert seating.feasible(include, exclude) == bool(wanted)
	if filled is None:
		return
	assert seating.fillable == filled
	assert seating.forbidding(include, exclude) == case.smallest(
		lambda sets: not any(len(some) >= filled and include <= some and not exclude & some for some in sets)
	)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_the_conflict_is_the_smallest(case):
	expected = case.smallest(lambda sets: not sets)
	assert case.seating().conflict() == expected
	assert conflict(case.candidates, case.seats, case.rules, case.attributes, case.seated) == expected


def test_a_conflict_leaves_out_the_rules_that_have_no_part_in_it():
	attributes = {
		"a": {"gender": "man", "district": "north"},
		"b": {"gender": "man", "district": "south"},
		"c": {"gender": "woman", "district": "south"},
	}
	at_most_two_men = SeatRule("gender", 0, 2, value="man")
	a_woman = SeatRule("gender", 1, value="woman")
	every_district = SeatRule("district", 1, each=True)
	two_men = SeatRule("gender", 2, value="man")
	all_rules = [at_most_two_men, a_woman, every_district, two_men]
	assert conflict("abc", 3, all_rules, attributes) == ()
	assert conflict("abc", 2, all_rules, attributes) == (1, 3)
	assert conflict("ab", 2, all_rules, attributes) == (1,)  # the only woman has withdrawn
	assert conflict("ab", 2, all_rules, attributes, seated=["c"]) == ()
	assert conflict("abc", 1, [every_district], attributes) == (0,)


def test_the_reason_among_many_rules_leaves_none_out_and_keeps_none_too_many():
	"""A seat of its own for each of 30 districts: any 16 of the rules are too many for 15 seats. Among so many
	sets of 16 nobody ever finished looking."""
	candidates = [f"c{n}" for n in range(60)]
	attributes = {c: {"district": f"d{n // 2}"} for n, c in enumerate(candidates)}
	rules = [SeatRule("district", 1, value=f"d{n}") for n in range(30)]
	assert conflict(candidates, 15, rules, attributes) == tuple(range(16))
	# Two that exclude each other are found among the same 30, wherever they stand.
	rules[4], rules[28] = SeatRule("district", 2, value="d0"), SeatRule("district", 0, 1, value="d0")
	assert conflict(candidates, 15, rules, attributes) == (4, 28)


def test_whom_nobody_knows_is_in_no_group():
	assert conflict("ab", 1, [SeatRule("gender", 1, value="woman")], {}) == (0,)
	assert Seating("ab", 2, [SeatRule("organization", 0, 1, each=True)], {}).fillable == 2


def _assembly(draw, organizations, levels):
	"""60 candidates; rules on gender, age, organization and district that cross."""
	candidates = [f"c{n:02}" for n in range(60)]
	attributes = {
		c: {
			"gender": "woman" if draw.random() < 0.3 else "man",
			"age": draw.choice([25, 35, 45, 55]),
			"organization": str(draw.randrange(organizations)),
			"district": str(draw.randrange(12)),
		}
		for c in candidates
	}
	rules = [
		SeatRule("gender", draw.randint(6, 11), value="woman"),
		SeatRule("age", draw.randint(1, 4), below=30),
		SeatRule("organization", 0, 1, each=True),
		SeatRule("district", 1, each=True),
	]
	return candidates, rules, attributes, {c: draw.randint(0, levels) for c in candidates}


@pytest.mark.parametrize(("organizations", "levels"), [(40, 1000), (40, 5), (24, 30), (20, 2)])
def test_a_large_assembly_gets_a_set_that_no_exchange_betters(organizations, levels):
	"""At a size where brute force cannot follow: the answer meets the rules, and neither exchanging one for another
	nor asking again with the list reversed finds anything better."""
	draw, counted = random.Random(organizations + levels), 0
	for _ in range(4):
		candidates, rules, attributes, votes = _assembly(draw, organizations, levels)
		case = Case((), (), 21, rules, attributes, votes)
		case.groups = [rule.groups(attributes, candidates).values() for rule in rules]
		seating = Seating(candidates, 21, rules, attributes)
		if seating.conflict():
			assert Seating(candidates[::-1], 21, rules, attributes).conflict() == seating.conflict()
			continue
		best = seating.best(votes)
		again = Seating(candidates[::-1], 21, rules, attributes).best(votes)
		assert (best.certain, best.tied, best.seats) == (again.certain, again.tied, again.seats)
		some = best.certain.union(best.draw(best.tied)[0])
		assert all(case.meets(some, place) for place in case.places)
		for gone, come in itertools.product(some, set(candidates) - some):
			if votes[come] > votes[gone]:
				other = some - {gone} | {come}
				assert not all(case.meets(other, place) for place in case.places)
		counted += 1
	assert counted
