"""What a count finds, for every counting form: who is elected, in which order, and why."""

from __future__ import annotations

from dataclasses import dataclass

# Why a candidate is elected or not. Codes, so that each language words them for itself.
MOST_VOTES = "most_votes"  # elected: enough votes, whatever the others have
TIED = "tied"  # not elected: as many votes as others for a seat too few; the tie is open
WON_LOT = "won_lot"  # elected: tied, and drawn early enough
LOST_LOT = "lost_lot"  # not elected: tied, and drawn too late
NOT_ENOUGH_VOTES = "not_enough_votes"  # not elected: others have more
NO_VOTES = "no_votes"  # not elected: nobody marked them, even if a seat stays empty

REASONS = (MOST_VOTES, TIED, WON_LOT, LOST_LOT, NOT_ENOUGH_VOTES, NO_VOTES)


@dataclass(frozen=True)
class CandidateOutcome:
	"""One candidate's line.

	`standing`: place by votes; equal votes share a place and the next place is skipped (1, 2, 2, 4).
	`seat_order`: order of election; None if not elected. Those elected with equal votes share it, as they
	share their standing: nothing says who of them came first. Winners of a lot are ordered as drawn.
	`reason`: one of REASONS.
	"""

	candidate: str
	votes: int
	elected: bool
	seat_order: int | None
	reason: str
	standing: int


@dataclass(frozen=True)
class Tie:
	"""An open tie: `candidates` (sorted by id) have equal votes, and only `seats` of them can be elected."""

	candidates: tuple[str, ...]
	seats: int


@dataclass(frozen=True)
class Lot:
	"""A settled tie: the tied in the `order` drawn; the first `seats` of them are elected."""

	order: tuple[str, ...]
	seats: int

	@property
	def candidates(self) -> tuple[str, ...]:
		"""The tied, sorted by id, as in `Tie`."""
		return tuple(sorted(self.order))


@dataclass(frozen=True)
class Outcome:
	"""A whole count.

	`rows`: most votes first; equal votes by candidate id, which decides nothing but the printing.
	`tie`: the tie that is still open, else None. `lot`: the lot that settled one, else None.
	"""

	rows: tuple[CandidateOutcome, ...]
	valid: int
	blank: int
	spoiled: int
	seats: int
	max_choices: int
	tie: Tie | None = None
	lot: Lot | None = None

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
		"""Marks on all valid ballots."""
		return sum(row.votes for row in self.rows)

	@property
	def is_decided(self) -> bool:
		"""No tie is open. Seats may still be empty for want of candidates with a vote: see `vacant`."""
		return self.tie is None

	@property
	def vacant(self) -> int:
		"""Seats that nobody can fill: fewer candidates have a vote than there are seats."""
		return self.seats - len(self.elected_rows) - (self.tie.seats if self.tie else 0)

	def row(self, candidate: str) -> CandidateOutcome:
		"""The line of `candidate`; raises KeyError."""
		for row in self.rows:
			if row.candidate == candidate:
				return row
		raise KeyError(candidate)
