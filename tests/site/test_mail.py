"""Letters: queued whatever the site's mail is like, in the receiver's language, with nothing to load from elsewhere."""

from __future__ import annotations

import re
from email import message_from_string, policy

import frappe
import pytest
from frappe.utils import get_url
from markupsafe import Markup

from aso_network import mail
from tests.site import builders


def letter(name: str) -> tuple[str, str]:
	"""(text, HTML) of a queued letter."""
	message = message_from_string(frappe.db.get_value("Email Queue", name, "message"), policy=policy.default)
	return tuple(message.get_body((kind,)).get_content() for kind in ("plain", "html"))


def subject(name: str) -> str:
	message = frappe.db.get_value("Email Queue", name, "message")
	return message_from_string(message, policy=policy.default)["Subject"]


def outgoing_account() -> None:
	frappe.get_doc(
		doctype="Email Account",
		email_account_name="Office",
		email_id="office@network.example",
		smtp_server="localhost",
		no_smtp_authentication=1,
		enable_outgoing=1,
		default_outgoing=1,
	).insert()
	frappe.local.outgoing_email_account = {}


def test_a_letter_waits_readable_in_the_queue_until_the_site_has_an_account():
	platform = builders.platform().doc()
	name = mail.send("a@example.org", "Hello", mail.body("Come"), platform)
	entry = frappe.get_doc("Email Queue", name)
	assert entry.status == "Not Sent" and entry.send_after.year > 2100
	assert "no outgoing e-mail account" in entry.error
	assert (entry.reference_doctype, entry.reference_name) == (platform.doctype, platform.name)
	assert [row.recipient for row in entry.recipients] == ["a@example.org"]
	assert mail.state_of(platform) == "Waiting"
	assert mail.release_waiting() == 0

	outgoing_account()
	assert mail.release_waiting() >= 1
	entry.reload()
	assert (entry.status, entry.send_after, entry.error) == ("Not Sent", None, None)
	assert entry.sender == "Office <office@network.example>"
	assert mail.NOBODY not in entry.message
	assert letter(name)[0].strip() == "Come"
	assert mail.state_of(platform) == "Not Sent"
	assert mail.release_waiting() == 0


def test_with_an_account_a_letter_is_queued_to_go_out_at_once():
	outgoing_account()
	name = mail.send("a@example.org", "Hello", mail.body("Come"))
	assert frappe.db.get_value("Email Queue", name, ("sender", "send_after")) == (
		"Office <office@network.example>",
		None,
	)


def test_a_letter_is_in_the_receivers_language_and_direction():
	receiver = builders.user("Member Representative", language="ar")
	language = mail.language_of(receiver)
	with mail.in_language(language):
		name = mail.send(receiver, frappe._("Member Organization"), mail.body("سطر"), language=language)
	assert language == "ar" and frappe.local.lang != "ar"
	assert subject(name) == "منظمة عضو"
	assert '<html lang="ar" dir="rtl">' in letter(name)[1]
	assert letter(name)[0].strip() == "سطر"
	assert 'dir="ltr"' in letter(mail.send("a@example.org", "Silav", mail.body("Silav"), language="ku"))[1]


def test_a_letter_loads_and_links_nothing_outside_and_reads_as_plain_text():
	text, html = letter(
		mail.send(
			"a@example.org", "Hello", mail.body("One", "Two", link="/apply/confirm?token=_*" + "x" * 90)
		)
	)
	address = get_url("/apply/confirm?token=_*" + "x" * 90)
	assert [line for line in text.splitlines() if line] == ["One", "Two", address]
	assert set(re.findall(r"https?://[^\s\"<]+", html)) == {address}
	assert not re.search(r"<img|<link|<script|url\(|<!--", html)


def test_what_people_wrote_stays_text_in_a_letter():
	assert mail.body("<b>&", link="/x?a=1&b=2").count("&amp;") == 3
	assert mail.body(Markup("<b>bold</b>")) == "<p><b>bold</b></p>"
	assert letter(mail.send("a@example.org", "Hello", mail.body("5 < 6 & <b>")))[0].strip() == "5 < 6 & <b>"
	name = mail.send("a@example.org", "One\r\nBcc: all@example.org", mail.body("x"))
	assert subject(name) == "One Bcc: all@example.org"
	assert frappe.db.count("Email Queue Recipient", {"parent": name}) == 1


@pytest.mark.parametrize("address", ["", None, "nobody", "a b@c", "a@b"])
def test_an_address_that_is_none_queues_nothing_and_stops_nothing(address):
	assert mail.send([address], "Hello", mail.body("x")) is None


def test_a_letter_that_cannot_be_queued_is_logged_and_the_act_goes_on(monkeypatch):
	platform = builders.platform()
	monkeypatch.setattr(mail._Letter, "email_html_content", lambda self: frappe.throw("broken"))
	assert mail.send("a@example.org", "Hello", mail.body("secret")) is None
	assert frappe.db.exists("Network Platform", platform.name)
	assert not frappe.local.message_log
	log = frappe.get_last_doc("Error Log")
	assert log.method == "A letter could not be queued"
	assert "a@example.org" in log.error and "secret" not in log.error


def test_letters_can_be_read_on_a_machine_without_mail(capsys):
	with mail.in_language("ar"):
		name = mail.send("a@example.org", "مرحبا", mail.body("سطر", link="/apply"), language="ar")
	mail.show(limit=1)
	printed = capsys.readouterr().out
	for words in (name, "Not Sent", "a@example.org", "مرحبا", "سطر", get_url("/apply")):
		assert words in printed
