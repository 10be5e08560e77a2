"""Frappe's desk as a person works it: routes, fields, tables, the actions of a document, by mouse or keys.

Works on a Playwright page that is logged in. Everything is found by what is on the screen: labels of
buttons, names of fields, visible rows; nothing is set behind the form's back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

QUIET = """() => window.frappe && frappe.boot && frappe.request && !frappe.request.ajax_count
	&& document.body.dataset.ajaxState !== "triggered"
	&& !document.querySelector("#freeze:not(.grid-form), .page-skeleton, .workspace-skeleton")
	&& !(window.cur_page && $(cur_page.page).find(".page-container-loading").length)"""

# Cards and charts of a workspace come one by one, after everything else.
DRAWN = """() => {
	const all = selector => [...document.querySelectorAll(`.page-container .widget-group ${selector}, .ce-block ${selector}`)];
	const cards = all(".number-widget-box"), charts = all(".dashboard-widget-box");
	return cards.length && charts.length && cards.every(card => card.querySelector(".number"))
		&& charts.every(chart => chart.querySelector("svg.frappe-chart, .chart-empty-state"));
}"""

TOO_WIDE = """() => {
	const root = document.documentElement, window_width = root.clientWidth;
	if (root.scrollWidth <= window_width + 4) return [];
	return [...document.querySelectorAll(".page-container *")]
		.filter(part => part.checkVisibility() && !part.closest(".layout-side-section, .form-grid"))
		.map(part => [part, part.getBoundingClientRect()])
		.filter(([, box]) => box.width && (box.right > window_width + 4 || box.left < -4))
		.map(([part, box]) => `${part.tagName}.${part.className} ${Math.round(box.left)}..${Math.round(box.right)}`)
		.concat(`${root.scrollWidth} of ${window_width}`);
}"""


class Desk:
	def __init__(self, page: Page) -> None:
		self.page = page

	# where one is

	def open(self, route: str) -> None:
		"""By the address bar, with a fresh load of the desk."""
		self.page.goto(f"/app/{route}")
		self.settle()

	def home(self) -> None:
		"""Where one lands after logging in, with everything on it drawn."""
		self.page.goto("/app")
		self.settle()
		self.page.wait_for_function(DRAWN)
		self.settle()

	def go(self, *route: str) -> None:
		"""By a link: the desk stays loaded."""
		self.page.evaluate("route => frappe.set_route(route)", list(route))
		self.settle()

	def settle(self) -> None:
		"""Wait until nothing is being fetched; twice, since one answer often asks the next question."""
		for _time in range(2):
			self.page.wait_for_function(QUIET)
			self.page.wait_for_timeout(40)
		self.page.wait_for_function(QUIET)

	@property
	def here(self) -> Locator:
		"""The page of the desk that is in front."""
		return self.page.locator(".page-container:visible")

	@property
	def form(self) -> Locator:
		return self.here.locator(".form-layout").first

	@property
	def dialog(self) -> Locator:
		return self.page.locator(".modal.show").last

	@property
	def status(self) -> str:
		return self.here.locator(".page-head .indicator-pill:visible").first.inner_text().strip()

	@property
	def name(self) -> str:
		"""Name of the document whose form is open."""
		return self.page.evaluate("cur_frm.docname")

	# what one does

	def button(self, label: str, within: Locator | None = None) -> None:
		(within or self.here).get_by_role("button", name=label, exact=True).locator(
			"visible=true"
		).first.click()
		self.settle()

	def menu(self, group: str, item: str) -> None:
		"""A button in a group at the top of the form, e.g. Create, General Meeting."""
		head = self.here.locator(".page-head")
		head.locator(".inner-group-button:visible").filter(has_text=group).locator("button").click()
		head.locator(".dropdown-menu.show .dropdown-item").filter(has_text=item).first.click()
		self.settle()

	def action(self, label: str, becomes: str) -> None:
		"""A step of the lifecycle, from the menu Actions."""
		head = self.here.locator(".page-head")
		head.locator(".actions-btn-group:visible > button").click()
		head.locator(".actions-btn-group .dropdown-item:visible").get_by_text(label, exact=True).click()
		expect(head.locator(".indicator-pill:visible").first).to_have_text(re.compile(rf"^\s*{becomes}\s*$"))
		self.settle()

	def save(self) -> None:
		"""Press Save; once more when nothing came of it, since the head of a form that redraws itself
		between the pressing and the letting go of a button swallows the click."""
		pill = self.here.locator(".page-head .indicator-pill:visible").first
		self.button("Save")
		try:
			expect(pill).not_to_have_text("Not Saved", timeout=5000)
		except AssertionError:
			self.button("Save")
			expect(pill).not_to_have_text("Not Saved")

	def tab(self, label: str) -> None:
		self.form.locator(".form-tabs .nav-link:visible").filter(has_text=label).click()
		self.settle()
		expect(self.form.locator(".tab-pane.active")).to_have_count(1)

	def each_tab(self) -> Iterator[str]:
		"""Show each tab of this form in turn, with its label; a form without tabs once."""
		links = self.form.locator(".form-tabs .nav-item.show .nav-link")
		for place in range(links.count()):
			links.nth(place).click()
			yield links.nth(place).inner_text()
		if not links.count():
			yield ""

	def too_wide(self) -> list[str]:
		"""What sticks out of the window to either side, so that one would have to scroll; a hair is forgiven."""
		return self.page.evaluate(TOO_WIDE)

	def field(self, name: str, within: Locator | None = None) -> Locator:
		return (within or self.form).locator(f"[data-fieldname='{name}']:visible").first

	def write(self, field: str, text: str, within: Locator | None = None) -> None:
		box = self.field(field, within).locator("input, textarea, .ql-editor").locator("visible=true").first
		box.fill(text)
		if "ql-editor" in (box.get_attribute("class") or ""):
			# The editor tells the form a moment later.
			self.page.wait_for_timeout(400)
		else:
			box.press("Tab")

	def select(self, field: str, option: str, within: Locator | None = None) -> None:
		self.field(field, within).locator("select").select_option(option)
		# Other fields may come or go with it.
		self.settle()

	def choose(self, field: str, text: str, within: Locator | None = None) -> None:
		"""Type into a link field and take the suggestion that has this text."""
		box = self.field(field, within).locator("input").first
		box.click()
		box.press_sequentially(text, delay=5)
		option = self.page.locator(".awesomplete ul:not([hidden]) [role=option]").filter(has_text=text).first
		option.click()
		self.settle()

	@contextmanager
	def new_row(self, table: str) -> Iterator[Locator]:
		"""Add a row to a table and fill it in its own form, which is closed afterwards."""
		grid = self.field(table)
		grid.locator(".grid-add-row").click()
		row = grid.locator(".grid-body .grid-row").last
		row.locator(".btn-open-row").click()
		form = grid.locator(".grid-row-open .form-in-grid")
		form.wait_for()
		yield form
		form.locator(".grid-collapse-row").first.click()
		form.wait_for(state="hidden")
