"""Certificates: who earns one, exactly one each, revoked and issued anew, and who learns what of them."""

from __future__ import annotations

import re

import frappe
import pytest
from frappe.utils import add_days, cint, today

from aso_network import attendance, certificates, mail, training_parts
from aso_network.api import certificates as api
from aso_network.roles import ALL_ROLES, COMMITTEE, FINANCE, MANAGER, MEMBER, OBSERVER, OFFICER, TRAINING
from aso_network.workflows import guard
from tests.site import builders, courses, doors, web
from tests.site.races import committed, race

NAME = "رنا الأحمد"


@pytest.fixture(autouse=True)
def no_commits(request, monkeypatch):
	"""The job commits each certificate; here the test's rollback has to take them away."""
	if "really_commits" not in request.fixturenames:
		monkeypatch.setattr(frappe.db, "commit", lambda: None)
		monkeypatch.setattr(certificates.frappe, "publish_progress", lambda *args, **values: None)


@pytest.fixture
def really_commits():
	"""For what needs a second connection."""


def held(*attended: int, status: str = "Completed", **values):
	"""A session that is over, with one participant for each number: 1, who came, or 0. Somebody else came, too."""
	people = [builders.contact(f"{NAME} {number}") for number in range(len(attended))]
	rows = [
		{"contact": contact, "attended": was_there}
		for contact, was_there in zip(people, attended, strict=True)
	]
	session = courses.session(status, hours=-6, capacity=400, participants=rows, **values)
	return session, people


def certificate(contact: str, session: str):
	name = frappe.db.get_value(certificates.DOCTYPE, {"session": session, "contact": contact})
	return name and frappe.get_doc(certificates.DOCTYPE, name)


def made_one():
	session, people = held(1)
	certificates.make_all(session.name)
	return certificate(people[0], session.name)


# --- earned ----------------------------------------------------------------------------------------------


def test_who_came_gets_one_and_who_did_not_is_told_why():
	session, (came, missed) = held(1, 0)
	assert certificates.make_all(session.name) == {"made": 1, "there": 0, "not_earned": 1, "failed": 0}
	assert certificate(came, session.name).attendance == 100 and not certificate(missed, session.name)
	people = {row["contact"]: row for row in certificates.standing(session.name)["people"]}
	assert people[came]["certificate"] and not people[came]["lacking"]
	assert people[missed]["lacking"] == ["Attended 0 %, and 80 % are needed."]


def test_the_threshold_is_that_of_the_settings(monkeypatch):
	monkeypatch.setattr(certificates.attendance, "share", lambda session, contact: 79.96)
	session, (person,) = held(1)
	assert certificates.lacking(session.name, person) == ["Attended 79.9 %, and 80 % are needed."]
	settings = frappe.get_doc("ASO Network Settings")
	settings.attendance_threshold = 75
	settings.save()
	assert certificates.lacking(session.name, person) == []


def test_nobody_earns_one_by_not_coming():
	session, (_came, missed) = held(1, 0)
	settings = frappe.get_doc("ASO Network Settings")
	settings.attendance_threshold = 0
	settings.save()
	certificates.make_all(session.name)
	assert not certificate(missed, session.name)


@pytest.mark.parametrize("status", ["Registration Open", "Ongoing", "Cancelled"])
def test_there_are_none_before_the_session_is_completed(status):
	session, (person,) = held(1, status=status)
	assert certificates.standing(session.name)["problem"]
	with pytest.raises(certificates.SessionNotHeldError, match="once it is completed"):
		api.make(session.name)
	with pytest.raises(certificates.SessionNotHeldError):
		frappe.get_doc(doctype=certificates.DOCTYPE, session=session.name, contact=person).insert()


