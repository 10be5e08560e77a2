"""The voting pages on a phone and on the hall's tablet: a whole vote, a lost line, what is forgotten."""

from __future__ import annotations

import io
import re

import frappe
import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Page, Route, expect

from aso_network.polling import closing, codes, sealing
from tests.browser import stage
from tests.browser.portal import PHONE, SMALL, Visit, login
from tests.browser.test_portal_pages import tab_to
from tests.site import builders, hall
from tests.site.test_casting import SEED

MOST_BYTES = 60 * 1024
# RFC 9180, A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0.
VECTOR = {
	"info": "4f6465206f6e2061204772656369616e2055726e",
	"public": "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
	"enc": "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
	"private": "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
	"pt": "4265617574792069732074727574682c20747275746820626561757479",
	"aad": "436f756e742d30",
	"ct": "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
}


@pytest.fixture
def site(site):
	# A connection of long standing would see the election as it was.
	frappe.db.rollback()
	return site


def open_hall(sealed: bool = False, candidates: int = 4, **values: object) -> hall.Hall:
	h = hall.build(organizations=6, candidates=candidates, **values)
	h.go_online(sealed=int(sealed))
	if sealed:
		known = {"public_key": sealing.public_key(SEED), "sheets": 2, "sheets_rehearsed": 1}
		frappe.db.set_value("Election", h.election, known)
	return _opened(h, shortest=1, lengths=4)


def _opened(h: hall.Hall, shortest: int, lengths: int) -> hall.Hall:
	"""Voting opened, with candidates whose statements are from `shortest` sentences on, of so many lengths."""
	for place, name in enumerate(h.candidacies):
		words = "نعمل معاً من أجل ماء نظيف وطرق آمنة ومدارس مفتوحة في كل حي من أحياء المدينة. " * (
			shortest + place % lengths
		)
		frappe.db.set_value("Candidacy", name, {"statement_ar": words.strip(), "photo": _photo(name, place)})
	h.move("Voting Open")
	frappe.db.commit()
	return h


def _photo(name: str, place: int) -> str:
	"""Something with the grain of a photo, so that it weighs what one weighs."""
	image = Image.effect_noise((600, 800), 60).convert("RGB").filter(ImageFilter.GaussianBlur(2))
	drawn = ImageDraw.Draw(image)
	drawn.ellipse((150, 120, 450, 500), fill=(205 - 9 * place, 160, 130))
	drawn.rectangle((80, 520, 520, 800), fill=(40, 60 + 20 * place, 110))
	out = io.BytesIO()
	image.filter(ImageFilter.GaussianBlur(1)).save(out, "JPEG", quality=85)
	file = {"doctype": "File", "file_name": f"{name}.jpg", "content": out.getvalue(), "is_private": 1}
	return frappe.get_doc(file).insert().file_url


def opened(site, h: hall.Hall) -> list[list[str]]:
	site.refresh()
	own = frappe.get_all("Election Key", {"election": h.election}, pluck="name")
	opener = sealing.Opener(closing._own_seed(h.election) if own else SEED, h.election)
	envelopes = frappe.get_all("Ballot Envelope", {"election": h.election}, pluck="envelope")
	return sorted(opener.choices(text) for text in envelopes)


def code_of(h: hall.Hall) -> str:
	with builders.as_user(h.tellers[0]):
		code = codes.issue(h.doc())[0]["code"]
	frappe.db.commit()
	return code


def card(page: Page, candidacy: str):
	return page.locator(f"[data-candidate='{candidacy}']")


def mark(page: Page, *candidacies: str) -> None:
	for name in candidacies:
		card(page, name).locator("input").check()


def confirm(page: Page) -> None:
	page.locator("[data-review]").click()
	page.locator("[data-cast]").click()


def delegate(portal, h: hall.Hall, language: str = "ar", size: dict = PHONE, **options) -> Visit:
	visit = portal.member(stage.representative(h.organizations[0]), language, size, **options)
	visit.open(f"/my/vote/{h.election}")
	return visit


def stored(page: Page) -> str:
	"""Everything that a browser keeps for this site, beside cookies that no script reads."""
	return page.evaluate(
		"JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage), document.cookie, history.state, location.href])"
	)


# --- a whole vote ----------------------------------------------------------------------------------------


