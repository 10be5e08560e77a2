"""Single transferable vote as Scotland counts it: Weighted Inclusive Gregory, Droop quota.

The source is the Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45 to 52:

- The quota is floor(valid papers / (seats + 1)) + 1; who reaches it is elected.
- One surplus is transferred per stage, the largest first. All papers of the candidate go on, each with the
  value surplus x its value when received / the candidate's votes, to five decimal places, the rest ignored.
- Without a surplus the candidate with the fewest votes is excluded; the papers keep their value.
- Equal votes: those of the most recent earlier stage at which they differed decide, else a lot.
- As many continuing candidates as empty seats: they are elected, and nothing more is transferred.

What the Order leaves to a lot without need, or does not speak of:

- Candidates with no votes at all are excluded together: nothing moves, whatever the order.
- A tie stops the count only if it matters. All ways to go on are counted (within EFFORT); if each elects the
  same candidates in the same order, the count goes on with the last by id, and says so.
- Elected at the same stage with equal votes at all stages so far, candidates share their seat order.
- A candidate whom no valid paper names is never elected, even if a seat stays empty. A candidate who is named
  but holds no vote when the last seats are filled is elected, as the Order has it.

Seat rules are kept by guarding and dooming (I. D. Hill, "STV with constraints", Voting matters 9, 1998; J. Otten,
"STV with multiple constraints", Voting matters 13, 2001). After each step, whoever can be in no permitted set with
those elected is excluded at once, before any surplus moves; whoever is in every permitted set that is left is
not excluded when last, the next lowest is. Two who reach the quota with equal votes and cannot both be elected
are a tie about the seat.

stvpoll counts by the same Order; tests/unit compare with it. It does not count here: it rounds the values where
rule 48(3) ignores the remainder, passes papers to those elected already against 48(2), and where all stages are
equal it draws at random or leaves the count unfinished, so that no lot of a committee can settle it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from operator import itemgetter

from aso_network.elections.contest import Contest, Papers
from aso_network.elections.errors import InfeasibleRulesError, InvalidLotError
from aso_network.elections.outcome import (
	CONTINUING,
	EVENT_COUNTED,
	EVENT_EARLIER_ROUND,
	EVENT_ELECTED,
	EVENT_EXCLUDED,
	EVENT_LOT,
	EVENT_NO_MATTER,
	EVENT_RULE,
	EVENT_SURPLUS,
	EXCLUDED,
	EXCLUSION,
	LAST_STANDING,
	LOST_LOT,
	MAJORITY,
	NO_VOTES,
	NOT_ENOUGH_VOTES,
	PASSED_BY_RULE,
	REACHED_QUOTA,
	SEAT,
	SEATED_BY_RULE,
	SURPLUS,
	TIED,
	WON_LOT,
	CandidateOutcome,
	Event,
	Lot,
	Outcome,
	Round,
	Tie,
	standings,
)
from aso_network.elections.rules import SeatRule
from aso_network.elections.seating import Seating

# One vote. The Order works to five decimal places.
UNIT = 100_000

# How many papers may be moved to find out whether a tie matters (about a second); beyond it the tie is taken to
# matter. A round takes as long as some papers, even if it moves none.
EFFORT = 1_000_000
EFFORT_OF_A_ROUND = 100

# Answers about the seat rules that are kept to answer others.
MEMORY = 100

# An attribute of our own, for those whom no paper names.
_NAMELESS = "\0nameless"

# Papers that a candidate holds at one value: (value of each, [(ranking, how many say it), …]).
Parcel = tuple[int, list[tuple[tuple[str, ...], int]]]


def count(contest: Contest, papers: Papers, lots: Sequence[Sequence[str]] = ()) -> Outcome:
	"""Count `papers`; see `forms.count` for `lots` and the errors."""
	return Count(contest, papers, lots, UNIT, papers.valid // (contest.seats + 1) + 1).outcome()


@dataclass(frozen=True)
class _Fate:
	"""What became of a candidate, in which round, by which of the contest's rules; `place`: order of election."""

	reason: str
	round: int
	place: int | None = None
	rules: tuple[int, ...] = ()


