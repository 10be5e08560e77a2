"""Sessions of several parts: their hours, trainers, rooms; what stands in the calendar and on the brief."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, get_datetime, now_datetime
from frappe.www.printview import get_html_and_style

from aso_network import training, training_parts
from aso_network.roles import COMMITTEE, FINANCE, MANAGER, OBSERVER, OFFICER, TRAINING
from aso_network.workflows import guard
from tests.site import books, builders, courses, doors, races
from tests.site.test_calendar import read, web


def part(day=0, first=9, last=12, **values):
	"""A row of parts, some days after the first day of the tests."""
	return {
		"date": add_days(now_datetime().date(), -30 + day),
		"from_time": f"{first:02d}:00:00",
		"to_time": f"{last:02d}:00:00",
		**values,
	}


def workshop(*parts, **values):
	return books.session(title_en="Workshop", parts=list(parts), **values)


# ---------------------------------------------------------------- hours


def test_a_session_starts_with_its_first_part_and_ends_with_its_last():
	doc = workshop(part(2, 9, 11), part(0, 10, 12), part(0, 13, 15))
	assert [(row.idx, row.from_time.split(":")[0]) for row in doc.parts] == [(1, "10"), (2, "13"), (3, "09")]
	assert get_datetime(doc.starts_on) == get_datetime(f"{part()['date']} 10:00:00")
	assert get_datetime(doc.ends_on) == get_datetime(f"{part(2)['date']} 11:00:00")
	# What is typed for the whole does not count while there are parts.
	doc.starts_on = "2001-01-01 00:00:00"
	doc.save()
	assert get_datetime(doc.starts_on).year > 2001
	doc.parts = []
	doc.ends_on = doc.starts_on = "2020-01-01 10:00:00"
	with pytest.raises(training.SessionDatesError):
		doc.save()


@pytest.mark.parametrize(
	("rows", "error", "match"),
	[
		([part(0, 9, 12), part(0, 11, 13, topic="Budget")], training_parts.PartsOverlapError, "11:00-13:00, Budget are at the same time"),
		([part(0, 9, 12), part(0, 9, 12)], training_parts.PartsOverlapError, "at the same time"),
		([part(0, 12, 12)], training_parts.PartTimesError, "row 1: it ends at 12:00, which is not after 12:00"),
		([part(0, trainer="Nobody Known")], training_parts.PartTrainerError, "row 1: Nobody Known is not among"),
	],
)  # fmt: skip
def test_parts_that_cannot_be_are_refused_in_one_sentence(rows, error, match):
	with pytest.raises(error, match=match):
		workshop(*rows)


def test_a_part_without_hours_is_refused_in_one_sentence():
	doc = workshop(part(0), part(1))
	doc.parts[1].to_time = None
	with pytest.raises(training_parts.PartTimesError, match="row 2: fill in date, from and to"):
		doc.save()


def test_one_part_may_follow_right_after_another():
	assert workshop(part(0, 9, 12), part(0, 12, 13)).name


# ---------------------------------------------------------------- trainers


def test_a_trainer_is_booked_for_the_parts_that_name_them():
	first, second = builders.contact("Amal Parts"), builders.contact("Basel Parts")
	workshop(
		part(0, trainer="Amal Parts"),
		part(1, trainer="Basel Parts"),
		trainers=[{"contact": first}, {"contact": second}],
	)
	on_day_two = workshop(part(1), trainers=[{"contact": first}])
	assert on_day_two.name
	with pytest.raises(
		training.TrainerBookedError, match=r"Amal Parts is already booked for Workshop .*09:00"
	):
		workshop(part(0, 11, 13), trainers=[{"contact": first}])
	with pytest.raises(training.TrainerBookedError, match="Basel Parts"):
		workshop(part(1, 11, 13, trainer="Basel Parts"), trainers=[{"contact": second}])


def test_a_trainer_named_in_no_part_is_there_in_all_but_not_at_night():
	helper = builders.contact("Hala Parts")
	workshop(part(0), part(2), trainers=[{"contact": helper}])
	one_piece = {
		"starts_on": f"{part(1)['date']} 09:00:00",
		"ends_on": f"{part(1)['date']} 12:00:00",
		"trainers": [{"contact": helper}],
	}
	assert books.session(**one_piece).name
	with pytest.raises(training.TrainerBookedError, match="Hala Parts is already booked for Team Building"):
		workshop(part(0, 18, 19), part(1, 11, 13), trainers=[{"contact": helper}])
	with pytest.raises(training.TrainerBookedError):
		workshop(part(2, 11, 13), trainers=[{"contact": helper}])


def test_a_part_knows_its_trainer_by_another_name_and_as_a_user():
	contact, user = builders.contact("Amal Parts"), builders.user(TRAINING)
	doc = workshop(
		part(0, trainer="Amal Parts"), part(1, trainer=user), trainers=[{"contact": contact}, {"user": user}]
	)
	assert (
		doc.parts[1].trainer == frappe.db.get_value("User", user, "full_name") and doc.parts[1].user == user
	)
	frappe.db.set_value("Contact", contact, "full_name", "Amal Al-Parts")
	doc.reload()
	doc.save()
	assert doc.parts[0].trainer == "Amal Al-Parts"
	doc.parts[0].trainer = "Somebody Else"
	with pytest.raises(training_parts.PartTrainerError):
		doc.save()


# ---------------------------------------------------------------- rooms


def test_a_room_holds_one_session_at_a_time():
	first = workshop(part(0, room="Room 1"), part(1, room="Room 2"))
	with pytest.raises(
		training_parts.RoomBookedError,
		match=rf"row 1: room  1 is taken by Workshop \({first.name}\) from .*09:00",
	):
		workshop(part(0, 11, 13, room="room  1"), venue="Aso centre - hasakah")
	assert workshop(part(0, 12, 13, room="Room 1")).name
	assert workshop(part(0, room="Room 2")).name
	assert workshop(part(0, room="Room 1"), venue="Another house").name
	first.venue = "Yet another house"
	assert first.save().name  # its own rooms are not in its way
	guard.move(first, "Cancelled", "No hall.")
	assert workshop(part(0, room="Room 1"), venue="Yet another house").name


def test_two_who_book_a_room_at_once_do_not_both_get_it():
	def book() -> str:
		return workshop(part(0, room="Room of the race")).name

	with races.committed("Training Session"):
		first, second = races.race(book, book)
		assert isinstance(second, training_parts.RoomBookedError), second
		assert f"Workshop ({first})" in str(second)


def test_two_who_book_a_trainer_for_a_part_at_once_do_not_both_get_them():
	def book() -> str:
		return workshop(part(0), part(1), trainers=[{"user": "Administrator"}]).name

	with races.committed("Training Session"):
		_first, second = races.race(book, book)
		assert isinstance(second, training.TrainerBookedError), second


# ---------------------------------------------------------------- calendar, print, who may


def test_each_part_stands_in_the_calendar_without_its_trainer():
	doc = courses.session(
		parts=[part(40, topic="Needs"), part(41, topic="Budget", room="Room 7", trainer="Amal Parts")],
		trainers=[{"contact": builders.contact("Amal Parts").name}],
	)
	with builders.as_user("Guest"):
		answer = web.visit("/network/calendar.ics")
		events = {uid: event for uid, event in read(answer).items() if uid.startswith(doc.name)}
	assert set(events) == {f"{doc.name}-{row.name}" for row in doc.parts}
	assert [str(event["SUMMARY"]) for event in events.values()] == [
		"Project Design: Needs",
		"Project Design: Budget",
	]
	assert "Room 7" in str(list(events.values())[1]["LOCATION"])
	assert "Amal" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_brief_for_trainers_names_parts_and_no_participant(language):
	trainer = builders.contact("Amal Parts")
	doc = workshop(
		part(0, topic="Needs & means", room="Room 7", trainer="Amal Parts"),
		trainers=[{"contact": trainer, "role": "Lead"}],
		participants=[{"contact": builders.contact("Somebody Listed").name}],
		title_ar="ورشة",
	)
	frappe.local.lang = language
	try:
		html = get_html_and_style(doc.as_json(), print_format="Training Programme")["html"]
	finally:
		frappe.local.lang = "en"
	for words in ("Needs &amp; means", "Room 7", "Amal Parts", "09:00", "12:00"):
		assert words in html, words
	assert "Somebody Listed" not in html
	assert ("للمدربين" if language == "ar" else "Brief for trainers") in html


def test_parts_are_read_and_changed_by_who_may_the_session():
	doc = courses.session(parts=[part(40, topic="Needs")])
	row = doc.parts[0].name
	user, _own = courses.member()
	for who in ("Guest", user, builders.user(COMMITTEE), builders.user(OBSERVER)):
		with builders.as_user(who):
			for door in doors.LISTS:
				assert not doors.shown(door, "Training Session Part"), (who, door)
			with pytest.raises(frappe.PermissionError):
				doors.request("PUT", f"/resource/Training Session/{doc.name}", parts=[])
			with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
				doors.request("PUT", f"/resource/Training Session Part/{row}", topic="x")
	with (
		builders.as_user(builders.user(FINANCE)),
		pytest.raises(frappe.PermissionError, match="cannot change"),
	):
		doors.request("PUT", f"/resource/Training Session/{doc.name}", parts=[])
	for role in (TRAINING, OFFICER, MANAGER):
		with builders.as_user(builders.user(role)), pytest.raises(frappe.ValidationError, match="by itself"):
			doors.request("PUT", f"/resource/Training Session Part/{row}", topic="x")
	assert frappe.db.get_value("Training Session Part", row, "topic") == "Needs"