def test_a_delegate_votes_in_arabic_on_a_phone(portal, site):
	h = open_hall()
	visit = delegate(portal, h)
	page = visit.page
	visit.check()
	page.locator("[data-review]").click()
	expect(page.locator("[data-said]")).to_be_focused()
	mark(page, *h.candidacies[:3])
	expect(page.locator("[data-count]")).to_have_text("أشّرت على 3 من 2")
	page.locator("[data-review]").click()
	expect(page.locator("[data-said]")).to_contain_text("2")
	card(page, h.candidacies[1]).locator("input").uncheck()
	expect(page.locator("[data-said]")).to_be_hidden()
	expect(page.locator("[data-count]")).to_have_text("أشّرت على 2 من 2")
	page.locator("[data-review]").click()
	expect(page.get_by_role("heading", name="هل هذا صوتك؟")).to_be_focused()
	visit.check()
	expect(page.locator("[data-chosen] li")).to_have_count(2)
	page.go_back()  # the phone's own way back
	expect(page.locator("form[data-mark]")).to_be_visible()
	expect(page.locator("form[data-mark] :checked")).to_have_count(2)
	page.locator("[data-review]").click()
	page.locator("[data-change]").click()
	page.locator("[data-review]").click()
	page.locator("[data-cast]").dblclick()
	receipt = page.locator("[data-receipt]")
	expect(receipt).to_have_text(re.compile(r"^([0-9a-f]{4} ){4}[0-9a-f]{4}$"))
	visit.check()
	assert opened(site, h) == [sorted([h.candidacies[0], h.candidacies[2]])]
	for name in h.candidacies:
		assert name not in stored(page) and name not in visit.html
	first = receipt.inner_text()
	page.reload()  # the phone knows what it sent, and asks
	expect(receipt).to_have_text(first)
	page.go_back()
	visit.open(f"/my/vote/{h.election}")
	expect(receipt).to_have_text(first)
	second = page.context.new_page()
	second.goto(f"/my/vote/{h.election}")
	expect(second.get_by_text("لا أحد يصوّت مرتين")).to_be_visible()
	assert opened(site, h) == [sorted([h.candidacies[0], h.candidacies[2]])]


def test_two_tabs_make_one_vote(portal, site, console_errors):
	h = open_hall()
	first = delegate(portal, h).page
	second = first.context.new_page()
	second.goto(f"/my/vote/{h.election}")
	mark(first, h.candidacies[0])
	mark(second, h.candidacies[1])
	confirm(first)
	expect(first.locator("[data-receipt]")).to_be_visible()
	confirm(second)
	expect(second.get_by_text("لا أحد يصوّت مرتين")).to_be_visible()
	assert opened(site, h) == [[h.candidacies[0]]]
	console_errors[:] = [line for line in console_errors if "409" not in line]


def test_a_vote_without_javascript(portal, site):
	h = open_hall()
	visit = delegate(portal, h, "en", SMALL, javascript=False)
	page = visit.page
	page.locator("[data-blank]").check()
	page.get_by_role("button", name="Look through it").click()
	expect(page.get_by_text("A blank vote: for no candidate.").locator("visible=true")).to_be_visible()
	page.get_by_role("button", name="Change it").click()
	expect(page.locator("[data-blank]")).to_be_checked()
	page.locator("[data-blank]").uncheck()
	mark(page, h.candidacies[3])
	page.get_by_role("button", name="Look through it").click()
	page.get_by_role("button", name="Cast the vote").click()
	expect(page.locator("[data-receipt]")).to_be_visible()
	assert opened(site, h) == [[h.candidacies[3]]]


