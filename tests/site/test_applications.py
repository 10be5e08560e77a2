"""Applications for membership: strangers' text that becomes a member's record only when its mailed link is opened."""

from __future__ import annotations

import re
from email import message_from_string, policy

import frappe
import pytest
from frappe.utils import add_days, now_datetime, today

from aso_network import applications, attachments, mail, membership
from aso_network.api import applications as api
from aso_network.portal import pages, spam
from aso_network.roles import ALL_ROLES, MANAGER, OFFICER
from aso_network.workflows import guard
from tests.site import builders, doors, web
from tests.site.races import committed, race

EMAIL = "layla@example.org"


@pytest.fixture
def platform():
	return builders.platform()


def values(to, **other) -> dict:
	return {
		"name_ar": "جمعية الأمل",
		"platform": to,
		"contact_name": "ليلى حسن",
		"contact_position": "مديرة",
		"contact_email": EMAIL,
		"contact_phone": "+963944000000",
		"contact_language": "ar",
		"motivation": "نريد أن نعمل مع غيرنا.",
		"consent": 1,
		**other,
	}


def apply(to, **other):
	with builders.as_user("Guest"):
		return applications.apply(values(to.name, **other))


def letters(email=EMAIL) -> list[str]:
	"""The plain text of what was mailed to an address, the last one first."""
	names = frappe.get_all(
		"Email Queue",
		filters=[["Email Queue Recipient", "recipient", "=", email]],
		pluck="name",
		order_by="`tabEmail Queue`.creation desc",
	)
	messages = [frappe.db.get_value("Email Queue", name, "message") for name in names]
	return [
		message_from_string(message, policy=policy.default).get_body(("plain",)).get_content()
		for message in messages
	]


def token(email=EMAIL) -> str:
	return re.search(r"token=([\w-]+)", letters(email)[0])[1]


def confirm(link: str) -> bool:
	with builders.as_user("Guest"):
		return applications.confirm(link)


def organization_of(application):
	return frappe.get_doc("Member Organization", application.reload().organization)


# --- the way in ------------------------------------------------------------------------------------------


def test_an_application_becomes_a_member_record_when_its_link_is_confirmed(platform):
	sectors = frappe.get_all("Network Sector", pluck="name", limit=2)
	application = apply(platform, sectors=sectors, acronym="HEV", registration_number="214")
	assert application.status == "Unconfirmed"
	assert not frappe.db.exists("Member Organization", {"platform": platform})
	assert not frappe.db.exists("Contact Email", {"email_id": EMAIL})
	link = token()
	assert link not in frappe.as_json(frappe.get_doc(application.doctype, application.name))

	assert confirm(link)
	made = organization_of(application)
	assert (application.status, made.status, made.publish_level) == ("Registered", "Applied", "Internal")
	assert (made.name_ar, made.acronym, made.registration_number) == ("جمعية الأمل", "HEV", "214")
	assert made.territory == platform.territory and str(made.applied_on) == today()
	assert [row.sector for row in made.sectors] == sectors
	(delegate,) = made.representatives
	assert delegate.is_delegate and delegate.position == "مديرة" and delegate.full_name == "ليلى حسن"
	contact = frappe.get_doc("Contact", delegate.contact)
	assert (contact.email_id, contact.mobile_no) == (EMAIL, "+963944000000")
	assert contact.get_link_for("Member Organization") == made.name
	assert not contact.image

	line = frappe.get_last_doc("Network Audit Event", {"reference_name": application.name})
	assert (line.action, line.from_state, line.to_state, line.user) == (
		"Confirm",
		"Unconfirmed",
		"Registered",
		"Guest",
	)
	with builders.as_user(builders.user(OFFICER)):
		guard.move(made, "Under Review")
		guard.move(made, "Active")


def test_the_letter_is_in_the_applicants_language_and_names_the_organization_in_it(platform):
	apply(platform, name_en="Hope", name_ku="Hêvî", contact_language="ar")
	text = letters()[0]
	assert "جمعية الأمل" in text and "ليلى حسن" in text and "Hope" not in text
	assert not re.search(r"applied|Dear", text)
	apply(platform, name_en="Hope", contact_language="en", contact_email="b@example.org")
	assert "Hope" in letters("b@example.org")[0]


