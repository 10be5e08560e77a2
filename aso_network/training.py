"""Training sessions: dates, places, trainers who can only be in one room at a time, participants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, cstr, format_datetime, get_datetime, now_datetime, today

from aso_network import reading
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
		_book(row, doc)
	if doc.status != "Cancelled" and doc.starts_on and doc.ends_on:
		_lock([person for person, _row in seen])
		for person, row in seen:
			_refuse_double_booking(doc, person, row.trainer_name)


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


def _book(row: Document, doc: Document) -> None:
	# The times stand on the row too, so that looking for a clash locks rows of this table only: locking
	# other sessions would set two of them that are saved at the same moment waiting for each other.
	cancelled = doc.status == "Cancelled"
	row.starts_on = None if cancelled else doc.starts_on
	row.ends_on = None if cancelled else doc.ends_on


def _lock(people: Iterable[_Person]) -> None:
	"""Make a second save that books one of these people wait for this one, always in the same order."""
	people = list(people)
	for doctype, names in (
		("Contact", {name for person in people for name in person.contacts}),
		("User", {name for person in people for name in person.users}),
	):
		for name in sorted(names):
			frappe.db.get_value(doctype, name, "name", for_update=True)


def _refuse_double_booking(doc: Document, person: _Person, trainer_name: str) -> None:
	clash = _clash(doc, "contact", person.contacts) or _clash(doc, "user", person.users)
	if not clash:
		return
	# A session that was booked a moment ago is seen by a locking read only.
	title = frappe.db.get_value("Training Session", clash.parent, "title") or frappe.db.get_value(
		"Training Session", clash.parent, "title", for_update=True
	)
	frappe.throw(
		_(
			"{0} is already booked for {1} ({2}) from {3} to {4}: choose another time or another trainer."
		).format(
			trainer_name,
			title,
			clash.parent,
			format_datetime(clash.starts_on),
			format_datetime(clash.ends_on),
		),
		TrainerBookedError,
	)


def _clash(doc: Document, fieldname: str, values: frozenset[str]) -> frappe._dict | None:
	if not values:
		return None
	row = frappe.qb.DocType("Session Trainer")
	found = (
		frappe.qb.from_(row)
		.select(row.parent, row.starts_on, row.ends_on)
		.where(row[fieldname].isin(sorted(values)))
		.where(row.parenttype == "Training Session")
		.where(row.parent != (doc.name or ""))
		.where(row.starts_on < get_datetime(doc.ends_on))
		.where(row.ends_on > get_datetime(doc.starts_on))
		.limit(1)
		.for_update()  # a locking read: it sees what the save it waited for has committed
	).run(as_dict=True)
	return found[0] if found else None


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
	"""Guard of Complete: the session has begun and somebody came."""
	if get_datetime(doc.starts_on) > now_datetime():
		frappe.throw(
			_("{0} begins on {1} and cannot be completed before.").format(
				doc.title, format_datetime(doc.starts_on)
			),
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