def test_a_ranking_by_the_keyboard_alone(portal, site):
	h = open_hall(form="Instant-Runoff Vote", seats=1, max_choices=0)
	visit = delegate(portal, h, "en")
	page = visit.page
	visit.check()
	press = page.keyboard.press
	for name in (h.candidacies[2], h.candidacies[0], h.candidacies[1]):
		tab_to(visit, card(page, name).get_by_role("button", name="Put next"))
		press("Enter")
	expect(page.locator("[data-count]")).to_contain_text("is number 3.")
	last = card(page, h.candidacies[1])
	tab_to(visit, last.locator("[data-move=up]"))
	press("Enter")
	expect(last.locator("[data-move=up]")).to_be_focused()
	press("Enter")
	expect(last.locator("b").last).to_have_text("1")
	middle = card(page, h.candidacies[0])
	tab_to(visit, middle.locator("[data-move=out]"))
	press("Enter")
	expect(middle.get_by_role("button", name="Put next")).to_be_focused()
	visit.check()
	tab_to(visit, page.locator("[data-review]"))
	press("Enter")
	tab_to(visit, page.locator("[data-cast]"))
	press("Enter")
	expect(page.locator("[data-receipt]")).to_be_visible()
	assert opened(site, h) == [[h.candidacies[1], h.candidacies[2]]]


def test_points_are_added_up(portal, site):
	h = open_hall(form="Cumulative Vote", max_choices=5)
	visit = delegate(portal, h, "en", SMALL)
	page = visit.page
	card(page, h.candidacies[0]).locator("input").fill("4")
	card(page, h.candidacies[1]).locator("input").fill("2")
	expect(page.locator("[data-count]")).to_have_text("6 of 5 points given")
	visit.check()
	page.locator("[data-review]").click()
	expect(page.locator("[data-said]")).to_contain_text("You gave 6 points; 5 is the most")
	card(page, h.candidacies[1]).locator("input").fill("1")
	page.locator("[data-review]").click()
	expect(page.locator("[data-chosen]")).to_contain_text(": 4 points")
	page.locator("[data-cast]").click()
	expect(page.locator("[data-receipt]")).to_be_visible()
	assert opened(site, h) == [sorted([h.candidacies[0]] * 4 + [h.candidacies[1]])]


# --- sealed ----------------------------------------------------------------------------------------------


def test_a_sealed_vote_leaves_the_phone_as_an_envelope_only(portal, site):
	h = open_hall(sealed=True)
	visit = delegate(portal, h)
	page, sent = visit.page, []
	page.on(
		"request", lambda request: sent.append(f"{request.url} {request.post_data or ''} {request.headers}")
	)
	visit.check()
	mark(page, h.candidacies[1], h.candidacies[3])
	confirm(page)
	expect(page.locator("[data-receipt]")).to_be_visible()
	assert opened(site, h) == [sorted([h.candidacies[1], h.candidacies[3]])]
	assert sent and not any(name in line for line in sent for name in h.candidacies)
	envelope = frappe.get_all("Ballot Envelope", {"election": h.election}, pluck="envelope")[0]
	shown = page.locator("[data-receipt]").inner_text().replace(" ", "")
	assert shown == sealing.receipt_of_envelope(envelope)[:20]
	page.reload()
	expect(page.locator("[data-receipt]")).to_be_visible()


@pytest.mark.parametrize("how", ["without JavaScript", "without WebCrypto"])
def test_who_cannot_seal_is_told_where_to_vote(portal, site, how):
	h = open_hall(sealed=True)
	visit = portal.member(
		stage.representative(h.organizations[0]), "en", javascript=how != "without JavaScript"
	)
	if how == "without WebCrypto":
		visit.page.add_init_script("Object.defineProperty(window.crypto, 'subtle', {value: undefined})")
	visit.open(f"/my/vote/{h.election}")
	expect(
		visit.page.get_by_text("Vote on paper, or on the tablet in the hall.").locator("visible=true")
	).to_be_visible()
	expect(visit.page.locator("form[data-mark]")).to_be_hidden()
	assert visit.page.locator("[name^=secret_]").count() == 0


def test_the_seal_is_the_one_of_rfc_9180(portal, site):
	h = open_hall(sealed=True, candidates=1)
	page = delegate(portal, h).page
	made = page.evaluate(
		"""async v => {
			const bytes = hex => Uint8Array.from(hex.match(/../g), two => parseInt(two, 16));
			const text = part => btoa(String.fromCharCode(...part)).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=/g, "");
			const enc = bytes(v.enc), subtle = crypto.subtle, curve = {name: "ECDH", namedCurve: "P-256"};
			const point = {kty: "EC", crv: "P-256", x: text(enc.slice(1, 33)), y: text(enc.slice(33))};
			// The random pair of this sealing, and the additional data, are the vector's.
			const pair = {
				publicKey: await subtle.importKey("raw", enc, curve, true, []),
				privateKey: await subtle.importKey("jwk", {...point, d: text(bytes(v.private))}, curve, true, ["deriveBits"]),
			};
			const encrypt = subtle.encrypt.bind(subtle);
			subtle.generateKey = async () => pair;
			subtle.encrypt = (how, key, data) => encrypt({...how, additionalData: bytes(v.aad)}, key, data);
			const made = await asoSeal(bytes(v.public), bytes(v.info), bytes(v.pt));
			return Array.from(made, byte => byte.toString(16).padStart(2, "0")).join("");
		}""",
		VECTOR,
	)
	assert made == VECTOR["enc"] + VECTOR["ct"]


