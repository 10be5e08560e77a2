"""Registering for a session: who may, when, how many, and what the list of the session makes of it."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from aso_network import permissions, registration_letters, registrations, representation, training
from aso_network.roles import COMMITTEE, FINANCE, MANAGER, MEMBER, OBSERVER, OFFICER, TRAINING
from aso_network.workflows import guard
from tests.site import builders, courses, doors, races, web

RANA = {"person_name": "Rana Al-Ahmad", "phone": "0944 123 456", "email": "Rana@Example.org"}


def register_public(session, **values):
	with builders.as_user("Guest"):
		return registrations.register_public(session.name, **{**RANA, **values})


def numbers(session):
	return frappe.db.get_value("Training Session", session.name, ["registered_count", "waiting_count"])


def letters(registration):
	return frappe.get_all("Email Queue", filters={"reference_name": registration}, pluck="message")


# ---------------------------------------------------------------- members


def test_a_member_registers_a_person_of_its_own_and_somebody_new():
	user, own = courses.member()
	session = courses.session(publish_level="Network", open_to_public=0)
	known = builders.delegate(own)
	with builders.as_user(user):
		first = registrations.register_member(own, session.name, contact=known, photo_consent=1)
		new = registrations.register_member(own, session.name, person_name="Ahmad  Ali", phone="٠٩٤٤٠٠٠٠٠٠")
	assert (first.status, first.source, first.organization) == ("Registered", "Member", own)
	assert first.photo_consent_on and not first.data_consent_on
	contact = frappe.get_doc("Contact", new.contact)
	assert contact.full_name == "Ahmad Ali" and contact.mobile_no == "+963944000000" and not contact.user
	assert contact.has_link("Member Organization", own)
	for registration in (first, new):
		assert courses.row(session.name, registration.contact).registration == registration.name
	assert numbers(session) == (2, 0)


def test_a_member_registers_nobody_of_another_member_and_for_nobody_else():
	(user, own), (_other_user, other) = courses.member(), courses.member()
	session = courses.session()
	with builders.as_user(user):
		theirs, nobody = builders.delegate(other), "No Such Person"
		refusals = []
		for contact in (theirs, nobody):
			with pytest.raises(registrations.NotOwnPersonError) as refused:
				registrations.register_member(own, session.name, contact=contact, person_name="Somebody")
			refusals.append(str(refused.value))
		assert refusals[0] == refusals[1]
		with pytest.raises(representation.NotYoursError):
			registrations.register_member(other, session.name, contact=theirs)
	assert not frappe.db.count("Training Registration", {"session": session.name})


def test_only_active_members_register_people():
	user, own = courses.member(status="Suspended")
	session = courses.session()
	with builders.as_user(user), pytest.raises(registrations.RegistrationClosedError, match="is Suspended"):
		registrations.register_member(own, session.name, person_name="Ahmad")


def test_a_member_who_sends_a_person_twice_gets_the_first_registration():
	user, own = courses.member()
	session = courses.session(capacity=9)
	with builders.as_user(user):
		first = registrations.register_member(own, session.name, person_name="Ahmad Ali", phone="0944000000")
		again = registrations.register_member(own, session.name, person_name="أحمد", contact=first.contact)
		same = registrations.register_member(
			own, session.name, person_name="AHMAD ALI", phone="+963944000000"
		)
		namesake = registrations.register_member(
			own, session.name, person_name="Ahmad Ali", phone="0955111111"
		)
	assert first.name == again.name == same.name != namesake.name
	assert first.contact != namesake.contact
	assert numbers(session) == (2, 0)


def test_a_new_person_of_a_member_is_one_contact_in_the_next_session_too():
	user, own = courses.member()
	one, two = courses.session(), courses.session()
	with builders.as_user(user):
		first = registrations.register_member(own, one.name, person_name="Ahmad Ali", phone="0944000000")
		second = registrations.register_member(own, two.name, person_name="Ahmad Ali", phone="0944000000")
	assert first.contact == second.contact


# ---------------------------------------------------------------- the public


def test_a_stranger_registers_for_a_public_session():
	session = courses.session()
	made = register_public(session)
	assert (made.status, made.source, made.organization) == ("Registered", "Public", None)
	assert (made.phone, made.email) == ("+963944123456", "rana@example.org")
	contact = frappe.get_doc("Contact", made.contact)
	# An address that nobody has shown to be theirs ties a contact to no user.
	assert not contact.email_ids and not contact.user and not contact.links
	assert courses.row(session.name, made.contact).participant_name == "Rana Al-Ahmad"


def test_a_stranger_who_writes_the_address_of_a_user_becomes_no_part_of_them():
	user, _own = courses.member()
	made = register_public(courses.session(), email=user)
	assert frappe.db.get_value("Contact", made.contact, "user") is None
	assert made.contact not in permissions.contacts_of(user)


@pytest.mark.parametrize("values", [{"publish_level": "Network", "open_to_public": 0}, {"open_to_public": 0}])
def test_a_stranger_cannot_tell_a_closed_circle_from_nothing(values):
	session = courses.session(**values)
	refusals = []
	for name in (session.name, "TS-2000-0001", ""):
		with builders.as_user("Guest"), pytest.raises(registrations.NoSuchSessionError) as refused:
			registrations.register_public(name, **RANA)
		refusals.append(str(refused.value))
	assert len(set(refusals)) == 1


def test_a_member_cannot_tell_an_internal_session_from_nothing():
	user, own = courses.member()
	session = courses.session(publish_level="Internal", open_to_public=0)
	with builders.as_user(user), pytest.raises(registrations.NoSuchSessionError):
		registrations.register_member(own, session.name, person_name="Ahmad")


def test_the_same_stranger_is_registered_once_and_hears_the_same():
	session = courses.session(capacity=9)
	first = register_public(session)
	for again in (
		{"phone": "+963 944-123-456", "email": None},
		{"phone": None},
		{"person_name": "RANA al ahmad"},
	):
		assert register_public(session, **again).name == first.name
	# Another person of the family, on the same phone; and a namesake with a phone of her own.
	assert register_public(session, person_name="Sara Al-Ahmad").name != first.name
	assert register_public(session, phone="0999888777", email=None).name != first.name
	assert numbers(session) == (3, 0)
	assert len(letters(first.name)) == 1


@pytest.mark.parametrize(
	"values",
	[
		{"phone": None, "email": None},
		{"person_name": " \u200f "},
		{"person_name": "R" * 101},
		{"person_name": "see http://example.org"},
		{"person_name": "<b>Rana</b>"},
		{"phone": "call me"},
		{"email": "rana at example"},
	],
)
def test_a_person_without_a_name_or_a_way_to_reach_them_is_refused(values):
	session = courses.session()
	with pytest.raises(frappe.ValidationError):
		register_public(session, **values)
	assert numbers(session) == (0, 0)


def test_consents_are_dated_each_on_its_own():
	made = register_public(courses.session(), photo_consent=0, data_consent=1)
	assert made.data_consent_on and not made.photo_consent_on
	made.photo_consent, made.data_consent = 1, 0
	made.save()
	assert made.photo_consent_on and not made.data_consent_on


# ---------------------------------------------------------------- when


def refuses_everybody(session, match):
	user, own = courses.member()
	with pytest.raises(registrations.RegistrationClosedError, match=match):
		register_public(session)
	with builders.as_user(user), pytest.raises(registrations.RegistrationClosedError, match=match):
		registrations.register_member(own, session.name, person_name="Ahmad")


def test_registration_has_a_first_and_a_last_moment():
	soon, past = add_to_date(now_datetime(), hours=5), add_to_date(now_datetime(), hours=-5)
	refuses_everybody(courses.session(registration_from=soon), "opens on")
	refuses_everybody(courses.session(registration_to=past), "closed on")
	assert register_public(courses.session(registration_from=past, registration_to=soon)).name


@pytest.mark.parametrize(
	("status", "hours", "match"),
	[
		("Planned", 48, "is not open yet"),
		("Registration Open", -1, "has begun"),
		("Ongoing", -1, "has begun"),
		("Cancelled", 48, "is cancelled"),
	],
)
def test_registration_follows_the_session(status, hours, match):
	refuses_everybody(courses.session(status, hours=hours), match)


def test_the_office_may_still_register_somebody_but_not_for_what_is_over():
	session = courses.session(registration_to=add_to_date(now_datetime(), hours=-5))
	with builders.as_user(builders.user(TRAINING)):
		made = frappe.get_doc({"doctype": "Training Registration", "session": session.name, **RANA}).insert()
	assert (made.status, made.source) == ("Registered", "Office")
	session.reload()
	guard.move(session, "Cancelled", "No hall.")
	with builders.as_user(builders.user(TRAINING)), pytest.raises(registrations.RegistrationClosedError):
		frappe.get_doc(
			{"doctype": "Training Registration", "session": session.name, **RANA, "phone": "0999111222"}
		).insert()


def test_a_window_and_a_level_that_make_no_sense_are_refused():
	now = now_datetime()
	with pytest.raises(registrations.RegistrationWindowError, match="not after"):
		courses.session(registration_from=now, registration_to=now)
	with pytest.raises(registrations.PublishLevelError, match="choose Public"):
		courses.session(publish_level="Network")


# ---------------------------------------------------------------- places


def test_who_comes_when_all_places_are_taken_waits_and_is_told():
	session = courses.session(capacity=1)
	register_public(session)
	waiting = register_public(session, person_name="Sara Omar")
	assert waiting.status == "Waiting List" and not courses.row(session.name, waiting.contact)
	assert numbers(session) == (1, 1)
	assert "do not have a place" in registration_letters.state_sentence(waiting)


def test_nobody_overtakes_who_is_waiting_where_the_office_gives_places_by_hand():
	session = courses.session(capacity=1, fill_from_waiting_list=0)
	first = register_public(session)
	register_public(session, person_name="Next In Line")
	chosen = register_public(session, person_name="Sara Omar")
	first.status = "Cancelled"
	first.save()
	assert numbers(session) == (0, 2)
	assert register_public(session, person_name="Late Comer").status == "Waiting List"
	# The office gives the place by putting the person on the list.
	session.reload()
	session.append("participants", {"contact": chosen.contact})
	session.save()
	assert frappe.db.get_value("Training Registration", chosen.name, "status") == "Registered"
	assert courses.row(session.name, chosen.contact).registration == chosen.name
	assert numbers(session) == (1, 2)
	assert sorted("You have a place." in letter for letter in letters(chosen.name)) == [False, True]


def test_people_the_office_listed_count_and_are_not_listed_twice():
	contact = builders.contact("Rana Al-Ahmad").name
	user, own = courses.member()
	person = frappe.get_doc("Contact", contact)
	person.append("links", {"link_doctype": "Member Organization", "link_name": own})
	person.save()
	session = courses.session(
		capacity=2, participants=[{"contact": contact}, {"contact": builders.contact().name}]
	)
	with builders.as_user(user):
		listed = registrations.register_member(own, session.name, contact=contact)
	assert listed.status == "Registered"
	assert register_public(session, person_name="Sara Omar").status == "Waiting List"
	assert frappe.db.count("Session Participant", {"parent": session.name}) == 2


def test_a_form_of_the_session_that_was_open_loses_nobody_and_brings_nobody_back():
	session = courses.session(capacity=9)
	gone = register_public(session, person_name="Gone Soon")
	stale = frappe.get_doc("Training Session", session.name)
	made = register_public(session)
	with builders.as_user("Guest"):
		registrations.cancel_by_link(gone.name, registration_letters.token(gone.name))
	stale.venue = "Another hall"
	stale.append("participants", {"contact": builders.contact().name})
	stale.append("participants", {"contact": made.contact})
	stale.save()
	people = [row.contact for row in frappe.get_doc("Training Session", session.name).participants]
	assert people.count(made.contact) == 1 and gone.contact not in people and len(people) == 2
	assert numbers(session) == (2, 0)
	# To take a registered person off the list is to cancel the registration.
	stale.reload()
	stale.participants = []
	stale.save()
	assert [row.contact for row in stale.participants] == [made.contact]


def test_the_two_numbers_cannot_be_typed():
	session = courses.session(capacity=1)
	register_public(session)
	register_public(session, person_name="Sara Omar")
	session.reload()
	session.waiting_count, session.registered_count = 0, 0
	session.save()
	assert numbers(session) == (1, 1)


def _register_now(name, person):
	frappe.set_user("Guest")
	return registrations.register_public(name, **person).status


def test_two_for_the_last_place_one_waits():
	with races.committed(
		"Training Session", "Training Registration", "Contact", "Network Platform", "Territory", "Email Queue"
	):
		session = courses.session(capacity=1).name
		frappe.db.commit()
		outcomes = races.race(
			lambda: _register_now(session, RANA),
			lambda: _register_now(session, {**RANA, "person_name": "Sara Omar"}),
		)
		assert outcomes == ("Registered", "Waiting List")
		assert frappe.db.count("Session Participant", {"parent": session}) == 1
		assert frappe.db.get_value("Training Session", session, ["registered_count", "waiting_count"]) == (
			1,
			1,
		)


def test_one_form_sent_twice_at_once_is_one_registration():
	with races.committed(
		"Training Session", "Training Registration", "Contact", "Network Platform", "Territory", "Email Queue"
	):
		session = courses.session(capacity=5).name
		frappe.db.commit()
		outcomes = races.race(lambda: _register_now(session, RANA), lambda: _register_now(session, RANA))
		assert outcomes == ("Registered", "Registered")
		assert frappe.db.count("Training Registration", {"session": session}) == 1
		assert frappe.db.count("Session Participant", {"parent": session}) == 1
		assert frappe.db.get_value("Training Session", session, "registered_count") == 1


def test_one_person_of_a_member_sent_twice_at_once_is_one_registration():
	with races.committed(
		*("Training Session", "Training Registration", "Contact", "Network Platform", "Territory"),
		*("Member Organization", "Network Audit Event"),
	):
		user, own = courses.member()
		session, contact = courses.session(capacity=5).name, builders.delegate(own)
		frappe.db.commit()

		def register():
			frappe.set_user(user)
			return registrations.register_member(str(own), session, contact=contact).status

		assert races.race(register, register) == ("Registered", "Registered")
		assert frappe.db.count("Training Registration", {"session": session}) == 1
		assert frappe.db.get_value("Training Session", session, "registered_count") == 1


def test_registering_while_the_office_saves_the_session_loses_nobody():
	def save():
		doc = frappe.get_doc("Training Session", session)
		doc.venue = "Another hall"
		doc.append("participants", {"contact": other})
		doc.save()
		return doc.venue

	with races.committed(
		"Training Session", "Training Registration", "Contact", "Network Platform", "Territory", "Email Queue"
	):
		session, other = courses.session(capacity=5).name, builders.contact().name
		frappe.db.commit()
		for outcomes in (
			races.race(lambda: _register_now(session, RANA), save),
			races.race(
				save_nothing_new(session),
				lambda: _register_now(session, {**RANA, "person_name": "Sara Omar"}),
			),
		):
			assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
		assert frappe.db.count("Session Participant", {"parent": session}) == 3
		assert frappe.db.get_value("Training Session", session, "registered_count") == 3


def save_nothing_new(session):
	return lambda: frappe.get_doc("Training Session", session).save().name


# ---------------------------------------------------------------- cancelling


def test_a_member_cancels_its_own_and_nobody_elses():
	(user, own), (other_user, other) = courses.member(), courses.member()
	session = courses.session(capacity=1)
	with builders.as_user(user):
		made = registrations.register_member(own, session.name, person_name="Ahmad Ali")
	with builders.as_user(other_user):
		for name in (made.name, "no-such-registration"):
			with pytest.raises(frappe.DoesNotExistError):
				registrations.cancel_for_member(name, other)
		with pytest.raises(representation.NotYoursError):
			registrations.cancel_for_member(made.name, own)
	with builders.as_user(user):
		assert registrations.cancel_for_member(made.name, own).status == "Cancelled"
		assert registrations.cancel_for_member(made.name, own).status == "Cancelled"
		assert (
			registrations.register_member(own, session.name, person_name="Ahmad Ali").status == "Registered"
		)
	assert numbers(session) == (1, 0)


def test_the_letter_has_the_link_that_cancels_and_nothing_that_was_typed():
	session = courses.session()
	made = register_public(session, person_name="Buy Now Limited")
	(letter,) = letters(made.name)
	assert "Buy" not in letter and "Project Design" in letter
	with builders.as_user("Guest"):
		for name, token in (
			(made.name, "0" * 32),
			("nobody", registration_letters.token("nobody")),
			(made.name, "é"),
		):
			with pytest.raises(frappe.DoesNotExistError):
				registrations.cancel_by_link(name, token)
		assert registrations.cancel_by_link(made.name, registration_letters.token(made.name)).cancelled_on
	assert numbers(session) == (0, 0) and not courses.row(session.name, made.contact)


def test_once_the_session_has_begun_the_link_cancels_no_more():
	session = courses.session()
	made = register_public(session)
	frappe.db.set_value("Training Session", session.name, "starts_on", add_to_date(now_datetime(), hours=-1))
	with builders.as_user("Guest"), pytest.raises(registrations.RegistrationClosedError, match="has begun"):
		registrations.cancel_by_link(made.name, registration_letters.token(made.name))


def test_a_registration_does_not_come_back_and_stays_of_who_took_part():
	session = courses.session()
	made = register_public(session)
	frappe.db.set_value("Session Participant", {"registration": made.name}, "attended", 1)
	made.status = "Cancelled"
	with pytest.raises(registrations.RegistrationStatusError, match="took part"):
		made.save()
	frappe.db.set_value("Session Participant", {"registration": made.name}, "attended", 0)
	made.reload()
	made.status = "Cancelled"
	made.save()
	made.status = "Registered"
	with pytest.raises(registrations.RegistrationStatusError, match="cannot become Registered"):
		made.save()


def test_the_office_cancels_and_a_stranger_to_it_does_not():
	session = courses.session(capacity=1)
	made = register_public(session)
	method = "aso_network.api.training.cancel_registration"
	for who in ("Guest", builders.user(FINANCE), courses.member()[0]):
		with builders.as_user(who), pytest.raises(frappe.PermissionError):
			doors.call(method, name=made.name)
	with builders.as_user(builders.user(OFFICER)):
		assert doors.call(method, name=made.name) == "Cancelled"
	assert numbers(session) == (0, 0)


def test_a_deleted_registration_frees_its_place():
	session = courses.session(capacity=1)
	made = register_public(session)
	with builders.as_user(builders.user(MANAGER)):
		frappe.delete_doc("Training Registration", made.name)
	assert numbers(session) == (0, 0) and not courses.row(session.name, made.contact)


# ---------------------------------------------------------------- who sees them


def test_registrations_by_every_door():
	(user, own), (other_user, _other) = courses.member(), courses.member()
	session = courses.session(capacity=9)
	with builders.as_user(user):
		mine = registrations.register_member(own, session.name, person_name="Ahmad Ali")
	public = register_public(session)
	sees = {
		user: {mine.name},
		other_user: set(),
		"Guest": set(),
		builders.user(COMMITTEE): set(),
		builders.user(OBSERVER): set(),
		builders.user(FINANCE): set(),
	}
	for who, names in sees.items():
		with builders.as_user(who):
			for door in doors.LISTS:
				assert doors.shown(door, "Training Registration") == names, f"{who} by {door}"
			for door in doors.OPENINGS:
				assert not doors.opens(door, "Training Registration", public.name), f"{who} by {door}"
			for door in doors.CHANGES:
				assert not doors.changes(door, "Training Registration", mine.name), f"{who} by {door}"
			with pytest.raises(frappe.PermissionError):
				doors.request("POST", "/resource/Training Registration", session=session.name, **RANA)
			if who in (user, other_user, "Guest"):
				for door in doors.OPENINGS:
					assert not doors.opens(door, "Training Session", session.name), (
						f"{who}: session by {door}"
					)
	for role in (MANAGER, OFFICER, TRAINING):
		with builders.as_user(builders.user(role)):
			assert {mine.name, public.name} <= doors.shown("REST list", "Training Registration")


def test_what_the_app_writes_is_not_taken_from_rest():
	session = courses.session(capacity=1)
	register_public(session)
	other = courses.session()
	forged = {
		"source": "Member",
		"status": "Registered",
		"live": None,
		"registered_on": "2000-01-01 00:00:00",
	}
	with builders.as_user(builders.user(TRAINING)):
		doors.request(
			"POST", "/resource/Training Registration", session=session.name, person_name="Sara Omar", **forged
		)
		made = frappe.get_last_doc("Training Registration", {"person_name": "Sara Omar"})
		assert (made.source, made.status, made.live) == ("Office", "Waiting List", "1")
		assert made.registered_on.year > 2000
		with pytest.raises(registrations.RegistrationStatusError):
			doors.request("PUT", f"/resource/Training Registration/{made.name}", status="Registered")
		with pytest.raises(frappe.ValidationError):
			doors.request("PUT", f"/resource/Training Registration/{made.name}", session=other.name)


def test_a_full_session_stays_full_for_the_office_too():
	session = courses.session(capacity=1)
	register_public(session)
	session.reload()
	session.append("participants", {"contact": builders.contact().name})
	with pytest.raises(training.CapacityError, match="1 places but 2 participants"):
		session.save()
	assert MEMBER not in {rule.role for rule in frappe.get_meta("Training Session").permissions}


# ---------------------------------------------------------------- the form and the pages


def sent(session, **values):
	return web.send("training-registration", **{"session": session.name, **RANA, **values})


def test_the_form_offers_a_stranger_public_sessions_and_nobodys_people():
	public = courses.session(title_en="Everybody come")
	network = courses.session(title_en="Among ourselves", publish_level="Network", open_to_public=0)
	_user, own = courses.member()
	with builders.as_user("Guest"):
		page = web.visit("/register").get_data(as_text=True)
		assert public.name in page and network.name not in page and 'name="contact"' not in page
		assert sent(public, contact=builders.delegate(own)).status_code == 417
		assert sent(public).status_code == 303
		assert sent(network).status_code == 417
		assert sent(frappe._dict(name="TS-1999-0001")).status_code == 417
	made = frappe.get_last_doc("Training Registration")
	assert (made.source, made.organization, made.person_name) == ("Public", None, RANA["person_name"])
	assert made.contact != builders.delegate(own)


def test_the_form_offers_a_member_its_own_people():
	(user, own), (_other_user, other) = courses.member(), courses.member()
	mine, theirs = builders.delegate(own), builders.delegate(other)
	session = courses.session(publish_level="Network", open_to_public=0)
	with builders.as_user(user):
		page = web.visit("/register", session=session.name).get_data(as_text=True)
		assert mine in page and theirs not in page and "checked" in page
		assert sent(session, contact=theirs).status_code == 417
		assert sent(session, contact=mine, organization=other.name).status_code == 303
		assert sent(session, contact="").status_code == 303
	found = frappe.get_all(
		"Training Registration",
		filters={"session": session.name},
		fields=["contact", "organization", "person_name", "source"],
	)
	assert {row.organization for row in found} == {own} and {row.source for row in found} == {"Member"}
	assert mine in {row.contact for row in found} and RANA["person_name"] in {
		row.person_name for row in found
	}


@pytest.mark.parametrize(
	("values", "words"),
	[
		({"registration_from": add_to_date(now_datetime(), hours=5)}, "opens on"),
		({"registration_to": add_to_date(now_datetime(), hours=-5)}, "closed on"),
		({"hours": -1}, "has begun"),
		({"status": "Cancelled"}, "is cancelled"),
	],
)
def test_the_form_is_closed_before_it_opens_and_after_it_closes(values, words):
	session = courses.session(**values)
	courses.session(title_en="Another that is open")
	with builders.as_user("Guest"):
		assert sent(session).status_code in (403, 417)
		if "hours" not in values:
			assert words in web.text(web.visit("/register", session=session.name))
	assert not frappe.db.count("Training Registration", {"session": session.name})
	with builders.as_user("Guest"), pytest.raises(frappe.PermissionError):
		doors.request("POST", "/resource/Training Registration", session=session.name, **RANA)


def test_the_form_sent_again_answers_as_the_first_time():
	session = courses.session()
	with builders.as_user("Guest"):
		token = web.token("training-registration")
		first, again = sent(session, token=token), sent(session, token=token)
		anew = sent(session)
		pages = [web.text(web.visit(answer.headers["Location"])) for answer in (first, again, anew)]
	assert len(set(pages)) == 1 and "You have a place." in pages[0]
	assert numbers(session) == (1, 0)


def test_the_page_of_the_letter_asks_before_it_cancels():
	session = courses.session()
	made = register_public(session)
	path = f"/register/cancel?registration={made.name}&token={registration_letters.token(made.name)}"
	with builders.as_user("Guest"):
		page = web.visit(path)
		assert page.status_code == 200 and RANA["person_name"] not in web.text(page)
		assert frappe.db.get_value("Training Registration", made.name, "status") == "Registered"
		values = {"registration": made.name, "token": registration_letters.token(made.name)}
		for wrong in ({"token": "0" * 32}, {"registration": "none"}, {"token": ""}):
			answers = {
				web.visit("/register/cancel", method, **{**values, **wrong}).status_code
				for method in ("GET", "POST")
			}
			assert answers == {404}
		assert web.visit("/register/cancel", "POST", **values).status_code == 303
		assert "is cancelled" in web.text(web.visit(path))
	assert frappe.db.get_value("Training Registration", made.name, "status") == "Cancelled"


def test_the_page_of_a_member_shows_and_cancels_its_own():
	(user, own), (other_user, _other) = courses.member(), courses.member()
	session = courses.session(publish_level="Network", open_to_public=0)
	hidden = courses.session(title_en="Behind the door", publish_level="Internal", open_to_public=0)
	with builders.as_user(user):
		made = registrations.register_member(own, session.name, person_name="Ahmad Ali")
		page = web.visit("/my/training")
		said = web.text(page)
		assert "Ahmad Ali" in said and "Project Design" in said and hidden.title not in said
		assert len(page.get_data()) < 15_000
	with builders.as_user(other_user):
		assert "Ahmad Ali" not in web.text(web.visit("/my/training"))
		assert web.visit("/my/training", "POST", registration=made.name).status_code == 404
		assert web.visit("/my/training", "POST", registration="none").status_code == 404
	with builders.as_user("Guest"):
		assert web.visit("/my/training").status_code == 303
	with builders.as_user(user):
		assert web.visit("/my/training", "POST", registration=made.name).status_code == 303
	assert frappe.db.get_value("Training Registration", made.name, "status") == "Cancelled"
