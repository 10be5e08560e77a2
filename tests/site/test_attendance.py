"""Attendance by parts: keyed in by two people at once, sent twice, corrected, and what follows from it."""

from __future__ import annotations

import frappe
import pytest
from frappe.permissions import add_user_permission
from frappe.utils import add_days, now_datetime
from frappe.www.printview import get_html_and_style

from aso_network import attendance, feedback, registrations, training
from aso_network.roles import COMMITTEE, FINANCE, MANAGER, OBSERVER, OFFICER, TRAINING
from aso_network.workflows import guard
from tests.site import builders, courses, doors, races

DOCTYPE = "Session Attendance"
MARK = "aso_network.api.training.mark_attendance"
SHEET = "aso_network.api.training.attendance_sheet"


def part(day, first=9, last=12, **values):
	return {
		"date": add_days(now_datetime().date(), day),
		"from_time": f"{first:02d}:00:00",
		"to_time": f"{last:02d}:00:00",
		**values,
	}


def workshop(people=2, status="Ongoing", **values):
	"""A workshop of three parts (3, 3 and 2 hours) that was held, and who is on its list."""
	contacts = [builders.contact() for _ in range(people)]
	values.setdefault("participants", [{"contact": contact} for contact in contacts])
	parts = [part(-3, topic="Needs"), part(-2, topic="Budget"), part(-1, 9, 11, topic="Report")]
	doc = courses.session(status, parts=parts, capacity=20, **values)
	return doc, [row.name for row in doc.parts], contacts


def mark(session, part, *marks):
	"""Marks as (contact, present, what the screen showed)."""
	rows = [{"contact": str(contact), "present": present, "was": was} for contact, present, was in marks]
	return attendance.mark(session.name, part, rows)


def stored(session, part, contact):
	return frappe.db.get_value(
		DOCTYPE, {"session": session.name, "part": part, "contact": contact}, "present"
	)


# ---------------------------------------------------------------- how much


def test_the_share_counts_parts_by_their_length():
	doc, (one, two, three), (rana, sara) = workshop()
	assert attendance.share(doc.name, rana) == 0
	mark(doc, one, (rana, 1, None), (sara, 0, None))
	mark(doc, three, (rana, 1, None))
	assert attendance.share(doc.name, rana) == 62.5
	assert attendance.share(doc.name, sara) == 0
	mark(doc, two, (rana, 1, None))
	assert attendance.share(doc.name, rana) == 100
	assert attendance.share(doc.name, builders.contact()) == 0


def test_a_session_that_is_one_piece_is_as_before():
	came, stayed = builders.contact(), builders.contact()
	doc = courses.session(
		"Ongoing", hours=-5, participants=[{"contact": came, "attended": 1}, {"contact": stayed}]
	)
	assert attendance.share(doc.name, came) == 100 and attendance.share(doc.name, stayed) == 0
	assert guard.move(doc, "Completed").status == "Completed"


def test_the_list_of_the_session_says_who_came_at_least_once():
	doc, (one, two, _three), (rana, sara) = workshop()
	mark(doc, one, (rana, 1, None))
	mark(doc, two, (rana, 1, None), (sara, 0, None))
	assert courses.row(doc.name, rana).attended and not courses.row(doc.name, sara).attended
	mark(doc, one, (rana, 0, 1))
	assert courses.row(doc.name, rana).attended
	mark(doc, two, (rana, 0, 1))
	assert not courses.row(doc.name, rana).attended


# ---------------------------------------------------------------- twice, at once, corrected


def test_a_tick_that_is_sent_again_is_one():
	doc, (one, *_), (rana, _sara) = workshop()
	first, again = mark(doc, one, (rana, 1, None)), mark(doc, one, (rana, 1, None))
	assert first == again == [{"contact": rana, "present": 1, "other": None}]
	assert frappe.db.count(DOCTYPE, {"session": doc.name}) == 1
	assert attendance.corrections(doc.name) == []


