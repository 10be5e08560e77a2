"""The key of a sealed box: made before voting, split among the committee on paper, put together at the count.

The server makes the seed, gives it out as word sheets in one answer and keeps the public key alone. It sees the
seed again when the sheets are tried before voting opens, and when they open the box.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, now_datetime

from aso_network import audit
from aso_network.polling import box, closing, committee, sealing, sheets
from aso_network.polling.casting import ONLINE
from aso_network.polling.sheets import SheetError

MADE_IN = "Candidates Published"
# A committee of that many is enough for a sealed box to be the rule.
SEALS_FROM = 3
LONGEST = 1000  # characters of what is read as one sheet


class ElectionKeyError(frappe.ValidationError):
	"""The key cannot be made or tried now."""


class SheetsError(frappe.ValidationError):
	"""What was typed is not what is asked for; the message says where."""


class Opening(TypedDict):
	"""`already`: another member, or the same before a lost answer, has opened the box."""

	already: bool
	envelopes: int
	unreadable: int


def seal_by_default(election: Document) -> None:
	"""A committee that can keep a key together gets a sealed box; whoever saves it otherwise decides otherwise.

	Asked once: when the election goes online, or its committee becomes large enough.
	"""
	before = election.get_doc_before_save()
	if _is_due(election) and not (before and _is_due(before)) and not _chosen(election, before):
		election.sealed = 1


def follow(election: Document) -> None:
	"""A key is of one committee and one number of sheets: when these change, its sheets open nothing any more."""
	before = election.get_doc_before_save()
	if not (before and before.public_key and before.sheets and before.status == MADE_IN):
		return
	if _terms(election) != _terms(before):
		election.update({"public_key": None, "sheets": 0, "sheets_rehearsed": 0})
		if cint(election.sheets_needed) == cint(before.sheets_needed):
			election.sheets_needed = 0  # a majority of whoever is on the committee now
		audit.record(election, "Void Key", reason=_("Committee, mode or number of sheets were changed."))
		frappe.msgprint(
			_("{0}: the committee has to make the key again; the sheets made before open nothing.").format(
				election.title
			),
			indicator="orange",
			alert=True,
		)


@box.unlogged
def make(election: Document) -> list[str]:
	"""The sheets of a new key, one for each member of the committee, as lines of words; kept nowhere.

	An earlier key of this election and its sheets are void from now on.
	"""
	_require_making(election)
	number, needed = len(election.committee), sheets_needed(election)
	if number < sheets.FEWEST:
		frappe.throw(
			_("The counting committee of {0} has {1} of at least {2} people.").format(
				election.title, number, sheets.FEWEST
			),
			ElectionKeyError,
		)
	if not sheets.FEWEST <= needed <= number:
		frappe.throw(
			_(
				"{0}: {1} sheets cannot be needed; it is at least {2} and at most {3}, one for each member."
			).format(election.title, needed, sheets.FEWEST, number),
			ElectionKeyError,
		)
	seed = sealing.new_seed()
	public_key = sealing.public_key(seed)
	made = sheets.split(seed, needed, number)
	frappe.db.set_value(
		"Election",
		election.name,
		{"public_key": public_key, "sheets": number, "sheets_needed": needed, "sheets_rehearsed": 0},
	)
	audit.record(
		election, "Make Key", reason=_("{0} sheets, {1} open the box; {2}").format(number, needed, public_key)
	)
	return made


@box.unlogged
def rehearse(election: Document, typed: Sequence[str]) -> None:
	"""Every sheet was read from its paper and takes part in giving the key of this election."""
	now = _require_making(election)
	if not (now.public_key and now.sheets):
		frappe.throw(_("{0} has no key yet; make it first.").format(election.title), ElectionKeyError)
	seed, numbers = _combine(election, typed)
	# Of another key before the missing ones: with those of another election there is no point in going on.
	_require_key(election, seed, now.public_key)
	if missing := sorted(set(range(1, now.sheets + 1)) - set(numbers)):
		frappe.throw(
			_("{0}: every sheet has to be tried; these are missing: {1}.").format(
				election.title, _listed(missing)
			),
			SheetsError,
		)
	frappe.db.set_value("Election", election.name, "sheets_rehearsed", 1)
	audit.record(election, "Rehearse Sheets", reason=_("Sheets {0}").format(_listed(numbers)))


@box.unlogged
def open_box(election: Document, typed: Sequence[str]) -> Opening:
	"""Open the closed box of `election` with enough sheets. Wrong ones change nothing."""
	committee.require_member(election)
	# The lock makes two members who open at once wait for each other.
	now = frappe.db.get_value(
		"Election",
		election.name,
		["status", "sealed", "voting_mode", "box_opened", "online_ballots", "unreadable", "public_key"],
		as_dict=True,
		for_update=True,
	)
	if now.box_opened:
		return Opening(already=True, envelopes=cint(now.online_ballots), unreadable=cint(now.unreadable))
	if now.voting_mode != ONLINE or not now.sealed or now.status != "Voting Closed":
		frappe.throw(
			_("{0} is {1}; a sealed box is opened between the close of voting and the count.").format(
				election.title, _(now.status)
			),
			closing.BoxStillClosedError,
		)
	seed, numbers = _combine(election, typed)
	_require_key(election, seed, now.public_key)
	unreadable = closing.open_with(election, seed)
	audit.record(
		election,
		"Open Box",
		reason=_("Sheets {0}; {1} envelopes, {2} of them unreadable").format(
			_listed(numbers), cint(now.online_ballots), unreadable
		),
	)
	return Opening(already=False, envelopes=cint(now.online_ballots), unreadable=unreadable)


def issues(election: Document) -> list[tuple[str, str]]:
	"""What keeps online voting from opening: (what is wrong, what to do)."""
	if election.voting_mode != ONLINE:
		return []
	found = []
	if election.voting_until and get_datetime(election.voting_until) <= now_datetime():
		found.append(
			(_("Online voting would be over before it opens."), _("Enter a later end under Online Voting."))
		)
	if election.sealed and not election.public_key:
		found.append(
			(
				_("The box is to be sealed and has no key yet."),
				_("The committee chooses “Make the key” under Online Voting."),
			)
		)
	elif election.sealed and not election.sheets_rehearsed:
		found.append(
			(
				_("Nobody has tried yet whether the word sheets open the box."),
				_("The committee chooses “Try the sheets” under Online Voting."),
			)
		)
	return found


def sheets_needed(election: Document) -> int:
	"""How many sheets open the box: what the office asks for, else a majority of the committee."""
	return cint(election.sheets_needed) or max(sheets.FEWEST, len(election.committee) // 2 + 1)


def _require_making(election: Document) -> frappe._dict:
	committee.require_member(election)
	# The lock makes this, another member's making and the opening of the vote wait for each other.
	now = frappe.db.get_value(
		"Election",
		election.name,
		["status", "voting_mode", "sealed", "public_key", "sheets"],
		as_dict=True,
		for_update=True,
	)
	if now.voting_mode != ONLINE or not now.sealed:
		frappe.throw(
			_("{0} has no sealed box; the office chooses it under Online Voting.").format(election.title),
			ElectionKeyError,
		)
	if now.status != MADE_IN:
		frappe.throw(
			_(
				"{0} is {1}; the key is made and tried after the candidates are published and before voting opens."
			).format(election.title, _(now.status)),
			ElectionKeyError,
		)
	return now


def _combine(election: Document, typed: Sequence[str]) -> tuple[bytes, list[int]]:
	try:
		return sheets.combine([str(text)[:LONGEST] for text in typed])
	except SheetError as error:
		sentence = _sentence(error)
	# Outside the handler: the error is not carried along.
	frappe.throw(_("{0}: {1}").format(election.title, sentence), SheetsError)


def _require_key(election: Document, seed: bytes, public_key: str) -> None:
	if sealing.public_key(seed) != public_key:
		frappe.throw(
			_("{0}: these are sheets of another key. Only those of the key made last open this box.").format(
				election.title
			),
			SheetsError,
		)


def _sentence(error: SheetError) -> str:
	"""What was typed wrongly and in which field; never a word of it."""
	if error.problem == sheets.UNKNOWN_WORD:
		return _(
			"Field {0}, word {1}: there is no such word. Compare its first four letters with the paper."
		).format(error.sheet, error.word)
	if error.problem == sheets.LENGTH:
		return _("Field {0} has {1} words; a sheet has {2}.").format(error.sheet, error.number, sheets.WORDS)
	if error.problem == sheets.CHECKSUM:
		return _("Field {0}: the words do not belong together. One is wrong or in another's place.").format(
			error.sheet
		)
	if error.problem == sheets.NO_SHEET:
		return _("Field {0} is no sheet of an election.").format(error.sheet)
	if error.problem == sheets.TWICE:
		return _("Fields {0} and {1} are the same sheet; another one is needed.").format(
			error.other, error.sheet
		)
	if error.problem == sheets.OTHER_KEY and error.other:
		return _("Fields {0} and {1} are sheets of two different keys.").format(error.other, error.sheet)
	if error.problem == sheets.OTHER_KEY:
		return _("Field {0} is a sheet of another key than the others.").format(error.sheet)
	if error.problem == sheets.TOO_FEW:
		return _("{0} sheets are needed.").format(error.number)
	return _("The sheets do not give one key together. Read each again from its paper.")


def _listed(numbers: Sequence[int]) -> str:
	return ", ".join(str(number) for number in numbers)


def _is_due(election: Document) -> bool:
	with_user = [row for row in election.committee if row.user]
	return election.voting_mode == ONLINE and len(with_user) >= SEALS_FROM


def _chosen(election: Document, before: Document | None) -> bool:
	return cint(election.sealed) != cint(before.sealed if before else 0)


def _terms(election: Document) -> tuple[object, ...]:
	return (
		election.voting_mode,
		cint(election.sealed),
		cint(election.sheets_needed),
		sorted(row.contact or "" for row in election.committee),
	)
