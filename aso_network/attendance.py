"""Who was there: of a session that is one piece, the tick in its list; of one with parts, a record for each person and part.

Two people can key in one session at the same time: each tick is a record of its own (`Session Attendance`), says what
is so rather than that something changes, and says what was seen before; so a tick that is sent twice is one, and one
that contradicts what somebody else has entered meanwhile is not written. What is corrected stays in the record's
versions: who, when, from what to what. `attended` in the list of a session with parts follows: there at least once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate, now_datetime

from aso_network import reading, registrations, training, training_parts
from aso_network.changes import keep
from aso_network.training_parts import Part

RECORD = "Session Attendance"
MOST_CORRECTIONS = 200


class _Sheet(NamedTuple):
	"""A session that this transaction has locked and that the user may write, with its parts and its people."""

	session: Document
	parts: list[Part]
	people: frozenset[str]


class AttendancePartError(frappe.ValidationError):
	"""Attendance of a part that the session does not have, or on a day that has not come."""


class AttendancePersonError(frappe.ValidationError):
	"""Attendance of somebody who is not on the session's list."""


class AttendanceFixedError(frappe.ValidationError):
	"""What is taken stays: the session is over and done with, or the record would lose what it is about."""


def share(session: str, contact: str) -> float:
	"""The share of `session` that `contact` attended, in percent; 0 for somebody who is not on its list.

	Parts count by their length, those to come as well.
	"""
	attended = frappe.db.get_value(
		"Session Participant",
		{"parent": session, "parenttype": "Training Session", "contact": contact},
		"attended",
	)
	if not attended:
		return 0.0
	parts = training_parts.of(session)
	if not parts:
		return 100.0
	there = set(reading.column(RECORD, {"session": session, "contact": contact, "present": 1}, "part"))
	seconds = {part.name: (part.ends_on - part.starts_on).total_seconds() for part in parts}
	return 100 * sum(length for name, length in seconds.items() if name in there) / sum(seconds.values())


# ---------------------------------------------------------------- keying in


def sheet(session: Document) -> dict:
	"""What is keyed in for a session with parts: `parts` (name, label), `people` in the order of the printed sheet
	(contact, name, organization, marks: part → 1 or 0), and `closed`, why nothing can be changed."""
	marks: dict[str, dict[str, int]] = {}
	for row in reading.rows(RECORD, {"session": session.name}, ("contact", "part", "present")):
		marks.setdefault(row.contact, {})[row.part] = cint(row.present)
	titles = _titles({row.organization for row in session.participants if row.organization})
	return {
		"parts": [
			{"name": part.name, "label": training_parts.label(part), "begun": _has_come(part)}
			for part in training_parts.of(session.name)
		],
		"people": [
			{
				"contact": row.contact,
				"name": row.participant_name or row.contact,
				"organization": titles.get(row.organization),
				"marks": marks.get(row.contact, {}),
			}
			for row in session.participants
		],
		"closed": _why_fixed(session),
	}


def mark(session: str, part: str, marks: Iterable[Mapping]) -> list[dict]:
	"""Write who was there in a part, as the session's user, and tell what stands then: [{contact, present, other}].

	Each mark is {contact, present, was}: `was` is what the screen showed, None if nothing was entered. Where somebody
	has entered something else meanwhile, that stays, and `other` says who. The caller has checked that the user may
	write the session.
	"""
	sheet = _open(session)
	outcomes = [_mark(sheet, part, row) for row in marks]
	follow(session, [row["contact"] for row in outcomes])
	return outcomes


def _mark(sheet: _Sheet, part: str, row: Mapping) -> dict:
	contact, present, was = row.get("contact"), cint(bool(cint(row.get("present")))), row.get("was")
	key = {"session": sheet.session.name, "part": part, "contact": contact}
	name = frappe.db.get_value(RECORD, key)
	if not name:
		frappe.db.savepoint("attendance")
		try:
			_save(frappe.get_doc({"doctype": RECORD, **key, "present": present}), sheet)
			return {"contact": contact, "present": present, "other": None}
		except frappe.UniqueValidationError:
			# Somebody entered it a moment ago, which this transaction does not see yet.
			frappe.db.rollback(save_point="attendance")
			frappe.clear_messages()
			name = frappe.db.get_value(RECORD, key, "name", for_update=True)
	doc = frappe.get_doc(RECORD, name, for_update=True)
	if doc.present == present:
		return {"contact": contact, "present": present, "other": None}
	if was is None or cint(was) != doc.present:
		return {"contact": contact, "present": doc.present, "other": _name_of_user(doc.taken_by)}
	doc.present = present
	_save(doc, sheet)
	return {"contact": contact, "present": present, "other": None}


def _save(doc: Document, sheet: _Sheet) -> None:
	doc.flags.sheet = sheet  # no request can set a document's flags
	doc.save(ignore_version=False)  # Frappe leaves versions out in tests, and this is the trail


