"""The calendar: which sessions stand in it, for whom, and that a phone's calendar can read it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import frappe
import icalendar
import pytest
from frappe.utils import get_datetime, get_system_timezone

from aso_network import training_calendar
from aso_network.workflows import guard
from tests.site import builders, courses, web

LONG = "جلسة معرفية حول «بناء الفريق»، مع تمارين؛ وأمثلة كثيرة من عمل المنظمات في المحافظات الثلاث"


def read(answer) -> dict[str, icalendar.Event]:
	"""The events of a feed by UID, as another program reads them."""
	assert answer.status_code == 200 and answer.content_type == "text/calendar; charset=utf-8"
	calendar = icalendar.Calendar.from_ical(answer.get_data())
	assert not calendar.errors and str(calendar["VERSION"]) == "2.0" and calendar["PRODID"]
	events = calendar.walk("VEVENT")
	assert not any(event.errors for event in events)
	for event in events:
		assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS"} <= set(event)
	return {str(event["UID"]).partition("@")[0]: event for event in events}


def test_each_level_is_shown_to_whom_it_is_meant_for():
	user, _own = courses.member()
	public = courses.session(title_en="Everybody come")
	closed = courses.session(title_en="Public to see", open_to_public=0)
	network = courses.session(title_en="Among ourselves", publish_level="Network", open_to_public=0)
	internal = courses.session(title_en="Behind the door", publish_level="Internal", open_to_public=0)
	planned = courses.session("Planned", title_en="A mere plan")
	shown = {"Guest": {public.name, closed.name}, user: {public.name, closed.name, network.name}}
	shown[builders.user("Customer", user_type="Website User")] = shown["Guest"]
	for who, names in shown.items():
		with builders.as_user(who):
			events = read(web.visit("/network/calendar.ics"))
			assert names <= set(events), who
			page = web.visit("/network/calendar")
			said = web.text(page)
			for session in (public, closed, network, internal, planned):
				assert (session.title in said) == (session.name in names), (who, session.title)
				assert (session.name in events) == (session.name in names), (who, session.title)
			assert len(page.get_data()) < 15_000


def test_a_phone_reads_the_feed():
	session = courses.session(
		title_ar=LONG,
		venue="Hall; 1, second\\floor",
		topic="Line one",
		description="<p>Bring <b>a pen</b>, and\nwater; please</p>",
		kind="Workshop",
	)
	with builders.as_user("Guest"):
		answer = web.visit("/network/calendar.ics", cookies={"preferred_language": "ar"})
	event = read(answer)[session.name]
	assert str(event["SUMMARY"]) == LONG
	assert str(event["LOCATION"]).startswith("Hall; 1, second\\floor")
	assert "a pen, and" in str(event["DESCRIPTION"]) and "<" not in str(event["DESCRIPTION"])
	zone = ZoneInfo(get_system_timezone())
	for key, field in (("DTSTART", "starts_on"), ("DTEND", "ends_on")):
		moment = event[key].dt
		assert isinstance(moment, datetime) and moment.utcoffset() is not None
		expected = get_datetime(session.get(field)).replace(microsecond=0, tzinfo=zone)
		assert moment == expected
	body = answer.get_data()
	assert b"\n" not in body.replace(b"\r\n", b""), "a line ends otherwise than by CRLF"
	assert max(len(line) for line in body.split(b"\r\n")) <= 75
	for line in body.split(b"\r\n"):
		line.decode("utf-8")  # no letter is cut in two


def test_a_session_keeps_its_uid_and_says_when_it_is_cancelled():
	session = courses.session()
	before = read(web.visit("/network/calendar.ics"))[session.name]
	assert str(before["STATUS"]) == "CONFIRMED"
	guard.move(session, "Cancelled", "The hall is closed.")
	after = read(web.visit("/network/calendar.ics"))[session.name]
	assert str(after["STATUS"]) == "CANCELLED" and after["UID"] == before["UID"]
	assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
	assert "Cancelled" in web.text(web.visit("/network/calendar"))


def test_nothing_of_the_people_and_of_the_office_is_in_the_calendar():
	trainer = builders.contact("Trainer Nobody Names")
	session = courses.session(
		trainers=[{"contact": trainer}], participants=[{"contact": builders.contact("Rana")}]
	)
	for path in ("/network/calendar", "/network/calendar.ics"):
		with builders.as_user("Guest"):
			body = web.visit(path).get_data(as_text=True)
		assert "Nobody Names" not in body and "Rana" not in body
	(row,) = [row for row in training_calendar.sessions(("Public",)) if row.name == session.name]
	assert not {"participants", "trainers", "activity", "owner"} & set(row)


@pytest.mark.parametrize(
	"text", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "\u202eevil", "a\r\nBEGIN:VEVENT"]
)
def test_a_title_cannot_break_out(text):
	session = courses.session(title_en=text, title_ar=None)
	events = read(web.visit("/network/calendar.ics"))
	assert str(events[session.name]["SUMMARY"]) == session.title
	body = web.visit("/network/calendar").get_data(as_text=True)
	assert "<script>alert" not in body and ">49<" not in body
	assert frappe.db.exists("Training Session", session.name)
