"""Paper ballots entered twice: two tellers enter a batch without seeing each other's entry; it counts only
when both agree, ballot by ballot as multisets, or the committee has resolved the difference."""

from __future__ import annotations

from typing import Any, TypedDict

import frappe
from frappe import _
from frappe.model.document import Document
from pypika.queries import QueryBuilder

from aso_network import audit
from aso_network.elections.ballots import Ballot, as_json_value, checked, from_json_value
from aso_network.elections.canonical import canonical_json
from aso_network.elections.compare import Difference, difference
from aso_network.elections.errors import (
	DuplicateMarkError,
	ElectionError,
	MalformedBallotError,
	UnknownCandidateError,
)
from aso_network.polling import box, candidacies, committee, rules

OPEN = ("Entering", "Differs")
COUNTS = ("Agreed", "Resolved")
TELLERS = 2


class BatchError(frappe.ValidationError):
	"""The batch cannot be changed in this way now."""


class BallotEntryError(frappe.ValidationError):
	"""What was entered is not a ballot of this election."""


class Entry(TypedDict):
	"""A teller's own entry; `ballots` in the order of entry while it is open."""

	ballots: list[dict[str, Any]]
	finished: bool


def create(election: Document) -> str:
	"""Open a new batch once voting is closed; returns its name."""
	committee.require_member(election)
	_require_counting(election.name)
	table = frappe.qb.DocType("Ballot Batch")
	numbers = frappe.qb.from_(table).where(table.election == election.name).select(table.number)
	number = len(_as_it_is_now(numbers)) + 1
	batch = frappe.new_doc("Ballot Batch", election=election.name, number=number)
	return _save(batch).name


def overview(election: str) -> list[dict[str, Any]]:
	"""Every batch with how far its entries are: never what they say."""
	batches = frappe.get_all(
		"Ballot Batch",
		filters={"election": election},
		fields=["name", "number", "status", "ballots", "resolution_note"],
		order_by="number",
	)
	entries = frappe.get_all(
		"Ballot Batch Entry",
		filters={"election": election},
		fields=["batch", "member", "ballots", "finished"],
	)
	for batch in batches:
		batch.entries = [
			{
				"member": e.member,
				"full_name": frappe.utils.get_fullname(e.member),
				"count": len(frappe.parse_json(e.ballots or "[]")),
				"finished": bool(e.finished),
			}
			for e in entries
			if e.batch == batch.name
		]
	return batches


def own_entry(batch: Document) -> Entry:
	"""What the current user has entered of `batch` so far."""
	row = _entry_row(batch.name, frappe.session.user)
	if not row:
		return Entry(ballots=[], finished=False)
	return Entry(ballots=frappe.parse_json(row.ballots or "[]"), finished=bool(row.finished))


@box.unlogged
def save_entry(batch: Document, ballots: list[dict[str, Any]], finished: bool) -> str:
	"""Keep the current user's whole entry; when both are finished, compare. Returns the batch's status.

	Sending the same entry again, as after a lost answer, changes nothing and gives the same status.
	"""
	election = frappe.get_doc("Election", batch.election)
	committee.require_member(election)
	entered = _parse(batch, ballots)
	_require_counting(election.name)
	status = frappe.db.get_value("Ballot Batch", batch.name, "status", for_update=True)
	row = _entry_row(batch.name, frappe.session.user, as_it_is_now=True)
	if row and row.finished:
		if finished and sorted(_stored(row)) == sorted(entered):
			return status
		_refuse(batch, _("your entry is finished; reopen it to correct it"))
	if status not in OPEN:
		_refuse(batch, _("it is {0} and closed").format(_(status)))
	if not row and len(_entries(batch.name)) >= TELLERS:
		_refuse(batch, _("two tellers are entering it already"))
	entry = (
		frappe.get_doc("Ballot Batch Entry", row.name, for_update=True)
		if row
		else frappe.new_doc(
			"Ballot Batch Entry", batch=batch.name, election=election.name, member=frappe.session.user
		)
	)
	entry.ballots, entry.finished = _text(entered), finished
	_save(entry)
	return _compare(batch) if finished else status