def corrections(session: str) -> list[dict]:
	"""What was changed after it had been entered, the latest first: `who`, `when`, `person`, `part`, `was`, `is`."""
	records = {
		row.name: row for row in reading.rows(RECORD, {"session": session}, ("name", "contact", "part"))
	}
	parts = {part.name: training_parts.label(part) for part in training_parts.of(session)}
	people = {row.contact for row in records.values()}
	names = {
		row.name: row.full_name
		for row in reading.rows("Contact", {"name": ("in", people)}, ("name", "full_name"))
	}
	versions = frappe.get_all(
		"Version",
		filters={"ref_doctype": RECORD, "docname": ("in", list(records))},
		fields=["docname", "owner", "creation", "data"],
		order_by="creation desc",
		limit=MOST_CORRECTIONS,
	)
	found = []
	for version in versions:
		record = records[version.docname]
		for fieldname, was, now in frappe.parse_json(version.data).get("changed", []):
			if fieldname == "present":
				found.append(
					{
						"who": _name_of_user(version.owner),
						"when": version.creation,
						"person": names.get(record.contact),
						"part": parts.get(record.part),
						"was": cint(was),
						"is": cint(now),
					}
				)
	return found


# ---------------------------------------------------------------- one record


def check(doc: Document) -> None:
	"""Rules of one record, by whatever door it comes."""
	keep(doc, "taken_by", "taken_on", "territory")
	session, parts, people = doc.flags.sheet or _open(doc.session)
	part = next((part for part in parts if part.name == doc.part), None)
	if not part:
		frappe.throw(
			_("{0} has no such part: reload the form and choose one of its parts.").format(session.title),
			AttendancePartError,
		)
	if not _has_come(part):
		frappe.throw(
			_("{0} has not begun: attendance is taken from its day on.").format(training_parts.label(part)),
			AttendancePartError,
		)
	if doc.contact not in people:
		frappe.throw(
			_("{0} is not on the list of {1}: add them to the participants first.").format(
				frappe.db.get_value("Contact", doc.contact, "full_name") or doc.contact, session.title
			),
			AttendancePersonError,
		)
	doc.territory = session.territory
	doc.taken_by, doc.taken_on = frappe.session.user, now_datetime()


def _open(name: str) -> _Sheet:
	"""The session, locked: others who key it in wait."""
	registrations.lock_session(name)
	session = frappe.get_doc("Training Session", name)
	session.check_permission("write")
	fixed = _why_fixed(session)
	if fixed:
		frappe.throw(fixed, AttendanceFixedError)
	people = frozenset(row.contact for row in session.participants)
	return _Sheet(session, training_parts.of(name), people)


def follow(session: str, contacts: Iterable[str]) -> None:
	"""Bring `attended` in the session's list in line; the session is locked."""
	record = frappe.qb.DocType(RECORD)
	# After all that this transaction inserts here: a locking read holds the places between the records too.
	there = set(
		(
			frappe.qb.from_(record)
			.where((record.session == session) & (record.present == 1))
			.select(record.contact)
			.for_update()
		).run(pluck=True)
	)
	for contact in contacts:
		frappe.db.set_value(
			"Session Participant",
			{"parent": session, "parenttype": "Training Session", "contact": contact},
			"attended",
			int(contact in there),
			update_modified=False,
		)


def refuse_deletion(doc: Document) -> None:
	frappe.throw(
		_("Attendance is corrected, not deleted: untick it on the sheet of {0}.").format(doc.session),
		AttendanceFixedError,
	)


# ---------------------------------------------------------------- the session


def keep_record(doc: Document) -> None:
	"""Step of the session's validation: where there are parts, `attended` is what was keyed in, whatever a form that
	was open meanwhile says; and what was keyed in keeps its part and its person."""
	before = doc.get_doc_before_save()
	if not doc.parts and not (before and before.parts):
		return
	stored = {row.contact: row for row in before.participants if row.attended} if before else {}
	if stored and not before.parts:
		frappe.throw(
			_(
				"{0}: attendance is taken already for the session as one piece; untick it before you divide the session into parts."
			).format(doc.title),
			AttendanceFixedError,
		)
	gone = {row.name for row in before.parts} - {row.name for row in doc.parts} if before else set()
	lost = (
		frappe.db.get_value(RECORD, {"session": doc.name, "part": ("in", list(gone))}, "part")
		if gone
		else None
	)
	if lost:
		row = next(row for row in before.parts if row.name == lost)
		frappe.throw(
			_("{0}: attendance is taken for {1}; the part stays.").format(
				doc.title, training_parts.label(row)
			),
			AttendanceFixedError,
		)
	listed = {row.contact for row in doc.participants}
	for contact, row in stored.items():
		if contact not in listed:
			frappe.throw(
				_("{0} took part in {1} and stays on its list; correct the attendance first.").format(
					row.participant_name or contact, doc.title
				),
				AttendanceFixedError,
			)
	for row in doc.participants:
		row.attended = int(row.contact in stored)


def _why_fixed(session: Document) -> str | None:
	if session.status not in training.ENDED:
		return None
	return _("{0} is {1}; its attendance stays as it is.").format(session.title, _(session.status))


def _has_come(part: Part) -> bool:
	return getdate(part.starts_on) <= getdate()


def _titles(organizations: set[str]) -> dict[str, str]:
	rows = reading.rows("Member Organization", {"name": ("in", organizations)}, ("name", "title"))
	return {row.name: row.title for row in rows}


def _name_of_user(user: str) -> str:
	return frappe.get_cached_value("User", user, "full_name") or user
