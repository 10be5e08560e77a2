"""What a count finds, for every counting form: who is elected, in which order, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aso_network.elections.errors import InvalidLotError

# Why a candidate is elected or not. Codes, so that each language words them for itself (`explain`).
MOST_VOTES = "most_votes"  # elected: enough votes, whatever the others have
MAJORITY = "majority"  # elected: more than half of the valid votes (irv: of the votes still in play)
REACHED_QUOTA = "reached_quota"  # elected: the quota, in round `round`
LAST_STANDING = "last_standing"  # elected: as many candidates were left as seats
WON_LOT = "won_lot"  # elected: tied, and drawn early enough
SEATED_BY_RULE = (
	"seated_by_rule"  # elected: the seat rules `rules` give the seat, past others with more votes
)
UNOPPOSED = "unopposed"  # elected: no more candidates than seats, and no vote was held
TIED = "tied"  # not elected yet: the tie is open
IN_RUNOFF = "in_runoff"  # not elected yet: nobody has a majority, and these go on
CONTINUING = "continuing"  # not elected yet: a tie among others stopped the count of rounds
LOST_LOT = "lost_lot"  # not elected: tied, and drawn too late
NOT_ENOUGH_VOTES = "not_enough_votes"  # not elected: others have more
EXCLUDED = "excluded"  # not elected: fewest votes in round `round`
NO_VOTES = "no_votes"  # not elected: nobody marked them, even if a seat stays empty
PASSED_BY_RULE = (
	"passed_by_rule"  # not elected: the seat rules `rules` give the seat to others with fewer votes
)

REASONS = (
	MOST_VOTES,
	MAJORITY,
	REACHED_QUOTA,
	LAST_STANDING,
	WON_LOT,
	SEATED_BY_RULE,
	UNOPPOSED,
	TIED,
	IN_RUNOFF,
	CONTINUING,
	LOST_LOT,
	NOT_ENOUGH_VOTES,
	EXCLUDED,
	NO_VOTES,
	PASSED_BY_RULE,
)

# What an open tie is about.
SEAT = "seat"  # who of the tied is elected
EXCLUSION = "exclusion"  # who of the tied is excluded in this round
SURPLUS = "surplus"  # whose surplus of the tied is transferred first
NO_MAJORITY = "no_majority"  # not a tie in votes: nobody has a majority, and these go into a runoff

# What happens in a round. Each is one sentence of the minutes.
EVENT_COUNTED = "counted"  # first count of the papers
EVENT_ELECTED = "elected"  # `candidates` are elected in this round; `why` is one of REASONS
EVENT_SURPLUS = "surplus"  # the surplus of one candidate is transferred
EVENT_EXCLUDED = (
	"excluded"  # one candidate (or several without votes) is excluded; their papers are transferred
)
EVENT_EARLIER_ROUND = "earlier_round"  # equal votes, decided by those of round `round`
EVENT_LOT = "lot"  # equal votes in all rounds, decided by lot
EVENT_NO_MATTER = "no_matter"  # equal votes, but whichever way it goes the same are elected
EVENT_RULE = "rule"  # the seat rules `rules` allow or demand this


@dataclass(frozen=True)
class CandidateOutcome:
	"""One candidate's line.

	`votes`: of the first count. `standing`: place by votes; equal votes share a place and the next place is
	skipped (1, 2, 2, 4). `seat_order`: order of election; None if not elected. Those elected with equal votes
	share it, as they share their standing: nothing says who of them came first. Winners of a lot are ordered
	as drawn. `reason`: one of REASONS. `round`: the round that decided it. `rules`: which of the contest's
	rules (by place, from 0) moved the seat.
	"""

	candidate: str
	votes: int
	elected: bool
	seat_order: int | None
	reason: str
	standing: int
	round: int = 1
	rules: tuple[int, ...] = ()


@dataclass(frozen=True)
class Event:
	"""One thing that happens in a round: `code` is one of EVENT_…; `figures` are whole numbers in the
	outcome's `unit`, or other values that the sentence of this code needs (see `explain`)."""

	code: str
	candidates: tuple[str, ...] = ()
	figures: Mapping[str, int | str] = field(default_factory=dict)
	rules: tuple[int, ...] = ()


