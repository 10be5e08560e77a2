"""An organisation applies on a phone, in Arabic: five steps, the mailed link, the office, admission."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import expect

from aso_network.roles import OFFICER
from tests.browser import stage
from tests.browser.portal import DESKTOP, SMALL, TOO_QUICK_MS, choose_platform, mailed_link
from tests.site import builders


@pytest.fixture
def layla() -> str:
	"""An address that had no letters today."""
	return f"layla{next(builders._numbers)}@example.org"


@pytest.fixture
def platform(site):
	made = builders.platform()
	site.commit()
	return made


def fill_in(visit, platform, name: str, address: str) -> None:
	"""All five steps, each looked at on the way, and send."""
	page = visit.open("/apply")
	visit.check()
	page.get_by_label("الاسم بالعربية").fill(name)
	visit.button("التالي")
	choose_platform(page, platform.name)
	page.get_by_label("حقوق المرأة").check()
	visit.check()
	visit.button("التالي")
	page.get_by_label("مرخّصة لدى جهة رسمية").check()
	page.get_by_label("رقم الترخيص").fill("214/2019")
	visit.check()
	visit.button("التالي")
	page.get_by_label("الاسم الكامل").fill("ليلى حسن")
	page.get_by_label("البريد الإلكتروني").fill(address)
	visit.check()
	visit.button("التالي")
	page.get_by_label("لماذا تريد المنظمة أن تنضم").fill("نريد أن نعمل مع غيرنا.")
	page.get_by_label("للشبكة أن تحفظ").check()
	visit.check()
	page.wait_for_timeout(TOO_QUICK_MS)
	visit.button("إرسال الطلب")
	expect(page.get_by_role("heading", name="بقيت خطوة واحدة: افتح بريدك")).to_be_visible()


def test_an_organization_applies_confirms_is_reviewed_and_admitted(portal, desk, platform, site, layla):
	name = f"جمعية الأمل {next(builders._numbers)}"
	applicant = portal.stranger()
	fill_in(applicant, platform, name, layla)
	expect(applicant.page.get_by_text(layla)).to_be_visible()
	applicant.check()

	link = mailed_link(site, layla)
	assert link.startswith("/apply/confirm?token=")
	applicant.open(link)
	expect(applicant.page.get_by_text(name)).to_be_visible()
	applicant.check()
	applicant.button("تأكيد الطلب")
	expect(applicant.page.get_by_text("تأكد الطلب وصار لدى مكتب الشبكة.")).to_be_visible()
	applicant.check()

	site.refresh()
	application = frappe.get_doc("Membership Application", {"platform": platform.name})
	assert application.status == "Registered"
	user = stage.user(OFFICER, language="ar")
	site.commit()
	officer = desk(user)
	officer.open(f"membership-application/{application.name}")
	expect(officer.here.get_by_text(name).first).to_be_visible()
	officer.open(f"member-organization/{application.organization}")
	for action, becomes in (("Start Review", "Under Review"), ("Admit", "Active")):
		officer.action(frappe._(action, "ar"), frappe._(becomes, "ar"))
	site.refresh()
	assert frappe.db.get_value("Member Organization", application.organization, "status") == "Active"
	user = frappe.get_doc("User", layla)
	assert user.language == "ar" and "Member Representative" in [row.role for row in user.roles]


def test_the_office_finds_a_way_where_a_name_is_taken(portal, desk, platform, site, layla):
	name = f"جمعية النور {next(builders._numbers)}"
	member = builders.organization(platform, name_ar=name, name_en=None)
	site.commit()
	applicant = portal.stranger()
	fill_in(applicant, platform, name, layla)
	link = mailed_link(site, layla)
	assert link.startswith("/apply/confirm?token=")
	applicant.open(link)
	applicant.button("تأكيد الطلب")
	# Nothing tells the stranger that there is one of that name.
	expect(applicant.page.get_by_text("تأكد الطلب وصار لدى مكتب الشبكة.")).to_be_visible()

	site.refresh()
	application = frappe.db.get_value("Membership Application", {"platform": platform.name})
	user = stage.user(OFFICER)
	site.commit()
	officer = desk(user)
	officer.open("membership-application")
	expect(officer.here.get_by_text(name).first).to_be_visible()
	officer.open(f"membership-application/{application}")
	expect(officer.here.get_by_text(member.name)).to_be_visible()
	officer.button("Register under Another Name")
	officer.write("name_ar", f"{name} في الريف", officer.dialog)
	officer.button("Register", officer.dialog)
	site.refresh()
	assert frappe.db.get_value("Membership Application", application, "status") == "Registered"


@pytest.mark.parametrize(
	("size", "language"), [(SMALL, "ar"), (SMALL, "en"), (DESKTOP, "en"), (DESKTOP, "ku")]
)
def test_the_pages_fit_without_javascript_and_with_large_letters(portal, platform, site, size, language):
	visit = portal.stranger(language, size)
	for path in ("/apply", "/apply/confirm", "/apply/confirm?token=00"):
		visit.open(path)
		visit.check()
		visit.check_tall_text()
	plain = portal.stranger(language, size, javascript=False)
	page = plain.open("/apply")
	page.locator("[name=name_ar]").fill(f"جمعية {next(builders._numbers)}")
	choose_platform(page, platform.name)
	page.locator("[name=contact_name]").fill("ليلى حسن")
	page.locator("[name=contact_email]").fill("plain@example.org")
	page.locator("[name=motivation]").fill("-")
	page.locator("[name=consent]").check()
	page.wait_for_timeout(TOO_QUICK_MS)
	page.locator("[data-send]").click()
	page.wait_for_url("**sent=**")
	assert "plain@example.org" in plain.text
