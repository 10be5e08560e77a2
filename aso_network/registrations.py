"""Who registered for a session, and how that becomes the list the office knows.

A registration with a place has a row in the session's participants; the row names it and follows it. Everything
here runs under a lock of the session's row, so that people who register at the same moment wait for each other:
nobody is lost and no place is given twice. How many have a place and how many wait stands in that row, since it is
the one that is read as it is now; locking the registrations themselves would set two sessions waiting for each
other. The session is not saved for it: its own rules (trainers, books) have nothing to do with one more
participant, and hundreds register within minutes.

A place that becomes free goes to whoever has waited longest, in the transaction that frees it. The one who is next is
read with a lock, as the line is now; nobody adds a registration after that in the same transaction, so two sessions
do not wait for each other over it.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, cstr, get_datetime, now_datetime

from aso_network import names, registrants, registration_letters, representation, training
from aso_network.changes import keep
from aso_network.portal import text
from aso_network.portal.language import format_datetime

LIVE = ("Registered", "Waiting List")
OFFICE, MEMBER, PUBLIC = "Office", "Member", "Public"
LONGEST_NAME = 100
_SESSION = (
	*("name", "title", "title_en", "title_ar", "status", "publish_level", "open_to_public", "capacity"),
	*("registered_count", "waiting_count", "starts_on", "ends_on", "registration_from", "registration_to"),
	*("fill_from_waiting_list", "territory", "venue"),
)


class NoSuchSessionError(frappe.ValidationError):
	"""There is no such session, or not for whoever asks: the answer is the same."""


class RegistrationClosedError(frappe.ValidationError):
	"""Registration has not begun, is over, or the session is."""


class RegistrationPersonError(frappe.ValidationError):
	"""A registration does not say who it is for, or how to reach them."""


class NotOwnPersonError(frappe.ValidationError):
	"""A member registers its own people only."""


class AlreadyRegisteredError(frappe.ValidationError):
	"""The person has a live registration for the session."""


class RegistrationStatusError(frappe.ValidationError):
	"""A registration is registered, waiting or cancelled; it does not go back."""


class RegistrationWindowError(frappe.ValidationError):
	"""Registration would end before it begins."""


class PublishLevelError(frappe.ValidationError):
	"""Open to the public, but not published to the public."""


# ---------------------------------------------------------------- what members and the public do


def register_member(organization: str, session: str, **person: object) -> Document:
	"""Register somebody of `organization`: a `contact` of its own, or a new person by `person_name`, `phone`,
	`email`. Both consents go with it. A second time gives the first registration. The session's user represents
	the organisation."""
	representation.require(organization)
	own = frappe.db.get_value("Member Organization", organization, ["title", "status"], as_dict=True)
	if own.status != "Active":
		frappe.throw(
			_("Only active members register people, and {0} is {1}.").format(own.title, _(own.status)),
			RegistrationClosedError,
		)
	return _register(MEMBER, {"session": session, "organization": organization, **person})


def register_public(session: str, **person: object) -> Document:
	"""Register a person who belongs to no member, for a session that is open to the public.

	A person is known by the name together with the telephone number or the e-mail address; a second time gives
	the first registration.
	"""
	return _register(PUBLIC, {"session": session, **person, "contact": None, "organization": None})


def cancel_for_member(name: str, organization: str) -> Document:
	"""Cancel a registration that `organization`, which the session's user represents, has made.

	Raises frappe.DoesNotExistError for another's, as for none.
	"""
	representation.require(organization)
	if frappe.db.get_value("Training Registration", name, "organization") != organization:
		raise frappe.DoesNotExistError
	return _cancel(name)


def cancel_by_link(name: str, token: str) -> Document:
	"""Cancel what the link in a confirmation is about. Raises frappe.DoesNotExistError for a wrong one."""
	registration_letters.require_token(name, token)
	return _cancel(name)


def cancel(name: str) -> Document:
	"""Cancel a registration for the office, also once the session has begun, unless the person took part.

	The caller has checked that the user may write it.
	"""
	doc = _locked(name)
	if doc.status == "Cancelled":
		return doc
	doc.status = "Cancelled"
	return doc.save()


def _register(source: str, values: dict) -> Document:
	doc = frappe.get_doc({"doctype": "Training Registration", **values})
	doc.flags.source = source
	set_person(doc)
	session = lock_session(doc.session)
	require_open(session, source)
	require_own_person(doc)
	existing = registrants.same_person(doc)
	if existing:
		return frappe.get_doc(doc.doctype, existing)
	known_by = {"contact": doc.contact} if doc.contact else {"person_id": registrants.person_id(doc)}
	frappe.db.savepoint("registration")
	try:
		# Members and the public have no right to create one; who may was checked by the caller and by require_open.
		return doc.insert(ignore_permissions=True)
	except frappe.UniqueValidationError:
		# Sent twice at the same moment: the other one was first.
		frappe.db.rollback(save_point="registration")
		frappe.clear_messages()
		first = {"session": doc.session, "live": "1", **known_by}
		name = frappe.db.get_value(doc.doctype, first, "name", for_update=True)
		if not name:
			raise
		return frappe.get_doc(doc.doctype, name, for_update=True)


def _cancel(name: str) -> Document:
	doc = _locked(name)
	if doc.status == "Cancelled":
		return doc
	session = lock_session(doc.session)
	if session.status in (*training.ENDED, "Completed") or get_datetime(session.starts_on) <= now_datetime():
		frappe.throw(
			_("{0} has begun or is over; the registration can no longer be cancelled here.").format(
				training.title_in_language(session)
			),
			RegistrationClosedError,
		)
	doc.status = "Cancelled"
	doc.flags.by_themselves = True
	# Members and the public have no right to write one; that this one is theirs was checked by the caller.
	return doc.save(ignore_permissions=True)


def _locked(name: str) -> Document:
	"""A registration as it is now. Its session is locked first, as everybody does: or two would wait for each other."""
	lock_session(frappe.db.get_value("Training Registration", name, "session"))
	return frappe.get_doc("Training Registration", name, for_update=True)


# ---------------------------------------------------------------- one registration


def keep_what_the_app_writes(doc: Document) -> None:
	keep(
		doc,
		*("source", "registered_on", "cancelled_on", "live", "territory", "person_key", "person_id"),
		*("photo_consent_on", "data_consent_on", "promoted_on", "language"),
	)
	if doc.is_new():
		doc.source = doc.flags.source or OFFICE  # no request can set a document's flags
		doc.language = None if doc.source == OFFICE else frappe.local.lang


def set_person(doc: Document) -> None:
	"""Name, telephone number and address in one spelling; what is missing is taken from the contact."""
	doc.person_name = text.clean(doc.person_name)
	if doc.contact and doc.source != PUBLIC:
		doc.person_name = frappe.db.get_value("Contact", doc.contact, "full_name") or doc.person_name
	if (
		not names.key(doc.person_name)
		or len(doc.person_name) > LONGEST_NAME
		or any(char in "<>@/\\{}" for char in doc.person_name)
	):
		frappe.throw(
			_("Write the first and last name of the person, in up to {0} letters.").format(LONGEST_NAME),
			RegistrationPersonError,
		)
	doc.phone = registrants.international(doc.phone)
	doc.email = cstr(doc.email).strip().lower() or None
	doc.person_key = names.key(doc.person_name)[:140]
	if _source(doc) == PUBLIC and not (doc.phone or doc.email):
		frappe.throw(
			_("Write a phone number or an e-mail address, so that we can reach you if something changes."),
			RegistrationPersonError,
		)


def date_consents(doc: Document) -> None:
	"""Each consent has the day it was given, and none when it is taken back."""
	for field in ("photo_consent", "data_consent"):
		doc.set(field, cint(bool(cint(doc.get(field)))))
		doc.set(f"{field}_on", (doc.get(f"{field}_on") or now_datetime()) if doc.get(field) else None)


def lock_session(name: str | None) -> frappe._dict:
	"""The session as it is now; until this transaction ends, nobody else registers for it, cancels or saves it."""
	session = frappe.db.get_value(
		"Training Session", cstr(name), list(_SESSION), as_dict=True, for_update=True
	)
	return session or _no_such_session()


def require_open(session: frappe._dict, source: str) -> None:
	"""Whether registration is open to this kind of visitor now."""
	visible = {PUBLIC: ("Public",), MEMBER: ("Public", "Network")}.get(source)
	if visible and session.publish_level not in visible:
		_no_such_session()
	if source == PUBLIC and not session.open_to_public:
		_no_such_session()
	problem = _why_ended(session) if source == OFFICE else why_closed(session)
	if problem:
		frappe.throw(problem, RegistrationClosedError)


def why_closed(session: frappe._dict) -> str | None:
	"""Why nobody can register by themselves now, in one sentence; None if they can."""
	title, now = training.title_in_language(session), now_datetime()
	ended = _why_ended(session)
	if ended:
		return ended
	if get_datetime(session.ends_on) <= now:
		return _("{0} is over; nobody can register.").format(title)
	if has_begun(session):
		return _("{0} has begun; registration is closed.").format(title)
	if session.registration_to and get_datetime(session.registration_to) < now:
		return _("Registration for {0} closed on {1}.").format(
			title, format_datetime(session.registration_to)
		)
	if session.registration_from and get_datetime(session.registration_from) > now:
		return _("Registration for {0} opens on {1}.").format(
			title, format_datetime(session.registration_from)
		)
	if session.status != "Registration Open":
		return _("Registration for {0} is not open yet.").format(title)
	return None


def has_begun(session: frappe._dict) -> bool:
	return session.status == "Ongoing" or get_datetime(session.starts_on) <= now_datetime()


def _why_ended(session: frappe._dict) -> str | None:
	title = training.title_in_language(session)
	if session.status == "Cancelled":
		return _("{0} is cancelled; nobody can register.").format(title)
	if session.status in ("Completed", "Closed"):
		return _("{0} is over; nobody can register.").format(title)
	return None


def require_own_person(doc: Document) -> None:
	"""A member's registration is for a contact of that member, whoever makes it."""
	if _source(doc) == MEMBER and doc.contact and doc.contact not in registrants.people_of(doc.organization):
		# The contact is not named: another organisation's must not be told from one that does not exist.
		frappe.throw(
			_("Choose one of the people of your organization, or write the name of somebody new."),
			NotOwnPersonError,
		)


