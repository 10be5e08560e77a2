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
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from aso_network.elections.contest import Contest, Papers
from aso_network.elections.errors import InvalidLotError
from aso_network.elections.outcome import (
	CONTINUING,
	EVENT_COUNTED,
	EVENT_EARLIER_ROUND,
	EVENT_ELECTED,
	EVENT_EXCLUDED,
	EVENT_LOT,
	EVENT_NO_MATTER,
	EVENT_SURPLUS,
	EXCLUDED,
	EXCLUSION,
	LAST_STANDING,
	LOST_LOT,
	MAJORITY,
	NO_VOTES,
	REACHED_QUOTA,
	SURPLUS,
	TIED,
	WON_LOT,
	CandidateOutcome,
	Event,
	Lot,
	Outcome,
	Round,
	Tie,
)

# One vote. The Order works to five decimal places.
UNIT = 100_000

# How many papers may be moved to find out whether a tie matters. Beyond it the tie is taken to matter.
EFFORT = 1_000_000

# Papers that a candidate holds at one value: (value of each, [(ranking, how many say it), …]).
Parcel = tuple[int, list[tuple[tuple[str, ...], int]]]


def count(contest: Contest, papers: Papers, lots: Sequence[Sequence[str]] = ()) -> Outcome:
	"""Count `papers`; see `forms.count` for `lots` and the errors."""
	return Count(contest, papers, lots, UNIT, papers.valid // (contest.seats + 1) + 1).outcome()


@dataclass(frozen=True)
class _Fate:
	"""What became of a candidate, and in which round."""

	reason: str
	round: int
	place: int | None = None


@dataclass
class _State:
	"""A count between two stages. Parcels are never changed, so a copy of the dicts is a copy of the count."""

	votes: dict[str, int]
	parcels: dict[str, tuple[Parcel, ...]]
	continuing: frozenset[str]
	surpluses: frozenset[str] = frozenset()  # elected, with a surplus that is still to be transferred
	fates: dict[str, _Fate] = field(default_factory=dict)
	rounds: tuple[Round, ...] = ()
	exhausted: int = 0

	def copy(self) -> _State:
		return replace(self, votes=dict(self.votes), parcels=dict(self.parcels), fates=dict(self.fates))

	@property
	def elected(self) -> tuple[tuple[int, str], ...]:
		return tuple(sorted((fate.place, c) for c, fate in self.fates.items() if fate.place))


@dataclass(frozen=True)
class _Step:
	"""What the next stage does, to one of `ways` (more than one: a tie). `events` say how it came to them."""

	about: str
	ways: tuple[tuple[str, ...], ...]
	events: tuple[Event, ...] = ()


class Count:
	"""One count, with `quota` votes to be elected; None: more than half of the votes still in play."""

	def __init__(
		self,
		contest: Contest,
		papers: Papers,
		lots: Sequence[Sequence[str]],
		unit: int,
		quota: int | None,
	) -> None:
		self.contest, self.papers, self.lots, self.unit = contest, papers, lots, unit
		self.quota = None if quota is None else quota * unit
		self.used: list[Lot] = []
		self.named = frozenset(c for ranking in papers.rankings for c in ranking)
		self.effort = 0

	def outcome(self) -> Outcome:
		state = self._first_stage()
		tie = None
		harmless = False
		while step := self._next(state):
			ways, events = step.ways, list(step.events)
			chosen = ways[0]
			lost = False
			if len(ways) > 1:
				tied = tuple(sorted(c for way in ways for c in way))
				harmless = harmless or self._is_harmless(state)
				if harmless:
					chosen = ways[-1]
					events.append(Event(EVENT_NO_MATTER, tied, {"about": step.about}))
				elif len(self.used) < len(self.lots):
					lot = self._lot(step.about, tied, state)
					chosen = (lot.order[-1 if step.about == EXCLUSION else 0],)
					lost = step.about == EXCLUSION
					events.append(Event(EVENT_LOT, lot.order, {"about": step.about}))
				else:
					tie = Tie(tied, self._open(state), step.about)
					break
			self._perform(state, step.about, chosen, events, lost)
		if len(self.used) < len(self.lots):
			raise InvalidLotError("There is no tie to be settled by lot.")
		return self._outcome(state, tie)

	# Stages

	def _first_stage(self) -> _State:
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
		figures = {"votes": self.papers.valid * self.unit}
		self._end_stage(state, [Event(EVENT_COUNTED, (), figures | self._needed(state))])
		return state

	def _next(self, state: _State) -> _Step | None:
		"""The next stage; None when the count is over."""
		if not state.continuing or not self._open(state):
			return None
		if state.surpluses:
			most = max(state.votes[c] for c in state.surpluses)
			among, events = self._by_earlier_rounds(
				state, [c for c in state.surpluses if state.votes[c] == most], max
			)
			return _Step(SURPLUS, tuple((c,) for c in among), events)
		fewest = min(state.votes[c] for c in state.continuing)
		lowest = sorted(c for c in state.continuing if state.votes[c] == fewest)
		if not fewest:
			if nameless := [c for c in lowest if c not in self.named]:
				return _Step(EXCLUSION, (tuple(nameless),))
			if len(state.continuing) - len(lowest) >= self._open(state):
				return _Step(EXCLUSION, (tuple(lowest),))
		among, events = self._by_earlier_rounds(state, lowest, min)
		return _Step(EXCLUSION, tuple((c,) for c in among), events)

	def _perform(
		self, state: _State, about: str, chosen: tuple[str, ...], events: list[Event], lost: bool = False
	) -> None:
		number = len(state.rounds) + 1
		if about == SURPLUS:
			(candidate,) = chosen
			votes = state.votes[candidate]
			surplus = votes - self.quota
			state.surpluses -= {candidate}
			state.votes[candidate] = self.quota
			state.exhausted += surplus  # less what arrives with others
			self._transfer(state, candidate, surplus, votes)
			events.append(
				Event(EVENT_SURPLUS, chosen, {"surplus": surplus, "votes": votes, "quota": self.quota})
			)
		else:
			state.continuing -= set(chosen)
			votes = 0
			for candidate in chosen:
				votes = state.votes.pop(candidate)
				state.exhausted += votes
				self._transfer(state, candidate, votes, votes)
				reason = NO_VOTES if candidate not in self.named else LOST_LOT if lost else EXCLUDED
				state.fates[candidate] = _Fate(reason, number)
			events.append(Event(EVENT_EXCLUDED, chosen, {"votes": votes}))
		self._end_stage(state, events, lost)

	def _transfer(self, state: _State, candidate: str, surplus: int, votes: int) -> None:
		"""Give the candidate's papers to the next continuing candidate that each names."""
		continuing = state.continuing
		for value, papers in state.parcels.pop(candidate):
			self.effort += len(papers)
			value = surplus * value // votes if votes else 0
			if not value:
				continue
			received: dict[str, list[tuple[tuple[str, ...], int]]] = {}
			for paper in papers:
				for choice in paper[0]:
					if choice in continuing:
						if choice in received:
							received[choice].append(paper)
						else:
							received[choice] = [paper]
						break
			for choice, held in received.items():
				credit = value * sum(number for _, number in held)
				state.votes[choice] += credit
				state.exhausted -= credit
				state.parcels[choice] += ((value, held),)

	def _end_stage(self, state: _State, events: list[Event], lost: bool = False) -> None:
		"""Elect who reached the quota, or who is left, and write the round down."""
		number = len(state.rounds) + 1
		self.effort += 1
		state.rounds += (Round(number, dict(state.votes), (), state.exhausted),)
		needed = self._needed(state)
		reached = [c for c in state.continuing if state.votes[c] >= needed["quota"]]
		reason = REACHED_QUOTA if self.quota else MAJORITY
		events += self._elect(state, reached, reason, needed)
		if len(state.continuing) <= self._open(state):
			named = [c for c in state.continuing if c in self.named]
			events += self._elect(state, named, WON_LOT if lost else LAST_STANDING, {})
			for candidate in state.continuing:
				state.fates[candidate] = _Fate(NO_VOTES, number)
			state.continuing = frozenset()
		state.rounds = (*state.rounds[:-1], replace(state.rounds[-1], events=tuple(events)))

	def _elect(
		self, state: _State, candidates: Iterable[str], reason: str, figures: dict[str, int]
	) -> Iterator[Event]:
		place = len(state.elected)
		events = []
		previous = None
		for step, candidate in enumerate(
			sorted(candidates, key=lambda c: (*(-v for v in self._history(state, c)), c)), start=1
		):
			history = self._history(state, candidate)
			if history != previous:
				rank = place + step
			previous = history
			votes = state.votes[candidate]
			state.fates[candidate] = _Fate(reason, len(state.rounds), rank)
			more = {"why": reason, "votes": votes} | figures
			if self.quota and votes > self.quota:
				state.surpluses |= {candidate}
				more["surplus"] = votes - self.quota
			events.append(Event(EVENT_ELECTED, (candidate,), more))
			state.continuing -= {candidate}
		return events

	def _needed(self, state: _State) -> dict[str, int]:
		"""The votes with which a candidate is elected."""
		if self.quota:
			return {"quota": self.quota}
		return {"quota": sum(state.votes.values()) // 2 + 1}

	def _open(self, state: _State) -> int:
		"""Seats not filled yet."""
		return self.contest.seats - sum(fate.place is not None for fate in state.fates.values())

	# Ties

	@staticmethod
	def _history(state: _State, candidate: str) -> list[int]:
		"""The candidate's votes, the latest round first."""
		return [held.votes[candidate] for held in reversed(state.rounds)]

	@staticmethod
	def _by_earlier_rounds(
		state: _State, candidates: Iterable[str], best: type[max] | type[min]
	) -> tuple[list[str], tuple[Event, ...]]:
		"""Those of `candidates` with the `best` votes at the most recent round at which they differed, and so
		on back through the rounds while more than one is left."""
		among, events = sorted(candidates), []
		for held in reversed(state.rounds):
			if len(among) == 1:
				break
			target = best(held.votes[c] for c in among)
			left = [c for c in among if held.votes[c] == target]
			if len(left) < len(among):
				events.append(
					Event(EVENT_EARLIER_ROUND, tuple(among), {"round": held.number, "votes": target})
				)
				among = left
		return among, tuple(events)

	def _is_harmless(self, state: _State) -> bool:
		"""Whether the same are elected in the same order, whichever way this tie and all later ones go."""
		self.effort = 0
		first = None
		for elected in self._every_end(state):
			if self.effort > EFFORT or (first is not None and elected != first):
				return False
			first = elected
		return True

	def _every_end(self, state: _State) -> Iterator[tuple[tuple[int, str], ...]]:
		while step := self._next(state):
			if self.effort > EFFORT:
				break
			if len(step.ways) > 1:
				for way in step.ways:
					branch = state.copy()
					self._perform(branch, step.about, way, [])
					yield from self._every_end(branch)
				return
			self._perform(state, step.about, step.ways[0], [])
		yield state.elected

	def _lot(self, about: str, tied: tuple[str, ...], state: _State) -> Lot:
		lot = Lot(tuple(self.lots[len(self.used)]), self._open(state), about)
		if lot.candidates != tied:
			raise InvalidLotError("The lot orders exactly the tied candidates, each once.")
		self.used.append(lot)
		return lot

	# The outcome

	def _outcome(self, state: _State, tie: Tie | None) -> Outcome:
		contest, papers = self.contest, self.papers
		for candidate in state.continuing:
			in_tie = tie and candidate in tie.candidates
			reason = TIED if in_tie else CONTINUING if tie else EXCLUDED
			state.fates[candidate] = _Fate(reason, len(state.rounds))
		order = sorted(contest.candidates, key=lambda c: (-papers.votes[c], c))
		standing: dict[int, int] = {}
		for place, candidate in enumerate(order, start=1):
			standing.setdefault(papers.votes[candidate], place)
		rows = []
		for candidate in order:
			fate, votes = state.fates[candidate], papers.votes[candidate]
			rows.append(
				CandidateOutcome(
					candidate,
					votes,
					fate.place is not None,
					fate.place,
					fate.reason,
					standing[votes],
					fate.round,
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