def test_one_name_in_any_language_is_enough_and_none_is_not(platform):
	for field in membership.NAME_FIELDS:
		names = {**dict.fromkeys(membership.NAME_FIELDS), field: "Hêvî"}
		assert apply(platform, contact_email=f"{field}@example.org", **names).title == "Hêvî"
	for nothing in (None, "   ", "\u202e\u200f", "..."):
		with pytest.raises(membership.OrganizationNameMissingError):
			apply(platform, name_ar=nothing)


def test_the_paper_goes_with_the_organization_and_stays_private(platform):
	file = frappe.get_doc(
		doctype="File", file_name="paper.png", content=b"\x89PNG not really", is_private=1
	).insert()
	application = apply(platform, paper=file.file_url)
	confirm(token())
	made = organization_of(application)
	assert frappe.get_all(
		"File", {"file_url": file.file_url}, ["attached_to_doctype as of", "is_private"], order_by="creation"
	) == [
		{"of": "Membership Application", "is_private": 1},
		{"of": "Member Organization", "is_private": 1},
	]
	with builders.as_user(builders.user("Training Coordinator")):
		assert not frappe.has_permission("Membership Application", doc=application.name)
	assert made


def test_whoever_represents_a_member_already_is_the_same_person(platform):
	contact = builders.contact("ليلى حسن", email_ids=[{"email_id": EMAIL, "is_primary": 1}])
	application = apply(platform)
	confirm(token())
	assert organization_of(application).representatives[0].contact == contact
	# The same mailbox, but somebody else: offices share addresses.
	other = apply(platform, name_ar="جمعية النور", contact_name="آزاد علي")
	confirm(token())
	assert organization_of(other).representatives[0].contact != contact


# --- the link --------------------------------------------------------------------------------------------


def test_a_link_works_once_and_says_the_same_a_second_time(platform):
	application = apply(platform)
	link = token()
	assert confirm(link) and confirm(link)
	assert frappe.db.count("Member Organization", {"platform": platform}) == 1
	assert applications.by_token(link).name == application.name


@pytest.mark.parametrize("wrong", ["", None, "x" * 43, "%' or 1=1", "x" * 1_000_000])
def test_a_link_that_was_never_sent_leads_nowhere(platform, wrong):
	apply(platform)
	assert not confirm(wrong)
	assert not frappe.db.count("Member Organization", {"platform": platform})


def test_a_link_expires_and_a_new_one_takes_its_place(platform):
	application = apply(platform)
	old = token()
	application.db_set("token_expires_on", add_days(now_datetime(), -1))
	assert not confirm(old)
	with builders.as_user("Guest"):
		applications.send_link_again(f"  {EMAIL.upper()} ")
	new = token()
	assert new != old and not confirm(old) and confirm(new)


def test_asking_for_a_new_link_tells_nothing_and_floods_nobody(platform):
	apply(platform)
	with builders.as_user("Guest"):
		for address in ("nobody@example.org", "", "x" * 1000, "a@b, c@d", EMAIL, EMAIL, EMAIL, EMAIL):
			assert applications.send_link_again(address) is None
	assert not letters("nobody@example.org")
	assert len(letters()) == applications.LETTERS_A_DAY
	# Another application for the same address is kept, and can be asked for tomorrow.
	assert apply(platform, name_ar="جمعية النور").status == "Unconfirmed"
	assert len(letters()) == applications.LETTERS_A_DAY


def test_two_who_confirm_at_the_same_moment_make_one_organization():
	with committed(
		"Territory",
		"Network Platform",
		"Membership Application",
		"Member Organization",
		"Contact",
		"Email Queue",
		"Network Audit Event",
		"Workflow Action",
	):
		platform = builders.platform()
		apply(platform)
		link = token()
		frappe.db.commit()
		assert race(lambda: confirm(link), lambda: confirm(link)) == (True, True)
		assert frappe.db.count("Member Organization", {"platform": platform}) == 1