def test_by_hand_too_it_has_to_be_earned_and_says_what_the_records_say():
	session, (came, missed) = held(1, 0)
	with pytest.raises(certificates.NotEarnedError, match="80 % are needed"):
		frappe.get_doc(doctype=certificates.DOCTYPE, session=session.name, contact=missed).insert()
	doc = frappe.get_doc(
		doctype=certificates.DOCTYPE, session=session.name, contact=came, person_name="Somebody", version=9,
		hours=400, attendance=3, session_title_en="Medicine", revoke_reason="x",
	).insert()  # fmt: skip
	assert (doc.version, doc.hours, doc.attendance, doc.revoke_reason) == (1, 3, 100, None)
	assert doc.person_name.startswith(NAME) and doc.session_title_en == "Project Design"
	with pytest.raises(certificates.CertificateTwiceError, match=doc.name):
		frappe.get_doc(doctype=certificates.DOCTYPE, session=session.name, contact=came).insert()


def test_pressing_again_makes_only_what_is_missing():
	session, people = held(1, 1, 0)
	certificates.make_all(session.name)
	first = certificate(people[0], session.name).name
	session = frappe.get_doc("Training Session", session.name)
	session.participants[2].attended = 1
	session.save()
	assert certificates.make_all(session.name)["made"] == 1
	assert certificates.make_all(session.name)["made"] == 0
	assert certificate(people[0], session.name).name == first and certificate(people[2], session.name)


def test_one_that_cannot_be_made_does_not_keep_the_others_from_theirs(monkeypatch):
	session, people = held(1, 1, 1)
	fill, broken = certificates._fill, []

	def break_once(doc, row):
		if doc.contact == people[1] and not broken:
			broken.append(doc.contact)
			raise ValueError
		fill(doc, row)

	monkeypatch.setattr(certificates, "_fill", break_once)
	monkeypatch.setattr(frappe.db, "rollback", lambda *args, **values: None)
	assert certificates.make_all(session.name) == {"made": 2, "there": 0, "not_earned": 0, "failed": 1}
	assert certificates.make_all(session.name)["made"] == 1


def test_who_was_taken_off_the_list_afterwards_is_shown():
	doc = made_one()
	frappe.db.delete("Session Participant", {"parent": doc.session})
	(row,) = certificates.standing(doc.session)["people"]
	assert row["certificate"] == doc.name and row["lacking"] == ["Is no longer among the participants."]


def test_of_a_session_in_parts_the_hours_of_its_parts_count():
	person, late = builders.contact(NAME), builders.contact("Came late")
	days = [add_days(today(), -number) for number in (2, 1)]
	session = courses.session(
		"Ongoing",
		hours=-72,
		capacity=9,
		parts=[
			{"date": days[0], "from_time": "09:00", "to_time": "12:00"},
			{"date": days[1], "from_time": "09:00", "to_time": "13:30"},
		],
		participants=[{"contact": person}, {"contact": late}],
	)
	first, second = (part.name for part in training_parts.of(session.name))
	for part, people in ((first, [person]), (second, [person, late])):
		attendance.mark(session.name, part, [{"contact": contact, "present": 1} for contact in people])
	guard.move(frappe.get_doc("Training Session", session.name), "Completed")
	assert certificates.make_all(session.name)["made"] == 1
	doc = certificate(person, session.name)
	assert (doc.hours, doc.attendance) == (7.5, 100)
	assert "7.5 hours" in " ".join(
		re.sub(r"<[^>]+>", "", frappe.get_print(doc.doctype, doc.name, certificates.PRINT_FORMAT)).split()
	)
	assert certificates.lacking(session.name, late) == ["Attended 60 %, and 80 % are needed."]


def test_a_number_does_not_tell_how_many_there_are():
	session, people = held(*[1] * 12)
	certificates.make_all(session.name)
	numbers = {certificate(person, session.name).name for person in people}
	assert len(numbers) == 12
	assert all(re.fullmatch(r"TC-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}", number) for number in numbers)
	assert len({number[3:6] for number in numbers}) > 1


