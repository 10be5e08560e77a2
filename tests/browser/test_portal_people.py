"""A delegate's journey on a phone, in Arabic: invited, signed in, My organisation, the profile, who represents."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import expect

from aso_network import membership
from aso_network.roles import OFFICER
from aso_network.workflows import guard
from tests.browser import stage
from tests.browser.portal import DESKTOP, SMALL, TOO_QUICK_MS, mailed_link
from tests.site import builders

PASSWORD = "Four owls under one bridge"


def person(first_name: str, language: str = "ar"):
	"""(contact, address)"""
	address = f"person{next(builders._numbers)}@example.org"
	return (
		builders.contact(
			first_name, email_ids=[{"email_id": address, "is_primary": 1}], aso_language=language
		),
		address,
	)


@pytest.fixture
def applicant(site):
	"""An organisation under review; `delegate` and `second` are (contact, address)."""
	delegate, second = person("ليلى حسن"), person("سلمى أحمد")
	organization = builders.organization(
		builders.platform(name_ar="منصة الاختبار"),
		status="Under Review",
		name_ar=f"شباب الفرات {next(builders._numbers)}",
		representatives=[
			{"contact": delegate[0], "is_delegate": 1, "from_date": "2024-01-01", "position": "مديرة"},
			{"contact": second[0], "from_date": "2024-01-01"},
		],
	)
	site.commit()
	return frappe._dict(organization=organization, delegate=delegate, second=second)


def admit(organization) -> None:
	with builders.as_user(builders.user(OFFICER)):
		guard.move(organization.doc(), "Active")
	frappe.db.commit()


def send(visit, name: str) -> None:
	visit.page.wait_for_timeout(TOO_QUICK_MS)
	visit.button(name)


def letter(tmp_path):
	path = tmp_path / "كتاب.pdf"
	path.write_bytes(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
	return path


def test_from_the_invitation_to_the_successor(portal, desk, applicant, site, tmp_path):
	organization = applicant.organization
	admit(organization)

	# The invitation, the password, and in.
	visit = portal.stranger()
	page = visit.open(mailed_link(site, applicant.delegate[1]))
	visit.check()
	for box in page.locator("input[type=password]").all():
		box.fill(PASSWORD)
	page.locator("main form button").click()
	page.wait_for_url("**/my")
	expect(page.get_by_text(organization.name_ar).first).to_be_visible()
	expect(page.get_by_role("heading", name="الخطوة التالية")).to_be_visible()
	visit.check()

	# The profile.
	visit.link("أكمل ملف منظمتك")
	visit.check()
	page.get_by_label("الاسم المختصر").fill("ش ف")
	visit.button("التالي")
	visit.check()
	page.locator("[name=sectors]").first.check()
	visit.button("التالي")
	visit.button("التالي")
	page.get_by_label("أعضاء الشبكة").check()
	page.get_by_label("الهاتف المعلن").fill("0933 123 456")
	visit.check()
	send(visit, "حفظ")
	expect(page.get_by_role("heading", name="تم الحفظ")).to_be_visible()
	site.refresh()
	assert (organization.publish_level, organization.public_phone) == ("Network", "0933 123 456")

	# One more representative, at once.
	visit.open("/my/representatives")
	page.get_by_label("ممثل إضافي").check()
	page.get_by_label("شخص جديد").check()
	visit.check()
	visit.button("التالي")
	new = f"rima{next(builders._numbers)}@example.org"
	page.get_by_label("الاسم والكنية").fill("ريما خليل")
	page.get_by_label("البريد الإلكتروني").fill(new)
	visit.check()
	send(visit, "إرسال")
	expect(page.get_by_text("أصبح ريما خليل يمثل منظمتكم الآن.")).to_be_visible()
	assert "/set-password?key=" in mailed_link(site, new)

	# A new delegate, by letter.
	visit.open("/my/representatives")
	page.get_by_label("مندوب جديد مكانك").check()
	page.get_by_label("سلمى أحمد").check()
	visit.button("التالي")
	page.locator("input[type=file]").set_input_files(letter(tmp_path))
	visit.check()
	send(visit, "إرسال")
	expect(page.get_by_text("يقرأ مكتب الشبكة الكتاب الآن.")).to_be_visible()
	visit.open("/my")
	expect(page.get_by_text("سلمى أحمد مندوباً جديداً")).to_be_visible()
	visit.check()

	# The office: one click, nothing typed.
	site.refresh()
	change = frappe.db.get_value(
		"Representative Change", {"organization": organization, "status": "Submitted"}
	)
	user = stage.user(OFFICER, language="ar")
	site.commit()
	officer = desk(user)
	officer.open(f"representative-change/{change}")
	officer.action(frappe._("Accept", "ar"), frappe._("Accepted", "ar"))
	site.refresh()
	assert membership.current_delegate(organization) == applicant.second[0]

	# The old delegate is out on the next click.
	visit.link("الاجتماعات")
	page.wait_for_url("**/sign-in**")
	assert organization.name_ar not in visit.text


def test_who_leaves_signs_themselves_out(portal, applicant, site):
	admit(applicant.organization)
	stage.update_password(applicant.second[1], stage.PASSWORD)
	visit = portal.member(applicant.second[1])
	page = visit.open("/my/representatives")
	page.get_by_label("ممثل يغادر").check()
	page.get_by_label("سلمى أحمد").check()
	send(visit, "إرسال")
	page.wait_for_url("**/sign-in**")
	visit.check()


@pytest.mark.parametrize(
	("size", "language"), [(SMALL, "ar"), (SMALL, "en"), (DESKTOP, "ar"), (DESKTOP, "ku")]
)
def test_the_pages_fit_and_weigh_little(portal, applicant, site, size, language):
	admit(applicant.organization)
	builders.organization(
		builders.platform(),
		representatives=[{"contact": applicant.delegate[0], "is_delegate": 1, "from_date": "2024-01-01"}],
	)
	user = applicant.delegate[1]
	stage.update_password(user, stage.PASSWORD)
	site.commit()
	visit = portal.member(user, language, size)
	page = visit.open("/my")
	assert page.url.endswith("/my/choose")
	visit.check()
	page.locator(f"form:has(input[value='{applicant.organization.name}']) button").click()
	page.wait_for_url("**/my")
	for path in ("/my", "/my/data", "/my/profile", "/my/representatives", "/my/choose"):
		visit.open(path)
		visit.check()
		visit.check_tall_text()
	assert visit.weigh("/my") < 15 * 1024


def test_my_data_without_javascript(portal, applicant, site):
	admit(applicant.organization)
	user = applicant.second[1]
	stage.update_password(user, stage.PASSWORD)
	visit = portal.member(user, "en", SMALL, javascript=False)
	page = visit.open("/my/data")
	page.get_by_label("Last name").fill("Khalil")
	visit.button("Correct")
	expect(page.get_by_text("Your data are corrected.")).to_be_visible()
	with page.expect_download() as download:
		page.get_by_role("link", name="Download as a file").click()
	assert "Khalil" in download.value.path().read_text(encoding="utf-8")
	page.locator("summary").click()
	visit.button("Yes, ask for it")
	expect(page.get_by_text("We have written to you.")).to_be_visible()
