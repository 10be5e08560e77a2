"""Places that become free: who gets them, exactly once, and who hears of it; and of what does not take place."""

from __future__ import annotations

from email.parser import Parser
from email.policy import default

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from aso_network import registration_letters, registrations
from aso_network.roles import FINANCE, OFFICER, TRAINING
from aso_network.workflows import guard
from tests.site import builders, courses, doors, races, web

REGISTERED, WAITING = "Registered", "Waiting List"


def register(session, name, **values):
	with builders.as_user("Guest"):
		person = {"person_name": name, "email": f"{name.split()[0].lower()}@example.org", **values}
		return registrations.register_public(session.name, **person)


def full(waiting=2, **values):
	"""A session of one place that is taken, and people who wait, in order."""
	session = courses.session(capacity=1, **values)
	names = ("Rana Ahmad", "Sara Omar", "Zaid Ali", "Lina Said")
	return session, [register(session, name) for name in names[: waiting + 1]]


def status(registration):
	return frappe.db.get_value("Training Registration", registration.name, "status")


def numbers(session):
	return frappe.db.get_value("Training Session", session.name, ["registered_count", "waiting_count"])


def listed(session):
	return [row.contact for row in frappe.get_doc("Training Session", session.name).participants]


def letters(doc):
	"""Subject and text of the letters about `doc`, the last one first."""
	found = frappe.get_all(
		"Email Queue", filters={"reference_name": doc.name}, pluck="message", order_by="creation desc"
	)
	read = [Parser(policy=default).parsestr(letter) for letter in found]
	return [f"{letter['Subject']}\n{letter.get_body(('plain',)).get_content()}" for letter in read]


def by_link(registration):
	with builders.as_user("Guest"):
		registrations.cancel_by_link(registration.name, registration_letters.token(registration.name))


# ---------------------------------------------------------------- a place becomes free


@pytest.mark.parametrize("how", ["link", "office", "deleted", "taken off the list", "more places"])
def test_a_place_that_becomes_free_goes_to_the_next_in_line(how):
	session, (first, second, third) = full()
	if how == "link":
		by_link(first)
	elif how == "office":
		registrations.cancel(first.name)
	elif how == "deleted":
		frappe.delete_doc("Training Registration", first.name)
	elif how == "more places":
		session.reload()
		session.capacity = 2
		session.save()
		assert session.registered_count == 2 and session.participants[-1].contact == second.contact
	else:
		by_hand = courses.session(
			capacity=1, title_en="By hand", participants=[{"contact": builders.contact().name}]
		)
		session, second, third = by_hand, register(by_hand, "Sara Omar"), register(by_hand, "Zaid Ali")
		session.reload()
		session.participants = []
		session.save()
	assert status(second) == REGISTERED and status(third) == WAITING
	assert second.contact in listed(session) and third.contact not in listed(session)
	assert courses.row(session.name, second.contact).registration == second.name
	assert numbers(session) == (2 if how == "more places" else 1, 1)
	assert "You have a place." in letters(second)[0] and len(letters(second)) == 2
	assert len(letters(third)) == 1


def test_many_more_places_are_given_in_the_order_of_coming():
	session, (first, *line) = full(waiting=3)
	frappe.db.set_value("Training Registration", line[2].name, "registered_on", "2000-01-01 00:00:00")
	session.reload()
	session.capacity = 3
	session.save()
	assert [status(one) for one in line] == [REGISTERED, WAITING, REGISTERED]
	assert listed(session) == [first.contact, line[2].contact, line[0].contact]
	assert numbers(session) == (3, 1)


def test_who_has_cancelled_while_waiting_is_passed_over():
	session, (first, second, third) = full()
	by_link(second)
	assert numbers(session) == (1, 1)
	by_link(first)
	assert status(second) == "Cancelled" and status(third) == REGISTERED
	assert numbers(session) == (1, 0)


def test_once_the_session_has_begun_nobody_is_called():
	session, (first, second, _third) = full()
	frappe.db.set_value("Training Session", session.name, "starts_on", add_to_date(now_datetime(), hours=-1))
	registrations.cancel(first.name)
	assert status(second) == WAITING and numbers(session) == (0, 2)


def test_the_office_gives_one_place_by_hand_and_the_line_gets_the_others():
	session, (_first, second, third) = full()
	session.reload()
	session.capacity = 2
	session.append("participants", {"contact": third.contact})
	session.save()
	assert (status(second), status(third)) == (WAITING, REGISTERED)
	session.capacity = 3
	session.save()
	assert (status(second), numbers(session)) == (REGISTERED, (3, 0))


def test_a_registration_saved_by_hand_does_not_become_one_with_a_place():
	session, (_first, second, _third) = full()
	with builders.as_user(builders.user(TRAINING)):
		for values in ({"status": REGISTERED}, {"promoted_on": "2020-01-01 00:00:00", "language": "en"}):
			try:
				doors.request("PUT", f"/resource/Training Registration/{second.name}", **values)
			except registrations.RegistrationStatusError:
				pass
	second.reload()
	assert (second.status, second.promoted_on) == (WAITING, None) and numbers(session) == (1, 2)