# --- at the same moment ----------------------------------------------------------------------------------

MADE = (
	*("Training Certificate", "Training Session", "Network Audit Event", "Email Queue", "Contact", "Version"),
	*("Network Platform", "Territory", "Cost Center", "Deleted Document", "Error Log"),
)


@pytest.mark.usefixtures("really_commits")
def test_two_jobs_at_the_same_moment_make_each_once():
	with committed(*MADE):
		session, people = held(1, 1, 1, 0)
		frappe.db.commit()

		def press():
			return certificates.make_all(session.name)

		first, second = race(press, press)
		assert first["made"] + second["made"] == 3 and not first["failed"] + second["failed"]
		found = frappe.get_all(certificates.DOCTYPE, {"session": session.name}, pluck="contact")
		assert sorted(found) == sorted(people[:3])


@pytest.mark.usefixtures("really_commits")
def test_by_hand_and_by_the_job_at_the_same_moment():
	with committed(*MADE):
		session, (person,) = held(1)
		frappe.db.commit()

		def by_hand():
			return frappe.get_doc(doctype=certificates.DOCTYPE, session=session.name, contact=person).insert()

		outcomes = race(by_hand, by_hand)
		assert isinstance(outcomes[1], certificates.CertificateTwiceError)
		assert frappe.db.count(certificates.DOCTYPE, {"session": session.name}) == 1


@pytest.mark.usefixtures("really_commits")
def test_a_job_that_was_killed_is_taken_up_where_it_stopped(monkeypatch):
	with committed(*MADE):
		session, people = held(1, 1, 1)
		frappe.db.commit()
		make_one, served = certificates._make_one, []

		def killed(session, contact):
			if len(served) == 2:
				# In the middle of the third: its certificate is there, and not committed.
				frappe.get_doc(doctype=certificates.DOCTYPE, session=session, contact=contact).insert()
				frappe.db.rollback()
				raise SystemExit
			served.append(contact)
			return make_one(session, contact)

		with monkeypatch.context() as patched, pytest.raises(SystemExit):
			patched.setattr(certificates, "_make_one", killed)
			certificates.make_all(session.name)
		assert frappe.db.count(certificates.DOCTYPE, {"session": session.name}) == 2
		assert certificates.make_all(session.name)["made"] == 1
		assert frappe.db.count(certificates.DOCTYPE, {"session": session.name}) == len(people)


def test_the_database_itself_refuses_a_second_one():
	doc = made_one()
	twin = frappe.copy_doc(doc)
	twin.name = certificates.new_number()
	with pytest.raises(frappe.UniqueValidationError):
		twin.db_insert()


# --- revoked and issued anew -----------------------------------------------------------------------------


def test_revoking_takes_a_reason_and_leaves_a_line():
	doc = made_one()
	with builders.as_user(builders.user(TRAINING)):
		with pytest.raises(guard.ReasonRequiredError):
			guard.move(frappe.get_doc(doc.doctype, doc.name), "Revoked")
		user = frappe.session.user
		doc = guard.move(frappe.get_doc(doc.doctype, doc.name), "Revoked", "Ticked by mistake")
	assert (doc.revoked_by, doc.revoke_reason) == (user, "Ticked by mistake") and doc.revoked_on
	trail = frappe.get_all(
		"Network Audit Event",
		{"reference_name": doc.name},
		["action", "reason", "user"],
		order_by="creation",
	)
	assert [row.action for row in trail] == ["Issue", "Revoke"]
	assert (trail[1].reason, trail[1].user) == ("Ticked by mistake", user)
	assert certificates.make_all(doc.session)["made"] == 0
	with pytest.raises(guard.NotDeletableError):
		frappe.delete_doc(doc.doctype, doc.name)