def set_contact(doc: Document) -> None:
	"""Who is new gets a Contact: tied to the organisation that registers them, if one does."""
	if not doc.contact:
		doc.person_id = registrants.person_id(doc)
		doc.contact = registrants.known_contact(doc) or registrants.make_contact(doc)


def refuse_second(doc: Document) -> None:
	"""One live registration for each person. Unique indexes stand behind it: (session, contact, live), and
	(session, person_id, live) for people whose contact is made with the registration."""
	doc.live = "1" if doc.status in LIVE else None
	if not doc.is_new():
		return
	other = frappe.db.exists(
		"Training Registration", {"session": doc.session, "contact": doc.contact, "live": "1"}
	)
	if other:
		frappe.throw(
			_("{0} is registered for {1} already ({2}).").format(doc.person_name, doc.session, other),
			AlreadyRegisteredError,
		)


def give_place(doc: Document, session: frappe._dict) -> None:
	"""A place if there is one, and if nobody has been waiting for it longer; else the waiting list, whose order is
	that of these moments: the session is locked."""
	doc.registered_on = now_datetime()
	free = cint(session.registered_count) < cint(session.capacity) and not session.waiting_count
	doc.status = "Registered" if free or _row(doc) else "Waiting List"


def check_status(doc: Document) -> None:
	"""What is registered or waiting can be cancelled; nothing else is done to a status by hand."""
	before = doc.get_doc_before_save()
	if before.status == doc.status:
		return
	if doc.status != "Cancelled":
		frappe.throw(
			_(
				"The registration of {0} is {1} and cannot become {2}. To give somebody a place, add them to the"
				" participants of the session."
			).format(doc.person_name, _(before.status), _(doc.status)),
			RegistrationStatusError,
		)
	_refuse_of_who_came(doc)
	doc.cancelled_on = now_datetime()


