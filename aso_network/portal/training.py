"""Training, as members and strangers see it: what is open, who of theirs is registered, what is still to be said."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.utils import add_days, cint, get_datetime, now_datetime
from werkzeug.wrappers import Response

from aso_network import (
	certificates,
	feedback,
	names,
	registration_letters,
	registrations,
	training,
	training_calendar,
)
from aso_network.portal import language, pages
from aso_network.portal.visitor import Visitor

SOON_HOURS = 72
MOST_CERTIFICATES = 200


def levels(visitor: Visitor) -> tuple[str, ...]:
	"""The publish levels of sessions that this visitor may know of."""
	return training_calendar.MEMBERS if visitor.organizations else training_calendar.PUBLIC


def registers_as_member(visitor: Visitor) -> bool:
	return bool(visitor.organization) and visitor.organization.status == "Active"


def calendar(visitor: Visitor) -> list[frappe._dict]:
	"""Coming sessions and those going on, with what this visitor can do about each."""
	return visitor.once(
		"calendar", lambda: [_describe(row, visitor) for row in training_calendar.sessions(levels(visitor))]
	)


def open_sessions(visitor: Visitor) -> list[frappe._dict]:
	"""Those of them for which this visitor can register somebody now."""
	return [row for row in calendar(visitor) if row.can_register]


def why_not(visitor: Visitor, session: str) -> str | None:
	"""Why the visitor cannot register for this session now; None if they can, or may not know of it."""
	row = next((row for row in calendar(visitor) if row.name == session), None)
	return (row and not row.can_register and row.closed) or None


def people(visitor: Visitor) -> list[tuple[str, str]]:
	"""(contact, name) of the people whom the visitor's organisation may register."""
	found = training.people_of_member(visitor.organization.name)
	return sorted(((row["contact"], row["name"]) for row in found), key=lambda row: names.key(row[1]))


def registrations_of(organization: str) -> list[frappe._dict]:
	"""The organisation's registrations for sessions of the last three months and to come, session by session."""
	row, session = frappe.qb.DocType("Training Registration"), frappe.qb.DocType("Training Session")
	found = (
		frappe.qb.from_(row)
		.inner_join(session)
		.on(session.name == row.session)
		.where(row.organization == organization)
		.where(session.ends_on > add_days(now_datetime(), -90))
		.select(row.name, row.person_name, row.status, row.session, row.registered_on, row.promoted_on)
		.select(session.title, session.title_en, session.title_ar, session.starts_on, session.venue)
		.select(session.status.as_("session_status"))
		.orderby(session.starts_on)
		.orderby(session.name)
		.orderby(row.registered_on)
	).run(as_dict=True)
	sessions: dict[str, frappe._dict] = {}
	for entry in found:
		group = sessions.setdefault(
			entry.session,
			frappe._dict(
				title=training.title_in_language(entry),
				starts_on=entry.starts_on,
				venue=entry.venue,
				status=entry.session_status,
				people=[],
			),
		)
		entry.can_cancel = (
			entry.status != "Cancelled"
			and entry.session_status not in (*training.ENDED, "Completed")
			and entry.starts_on > now_datetime()
		)
		group.people.append(entry)
	return list(sessions.values())


def feedback_awaited(visitor: Visitor) -> list[frappe._dict]:
	if not visitor.organization:
		return []
	return visitor.once("feedback", lambda: feedback.awaited(visitor.organization.name, visitor.contact))


def by_link(name: str, token: str) -> frappe._dict:
	"""The registration that a letter's link is about: `title`, `starts_on`, `venue`, `status`, `state`, `can_cancel`."""
	registration_letters.require_token(name, token)
	doc = frappe.get_doc("Training Registration", name)
	session = frappe.db.get_value(
		"Training Session",
		doc.session,
		["title", "title_en", "title_ar", "starts_on", "venue", "status"],
		as_dict=True,
	)
	session.title = training.title_in_language(session)
	cancelled = session.status == "Cancelled" and doc.status != "Cancelled"
	session.state = "" if cancelled else registration_letters.state_sentence(doc)
	session.can_cancel = (
		doc.status != "Cancelled"
		and session.status not in (*training.ENDED, "Completed")
		and session.starts_on > now_datetime()
	)
	return session


