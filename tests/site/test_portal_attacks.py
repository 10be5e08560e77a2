"""What somebody who wants to harm would try on the pages, beside reading what is not theirs (test_portal_strangers)."""

from __future__ import annotations

import io
import re
from email import message_from_string, policy

import frappe
import pytest
from frappe.auth import LoginManager
from PIL import Image

from aso_network import applications, mail, registration_letters, registrations
from aso_network.portal import pages, spam, uploads
from aso_network.portal.visitor import CHOSEN
from tests.site import builders, courses, doors, web

FORM = "membership-application"
EVIL = "evil.example"


@pytest.fixture(autouse=True)
def _no_flood_of_others(clean):
	for kind in ("aso_forms:", "aso_password_links:"):
		frappe.cache.delete_keys(kind)


@pytest.fixture
def _signing_in(monkeypatch):
	"""What Frappe makes for each request; a wrong password is logged and, else, committed."""
	manager = LoginManager.__new__(LoginManager)
	manager.user = None
	frappe.local.login_manager = manager
	monkeypatch.setattr(frappe.db, "commit", lambda: None)
	yield
	del frappe.local.login_manager


def application(**values: object) -> dict:
	"""What a stranger fills in."""
	return {
		"name_en": "Amal Society",
		"platform": str(builders.platform()),
		"contact_name": "Amal",
		"contact_email": "amal@example.org",
		"contact_language": "en",
		"motivation": "To work together.",
		"consent": "1",
		**values,
	}


def links(address: str) -> set[str]:
	"""The hosts that the last letter to an address leads to."""
	name = frappe.get_all(
		"Email Queue",
		filters=[["Email Queue Recipient", "recipient", "=", address]],
		order_by="`tabEmail Queue`.creation desc",
		limit=1,
		pluck="name",
	)
	message = message_from_string(
		frappe.db.get_value("Email Queue", name[0], "message"), policy=policy.default
	)
	text = "".join(message.get_body((kind,)).get_content() for kind in ("plain", "html"))
	return {host.partition(":")[0] for host in re.findall(r"https?://([^/\s\"<]+)", text)}


# --- requests of other sites ----------------------------------------------------------------------------


def test_what_another_site_sends_with_a_members_cookies_is_not_taken():
	user, organization = courses.member()
	session = courses.session(platform=organization.platform)
	frappe.set_user(user)
	person = {"session": session.name, "person_name": "Amal Khatib", "phone": "0944123456"}
	registered = web.send("training-registration", **person)
	assert registered.status_code == 303
	name = frappe.db.get_value("Training Registration", {"person_name": "Amal Khatib"}, "name")
	# A session that was begun a moment ago and has shown no page yet: Frappe has no token to compare.
	frappe.session.data.csrf_token = ""
	for path, values in {
		"/my/training": {"registration": name},
		"/my/sign-out": {},
		"/language": {"to": "ar"},
		"/my/data": {"action": "delete"},
	}.items():
		frappe.session.data.csrf_token = ""
		web.visit(path, "POST", **values)
		assert frappe.session.user == user
	assert frappe.db.get_value("User", user, "language") != "ar"
	assert not frappe.db.exists("Personal Data Deletion Request", {"email": user})
	frappe.session.data.csrf_token = ""
	refused = web.send("training-registration", **{**person, "person_name": "Somebody Else"})
	assert refused.status_code == 403
	assert "Somebody Else" in refused.get_data(as_text=True)  # whoever did send it loses nothing
	frappe.session.data.csrf_token = "of the session"
	elsewhere = {"Sec-Fetch-Site": "cross-site"}
	assert web.visit("/my/training", "POST", headers=elsewhere, registration=name).status_code == 422
	assert frappe.db.get_value("Training Registration", name, "status") == "Registered"
	assert not frappe.db.exists("Training Registration", {"person_name": "Somebody Else"})


def test_another_site_does_not_sign_a_visitor_in_as_somebody_else():
	frappe.set_user("Guest")
	refused = web.visit(
		"/sign-in", "POST", headers={"Sec-Fetch-Site": "cross-site"}, usr="Administrator", pwd="admin"
	)
	assert refused.status_code == 422 and frappe.session.user == "Guest"
	assert "not sent from a page" in web.text(refused)


# --- letters --------------------------------------------------------------------------------------------