def _refuse_of_who_came(doc: Document) -> None:
	row = _row(doc)
	if row and row.registration == doc.name and row.attended:
		frappe.throw(
			_("{0} took part in {1}; the registration stays.").format(doc.person_name, doc.session),
			RegistrationStatusError,
		)


# ---------------------------------------------------------------- the list of the session


def follow(doc: Document, session: frappe._dict) -> None:
	"""Bring the session's participants and numbers in line with a registration; `session` is locked."""
	before = doc.get_doc_before_save()
	_settle(doc, session, before.status if before else None, doc.status)


def leave(doc: Document) -> None:
	"""A registration is deleted: its place is free."""
	_refuse_of_who_came(doc)
	_settle(doc, lock_session(doc.session), doc.status, None)


def _settle(doc: Document, session: frappe._dict, was: str | None, now: str | None) -> None:
	if was != now:
		registered, waiting = cint(session.registered_count), cint(session.waiting_count)
		if now == "Registered":
			registered += _add_row(doc, registered + 1)
		elif was == "Registered":
			registered -= _delete_row(doc)
		waiting += (now == "Waiting List") - (was == "Waiting List")
		_count(session, registered, waiting)
	fill_places(session)


def _count(session: frappe._dict, registered: int, waiting: int) -> None:
	session.registered_count, session.waiting_count = registered, waiting
	# Not `modified`: a form of the session that is open at the office must still be saved.
	frappe.db.set_value(
		"Training Session",
		session.name,
		{"registered_count": registered, "waiting_count": waiting},
		update_modified=False,
	)