def test_of_two_applications_of_one_organization_at_the_same_moment_one_waits_for_the_office():
	with committed(
		"Territory",
		"Network Platform",
		"Membership Application",
		"Member Organization",
		"Contact",
		"Email Queue",
		"Network Audit Event",
		"Workflow Action",
	):
		platform = builders.platform()
		links = []
		for address in (EMAIL, "b@example.org"):
			apply(platform, contact_email=address)
			links.append(token(address))
		frappe.db.commit()
		assert race(lambda: confirm(links[0]), lambda: confirm(links[1])) == (True, True)
		assert frappe.db.count("Member Organization", {"platform": platform}) == 1
		assert sorted(frappe.get_all("Membership Application", {"platform": platform}, pluck="status")) == [
			"Confirmed",
			"Registered",
		]


# --- the office ------------------------------------------------------------------------------------------


@pytest.fixture
def clash(platform):
	"""A member, and an application that has its name in another spelling and is confirmed."""
	member = builders.organization(platform, name_ar="جمعيّة الامل", name_en=None)
	application = apply(platform)
	assert confirm(token())
	return member, application.reload()


def test_a_clash_of_names_is_for_the_office_and_the_stranger_sees_nothing_of_it(clash, platform):
	member, application = clash
	assert application.status == "Confirmed" and not application.organization
	assert frappe.db.count("Member Organization", {"platform": platform}) == 1
	assert not frappe.local.message_log
	assert not any(member.name in text or "already" in text for text in letters())
	application.run_method("onload")
	obstacle = application.get("__onload").obstacle
	assert obstacle["organization"] == member and member.name in obstacle["text"]


def test_the_office_registers_it_under_another_name(clash):
	_member, application = clash
	officer = builders.user(OFFICER)
	with builders.as_user(officer):
		with pytest.raises(membership.DuplicateOrganizationError):
			guard.move(frappe.get_doc(application.doctype, application.name), "Registered")
		made = api.register_as(application.name, name_ar="جمعية الأمل في الريف")
	assert frappe.db.get_value("Member Organization", made, ("name_ar", "status")) == (
		"جمعية الأمل في الريف",
		"Applied",
	)
	assert application.reload().organization == made


def test_the_office_ties_it_to_the_organization_that_it_is(clash):
	member, application = clash
	other = builders.organization(builders.platform())
	with builders.as_user(builders.user(OFFICER)):
		with pytest.raises(applications.OtherPlatformError):
			api.register_as_same(application.name, other)
		api.register_as_same(application.name, member)
	application.reload()
	assert (application.status, application.organization) == ("Registered", member)
	assert len(member.doc().representatives) == 1


def test_the_office_declines_with_a_reason_that_stays_inside(clash):
	_member, application = clash
	with builders.as_user(builders.user(OFFICER)):
		doc = frappe.get_doc(application.doctype, application.name)
		with pytest.raises(guard.ReasonRequiredError):
			guard.move(doc, "Declined")
		doc.reload()
		guard.move(doc, "Declined", "Known for fraud")
		with pytest.raises(applications.ApplicationClosedError):
			doc.update({"motivation": "Something else"}).save()
	assert "جمعية الأمل" in letters()[0] and "fraud" not in letters()[0]
	assert frappe.db.get_value("Network Audit Event", {"to_state": "Declined"}, "reason") == "Known for fraud"
	with pytest.raises(guard.NotDeletableError):
		frappe.delete_doc(application.doctype, application.name)


def test_without_mail_the_office_confirms_and_writes_down_how_it_knows(platform):
	application = apply(platform)
	assert mail.state_of(application) == "Waiting"
	officer = builders.user(OFFICER)
	with builders.as_user(officer):
		doc = frappe.get_doc(application.doctype, application.name)
		with pytest.raises(guard.ReasonRequiredError):
			guard.move(doc, "Confirmed")
		doc.reload()
		guard.move(doc, "Confirmed", "Layla Hasan on the telephone")
	assert application.reload().status == "Registered"


