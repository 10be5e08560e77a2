"""Elections as a member sees them: what is open to its organisation now, who stands, what came out.

Members have no right to read elections, rolls or results. Everything here is chosen field by field, of the elections
of the visitor's platform only, and what is not theirs is as good as not there.

Not told at all is whether an organisation has voted, not even to itself: a page that changes when the mark is made
would be a clock, and whoever holds the phone could check on the voter. Who doubts a mark asks an observer. (Where
voting is online, the delegate alone finds the way to the vote, and finds it as long as the vote is awaited.)
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime
from PIL import Image, ImageOps

from aso_network import membership, reading
from aso_network.polling import candidacies, casting, nominations, objections, rules
from aso_network.portal import results
from aso_network.portal.language import format_date, format_datetime
from aso_network.portal.sorting import sort_key
from aso_network.portal.visitor import Visitor, require_member

# Who is in the network, or on leave from it, looks on; who only applied does not yet.
INSIDE = ("Active", "Suspended")
NOT_YET = ("Draft",)
# The list of candidates stands, and is not yet history.
PUBLISHED = ("Candidates Published", "Voting Open", "Voting Closed", "Tie", "Counted")
PHOTO = 160
# Of each candidate in the list, so that the page of an election stays light; the rest is a page of its own.
SHOWN_OF_STATEMENT = 240
_FIELDS = (
	*("name", "title", "status", "platform", "meeting", "voting_date", "nominations_from", "nominations_to"),
	*("candidate_kind", "min_endorsements", "seats", "max_choices", "form", "form_text", "candidacy_text"),
	*("powers_text", "roll_hash", "result", "announced_on", "voting_mode", "voting_until"),
)


# --- all of them -----------------------------------------------------------------------------------------


def overview(visitor: Visitor, status: str | None = None) -> list[frappe._dict]:
	"""The elections of the visitor's platform, or those in this status, the latest first. Each is as in `one`: its
	fields, `label`, `can`, `mine` and `on_roll`."""
	return visitor.once(("elections", status), lambda: _overview(visitor, status))


def _overview(visitor: Visitor, status: str | None) -> list[frappe._dict]:
	organization = require_member(visitor)
	if organization.status not in INSIDE:
		return []
	rows = reading.rows(
		"Election",
		filters={"platform": organization.platform, "status": status or ("not in", NOT_YET)},
		fields=_FIELDS,
		order_by="voting_date desc, creation desc",
	)
	names = [row.name for row in rows]
	mine = _own_candidacies(organization.name, names)
	on_roll = _rolls_with(organization.name, names)
	for row in rows:
		row.mine = [candidacy for candidacy in mine if candidacy.election == row.name]
		_describe(row, visitor, on_roll)
	return rows


def open_for_nomination(visitor: Visitor) -> list[frappe._dict]:
	"""The elections in which the visitor's organisation can stand now."""
	return [row for row in overview(visitor, candidacies.OPEN_FOR_NOMINATION) if candidacies.is_open(row)]


def still_to_stand_in(visitor: Visitor) -> list[frappe._dict]:
	"""Those of them in which it does not stand yet: `name`, `label`, `nominations_to`."""
	organization = visitor.organization
	rows = reading.rows(
		"Election",
		{"platform": organization.platform, "status": candidacies.OPEN_FOR_NOMINATION},
		("name", "title", "platform", "status", "voting_date", "nominations_from", "nominations_to"),
		order_by="voting_date desc, creation desc",
	)
	rows = [row for row in rows if candidacies.is_open(row)]
	stands_in = reading.column(
		"Candidacy",
		{
			"organization": organization.name,
			"election": ("in", [row.name for row in rows]),
			"status": ("in", candidacies.STANDING),
		},
		"election",
	)
	for row in rows:
		row.label = results.label(row, visitor)
	return [row for row in rows if row.name not in stands_in]


