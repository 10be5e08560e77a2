"""What people hear by mail about a registration: that it is there, that a place became free, that nothing comes of it.

Each letter is in its reader's language. Nothing that was typed into a public form is in it, since anybody can type
anybody's address; only a representative reads the names of those whom they registered.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime
from frappe.utils.password import get_encryption_key

from aso_network import audit, mail, reading, training
from aso_network.portal.language import format_datetime

# Confirmations that one address gets in a day for what strangers register: a family's, not a flood.
LETTERS_A_DAY = 10
_SESSION = ("name", "title", "title_en", "title_ar", "status", "starts_on", "ends_on", "venue", "letters_due")


class Reader(NamedTuple):
	"""Who reads a letter about a registration; `is_person`: whom it is for, not a representative."""

	address: str
	language: str
	is_person: bool


def token(name: str) -> str:
	"""What shows that somebody has the letter about this registration. Kept nowhere."""
	return hmac.new(get_encryption_key().encode(), f"registration:{name}".encode(), sha256).hexdigest()[:32]


def require_token(name: str, given: str) -> None:
	if not hmac.compare_digest(token(name).encode(), given.encode()) or not frappe.db.exists(
		"Training Registration", name
	):
		raise frappe.DoesNotExistError


def state_sentence(doc: Document) -> str:
	"""What became of a registration, as the person is told."""
	if doc.status == "Registered" and doc.promoted_on:
		return _("You have a place.") + " " + place_sentence(doc.promoted_on)
	if doc.status == "Registered":
		return _("You have a place.")
	if doc.status == "Waiting List":
		return _("All places are taken. You are on the waiting list and do not have a place yet.")
	return _("The registration is cancelled.")


def place_sentence(promoted_on: object) -> str:
	return _("The place became free on {0}.").format(format_datetime(promoted_on))


def confirm(doc: Document) -> None:
	"""Tell the person that they are registered or waiting, if they gave an address, with a link to cancel."""
	if not doc.email or (doc.source == "Public" and _letters_today(doc.email) > LETTERS_A_DAY):
		return
	session = _session(doc.session)
	reader = Reader(doc.email, _language(doc, doc.email), True)
	with mail.in_language(reader.language):
		title = training.title_in_language(session)
		_write(
			doc,
			reader,
			_("Your registration: {0}").format(title),
			_("You were registered for {0}.").format(title),
			_when(session),
			state_sentence(doc),
			_(
				"If you cannot come, or did not register yourself, cancel here, so that somebody else can come:"
			),
			link=_link(doc),
		)


def tell_place(doc: Document) -> None:
	"""Tell who was waiting that a place is theirs."""
	reader, session = _reader(doc), _session(doc.session)
	if not reader:
		return
	with mail.in_language(reader.language):
		title = training.title_in_language(session)
		_write(
			doc,
			reader,
			_("You have a place: {0}").format(title)
			if reader.is_person
			else _("A place became free: {0}").format(title),
			_("You have a place.")
			if reader.is_person
			else _("{0} was on the waiting list and has a place now.").format(doc.person_name),
			_("A place became free in {0}.").format(title),
			_when(session),
			_("If you cannot come, cancel here, so that somebody else can come:"),
			link=_link(doc) if reader.is_person else "/my/training",
		)


def tell_cancelled(doc: Document) -> None:
	"""Tell the person that the office has cancelled the registration; not of a session that is over or cancelled,
	where that is no news."""
	reader, session = _reader(doc), _session(doc.session)
	over = session.status in (*training.ENDED, "Completed") or get_datetime(session.ends_on) <= now_datetime()
	if not reader or over:
		return
	with mail.in_language(reader.language):
		title = training.title_in_language(session)
		_write(
			doc,
			reader,
			_("Your registration is cancelled: {0}").format(title),
			_("The network's office has cancelled your registration for {0}.").format(title)
			if reader.is_person
			else _("The network's office has cancelled the registration of {0} for {1}.").format(
				doc.person_name, title
			),
			_when(session),
			_("If you think that this is a mistake, ask the office."),
		)


# ---------------------------------------------------------------- a cancelled session


def owe_letters(session: Document) -> None:
	"""Effect of Cancel: everybody is to be told, by a job that the move itself does not wait for."""
	session.letters_due = 1


def tell_soon(session: Document) -> None:
	"""What follows Cancel. If the job is lost, `tell_all_due` does its work within the hour."""
	frappe.enqueue(
		"aso_network.registration_letters.tell_of_cancelled_session",
		queue="long",
		enqueue_after_commit=True,
		session=session.name,
	)


def tell_all_due() -> None:
	"""Scheduled: cancelled sessions of which nobody has been told yet."""
	for session in frappe.get_all(
		"Training Session", filters={"status": "Cancelled", "letters_due": 1}, pluck="name"
	):
		tell_of_cancelled_session(session)


def tell_of_cancelled_session(session: str) -> int:
	"""Job: write to everybody on the list or on the waiting list of a cancelled session; how many letters.

	Each address gets one letter, once, however often the job runs and however many of them at a time: what is due
	stands in the session's row, is read with a lock and is cleared in the transaction that queues the letters.
	"""
	row = frappe.db.get_value("Training Session", session, list(_SESSION), as_dict=True, for_update=True)
	if not row or not row.letters_due:
		return 0
	doc = frappe.get_doc("Training Session", session)
	reason = frappe.db.get_value(
		audit.EVENT,
		{"reference_doctype": doc.doctype, "reference_name": doc.name, "to_state": "Cancelled"},
		"reason",
	)
	readers = _readers_of(doc)
	for reader, names in readers.values():
		with mail.in_language(reader.language):
			title = training.title_in_language(row)
			_write(
				doc,
				reader,
				_("Cancelled: {0}").format(title),
				_("{0} is cancelled.").format(title),
				_when(row),
				_("The reason: {0}").format(reason) if reason else "",
				_("You get this letter because you were registered for it or on its waiting list.")
				if reader.is_person
				else _("You had registered: {0}.").format(", ".join(names)),
			)
	frappe.db.set_value("Training Session", session, "letters_due", 0, update_modified=False)
	return len(readers)


def _readers_of(session: Document) -> dict[tuple[str, bool], tuple[Reader, list[str]]]:
	"""Everybody with a registration, and whom the office has put on the list itself."""
	found: dict[tuple[str, bool], tuple[Reader, list[str]]] = {}
	for name in reading.column(
		"Training Registration",
		{"session": session.name, "status": ("in", ("Registered", "Waiting List"))},
		"name",
		order_by="registered_on",
	):
		doc = frappe.get_doc("Training Registration", name)
		if reader := _reader(doc):
			found.setdefault((reader.address, reader.is_person), (reader, []))[1].append(doc.person_name)
	for row in session.participants:
		contact = None if row.registration else _contact(row.contact)
		if contact and contact.email_id:
			reader = Reader(contact.email_id, _language_of(contact, contact.email_id), True)
			found.setdefault((reader.address, True), (reader, []))
	return found


# ---------------------------------------------------------------- who reads it, and what every letter has


def _reader(doc: Document) -> Reader | None:
	"""The person, by the address they gave or that the office or their organisation knows; else the representative
	who registered them. Of a stranger without an address only the telephone number is known."""
	if doc.email:
		return Reader(doc.email, _language(doc, doc.email), True)
	if doc.source == "Public":
		return None
	contact = _contact(doc.contact)
	if contact and contact.email_id:
		return Reader(contact.email_id, _language_of(contact, contact.email_id), True)
	address = frappe.db.get_value("User", {"name": doc.owner, "enabled": 1}, "email")
	if doc.source == "Member" and address:
		return Reader(address, mail.language_of(address), False)
	return None


def _language(doc: Document, address: str) -> str:
	"""The language of whoever registered themselves or their people; else the person's, as far as it is known."""
	return doc.language or _language_of(_contact(doc.contact), address)


def _language_of(contact: frappe._dict | None, address: str) -> str:
	return (contact and contact.aso_language) or mail.language_of(address)


def _contact(name: str) -> frappe._dict | None:
	return frappe.db.get_value("Contact", name, ["email_id", "aso_language"], as_dict=True)


def _session(name: str) -> frappe._dict:
	return frappe.db.get_value("Training Session", name, list(_SESSION), as_dict=True)


def _when(session: frappe._dict) -> str:
	return _("It starts on {0}, {1}.").format(format_datetime(session.starts_on), session.venue or "")


def _link(doc: Document) -> str:
	return f"/register/cancel?registration={doc.name}&token={token(doc.name)}"


def _write(
	reference: Document, reader: Reader, subject: str, *paragraphs: str, link: str | None = None
) -> None:
	body = mail.body(*paragraphs, link=link)
	mail.send(reader.address, subject, body, reference=reference, language=reader.language)


def _letters_today(email: str) -> int:
	"""Counts one more letter to this address."""
	key = frappe.cache.make_key(f"aso_confirmations:{sha256(email.encode()).hexdigest()}")
	count = frappe.cache.incr(key)
	if count == 1:
		frappe.cache.expire(key, 24 * 3600)
	return count
