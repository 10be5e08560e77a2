"""An election for whoever watches it, signed in or not: open or closed, how many voted, what is in the closed box.

Whose vote has not been opened is nobody's to watch. Of a vote on paper only the hall knows how far it is; of its
figures stands here what stands with its announced result. Where votes come online, how many voted is told exactly once
voting has closed: the proof of every receipt says how many ballots came online.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from aso_network import platforms
from aso_network.elections.suppression import Group
from aso_network.polling import receipts, turnout, watching
from aso_network.portal import results
from aso_network.portal.language import format_datetime, format_number
from aso_network.portal.visitor import Visitor


def one(visitor: Visitor, name: str) -> dict[str, Any]:
	"""The page of one election; raises PageDoesNotExistError for every one that is not public.

	`election` with `label` and `now`; `figures`, pairs; `is_live`, while the numbers go up; `agrees` and `mismatches`
	once it is counted; `turnout`, tables; `result` and `package` (an address) once it is announced.
	"""
	election = watching.public(name)
	if not election:
		raise frappe.PageDoesNotExistError
	_describe(election, visitor)
	balance = watching.balance(election)
	return {
		"election": election,
		"figures": _figures(election, balance),
		"is_live": election.is_online and election.status == watching.OPEN,
		"step": watching.STEP,
		"minutes": watching.RENEWED // 60,
		"agrees": balance and not balance.mismatches,
		# Of papers the sentences say how many; what few people did is told of none.
		"mismatches": balance.mismatches if balance and election.is_online else [],
		"turnout": _turnout(election),
		"result": election.result if election.status == "Announced" else None,
		"package": _package(election),
	}


def under_way(visitor: Visitor) -> list[frappe._dict]:
	"""The elections whose vote is open, or whose result is awaited."""
	rows = watching.under_way()
	for row in rows:
		_describe(row, visitor)
	return rows


def to_check_in(visitor: Visitor, asked: str) -> dict[str, Any]:
	"""What the page of receipts says before anything is looked for: `election`, if one is asked for that is public and
	online, and the `open` ones, of which nothing is said yet."""
	election = watching.public(asked) if asked else None
	if election and election.voting_mode != watching.ONLINE:
		election = None
	if election:
		_describe(election, visitor)
	still_open = [
		row for row in watching.under_way() if row.status == watching.OPEN and watching.is_online(row)
	]
	for row in still_open:
		_describe(row, visitor)
	return {"election": election, "open": still_open}


def find(visitor: Visitor, typed: str, asked: str) -> list[frappe._dict]:
	"""The closed boxes that this receipt is in, as `receipts.find` finds them: `election` and its `label`, `receipt`,
	what of it was `shown`, `proof`, `root`, `is_signed`, and the proof's `file`."""
	found = []
	for row in receipts.find(typed, asked):
		election = watching.public(row.election)
		_describe(election, visitor)
		shown = receipts.in_groups(row.receipt)
		found.append(frappe._dict(row._asdict(), label=election.label, shown=shown, file=row.file))
	return found


def _describe(election: frappe._dict, visitor: Visitor) -> None:
	election.label = results.label(election, visitor)
	election.place = platforms.name_in(visitor.language, election.platform)
	election.is_online = watching.is_online(election)
	election.now = _now(election)


def _now(election: frappe._dict) -> str:
	if election.status == watching.OPEN:
		if not election.is_online:
			return _("Voting is open: in the hall, on paper.")
		if watching.online_is_over(election):
			return _("Online voting has ended. Voting on paper goes on in the hall.")
		if election.voting_until:
			return _("Voting is open: online until {0}, and on paper in the hall.").format(
				format_datetime(election.voting_until)
			)
		return _("Voting is open: online, and on paper in the hall.")
	if election.status == "Voting Closed" and election.sealed and not election.box_opened:
		return _("Voting is closed. The box is sealed: the committee opens it with its sheets, and counts.")
	return {
		"Voting Closed": _("Voting is closed. The committee counts."),
		"Tie": _("The votes are counted. The committee settles a tie."),
		"Counted": _("The votes are counted. The committee signs the result and announces it."),
		"Announced": _("The result is announced."),
		"Annulled": _("This election was annulled."),
	}[election.status]


def _figures(election: frappe._dict, balance: watching.Balance | None) -> list[tuple[str, str]]:
	if election.status == watching.ANNULLED:
		return []
	if not election.is_online:
		return _of_papers(election, balance) if balance else []
	eligible = watching.eligible(election)
	on_roll = (_("On the roll"), format_number(eligible))
	if election.status == watching.OPEN:
		voted = watching.voted(election.name)
		return [on_roll, *([(_("Have voted"), _at_least(voted))] if voted is not None else [])]
	if not election.receipts_root:
		return []  # elected without a vote
	marked = cint(election.voters_marked)
	figures = [
		on_roll,
		(_("Have voted"), _share(marked, eligible)),
		(_("Ballots cast online"), format_number(election.online_ballots)),
	]
	return [*figures, (_("Papers in the box"), format_number(balance.papers))] if balance else figures


def _of_papers(election: frappe._dict, balance: watching.Balance) -> list[tuple[str, str]]:
	"""What the page of its result tells, too."""
	on_roll = watching.eligible(election)
	papers = min(balance.papers, on_roll)
	told = results.figures(on_roll, papers, papers)
	share = _share(told.voted, on_roll)
	return [
		(_("On the roll"), format_number(on_roll)),
		(_("Papers in the box"), _("at least {0}").format(share) if told.voted_at_least else share),
	]


def _at_least(voted: int) -> str:
	return (
		_("at least {0}").format(format_number(voted)) if voted else _("fewer than {0}").format(watching.STEP)
	)


def _share(number: int, of: int) -> str:
	return f"{format_number(number)} ({100 * number // of} %)" if of else format_number(number)


def _turnout(election: frappe._dict) -> list[frappe._dict]:
	"""Tables of `heading` and `rows`; what is kept back is together in the last row."""
	if election.status not in watching.CLOSED:
		return []
	return [
		frappe._dict(
			heading=turnout.heading(way),
			rows=[
				*((turnout.label(group), *_row(group)) for group in table.shown),
				*([(_("All others together"), *_row(table.rest))] if table.rest else []),
			],
		)
		for way, table in turnout.of(election.name)
	]


def _row(group: Group) -> tuple[str, str]:
	return format_number(group.on_roll), _share(group.voted, group.on_roll)


def _package(election: frappe._dict) -> str | None:
	"""Where whoever may read the result in the desk gets the verification package; the ballots are in it for those
	to whom `publication` gives them."""
	if election.status != "Announced" or frappe.session.user == "Guest":
		return None
	if not frappe.has_permission("Election Result", "read", election.result):
		return None
	return f"/api/method/aso_network.api.elections.verification_package?result={election.result}"