def when_nominations_open(visitor: Visitor) -> str:
	"""Why nobody can stand now, with the day from which on, or until which, that was possible."""
	for row in overview(visitor):
		if row.status in ("Rules Adopted", candidacies.OPEN_FOR_NOMINATION):
			return f"{row.label}: {row.now}"
	return _("No election of your platform takes nominations now. The page “Elections” says when one does.")


def to_vote_in(visitor: Visitor) -> list[frappe._dict]:
	"""The elections in which the visitor's own vote is awaited online: `name`, `label`, `voting_until`."""
	rows = reading.rows(
		"Election",
		{"platform": visitor.organization.platform, "status": "Voting Open", "voting_mode": casting.ONLINE},
		("name", "title", "platform", "status", "voting_date", "voting_mode", "voting_until"),
		order_by="voting_date desc, creation desc",
	)
	rows = [row for row in rows if can_vote(row, visitor)]
	for row in rows:
		row.label = results.label(row, visitor)
	return rows


def own_candidacy(visitor: Visitor, name: str) -> frappe._dict:
	"""What the form of an own candidacy shows first; raises PageDoesNotExistError for every other."""
	organization = require_member(visitor)
	row = frappe.db.get_value(
		"Candidacy",
		{"name": name, "organization": organization.name},
		["election", "person", "gender", "age", "statement_ar", "statement_en", "photo", "modified"],
		as_dict=True,
	)
	if not row:
		raise frappe.PageDoesNotExistError
	return row


def open_for_objection(visitor: Visitor) -> list[frappe._dict]:
	"""The elections that take objections today; `matters` says to what."""
	rows = overview(visitor)
	for row in rows:
		row.matters = [about for about in objections.WINDOWS if objections.is_open(row, about)]
	return [row for row in rows if row.matters]


# --- one of them -----------------------------------------------------------------------------------------


def one(visitor: Visitor, name: str) -> dict[str, Any]:
	"""The page of one election; raises PageDoesNotExistError for what is not there or not of the visitor's platform.

	`election`; `standing` (while nominations are open: who asks for endorsements) or `candidates` (once they are
	published); `objections`, the organisation's own; `result`, once it is announced.
	"""
	organization = require_member(visitor)
	election = seen(visitor, name)
	election.mine = _own_candidacies(organization.name, [name])
	_describe(election, visitor, _rolls_with(organization.name, [name]))
	return {
		"election": election,
		"active": organization.status == "Active",
		"standing": _standing(election, organization) if candidacies.is_open(election) else [],
		"candidates": _candidates(election, visitor) if election.status in PUBLISHED else [],
		"objections": _own_objections(election, organization.name),
		"result": results.of_election(election, visitor) if election.status == "Announced" else None,
		"rules": rules_in_words(election),
	}


def seen(visitor: Visitor, name: str) -> frappe._dict:
	"""The election itself; raises PageDoesNotExistError for what is not there or not of the visitor's platform."""
	organization = require_member(visitor)
	found = organization.status in INSIDE and reading.rows(
		"Election",
		{"name": name, "platform": organization.platform, "status": ("not in", NOT_YET)},
		_FIELDS,
	)
	if not found:
		raise frappe.PageDoesNotExistError
	return found[0]


def act(visitor: Visitor, name: str, values: dict[str, str]) -> str:
	"""Do what a button of the page says; returns the sentence that tells it was done."""
	election = one(visitor, name)["election"]
	organization = visitor.organization.name
	action, about = values.get("action"), values.get("name", "")
	if action == "withdraw objection":
		_require_of(election, "Objection", about)
		objections.withdraw(about)
		return _("The objection is withdrawn.")
	_require_of(election, "Candidacy", about)
	if action == "withdraw":
		nominations.withdraw(about)
		return _("The candidacy is withdrawn.")
	if action == "endorse":
		return _("Your organization endorses {0}.").format(
			candidate_name(nominations.endorse(about, organization))
		)
	if action == "take back":
		return _("Your organization no longer endorses {0}.").format(
			candidate_name(nominations.take_back(about, organization))
		)
	raise frappe.PageDoesNotExistError