# --- the line --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sealed", [False, True], ids=["unsealed", "sealed"])
def test_a_vote_without_a_line_is_sent_when_it_is_back(portal, site, console_errors, sealed):
	h = open_hall(sealed=sealed)
	page = delegate(portal, h, "en").page
	mark(page, h.candidacies[0])
	page.context.set_offline(True)
	confirm(page)
	expect(page.get_by_text("sent again by itself")).to_be_visible()
	assert h.candidacies[0] not in page.content() and h.candidacies[0] not in stored(page)
	page.context.set_offline(False)
	expect(page.locator("[data-receipt]")).to_be_visible()
	assert opened(site, h) == [[h.candidacies[0]]]
	console_errors[:] = [line for line in console_errors if "ERR_INTERNET_DISCONNECTED" not in line]


def lose_answers(page: Page, path: str, how_many: int = 1) -> list[str]:
	"""Let the server take what is sent, and lose what it answers."""
	lost: list[str] = []

	def lose(route: Route) -> None:
		if (
			route.request.method == "POST"
			and len(lost) < how_many
			and "step=cast" in (route.request.post_data or "")
		):
			lost.append(route.fetch().text())
			route.abort("connectionreset")
		else:
			route.continue_()

	page.route(f"**{path}", lose)
	return lost


@pytest.mark.parametrize("sealed", [False, True], ids=["unsealed", "sealed"])
def test_a_lost_answer_counts_once_and_the_receipt_is_the_same(portal, site, console_errors, sealed):
	h = open_hall(sealed=sealed)
	page = delegate(portal, h, "en").page
	mark(page, h.candidacies[2])
	lost = lose_answers(page, f"/my/vote/{h.election}")
	confirm(page)
	receipt = page.locator("[data-receipt]")
	expect(receipt).to_be_visible()
	assert receipt.inner_text() in lost[0]
	assert opened(site, h) == [[h.candidacies[2]]]
	console_errors[:] = [line for line in console_errors if "ERR_CONNECTION_RESET" not in line]


def test_after_a_lost_answer_and_a_reload_the_phone_asks(portal, site, console_errors):
	h = open_hall()
	page = delegate(portal, h, "en").page
	page.on("dialog", lambda dialog: dialog.accept())
	mark(page, h.candidacies[2])
	lost = lose_answers(page, f"/my/vote/{h.election}")
	confirm(page)
	expect(page.get_by_text("sent again by itself")).to_be_visible()
	page.reload()
	receipt = page.locator("[data-receipt]")
	expect(receipt).to_be_visible()
	assert receipt.inner_text() in lost[0]
	console_errors[:] = [line for line in console_errors if "ERR_CONNECTION_RESET" not in line]


def test_a_vote_that_never_arrived_is_said_to_be_lost(portal, site, console_errors):
	h = open_hall()
	page = delegate(portal, h, "en").page
	page.on("dialog", lambda dialog: dialog.accept())
	mark(page, h.candidacies[2])
	page.route(
		"**/my/vote/*",
		lambda route: route.abort() if "step=cast" in (route.request.post_data or "") else route.continue_(),
	)
	confirm(page)
	expect(page.get_by_text("sent again by itself")).to_be_visible()
	page.reload()
	expect(page.locator("[data-lost]")).to_be_visible()
	assert stored(page).startswith("[[],[]")
	page.unroute("**/my/vote/*")
	mark(page, h.candidacies[1])
	confirm(page)
	expect(page.locator("[data-receipt]")).to_be_visible()
	assert opened(site, h) == [[h.candidacies[1]]]
	console_errors[:] = [line for line in console_errors if "ERR_" not in line]