def show_certificate(visitor: Visitor, typed: str, key: str = "") -> Response:
	"""The page that says what a certificate's number, as somebody typed it, stands for."""
	row = certificate(certificates.number_of(typed), key)
	context = {"title": _("Check a certificate"), "row": row}
	return pages.show("certificate/one.html", visitor, context, 200 if row else 404)


def certificate(number: str, key: str) -> frappe._dict | None:
	"""What anybody learns of a certificate by its number: `state` ("valid", "revoked", "replaced"), `title`, `when`,
	`hours`, `issued_on`, `revoked_on`; with the holder's key also `person_name`, and `paper`, where to print it.

	The key of an earlier paper tells that it was replaced, and no name. None: there is no such certificate.
	"""
	row = frappe.db.get_value(
		certificates.DOCTYPE,
		number,
		[
			*("name", "status", "version", "person_name", "session_title_en", "session_title_ar"),
			*("starts_on", "ends_on", "hours", "issued_on", "revoked_on"),
		],
		as_dict=True,
	)
	if not row:
		return None
	version = certificates.version_of(row, key)
	name = row.pop("person_name")
	row.state = "valid" if row.status == certificates.VALID else "revoked"
	if version and version < row.version:
		row.state = "replaced"
	elif version:
		row.person_name = name
		row.paper = f"{certificates.link(row)}&paper=1" if row.state == "valid" else None
	row.title = _title_of(row)
	row.when, row.hours = certificates.days(row), language.format_number(row.hours) if row.hours else None
	return row


def paper(typed: str, key: str) -> bytes:
	"""The certificate as a PDF, for its holder. Raises frappe.DoesNotExistError for a wrong key as for no certificate."""
	row = certificate(certificates.number_of(typed), key)
	if not row or not row.get("paper"):
		raise frappe.DoesNotExistError
	return certificates.pdf(frappe.get_doc(certificates.DOCTYPE, row.name))


def certificates_of(visitor: Visitor) -> list[frappe._dict]:
	"""Certificates of the organisation's people, and of the person who looks, the latest first: `person_name`,
	`title`, `status`, `issued_on`, `link`."""
	row = frappe.qb.DocType(certificates.DOCTYPE)
	found = (
		frappe.qb.from_(row)
		.where((row.organization == visitor.organization.name) | (row.contact == (visitor.contact or "")))
		.select(row.name, row.person_name, row.status, row.version, row.issued_on)
		.select(row.session_title_en, row.session_title_ar)
		.orderby(row.issued_on, order=Order.desc)
		.orderby(row.name)
		.limit(MOST_CERTIFICATES)
	).run(as_dict=True)
	for entry in found:
		entry.title, entry.link = _title_of(entry), certificates.link(entry)
	return found


def _title_of(row: frappe._dict) -> str:
	"""What the session of a certificate was called, in the visitor's language."""
	titles = (row.session_title_ar, row.session_title_en)
	return next(filter(None, titles if language.current() == "ar" else titles[::-1]), "")


def _describe(row: frappe._dict, visitor: Visitor) -> frappe._dict:
	"""What is shown of a session, and until when the visitor can register for it."""
	closed = registrations.why_closed(row)
	may = row.open_to_public or registers_as_member(visitor)
	until = min(filter(None, (row.registration_to, row.starts_on)))
	return frappe._dict(
		name=row.name,
		title=training.title_in_language(row),
		kind=row.kind,
		topic=row.topic,
		when=_when(row),
		place=", ".join(part for part in (row.venue, row.territory and _(row.territory)) if part),
		cancelled=row.status == "Cancelled",
		can_register=bool(may and not closed),
		closed=closed,
		until=until,
		soon=_is_soon(until),
		places=max(0, cint(row.capacity) - cint(row.registered_count)) if not row.waiting_count else 0,
		members_only=not row.open_to_public,
	)


def _when(session: frappe._dict) -> str:
	"""“5 March 2026, 14:30–16:00”, or both days in full."""
	first, last = get_datetime(session.starts_on), get_datetime(session.ends_on)
	if first.date() == last.date():
		return f"{language.format_datetime(first)}–{last:%H:%M}"
	return f"{language.format_datetime(first)} – {language.format_datetime(last)}"


def _is_soon(until: datetime) -> bool:
	return (get_datetime(until) - now_datetime()).total_seconds() < SOON_HOURS * 3600