def test_after_a_change_of_name_it_is_issued_anew_under_its_number():
	doc = made_one()
	old = certificates.link(doc)
	contact = frappe.get_doc("Contact", doc.contact)
	contact.first_name, contact.last_name = "Lana", "Omar"
	contact.save()
	assert doc.reload().person_name.startswith(NAME)
	assert api.reissue(doc.name) == 2
	doc.reload()
	assert doc.person_name == "Lana Omar" and doc.status == "Valid"
	with builders.as_user("Guest"):
		stale, current = web.text(web.visit(old)), web.text(web.visit(certificates.link(doc)))
	assert "no longer counts" in stale and "Lana" not in stale and NAME not in stale
	assert "Lana Omar" in current and "is valid" in current


def test_a_revoked_one_becomes_valid_again_by_its_own_step_only():
	doc = guard.move(made_one(), "Revoked", "By mistake")
	with pytest.raises(certificates.CertificateStatusError):
		api.reissue(doc.name)
	with pytest.raises(guard.ReasonRequiredError):
		guard.move(frappe.get_doc(doc.doctype, doc.name), "Valid")
	doc = guard.move(frappe.get_doc(doc.doctype, doc.name), "Valid", "It was right")
	assert (doc.version, doc.revoked_on, doc.revoke_reason) == (2, None, None)


def test_what_is_no_longer_earned_is_not_issued_anew():
	doc = made_one()
	frappe.db.set_value("Session Participant", {"parent": doc.session}, "attended", 0)
	with pytest.raises(certificates.NotEarnedError):
		api.reissue(doc.name)


def test_who_has_their_data_deleted_is_named_nowhere_any_more():
	doc = made_one()
	frappe.db.set_value("Contact", doc.contact, {"first_name": "[REDACTED]", "last_name": "[REDACTED]"})
	frappe.rename_doc("Contact", doc.contact, "deleted-user-1", force=True, show_alert=False)
	said = look(certificates.link(doc))
	assert "is valid" in said and NAME not in said and "REDACTED" in said


def test_a_contact_with_another_document_name_is_still_called_the_same():
	doc = made_one()
	frappe.rename_doc("Contact", doc.contact, "Contact 77", force=True, show_alert=False)
	assert doc.person_name in look(certificates.link(doc))


def test_nobody_writes_a_certificate_by_hand():
	doc, other, other_session = made_one(), builders.contact(), courses.session()
	with builders.as_user(builders.user(TRAINING)):
		for field, value in (
			("person_name", "Somebody"),
			("version", 7),
			("hours", 400),
			("revoked_on", "2026-01-01"),
		):
			doors.call(
				"frappe.client.set_value", doctype=doc.doctype, name=doc.name, fieldname=field, value=value
			)
		for field, value in (("contact", other.name), ("session", other_session.name)):
			with pytest.raises(frappe.CannotChangeConstantError):
				doors.call(
					"frappe.client.set_value",
					doctype=doc.doctype,
					name=doc.name,
					fieldname=field,
					value=value,
				)
		with pytest.raises(guard.ReasonRequiredError):
			doors.call(
				"frappe.client.set_value",
				doctype=doc.doctype,
				name=doc.name,
				fieldname="status",
				value="Revoked",
			)
	now = frappe.get_doc(doc.doctype, doc.name)
	assert all(now.get(field) == doc.get(field) for field in certificates._WRITTEN)


# --- letters ---------------------------------------------------------------------------------------------


def letters(doc) -> list[str]:
	names = frappe.get_all("Email Queue", {"reference_name": doc.name}, pluck="name", order_by="creation")
	return [frappe.db.get_value("Email Queue", name, "message") for name in names]


def text_of(letter: str) -> str:
	parsed = mail.Parser(policy=mail.default).parsestr(letter)
	return f"{parsed['Subject']}\n{parsed.get_body(('plain',)).get_content()}"