@dataclass
class _State:
	"""A count between two steps. Parcels and rounds are never changed, so a copy of the dicts is a copy of it."""

	votes: dict[str, int]
	parcels: dict[str, tuple[Parcel, ...]]
	continuing: frozenset[str]
	elected: frozenset[str] = frozenset()
	surpluses: frozenset[str] = frozenset()  # elected, with a surplus that is still to be transferred
	raised: dict[str, tuple[int, ...]] = field(default_factory=dict)  # passed others, by these rules
	outdrawn: frozenset[str] = frozenset()  # had the quota, and were drawn too late to be elected
	fates: dict[str, _Fate] = field(default_factory=dict)
	rounds: tuple[Round, ...] = ()
	exhausted: int = 0

	def copy(self) -> _State:
		return replace(
			self,
			votes=dict(self.votes),
			parcels=dict(self.parcels),
			raised=dict(self.raised),
			fates=dict(self.fates),
		)

	@property
	def order(self) -> tuple[tuple[int, str], ...]:
		"""Those elected, in order."""
		return tuple(sorted((self.fates[c].place, c) for c in self.elected))

	def history(self, candidate: str) -> tuple[int, ...]:
		"""The candidate's votes, the latest round first."""
		return tuple(held.votes[candidate] for held in reversed(self.rounds))


@dataclass(frozen=True)
class _Step:
	"""What is done next, to one of `ways` (more than one: a tie). `events` say how it came to them.

	`about`: SEAT (they are elected, for `reason`), SURPLUS or EXCLUSION. `rules`: those by which others with
	fewer votes are not excluded, or by which none of `ways` can have a seat.
	"""

	about: str
	ways: tuple[tuple[str, ...], ...]
	events: tuple[Event, ...] = ()
	rules: tuple[int, ...] = ()
	reason: str = EXCLUDED