def test_the_officers_who_see_the_application_are_written_to_each_in_their_language(platform):
	arabic = builders.user(OFFICER, language="ar")
	elsewhere, here = builders.user(OFFICER), builders.user(OFFICER)
	for user, territory in ((elsewhere, builders.territory(level="Governorate")), (here, platform.territory)):
		frappe.get_doc(doctype="User Permission", user=user, allow="Territory", for_value=territory).insert()
	disabled = builders.user(OFFICER, enabled=0)
	application = apply(platform)
	confirm(token())
	assert "تقدمت جمعية الأمل" in letters(arabic)[0]
	assert (
		"has applied" in letters(here)[0] and f"membership-application/{application.name}" in letters(here)[0]
	)
	assert not letters(elsewhere) and not letters(disabled)


def test_whoever_is_rejected_after_the_review_is_told(platform):
	application = apply(platform)
	confirm(token())
	made = organization_of(application)
	with builders.as_user(builders.user(OFFICER)):
		guard.move(made, "Under Review")
		guard.move(made, "Rejected", "Not a civil organization")
	assert "قررت الشبكة" in letters()[0] and "civil" not in letters()[0]
	# One that the office wrote down itself has nobody to be written to.
	before = frappe.db.count("Email Queue")
	builders.organization(platform, status="Rejected")
	assert frappe.db.count("Email Queue") == before


def test_only_the_app_writes_what_decides(platform):
	application = apply(platform)
	other = builders.organization(platform)
	with builders.as_user(builders.user(MANAGER)):
		doors.request(
			"PUT",
			f"/resource/Membership Application/{application.name}",
			organization=other.name,
			confirmed_on="2026-01-01",
			token_hash=applications._hash("mine"),
			token_expires_on="2099-01-01",
		)
		with pytest.raises(frappe.ValidationError):
			doors.request("PUT", f"/resource/Membership Application/{application.name}", status="Registered")
	application.reload()
	assert (application.organization, application.confirmed_on) == (None, None)
	assert not confirm("mine")


# --- bad input -------------------------------------------------------------------------------------------


def test_text_that_turns_other_text_around_is_taken_out(platform):
	application = apply(platform, name_ar="جمعية\u202e الأمل\u0000\n", motivation="\u2066Line\r\nTwo\u2069")
	assert application.name_ar == "جمعية الأمل" and application.motivation == "Line\nTwo"


@pytest.mark.parametrize(
	("other", "error"),
	[
		({"motivation": "x" * 1_000_000}, applications.ReasonTooLongError),
		({"name_ar": "ا" * 1_000_000}, frappe.CharacterLengthExceededError),
		({"contact_email": "nobody"}, applications.EmailMissingError),
		({"contact_email": None}, applications.EmailMissingError),
		({"contact_email": "a@example.org, b@example.org"}, applications.EmailMissingError),
		({"consent": 0}, applications.ConsentMissingError),
		({"platform": "Nowhere"}, frappe.LinkValidationError),
		({"platform": None}, frappe.MandatoryError),
		({"kind": "99 - Other"}, frappe.ValidationError),
		({"founded_on": add_days(today(), 1)}, membership.FutureDateError),
		({"territory": "All Territories"}, membership.TerritoryOutsidePlatformError),
		({"paper": "/files/public.pdf"}, attachments.PublicFileError),
	],
)
def test_what_cannot_be_an_application_is_refused_and_nothing_is_kept(platform, other, error):
	frappe.db.savepoint("nothing_sent")
	with pytest.raises(error):
		apply(platform, **other)
	frappe.db.rollback(save_point="nothing_sent")
	assert not letters()


def test_script_and_template_text_is_shown_as_text(platform):
	application = apply(platform, name_ar="<script>alert(1)</script> {{ frappe }}")
	text = frappe.db.get_value(
		"Email Queue",
		{"reference_name": application.name, "reference_doctype": application.doctype},
		"message",
	)
	html = message_from_string(text, policy=policy.default).get_body(("html",)).get_content()
	assert "<script" not in html


def test_an_application_to_a_platform_that_is_deleted_goes_with_it(platform):
	application = apply(platform)
	link = token()
	frappe.delete_doc("Network Platform", platform.name)
	assert not frappe.db.exists(application.doctype, application.name)
	assert not confirm(link)