def test_a_correction_leaves_who_when_from_and_to():
	doc, (one, *_), (rana, _sara) = workshop()
	mark(doc, one, (rana, 1, None))
	officer = builders.user(OFFICER)
	with builders.as_user(officer):
		mark(doc, one, (rana, 0, 1))
	(line,) = attendance.corrections(doc.name)
	assert (line["who"], line["was"], line["is"]) == (frappe.db.get_value("User", officer, "full_name"), 1, 0)
	assert line["when"] and "Needs" in line["part"] and line["person"] == rana.full_name


def test_what_somebody_else_entered_meanwhile_stays():
	doc, (one, *_), (rana, sara) = workshop()
	with builders.as_user(builders.user(OFFICER)):
		mark(doc, one, (rana, 0, None))
	first, second = mark(doc, one, (rana, 1, None), (sara, 1, None))
	assert first["present"] == 0 and first["other"] and second["present"] == 1
	assert stored(doc, one, rana) == 0
	# Who has seen it may correct it.
	assert mark(doc, one, (rana, 1, 0)) == [{"contact": rana, "present": 1, "other": None}]


def test_two_who_key_in_at_once_overwrite_nothing_of_each_other():
	with races.committed(
		*(
			"Training Session",
			"Contact",
			"Network Platform",
			"Territory",
			DOCTYPE,
			"Version",
			"Network Audit Event",
		)
	):
		doc, (one, two, _three), (rana, sara) = workshop()
		frappe.db.commit()

		def ticking(part, *marks):
			return lambda: mark(doc, part, *marks)

		same = races.race(ticking(one, (rana, 1, None)), ticking(one, (rana, 1, None)))
		assert same[0] == same[1] and frappe.db.count(DOCTYPE, {"session": doc.name}) == 1, same
		races.race(ticking(one, (sara, 1, None)), ticking(two, (sara, 0, None), (rana, 1, None)))
		assert [stored(doc, *key) for key in ((one, sara), (two, sara), (two, rana))] == [1, 0, 1]
		against = races.race(ticking(two, (rana, 0, 1)), ticking(one, (rana, 0, 1)))
		assert not any(isinstance(outcome, Exception) for outcome in against), against
		assert not courses.row(doc.name, rana).attended and courses.row(doc.name, sara).attended

		def save():
			form = frappe.get_doc("Training Session", doc.name)
			form.venue = "Another hall"
			return form.save().venue

		outcomes = races.race(ticking(one, (rana, 1, 0)), save)
		assert outcomes[1] == "Another hall", outcomes
		assert courses.row(doc.name, rana).attended


def test_a_form_that_was_open_does_not_take_attendance_back_and_brings_none():
	doc, (one, *_), (rana, sara) = workshop()
	stale = frappe.get_doc("Training Session", doc.name)
	mark(doc, one, (rana, 1, None))
	stale.participants[1].attended = 1
	stale.save()
	assert courses.row(doc.name, rana).attended and not courses.row(doc.name, sara).attended


# ---------------------------------------------------------------- rules


def test_attendance_is_of_this_session_its_day_and_its_people():
	doc, (one, *_), (rana, _sara) = workshop()
	other, (elsewhere, *_), _people = workshop()
	with pytest.raises(attendance.AttendancePartError, match="has no such part"):
		mark(doc, elsewhere, (rana, 1, None))
	with pytest.raises(attendance.AttendancePersonError, match=f"is not on the list of {other.title}"):
		mark(other, elsewhere, (rana, 1, None))
	coming = courses.session(parts=[part(3)], participants=[{"contact": rana}])
	with pytest.raises(attendance.AttendancePartError, match="has not begun"):
		mark(coming, coming.parts[0].name, (rana, 1, None))
	doc.reload()
	guard.move(doc, "Cancelled", "No hall.")
	with pytest.raises(attendance.AttendanceFixedError, match="is Cancelled; its attendance stays"):
		mark(doc, one, (rana, 1, None))