def fill_places(session: frappe._dict) -> list[Document]:
	"""Give free places to who waits, the longest first, and tell them. `session` is locked, and follows.

	Not once it has begun: who stayed at home cannot come any more. Until its end the office gives places by hand.
	"""
	given: list[Document] = []
	if not session.fill_from_waiting_list or _why_ended(session) or has_begun(session):
		return given
	while session.waiting_count and cint(session.registered_count) < cint(session.capacity):
		doc = _next_in_line(session.name)
		if not doc:
			break
		_promote(doc)
		added = _add_row(doc, cint(session.registered_count) + 1)
		_count(session, cint(session.registered_count) + added, cint(session.waiting_count) - 1)
		given.append(doc)
	return given


def _next_in_line(session: str) -> Document | None:
	"""Who has waited longest, as the line is now."""
	row = frappe.qb.DocType("Training Registration")
	found = (
		frappe.qb.from_(row)
		.where((row.session == session) & (row.status == "Waiting List"))
		.orderby(row.registered_on, row.creation, row.name)
		.limit(1)
		.for_update()
		.select(row.name)
	).run(pluck=True)
	return frappe.get_doc("Training Registration", found[0], for_update=True) if found else None


def _promote(doc: Document) -> None:
	doc.status, doc.promoted_on = "Registered", now_datetime()
	# Past the rule that nobody changes a status by hand.
	frappe.db.set_value(
		doc.doctype, doc.name, {"status": doc.status, "promoted_on": doc.promoted_on}, update_modified=True
	)
	registration_letters.tell_place(doc)


def _row(doc: Document) -> frappe._dict | None:
	"""The person's line among the participants, if it is still there now: a transaction sees what was when it began."""
	name = frappe.db.get_value(
		"Session Participant",
		{"parent": doc.session, "parenttype": "Training Session", "contact": doc.contact},
	)
	fields = ["name", "registration", "attended"]
	return name and frappe.db.get_value("Session Participant", name, fields, as_dict=True, for_update=True)