def test_a_platform_that_has_moved_in_the_meantime_leaves_it_to_the_office(platform):
	inner = builders.territory(platform.territory, level="District")
	application = apply(platform, territory=inner)
	frappe.db.set_value(
		"Network Platform", platform.name, "territory", builders.territory(level="Governorate")
	)
	link = token()
	# The governorate is another one now; who applied is not to blame.
	assert not frappe.db.get_value("Member Organization", {"platform": platform.name})
	assert confirm(link)
	application.reload().run_method("onload")
	assert application.status == "Confirmed"
	assert application.get("__onload").obstacle["organization"] is None


# --- forgetting, and who sees it -------------------------------------------------------------------------


def test_what_nobody_confirmed_is_deleted_with_its_file(platform):
	file = frappe.get_doc(doctype="File", file_name="old.png", content=b"old", is_private=1).insert()
	old, fresh = apply(platform, paper=file.file_url), apply(platform, contact_email="b@example.org")
	confirmed = apply(platform, contact_email="c@example.org")
	confirm(token("c@example.org"))
	for application in (old, confirmed):
		application.db_set("creation", add_days(now_datetime(), -31))
	applications.delete_unconfirmed()
	assert not frappe.db.exists(old.doctype, old.name)
	assert not frappe.db.exists("File", {"file_url": file.file_url})
	assert not frappe.db.exists("Deleted Document", {"deleted_name": old.name})
	assert frappe.db.exists(old.doctype, fresh.name) and frappe.db.exists(old.doctype, confirmed.name)


def test_an_organization_that_is_deleted_before_the_review_takes_its_application_along(platform):
	application = apply(platform)
	confirm(token())
	made = organization_of(application)
	with builders.as_user(builders.user(MANAGER)):
		frappe.delete_doc("Member Organization", made.name)
	assert not frappe.db.exists(application.doctype, application.name)
	assert not frappe.db.exists("Contact Email", {"email_id": EMAIL})


@pytest.mark.parametrize("role", [*ALL_ROLES, None])
def test_the_office_sees_applications_and_nobody_else(platform, role):
	application = apply(platform, sectors=frappe.get_all("Network Sector", pluck="name", limit=1))
	user = builders.user(role) if role else "Guest"
	office = role in (MANAGER, OFFICER)
	with builders.as_user(user):
		for door in doors.LISTS:
			assert (application.name in doors.shown(door, application.doctype)) == office, door
		for door in doors.OPENINGS:
			if office:
				assert doors.opens(door, application.doctype, application.name), door
			else:
				assert not doors.opens(door, application.doctype, application.name), door
		for call in (
			lambda: api.send_link(application.name),
			lambda: api.register_as(application.name, name_ar="x"),
			lambda: doors.request("POST", "/resource/Membership Application", **values(platform.name)),
			lambda: doors.request("GET", "/resource/Membership Application Sector"),
		):
			if not office:
				with pytest.raises(frappe.PermissionError):
					call()


# --- the form and the page -------------------------------------------------------------------------------

FORM = "membership-application"


def sent(to, **other) -> dict:
	"""What a browser sends: text, and nothing for a box that is not ticked."""
	return {key: str(value) for key, value in values(to.name, **other).items()}


def test_a_stranger_applies_and_confirms_by_the_pages(platform):
	with builders.as_user("Guest"):
		answer = web.send(FORM, **sent(platform))
		assert answer.status_code == 303
		assert EMAIL in web.text(web.visit(answer.headers["Location"]))
		link = token()
		page = web.text(web.visit(f"/apply/confirm?token={link}"))
		assert "جمعية الأمل" in page
		# A mail scanner opens every link; only the button confirms.
		assert not frappe.db.exists("Member Organization", {"platform": platform})
		answer = web.visit("/apply/confirm", "POST", token=link)
		assert answer.status_code == 303
		again = [
			web.text(web.visit(answer.headers["Location"])),
			web.text(web.visit(web.visit("/apply/confirm", "POST", token=link).headers["Location"])),
		]
		assert again[0] == again[1] and "جمعية الأمل" in again[0]
	assert frappe.db.count("Member Organization", {"platform": platform}) == 1


def test_sending_it_again_is_one_application_and_one_letter(platform):
	with builders.as_user("Guest"):
		once = web.token(FORM)
		for _time in range(2):
			assert web.send(FORM, token=once, **sent(platform)).status_code == 303
	assert frappe.db.count("Membership Application", {"platform": platform}) == len(letters()) == 1


