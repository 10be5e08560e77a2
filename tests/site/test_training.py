"""Training sessions: what a coordinator would miss if it broke."""

from __future__ import annotations

import frappe
import pytest
from frappe.permissions import add_user_permission
from frappe.utils import add_days, now_datetime

from aso_network import finance, training
from aso_network.api import activities as api
from aso_network.roles import FINANCE, MANAGER, OBSERVER, OFFICER, TRAINING
from aso_network.workflows import guard
from tests.site import books, builders, races


def at(hour: int, days: int = -30) -> str:
	"""A moment some days from today."""
	return f"{add_days(now_datetime().date(), days)} {hour:02d}:00:00"


def session(**values) -> frappe.model.document.Document:
	return books.session(**{"starts_on": at(10), "ends_on": at(12), **values})


def participants(number: int, attended: bool = False) -> list[dict]:
	return [{"contact": builders.contact().name, "attended": int(attended)} for _ in range(number)]


# ---------------------------------------------------------------- title, dates, places


def test_a_title_in_one_language_is_enough():
	assert session(title_en=None, title_ar="  بناء   الفريق ").title == "بناء الفريق"
	assert session(title_en="Team Building", title_ar="بناء الفريق").title == "Team Building"


def test_no_title_at_all_is_refused():
	with pytest.raises(training.SessionTitleError, match="English or in Arabic"):
		session(title_en=" ", title_ar=None)


@pytest.mark.parametrize("hour", [9, 10])
def test_a_session_that_ends_before_it_starts_is_refused(hour):
	with pytest.raises(training.SessionDatesError, match=r"Team Building ends on .* correct one of the two"):
		session(ends_on=at(hour))


def test_the_number_registered_is_counted_never_typed():
	doc = session(participants=participants(3), registered_count=11)
	assert doc.registered_count == 3


def test_more_participants_than_places_are_refused():
	with pytest.raises(training.CapacityError, match="has 2 places but 3 participants"):
		session(capacity=2, participants=participants(3))


@pytest.mark.parametrize("capacity", [0, -3])
def test_a_session_without_places_is_refused(capacity):
	with pytest.raises(training.CapacityError, match="at least one place"):
		session(capacity=capacity)


def test_a_participant_is_listed_once():
	twice = participants(1) * 2
	with pytest.raises(training.ParticipantError, match=r"row 2: .* is already in row 1"):
		session(participants=twice)


def test_place_and_governorate_follow_the_platform():
	first, second = builders.platform(), builders.platform()
	doc = session(platform=first.name)
	assert doc.territory == first.territory
	doc.platform = second.name
	assert doc.save().territory == second.territory


def test_a_programme_of_another_company_is_refused():
	platform = books.platform()
	foreign = books.project(company=books.foreign_company())
	with pytest.raises(
		finance.ForeignCompanyError, match=f"platform .* choose a project of {platform.company}"
	):
		session(platform=platform.name, programme=foreign)
	assert session(platform=platform.name, programme=books.project(company=platform.company)).name


# ---------------------------------------------------------------- trainers


def test_a_trainer_row_names_one_person():
	contact, user = builders.contact().name, builders.user(OFFICER)
	for row in ({}, {"contact": contact, "user": user}):
		with pytest.raises(training.TrainerError, match="row 1"):
			session(trainers=[row])
	doc = session(trainers=[{"contact": contact}, {"user": user, "trainer_name": "typed"}])
	assert [row.trainer_name for row in doc.trainers] == [
		frappe.db.get_value("Contact", contact, "full_name"),
		frappe.db.get_value("User", user, "full_name"),
	]


def test_a_trainer_cannot_be_in_two_rooms_at_once():
	contact = builders.contact().name
	first = session(title_en="Human Resources", trainers=[{"contact": contact}])
	with pytest.raises(
		training.TrainerBookedError, match=rf"already booked for Human Resources \({first.name}\) from .* to "
	):
		session(starts_on=at(11), ends_on=at(13), trainers=[{"contact": contact}])


def test_one_session_may_follow_right_after_another():
	contact = builders.contact().name
	session(trainers=[{"contact": contact}])
	assert session(starts_on=at(12), ends_on=at(14), trainers=[{"contact": contact}]).name


def test_a_trainer_known_as_contact_and_as_user_is_one_person():
	user = builders.user(TRAINING)
	contact = frappe.db.get_value("Contact", {"user": user}) or builders.contact(user=user).name
	with pytest.raises(training.TrainerBookedError, match=r"row 2: .* is already in row 1"):
		session(trainers=[{"contact": contact}, {"user": user}])
	session(trainers=[{"contact": contact}])
	with pytest.raises(training.TrainerBookedError, match="already booked"):
		session(trainers=[{"user": user}])


def test_moving_a_session_onto_another_of_the_trainer_is_refused():
	contact = builders.contact().name
	session(trainers=[{"contact": contact}])
	later = session(starts_on=at(15), ends_on=at(16), trainers=[{"contact": contact}])
	later.starts_on = at(11)
	with pytest.raises(training.TrainerBookedError):
		later.save()