# ---------------------------------------------------------------- what they are told


def test_the_letter_is_in_the_language_of_who_registered_and_names_nobody():
	session = courses.session(capacity=1)
	first = register(session, "Rana Ahmad")
	frappe.local.lang = "ar"
	try:
		second = register(session, "Sara Omar")
	finally:
		frappe.local.lang = "en"
	by_link(first)
	(letter, _confirmation) = letters(second)
	assert "تصميم المشاريع" in letter and "/register/cancel?registration=" in letter
	assert "Project" not in letter and "Sara" not in letter


def test_the_person_and_the_member_read_it_on_their_pages():
	user, own = courses.member()
	session = courses.session(capacity=1)
	first = register(session, "Rana Ahmad")
	with builders.as_user(user):
		second = registrations.register_member(own, session.name, person_name="Sara Omar")
		assert "became free" not in web.text(web.visit("/my/training"))
	by_link(first)
	# She gave no address: the representative who registered her hears of it, by her name.
	(letter,) = letters(second)
	assert "Sara Omar was on the waiting list and has a place now." in letter and "/my/training" in letter
	with builders.as_user(user):
		assert "The place became free on" in web.text(web.visit("/my/training"))
	with builders.as_user("Guest"):
		page = web.visit(
			f"/register/cancel?registration={second.name}&token={registration_letters.token(second.name)}"
		)
		assert "You have a place. The place became free on" in web.text(page)


def test_who_is_taken_off_by_the_office_is_told_and_who_cancels_is_not():
	session, (first, second, third) = full()
	with builders.as_user(builders.user(OFFICER)):
		registrations.cancel(first.name)
	assert letters(first)[0].startswith("Your registration is cancelled: Project Design")
	by_link(third)
	assert status(third) == "Cancelled" and len(letters(third)) == 1
	frappe.db.set_value("Training Session", session.name, "ends_on", add_to_date(now_datetime(), hours=-1))
	with builders.as_user(builders.user(OFFICER)):
		second.reload()
		second.status = "Cancelled"
		second.save()
	assert len(letters(second)) == 2  # the confirmation and the place; of what is over nobody is told


# ---------------------------------------------------------------- a cancelled session


def test_a_cancelled_session_tells_everybody_once():
	user, own = courses.member()
	session = courses.session(capacity=3)
	register(session, "Rana Ahmad")
	register(session, "Rami Ahmad", email="rana@example.org")
	gone = register(session, "Gone Before")
	by_link(gone)
	listed_by_hand = builders.contact("Hand Written")
	frappe.db.set_value("Contact", listed_by_hand, "email_id", "hand@example.org")
	session.reload()
	session.append("participants", {"contact": listed_by_hand})
	session.save()
	with builders.as_user(user):
		registrations.register_member(own, session.name, person_name="Sara Omar")
		registrations.register_member(own, session.name, person_name="Zaid Ali")
	session.reload()
	guard.move(session, "Cancelled", "The road is closed.")
	assert not letters(session)
	assert registration_letters.tell_of_cancelled_session(session.name) == 3
	said = letters(session)
	assert len(said) == 3 and all("The reason: The road is closed." in letter for letter in said)
	assert sum("Sara Omar, Zaid Ali" in letter for letter in said) == 1
	assert sum("Rana" in letter or "Rami" in letter for letter in said) == 0
	to = frappe.get_all(
		"Email Queue Recipient",
		filters={
			"parent": ("in", frappe.get_all("Email Queue", {"reference_name": session.name}, pluck="name"))
		},
		pluck="recipient",
	)
	assert sorted(to) == sorted(["rana@example.org", "hand@example.org", user])
	assert registration_letters.tell_of_cancelled_session(session.name) == 0
	registration_letters.tell_all_due()
	assert len(letters(session)) == 3


def test_a_job_that_was_lost_is_made_up_for_and_nobody_asks_for_letters_by_hand():
	session = courses.session()
	register(session, "Rana Ahmad")
	session.reload()
	session.letters_due = 1
	session.save()
	assert not session.letters_due and registration_letters.tell_of_cancelled_session(session.name) == 0
	guard.move(session, "Cancelled", "The road is closed.")
	registration_letters.tell_all_due()
	assert len(letters(session)) == 1


def test_the_job_run_twice_at_once_writes_once():
	with races.committed(
		*("Training Session", "Training Registration", "Contact", "Network Platform", "Territory"),
		*("Email Queue", "Network Audit Event"),
	):
		session = courses.session(capacity=5)
		register(session, "Rana Ahmad")
		session.reload()
		guard.move(session, "Cancelled", "The road is closed.")
		frappe.db.after_commit.reset()
		frappe.db.commit()
		name = session.name

		def tell():
			return registration_letters.tell_of_cancelled_session(name)

		assert races.race(tell, tell) == (1, 0)
		assert len(letters(session)) == 1


# ---------------------------------------------------------------- at the same moment

MADE = (
	"Training Session",
	"Training Registration",
	"Contact",
	"Network Platform",
	"Territory",
	"Email Queue",
)


