"""The sessions that members and the public may know of, as a list and as a calendar that phones subscribe to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import frappe
import vobject
from dateutil.tz import UTC
from frappe import _
from frappe.utils import add_days, get_datetime, get_system_timezone, get_url, now_datetime, strip_html

from aso_network import reading, training, training_parts

PUBLIC = ("Public",)
MEMBERS = ("Public", "Network")
# A plan may still change, and is announced when registration opens.
ANNOUNCED = ("Registration Open", "Ongoing", "Completed", "Closed", "Cancelled")
_FIELDS = [
	*("name", "title", "title_en", "title_ar", "kind", "topic", "status", "publish_level", "open_to_public"),
	*("starts_on", "ends_on", "registration_from", "registration_to", "venue", "territory", "platform"),
	*("capacity", "registered_count", "waiting_count", "description", "modified"),
]


def sessions(
	levels: Collection[str], since: datetime | None = None, platform: str | None = None
) -> list[frappe._dict]:
	"""Announced sessions of these publish levels that end after `since` (now, if not given), the next one first;
	those of one platform, or all.

	What is read is listed here: trainers and participants are nobody's business outside the office.
	"""
	session = frappe.qb.DocType("Training Session")
	query = (
		frappe.qb.from_(session)
		.select(*(session[field] for field in _FIELDS))
		.where(session.status.isin(ANNOUNCED) & session.publish_level.isin(list(levels)))
		.where(session.ends_on >= (since or now_datetime()))
		.orderby(session.starts_on, session.name)
	)
	return (query.where(session.platform == platform) if platform else query).run(as_dict=True)


def feed(levels: Collection[str]) -> str:
	"""These sessions, from three months ago on, as iCalendar (RFC 5545)."""
	return ics(sessions(levels, add_days(now_datetime(), -90)))


def ics(rows: Iterable[frappe._dict]) -> str:
	"""Sessions as iCalendar. A session keeps its UID for good; a cancelled one stays and says so.

	Times are in UTC, reckoned from the site's time zone: every phone shows them right, also one whose rules for the
	zone are older than the zone's last change. Of a session with parts each part is an entry, so that a workshop of three
	days does not fill their nights.
	"""
	calendar = vobject.iCalendar()
	calendar.add("prodid").value = "-//ASO Network//Training//EN"
	calendar.add("method").value = "PUBLISH"
	calendar.add("x-wr-calname").value = _("ASO Network: training")
	calendar.add("x-wr-timezone").value = get_system_timezone()
	rows = list(rows)
	parts = _parts([row.name for row in rows])
	for row in rows:
		for entry in parts.get(row.name) or [row]:
			_event(calendar.add("vevent"), frappe._dict(row, **entry))
	return calendar.serialize()


def _parts(sessions: Collection[str]) -> dict[str, list[frappe._dict]]:
	"""What is different in each part of these sessions; the trainers are not read."""
	found: dict[str, list[frappe._dict]] = {}
	for row in reading.rows(
		training_parts.PART,
		{"parenttype": "Training Session", "parent": ("in", sessions)},
		("parent", "name as part", "starts_on", "ends_on", "topic as part_topic", "room"),
		order_by="starts_on",
	):
		found.setdefault(row.pop("parent"), []).append(row)
	return found


def _event(event: vobject.base.Component, row: frappe._dict) -> None:
	event.add("uid").value = "-".join(filter(None, (row.name, row.part))) + f"@{frappe.local.site}"
	event.add("dtstamp").value = event.add("last-modified").value = _utc(row.modified)
	event.add("dtstart").value = _utc(row.starts_on)
	event.add("dtend").value = _utc(row.ends_on)
	event.add("summary").value = ": ".join(filter(None, (training.title_in_language(row), row.part_topic)))
	event.add("status").value = "CANCELLED" if row.status == "Cancelled" else "CONFIRMED"
	event.add("categories").value = [_(row.kind)]
	place = ", ".join(part for part in (row.room, row.venue, row.territory and _(row.territory)) if part)
	words = "\n".join(part for part in (row.topic, strip_html(row.description or "").strip()) if part)
	for key, value in (("location", place), ("description", words)):
		if value:
			event.add(key).value = value
	event.add("url").value = get_url("/network/calendar")


def _utc(moment: datetime | str) -> datetime:
	local = get_datetime(moment).replace(tzinfo=ZoneInfo(get_system_timezone()), microsecond=0)
	return local.astimezone(UTC)
