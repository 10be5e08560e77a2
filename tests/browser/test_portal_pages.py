"""Every page of the portal, in Arabic and in English: light, readable on the smallest phone, for everybody.

Weights are what came over the wire, headers and bodies, from the test server, where nothing stands in front of it:
it compresses the pages and sends style and script as they are. A first visit has an empty cache; the visits after it
have what the first one left there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import frappe
import pytest
from playwright.sync_api import expect

from aso_network.portal import spam
from tests.browser import portal_stage
from tests.browser.portal import DESKTOP, PHONE, SMALL, Visit

FIRST, LATER = 60 * 1024, 15 * 1024
LANGUAGES = ("ar", "en")
# Whoever sends a form faster has not read it, and is asked to look again.
READING = (spam.TOO_QUICK + 1) * 1000


@pytest.fixture(scope="module")
def pages(_connection) -> portal_stage.PortalStage:
	frappe.set_user("Administrator")
	return portal_stage.build()


@pytest.fixture
def refusals(console_errors):
	"""Some pages here say that there is nothing to see; the browser notes each such answer."""
	yield
	console_errors[:] = [line for line in console_errors if "Failed to load resource" not in line]


@pytest.fixture
def visits(portal, pages, site) -> Callable[..., Iterator[tuple[Visit, list[str]]]]:
	"""For each of the people a visit, and the pages to look at."""

	def each(language: str, size: dict = PHONE, **options: object) -> Iterator[tuple[Visit, list[str]]]:
		for user, paths in pages.looks():
			if user:
				yield portal.member(user, language, size, **options), paths
			else:
				yield portal.stranger(language, size, **options), paths

	return each


class Complaints(list):
	"""What is wrong, of all pages, before the test fails."""

	def look(self, visit: Visit, path: str) -> None:
		"""Open the page, whichever answer it gives; that it breaks is the only wrong one."""
		answer = visit.page.goto(path, wait_until="load")
		if answer.status >= 500:
			self.append(f"{path}: HTTP {answer.status}")

	def of(self, path: str, *checks: Callable[[], None]) -> None:
		for check in checks:
			try:
				check()
			except AssertionError as error:
				self.append(f"{path}: {error}")

	def none(self) -> None:
		assert not self, "\n".join(self)


def test_no_page_is_forgotten_here(pages):
	assert not pages.unseen()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_fingers_find_everything(visits, language, refusals):
	wrong = Complaints()
	for visit, paths in visits(language):
		for path in paths:
			wrong.look(visit, path)
			wrong.of(path, visit.check_direction, visit.check_axe, visit.check_targets, visit.check_width)
	wrong.none()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_scrolls_sideways(visits, language, refusals):
	"""At 320 px, which is also a window of 640 px at 200 % zoom, and with letters of twice the size."""
	wrong = Complaints()
	for visit, paths in visits(language, SMALL):
		for path in paths:
			wrong.look(visit, path)
			wrong.of(path, visit.check_width)
			visit.page.set_viewport_size(PHONE)
			wrong.of(f"{path}, large letters", visit.check_tall_text)
			visit.page.set_viewport_size(DESKTOP)
			wrong.of(f"{path}, desktop", visit.check_width)
			visit.page.set_viewport_size(SMALL)
	wrong.none()


def test_pages_are_light(portal, pages, refusals):
	wrong, weights = Complaints(), []
	for user, paths in pages.looks():
		visit = portal.member(user) if user else portal.stranger()
		form = "/my/initiative" if user else "/apply"
		for path in paths:
			visit.forget_files()
			weight = weigh(wrong, visit, path)
			# A page with a form asks for one more file, once.
			wrong.look(visit, form)
			again = weigh(wrong, visit, path)
			weights.append((path, weight, again))
			if weight > FIRST:
				wrong.append(f"{path}: {weight} bytes at a first visit")
			if again > LATER:
				wrong.append(f"{path}: {again} bytes at a later visit")
	for path, weight, again in weights:
		print(f"{path:<60} {weight / 1024:6.1f} KB {again / 1024:6.1f} KB")
	wrong.none()


def weigh(wrong: Complaints, visit: Visit, path: str) -> int:
	visit.transferred = 0
	wrong.look(visit, path)
	visit.page.wait_for_load_state("networkidle")
	return visit.transferred


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_can_be_read_without_javascript(visits, language, refusals):
	wrong = Complaints()
	for visit, paths in visits(language, javascript=False):
		for path in paths:
			wrong.look(visit, path)
			wrong.of(path, visit.check_direction)
			if not any(text.strip() for text in visit.page.locator("main h1").all_inner_texts()):
				wrong.append(f"{path}: no heading")
			# A step or a field that only a script shows could not be filled in.
			hidden = visit.page.locator("form.web .step:not(:visible), form.web .field:not(:visible)").count()
			if hidden:
				wrong.append(f"{path}: {hidden} parts of the form are hidden")
	wrong.none()


def test_a_form_is_sent_without_javascript(portal, pages):
	visit = portal.member(pages.voter, "en", javascript=False)
	visit.open("/my/initiative")
	visit.page.wait_for_timeout(READING)
	visit.page.locator("[name=title]").fill("Sent by hand")
	fill(visit)
	visit.page.locator("form.web [data-send]").click()
	visit.page.wait_for_load_state("load")
	assert "Sent by hand" in made("Sent by hand"), visit.text


def test_a_form_is_sent_by_the_keyboard_alone(portal, pages):
	visit = portal.member(pages.voter, "en")
	visit.open("/my/initiative")
	visit.page.wait_for_timeout(READING)
	reach(visit, "[name=title]")
	visit.page.keyboard.type("Sent by keys")
	for _step in range(12):
		by_keys(visit)
		if visit.page.locator("form.web [data-send]").is_visible():
			break
		reach(visit, "form.web .actions .button:visible >> text=Next")
		visit.page.keyboard.press("Enter")
	reach(visit, "form.web [data-send]")
	visit.page.keyboard.press("Enter")
	expect(visit.page.locator("[data-sent]")).to_be_visible()
	assert "Sent by keys" in made("Sent by keys"), visit.text


def made(title: str) -> list[str]:
	frappe.db.rollback()
	return frappe.get_all("Network Activity", {"title": ("like", f"%{title}%")}, pluck="title")


def required(visit: Visit) -> list:
	"""The empty fields that must be filled in, of those that are on the screen."""
	fields = visit.page.locator("form.web [required]:visible")
	groups = visit.page.locator("form.web .field fieldset:has(> legend .need):visible")
	return [
		*(fields.nth(place) for place in range(fields.count())),
		*(groups.nth(place).locator("input").first for place in range(groups.count())),
	]


def fill(visit: Visit) -> None:
	for field in required(visit):
		kind = field.evaluate("field => field.type || field.tagName")
		if kind in ("checkbox", "radio"):
			field.check()
		elif kind == "select-one":
			field.select_option(index=1)
		elif not field.input_value():
			field.fill("2030-01-01" if kind == "date" else "Words that say what is meant.")


def by_keys(visit: Visit) -> None:
	for field in required(visit):
		kind = field.evaluate("field => field.type || field.tagName")
		if kind in ("checkbox", "radio"):
			if not field.is_checked():
				tab_to(visit, field)
				visit.page.keyboard.press("Space")
		elif kind == "select-one":
			tab_to(visit, field)
			visit.page.keyboard.press("ArrowDown")
		elif not field.input_value():
			tab_to(visit, field)
			visit.page.keyboard.type("01012030" if kind == "date" else "Words that say what is meant.")


def reach(visit: Visit, selector: str) -> None:
	tab_to(visit, visit.page.locator(selector).first)


def tab_to(visit: Visit, target) -> None:
	"""By the Tab key, as often as it takes; what has the focus must be seen to have it."""
	for _press in range(80):
		if target.evaluate("field => field === document.activeElement"):
			style = target.evaluate("field => getComputedStyle(field).outlineStyle")
			assert style != "none", "the focus cannot be seen"
			return
		visit.page.keyboard.press("Tab")
	raise AssertionError(f"the keyboard does not reach {target}")


def test_the_first_tab_leads_past_the_menu(portal, pages):
	visit = portal.stranger("ar")
	visit.open("/network")
	visit.page.keyboard.press("Tab")
	skip = visit.page.locator(".skip")
	expect(skip).to_be_focused()
	expect(skip).to_be_in_viewport()
	visit.page.keyboard.press("Enter")
	assert visit.page.evaluate("document.activeElement.id") == "main"