def counted(name):
	"""The session's numbers, lines and registrations, which have to agree."""
	doc = frappe.get_doc("Training Session", name)
	rows = frappe.get_all("Training Registration", {"session": name}, ["status", "contact"])
	assert doc.registered_count == len(doc.participants) == sum(row.status == REGISTERED for row in rows)
	assert {row.contact for row in doc.participants} == {
		row.contact for row in rows if row.status == REGISTERED
	}
	assert doc.waiting_count == sum(row.status == WAITING for row in rows)
	return doc.registered_count, doc.waiting_count


def leave(name):
	def act():
		frappe.set_user("Guest")
		return registrations.cancel_by_link(name, registration_letters.token(name)).status

	return act


def come(session, name):
	def act():
		frappe.set_user("Guest")
		person = {"person_name": name, "phone": "0944123456"}
		return registrations.register_public(session, **person).status

	return act


def test_two_who_cancel_at_once_free_two_places_for_two():
	with races.committed(*MADE):
		session = courses.session(capacity=2)
		people = [register(session, name) for name in ("Rana Ahmad", "Sara Omar", "Zaid Ali", "Lina Said")]
		frappe.db.commit()
		assert races.race(leave(people[0].name), leave(people[1].name)) == ("Cancelled", "Cancelled")
		assert counted(session.name) == (2, 0)
		assert [len(letters(one)) for one in people] == [1, 1, 2, 2]


def test_two_who_cancel_at_once_while_one_waits_give_one_place_to_one():
	with races.committed(*MADE):
		session = courses.session(capacity=2)
		people = [register(session, name) for name in ("Rana Ahmad", "Sara Omar", "Zaid Ali")]
		frappe.db.commit()
		assert races.race(leave(people[0].name), leave(people[1].name)) == ("Cancelled", "Cancelled")
		assert counted(session.name) == (1, 0) and len(letters(people[2])) == 2


def test_who_leaves_the_line_while_a_place_becomes_free_does_not_get_it():
	with races.committed(*MADE):
		session, (first, second, third) = full()
		frappe.db.commit()
		assert races.race(leave(second.name), leave(first.name)) == ("Cancelled", "Cancelled")
		assert counted(session.name) == (1, 0) and status(third) == REGISTERED


def test_who_comes_while_a_place_becomes_free_is_behind_who_waits():
	with races.committed(*MADE):
		session, (first, second) = full(waiting=1)
		frappe.db.commit()
		assert races.race(come(session.name, "Lina Said"), leave(first.name)) == (WAITING, "Cancelled")
		assert counted(session.name) == (1, 1) and status(second) == REGISTERED


def test_who_came_to_wait_a_moment_before_gets_the_place_that_becomes_free():
	with races.committed(*MADE):
		session, (first,) = full(waiting=0)
		frappe.db.commit()
		assert races.race(come(session.name, "Lina Said"), leave(first.name)) == (WAITING, "Cancelled")
		assert counted(session.name) == (1, 0)


@pytest.mark.parametrize("office_first", [True, False])
def test_more_places_while_somebody_cancels_are_all_given_once(office_first):
	with races.committed(*MADE):
		session, (first, *_line) = full(waiting=3)
		name = session.name
		frappe.db.commit()

		def add():
			doc = frappe.get_doc("Training Session", name)
			doc.capacity = 2
			return doc.save().name

		acts = (add, leave(first.name)) if office_first else (leave(first.name), add)
		outcomes = races.race(*acts)
		assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
		assert counted(name) == (2, 1)


def test_a_registration_is_saved_at_the_office_while_it_is_promoted():
	with races.committed(*MADE):
		session, (first, second) = full(waiting=1)
		frappe.db.commit()

		def consent():
			doc = frappe.get_doc("Training Registration", second.name)
			doc.photo_consent = 1
			return doc.save().status

		left, saved = races.race(leave(first.name), consent)
		assert left == "Cancelled" and isinstance(saved, frappe.TimestampMismatchError), saved
		assert counted(session.name) == (1, 0)


# ---------------------------------------------------------------- clear sentences, and who may


@pytest.mark.parametrize(
	("values", "sentence"),
	[
		({"status": "Cancelled"}, "Project Design is cancelled; nobody can register."),
		({"hours": -9}, "Project Design is over; nobody can register."),
		({"hours": -1}, "Project Design has begun; registration is closed."),
	],
)
def test_registering_for_what_is_not_open_is_refused_in_one_sentence(values, sentence):
	session = courses.session(**values)
	with pytest.raises(registrations.RegistrationClosedError) as refused:
		register(session, "Rana Ahmad")
	assert str(refused.value) == sentence


def test_a_full_session_says_so():
	_session, (_first, second) = full(waiting=1)
	assert registration_letters.state_sentence(second).startswith(
		"All places are taken. You are on the waiting"
	)


def test_nobody_outside_the_office_sets_how_places_are_given():
	session, _people = full()
	user, _own = courses.member()
	for who in ("Guest", user, builders.user(FINANCE)):
		with builders.as_user(who), pytest.raises((frappe.PermissionError, frappe.ValidationError)):
			doors.request("PUT", f"/resource/Training Session/{session.name}", capacity=9)
	assert numbers(session) == (1, 2)
