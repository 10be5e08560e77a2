"""Roll, papers, box and entries against each other, before anything is counted."""

from __future__ import annotations

from dataclasses import dataclass, fields

MISSING = "missing"  # a figure was not taken; `figure` names it
ENTERED_DIFFERS_FROM_BOX = "entered_differs_from_box"  # left: entered, right: in the box
MORE_BALLOTS_THAN_VOTERS = "more_ballots_than_voters"  # left: in the box, right: marked
FEWER_BALLOTS_THAN_VOTERS = "fewer_ballots_than_voters"  # left: in the box, right: marked
PAPERS_DIFFER_FROM_BOX = "papers_differ_from_box"  # left: issued less returned, right: in the box
MORE_VOTERS_THAN_ROLL = "more_voters_than_roll"  # left: marked, right: on the roll

CODES = (
	MISSING,
	ENTERED_DIFFERS_FROM_BOX,
	MORE_BALLOTS_THAN_VOTERS,
	FEWER_BALLOTS_THAN_VOTERS,
	PAPERS_DIFFER_FROM_BOX,
	MORE_VOTERS_THAN_ROLL,
)


@dataclass(frozen=True)
class Figures:
	"""Numbers of one paper vote; None where one was not taken.

	`on_roll` voters entitled, `marked` of them marked as having voted, papers `issued` to voters, papers
	`returned` by them and replaced, papers found `in_box`, ballots `entered` in agreed batches.
	"""

	on_roll: int | None = None
	marked: int | None = None
	issued: int | None = None
	returned: int | None = None
	in_box: int | None = None
	entered: int | None = None


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
	found = [
		Mismatch(MISSING, figure=field.name)
		for field in fields(figures)
		if getattr(figures, field.name) is None
	]
	marked, in_box = figures.marked, figures.in_box
	if _known(figures.entered, in_box) and figures.entered != in_box:
		found.append(Mismatch(ENTERED_DIFFERS_FROM_BOX, figures.entered, in_box))
	# The Venice Commission's criterion: as many slips in the box as voters marked.
	if _known(in_box, marked) and in_box != marked:
		more = in_box > marked
		code = MORE_BALLOTS_THAN_VOTERS if more else FEWER_BALLOTS_THAN_VOTERS
		found.append(Mismatch(code, in_box, marked))
	if _known(figures.issued, figures.returned, in_box) and figures.issued - figures.returned != in_box:
		found.append(Mismatch(PAPERS_DIFFER_FROM_BOX, figures.issued - figures.returned, in_box))
	if _known(marked, figures.on_roll) and marked > figures.on_roll:
		found.append(Mismatch(MORE_VOTERS_THAN_ROLL, marked, figures.on_roll))
	return tuple(found)


def _known(*numbers: int | None) -> bool:
	return None not in numbers