def test_a_session_that_has_ended_loses_no_vote(portal, site, console_errors):
	h = open_hall()
	visit = delegate(portal, h, "en")
	page = visit.page
	mark(page, h.candidacies[0])
	page.locator("[data-review]").click()
	user = frappe.db.get_value("Contact", builders.delegate(h.organizations[0]), "user")
	frappe.db.delete("Sessions", {"user": user})
	frappe.cache.delete_value("session")
	site.commit()
	page.locator("[data-cast]").click()
	expect(page.get_by_text("You have been signed out")).to_be_visible()
	login(page.context, user, stage.PASSWORD)
	page.locator("[data-again]").click()
	expect(page.locator("[data-receipt]")).to_be_visible()
	assert opened(site, h) == [[h.candidacies[0]]]
	console_errors[:] = [line for line in console_errors if "Failed to load resource" not in line]


def test_what_carries_another_token_than_the_pages_is_not_taken(portal, site):
	h = open_hall(candidates=1)
	visit = delegate(portal, h, "en")
	answered = visit.page.context.request.post(
		f"/my/vote/{h.election}",
		form={"csrf_token": "0" * 56, "step": "cast", "key": "ab" * 32, "secret_blank": "1"},
	)
	assert answered.status == 400
	assert opened(site, h) == []


# --- codes and the tablet --------------------------------------------------------------------------------


def enter(page: Page, code: str) -> None:
	page.locator("[name=secret_code]").fill(code)
	page.locator("form.code button").click()


def test_whoever_has_a_code_votes_on_the_own_phone(portal, site, console_errors):
	h = open_hall()
	code = code_of(h)
	visit = portal.stranger("ar")
	page = visit.open("/vote")
	visit.check()
	enter(page, "ABCD-EFGH-JKMN")
	expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("لا يفتح أي تصويت")
	visit.check()
	enter(page, code.lower().replace("-", " "))
	expect(page.locator("form[data-mark]")).to_be_visible()
	visit.check()
	mark(page, h.candidacies[0])
	confirm(page)
	receipt = page.locator("[data-receipt]")
	expect(receipt).to_be_visible()
	first = receipt.inner_text()
	assert code.replace("-", "") not in page.url + stored(page)
	page.reload()
	enter(page, code)
	expect(receipt).to_have_text(first)
	assert opened(site, h) == [[h.candidacies[0]]]
	console_errors[:] = [line for line in console_errors if "422" not in line]


def test_a_code_behind_the_hash_reaches_no_server_as_an_address(portal, site):
	h = open_hall(candidates=1)
	code = code_of(h)
	visit, asked = portal.stranger("en"), []
	visit.page.on("request", lambda request: asked.append(request.url))
	page = visit.open(f"/vote#{code}")
	expect(page.locator("[name=secret_code]")).to_have_value(code)
	assert page.url.endswith("/vote")
	page.locator("form.code button").click()
	expect(page.locator("form[data-mark]")).to_be_visible()
	assert not [url for url in asked if code in url.partition("#")[0]]
	page.goto("/vote#2222-3333-4444")  # the next slip, in the same window
	expect(page.locator("[name=secret_code]")).to_have_value("2222-3333-4444")
	page.locator(".skip").focus()
	page.keyboard.press("Enter")
	page.reload()
	expect(page.locator("[name=secret_code]")).to_have_value("")


def tablet(portal, h: hall.Hall, code: str, idle: str = "90", back: str = "20") -> Page:
	"""The tablet with this voter's paper open. What a minute lasts is said before the voter begins."""
	visit = portal.stranger("en", {"width": 800, "height": 1100})
	page = visit.open("/vote?tablet=1")
	page.evaluate(
		"([idle, back]) => { document.body.dataset.idle = idle; document.body.dataset.return = back; }",
		[idle, back],
	)
	enter(page, code)
	expect(page.locator("form[data-mark]")).to_be_visible()
	return page


def forgotten(page: Page, *words: str) -> None:
	"""The first page, empty, and no way back to what was there."""
	expect(page.locator("[name=secret_code]")).to_have_value("")
	for back in (page.go_back, page.go_forward, page.reload):
		back()
		for word in words:
			assert word not in page.content()
	for word in words:
		assert word not in stored(page)
	assert page.locator("[data-candidate], [data-receipt]").count() == 0