def reopen_entry(batch: Document) -> None:
	"""Take the current user's finished entry up again, as long as the batch is not agreed."""
	committee.require_member(frappe.get_doc("Election", batch.election))
	_require_counting(batch.election)
	status = frappe.db.get_value("Ballot Batch", batch.name, "status", for_update=True)
	row = _entry_row(batch.name, frappe.session.user, as_it_is_now=True)
	if status not in OPEN or not row:
		_refuse(batch, _("it is {0} and you cannot take it up again").format(_(status)))
	entry = frappe.get_doc("Ballot Batch Entry", row.name, for_update=True)
	entry.finished = 0
	_save(entry)
	_set_batch(batch.name, status="Entering")


@box.unlogged
def differences(batch: Document) -> dict[str, Any]:
	"""What only one of the two finished entries has, for the committee.

	{"first": {"member", "full_name", "only": [{"choices", "names", "spoiled", "times"}]}, "second": …}
	"""
	committee.require_member(frappe.get_doc("Election", batch.election))
	entries = _finished_entries(batch.name)
	if len(entries) < TELLERS:
		_refuse(batch, _("both tellers have to finish before their entries are compared"))
	found = difference(_stored(entries[0]), _stored(entries[1]))
	names = {c.name: c.candidate_name for c in candidacies.accepted(batch.election)}
	return {
		side: {
			"member": entry.member,
			"full_name": frappe.utils.get_fullname(entry.member),
			"only": [
				{**as_json_value(ballot), "names": [names[c] for c in ballot.choices], "times": times}
				for ballot, times in only
			],
		}
		for side, entry, only in (
			("first", entries[0], found.only_first),
			("second", entries[1], found.only_second),
		)
	}


@box.unlogged
def resolve(batch: Document, keep: str, note: str) -> None:
	"""Decide a difference for the entry of `keep`: by another member than the one who made it, in writing."""
	election = frappe.get_doc("Election", batch.election)
	committee.require_member(election)
	_require_counting(election.name)
	status = frappe.db.get_value("Ballot Batch", batch.name, "status", for_update=True)
	kept = next((e for e in _finished_entries(batch.name) if e.member == keep), None)
	if status != "Differs" or not kept:
		_refuse(
			batch,
			_("it is {0}; only a difference between two finished entries is resolved").format(_(status)),
		)
	if keep == frappe.session.user:
		_refuse(batch, _("another member than the one whose entry is kept has to agree to it"))
	if not (note or "").strip():
		_refuse(batch, _("write how the difference was resolved"))
	_put_into_box(batch, _stored(kept), status="Resolved", note=note.strip())
	audit.record(election, "Resolve Batch", reason=_("Batch {0}: {1}").format(batch.number, note.strip()))


@box.unlogged
def void(batch: Document, reason: str) -> None:
	"""Take a batch out of the count: opened by mistake, entered twice, left unfinished. Nothing is deleted."""
	election = frappe.get_doc("Election", batch.election)
	committee.require_member(election)
	_require_counting(election.name)
	if not (reason or "").strip():
		_refuse(batch, _("write why it is voided"))
	_set_batch(batch.name, status="Voided", resolution_note=reason.strip(), resolved_by=frappe.session.user)
	_forget_order(batch.name)
	refresh_entered(election.name)
	audit.record(election, "Void Batch", reason=_("Batch {0}: {1}").format(batch.number, reason.strip()))


def undecided(election: str) -> list[int]:
	"""Numbers of the batches that neither agree nor are resolved or voided."""
	batch = frappe.qb.DocType("Ballot Batch")
	rows = _as_it_is_now(
		frappe.qb.from_(batch)
		.where(batch.election == election)
		.where(batch.status.isin(OPEN))
		.select(batch.number)
		.orderby(batch.number)
	)
	return [row.number for row in rows]


def refresh_entered(election: str) -> None:
	entered = frappe.get_all(
		"Ballot Batch", filters={"election": election, "status": ("in", COUNTS)}, pluck="ballots"
	)
	frappe.db.set_value("Election", election, "ballots_entered", sum(entered), update_modified=False)


def _compare(batch: Document) -> str:
	entries = _finished_entries(batch.name)
	if len(entries) < TELLERS:
		return "Entering"
	found: Difference = difference(_stored(entries[0]), _stored(entries[1]))
	if not found.agrees:
		_set_batch(batch.name, status="Differs")
		return "Differs"
	_put_into_box(batch, _stored(entries[0]), status="Agreed")
	return "Agreed"