def candidate(visitor: Visitor, name: str) -> frappe._dict:
	"""One candidate with the whole statement, for whoever may see the candidacy; raises PageDoesNotExistError."""
	# Asked first: a stranger is sent to sign in whether there is such a candidacy or not.
	organization = require_member(visitor)
	row = frappe.db.get_value(
		"Candidacy",
		name,
		[
			*(
				"name",
				"organization",
				"election",
				"platform",
				"status",
				"candidate_name",
				"candidate_name_ar",
			),
			*("ballot_number", "statement_ar", "statement_en", "photo"),
		],
		as_dict=True,
	)
	if not row or not _may_see(organization, row):
		raise frappe.PageDoesNotExistError
	row.label = candidate_name(row)
	row.statements = statements(row, visitor)
	return row


def photo(visitor: Visitor, candidacy: str) -> bytes:
	"""A small JPEG of the candidate's photo, for whoever may see the candidacy; raises PageDoesNotExistError."""
	row = candidate(visitor, candidacy)
	if not row.photo:
		raise frappe.PageDoesNotExistError
	file = frappe.db.get_value("File", {"file_url": row.photo, "is_private": 1})
	try:
		return thumbnail(frappe.get_doc("File", file).get_content())
	except (OSError, frappe.DoesNotExistError) as error:  # the file is gone
		raise frappe.PageDoesNotExistError from error


# --- what they say ---------------------------------------------------------------------------------------


def _describe(election: frappe._dict, visitor: Visitor, on_roll: set[str]) -> None:
	election.label = results.label(election, visitor)
	election.on_roll = election.name in on_roll if election.roll_hash else None
	election.stands = any(row.stands for row in election.mine)
	for row in election.mine:
		row.can_change = row.status == "Submitted" and candidacies.is_open(election)
		row.can_withdraw = row.status in candidacies.STANDING and election.status in candidacies.BEFORE_VOTING
	election.can = list(_open_acts(election, visitor))
	election.now = _now(election)


def _open_acts(election: frappe._dict, visitor: Visitor) -> Iterator[frappe._dict]:
	"""What the visitor can do now for its organisation: `words`, `until` (in words), `route`."""
	if can_vote(election, visitor):
		yield _act(_("Vote online"), until_voting_closes(election), f"/my/vote/{election.name}")
	if visitor.organization.status != "Active":
		return
	if candidacies.is_open(election):
		until = (
			format_datetime(election.nominations_to)
			if election.nominations_to
			else _("until the candidates are published")
		)
		if not election.stands:
			yield _act(_("Stand as a candidate"), until, f"/my/candidacy?election={election.name}")
		yield _act(_("Endorse a candidate"), until, f"/my/elections/{election.name}#standing")
	for about, words, until in (
		(objections.ROLL, _("Object to the electoral roll"), _("until voting closes")),
		(objections.CANDIDACY, _("Object to a candidacy"), _("until voting opens")),
		(objections.RESULT, _("Object to the result"), _until_result_stands(election)),
	):
		if objections.is_open(election, about):
			route = f"/my/objection?election={election.name}&about={about.replace(' ', '+')}"
			yield _act(words, until, route)


def can_vote(election: frappe._dict, visitor: Visitor) -> bool:
	"""Whether the visitor is the delegate whose vote is awaited online. Another representative is told nothing of it."""
	return casting.is_open(election) and bool(
		frappe.db.exists(
			"Election Voter",
			{
				"election": election.name,
				"organization": visitor.organization.name,
				"delegate": visitor.contact,
				"voted": 0,
			},
		)
	)


def until_voting_closes(election: frappe._dict) -> str:
	if election.voting_until:
		return _("until {0}").format(format_datetime(election.voting_until))
	return _("until voting closes")


