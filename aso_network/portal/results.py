"""Announced results, for everybody: what the committee announced, and nothing that tells what few people did.

A candidate is named by an organisation, and an organisation decides who reads its name: on the public pages stands a
name that is not published to the visitor as one word for all. Members of the platform, who elected, read all of them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.utils import cint

from aso_network import membership, names, platforms, reading
from aso_network.polling import minutes
from aso_network.polling.casting import ONLINE
from aso_network.portal import language, public
from aso_network.portal.language import format_date, format_number
from aso_network.portal.visitor import Visitor

# As many people or fewer are not told apart: with nineteen voters, two blank papers are two known people.
SMALLEST_CELL = 5
_FIRST_CHOICES = ("Instant-Runoff Vote", "Single Transferable Vote")


def overview(visitor: Visitor) -> list[frappe._dict]:
	"""The announced results, the latest first: `name`, `label`, `place`, `announced_on`, `elected` (the names that
	are published to the visitor) and how many more there are (`unnamed`)."""
	rows = frappe.get_all(
		"Election Result",
		filters={"is_announced": 1},
		fields=[
			*("name", "platform", "announced_on", "election.title as title"),
			"election.voting_date as voting_date",
		],
		order_by="`tabElection Result`.announced_on desc, `tabElection Result`.name desc",
	)
	places = _places(visitor)
	winners = frappe.get_all(
		"Election Result Row",
		filters={
			"parenttype": "Election Result",
			"parent": ("in", [row.name for row in rows]),
			"elected": 1,
		},
		fields=["parent", "organization", "candidate_name", "candidate_name_ar"],
		order_by="seat_order",
	)
	platform_of = {row.name: row.platform for row in rows}
	_withhold(visitor, [row for row in winners if not _elects_in(visitor, platform_of[row.parent])])
	elected = defaultdict(list)
	for row in winners:
		elected[row.parent].append(_candidate(row))
	for row in rows:
		row.label = label(row, visitor)
		row.place = places[row.platform]
		row.elected = [name for name in elected[row.name] if name != public.a_member()]
		row.unnamed = len(elected[row.name]) - len(row.elected)
	return rows


def one(visitor: Visitor, name: str) -> frappe._dict:
	"""One announced result; raises PageDoesNotExistError for every other."""
	if not frappe.db.exists("Election Result", {"name": name, "is_announced": 1}):
		raise frappe.PageDoesNotExistError
	result = frappe.get_doc("Election Result", name)
	withheld = not _elects_in(visitor, result.platform) and _withhold(visitor, result.rows)
	told = _told(result, visitor)
	if withheld:
		told.lot_steps = []  # lines of the count's own record, which has all names
	return told


def of_election(election: frappe._dict, visitor: Visitor) -> frappe._dict | None:
	"""The announced result of an election that the visitor may see."""
	result = frappe.get_cached_doc("Election Result", election.result)
	return _told(result, visitor) if result.is_announced else None


def _elects_in(visitor: Visitor, platform: str) -> bool:
	return any(row.platform == platform and row.status == "Active" for row in visitor.organizations)


def _withhold(visitor: Visitor, rows: list[Any]) -> bool:
	"""Take the names out of `rows` that are not published to this visitor; whether there was one."""
	known = public.visible_names(visitor, {row.organization for row in rows})
	hidden = [row for row in rows if row.organization not in known]
	for row in hidden:
		row.candidate_name, row.candidate_name_ar = public.a_member(), None
	return bool(hidden)


def label(election: frappe._dict, visitor: Visitor) -> str:
	"""An election's title in the visitor's language where it is the one that the app gives; else as the office wrote it."""
	pattern, day = "{0}, operational body, {1}", str(election.voting_date)
	given = {_translated(pattern, lang).format(election.platform, day) for lang in ("en", "ar")}
	if election.title not in given:
		return election.title
	return _("{0}, operational body, {1}").format(
		platforms.name_in(visitor.language, election.platform), format_date(day)
	)


def _translated(text: str, lang: str) -> str:
	language.lend_translations(lang)
	return _(text, lang=lang)


def _told(result: Any, visitor: Visitor) -> frappe._dict:
	election = frappe.db.get_value(
		"Election", result.election, ["name", "title", "platform", "voting_date", "voting_mode"], as_dict=True
	)
	said = minutes.explanation(result)
	return frappe._dict(
		name=result.name,
		election=election.name,
		label=label(election, visitor),
		place=platforms.name_in(visitor.language, result.platform),
		announced_on=result.announced_on,
		voting_date=election.voting_date,
		form=_(result.form),
		seats=result.seats,
		vacant=result.vacant_seats,
		votes_label=_("First choices") if result.form in _FIRST_CHOICES else _("Votes"),
		rows=_rows(result, said["reasons"], visitor),
		figures=_figures(result, election.voting_mode == ONLINE),
		lots=_lots(result),
		lot_steps=said["lot_steps"],
		runoff=_runoff(result),
		signatures=sum(1 for row in result.signatures if row.signed_hash == result.result_hash),
		result_hash=result.result_hash,
	)


def _rows(result: Any, reasons: dict[str, str], visitor: Visitor) -> list[frappe._dict]:
	"""The elected in the order of their seats, then the others by their votes."""
	kurdish = visitor.language == "ku" and membership.names_in(
		"ku", [row.organization for row in result.rows]
	)
	titles = kurdish and membership.names_in("en", [row.organization for row in result.rows])
	rows = []
	for row in result.rows:
		label = _candidate(row)
		if kurdish and row.candidate_name == titles.get(row.organization):
			label = kurdish[row.organization]
		rows.append(
			frappe._dict(
				label=label,
				votes=row.votes,
				elected=row.elected,
				seat_order=row.seat_order,
				reason=reasons.get(row.candidacy) or row.reason,
			)
		)
	return sorted(
		rows, key=lambda row: (not row.elected, row.seat_order if row.elected else 0, -cint(row.votes))
	)


class Figures(NamedTuple):
	"""How many voted, as far as it may be told: numbers, and which of them say only “at least”."""

	on_roll: int
	voted: int
	valid: int
	invalid: int | None  # blank and spoiled together; None: some, but fewer than SMALLEST_CELL
	voted_at_least: bool
	valid_at_least: bool

	@property
	def turnout(self) -> int:
		return int(100 * self.voted / self.on_roll) if self.on_roll else 0


def figures(on_roll: int, voted: int, valid: int, known: int = 0, voted_is_told: bool = False) -> Figures:
	"""Hide how few stayed away or gave a blank or spoiled paper, and what it could be reckoned from. Pure.

	`known`: so many valid papers at least are known from the votes, which are told. `voted_is_told`: how many voted is
	known anyway.
	"""
	invalid, away = max(0, voted - valid), max(0, on_roll - voted)
	few_invalid, few_away = 0 < invalid < SMALLEST_CELL, 0 < away < SMALLEST_CELL and not voted_is_told
	least_voted = on_roll - SMALLEST_CELL + 1 if few_away else voted
	least_valid = least_voted - (SMALLEST_CELL - 1 if few_invalid else invalid)
	return Figures(
		on_roll,
		max(known, least_voted),
		max(known, least_valid),
		None if few_invalid else invalid,
		few_away,
		few_invalid or few_away,
	)


def _figures(result: Any, was_online: bool) -> list[tuple[str, str]]:
	if not result.total_ballots:
		return []  # elected without a vote
	# Where votes came online, the page of the election tells how many voted (`portal.watching`).
	# More papers than marks were explained by the committee; what is told is what was in the box.
	told = figures(
		cint(result.voters_on_roll),
		min(cint(result.total_ballots), cint(result.voters_on_roll)),
		cint(result.valid),
		0 if result.form == "Cumulative Vote" else max((cint(row.votes) for row in result.rows), default=0),
		was_online,
	)
	least = _("at least {0}")
	voted = f"{format_number(told.voted)} ({told.turnout} %)"
	valid = format_number(told.valid)
	return [
		(_("On the roll"), format_number(told.on_roll)),
		(
			_("Ballots in the box") if was_online else _("Papers in the box"),
			least.format(voted) if told.voted_at_least else voted,
		),
		(
			_("Valid ballots") if was_online else _("Valid papers"),
			least.format(valid) if told.valid_at_least else valid,
		),
		(
			_("Blank or spoiled ballots") if was_online else _("Blank or spoiled papers"),
			_("fewer than {0}").format(SMALLEST_CELL)
			if told.invalid is None
			else format_number(told.invalid),
		),
	]


def _lots(result: Any) -> list[list[str]]:
	"""For each tie that a lot settled: the candidates in the order drawn."""
	arabic = {row.candidacy: _candidate(row) for row in result.rows}
	drawn: dict[int, list[str]] = defaultdict(list)
	for row in result.lots:
		drawn[row.tie_number].append(arabic.get(row.candidacy) or row.candidate_name)
	return list(drawn.values())


def _runoff(result: Any) -> str | None:
	"""The announced result of the runoff for the seats that this one left open."""
	return result.runoff and frappe.db.get_value(
		"Election Result", {"election": result.runoff, "is_announced": 1}, "name"
	)


def _candidate(row: Any) -> str:
	arabic = frappe.local.lang in ("ar", "ckb")
	return (arabic and row.candidate_name_ar) or row.candidate_name


def _places(visitor: Visitor) -> dict[str, str]:
	rows = reading.rows(
		"Network Platform", {}, ("name", "title", f"{names.field_for(visitor.language)} as label")
	)
	return {row.name: row.label or row.title for row in rows}