def test_what_was_keyed_in_keeps_its_part_and_its_person():
	doc, (one, _two, three), (rana, _sara) = workshop()
	mark(doc, one, (rana, 1, None))
	doc.reload()
	doc.parts = [row for row in doc.parts if row.name != one]
	with pytest.raises(attendance.AttendanceFixedError, match="Needs; the part stays"):
		doc.save()
	doc.reload()
	doc.participants = [row for row in doc.participants if row.contact != rana]
	with pytest.raises(attendance.AttendanceFixedError, match="stays on its list"):
		doc.save()
	doc.reload()
	doc.parts = [row for row in doc.parts if row.name != three]
	assert len(doc.save().parts) == 2
	record = frappe.get_last_doc(DOCTYPE, {"session": doc.name})
	with pytest.raises(attendance.AttendanceFixedError, match="corrected, not deleted"):
		record.delete()


def test_a_session_is_not_divided_after_attendance_was_taken_as_one_piece():
	doc = courses.session("Ongoing", hours=-5, participants=[{"contact": builders.contact(), "attended": 1}])
	doc.append("parts", part(-1))
	with pytest.raises(attendance.AttendanceFixedError, match="untick it before"):
		doc.save()


def test_whoever_came_keeps_the_registration():
	session = courses.session(parts=[part(2)])
	with builders.as_user("Guest"):
		made = registrations.register_public(session.name, person_name="Rana Ahmad", phone="0944123456")
	session.reload()
	session.parts[0].date = add_days(now_datetime().date(), -1)
	session.save()
	mark(session, session.parts[0].name, (made.contact, 1, None))
	with pytest.raises(registrations.RegistrationStatusError, match="took part"):
		registrations.cancel(made.name)
	with pytest.raises(registrations.RegistrationStatusError, match="took part"):
		frappe.delete_doc("Training Registration", made.name)


def test_a_session_is_completed_when_each_part_has_its_attendance():
	doc, (one, two, three), (rana, sara) = workshop()
	mark(doc, one, (rana, 1, None))
	mark(doc, two, (rana, 0, None))
	doc.reload()
	with pytest.raises(training.SessionNotReadyError, match=r"taken for: .*Budget; .*Report"):
		guard.move(doc, "Completed")
	mark(doc, two, (sara, 1, None))
	mark(doc, three, (sara, 1, None))
	doc.reload()
	assert guard.move(doc, "Completed").status == "Completed"


def test_feedback_is_of_who_came_to_some_part():
	user, own = courses.member()
	contacts = [builders.contact(), builders.contact()]
	doc, (one, *_), _people = workshop(
		participants=[{"contact": contact, "organization": own} for contact in contacts]
	)
	with builders.as_user(user):
		assert {row.contact for row in feedback.awaited(own, None)} == set(contacts)
	mark(doc, one, (contacts[0], 1, None))
	with builders.as_user(user):
		assert {row.contact for row in feedback.awaited(own, None)} == {contacts[0]}
		with pytest.raises(feedback.NoParticipantError):
			feedback.send(own, doc.name, contacts[1], content=5, trainer=5, usefulness=5)


# ---------------------------------------------------------------- the sheets, on paper and in the desk


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_signature_sheet_has_a_page_for_each_part_and_everybody_on_it(language):
	doc, (_one, two, _three), _people = workshop(title_ar="ورشة")
	frappe.local.lang = language
	try:
		html = get_html_and_style(doc.as_json(), print_format="Signature Sheet")["html"]
		frappe.local.form_dict, frappe.local.jenv = frappe._dict(part=two), None  # as in another request
		single = get_html_and_style(doc.as_json(), print_format="Signature Sheet")["html"]
	finally:
		frappe.local.lang = "en"
		frappe.local.form_dict = frappe._dict()
	assert html.count('class="ss"') == 3 and single.count('class="ss"') == 1
	for row in doc.participants:
		assert html.count(row.participant_name) == 3 and row.participant_name in single
	assert "Budget" in single and "Needs" not in single
	assert ("التوقيع" if language == "ar" else "Signature sheet") in html


