"""Training sessions: dates, places, trainers who can only be in one room at a time, participants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, cstr, format_datetime, get_datetime, now_datetime, today

from aso_network import reading, training_parts
from aso_network.changes import changed_labels

ENDED = ("Closed", "Cancelled")


class SessionTitleError(frappe.ValidationError):
	"""A session without a title in any language."""


class SessionDatesError(frappe.ValidationError):
	"""A session ends before it starts."""


class SessionEndedError(frappe.ValidationError):
	"""A closed or cancelled session is changed."""


class CapacityError(frappe.ValidationError):
	"""More participants than places."""


class TrainerError(frappe.ValidationError):
	"""A trainer row names nobody, or a contact and a user."""


class TrainerBookedError(frappe.ValidationError):
	"""A trainer is booked elsewhere at the same time, or twice in one session."""


class ParticipantError(frappe.ValidationError):
	"""A participant is listed twice."""


class SessionNotReadyError(frappe.ValidationError):
	"""A step of the lifecycle lacks what it needs."""


# ---------------------------------------------------------------- one document


def refuse_change_after_end(doc: Document) -> None:
	"""What is closed or cancelled stays as it is."""
	before = doc.get_doc_before_save()
	if before and before.status in ENDED and changed_labels(doc, free=("status", "transition_reason")):
		frappe.throw(
			_("{0} is {1} and can no longer be changed; plan a new session instead.").format(
				before.title, _(before.status)
			),
			SessionEndedError,
		)


def set_title(doc: Document) -> None:
	for fieldname in ("title_en", "title_ar"):
		doc.set(fieldname, " ".join(cstr(doc.get(fieldname)).split()) or None)
	doc.title = doc.title_en or doc.title_ar
	if not doc.title:
		frappe.throw(_("Write the title of the session in English or in Arabic."), SessionTitleError)


def title_in_language(session: Document | frappe._dict) -> str:
	"""What a session is called in the language of this request."""
	own = session.title_ar if (frappe.local.lang or "").split("-")[0] == "ar" else session.title_en
	return own or session.title


def check_dates(doc: Document) -> None:
	if doc.starts_on and doc.ends_on and get_datetime(doc.ends_on) <= get_datetime(doc.starts_on):
		frappe.throw(
			_("{0} ends on {1}, which is not after its start on {2}: correct one of the two.").format(
				doc.title, format_datetime(doc.ends_on), format_datetime(doc.starts_on)
			),
			SessionDatesError,
		)


def check_participants(doc: Document) -> None:
	"""Everybody once, and not more than there are places. The number registered is counted, never typed."""
	seen: dict[str, int] = {}
	for row in doc.participants:
		if row.contact in seen:
			frappe.throw(
				_("Participants, row {0}: {1} is already in row {2}; remove one of the rows.").format(
					row.idx, row.participant_name or row.contact, seen[row.contact]
				),
				ParticipantError,
			)
		seen[row.contact] = row.idx
	doc.registered_count = len(doc.participants)
	if cint(doc.capacity) < 1:
		frappe.throw(
			_("{0} needs at least one place: correct the field Capacity.").format(doc.title), CapacityError
		)
	if doc.registered_count > cint(doc.capacity):
		frappe.throw(
			_(
				"{0} has {1} places but {2} participants: add places, or take participants off the list."
			).format(doc.title, cint(doc.capacity), doc.registered_count),
			CapacityError,
		)


# ---------------------------------------------------------------- trainers


class _Person(NamedTuple):
	"""Somebody as Frappe knows them: as a Contact, as a User, often as both."""

	contacts: frozenset[str]
	users: frozenset[str]

	def meets(self, other: _Person) -> bool:
		return bool(self.contacts & other.contacts or self.users & other.users)


def check_trainers(doc: Document) -> None:
	"""Each row names one person; nobody twice, and nobody who trains elsewhere at the same time."""
	seen: list[tuple[_Person, Document]] = []
	for row in doc.trainers:
		if bool(row.contact) == bool(row.user):
			frappe.throw(
				_("Trainers, row {0}: choose a contact or a user, one of the two.").format(row.idx),
				TrainerError,
			)
		row.trainer_name = (
			frappe.db.get_value("Contact", row.contact, "full_name")
			if row.contact
			else frappe.db.get_value("User", row.user, "full_name")
		) or (row.contact or row.user)
		person = _person(row)
		for other, other_row in seen:
			if person.meets(other):
				frappe.throw(
					_("Trainers, row {0}: {1} is already in row {2}; remove one of the rows.").format(
						row.idx, row.trainer_name, other_row.idx
					),
					TrainerBookedError,
				)
		seen.append((person, row))
	training_parts.name_trainers(doc)
	for person, row in seen:
		_book(row, doc, person)
	if doc.status != "Cancelled" and doc.starts_on and doc.ends_on:
		_lock([person for person, _row in seen])
		for person, row in seen:
			_refuse_double_booking(doc, person, row)


def _person(row: Document) -> _Person:
	"""The same person may be booked as a Contact in one session and as a User in another."""
	if row.user:
		users = {row.user}
		contacts = set(frappe.get_all("Contact", filters={"user": row.user}, pluck="name"))
	else:
		contacts = {row.contact}
		user = frappe.db.get_value("Contact", row.contact, "user")
		users = {user} if user else set()
		if user:
			contacts.update(frappe.get_all("Contact", filters={"user": user}, pluck="name"))
	return _Person(frozenset(contacts), frozenset(users))


def _book(row: Document, doc: Document, person: _Person) -> None:
	# The times stand on the row too, so that looking for a clash locks rows of this table only: locking
	# other sessions would set two of them that are saved at the same moment waiting for each other.
	row.starts_on = row.ends_on = row.hours = None
	if doc.status == "Cancelled" or not (doc.starts_on and doc.ends_on):
		return
	hours = training_parts.hours_of(doc, person.contacts, person.users)
	row.starts_on, row.ends_on = hours[0][0], hours[-1][1]
	row.hours = frappe.as_json([[str(moment) for moment in pair] for pair in hours], indent=None)


def _lock(people: Iterable[_Person]) -> None:
	"""Make a second save that books one of these people wait for this one, always in the same order."""
	people = list(people)
	for doctype, names in (
		("Contact", {name for person in people for name in person.contacts}),
		("User", {name for person in people for name in person.users}),
	):
		for name in sorted(names):
			frappe.db.get_value(doctype, name, "name", for_update=True)


def _refuse_double_booking(doc: Document, person: _Person, row: Document) -> None:
	for fieldname, values in (("contact", person.contacts), ("user", person.users)):
		for other in _booked(doc, row, fieldname, values):
			clash = training_parts.first_clash(_hours(row), _hours(other))
			if clash:
				_throw_booked(row.trainer_name, other.parent, clash)


def _throw_booked(trainer_name: str, session: str, clash: tuple[datetime, datetime]) -> None:
	# A session that was booked a moment ago is seen by a locking read only.
	title = frappe.db.get_value("Training Session", session, "title") or frappe.db.get_value(
		"Training Session", session, "title", for_update=True
	)
	frappe.throw(
		_(
			"{0} is already booked for {1} ({2}) from {3} to {4}: choose another time or another trainer."
		).format(trainer_name, title, session, format_datetime(clash[0]), format_datetime(clash[1])),
		TrainerBookedError,
	)


def _booked(doc: Document, row: Document, fieldname: str, values: frozenset[str]) -> list[frappe._dict]:
	"""Where these people train between the first and the last hour of `row`: not yet in the same hour."""
	if not values:
		return []
	other = frappe.qb.DocType("Session Trainer")
	return (
		frappe.qb.from_(other)
		.select(other.parent, other.starts_on, other.ends_on, other.hours)
		.where(other[fieldname].isin(sorted(values)))
		.where(other.parenttype == "Training Session")
		.where(other.parent != (doc.name or ""))
		.where(other.starts_on < get_datetime(row.ends_on))
		.where(other.ends_on > get_datetime(row.starts_on))
		.for_update()  # a locking read: it sees what the save it waited for has committed
	).run(as_dict=True)


def _hours(row: Document | frappe._dict) -> list[tuple[datetime, datetime]]:
	if not row.hours:  # booked before there were parts
		return [(get_datetime(row.starts_on), get_datetime(row.ends_on))]
	return [(get_datetime(start), get_datetime(end)) for start, end in frappe.parse_json(row.hours)]


# ---------------------------------------------------------------- guards of the lifecycle


def require_plan(doc: Document) -> None:
	"""Guard of Open Registration: whoever registers must know where it is and for whom."""
	missing = [
		_(doc.meta.get_label(fieldname))
		for fieldname in ("platform", "venue", "starts_on", "ends_on")
		if not doc.get(fieldname)
	]
	if missing:
		frappe.throw(
			_("Registration for {0} cannot open yet: fill in {1}.").format(doc.title, ", ".join(missing)),
			SessionNotReadyError,
		)


def require_trainer(doc: Document) -> None:
	"""Guard of Start."""
	if not doc.trainers:
		frappe.throw(
			_("{0} cannot start without a trainer: add one on the tab Trainers.").format(doc.title),
			SessionNotReadyError,
		)


def require_attendance(doc: Document) -> None:
	"""Guard of Complete: the session has begun and somebody came, to each of its parts."""
	if get_datetime(doc.starts_on) > now_datetime():
		frappe.throw(
			_("{0} begins on {1} and cannot be completed before.").format(
				doc.title, format_datetime(doc.starts_on)
			),
			SessionNotReadyError,
		)
	missing = training_parts.not_taken(doc.name)
	if missing:
		frappe.throw(
			_(
				"{0} cannot be completed before attendance is taken for: {1}. Key it in under Attendance, or take out a part that was not held."
			).format(doc.title, "; ".join(training_parts.label(part) for part in missing)),
			SessionNotReadyError,
		)
	if not any(row.attended for row in doc.participants):
		frappe.throw(
			_(
				"{0} cannot be completed before attendance is taken: tick Attended for those who came, or cancel the session."
			).format(doc.title),
			SessionNotReadyError,
		)


def require_settled_accounts(doc: Document) -> None:
	"""Guard of Close: the activity that paid for the session, if any, is settled."""
	if not doc.activity:
		return
	status, title = frappe.db.get_value("Network Activity", doc.activity, ["status", "title"])
	if status not in ("Completed", "Rejected"):
		frappe.throw(
			_(
				"{0} cannot be closed while its activity {1} ({2}) is {3}: complete the activity first."
			).format(doc.title, title, doc.activity, _(status)),
			SessionNotReadyError,
		)


# ---------------------------------------------------------------- people to invite


def people_of_member(organization: str) -> list[dict]:
	"""Contacts of a member organisation: those who represent it today first, then those linked to it.

	Each is {contact, name, position}. The caller has checked that the user may read the organisation.
	"""
	representatives = frappe.get_all(
		"Organization Representative",
		filters={"parent": organization, "parenttype": "Member Organization"},
		or_filters=[["to_date", "is", "not set"], ["to_date", ">=", today()]],
		fields=["contact", "position"],
		order_by="is_delegate desc, idx",
	)
	positions = {row.contact: row.position for row in reversed(representatives)}
	linked = reading.column(
		"Dynamic Link",
		{"link_doctype": "Member Organization", "link_name": organization, "parenttype": "Contact"},
		"parent",
		order_by="parent",
	)
	names = list(dict.fromkeys([row.contact for row in representatives] + linked))
	contacts = reading.rows("Contact", {"name": ("in", names)}, ("name", "full_name"))
	full_names = {row.name: row.full_name for row in contacts}
	return [
		{"contact": name, "name": full_names[name] or name, "position": positions.get(name)}
		for name in names
		if name in full_names
	]