def test_a_cancelled_session_frees_its_trainer():
	contact = builders.contact().name
	first = session(trainers=[{"contact": contact}])
	guard.move(first, "Cancelled", "The hall is closed.")
	assert session(trainers=[{"contact": contact}]).name


def test_two_who_book_a_trainer_at_once_do_not_both_get_them():
	def book() -> str:
		return session(trainers=[{"user": "Administrator"}]).name

	with races.committed("Training Session"):
		first, second = races.race(book, book)
		assert isinstance(second, training.TrainerBookedError), second
		assert f"booked for Team Building ({first})" in str(second)


# ---------------------------------------------------------------- lifecycle


def test_a_session_from_plan_to_closed_accounts():
	platform = builders.platform()
	coordinator, accountant = builders.user(TRAINING), builders.user(FINANCE)
	with builders.as_user(coordinator):
		doc = session(platform=platform.name, participants=participants(2))
		guard.move(doc, "Registration Open")
		with pytest.raises(training.SessionNotReadyError, match="without a trainer"):
			guard.move(frappe.get_doc(doc.doctype, doc.name), "Ongoing")
		doc.reload()
		doc.append("trainers", {"user": coordinator})
		guard.move(doc, "Ongoing")
		with pytest.raises(training.SessionNotReadyError, match="before attendance is taken"):
			guard.move(frappe.get_doc(doc.doctype, doc.name), "Completed")
		doc.reload()
		doc.participants[0].attended = 1
		guard.move(doc, "Completed")
		activity = api.create_for(doc.doctype, doc.name)
	with builders.as_user(accountant):
		with pytest.raises(training.SessionNotReadyError, match=rf"activity Team Building \({activity}\)"):
			guard.move(frappe.get_doc(doc.doctype, doc.name), "Closed")
	with builders.as_user(builders.user(MANAGER)):
		guard.move(frappe.get_doc("Network Activity", activity), "Rejected", "It cost nothing.")
	with builders.as_user(accountant):
		doc = guard.move(frappe.get_doc(doc.doctype, doc.name), "Closed")
	doc.venue = "Elsewhere"
	with pytest.raises(training.SessionEndedError, match="is Closed and can no longer be changed"):
		doc.save()


def test_registration_opens_only_with_a_plan():
	doc = session(venue=None)
	with pytest.raises(training.SessionNotReadyError, match="fill in Platform, Venue"):
		guard.move(doc, "Registration Open")


def test_a_session_is_not_completed_before_it_begins():
	doc = session(
		platform=builders.platform().name,
		starts_on=at(10, days=5),
		ends_on=at(12, days=5),
		trainers=[{"contact": builders.contact().name}],
		participants=participants(1, attended=True),
	)
	guard.move(doc, "Registration Open")
	guard.move(doc, "Ongoing")
	with pytest.raises(training.SessionNotReadyError, match="cannot be completed before"):
		guard.move(doc, "Completed")


# ---------------------------------------------------------------- who may


def test_roles():
	doc = session(trainers=[{"contact": builders.contact().name}])
	for role, may_read, may_write in (
		(TRAINING, True, True),
		(OFFICER, True, True),
		(MANAGER, True, True),
		(OBSERVER, False, False),
	):
		with builders.as_user(builders.user(role)):
			assert bool(doc.has_permission("read")) is may_read, role
			assert bool(doc.has_permission("write")) is may_write, role


def test_staff_of_one_governorate_see_its_sessions_only():
	mine, other = builders.platform(), builders.platform()
	here, elsewhere = session(platform=mine.name), session(platform=other.name)
	paid = api.create_for(elsewhere.doctype, elsewhere.name)
	coordinator = builders.user(TRAINING)
	add_user_permission("Territory", mine.territory, coordinator)
	with builders.as_user(coordinator):
		seen = frappe.get_list("Training Session", pluck="name")
		assert here.name in seen and elsewhere.name not in seen
		assert not frappe.get_doc("Network Activity", paid).has_permission("read")
		assert paid not in frappe.get_list("Network Activity", pluck="name")


def test_finance_closes_the_accounts_and_changes_nothing_else():
	doc = session()
	with builders.as_user(builders.user(FINANCE)):
		mine = frappe.get_doc(doc.doctype, doc.name)
		mine.venue = "Elsewhere"
		with pytest.raises(finance.FinanceRoleError, match="Network Finance cannot change Venue"):
			mine.save()
		mine.reload()
		mine.append("participants", {"contact": builders.contact().name})
		with pytest.raises(finance.FinanceRoleError, match="cannot change Participants"):
			mine.save()


def test_people_of_a_member_are_offered_to_who_may_read_the_member():
	organization = builders.organization(builders.platform())
	with builders.as_user(builders.user(TRAINING)):
		people = api.people_of_member(organization.name)
	assert {person["contact"] for person in people} >= {
		row.contact for row in organization.doc().representatives
	}
	assert all(person["name"] for person in people)
	with builders.as_user(builders.user(OBSERVER)), pytest.raises(frappe.PermissionError):
		api.people_of_member(organization.name)