def test_a_session_that_is_one_piece_has_one_sheet():
	doc = courses.session(participants=[{"contact": builders.contact("Rana & Ahmad")}])
	html = get_html_and_style(doc.as_json(), print_format="Signature Sheet")["html"]
	assert html.count('class="ss"') == 1 and "Rana &amp; Ahmad" in html


def test_the_sheet_of_the_desk():
	doc, (one, *_), (rana, sara) = workshop()
	with builders.as_user(builders.user(TRAINING)):
		doors.call(MARK, session=doc.name, part=one, marks=[{"contact": rana, "present": 1, "was": None}])
		sheet = doors.request("GET", f"/method/{SHEET}", session=doc.name)
	assert [row["contact"] for row in sheet["people"]] == [rana, sara]
	assert sheet["people"][0]["marks"] == {one: 1} and sheet["people"][1]["marks"] == {}
	assert [row["begun"] for row in sheet["parts"]] == [True] * 3 and not sheet["closed"]


# ---------------------------------------------------------------- who may


def test_attendance_by_every_door():
	doc, (one, *_), (rana, sara) = workshop()
	mark(doc, one, (rana, 1, None))
	record = frappe.db.get_value(DOCTYPE, {"session": doc.name})
	user, _own = courses.member()
	values = {"session": doc.name, "part": one, "contact": str(sara), "present": 1}
	for who in ("Guest", user, builders.user(COMMITTEE), builders.user(OBSERVER), builders.user(FINANCE)):
		with builders.as_user(who):
			for door in doors.LISTS:
				assert not doors.shown(door, DOCTYPE), (who, door)
			for door in doors.OPENINGS:
				assert not doors.opens(door, DOCTYPE, record), (who, door)
			for door in doors.CHANGES:
				assert not doors.changes(door, DOCTYPE, record), (who, door)
			for attempt in (
				lambda: doors.request("POST", f"/resource/{DOCTYPE}", **values),
				lambda: doors.call(MARK, session=doc.name, part=one, marks=[{"contact": sara, "present": 1}]),
				lambda: doors.request("GET", f"/method/{SHEET}", session=doc.name),
			):
				with pytest.raises(frappe.PermissionError):
					attempt()
	assert stored(doc, one, sara) is None
	for role in (TRAINING, OFFICER, MANAGER):
		with builders.as_user(builders.user(role)):
			assert record in doors.shown("REST list", DOCTYPE)
			assert not doors.changes("REST DELETE", DOCTYPE, record)
			frappe.db.savepoint("one")
			doors.request("POST", f"/resource/{DOCTYPE}", **values, taken_by="Administrator")
			made = frappe.get_last_doc(DOCTYPE, {"contact": sara})
			assert made.taken_by == frappe.session.user and courses.row(doc.name, sara).attended
			with pytest.raises(frappe.UniqueValidationError):
				doors.request("POST", f"/resource/{DOCTYPE}", **values)
			frappe.db.rollback(save_point="one")
			with pytest.raises(frappe.ValidationError):
				doors.request("PUT", f"/resource/{DOCTYPE}/{record}", contact=str(sara))


def test_staff_of_another_governorate_key_in_nothing():
	doc, (one, *_), (rana, _sara) = workshop()
	mark(doc, one, (rana, 1, None))
	coordinator = builders.user(TRAINING)
	add_user_permission("Territory", builders.platform().territory, coordinator)
	with builders.as_user(coordinator):
		assert not doors.shown("REST list", DOCTYPE)
		for attempt in (
			lambda: doors.call(
				MARK, session=doc.name, part=one, marks=[{"contact": rana, "present": 0, "was": 1}]
			),
			lambda: doors.request("GET", f"/method/{SHEET}", session=doc.name),
			lambda: doors.request(
				"POST", f"/resource/{DOCTYPE}", session=doc.name, part=one, contact=str(rana)
			),
		):
			with pytest.raises(frappe.PermissionError):
				attempt()
	assert stored(doc, one, rana) == 1
