"""Training and initiatives on a phone, in Arabic: from the calendar to the letter, from a proposal to a partner."""

from __future__ import annotations

import re

import frappe
import pytest
from frappe.translate import get_all_translations

from aso_network.portal import spam
from tests.browser import stage
from tests.browser.portal import Visit
from tests.site import builders, courses

TITLE = "تصميم المشاريع"


def ar(text: str) -> str:
	return get_all_translations("ar")[text]


@pytest.fixture
def platform(site):
	"""A platform with two members that let themselves be seen, and their representatives' users."""
	platform = builders.platform()
	members = [builders.organization(platform, publish_level="Network") for _number in range(2)]
	users = [stage.representative(member) for member in members]
	return platform, members, users


def next_step(visit: Visit) -> None:
	visit.check()
	visit.button(ar("Next"))


def send(visit: Visit, words: str) -> None:
	visit.check()
	# Nobody fills in a form faster; the server refuses who does.
	visit.page.wait_for_timeout((spam.TOO_QUICK + 0.5) * 1000)
	visit.page.get_by_role("button", name=ar(words), exact=True).click()
	visit.page.wait_for_selector("[data-sent]")
	visit.check()


def chosen(visit: Visit, name: str) -> str:
	return visit.page.evaluate("name => new FormData(document.querySelector('form.web')).get(name)", name)


def choose(visit: Visit, name: str, value: str) -> None:
	"""Few choices stand there to tick, many in a list to open."""
	if visit.page.locator(f"select[name={name}]").count():
		visit.page.locator(f"select[name={name}]").select_option(value)
	else:
		visit.page.locator(f'input[name={name}][value="{value}"]').check()


def register(
	visit: Visit, session: str, contact: str | None = None, name: str | None = None, email: str = ""
) -> None:
	"""Through the form's three steps, the session being chosen already."""
	assert chosen(visit, "session") == session
	next_step(visit)
	if contact:
		choose(visit, "contact", contact)
		assert not visit.page.locator("[name=person_name]").is_visible()
	else:
		visit.page.locator("[name=person_name]").fill(name)
		visit.page.locator("[name=phone]").fill("٠٩٤٤١٢٣٤٥٦")
	visit.page.locator("[name=email]").fill(email)
	next_step(visit)
	visit.page.locator("[name=data_consent]").check()
	send(visit, "Register")


def test_a_member_registers_two_people_and_takes_one_back(portal, platform, site):
	place, (own, _other), (user, _other_user) = platform
	session = courses.session(platform=place.name, publish_level="Network", open_to_public=0)
	contact = builders.delegate(own)
	visit = portal.member(user)
	for person in ({"contact": contact}, {"name": "رنا الأحمد"}):
		visit.open("/my/training")
		visit.check()
		visit.page.locator(f'a[href="/register?session={session.name}"]').click()
		register(visit, session.name, **person)
		assert ar("You have a place.") in visit.text
	visit.open("/my/training")
	assert TITLE in visit.text and "رنا الأحمد" in visit.text
	line = visit.page.locator("li", has_text="رنا الأحمد").last
	line.locator("summary").click()
	visit.button(ar("Cancel the registration of {0}").format("رنا الأحمد"), within=line)
	visit.check()
	assert ar("The registration of {0} is cancelled.").format("رنا الأحمد") in visit.text
	site.refresh()
	found = dict(
		frappe.get_all(
			"Training Registration", {"session": session.name}, ["contact", "status"], as_list=True
		)
	)
	assert found.pop(contact) == "Registered" and list(found.values()) == ["Cancelled"]