def _put_into_box(batch: Document, ballots: list[Ballot], status: str, note: str | None = None) -> None:
	number = box.put(batch.election, ballots, source="Paper", batch=batch.name)
	_set_batch(
		batch.name,
		status=status,
		ballots=number,
		resolution_note=note,
		resolved_by=frappe.session.user if note else None,
	)
	_forget_order(batch.name)
	refresh_entered(batch.election)


def _forget_order(batch: str) -> None:
	"""The order of the papers has served its purpose."""
	for row in _entries(batch):
		entry = frappe.get_doc("Ballot Batch Entry", row.name, for_update=True)
		entry.ballots = _text(sorted(_stored(row)))
		_save(entry)


def _parse(batch: Document, ballots: list[dict[str, Any]]) -> list[Ballot]:
	standing = {c.name for c in candidacies.accepted(batch.election)}
	kind = rules.kind_of(batch.election)
	parsed = []
	for place, value in enumerate(ballots, start=1):
		try:
			ballot = checked(from_json_value(value, kind), standing)
			if ballot.weight != 1:
				# What a paper weighs is not for a teller to say.
				raise MalformedBallotError
			parsed.append(ballot)
		except ElectionError as error:
			# `from None`: the ballot must not travel in a traceback.
			raise BallotEntryError(_problem(error, batch, place)) from None
	return parsed


def _problem(error: ElectionError, batch: Document, place: int) -> str:
	if isinstance(error, DuplicateMarkError):
		what = _("marks a candidate twice; mark each candidate once")
	elif isinstance(error, UnknownCandidateError):
		what = _("marks somebody who does not stand; choose from the list")
	else:
		what = _("cannot be read; enter it again")
	return _("Batch {0}, ballot {1} {2}.").format(batch.number, place, what)


def _text(ballots: list[Ballot]) -> str:
	return canonical_json([as_json_value(ballot) for ballot in ballots]).decode()


def _stored(row: frappe._dict) -> list[Ballot]:
	return [from_json_value(value) for value in frappe.parse_json(row.ballots or "[]")]


def _entry_row(batch: str, member: str, as_it_is_now: bool = False) -> frappe._dict | None:
	"""`as_it_is_now`: to act on it. A page saves as the teller goes on, and the last of these saves may come
	together with “finished”: it must see that, and not take it back."""
	return frappe.db.get_value(
		"Ballot Batch Entry",
		{"batch": batch, "member": member},
		["name", "ballots", "finished"],
		as_dict=True,
		for_update=as_it_is_now,
	)


def _entries(batch: str) -> list[frappe._dict]:
	entry = frappe.qb.DocType("Ballot Batch Entry")
	return _as_it_is_now(
		frappe.qb.from_(entry)
		.where(entry.batch == batch)
		.select(entry.name, entry.member, entry.ballots, entry.finished)
		.orderby(entry.member)
	)


def _finished_entries(batch: str) -> list[frappe._dict]:
	return [entry for entry in _entries(batch) if entry.finished]


def _as_it_is_now(query: QueryBuilder) -> list[frappe._dict]:
	"""A locking read: a plain one would show what stood when this transaction began, and so the two tellers
	who finish at the same moment would not see each other's entry."""
	return query.for_update().run(as_dict=True)


def _require_counting(election: str) -> None:
	title, status = frappe.db.get_value("Election", election, ["title", "status"], for_update=True)
	if status != "Voting Closed":
		frappe.throw(
			_("{0} is {1}; ballots are entered between the close of voting and the count.").format(
				title, _(status)
			),
			BatchError,
		)


def _set_batch(name: str, **values: Any) -> None:
	batch = frappe.get_doc("Ballot Batch", name, for_update=True)
	batch.update(values)
	_save(batch)


def _save(doc: Document) -> Document:
	doc.flags.by_committee = True
	# No role may write batches by hand; the caller has checked the committee.
	return doc.save(ignore_permissions=True)


def _refuse(batch: Document, problem: str) -> None:
	frappe.throw(_("Batch {0}: {1}.").format(batch.number, problem), BatchError)