def _act(words: str, until: str, route: str) -> frappe._dict:
	return frappe._dict(words=words, until=until, route=route)


def _until_result_stands(election: frappe._dict) -> str:
	if last := objections.last_day(election):
		return _("until {0}").format(format_date(last))
	return _("until {0} days after its announcement").format(objections.days_after_announcement())


def _now(election: frappe._dict) -> str:
	"""Where the election stands, in a sentence."""
	now = now_datetime()
	if election.status == candidacies.OPEN_FOR_NOMINATION:
		if election.nominations_from and get_datetime(election.nominations_from) > now:
			return _("Nominations open on {0}.").format(format_datetime(election.nominations_from))
		if election.nominations_to and get_datetime(election.nominations_to) < now:
			return _("Nominations closed on {0}. The office looks at the candidacies.").format(
				format_datetime(election.nominations_to)
			)
		return _("Nominations are open.")
	online = election.voting_mode == casting.ONLINE
	return {
		"Rules Adopted": _("Nominations are not open yet."),
		"Candidates Published": _(
			"The candidates are published. Voting is on {0}, online or in the hall on paper."
		)
		if online
		else _("The candidates are published. Voting is on {0}, in the hall, on paper."),
		"Voting Open": _voting_is_open(election),
		"Voting Closed": _("Voting is closed. The committee counts."),
		"Tie": _("The votes are counted. The committee settles a tie."),
		"Counted": _("The votes are counted. The committee signs the result and announces it."),
		"Announced": _("The result is announced."),
		"Annulled": _("This election was annulled."),
	}[election.status].format(format_date(election.voting_date))


def _voting_is_open(election: frappe._dict) -> str:
	if casting.is_open(election):
		return _("Voting is open, by your delegate: online, or in the hall on paper.")
	if election.voting_mode == casting.ONLINE:
		return _("Online voting has ended. Your delegate can still vote in the hall, on paper.")
	return _("Voting is open: in the hall, on paper, by your delegate.")


# --- candidates ------------------------------------------------------------------------------------------


def _own_candidacies(organization: str, elections: list[str]) -> list[frappe._dict]:
	rows = reading.rows(
		"Candidacy",
		filters={"organization": organization, "election": ("in", elections)},
		fields=[
			*("name", "election", "status", "candidate_name", "candidate_name_ar", "ballot_number"),
			*("submitted_on", "withdrawn_on", "statement_ar", "statement_en", "photo"),
		],
		order_by="creation desc",
	)
	endorsed = _endorsements([row.name for row in rows])
	for row in rows:
		row.label = candidate_name(row)
		row.stands = row.status in candidacies.STANDING
		row.endorsed_by = endorsed.get(row.name, [])
	if rows:
		names = membership.names_in(
			frappe.local.lang, [endorser for row in rows for endorser in row.endorsed_by]
		)
		for row in rows:
			row.endorsed_by = [names[endorser] for endorser in row.endorsed_by]
	return rows


def _standing(election: frappe._dict, organization: frappe._dict) -> list[frappe._dict]:
	"""Who stands so far, of the others: names only. Words and pictures nobody has looked at yet are not shown."""
	rows = reading.rows(
		"Candidacy",
		filters={
			"election": election.name,
			"status": ("in", candidacies.STANDING),
			"organization": ("!=", organization.name),
		},
		fields=["name", "status", "candidate_name", "candidate_name_ar"],
	)
	endorsed = _endorsements([row.name for row in rows])
	for row in rows:
		row.label = candidate_name(row)
		row.endorsements = len(endorsed.get(row.name, []))
		row.endorsed = organization.name in endorsed.get(row.name, [])
		row.can_be_endorsed = row.status == "Submitted" and organization.status == "Active"
	return sorted(rows, key=lambda row: sort_key(row.label, frappe.local.lang))