@dataclass(frozen=True)
class Round:
	"""The votes at the end of one round's transfers, in the outcome's `unit`, and what they decided.

	`votes`: candidate → votes, of those still in the count (elected ones too). `exhausted`: votes of papers
	that name nobody still standing, and what rounding lost.
	"""

	number: int
	votes: Mapping[str, int]
	events: tuple[Event, ...] = ()
	exhausted: int = 0


@dataclass(frozen=True)
class Tie:
	"""An open tie: `candidates` (sorted by id), of whom only `seats` can be elected; `about`: see above."""

	candidates: tuple[str, ...]
	seats: int
	about: str = SEAT

	def settled_by(self, order: Sequence[str]) -> Lot:
		"""The lot that settles it; raises InvalidLotError unless `order` is exactly the tied, each once."""
		if sorted(order) != list(self.candidates):
			raise InvalidLotError("The lot orders exactly the tied candidates, each once.")
		return Lot(tuple(order), self.seats, self.about)


@dataclass(frozen=True)
class Lot:
	"""A settled tie: the tied in the `order` drawn.

	About a seat: the first drawn are elected, as far as `seats` and the rules go. About an exclusion: the
	last drawn is excluded. About a surplus: the first drawn is transferred first.
	"""

	order: tuple[str, ...]
	seats: int
	about: str = SEAT

	@property
	def candidates(self) -> tuple[str, ...]:
		"""The tied, sorted by id, as in `Tie`."""
		return tuple(sorted(self.order))


@dataclass(frozen=True)
class Outcome:
	"""A whole count.

	`rows`: most votes first; equal votes by candidate id, which decides nothing but the printing.
	`tie`: the tie that is still open, else None. `lots`: those that settled earlier ones, in order.
	`unit`: what one vote is in rounds (100000 where votes are transferred in parts, else 1).
	`quota`: in `unit`, for forms that have one.
	"""

	rows: tuple[CandidateOutcome, ...]
	valid: int
	blank: int
	spoiled: int
	seats: int
	max_choices: int | None
	tie: Tie | None = None
	lots: tuple[Lot, ...] = ()
	form: str = "block"
	rounds: tuple[Round, ...] = ()
	unit: int = 1
	quota: int | None = None

	@property
	def total(self) -> int:
		"""Ballots of every kind."""
		return self.valid + self.blank + self.spoiled

	@property
	def elected(self) -> tuple[str, ...]:
		"""Candidate ids in order of election; those who share a seat_order by id."""
		return tuple(row.candidate for row in self.elected_rows)

	@property
	def elected_rows(self) -> tuple[CandidateOutcome, ...]:
		elected = [row for row in self.rows if row.elected]
		return tuple(sorted(elected, key=lambda row: (row.seat_order or 0, row.candidate)))

	@property
	def votes(self) -> int:
		"""Marks, points or first preferences on all valid ballots."""
		return sum(row.votes for row in self.rows)

	@property
	def is_decided(self) -> bool:
		"""No tie is open. Seats may still be empty for want of candidates with a vote: see `vacant`."""
		return self.tie is None

	@property
	def vacant(self) -> int:
		"""Seats that nobody can fill: fewer candidates have a vote than there are seats, or rules forbid more.
		0 as long as a tie keeps the count from going on: others may be seated after it."""
		goes_on = self.form == "majority" or any(row.reason == CONTINUING for row in self.rows)
		if self.tie and self.tie.about == SEAT and goes_on:
			return 0
		return self.seats - len(self.elected_rows) - (self.tie.seats if self.tie else 0)

	def row(self, candidate: str) -> CandidateOutcome:
		"""The line of `candidate`; raises KeyError."""
		for row in self.rows:
			if row.candidate == candidate:
				return row
		raise KeyError(candidate)


def standings(votes: Mapping[str, int]) -> Iterator[tuple[str, int]]:
	"""Candidates with their place by votes, most first; equal votes share a place and the next place is skipped
	(1, 2, 2, 4)."""
	first: dict[int, int] = {}
	for place, candidate in enumerate(sorted(votes, key=lambda c: (-votes[c], c)), start=1):
		yield candidate, first.setdefault(votes[candidate], place)
