"""General meetings as a member sees them: the invitation, and the minutes once the meeting is concluded.

Members have no right to read meetings. Everything here is chosen field by field, of the meetings of the visitor's
platform only. Who else was there is not told: the attendance names people.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import format_time, getdate
from frappe.utils.html_utils import clean_html
from markupsafe import Markup

from aso_network import meetings, platforms, reading
from aso_network.polling import rules
from aso_network.portal import results
from aso_network.portal.elections import INSIDE
from aso_network.portal.visitor import Visitor, require_member

INVITED = ("Convened", "In Session", "Concluded", "Adjourned")
COMING = ("Convened", "In Session")
_FIELDS = (
	*("name", "title", "status", "platform", "sequence", "call_number", "meeting_date"),
	*("start_time", "end_time", "venue"),
)
_MORE = (
	*("venue_address", "facilitator", "quorum_required", "active_members", "present_count", "is_quorate"),
	*meetings.MINUTES,
)


def overview(visitor: Visitor) -> dict[str, list[frappe._dict]]:
	"""The meetings to which the visitor's platform was invited: `coming`, the next one first, and `past`."""
	organization = require_member(visitor)
	rows = (
		reading.rows(
			"General Meeting",
			filters={"platform": organization.platform, "status": ("in", (*INVITED, "Cancelled"))},
			fields=_FIELDS,
			order_by="meeting_date desc, sequence desc, call_number desc",
		)
		if organization.status in INSIDE
		else []
	)
	rows = _without_uncalled(rows)
	for row in rows:
		_describe(row, visitor)
	return {
		"coming": [row for row in rows if row.status in COMING][::-1],
		"past": [row for row in rows if row.status not in COMING],
	}


def one(visitor: Visitor, name: str) -> dict[str, Any]:
	"""The page of one meeting; raises PageDoesNotExistError for what is not there or not the visitor's.

	`meeting`, `agenda`, `mine` (the organisation's own line of attendance) and, once it is concluded, `minutes` as
	(heading, Markup), `decisions` that were carried; `elections` that follow from it.
	"""
	organization = require_member(visitor)
	found = organization.status in INSIDE and reading.rows(
		"General Meeting",
		{"name": name, "platform": organization.platform, "status": ("in", (*INVITED, "Cancelled"))},
		[*_FIELDS, *_MORE],
	)
	if not found or not _without_uncalled(found):
		raise frappe.PageDoesNotExistError
	meeting = found[0]
	_describe(meeting, visitor)
	meeting.facilitator = meeting.facilitator and frappe.db.get_value(
		"Contact", meeting.facilitator, "full_name"
	)
	meeting.address = _address(meeting.venue_address)
	meeting.quorum = _quorum(meeting)
	concluded = meeting.status == "Concluded"
	return {
		"meeting": meeting,
		"agenda": reading.rows(
			"Meeting Agenda Item",
			filters={"parenttype": "General Meeting", "parent": name},
			fields=["topic", "presenter"],
			order_by="idx",
		),
		"mine": _attendance(name, organization.name),
		"minutes": _minutes(meeting) if concluded else [],
		"decisions": _decisions(name) if concluded else [],
		"elections": _elections(name, visitor),
	}


def _describe(meeting: frappe._dict, visitor: Visitor) -> None:
	meeting.label = _("General meeting {0} of {1}").format(
		meeting.sequence, platforms.name_in(visitor.language, meeting.platform)
	)
	meeting.call = _("call {0}").format(meeting.call_number) if meeting.call_number > 1 else ""
	meeting.hours = " – ".join(
		format_time(time, "HH:mm") for time in (meeting.start_time, meeting.end_time) if time
	)
	meeting.is_coming = meeting.status in COMING and getdate(meeting.meeting_date) >= getdate()


def _without_uncalled(rows: list[frappe._dict]) -> list[frappe._dict]:
	"""A meeting that was cancelled before anybody was invited is nobody's to see."""
	cancelled = [row.name for row in rows if row.status == "Cancelled"]
	if not cancelled:
		return rows
	called = set(
		reading.column(
			"Network Audit Event",
			{
				"reference_doctype": "General Meeting",
				"reference_name": ("in", cancelled),
				"to_state": "Convened",
			},
			"reference_name",
		)
	)
	return [row for row in rows if row.status != "Cancelled" or row.name in called]


def _quorum(meeting: frappe._dict) -> str:
	if not meeting.quorum_required:
		return _("Nobody has to be present for its decisions.")
	needed = _("{0} of {1} active members are needed.").format(
		meeting.quorum_required, meeting.active_members
	)
	if meeting.status in ("In Session", "Concluded"):
		return needed + " " + _("Present: {0}.").format(meeting.present_count)
	return needed


def _address(address: str | None) -> str:
	lines = address and frappe.db.get_value("Address", address, ["address_line1", "address_line2", "city"])
	return ", ".join(filter(None, lines)) if lines else ""


def _attendance(meeting: str, organization: str) -> frappe._dict | None:
	return frappe.db.get_value(
		"Meeting Attendance",
		{"parenttype": "General Meeting", "parent": meeting, "organization": organization},
		["present", "left_at", "representative_name"],
		as_dict=True,
	)


def _minutes(meeting: frappe._dict) -> list[tuple[str, Markup]]:
	"""The minutes without what a page could load or run: headings, pictures, links and styles are taken off."""
	meta = frappe.get_meta("General Meeting")
	return [
		(_(meta.get_label(field)), Markup(clean_html(meeting[field])))
		for field in meetings.MINUTES
		if frappe.utils.strip_html(meeting[field] or "").strip()
	]


def _decisions(meeting: str) -> list[frappe._dict]:
	rows = reading.rows(
		"Meeting Decision",
		filters={"parenttype": "General Meeting", "parent": meeting, "carried": 1},
		fields=[
			*("kind", "text", "votes_for", "votes_against", "abstentions"),
			*("governance_model", "form", "seats", "term_months"),
		],
		order_by="idx",
	)
	for row in rows:
		row.about = rules.about_form(row.form) if row.kind == "Electoral Form" else ""
	return rows


def _elections(meeting: str, visitor: Visitor) -> list[frappe._dict]:
	rows = reading.rows(
		"Election",
		filters={"meeting": meeting, "status": ("!=", "Draft")},
		fields=["name", "title", "platform", "voting_date", "status"],
		order_by="creation",
	)
	for row in rows:
		row.label = results.label(row, visitor)
	return rows
