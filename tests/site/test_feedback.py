"""Feedback on a session: who may give it, when, once, and who reads what of it."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from aso_network import feedback, representation
from aso_network.roles import COMMITTEE, FINANCE, MANAGER, OBSERVER, OFFICER, TRAINING
from tests.site import builders, courses, doors, web

GOOD = {"content": 4, "trainer": 5, "usefulness": 3, "keep": "The exercises", "improve": "More time"}


def held(organization, people=1, status="Completed", ended_hours_ago=2, attended=1):
	"""A session that ended some hours ago, with people of a member (and those who attended ticked)."""
	contacts = [builders.contact() for _ in range(people)]
	rows = [{"contact": c, "organization": organization, "attended": attended} for c in contacts]
	doc = courses.session(status, hours=-3 - ended_hours_ago, participants=rows, capacity=20)
	return doc, contacts


def test_a_member_gives_feedback_of_its_participants_once_each():
	user, own = courses.member()
	session, (one, two) = held(own, people=2)
	with builders.as_user(user):
		sent = feedback.send(own, session.name, one, **GOOD)
		assert (sent.organization, sent.content, sent.owner) == (own, 4, user) and sent.sent_on
		with pytest.raises(feedback.FeedbackTwiceError):
			feedback.send(own, session.name, one, **GOOD)
		assert [row.contact for row in feedback.awaited(own, None)] == [two]
		feedback.send(own, session.name, two, **GOOD)
		assert feedback.awaited(own, None) == []


def test_who_did_not_take_part_and_who_belongs_to_others_is_answered_alike():
	(user, own), (_other_user, other) = courses.member(), courses.member()
	session, (mine,) = held(own)
	theirs, (foreign,) = held(other)
	absent = builders.contact()
	session.reload()
	session.append("participants", {"contact": absent, "organization": own, "attended": 0})
	session.save()
	refusals = set()
	with builders.as_user(user):
		for name, contact in (
			(session.name, foreign), (theirs.name, foreign), (theirs.name, mine), (session.name, absent),
			("TS-1999-0001", mine), (session.name, "nobody"),
		):  # fmt: skip
			with pytest.raises(feedback.NoParticipantError) as refused:
				feedback.send(own, name, contact, **GOOD)
			refusals.add(str(refused.value))
		with pytest.raises(representation.NotYoursError):
			feedback.send(other, theirs.name, foreign, **GOOD)
		assert {row.contact for row in feedback.awaited(own, None)} == {mine}
	assert len(refusals) == 1


def test_feedback_opens_at_the_end_and_closes_after_the_days_of_the_settings():
	user, own = courses.member()
	going_on, (early,) = held(own, status="Ongoing", ended_hours_ago=-1)
	session, (contact,) = held(own, status="Ongoing")
	frappe.db.set_single_value("ASO Network Settings", "feedback_days", 2)
	with builders.as_user(user):
		with pytest.raises(feedback.FeedbackClosedError, match="from then on"):
			feedback.send(own, going_on.name, early, **GOOD)
		frappe.db.set_value(
			"Training Session", session.name, "ends_on", add_to_date(now_datetime(), days=-2, minutes=-1)
		)
		with pytest.raises(feedback.FeedbackClosedError, match="closed on"):
			feedback.send(own, session.name, contact, **GOOD)
		assert feedback.awaited(own, None) == []
		frappe.db.set_value(
			"Training Session", session.name, "ends_on", add_to_date(now_datetime(), days=-2, minutes=5)
		)
		assert [row.contact for row in feedback.awaited(own, None)] == [contact]
		assert feedback.send(own, session.name, contact, **GOOD).name


@pytest.mark.parametrize("status", ["Registration Open", "Cancelled"])
def test_there_is_no_feedback_on_a_session_that_was_not_held(status):
	user, own = courses.member()
	session, (contact,) = held(own, status=status)
	with builders.as_user(user):
		with pytest.raises(feedback.FeedbackClosedError):
			feedback.send(own, session.name, contact, **GOOD)
		assert feedback.awaited(own, None) == []


def test_before_attendance_is_taken_everybody_on_the_list_counts():
	user, own = courses.member()
	session, (contact,) = held(own, status="Ongoing", attended=0)
	with builders.as_user(user):
		assert feedback.send(own, session.name, contact, **GOOD).name


@pytest.mark.parametrize("rating", [0, 6, -1, None, "five"])
def test_a_rating_is_from_one_to_five(rating):
	user, own = courses.member()
	session, (contact,) = held(own)
	with builders.as_user(user), pytest.raises(feedback.RatingError, match="from 1 to 5"):
		feedback.send(own, session.name, contact, **{**GOOD, "trainer": rating})


def test_feedback_stays_as_it_was_sent():
	user, own = courses.member()
	session, (contact,) = held(own)
	with builders.as_user(user):
		sent = feedback.send(own, session.name, contact, **GOOD)
	sent.content = 5
	with pytest.raises(feedback.FeedbackFixedError):
		sent.save()


def test_means_are_shown_from_three_answers_on():
	user, own = courses.member()
	session, people = held(own, people=3)
	assert feedback.summary(session.name) is None
	with builders.as_user(user):
		for contact, content in zip(people, (3, 4, 4), strict=True):
			before = feedback.summary(session.name)
			assert before is None or before["means"] is None
			feedback.send(own, session.name, contact, **{**GOOD, "content": content})
	assert feedback.summary(session.name) == {
		"answers": 3,
		"means": {"content": 3.7, "trainer": 5.0, "usefulness": 3.0},
	}
	with builders.as_user(builders.user(OFFICER)):
		doc = frappe.get_doc("Training Session", session.name)
		doc.run_method("onload")
		assert doc.get_onload("feedback")["answers"] == 3


def test_feedback_by_every_door():
	(user, own), (other_user, _other) = courses.member(), courses.member()
	session, (contact,) = held(own)
	with builders.as_user(user):
		sent = feedback.send(own, session.name, contact, **GOOD).name
	for who, names in {
		user: {sent}, other_user: set(), "Guest": set(), builders.user(COMMITTEE): set(),
		builders.user(OBSERVER): set(), builders.user(FINANCE): set(),
	}.items():  # fmt: skip
		with builders.as_user(who):
			for door in doors.LISTS:
				assert doors.shown(door, "Session Feedback") == names, f"{who} by {door}"
			for door in doors.OPENINGS:
				assert doors.opens(door, "Session Feedback", sent) == bool(names and door not in ("form",)), (
					f"{who} by {door}"
				)
			for door in doors.CHANGES:
				assert not doors.changes(door, "Session Feedback", sent), f"{who} by {door}"
			with pytest.raises(frappe.PermissionError):
				doors.request(
					"POST", "/resource/Session Feedback", session=session.name, contact=contact, **GOOD
				)
	for role in (MANAGER, OFFICER, TRAINING):
		with builders.as_user(builders.user(role)):
			assert sent in doors.shown("REST list", "Session Feedback")
			for door in doors.CHANGES:
				assert not doors.changes(door, "Session Feedback", sent), f"{role} by {door}"


# ---------------------------------------------------------------- the form


def test_the_form_offers_the_own_participants_and_takes_each_once():
	(user, own), (_other_user, other) = courses.member(), courses.member()
	session, (contact,) = held(own)
	theirs, (foreign,) = held(other)
	with builders.as_user(user):
		page = web.visit("/my/feedback").get_data(as_text=True)
		assert session.name in page and contact in page
		assert theirs.name not in page and foreign not in page
		values = {"session": session.name, "contact": contact.name, **GOOD}
		refused = web.send("session-feedback", **{**values, "contact": foreign.name})
		assert refused.status_code == 417 and not frappe.db.count(
			"Session Feedback", {"session": session.name}
		)
		assert web.send("session-feedback", **{**values, "content": 9}).status_code == 417
		assert web.send("session-feedback", **values).status_code == 303
		assert frappe.get_last_doc("Session Feedback", {"session": session.name}).content == 4
		# All have answered: the form is closed to what comes now.
		assert web.send("session-feedback", **values).status_code == 403
		assert web.visit("/my/feedback").status_code == 403
	assert frappe.db.count("Session Feedback", {"session": session.name}) == 1


def test_a_participant_with_an_account_speaks_for_themself():
	user, own = courses.member()
	me = builders.delegate(own)
	session = courses.session("Completed", hours=-5, participants=[{"contact": me, "attended": 1}])
	with builders.as_user(user):
		assert feedback.send(own, session.name, me, **GOOD).contact == me