def test_the_page_says_the_same_of_every_address_and_of_every_link_that_is_none(platform):
	apply(platform)
	with builders.as_user("Guest"):
		answers = set()
		for address in (EMAIL, "nobody@example.org", "x" * 100_000, ""):
			answer = web.visit("/apply/confirm", "POST", email=address)
			said = frappe.local.cookie_manager.cookies[pages.SAID]["value"]
			answers.add((answer.status_code, answer.headers["Location"], said))
		assert len(answers) == 1
		used = apply(platform, contact_email="used@example.org")
		expired = token("used@example.org")
		used.db_set("token_expires_on", add_days(now_datetime(), -1))
		looks = {
			web.text(web.visit(f"/apply/confirm?token={link}")) for link in (expired, "0" * 48, "<script>")
		}
		assert len(looks) == 1


def test_a_flood_of_requests_for_links_is_refused_with_a_sentence(platform, monkeypatch):
	monkeypatch.setattr(spam, "PER_ADDRESS", 2)
	with builders.as_user("Guest"):
		frappe.cache.delete_keys("aso_forms:apply/confirm")
		answers = [web.visit("/apply/confirm", "POST", email=f"{n}@example.org") for n in range(3)]
		frappe.cache.delete_keys("aso_forms:apply/confirm")
	assert [answer.status_code for answer in answers] == [303, 303, 422]
	assert "Wait five minutes" in web.text(answers[2])


def test_a_clash_looks_to_the_stranger_like_none(platform):
	looks = []
	for name in ("جمعية النور", "جمعيّة الامل"):
		builders.organization(platform, name_ar=name, name_en=None)
		with builders.as_user("Guest"):
			web.send(FORM, **sent(platform, name_ar="جمعية الأمل"))
			answer = web.visit("/apply/confirm", "POST", token=token())
			looks.append(web.text(web.visit(answer.headers["Location"])))
		for application in frappe.get_all("Membership Application", pluck="name"):
			frappe.db.set_value("Membership Application", application, "platform", None)
			frappe.db.delete("Member Organization", {"platform": platform, "name_ar": "جمعية الأمل"})
	assert looks[0] == looks[1]


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(platform):
	for wrong, said in (
		({"contact_email": "nobody"}, "e-mail"),
		({"name_ar": " "}, "one of the three"),
		({"name_ar": "ا" * 1_000_000}, "too long"),
		({"motivation": "x" * 1_000_000}, "too long"),
		({"platform": "Nowhere"}, "one of the list"),
		({"platform": ""}, "fill this in"),
		({"territory": "All Territories"}, "one of the list"),
		({"founded_on": "tomorrow"}, "date"),
		({"founded_on": "2199-01-01"}, "still to come"),
		({"contact_phone": "call me"}, "telephone"),
		({"consent": ""}, "fill this in"),
	):
		with builders.as_user("Guest"):
			answer = web.send(FORM, **sent(platform, **wrong))
		assert answer.status_code == 417, wrong
		assert said in web.text(answer), wrong
	assert not frappe.db.count("Membership Application", {"platform": platform}) and not letters()


def test_fields_that_are_not_on_the_form_cannot_be_set(platform):
	other = builders.organization(platform)
	with builders.as_user("Guest"):
		web.send(
			FORM,
			**sent(platform),
			status="Registered",
			organization=other.name,
			owner="Administrator",
			token_hash=applications._hash("mine"),
			confirmed_on="2026-01-01",
		)
	doc = frappe.get_last_doc("Membership Application")
	assert (doc.status, doc.organization, doc.owner, doc.confirmed_on) == ("Unconfirmed", None, "Guest", None)
	assert not confirm("mine")


def test_the_form_asks_in_the_visitors_language(platform):
	with builders.as_user("Guest"):
		page = web.visit("/apply", cookies={"preferred_language": "ar"}).get_data(as_text=True)
	for words in ("ما اسم منظمتكم؟", "لماذا تريدون الانضمام؟", "مثال: جمعية الأمل للتنمية"):
		assert words in page
	assert "For example" not in page
