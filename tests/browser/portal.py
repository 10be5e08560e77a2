"""The portal in a phone's browser: who looks, what went over the line, what a page must be for everybody.

The fixture `portal` opens visits:

	visit = portal.member(stage.representative(organization))   # Arabic, 390 × 844
	visit = portal.stranger("en", SMALL, javascript=False)      # English, 320 × 640
	visit.open("/my/training")
	visit.check()                                               # direction, width, axe

Whatever a visit does, no request may leave the host: the test fails at its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_string, policy
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Locator, Page

from aso_network.portal import spam

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}
DIRECTIONS = {"ar": "rtl", "ckb": "rtl", "en": "ltr", "ku": "ltr"}
LOCALES = {"ar": "ar-SY", "en": "en-GB", "ku": "ku-TR"}

# What axe-core calls the rules of WCAG 2.2 level A and AA, and its own advice about landmarks and headings.
AXE_OPTIONS = {
	"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	"resultTypes": ["violations"],
}

TOO_WIDE = """() => {
	const root = document.documentElement, width = root.clientWidth;
	if (root.scrollWidth <= width) return [];
	const inner = part => {
		for (let box = part.parentElement; box && box !== document.body; box = box.parentElement)
			if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(box).overflowX)) return true;
		return false;
	};
	return [...document.body.querySelectorAll("*")]
		.filter(part => part.checkVisibility() && !inner(part))
		.map(part => [part, part.getBoundingClientRect()])
		.filter(([, box]) => box.width && (box.right > width + 1 || box.left < -1))
		.map(([part, box]) => `${part.tagName}.${part.className} ${Math.round(box.left)}..${Math.round(box.right)}`)
		.concat(`${root.scrollWidth} of ${width}`);
}"""

# What a finger must hit: controls and links that stand alone (a link within a sentence is as high as its line).
TOO_SMALL = """() => [...document.querySelectorAll(
		"button, input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea, summary, nav a, a[role=button]"
	)]
	.filter(part => part.checkVisibility() && !part.closest("[aria-hidden=true]"))
	.map(part => [part, part.getBoundingClientRect()])
	.filter(([, box]) => box.width > 1 && box.height > 1 && (box.height < 43.5 || box.width < 24))
	.map(([part, box]) => `${part.outerHTML.slice(0, 90)} ${Math.round(box.width)}×${Math.round(box.height)}`)"""


# Who sends a form sooner than this after it was opened is taken for a program.
TOO_QUICK_MS = spam.TOO_QUICK * 1000


def choose_platform(page: Page, platform: str) -> None:
	"""A few platforms are all shown at once, more are a list to choose from."""
	box = page.locator("[name=platform]")
	if box.first.evaluate("box => box.tagName") == "SELECT":
		box.select_option(platform)
	else:
		page.locator(f"[name=platform][value='{platform}']").check()


def mailed_link(site: object, address: str) -> str:
	"""The path in the last letter to `address`."""
	import frappe

	site.refresh()
	name = frappe.get_all(
		"Email Queue",
		filters=[["Email Queue Recipient", "recipient", "=", address]],
		pluck="name",
		order_by="`tabEmail Queue`.creation desc",
		limit=1,
	)[0]
	message = message_from_string(frappe.db.get_value("Email Queue", name, "message"), policy=policy.default)
	return re.search(r"https?://[^/]+(/\S+\?(?:key|token)=\w+)", message.get_body(("plain",)).get_content())[
		1
	]


@cache
def axe_source() -> str:
	return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


class Portal:
	"""Opens visits. Takes the fixture `open_page` and keeps an eye on everything its pages ask for."""

	def __init__(self, open_page: Callable[..., Page], base_url: str, password: str) -> None:
		self._open_page, self._host, self._password = open_page, urlsplit(base_url).netloc, password
		self.strays: list[str] = []  # requests to other hosts

	def stranger(
		self, language: str = "ar", size: dict = PHONE, javascript: bool = True, **options: object
	) -> Visit:
		"""Somebody without an account, whose browser speaks `language`."""
		page = self._open_page(
			viewport=size,
			locale=LOCALES.get(language, language),
			java_script_enabled=javascript,
			**options,
		)
		page.context.on("request", self._watch)
		return Visit(page, language, javascript)

	def member(
		self,
		user: str,
		language: str = "ar",
		size: dict = PHONE,
		javascript: bool = True,
		password: str | None = None,
		**options: object,
	) -> Visit:
		"""`user`, logged in, with `language` as the language of the account. Commits what the test prepared."""
		import frappe

		from tests.browser import stage

		stage.speak(user, language)
		frappe.db.commit()
		frappe.clear_cache(user=user)
		visit = self.stranger(language, size, javascript, **options)
		login(visit.page.context, user, password or self._password)
		return visit

	def _watch(self, request: object) -> None:
		parts = urlsplit(request.url)
		if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._host:
			self.strays.append(f"{request.url} from {request.frame.url}")


def login(context: BrowserContext, user: str, password: str) -> None:
	"""By the API, so that it works in a browser without JavaScript as well; the cookie is the browser's."""
	answer = context.request.post("/api/method/login", form={"usr": user, "pwd": password})
	assert answer.ok, f"{user} could not log in: HTTP {answer.status}"