def _add_row(doc: Document, idx: int) -> int:
	"""How many lines were added: none if the office has put the person on the list already."""
	row = _row(doc)
	if row:
		_tie(row.name, doc.name)
		return 0
	frappe.get_doc(
		{
			"doctype": "Session Participant",
			"parent": doc.session,
			"parenttype": "Training Session",
			"parentfield": "participants",
			"idx": idx,
			"contact": doc.contact,
			"participant_name": doc.person_name,
			"organization": doc.organization,
			"registration": doc.name,
		}
	).db_insert()
	return 1


def _delete_row(doc: Document) -> int:
	row = _row(doc)
	if not row or row.registration != doc.name:
		return 0
	frappe.db.delete("Session Participant", {"name": row.name})
	return 1


def _tie(row: str, registration: str) -> None:
	frappe.db.set_value("Session Participant", row, "registration", registration, update_modified=False)


def keep_registered(session: Document) -> None:
	"""Step of the session's own validation: people who registered while its form was open stay on the list, and
	those who cancelled stay off it. To take a registered person off, the registration is cancelled."""
	before = session.get_doc_before_save()  # read with a lock: it has what was committed a moment ago
	keep(session, "waiting_count", "letters_due")
	stored = {row.registration: row for row in before.participants if row.registration} if before else {}
	people = {row.contact for row in stored.values()}
	rows = []
	for row in session.participants:
		known = stored.pop(row.registration, None) if row.registration else None
		if known:
			row.contact, row.organization = known.contact, known.organization
			rows.append(row)
		elif not row.registration and row.contact not in people:
			rows.append(row)
	session.participants = rows
	for row in stored.values():
		session.append("participants", row.as_dict())
	for idx, row in enumerate(session.participants, start=1):
		row.idx = idx


def follow_list(session: Document) -> None:
	"""Who was waiting and is now put on the list by the office is registered; places that are free then, because there
	are more of them or somebody was taken off, go to who waits."""
	if not session.waiting_count:
		return
	row = lock_session(session.name)
	listed = {line.contact: line for line in session.participants if not line.registration}
	for name in frappe.get_all(
		"Training Registration",
		filters={"session": session.name, "status": "Waiting List", "contact": ("in", list(listed))},
		pluck="name",
	):
		doc = frappe.get_doc("Training Registration", name, for_update=True)
		if doc.status != "Waiting List":
			continue
		_promote(doc)
		_tie(listed[doc.contact].name, name)
		listed[doc.contact].registration = name
		_count(row, row.registered_count, row.waiting_count - 1)
	for doc in fill_places(row):
		line = frappe.get_doc("Session Participant", {"parent": session.name, "registration": doc.name})
		session.append("participants", line.as_dict())
	session.registered_count, session.waiting_count = row.registered_count, row.waiting_count


def check_window(session: Document) -> None:
	"""Step of the session's validation: who may register, and when."""
	if session.open_to_public and session.publish_level != "Public":
		frappe.throw(
			_(
				"{0} is open to the public, but its publish level is {1}: choose Public, or untick “{2}”."
			).format(
				session.title,
				_(session.publish_level),
				_(session.meta.get_label("open_to_public")),
			),
			PublishLevelError,
		)
	first, last = session.registration_from, session.registration_to
	if first and last and get_datetime(last) <= get_datetime(first):
		frappe.throw(
			_("{0}: registration ends on {1}, which is not after {2}: correct one of the two.").format(
				session.title, format_datetime(last), format_datetime(first)
			),
			RegistrationWindowError,
		)


def tell_of_cancelling(doc: Document) -> None:
	"""Who cancels knows of it; whom the office takes off the list is told."""
	before = doc.get_doc_before_save()
	if before and before.status in LIVE and doc.status == "Cancelled" and not doc.flags.by_themselves:
		registration_letters.tell_cancelled(doc)


def _source(doc: Document) -> str:
	return doc.flags.source or doc.source or OFFICE


def _no_such_session() -> frappe._dict:
	frappe.throw(
		_(
			"There is no session of this name that you can register for. The calendar shows those that are open."
		),
		NoSuchSessionError,
	)