def _candidates(election: frappe._dict, visitor: Visitor) -> list[frappe._dict]:
	"""The published list, in the order of the ballot."""
	rows = reading.rows(
		"Candidacy",
		filters={"election": election.name, "status": "Accepted"},
		fields=[
			*("name", "candidate_name", "candidate_name_ar", "ballot_number"),
			*("statement_ar", "statement_en", "photo"),
		],
		order_by="ballot_number, name",
	)
	for row in rows:
		row.label = candidate_name(row)
		statement = next(iter(statements(row, visitor)), "")
		row.statement = textwrap.shorten(statement, SHOWN_OF_STATEMENT, placeholder=" …")
		row.has_more = row.statement != statement or bool(row.statement_ar and row.statement_en)
		row.has_photo = bool(row.photo)
	return rows


def statements(candidacy: frappe._dict, visitor: Visitor) -> list[str]:
	"""Those that there are, the one in the visitor's language first."""
	both = [candidacy.statement_ar, candidacy.statement_en]
	return [text for text in (both if visitor.language in ("ar", "ckb") else both[::-1]) if text]


def _endorsements(candidacies: list[str]) -> dict[str, list[str]]:
	"""Candidacy → who endorses it."""
	found: dict[str, list[str]] = {}
	for row in reading.rows(
		"Candidacy Endorsement",
		filters={"parenttype": "Candidacy", "parent": ("in", candidacies)},
		fields=["parent", "organization"],
		order_by="idx",
	):
		found.setdefault(row.parent, []).append(row.organization)
	return found


def candidate_name(candidacy: Any) -> str:
	arabic = frappe.local.lang in ("ar", "ckb")
	return (arabic and candidacy.candidate_name_ar) or candidacy.candidate_name


def _may_see(organization: frappe._dict, candidacy: frappe._dict) -> bool:
	if candidacy.organization == organization.name:
		return True
	return (
		organization.status in INSIDE
		and candidacy.platform == organization.platform
		and candidacy.status == "Accepted"
		and frappe.db.get_value("Election", candidacy.election, "status") in PUBLISHED
	)


def thumbnail(content: bytes, side: int = PHOTO, quality: int = 70) -> bytes:
	"""Small enough for a weak line, and a new picture: nothing else of the file gets out.

	Raises PageDoesNotExistError over a broken picture.
	"""
	try:
		image = Image.open(io.BytesIO(content))
		image.draft("RGB", (2 * side, 2 * side))
		image = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (side, side))
		out = io.BytesIO()
		image.save(out, "JPEG", quality=quality, optimize=True)
	except Exception as error:  # Pillow raises of many kinds over a broken picture
		raise frappe.PageDoesNotExistError from error
	return out.getvalue()


# --- the rest --------------------------------------------------------------------------------------------


def _rolls_with(organization: str, elections: list[str]) -> set[str]:
	return set(
		reading.column(
			"Election Voter", {"organization": organization, "election": ("in", elections)}, "election"
		)
	)


def _own_objections(election: frappe._dict, organization: str) -> list[frappe._dict]:
	rows = reading.rows(
		"Objection",
		filters={"election": election.name, "organization": organization},
		fields=[
			*("name", "about", "candidacy", "status", "reason", "submitted_on", "decision", "decided_on"),
		],
		order_by="creation desc",
	)
	names = objections.candidacies_to_object(election.name, organization) if rows else {}
	for row in rows:
		row.candidate = names.get(row.candidacy)
		row.is_open = row.status in objections.OPEN
	return rows


def _require_of(election: frappe._dict, doctype: str, name: str) -> None:
	"""What a button names belongs to this page."""
	if frappe.db.get_value(doctype, name, "election") != election.name:
		raise frappe.PageDoesNotExistError


def rules_in_words(election: frappe._dict) -> dict[str, str]:
	"""The rules that the meeting carried, as it carried them, and how a paper is marked."""
	return {
		"about": rules.about_form(election.form),
		"form_text": election.form_text or "",
		"candidacy_text": election.candidacy_text or "",
		"powers_text": election.powers_text or "",
	}