def test_a_stranger_registers_and_cancels_by_the_letter(portal, platform, site):
	place, _members, _users = platform
	session = courses.session(platform=place.name, capacity=1)
	site.commit()
	visits = []
	for name in ("رنا الأحمد", "سارة عمر"):
		visit = portal.stranger()
		visits.append(visit)
		visit.open(f"/register?session={session.name}")
		assert not visit.page.locator("[name=contact]").count()
		register(visit, session.name, name=name, email="rana@example.org")
	first, second = visits
	assert ar("You have a place.") in first.text
	assert ar("All places are taken. You are on the waiting list and do not have a place yet.") in second.text
	site.refresh()
	registration = frappe.db.get_value(
		"Training Registration", {"session": session.name, "person_name": "رنا الأحمد"}
	)
	letter = frappe.get_doc("Email Queue", {"reference_name": registration})
	text = re.sub(r"=\r?\n", "", letter.message).replace("=3D", "=")
	link = re.search(r"/register/cancel\?registration=(\w+)(?:&amp;|&)token=(\w{32})", text)
	first.open(f"/register/cancel?registration={link[1]}&token={link[2]}")
	first.check()
	assert TITLE in first.text
	first.button(ar("Cancel my registration"))
	first.check()
	assert ar("Your registration is cancelled. Thank you for telling us.") in first.text
	site.refresh()
	assert frappe.db.get_value("Training Registration", registration, "status") == "Cancelled"


def test_the_calendar_leads_to_the_form_and_to_the_phones_own(portal, platform, site):
	place, _members, _users = platform
	session = courses.session(platform=place.name)
	site.commit()
	visit = portal.stranger()
	visit.open("/network/calendar")
	visit.check()
	card = visit.page.locator(
		"li.card", has=visit.page.locator(f'a[href="/register?session={session.name}"]')
	)
	visit.link(ar("Register"), within=card)
	assert chosen(visit, "session") == session.name
	feed = visit.page.request.get("/network/calendar.ics")
	assert feed.headers["content-type"].startswith("text/calendar") and session.name in feed.text()


def test_feedback_after_the_session(portal, platform, site):
	place, (own, _other), (user, _other_user) = platform
	contact = builders.delegate(own)
	session = courses.session(
		"Completed",
		hours=-6,
		platform=place.name,
		participants=[{"contact": contact, "organization": own, "attended": 1}],
	)
	visit = portal.member(user)
	visit.open("/my/training")
	visit.link(ar("Give feedback"))
	assert chosen(visit, "contact") == contact
	next_step(visit)
	for field, rating in (("content", 5), ("trainer", 4), ("usefulness", 5)):
		visit.page.locator(f'input[name={field}][value="{rating}"]').check()
	next_step(visit)
	visit.page.locator("[name=improve]").fill("وقت أطول للتمارين")
	send(visit, "Send the feedback")
	visit.open("/my/training")
	assert ar("Give feedback") not in visit.text
	site.refresh()
	sent = frappe.get_last_doc("Session Feedback", {"session": session.name})
	assert (sent.contact, sent.content, sent.trainer) == (contact, 5, 4)


def test_an_initiative_is_proposed_and_a_partner_confirms(portal, platform, site):
	_place, (own, partner), (user, partner_user) = platform
	visit = portal.member(user)
	visit.open("/my/initiatives")
	visit.check()
	visit.link(ar("Propose an initiative"))
	visit.page.locator("[name=title]").fill("مياه نظيفة")
	visit.page.locator("[name=description]").fill("ننظف آبار الحي\nقبل الصيف")
	next_step(visit)
	visit.page.locator("input[name=goals]").first.check()
	next_step(visit)
	visit.page.locator(f'input[name=partners][value="{partner}"]').check()
	visit.page.locator("[name=outside_partners]").fill("مجلس البلدة")
	send(visit, "Propose")
	other = portal.member(partner_user)
	other.open("/my/initiatives")
	other.check()
	assert "مياه نظيفة" in other.text and "مجلس البلدة" in other.text
	other.button(ar("Yes, we are a partner"))
	other.check()
	assert ar("You have confirmed") in other.text
	visit.open("/my/initiatives")
	visit.check()
	assert ar("Confirmed") in visit.text
	site.refresh()
	doc = frappe.get_last_doc("Network Activity", {"proposed_by": own})
	assert doc.status == "Proposed" and [row.confirmed for row in doc.partners] == ["Confirmed", None]
