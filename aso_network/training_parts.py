"""The parts of a session that is more than one piece: when it meets, on what, with whom and in which room.

A session without parts is one piece, as it always was. Of one with parts, start and end follow from them, and a
trainer is booked for the parts that name them; who is named in none is there in all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, format_date, format_datetime, format_time, get_datetime, get_time, getdate

from aso_network import names, printing, reading
from aso_network.portal import language

PART = "Training Session Part"
Hours = list[tuple[datetime, datetime]]


class PartTimesError(frappe.ValidationError):
	"""A part has no hours, or ends before it starts."""


class PartsOverlapError(frappe.ValidationError):
	"""Two parts of a session are at the same time."""


class PartTrainerError(frappe.ValidationError):
	"""A part names somebody who is no trainer of the session."""


class RoomBookedError(frappe.ValidationError):
	"""Another session is in the room at the same time."""


class Part(NamedTuple):
	"""A piece of a session for which attendance is taken; `name` is empty where the session is one piece."""

	name: str
	starts_on: datetime
	ends_on: datetime
	topic: str | None

	@property
	def hours(self) -> float:
		return (self.ends_on - self.starts_on).total_seconds() / 3600


def set_times(doc: Document) -> None:
	"""Put the parts in order; the session starts with the first and ends with the last."""
	if not doc.parts:
		return
	for row in doc.parts:
		if not row.date or row.from_time in (None, "") or row.to_time in (None, ""):
			frappe.throw(_("Parts, row {0}: fill in date, from and to.").format(row.idx), PartTimesError)
		day = getdate(row.date)
		row.starts_on = datetime.combine(day, get_time(row.from_time))
		row.ends_on = datetime.combine(day, get_time(row.to_time))
		if row.ends_on <= row.starts_on:
			frappe.throw(
				_("Parts, row {0}: it ends at {1}, which is not after {2}: correct one of the two.").format(
					row.idx, format_time(row.ends_on, "HH:mm"), format_time(row.starts_on, "HH:mm")
				),
				PartTimesError,
			)
	doc.parts.sort(key=lambda row: (row.starts_on, row.idx))
	for first, second in zip(doc.parts, doc.parts[1:], strict=False):
		if second.starts_on < first.ends_on:
			frappe.throw(
				_("Parts: {0} and {1} are at the same time: correct the hours of one of the two.").format(
					label(first), label(second)
				),
				PartsOverlapError,
			)
	for idx, row in enumerate(doc.parts, start=1):
		row.idx = idx
	doc.starts_on, doc.ends_on = doc.parts[0].starts_on, doc.parts[-1].ends_on


def label(part: Part | Document | frappe._dict) -> str:
	"""“5 March 2026, 09:00-12:00, Budget”, in the language of this request."""
	when = f"{format_date(part.starts_on)}, {part.starts_on:%H:%M}-{part.ends_on:%H:%M}"
	return f"{when}, {part.topic}" if part.topic else when


def of(session: str) -> list[Part]:
	"""The stored parts of a session, in order; none if it is one piece."""
	rows = reading.rows(
		PART,
		{"parent": session, "parenttype": "Training Session"},
		("name", "starts_on", "ends_on", "topic"),
		order_by="starts_on",
	)
	return [Part(row.name, row.starts_on, row.ends_on, row.topic) for row in rows]


def not_taken(session: str) -> list[Part]:
	"""Parts in which nobody is recorded as present; none of a session that is one piece."""
	parts = of(session)
	taken = (
		set(reading.column("Session Attendance", {"session": session, "present": 1}, "part")) if parts else ()
	)
	return [part for part in parts if part.name not in taken]


# ---------------------------------------------------------------- trainers


def name_trainers(doc: Document) -> None:
	"""Each part's trainer is one of the session's, whose names have just been read."""
	before = doc.get_doc_before_save()
	stored = {row.name: row.trainer for row in before.parts} if before else {}
	for row in doc.parts:
		row.trainer = " ".join(cstr(row.trainer).split()) or None
		if not row.trainer:
			row.contact = row.user = None
			continue
		found = [t for t in doc.trainers if row.trainer in (t.trainer_name, t.contact, t.user)]
		known = [t for t in doc.trainers if (t.contact, t.user) == (row.contact, row.user)]
		if not found and row.trainer == stored.get(row.name):
			found = known  # the person is called something else now
		if not found:
			frappe.throw(
				_(
					"Parts, row {0}: {1} is not among the trainers of the session: add them on the tab Trainers, or choose one of those."
				).format(row.idx, row.trainer),
				PartTrainerError,
			)
		trainer = known[0] if known and known[0] in found else found[0]
		row.trainer, row.contact, row.user = trainer.trainer_name, trainer.contact, trainer.user


def hours_of(doc: Document, contacts: Collection[str], users: Collection[str]) -> Hours:
	"""When the session needs this person as a trainer."""
	if not doc.parts:
		return [(get_datetime(doc.starts_on), get_datetime(doc.ends_on))]
	own = [row for row in doc.parts if row.contact in contacts or row.user in users]
	return [(row.starts_on, row.ends_on) for row in own or doc.parts]


def first_clash(hours: Iterable[tuple], others: Iterable[tuple]) -> tuple | None:
	"""The first of `others` that is at the same time as one of `hours`."""
	hours = list(hours)
	return next(
		(other for other in others if any(other[0] < end and start < other[1] for start, end in hours)), None
	)


# ---------------------------------------------------------------- rooms


def check_rooms(doc: Document) -> None:
	"""One room holds one session at a time. Rooms are the same if they are called the same, in the same venue."""
	place = names.key(doc.venue or doc.territory or doc.platform)
	for row in doc.parts:
		room = names.key(row.room)
		row.room_key = f"{place}/{room}"[:140] if room and doc.status != "Cancelled" else None
	booked = [row for row in doc.parts if row.room_key]
	if not booked:
		return
	# Rooms have no record of their own to lock. So sessions that book one are saved one after the other.
	frappe.db.get_value("DocType", PART, "name", for_update=True)
	for row in booked:
		clash = _in_room(doc, row)
		if clash:
			frappe.throw(
				_(
					"Parts, row {0}: {1} is taken by {2} ({3}) from {4} to {5}: choose another time or another room."
				).format(
					row.idx,
					row.room,
					_title(clash.parent),
					clash.parent,
					format_datetime(clash.starts_on),
					format_datetime(clash.ends_on),
				),
				RoomBookedError,
			)


def _in_room(doc: Document, row: Document) -> frappe._dict | None:
	other = frappe.qb.DocType(PART)
	found = (
		frappe.qb.from_(other)
		.select(other.parent, other.starts_on, other.ends_on)
		.where((other.room_key == row.room_key) & (other.parent != (doc.name or "")))
		.where((other.starts_on < row.ends_on) & (other.ends_on > row.starts_on))
		.limit(1)
		.for_update()  # a locking read: it sees what the save it waited for has committed
	).run(as_dict=True)
	return found[0] if found else None


def _title(session: str) -> str:
	# A session that was booked a moment ago is seen by a locking read only.
	return frappe.db.get_value("Training Session", session, "title") or frappe.db.get_value(
		"Training Session", session, "title", for_update=True
	)


# ---------------------------------------------------------------- paper


def for_print(doc: Document, chosen: str | None = None) -> dict[str, Any]:
	"""What the brief and the signature sheets show, beside the fields: `spans`, which all text goes through, `titles` in
	both languages, that of the reader first; `organizations` by name; `sheets`, one for each part (only the `chosen` one, if there is such a
	part) or for the session that is one piece: `number`, `day`, `hours`, `topic`, `trainer`, `room`."""
	arabic = language.current() == "ar"
	called = (doc.title_ar, doc.title_en) if arabic else (doc.title_en, doc.title_ar)
	members = reading.rows(
		"Member Organization",
		{"name": ("in", {row.organization for row in doc.participants if row.organization})},
		("name", "title", "name_ar", "name_en"),
	)
	pieces = [row for row in doc.parts if row.name == chosen] or doc.parts or [doc]
	return {
		"spans": printing.in_spans,
		"titles": [title for title in called if title],
		"organizations": {row.name: (row.name_ar if arabic else row.name_en) or row.title for row in members},
		"sheets": [_for_sheet(row, doc) for row in pieces],
	}


def _for_sheet(row: Document, doc: Document) -> dict[str, Any]:
	starts, ends = get_datetime(row.starts_on), get_datetime(row.ends_on)
	last = "" if starts.date() == ends.date() else f"{language.format_date(ends)} "
	return {
		"number": row.idx if doc.parts else 0,
		"day": language.format_date(starts),
		"hours": f"{starts:%H:%M} – {last}{ends:%H:%M}",
		"topic": row.topic,
		"trainer": row.get("trainer"),
		"room": row.get("room"),
	}