def test_a_letter_leads_to_this_site_whatever_host_the_request_names():
	values = application()
	user, _organization = courses.member()
	frappe.set_user("Guest")
	assert web.send(FORM, headers={"Host": EVIL}, **values).status_code == 303
	assert links("amal@example.org") == {frappe.local.site}
	web.visit("/apply/confirm", "POST", headers={"Host": EVIL}, email="amal@example.org")
	assert links("amal@example.org") == {frappe.local.site}
	web.visit("/sign-in/forgot", "POST", headers={"Host": EVIL}, usr=user)
	assert links(user) == {frappe.local.site}


def test_a_letter_names_the_port_under_which_the_site_was_asked_for():
	frappe.set_user("Guest")
	frappe.local.request = frappe._dict(host=f"{frappe.local.site}:8099", headers={})
	try:
		assert mail.address_of("/my").startswith(f"http://{frappe.local.site}:8099/my")
		frappe.local.request.host = f"{frappe.local.site}.{EVIL}"
		assert mail.address_of(f"http://{EVIL}/set-password?key=x#y").startswith(
			f"http://{frappe.local.site}"
		)
		assert mail.address_of(f"http://{EVIL}/set-password?key=x#y").endswith("/set-password?key=x#y")
	finally:
		del frappe.local.request


def test_nobody_is_flooded_with_letters_by_somebody_who_types_their_address():
	session = courses.session(capacity=100)
	frappe.set_user("Guest")
	for number in range(registration_letters.LETTERS_A_DAY + 5):
		registrations.register_public(
			session.name, person_name=f"Person {'x' * (number + 1)}", email="victim@example.org"
		)
	letters = frappe.get_all(
		"Email Queue", filters=[["Email Queue Recipient", "recipient", "=", "victim@example.org"]]
	)
	assert len(letters) == registration_letters.LETTERS_A_DAY
	assert frappe.db.count("Training Registration", {"email": "victim@example.org"}) == 15


# --- too much, and what no field takes ------------------------------------------------------------------

HUGE = (
	"/" + "x" * 1_000_000,
	"a" + "\u0315\u0300\u0316" * 100_000,
	"<" * 300_000,
	"\u202e\x00\r\n" * 100_000,
)


@pytest.mark.parametrize("huge", HUGE, ids=("letters", "marks", "brackets", "controls"))
@pytest.mark.parametrize(
	("path", "fields"),
	[
		("/sign-in", ("usr", "pwd", "to")),
		("/sign-in/forgot", ("usr",)),
		("/set-password", ("key", "pwd", "again")),
		("/apply/confirm", ("token", "email")),
		("/register/cancel", ("registration", "token")),
		("/language", ("to", "back")),
	],
)
@pytest.mark.usefixtures("_signing_in")
def test_a_megabyte_in_a_page_is_answered_soon_and_with_a_page(path, fields, huge):
	frappe.set_user("Guest")
	for field in fields:
		values = {"usr": "nobody@example.org", "pwd": "x"} if path == "/sign-in" else {}
		answer = web.visit(path, "POST", **{**values, field: huge})
		assert answer.status_code in (200, 303, 404, 422), f"{path} {field}: {answer.status_code}"
		assert len(answer.get_data()) < 20_000, f"{path} {field}"
		assert len(answer.headers.get("Location", "")) < 4_000, f"{path} {field}"


@pytest.mark.parametrize("huge", HUGE, ids=("letters", "marks", "brackets", "controls"))
def test_a_megabyte_in_every_field_of_the_application_is_answered_soon(huge):
	values = application()
	frappe.set_user("Guest")
	refused = web.send(FORM, **dict.fromkeys(values, huge))
	assert refused.status_code == 417
	assert not frappe.db.exists("Membership Application", {"contact_email": "amal@example.org"})


@pytest.mark.parametrize(
	"token", ["a.1.é", "a.².x", "é.1.é", ".", "a." + "1" * 5000 + ".x", "\x00.\x00.\x00", "a|b.1.c"]
)
def test_a_token_that_is_none_is_answered_with_the_form(token):
	values = application()
	frappe.set_user("Guest")
	assert web.send(FORM, token=token, **values).status_code == 417


def test_a_password_without_a_link_is_answered_with_a_sentence():
	user, _organization = courses.member()
	for visitor in ("Guest", user):
		frappe.set_user(visitor)
		for key in ({}, {"key": ""}, {"key": "é"}):
			refused = web.visit("/set-password", "POST", pwd="four words nobody guesses", again="four words nobody guesses", **key)  # fmt: skip
			assert refused.status_code == 422, (visitor, key)


def test_a_small_file_of_a_huge_picture_is_not_unpacked(monkeypatch):
	monkeypatch.setitem(uploads._MOST_PIXELS, "image/png", 1_000_000)
	out = io.BytesIO()
	Image.new("L", (1001, 1000)).save(out, "PNG")
	with pytest.raises(uploads.Wrong):
		uploads._bare(out.getvalue(), "image/png")


