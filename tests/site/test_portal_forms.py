"""What every web form of the portal withstands: wrong input, lost answers, floods, other doors."""

from __future__ import annotations

import io

import frappe
import pytest
from PIL import Image
from werkzeug.datastructures import MultiDict

from aso_network.portal import fields, spam, uploads
from tests.site import builders, doors, web
from tests.site.races import committed, race

FORM = "membership-application"
APPLICATION = "Membership Application"


@pytest.fixture(autouse=True)
def _no_flood_of_others(clean):
	frappe.cache.delete_keys("aso_forms:")
	yield
	frappe.cache.delete_keys("aso_forms:")


@pytest.fixture
def answers() -> dict:
	"""What a stranger fills in; the session is the stranger's from here on."""
	platform = builders.platform()
	frappe.set_user("Guest")
	return {
		"name_ar": "جمعية ضامن للتنمية",
		"platform": str(platform),
		"contact_name": "أمل الخطيب",
		"contact_email": "amal@example.org",
		"contact_phone": "٠٩٤٤ ١٢٣ ٤٥٦",
		"contact_language": "ar",
		"motivation": "نريد أن نعمل معًا.",
		"consent": "1",
	}


def applications(**filters: object) -> list[frappe._dict]:
	return frappe.get_all(APPLICATION, filters=filters, fields=["*"])


def submissions() -> int:
	return frappe.db.count("Form Submission")


# --- lost answers ---------------------------------------------------------------------------------------


def test_sending_again_gives_the_first_answer_and_no_second_record(answers):
	token = web.token(FORM)
	first = web.send(FORM, token=token, **answers)
	again = web.send(FORM, token=token, **answers)
	assert first.status_code == again.status_code == 303
	assert first.headers["Location"] == again.headers["Location"]
	assert len(applications(contact_email="amal@example.org")) == 1
	assert "amal" not in first.headers["Location"]


def test_the_same_key_with_other_content_changes_nothing(answers):
	token = web.token(FORM)
	web.send(FORM, token=token, **answers)
	web.send(FORM, token=token, **answers | {"name_ar": "جمعية أخرى"})
	assert [row.name_ar for row in applications(contact_email="amal@example.org")] == ["جمعية ضامن للتنمية"]


def test_a_refused_sending_can_be_mended_with_the_same_key(answers):
	token = web.token(FORM)
	refused = web.send(FORM, token=token, **answers | {"contact_email": "not an address"})
	assert refused.status_code == 417
	assert token in refused.get_data(as_text=True)  # the page goes on with the key it had
	assert "جمعية ضامن للتنمية" in refused.get_data(as_text=True)  # and with what was typed
	assert web.send(FORM, token=token, **answers).status_code == 303
	assert submissions() >= 1


def test_nobody_else_can_ask_what_became_of_a_sending(answers):
	location = web.send(FORM, **answers).headers["Location"]
	assert web.visit(location).status_code == 200
	frappe.set_user(builders.user("Member Representative"))
	assert web.visit(location).headers["Location"] == "/apply"


def test_a_token_of_another_form_or_another_person_is_not_taken(answers):
	assert web.send(FORM, token=web.token("training-registration"), **answers).status_code == 417
	frappe.set_user("Administrator")
	token = web.token(FORM)
	frappe.set_user("Guest")
	assert web.send(FORM, token=token, **answers).status_code == 417
	assert not applications(contact_email="amal@example.org")


def test_a_forged_or_missing_token_is_not_taken(answers):
	for token in ("", "a.1.b", "a", "..", "é" * 50, f"key.{10**12}.seal"):
		assert web.send(FORM, token=token, **answers).status_code == 417


def test_a_draft_of_two_weeks_can_be_sent_and_one_of_three_is_shown_again(answers):
	assert web.send(FORM, token=web.token(FORM, 15 * 24 * 3600), **answers).status_code == 417
	assert web.send(FORM, token=web.token(FORM, 13 * 24 * 3600), **answers).status_code == 303


# --- spam -----------------------------------------------------------------------------------------------


def test_a_machine_is_too_quick_and_fills_in_everything(answers):
	quick = web.send(FORM, token=web.token(FORM, 0), **answers)
	trapped = web.send(FORM, **answers, **{spam.TRAP: "https://example.org"})
	assert quick.status_code == trapped.status_code == 417
	assert "Press Send" in web.text(quick) or "press Send" in web.text(quick)
	assert not applications(contact_email="amal@example.org")


