"""Roll, papers, box and entries against each other, before anything is counted."""

from __future__ import annotations

from dataclasses import asdict, dataclass

MISSING = "missing"  # a figure was not taken; `figure` names it
ENTERED_DIFFERS_FROM_BOX = "entered_differs_from_box"  # left: entered, right: in the box
# left: in the box, papers and online ballots together; right: marked
MORE_BALLOTS_THAN_VOTERS = "more_ballots_than_voters"
FEWER_BALLOTS_THAN_VOTERS = "fewer_ballots_than_voters"
PAPERS_DIFFER_FROM_BOX = "papers_differ_from_box"  # left: issued less returned, right: in the box
MORE_VOTERS_THAN_ROLL = "more_voters_than_roll"  # left: marked, right: on the roll
DESK_DIFFERS_FROM_BOX = "desk_differs_from_box"  # left: marked at the desk, right: papers in the box
# left: marked and not at the desk, right: online ballots. No mistake of anybody makes this: one statement does both.
ONLINE_DIFFERS_FROM_ROLL = "online_differs_from_roll"

CODES = (
	MISSING,
	ENTERED_DIFFERS_FROM_BOX,
	MORE_BALLOTS_THAN_VOTERS,
	FEWER_BALLOTS_THAN_VOTERS,
	PAPERS_DIFFER_FROM_BOX,
	MORE_VOTERS_THAN_ROLL,
	DESK_DIFFERS_FROM_BOX,
	ONLINE_DIFFERS_FROM_ROLL,
)
ON_PAPER = ("on_roll", "marked", "issued", "returned", "in_box", "entered")
ONLINE = ("online", "marked_at_desk")


@dataclass(frozen=True)
class Figures:
	"""Numbers of one vote; None where one was not taken.

	`on_roll` voters entitled, `marked` of them marked as having voted, papers `issued` to voters, papers
	`returned` by them and replaced, papers found `in_box`, ballots `entered` in agreed batches.

	`online` ballots and voters `marked_at_desk`, at the paper desk: of a vote that was on paper and online. `online`
	is None where it was on paper only.
	"""

	on_roll: int | None = None
	marked: int | None = None
	issued: int | None = None
	returned: int | None = None
	in_box: int | None = None
	entered: int | None = None
	online: int | None = None
	marked_at_desk: int | None = None


@dataclass(frozen=True)
class Mismatch:
	"""Two figures that should be equal (or ordered) and are not. For MISSING only `figure` is set."""

	code: str
	left: int | None = None
	right: int | None = None
	figure: str | None = None


def mismatches(figures: Figures) -> tuple[Mismatch, ...]:
	"""Everything that does not agree, missing figures first; empty when all agrees.

	A comparison that lacks a figure is left out: the figure is reported as missing.
	"""
	asked = ON_PAPER if figures.online is None else (*ON_PAPER, *ONLINE)
	found = [Mismatch(MISSING, figure=name) for name in asked if getattr(figures, name) is None]
	marked, in_box, online = figures.marked, figures.in_box, figures.online or 0
	if _known(figures.entered, in_box) and figures.entered != in_box:
		found.append(Mismatch(ENTERED_DIFFERS_FROM_BOX, figures.entered, in_box))
	# The Venice Commission's criterion: as many slips in the box as voters marked.
	if _known(in_box, marked) and in_box + online != marked:
		more = in_box + online > marked
		code = MORE_BALLOTS_THAN_VOTERS if more else FEWER_BALLOTS_THAN_VOTERS
		found.append(Mismatch(code, in_box + online, marked))
	if _known(figures.issued, figures.returned, in_box) and figures.issued - figures.returned != in_box:
		found.append(Mismatch(PAPERS_DIFFER_FROM_BOX, figures.issued - figures.returned, in_box))
	if _known(marked, figures.on_roll) and marked > figures.on_roll:
		found.append(Mismatch(MORE_VOTERS_THAN_ROLL, marked, figures.on_roll))
	at_desk = figures.marked_at_desk
	if _known(figures.online, at_desk, in_box) and at_desk != in_box:
		found.append(Mismatch(DESK_DIFFERS_FROM_BOX, at_desk, in_box))
	if _known(figures.online, at_desk, marked) and marked - at_desk != online:
		found.append(Mismatch(ONLINE_DIFFERS_FROM_ROLL, marked - at_desk, online))
	return tuple(found)


def as_json_value(figures: Figures) -> dict[str, int | None]:
	"""What a record has of them; of a vote on paper nothing about online ones."""
	said = asdict(figures)
	return said if figures.online is not None else {name: said[name] for name in ON_PAPER}


def _known(*numbers: int | None) -> bool:
	return None not in numbers