def test_a_scanned_letter_keeps_its_colours():
	picture = Image.new("P", (40, 40), 1)
	picture.putpalette([0, 0, 0, 200, 100, 50])
	out = io.BytesIO()
	picture.save(out, "PNG")
	kept = Image.open(io.BytesIO(uploads._bare(out.getvalue(), "image/png")))
	assert kept.convert("RGB").getpixel((5, 5)) == (200, 100, 50)


# --- cookies --------------------------------------------------------------------------------------------


def test_a_cookie_chooses_no_organization_that_is_not_ones_own():
	user, own = courses.member()
	_other_user, other = courses.member(own.platform)
	frappe.set_user(user)
	plain = web.visit("/my")
	chosen = web.visit("/my", cookies={CHOSEN: str(other)})
	assert web.text(plain) == web.text(chosen)
	assert web.visit("/my/choose", "POST", organization=str(other)).status_code == 404


def test_what_a_cookie_says_is_shown_as_text():
	frappe.set_user("Guest")
	page = web.visit("/network", cookies={pages.SAID: "%3Cscript%3Ealert(1)%3C/script%3E"})
	assert "<script>alert" not in page.get_data(as_text=True)
	assert "&lt;script&gt;alert" in page.get_data(as_text=True)


# --- who is known ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_signing_in")
def test_nothing_tells_whether_an_address_is_known():
	user, _organization = courses.member()
	disabled, _organization = courses.member()
	frappe.db.set_value("User", disabled, "enabled", 0)
	values = application()
	frappe.set_user("Guest")
	web.send(FORM, **values)
	known, unknown = values["contact_email"], "nobody@example.org"
	for path, field, addresses in (
		("/sign-in", "usr", (user, disabled, unknown)),
		("/sign-in/forgot", "usr", (user, disabled, unknown)),
		("/apply/confirm", "email", (known, user, unknown)),
	):
		answers = set()
		for address in addresses:
			answer = web.visit(path, "POST", **{"pwd": "wrong", field: address})
			said = frappe.local.cookie_manager.cookies.get(pages.SAID, {}).get("value")
			answers.add(
				(
					answer.status_code,
					answer.headers.get("Location"),
					said,
					web.text(answer).replace(address, ""),
				)
			)
		assert len(answers) == 1, path


def test_a_link_used_again_tells_and_changes_nothing_more():
	values = application()
	frappe.set_user("Guest")
	tokens = []
	real = applications._hash
	applications._hash = lambda token: (tokens.append(token), real(token))[1]
	try:
		web.send(FORM, **values)
	finally:
		applications._hash = real
	link = tokens[0]
	assert web.visit("/apply/confirm", "POST", token=link).status_code == 303
	before = frappe.get_all("Member Organization", pluck="modified", limit=0)
	assert web.visit("/apply/confirm", "POST", token=link).status_code == 303
	assert frappe.get_all("Member Organization", pluck="modified", limit=0) == before
	# The link confirms and does nothing else.
	assert "amal@example.org" not in web.text(web.visit(f"/apply/confirm?token={link}"))


def test_a_form_is_not_sent_from_a_hidden_field_by_a_longer_name():
	assert spam.TRAP not in {
		row.fieldname
		for form in frappe.get_all("Web Form", {"module": "ASO Network"}, pluck="name")
		for row in frappe.get_doc("Web Form", form).web_form_fields
	}


# --- files ----------------------------------------------------------------------------------------------


def test_nobody_lays_a_file_on_the_next_document_of_another():
	user, own = courses.member()
	taken = set()
	with builders.as_user(user):
		for doctype, name in (
			("Objection", "OBJ-99999"),
			("Representative Change", "new-representative-change-1"),
			("Member Organization", "ORG-99999"),
			("Member Organization", str(own)),
		):
			for values in ({}, {"is_private": 1}):
				try:
					doors.request(
						"POST",
						"/resource/File",
						file_name="letter.txt",
						content="x",
						attached_to_doctype=doctype,
						attached_to_name=name,
						**values,
					)
					taken.add(name)
				except frappe.PermissionError:
					pass
	assert not taken


def test_nobody_puts_a_file_among_the_documents_of_another():
	user, own = courses.member()
	frappe.get_doc(
		doctype="File",
		file_name="from-the-office.txt",
		content="Send us your password",
		is_private=1,
		attached_to_doctype="Note",
		attached_to_name=own,
	).insert()
	frappe.set_user(user)
	assert "from-the-office" not in web.visit("/my").get_data(as_text=True)
