"""From the nominations to an objection, as members do it on a phone in Arabic; and the same pages in English."""

from __future__ import annotations

import io

import frappe
import pytest
from PIL import Image, ImageDraw

from aso_network.workflows import guard
from tests.browser import stage
from tests.browser.portal import DESKTOP, SMALL, Visit
from tests.site import builders, hall

STATEMENT = "نعمل منذ سنوات مع شباب المدينة، ونريد أن تكون الهيئة صوتاً لكل منظمة، الكبيرة منها والصغيرة. " * 4


def portrait() -> bytes:
	image = Image.new("RGB", (1200, 1600), "#9cc5c1")
	draw = ImageDraw.Draw(image)
	draw.ellipse((400, 300, 800, 800), fill="#e8c39e")
	draw.rectangle((250, 850, 950, 1600), fill="#0b5c56")
	out = io.BytesIO()
	image.save(out, "JPEG")
	return out.getvalue()


@pytest.fixture
def nominating(site):
	"""Nominations are open; one organisation stands already."""
	h = hall.build(organizations=6, candidates=1, upto="nominations")
	rules = {"parent": h.meeting, "kind": "Rules of Candidacy"}
	frappe.db.set_value("Meeting Decision", rules, "min_endorsements", 1)
	frappe.db.set_value("Election", h.election, "min_endorsements", 1)
	return h


def send(visit: Visit, words: str) -> None:
	visit.page.wait_for_timeout(3500)  # nobody fills a form in faster, and the server knows
	visit.button(words)


def publish(h: hall.Hall) -> None:
	with builders.as_user(h.manager):
		for name in frappe.get_all(
			"Candidacy", {"election": h.election, "status": "Submitted"}, pluck="name", order_by="name"
		):
			doc = frappe.get_doc("Candidacy", name)
			if not doc.endorsements:
				doc.append("endorsements", {"organization": h.organizations[3]})
				doc.save()
			guard.move(frappe.get_doc("Candidacy", name), "Accepted")
	h.move("Candidates Published", h.officer)


def count_and_announce(h: hall.Hall) -> None:
	with builders.as_user(h.officer):
		hall.api.freeze_roll(h.election)
	h.candidacies = frappe.get_all(
		"Candidacy", {"election": h.election, "status": "Accepted"}, pluck="name", order_by="ballot_number"
	)
	h.count([h.paper(0), h.paper(0, 1), h.paper(0, 1), h.paper(1), h.paper(1)])
	h.sign()
	h.move("Announced", h.tellers[0])