def test_the_letter_is_in_the_persons_language_and_opens_the_certificate():
	session, (person, silent) = held(1, 1)
	frappe.db.set_value("Contact", person, {"email_id": "rana@example.org", "aso_language": "ar"})
	certificates.make_all(session.name)
	certificates.make_all(session.name)
	assert not letters(certificate(silent, session.name))
	doc = certificate(person, session.name)
	(letter,) = letters(doc)
	said = text_of(letter)
	assert "شهادة" in said and "تصميم المشاريع" in said and certificates.link(doc) in said
	assert NAME not in said
	guard.move(doc, "Revoked", "A secret reason")
	assert len(letters(doc)) == 2 and "A secret reason" not in text_of(letters(doc)[1])


# --- the page that checks --------------------------------------------------------------------------------


def look(path: str) -> str:
	with builders.as_user("Guest"):
		return web.text(web.visit(path))


def test_the_number_tells_what_for_and_never_whose():
	doc = made_one()
	for path in (f"/certificate/{doc.name}", f"/certificate/{doc.name}?key=", f"/certificate/{doc.name}?key=wrong",
		f"/certificate/{doc.name}?key={certificates.key('TC-0000-0000', 1)}", f"/certificate/{doc.name}?key={certificates.key(doc.name, 2)}"):  # fmt: skip
		said = look(path)
		assert "is valid" in said and "Project Design" in said and "3" in said, path
		assert NAME not in said and doc.contact not in said, path
	assert doc.person_name in look(certificates.link(doc))


def test_the_check_page_says_revoked_and_unknown():
	doc = guard.move(made_one(), "Revoked", "A secret reason")
	for path in (f"/certificate/{doc.name}", certificates.link(doc)):
		said = look(path)
		assert "was revoked" in said and "is valid" not in said and "A secret reason" not in said
	with builders.as_user("Guest"):
		answer = web.visit("/certificate/TC-2222-2222")
		assert answer.status_code == 404 and "no certificate with this number" in web.text(answer)


@pytest.mark.parametrize(
	"write", [str.lower, lambda n: n.replace("-", " "), lambda n: n[3:], lambda n: n.replace("-", "")]
)
def test_a_number_may_be_typed_as_people_type(write):
	assert certificates.number_of(write("TC-7K4M-9QXP")) == "TC-7K4M-9QXP"
	assert certificates.number_of("tc-٧k٤m-٩qxp") == "TC-7K4M-9QXP"


def test_the_number_can_be_typed_on_the_page():
	doc = made_one()
	assert "Number of the certificate" in look("/certificate")
	said = look(
		f"/certificate?number={doc.name.lower().replace('-', ' ')}&key={certificates.key(doc.name, 1)}"
	)
	assert "is valid" in said and "Project Design" in said and NAME not in said


def test_the_paper_is_for_the_holders_link_alone():
	doc = made_one()
	with builders.as_user("Guest"):
		answer = web.visit(f"{certificates.link(doc)}&paper=1")
		assert answer.mimetype == "application/pdf" and answer.get_data().startswith(b"%PDF")
		for path in (
			f"/certificate/{doc.name}?paper=1",
			f"/certificate/{doc.name}?paper=1&key=x",
			"/certificate/x?paper=1",
		):
			assert web.visit(path).status_code == 404
	guard.move(frappe.get_doc(doc.doctype, doc.name), "Revoked", "x")
	with builders.as_user("Guest"):
		assert web.visit(f"{certificates.link(doc)}&paper=1").status_code == 404


def test_the_paper_says_it_in_both_languages_and_loads_nothing_from_elsewhere():
	doc = made_one()
	html = frappe.get_print(doc.doctype, doc.name, certificates.PRINT_FORMAT)
	said = " ".join(re.sub(r"<[^>]+>", "", html.split('<div class="tc"')[1]).split())
	for words in ("Project Design", "تصميم المشاريع", doc.name, "شهادة مشاركة", NAME, "3 hours"):
		assert words in said
	assert "<svg" in html
	own = frappe.utils.get_url()
	hosts = re.findall(r"""(?:src|href)=["'](https?://[^"']+)""", html)
	assert all(address.startswith(own) for address in hosts)