def test_the_tablet_forgets_after_the_receipt(portal, site):
	h = open_hall()
	code = code_of(h)
	page = tablet(portal, h, code, back="1.5")
	mark(page, h.candidacies[0])
	confirm(page)
	expect(page.locator("[data-receipt]")).to_be_visible()
	receipt = page.locator("[data-receipt]").inner_text()
	assert page.locator("[data-copy]").count() == 0
	assert page.evaluate("sessionStorage.length + localStorage.length") == 0
	expect(page.locator("[name=secret_code]")).to_be_visible()
	forgotten(page, receipt, code, h.candidacies[0])
	enter(page, code)
	expect(page.get_by_text("Nobody votes twice")).to_be_visible()


def test_the_tablet_forgets_at_a_touch_of_the_button(portal, site):
	h = open_hall()
	code = code_of(h)
	page = tablet(portal, h, code)
	mark(page, h.candidacies[0])
	confirm(page)
	receipt = page.locator("[data-receipt]").inner_text()
	page.get_by_role("link", name="Close now").click()
	expect(page.locator("[name=secret_code]")).to_be_visible()
	forgotten(page, receipt, code, h.candidacies[0])


@pytest.mark.parametrize("step", ["marking", "review"])
def test_the_tablet_forgets_whoever_walks_away(portal, site, step):
	h = open_hall()
	code = code_of(h)
	page = tablet(portal, h, code, idle="2")
	mark(page, h.candidacies[0])
	if step == "review":
		page.locator("[data-review]").click()
		expect(page.locator("[data-chosen] li")).to_have_count(1)
	expect(page.locator("[name=secret_code]")).to_be_visible()
	forgotten(page, code, h.candidacies[0])
	assert opened(site, h) == []


def test_a_reload_of_the_tablet_forgets(portal, site):
	h = open_hall()
	code = code_of(h)
	page = tablet(portal, h, code)
	mark(page, h.candidacies[0])
	page.locator("[data-review]").click()
	page.reload()
	forgotten(page, code, h.candidacies[0])


def test_the_tablet_comes_back_in_its_own_language(portal, site):
	visit = portal.stranger("en", {"width": 800, "height": 1100})
	page = visit.open("/vote?tablet=ar&_lang=ar")
	visit.language = "ar"
	visit.check()
	visit.link("English")
	visit.language = "en"
	visit.check_direction()
	page.evaluate("document.body.dataset.idle = '1'")
	page.locator("[name=secret_code]").fill("ABCD")
	page.wait_for_url("**/vote?tablet=ar&_lang=ar")
	visit.language = "ar"
	visit.check_direction()
	assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "preferred_language"]


# --- weight, width ---------------------------------------------------------------------------------------


def test_a_whole_vote_is_light(portal, site):
	h = hall_of_nine()
	visit = portal.member(stage.representative(h.organizations[0]), "ar")
	visit.forget_files()
	weight = visit.weigh(f"/my/vote/{h.election}")
	first = weight
	mark(visit.page, h.candidacies[0])
	confirm(visit.page)
	expect(visit.page.locator("[data-receipt]")).to_be_visible()
	visit.page.wait_for_load_state("networkidle")
	print(f"the page {first / 1024:.1f} KB, the whole vote {visit.transferred / 1024:.1f} KB")
	assert visit.transferred <= MOST_BYTES


def hall_of_nine() -> hall.Hall:
	h = hall.build(organizations=11, candidates=9, seats=7, max_choices=7)
	h.go_online(sealed=0)
	return _opened(h, shortest=2, lengths=5)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_nobody_scrolls_sideways(portal, site, language):
	for values in ({}, {"form": "Instant-Runoff Vote", "seats": 1, "max_choices": 0}):
		h = open_hall(**values)
		visit = delegate(portal, h, language, SMALL)
		visit.check()
		for summary in visit.page.locator("summary").all():
			summary.click()
		while (unranked := visit.page.locator(".order button:not(.plain)")).count():
			unranked.first.click()
		visit.check_width()
		visit.page.set_viewport_size(PHONE)
		visit.check_tall_text()