class Count:
	"""One count in which `quota` votes elect; None: more than half of the votes still in play."""

	def __init__(
		self, contest: Contest, papers: Papers, lots: Sequence[Sequence[str]], unit: int, quota: int | None
	) -> None:
		self.contest, self.papers, self.lots, self.unit = contest, papers, lots, unit
		self.quota = None if quota is None else quota * unit
		first = {candidate for candidate, number in papers.votes.items() if number}
		self.named = frozenset(contest.candidates)
		if len(first) < len(self.named):
			self.named = frozenset(chain.from_iterable(papers.rankings))
		self.limits = _Limits(contest, self.named) if contest.rules else None
		self.seats = self.limits.seats if self.limits else contest.seats
		self.used: list[Lot] = []
		self.effort = 0

	def outcome(self) -> Outcome:
		state, tie, harmless = self._first_round(), None, False
		while not tie and (step := self._next(state)):
			if len(step.ways) == 1:
				self._perform(state, step, step.ways[0])
				continue
			tied = tuple(sorted(chain.from_iterable(step.ways)))
			harmless = harmless or self._is_harmless(state)
			if harmless:
				self._perform(state, step, step.ways[-1], EVENT_NO_MATTER)
				continue
			tie = Tie(tied, self._open_to(state, step.about, tied), step.about)
			if len(self.used) < len(self.lots):
				lot = tie.settled_by(self.lots[len(self.used)])
				self.used.append(lot)
				drawn = {SEAT: lot.order, SURPLUS: lot.order[:1], EXCLUSION: lot.order[-1:]}[step.about]
				self._perform(state, step, drawn, EVENT_LOT)
				tie = None
		if len(self.used) < len(self.lots):
			raise InvalidLotError("There is no tie to be settled by lot.")
		return self._outcome(state, tie)

	# What comes next

	def _next(self, state: _State) -> _Step | None:
		"""The next step; None when the count is over."""
		if not state.continuing or not self._open(state):
			return None
		passed = self.limits.passed(state.elected, self._gone(state)) if self.limits else frozenset()
		standing = state.continuing - passed
		if reached := [c for c in standing if state.votes[c] >= self._needed(state)]:
			return self._election(state, reached, REACHED_QUOTA if self.quota else MAJORITY)
		if passed:
			return self._exclusion_by_rule(state, passed)
		if self.limits is None:
			standing &= self.named
		if len(state.continuing) <= self._open(state):
			return self._election(state, standing, LAST_STANDING) if standing else None
		if state.surpluses:
			most = max(state.votes[c] for c in state.surpluses)
			largest = [c for c in state.surpluses if state.votes[c] == most]
			among, events = _by_earlier_rounds(state, largest, max)
			return _Step(SURPLUS, tuple((c,) for c in among), events)
		return self._exclusion(state)

	def _election(self, state: _State, candidates: Iterable[str], reason: str) -> _Step:
		"""Elect those of `candidates` with most votes now or, if equal, at the latest round that differs."""
		best = max(state.history(c) for c in candidates)
		first = tuple(sorted(c for c in candidates if state.history(c) == best))
		if self.limits and not self.limits.allow(state.elected.union(first), self._gone(state)):
			return _Step(SEAT, tuple((c,) for c in first), reason=reason)
		return _Step(SEAT, (first,), reason=reason)

	def _exclusion(self, state: _State) -> _Step:
		"""Exclude the one with the fewest votes whom the rules can spare."""
		gone, spared, fewest, lowest = self._gone(state), [], 0, []
		for fewest in sorted({state.votes[c] for c in state.continuing}):
			level = sorted(c for c in state.continuing if state.votes[c] == fewest)
			lowest = [c for c in level if not self.limits or self.limits.allow(state.elected, gone | {c})]
			if lowest:
				break
			spared += level
		if not fewest:
			for group in ([c for c in lowest if c not in self.named], lowest):
				if group and self._can_go(state, group):
					return _Step(EXCLUSION, (tuple(group),))
		among, events = _by_earlier_rounds(state, lowest, min)
		rules: tuple[int, ...] = ()
		if spared:
			rules = self._blame(self.limits.blame(state.elected, gone | {c}) for c in spared)
			events = (Event(EVENT_RULE, tuple(sorted(spared)), {}, rules), *events)
		return _Step(EXCLUSION, tuple((c,) for c in among), events, rules)

	def _exclusion_by_rule(self, state: _State, passed: frozenset[str]) -> _Step:
		"""Exclude, all at once, those who can no more be elected without breaking the rules."""
		nameless = passed - self.named
		if nameless:
			return _Step(EXCLUSION, (tuple(sorted(nameless)),))
		gone = self._gone(state)
		first = tuple(sorted(passed))
		rules = self._blame(self.limits.blame(state.elected | {c}, gone) for c in first)
		return _Step(EXCLUSION, (first,), (Event(EVENT_RULE, first, {}, rules),), rules)

	@staticmethod
	def _blame(found: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
		return tuple(sorted(set(chain.from_iterable(found))))

	def _can_go(self, state: _State, group: list[str]) -> bool:
		"""Whether all of `group`, who have no votes, can be excluded together."""
		if self.limits:
			return self.limits.allow(state.elected, self._gone(state).union(group))
		return not self.named.intersection(group) or len(state.continuing) - len(group) >= self._open(state)

	def _gone(self, state: _State) -> frozenset[str]:
		return frozenset(self.contest.candidates) - state.continuing - state.elected

	def _open(self, state: _State) -> int:
		"""Seats to be filled yet."""
		return self.seats - len(state.elected)

	def _open_to(self, state: _State, about: str, tied: tuple[str, ...]) -> int:
		"""Seats for the tied: as many of them as the rules let sit together. On the way of the count all that
		are open."""
		if about != SEAT:
			return self._open(state)
		return self.limits.seating.most_of(tied, state.elected, self._gone(state))

	def _needed(self, state: _State) -> int:
		"""The votes with which a candidate is elected."""
		return self.quota or sum(state.votes.values()) // 2 + 1

	# Doing it

	def _first_round(self) -> _State:
		parcels: dict[str, list[tuple[tuple[str, ...], int]]] = {
			c: [] for c in sorted(self.contest.candidates)
		}
		for paper in self.papers.rankings.items():
			parcels[paper[0][0]].append(paper)
		state = _State(
			votes={c: self.papers.votes[c] * self.unit for c in parcels},
			parcels={c: ((self.unit, held),) for c, held in parcels.items()},
			continuing=frozenset(parcels),
		)
		self._end_round(state, [Event(EVENT_COUNTED, (), {"votes": self.papers.valid * self.unit})])
		return state

	def _perform(
		self, state: _State, step: _Step, chosen: tuple[str, ...], settled: str | None = None
	) -> None:
		"""Do `step` to `chosen`; `settled`: EVENT_LOT or EVENT_NO_MATTER if that is how they were chosen."""
		events = list(step.events)
		if settled == EVENT_LOT:
			events.append(Event(EVENT_LOT, self.used[-1].order, {"about": step.about}))
		elif settled:
			events.append(
				Event(settled, tuple(sorted(chain.from_iterable(step.ways))), {"about": step.about})
			)
		if step.about == SEAT:
			self._elect(state, step, chosen, settled == EVENT_LOT, events)
		elif step.about == SURPLUS:
			self._transfer_surplus(state, chosen[0], events)
		else:
			self._exclude(state, step, chosen, settled == EVENT_LOT, events)

	def _elect(
		self, state: _State, step: _Step, chosen: tuple[str, ...], by_lot: bool, events: list[Event]
	) -> None:
		"""Elect `chosen`, in the order drawn `by_lot` as far as the rules go, or with a place that they share."""
		place, last = len(state.elected) + 1, state.rounds[-1]
		needed = self._needed(state)
		for candidate in chosen:
			if by_lot and not self.limits.allow(state.elected | {candidate}, self._gone(state)):
				state.outdrawn |= {candidate}
				continue
			reason = WON_LOT if by_lot else step.reason
			if by_lot:
				place = len(state.elected) + 1
			state.fates[candidate] = _Fate(reason, last.number, place)
			votes = state.votes[candidate]
			figures = {"why": reason, "votes": votes}
			if step.reason != LAST_STANDING:
				figures["quota"] = needed
			if self.quota and votes > self.quota:
				figures["surplus"] = votes - self.quota
				state.surpluses |= {candidate}
			events.append(Event(EVENT_ELECTED, (candidate,), figures))
			state.elected |= {candidate}
			state.continuing -= {candidate}
		state.rounds = (*state.rounds[:-1], replace(last, events=(*last.events, *events)))

	def _transfer_surplus(self, state: _State, candidate: str, events: list[Event]) -> None:
		votes = state.votes[candidate]
		surplus = votes - self.quota
		state.surpluses -= {candidate}
		state.votes[candidate] = self.quota
		self._transfer(state, candidate, surplus, votes)
		events.append(Event(EVENT_SURPLUS, (candidate,), {"surplus": surplus, "votes": votes}))
		self._end_round(state, events)

	def _exclude(
		self, state: _State, step: _Step, chosen: tuple[str, ...], by_lot: bool, events: list[Event]
	) -> None:
		number = len(state.rounds) + 1
		state.continuing -= set(chosen)
		most = max(state.votes[c] for c in chosen)
		passed_by = [c for c in state.continuing if step.rules and state.votes[c] < most]
		for candidate in passed_by:
			state.raised[candidate] = self._blame((state.raised.get(candidate, ()), step.rules))
		figures = {"votes": sum(state.votes[c] for c in chosen)}
		if passed_by:
			figures["why"] = PASSED_BY_RULE
		events.append(Event(EVENT_EXCLUDED, chosen, figures, step.rules))
		for candidate in chosen:
			votes = state.votes.pop(candidate)
			self._transfer(state, candidate, votes, votes)
			reason = PASSED_BY_RULE if passed_by else EXCLUDED
			if by_lot or candidate in state.outdrawn:
				reason = LOST_LOT
			if candidate not in self.named:
				reason = NO_VOTES
			state.fates[candidate] = _Fate(reason, number, rules=step.rules)
		self._end_round(state, events)

	def _transfer(self, state: _State, candidate: str, surplus: int, votes: int) -> None:
		"""Give the candidate's papers, at `surplus` / `votes` of their value, to the next continuing candidate
		that each names. What rounding loses is exhausted."""
		continuing, left = state.continuing, surplus
		for value, papers in state.parcels.pop(candidate):
			self.effort += len(papers)
			value = surplus * value // votes if votes else 0
			if not value:
				continue
			received: defaultdict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
			for paper in papers:
				for choice in paper[0]:
					if choice in continuing:
						received[choice].append(paper)
						break
			for choice, held in received.items():
				credit = value * sum(map(itemgetter(1), held))
				state.votes[choice] += credit
				state.parcels[choice] += ((value, held),)
				left -= credit
		state.exhausted += left

	def _end_round(self, state: _State, events: list[Event]) -> None:
		self.effort += EFFORT_OF_A_ROUND
		number = len(state.rounds) + 1
		state.rounds += (Round(number, dict(state.votes), tuple(events), state.exhausted),)

	# Ties

	def _is_harmless(self, state: _State) -> bool:
		"""Whether the same are elected in the same order, whichever way this tie and all later ones go."""
		self.effort, first = 0, None
		for order in self._every_end(state.copy()):
			if self.effort > EFFORT or (first is not None and order != first):
				return False
			first = order
		return True

	def _every_end(self, state: _State) -> Iterator[tuple[tuple[int, str], ...]]:
		while (step := self._next(state)) and self.effort <= EFFORT:
			if len(step.ways) > 1:
				for way in step.ways:
					branch = state.copy()
					self._perform(branch, step, way)
					yield from self._every_end(branch)
				return
			self._perform(state, step, step.ways[0])
		yield state.order

	# The outcome

	def _outcome(self, state: _State, tie: Tie | None) -> Outcome:
		contest, papers = self.contest, self.papers
		for candidate in state.continuing:
			reason = NOT_ENOUGH_VOTES if candidate in self.named else NO_VOTES
			if tie:
				reason = TIED if candidate in tie.candidates else CONTINUING
			state.fates[candidate] = _Fate(reason, len(state.rounds))
		unmoved = self._elected_without_rules() if self.limits else ()
		rows = []
		for candidate, standing in standings(papers.votes):
			fate, votes = state.fates[candidate], papers.votes[candidate]
			if candidate in state.elected and candidate not in self.named:
				fate = replace(fate, reason=SEATED_BY_RULE, rules=self.limits.unmet)
			elif candidate in state.elected and candidate in state.raised and candidate not in unmoved:
				fate = replace(fate, reason=SEATED_BY_RULE, rules=state.raised[candidate])
			rows.append(
				CandidateOutcome(
					candidate=candidate,
					votes=votes,
					elected=fate.place is not None,
					seat_order=fate.place,
					reason=fate.reason,
					standing=standing,
					round=fate.round,
					rules=fate.rules,
				)
			)
		return Outcome(
			rows=tuple(rows),
			valid=papers.valid,
			blank=papers.blank,
			spoiled=papers.spoiled,
			seats=contest.seats,
			max_choices=contest.max_choices,
			tie=tie,
			lots=tuple(self.used),
			form=contest.form,
			rounds=state.rounds,
			unit=self.unit,
			quota=self.quota,
		)

	def _elected_without_rules(self) -> tuple[str, ...]:
		"""Whom the same papers elect if there are no rules, as far as no tie matters."""
		contest = replace(self.contest, rules=())
		return (
			Count(contest, self.papers, (), self.unit, self.quota and self.quota // self.unit)
			.outcome()
			.elected
		)


def _by_earlier_rounds(
	state: _State, candidates: Iterable[str], best: Callable[[Iterable[int]], int]
) -> tuple[list[str], tuple[Event, ...]]:
	"""Those of `candidates` with the `best` votes at the most recent round at which they differed, and so on
	back through the rounds while more than one is left."""
	among, events = sorted(candidates), []
	for held in reversed(state.rounds):
		if len(among) == 1:
			break
		target = best(held.votes[c] for c in among)
		left = [c for c in among if held.votes[c] == target]
		if len(left) < len(among):
			events.append(Event(EVENT_EARLIER_ROUND, tuple(among), {"round": held.number, "votes": target}))
			among = left
	return among, tuple(events)


class _Limits:
	"""What the seat rules allow.

	Candidates without a vote take no seat, except as many as it takes to meet the rules at all: they are held
	to that number by a rule of their own, the last. Raises InfeasibleRulesError if that does not help.
	"""

	def __init__(self, contest: Contest, named: frozenset[str]) -> None:
		self.everybody = frozenset(contest.candidates)
		self.of_contest = len(contest.rules)
		attributes = {
			c: {**contest.attributes.get(c, {}), _NAMELESS: int(c in self.everybody - named)}
			for c in (*contest.candidates, *contest.seated)
		}
		nameless = len(self.everybody - named)
		for spare in range(nameless + 1):
			rules = (*contest.rules, SeatRule(_NAMELESS, maximum=spare, at_least=1))
			self.seating = Seating(contest.candidates, contest.seats, rules, attributes, contest.seated)
			try:
				self.seats = self.seating.fillable
				break
			except InfeasibleRulesError:
				if spare == nameless:
					raise
		unmet = self.seating.forbidding((), self.everybody - named, 0)
		self.unmet = tuple(r for r in unmet if r < self.of_contest)  # without those who have no vote
		# A set that meets the rules answers for all that it holds, and a question answered with no answers for
		# every stricter one. The latest come first.
		self.met: deque[frozenset[str]] = deque(maxlen=MEMORY)
		self.refused: deque[tuple[frozenset[str], frozenset[str]]] = deque(maxlen=MEMORY)
		self.passed = cache(self._passed)

	def allow(self, elected: frozenset[str], gone: frozenset[str]) -> bool:
		"""Can the seats be filled with all `elected` and without all `gone`?"""
		if any(elected <= held and held.isdisjoint(gone) for held in self.met):
			return True
		if any(include <= elected and exclude <= gone for include, exclude in self.refused):
			return False
		found = self.seating.example(elected, gone)
		if found is None:
			self.refused.appendleft((elected, gone))
		else:
			self.met.appendleft(found)
		return found is not None

	def _passed(self, elected: frozenset[str], gone: frozenset[str]) -> frozenset[str]:
		"""Of the others, those who cannot be elected any more."""
		return frozenset(c for c in self.everybody - elected - gone if not self.allow(elected | {c}, gone))

	def blame(self, elected: frozenset[str], gone: frozenset[str]) -> tuple[int, ...]:
		"""The contest's rules, as few as possible, that do not allow it."""
		return tuple(r for r in self.seating.forbidding(elected, gone) if r < self.of_contest)
