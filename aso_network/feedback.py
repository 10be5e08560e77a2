"""What participants say of a session: once each, for some days after its end, on paper nobody has to type."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Avg, Count
from frappe.utils import add_days, cint, flt, get_datetime, now_datetime

from aso_network import reading, representation, training
from aso_network.portal.language import format_datetime

RATINGS = ("content", "trainer", "usefulness")
ENDED = ("Ongoing", "Completed", "Closed")
# Fewer answers than these would tell who said what.
FEWEST = 3
DEFAULT_DAYS = 14
_SESSION = ("name", "title", "title_en", "title_ar", "status", "ends_on", "territory")


class FeedbackClosedError(frappe.ValidationError):
	"""The session has not ended yet, or too long ago."""


class NoParticipantError(frappe.ValidationError):
	"""Only who took part gives feedback; what the answer does not tell is who did."""


class FeedbackTwiceError(frappe.ValidationError):
	"""The participant has given feedback on this session."""


class RatingError(frappe.ValidationError):
	"""A rating is a whole number from 1 to 5."""


class FeedbackFixedError(frappe.ValidationError):
	"""Feedback stays as it was sent."""


def send(organization: str, session: str, contact: str, **values: object) -> Document:
	"""Feedback of `contact`, a participant of `organization`, which the session's user represents.

	`values` are the three ratings, `keep` and `improve`.
	"""
	acting = representation.require(organization)
	row = _row(session, contact)
	if not row or (row.organization != organization and contact != acting):
		_no_participant()
	doc = frappe.get_doc(
		{
			"doctype": "Session Feedback",
			"session": session,
			"contact": contact,
			"organization": organization,
			**{field: values.get(field) for field in (*RATINGS, "keep", "improve")},
		}
	)
	# Members have no right to create feedback; that it is of one of their participants was checked above.
	return doc.insert(ignore_permissions=True)


def awaited(organization: str, acting: str | None) -> list[frappe._dict]:
	"""Participants of `organization` (and the acting representative) from whom feedback can come now: `session`,
	`title`, `contact`, `person_name`, `until`."""
	row, session = frappe.qb.DocType("Session Participant"), frappe.qb.DocType("Training Session")
	given = frappe.qb.DocType("Session Feedback")
	found = (
		frappe.qb.from_(row)
		.inner_join(session)
		.on(session.name == row.parent)
		.left_join(given)
		.on((given.session == row.parent) & (given.contact == row.contact))
		.where(row.parenttype == "Training Session")
		.where((row.organization == organization) | (row.contact == (acting or "")))
		.where(session.status.isin(ENDED))
		.where(session.ends_on <= now_datetime())
		.where(session.ends_on > add_days(now_datetime(), -_days()))
		.where(given.name.isnull())
		.select(row.contact, row.participant_name.as_("person_name"), row.attended, row.parent.as_("session"))
		.select(session.title, session.title_en, session.title_ar, session.ends_on)
		.orderby(session.ends_on)
		.orderby(row.idx)
	).run(as_dict=True)
	ticked = _attendance_taken({entry.session for entry in found})
	for entry in found:
		entry.title = training.title_in_language(entry)
		entry.until = _until(entry)
	return [entry for entry in found if entry.attended or entry.session not in ticked]


def summary(session: str) -> dict | None:
	"""How many answered and the mean of each rating; no means under three answers, nothing without any."""
	table = frappe.qb.DocType("Session Feedback")
	row = (
		frappe.qb.from_(table)
		.where(table.session == session)
		.select(Count("*").as_("answers"), *(Avg(table[field]).as_(field) for field in RATINGS))
	).run(as_dict=True)[0]
	if not row.answers:
		return None
	means = {field: flt(row[field], 1) for field in RATINGS} if row.answers >= FEWEST else None
	return {"answers": row.answers, "means": means}


# ---------------------------------------------------------------- one document


def require_new(doc: Document) -> None:
	if not doc.is_new():
		frappe.throw(_("Feedback stays as it was sent."), FeedbackFixedError)
	doc.sent_on = now_datetime()


def require_open(doc: Document) -> None:
	session = frappe.db.get_value("Training Session", doc.session, list(_SESSION), as_dict=True)
	problem = why_closed(session) if session else None
	if not session:
		_no_participant()
	if problem:
		frappe.throw(problem, FeedbackClosedError)
	doc.territory = session.territory


def why_closed(session: frappe._dict) -> str | None:
	"""Why no feedback can be given now, in one sentence; None if it can."""
	title = training.title_in_language(session)
	if session.status not in ENDED:
		return _("{0} is {1}; there is no feedback on it.").format(title, _(session.status))
	if get_datetime(session.ends_on) > now_datetime():
		return _("{0} ends on {1}; feedback can be given from then on.").format(
			title, format_datetime(session.ends_on)
		)
	if _until(session) < now_datetime():
		return _("Feedback on {0} closed on {1}.").format(title, format_datetime(_until(session)))
	return None


def require_participant(doc: Document) -> None:
	row = _row(doc.session, doc.contact)
	if not row or not (row.attended or doc.session not in _attendance_taken({doc.session})):
		_no_participant()
	if frappe.db.exists("Session Feedback", {"session": doc.session, "contact": doc.contact}):
		frappe.throw(_("Feedback of this participant is there already. Thank you."), FeedbackTwiceError)


def check_ratings(doc: Document) -> None:
	for field in RATINGS:
		if not 1 <= cint(doc.get(field)) <= 5:
			frappe.throw(
				_("“{0}”: choose a number from 1 to 5.").format(_(doc.meta.get_label(field))), RatingError
			)


def _row(session: str, contact: str) -> frappe._dict | None:
	return frappe.db.get_value(
		"Session Participant",
		{"parent": session, "parenttype": "Training Session", "contact": contact},
		["organization", "attended"],
		as_dict=True,
	)


def _attendance_taken(sessions: set[str]) -> set[str]:
	"""Those of `sessions` in which somebody is ticked as present; in the others everybody listed counts."""
	return set(
		reading.column(
			"Session Participant",
			{"parenttype": "Training Session", "parent": ("in", sessions), "attended": 1},
			"parent",
		)
	)


def _until(session: frappe._dict) -> datetime:
	return add_days(get_datetime(session.ends_on), _days())


def _days() -> int:
	return cint(frappe.get_cached_doc("ASO Network Settings").feedback_days) or DEFAULT_DAYS


def _no_participant() -> None:
	frappe.throw(
		_("Choose a session and one of your people who took part in it."),
		NoParticipantError,
	)