def test_a_hall_behind_one_address_passes_and_a_flood_is_told_so(answers, monkeypatch):
	for _ in range(200):
		spam.refuse_flood(FORM, "Guest")
	monkeypatch.setattr(spam, "PER_ADDRESS", 200)
	flooded = web.send(FORM, **answers)
	assert flooded.status_code == 429
	assert "Wait five minutes" in web.text(flooded)
	assert "جمعية ضامن للتنمية" in flooded.get_data(as_text=True)


def test_somebody_with_many_addresses_is_one_flood(answers, monkeypatch):
	monkeypatch.setattr(spam, "PER_FORM", 10)
	for number in range(10):
		frappe.local.request_ip = f"10.0.0.{number}"
		spam.refuse_flood(FORM, "Guest")
	with pytest.raises(spam.FloodError):
		spam.refuse_flood(FORM, "Guest")


# --- bad input ------------------------------------------------------------------------------------------


def test_fields_that_are_not_on_the_form_are_not_set(answers):
	web.send(
		FORM, **answers, status="Registered", organization="ORG-00001", owner="Administrator", docstatus="1"
	)
	(row,) = applications(contact_email="amal@example.org")
	assert row.status == "Unconfirmed"
	assert not row.organization
	assert row.owner == "Guest"
	assert row.docstatus == 0


@pytest.mark.parametrize(
	("field", "value", "says"),
	[
		("name_ar", "ا" * 1_000_000, "too long"),
		("motivation", "x" * 1_000_000, "too long"),
		("contact_email", "amal@example", "e-mail address"),
		("contact_phone", "call me", "telephone"),
		("founded_on", "yesterday", "not a date"),
		("platform", "No such platform", "Choose one"),
		("kind", "99 - Party", "Choose one"),
		("contact_name", "", "fill this in"),
		("contact_name", "\u202e\u2066 \u200b"[:2], "fill this in"),
	],
)
def test_wrong_input_gets_its_sentence_beside_the_field_and_nothing_is_kept(answers, field, value, says):
	refused = web.send(FORM, **answers | {field: value})
	assert refused.status_code == 417
	page = refused.get_data(as_text=True)
	assert says in page[page.index(f'name="{field}"') :]
	assert len(page) < 200_000  # a megabyte does not come back
	assert not applications(contact_email="amal@example.org")


def test_script_and_template_text_is_shown_as_it_was_typed(answers):
	evil = '"><script>alert(1)</script>{{ 7 * 7 }}{% raw %}'
	page = web.send(FORM, **answers | {"contact_name": evil, "contact_email": "no"}).get_data(as_text=True)
	assert "<script>alert(1)" not in page
	assert "&lt;script&gt;alert(1)" in page
	assert "{{ 7 * 7 }}" in page


def test_what_turns_the_direction_of_text_is_taken_out(answers):
	web.send(FORM, **answers | {"name_ar": "ضامن \u202eevil\u202c 👩‍🌾"})
	(row,) = applications(contact_email="amal@example.org")
	assert row.name_ar == "ضامن evil 👩‍🌾"


def test_the_address_fills_in_only_what_could_be_chosen(answers):
	page = web.visit(
		"/apply", platform=answers["platform"], contact_name="<b>x", status="Registered"
	).get_data(as_text=True)
	assert "<b>x" not in page and "&lt;b&gt;x" not in page


# --- files ----------------------------------------------------------------------------------------------


def picture(kind: str = "JPEG") -> io.BytesIO:
	out = io.BytesIO()
	exif = Image.Exif()
	exif[0x010E] = "taken at 35.33, 40.14"
	Image.new("RGB", (2400, 1200), "teal").save(out, kind, exif=exif)
	out.seek(0)
	return out


def test_a_paper_is_private_small_and_without_its_place(answers):
	assert (
		web.send(FORM, **answers, is_registered="1", paper=(picture(), "../../etc/paper.jpg")).status_code
		== 303
	)
	(row,) = applications(contact_email="amal@example.org")
	file = frappe.get_doc("File", {"attached_to_doctype": APPLICATION, "attached_to_name": row.name})
	assert file.is_private and file.file_url.startswith("/private/files/") and ".." not in file.file_url
	content = file.get_content()
	assert max(Image.open(io.BytesIO(content)).size) == 1600
	assert b"35.33" not in content