# --- who sees them ---------------------------------------------------------------------------------------

MAY = {TRAINING: "write", MANAGER: "read", OFFICER: "read"}


@pytest.mark.parametrize("role", ALL_ROLES)
def test_each_role_by_every_door(role):
	doc = made_one()
	with builders.as_user(builders.user(role)):
		for door in doors.LISTS:
			assert (doc.name in doors.shown(door, doc.doctype)) == (role in MAY), door
		for door in doors.OPENINGS:
			assert doors.opens(door, doc.doctype, doc.name) == (role in MAY), door
		changed = {door for door in doors.CHANGES if doors.changes(door, doc.doctype, doc.name)}
		allowed = {"REST PUT", "client.set_value", "client.save", "form save"} if role == TRAINING else set()
		assert changed == allowed
		for act in (lambda: api.make(doc.session), lambda: api.reissue(doc.name)):
			if role == TRAINING:
				act()
			else:
				with pytest.raises(frappe.PermissionError):
					act()
		if role in MAY:
			assert api.standing(doc.session)["people"]
		else:
			with pytest.raises(frappe.PermissionError):
				api.standing(doc.session)
		if role != TRAINING:
			doc = frappe.get_doc(doc.doctype, doc.name)
			with pytest.raises(frappe.PermissionError):
				guard.move(doc, "Revoked", "x")


@pytest.mark.parametrize("who", ["Guest", "nobody"])
def test_a_stranger_has_the_check_page_alone(who):
	doc = made_one()
	with builders.as_user(who if who == "Guest" else builders.user(user_type="Website User")):
		assert not any(doc.name in doors.shown(door, doc.doctype) for door in doors.LISTS)
		assert not any(doors.opens(door, doc.doctype, doc.name) for door in doors.OPENINGS)
		assert not any(doors.changes(door, doc.doctype, doc.name) for door in doors.CHANGES)
		for method, values in (
			("make", {"session": doc.session}),
			("standing", {"session": doc.session}),
			("reissue", {"name": doc.name}),
		):
			with pytest.raises(frappe.PermissionError):
				doors.request(
					"GET" if method == "standing" else "POST",
					f"/method/aso_network.api.certificates.{method}",
					**values,
				)


def test_an_organisation_sees_those_of_its_own_people():
	platform = builders.platform()
	user, own = courses.member(platform)
	other_user, _other = courses.member(platform)
	person, acting, stranger = (
		builders.contact("Of ours"),
		builders.delegate(own),
		builders.contact("Of nobody"),
	)
	session = courses.session("Completed", hours=-6, platform=platform.name, capacity=20, participants=[
		{"contact": person, "organization": own, "attended": 1},
		{"contact": stranger, "attended": 1},
		{"contact": acting, "attended": 1},
	])  # fmt: skip
	certificates.make_all(session.name)
	with builders.as_user(user):
		page = web.visit("/my/training").get_data(as_text=True)
	assert "Of ours" in page and certificate(person, session.name).name in page
	assert certificate(acting, session.name).name in page
	assert certificate(stranger, session.name).name not in page
	with builders.as_user(other_user):
		page = web.visit("/my/training").get_data(as_text=True)
	assert "TC-" not in page and "Of ours" not in page


def test_the_job_asks_for_the_right_to_make_them():
	session, people = held(1)
	for role in (MANAGER, OFFICER, FINANCE, COMMITTEE, OBSERVER, MEMBER):
		with builders.as_user(builders.user(role)), pytest.raises(frappe.PermissionError):
			certificates.make_all(session.name)
	assert not certificate(people[0], session.name)
	with builders.as_user(builders.user(TRAINING)):
		assert certificates.make_all(session.name)["made"] == 1
	assert cint(certificate(people[0], session.name).version) == 1