def test_a_member_stands_is_endorsed_withdraws_and_objects(portal, nominating, site):
	h = nominating
	candidate = stage.representative(h.organizations[1])
	endorser = stage.representative(h.organizations[2])
	site.commit()

	# It sees that nominations are open, and stands, with a statement and a photo.
	visit = portal.member(candidate)
	visit.open("/my/elections")
	visit.check()
	visit.link("الترشح للانتخاب")
	visit.check()
	visit.page.get_by_role("button", name="التالي").click()
	visit.field("البيان بالعربية").fill(STATEMENT)
	visit.page.get_by_role("button", name="التالي").click()
	visit.page.locator("input[type=file]").set_input_files(
		{"name": "me.jpg", "mimeType": "image/jpeg", "buffer": portrait()}
	)
	visit.check()
	send(visit, "إرسال الترشيح")
	visit.page.get_by_text("وصل ترشيحكم").first.wait_for()
	visit.check()
	visit.open(f"/my/elections/{h.election}")
	assert "نعمل منذ سنوات" in visit.text
	shown = visit.page.locator("article img")
	assert shown.evaluate("image => image.complete && image.naturalWidth") == 160
	visit.check()

	# Another member endorses it, and sees a name but no words yet.
	other = portal.member(endorser)
	other.open(f"/my/elections/{h.election}")
	other.check()
	assert "نعمل منذ سنوات" not in other.text
	site.refresh()
	name = frappe.db.get_value(
		"Candidacy", {"election": h.election, "organization": h.organizations[1]}, "candidate_name_ar"
	)
	other.button("تزكية", other.page.get_by_role("listitem").filter(has_text=name))
	assert f"منظمتكم تزكي {name}." in other.text
	visit.open(f"/my/elections/{h.election}")
	assert frappe.db.get_value("Member Organization", h.organizations[2], "name_ar") in visit.text

	# It withdraws, and stands again.
	visit.page.get_by_text("سحب الترشيح").click()
	visit.button("نعم، اسحب")
	assert "سُحب الترشيح." in visit.text
	visit.open(f"/my/candidacy?election={h.election}")
	visit.page.get_by_role("button", name="التالي").click()
	visit.field("البيان بالعربية").fill(STATEMENT)
	visit.page.get_by_role("button", name="التالي").click()
	send(visit, "إرسال الترشيح")
	visit.page.get_by_text("وصل ترشيحكم").first.wait_for()

	# The candidates are published, the votes counted, the result announced; the candidate objects to it.
	site.refresh()
	publish(h)
	site.commit()
	other.open(f"/my/elections/{h.election}")
	assert "نعمل منذ سنوات" in other.text
	other.check()
	other.link("اقرؤوه كاملاً")
	other.check()
	count_and_announce(h)
	site.commit()
	visit.open(f"/my/elections/{h.election}")
	visit.check()
	visit.link("الاعتراض على النتيجة")
	visit.check()
	visit.page.get_by_role("button", name="التالي").click()
	visit.field("السبب").fill("عُدّت ورقة مرتين أمامنا في القاعة.")
	send(visit, "إرسال الاعتراض")
	visit.page.get_by_text("وصل اعتراضكم").first.wait_for()
	visit.open(f"/my/elections/{h.election}")
	assert "عُدّت ورقة مرتين" in visit.text
	other.open(f"/my/elections/{h.election}")
	assert "عُدّت ورقة مرتين" not in other.text

	# The office dismisses it with a reason, which the member reads.
	site.refresh()
	objection = frappe.get_last_doc("Objection", {"election": h.election})
	with builders.as_user(h.manager):
		guard.move(frappe.get_doc("Objection", objection.name), "Under Review")
		guard.move(frappe.get_doc("Objection", objection.name), "Dismissed", "عدّت اللجنة الأوراق من جديد.")
	site.commit()
	visit.open(f"/my/elections/{h.election}")
	assert "عدّت اللجنة الأوراق من جديد." in visit.text
	visit.check()

	# Everybody reads the result.
	stranger = portal.stranger()
	stranger.open("/network/results")
	stranger.check()
	stranger.open(f"/network/results/{h.result().name}")
	stranger.check()
	assert h.result().result_hash in stranger.text
	assert not portal.strays


@pytest.mark.parametrize("language", ["ar", "en"])
def test_meetings_and_elections_read_well_on_each_screen(portal, nominating, site, language):
	h = nominating
	user = stage.representative(h.organizations[1])
	site.commit()
	for size in (SMALL, DESKTOP):
		visit = portal.member(user, language, size)
		for path in (
			"/my/meetings",
			f"/my/meetings/{h.meeting}",
			"/my/elections",
			f"/my/elections/{h.election}",
		):
			visit.open(path)
			visit.check()
			visit.check_tall_text()


def test_a_member_stands_and_endorses_without_javascript(portal, nominating, site):
	h = nominating
	user = stage.representative(h.organizations[1])
	site.commit()
	visit = portal.member(user, javascript=False)
	visit.open(f"/my/candidacy?election={h.election}")
	visit.field("البيان بالعربية").fill("نعمل معاً")
	send(visit, "إرسال الترشيح")
	assert "وصل ترشيحكم" in visit.text
	visit.open(f"/my/elections/{h.election}")
	visit.button("تزكية")
	assert "زكّيتموه" in visit.text