@pytest.mark.parametrize(
	("content", "name", "says"),
	[
		(b"<html><script>alert(1)</script>", "paper.pdf", "kind of file"),
		(b"MZ\x90\x00" + b"\x00" * 500, "paper.jpg", "kind of file"),
		(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "paper.png", "kind of file"),
		(b"", "paper.pdf", "empty"),
		(b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(x)>>>>", "paper.pdf", "contains a program"),
		(b"%PDF-1.7\n" + b"0" * (uploads.MEGABYTE * 6), "paper.pdf", "larger than"),
		(b"\xff\xd8\xff\xe0" + b"\x00" * 64, "paper.jpg", "cannot be read"),
	],
)
def test_a_file_that_is_not_what_it_says_is_refused_beside_its_field(answers, content, name, says):
	before = frappe.db.count("File")
	refused = web.send(FORM, **answers, is_registered="1", paper=(io.BytesIO(content), name))
	assert refused.status_code == 417
	page = refused.get_data(as_text=True)
	assert says in page[page.index('name="paper"') :]
	assert frappe.db.count("File") == before
	assert not applications(contact_email="amal@example.org")


def test_the_address_of_a_file_cannot_be_typed(answers):
	"""Otherwise somebody else's file, known by its address, would be tied to one's own document."""
	web.send(FORM, **answers, is_registered="1", paper="/private/files/others.pdf")
	(row,) = applications(contact_email="amal@example.org")
	assert not row.paper


# --- other doors ----------------------------------------------------------------------------------------


def test_frappes_own_endpoints_do_not_take_the_forms(answers):
	for method, values in {
		"accept": {"web_form": FORM, "data": frappe.as_json({"name_ar": "x"})},
		"get_form_data": {"doctype": APPLICATION, "web_form_name": FORM},
		"get_web_form_filters": {"web_form_name": FORM},
		"delete": {"web_form_name": FORM, "docname": "APP-00001"},
		"delete_multiple": {"web_form_name": FORM, "docnames": "[]"},
	}.items():
		with pytest.raises(frappe.PermissionError):
			doors.call(f"frappe.website.doctype.web_form.web_form.{method}", **values)


def test_an_unpublished_form_is_not_there_by_any_door(answers):
	frappe.db.set_value("Web Form", FORM, "published", 0)
	frappe.clear_document_cache("Web Form", FORM)
	assert web.visit("/apply").status_code == 404
	assert web.visit("/apply", "POST", token=web.token(FORM), **answers).status_code == 404
	with pytest.raises(frappe.PermissionError):
		doors.call("frappe.website.doctype.web_form.web_form.accept", web_form=FORM, data="{}")


def test_a_form_of_members_sends_a_stranger_to_sign_in_and_keeps_nothing(answers):
	asked = web.visit("/my/profile")
	assert asked.status_code == 303 and asked.headers["Location"].startswith("/sign-in?to=/my/profile")
	sent = web.visit("/my/profile", "POST", token=web.token("organization-profile"), acronym="X")
	assert sent.status_code == 401
	assert "signed out" in web.text(sent)


def test_no_form_lists_what_is_not_among_its_choices():
	"""Every form's select fields come from its module, or from the DocType's own options; never from a table."""
	linked = {
		(form, row.fieldname)
		for form in frappe.get_all("Web Form", {"module": "ASO Network", "is_standard": 1}, pluck="name")
		for row in frappe.get_doc("Web Form", form).web_form_fields
		if row.fieldtype in ("Link", "Table")
	}
	assert linked  # there are such fields
	for form, fieldname in linked:
		web_form = frappe.get_doc("Web Form", form)
		field = next(f for step in fields.steps(web_form, {}) for f in step.fields if f.name == fieldname)
		assert not field.options
		field.value = None
		with pytest.raises(fields.Wrong):
			fields.Field.read(
				fields.Field(**{**field.__dict__, "kind": "many" if field.kind == "many" else "select"}),
				MultiDict({fieldname: "anything"}),
			)


def test_the_same_sending_twice_at_the_same_moment_is_received_once():
	with committed("Network Platform", "Territory", APPLICATION, "Form Submission", "Email Queue"):
		platform = str(builders.platform())
		frappe.set_user("Guest")
		token = web.token(FORM)
		frappe.set_user("Administrator")
		frappe.db.commit()

		def sending() -> str:
			frappe.set_user("Guest")
			answer = web.send(
				FORM,
				token=token,
				name_en="Twice at Once",
				platform=platform,
				contact_name="Amal",
				contact_email="twice@example.org",
				contact_language="en",
				motivation="To work together.",
				consent="1",
			)
			return answer.headers.get("Location") or web.text(answer)

		first, second = race(sending, sending)
		assert first == second == f"/apply?sent={token.partition('.')[0]}"
		assert len(applications(contact_email="twice@example.org")) == 1
