"""A certificate from the office's button to whoever checks it: in Arabic on a phone, and at the desk."""

from __future__ import annotations

import frappe
import pytest
from frappe.translate import get_all_translations

from aso_network import certificates
from aso_network.roles import TRAINING
from aso_network.workflows import guard
from tests.browser import stage
from tests.site import builders, courses

NAME = "رنا عبد الرحمن الأحمد"
TITLE = "تصميم المشاريع"


def ar(text: str) -> str:
	return get_all_translations("ar")[text]


@pytest.fixture
def held(site):
	"""A session that is over; who came, of a member whose representative has an account, and who did not."""
	platform = builders.platform()
	own = builders.organization(platform)
	user = stage.representative(own)
	came, missed = builders.contact(NAME), builders.contact("سارة عمر")
	session = courses.session(
		"Completed",
		hours=-6,
		platform=platform.name,
		participants=[
			{"contact": came, "organization": own, "attended": 1},
			{"contact": missed, "organization": own, "attended": 0},
		],
	)
	site.commit()
	return session.name, user


def test_a_member_opens_it_and_anybody_checks_it(portal, held, site, console_errors):
	session, user = held
	certificates.make_all(session)
	name = frappe.db.get_value(certificates.DOCTYPE, {"session": session})
	member = portal.member(user)
	member.open("/my/training")
	member.check()
	member.link(NAME)
	member.check()
	assert NAME in member.text and ar("This certificate is valid.") in member.text
	paper = member.page.get_by_role("link", name=ar("Open the certificate to print it")).get_attribute("href")
	answer = member.page.request.get(paper)
	assert answer.headers["content-type"] == "application/pdf" and answer.body().startswith(b"%PDF")

	stranger = portal.stranger()
	stranger.open("/certificate")
	stranger.check()
	stranger.field(ar("Number of the certificate")).fill(name.lower().replace("-", " "))
	stranger.button(ar("Check"))
	stranger.check()
	assert ar("This certificate is valid.") in stranger.text and TITLE in stranger.text
	assert NAME not in stranger.html and "paper=" not in stranger.html

	guard.move(frappe.get_doc(certificates.DOCTYPE, name), "Revoked", "By mistake")
	site.commit()
	stranger.page.reload()
	assert ar("This certificate was revoked and is not valid.") in stranger.text
	stranger.link(ar("Check another number"))
	stranger.field(ar("Number of the certificate")).fill("TC-2222-2222")
	stranger.button(ar("Check"))
	assert (
		ar("There is no certificate with this number. Compare it with the paper, sign by sign.")
		in stranger.text
	)
	# A number that there is none of is answered as a page that there is none of.
	assert console_errors and all("404" in error for error in console_errors)
	console_errors.clear()


def test_it_is_checked_without_javascript_on_a_small_phone(portal, held, site):
	session, _user = held
	certificates.make_all(session)
	doc = frappe.get_doc(certificates.DOCTYPE, {"session": session})
	visit = portal.stranger("en", {"width": 320, "height": 640}, javascript=False)
	visit.open(certificates.link(doc))
	assert NAME in visit.text and "This certificate is valid." in visit.text


def test_the_coordinator_sees_who_gets_one_and_makes_them(desk, held, site):
	session, _user = held
	coordinator = stage.user(TRAINING, send_welcome_email=0)
	site.commit()
	office = desk(coordinator)
	office.open(f"training-session/{session}")
	office.here.get_by_role("button", name="Certificates").click()
	said = office.dialog
	said.get_by_text("Attended 0 %, and 80 % are needed.").wait_for()
	assert NAME in said.inner_text()
	said.get_by_role("button", name="Make certificates (1)").click()
	office.page.get_by_text("The certificates are being made").wait_for()
	# Made in the background; the dialog is told of it, and else asks again.
	made = said.get_by_role("link", name=NAME)
	for _time in range(40):
		office.page.wait_for_timeout(500)
		if made.count():
			break
		said.get_by_role("button", name="Look again").click()
	made.click()
	office.settle()
	assert "TC-" in office.page.url
	site.refresh()
	assert frappe.db.get_value(certificates.DOCTYPE, {"session": session}, "issued_by") == coordinator
	office.here.get_by_text("Valid").first.wait_for()