class Visit:
	"""One person's browser on the portal."""

	def __init__(self, page: Page, language: str, javascript: bool = True) -> None:
		self.page, self.language, self.javascript = page, language, javascript
		self.transferred = 0
		self._wire = page.context.new_cdp_session(page)
		self._wire.send("Network.enable")
		self._wire.on("Network.loadingFinished", self._weigh)

	def _weigh(self, event: dict) -> None:
		# Headers and body as they came over the wire; what the browser's cache gave is 0.
		self.transferred += int(event.get("encodedDataLength") or 0)

	# going about

	def open(self, path: str, status: int = 200) -> Page:
		answer = self.page.goto(path, wait_until="load")
		assert answer and answer.status == status, f"{path}: HTTP {answer and answer.status}"
		return self.page

	def weigh(self, path: str) -> int:
		"""Bytes that came over the line to show `path`, with everything it asks for."""
		self.transferred = 0
		self.open(path)
		self.page.wait_for_load_state("networkidle")
		return self.transferred

	def forget_files(self) -> None:
		"""As at a first visit: the browser has kept nothing."""
		self._wire.send("Network.clearBrowserCache")

	def link(self, name: str, within: Locator | None = None) -> None:
		"""Follow the link of this name; waits for the page behind it."""
		(within or self.page).get_by_role("link", name=name).first.click()
		self.page.wait_for_load_state("load")

	def button(self, name: str, within: Locator | None = None) -> None:
		"""Press the button of this name."""
		(within or self.page).get_by_role("button", name=name).locator("visible=true").first.click()
		self.page.wait_for_load_state("load")

	def field(self, label: str) -> Locator:
		return self.page.get_by_label(label).first

	@property
	def text(self) -> str:
		"""What stands on the page."""
		return self.page.locator("body").inner_text()

	@property
	def html(self) -> str:
		"""Everything the page holds, visible or not."""
		return self.page.content()

	# what a page must be

	def check(self) -> None:
		"""Direction, width, targets and axe, of the page as it stands."""
		self.check_direction()
		self.check_width()
		self.check_targets()
		self.check_axe()

	def check_direction(self) -> None:
		root = self.page.locator("html")
		assert root.get_attribute("dir") == DIRECTIONS[self.language], self.page.url
		assert root.get_attribute("lang") == self.language, self.page.url

	def check_width(self) -> None:
		"""Nobody has to scroll sideways."""
		wide = self.page.evaluate(TOO_WIDE)
		assert not wide, f"{self.page.url} is too wide: {wide}"

	def check_targets(self) -> None:
		"""A finger hits every control: 44 px high."""
		small = self.page.evaluate(TOO_SMALL)
		assert not small, f"{self.page.url} has small targets:\n" + "\n".join(small)

	def check_axe(self) -> None:
		findings = self.axe()
		assert not findings, f"{self.page.url}: axe found\n" + "\n".join(findings)

	def axe(self) -> list[str]:
		"""What axe-core complains about, one line for each element."""
		assert self.javascript, "axe runs in the page: look with JavaScript"
		self.page.evaluate(axe_source())
		answer = self.page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
		return [
			f"{rule['id']} ({rule['impact']}): {rule['help']}: {' '.join(map(str, node['target']))}: {node['html'][:160]}"
			for rule in answer["violations"]
			for node in rule["nodes"]
		]

	def check_tall_text(self) -> None:
		"""With letters twice as high nothing has to be scrolled sideways either."""
		self.page.evaluate("document.documentElement.style.fontSize = '200%'")
		try:
			self.check_width()
		finally:
			self.page.evaluate("document.documentElement.style.fontSize = ''")
