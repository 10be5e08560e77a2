"""Tests in a real browser, on a site that is copied afresh for every run.

`make test-browser` makes the site, serves it and says where everything is. A test gets

- `login(user, password)`: a page, logged in; call it again for a second person at the same time;
- `admin`, `guest`: a page of Administrator's, a page of nobody's;
- `desk(user)`: the same for a user of `stage`'s making, with the hands to work the desk;
- `portal`: opens the portal on a phone, as a member or as a stranger (see portal.py);
- `console_errors`: what any of its pages complained about, as a list of strings; if it is not empty at the
  end, the test fails;
- `site`: Frappe, connected to the same site, to prepare and to look: `site.commit()` shows the web
  server what was written, `site.refresh()` shows the test what the web server wrote.

A screenshot of every open page is kept in test-results/ when a test fails.
"""

import os
import re
from pathlib import Path

import pytest

BENCH = os.environ.get("ASO_BENCH")
PORT = os.environ.get("ASO_BROWSER_PORT")
SITES = os.environ.get("ASO_BROWSER_SITES", "").split(",")
# Where two workers run, each has its own site. (ASO_BROWSER_SITE and ASO_BASE_URL: one that you serve yourself.)
SITE = (
	os.environ.get("ASO_BROWSER_SITE") or SITES[-1 if os.environ.get("PYTEST_XDIST_WORKER") == "gw1" else 0]
)
BASE_URL = os.environ.get("ASO_BASE_URL") or (SITE and PORT and f"http://{SITE}:{PORT}")
RESULTS = Path(os.environ.get("ASO_RESULTS") or "test-results")

PATIENCE_MS = 20_000
CHROMIUM_ARGS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--disable-dev-shm-usage",
]
# No doing of the app's: pictures from outside, and the icon of the bare page that `login` starts from.
NOT_OURS = re.compile(r"gravatar\.com|/favicon\.ico|ERR_INTERNET_DISCONNECTED|ERR_NAME_NOT_RESOLVED")


def pytest_collection_modifyitems(config, items):
	here = Path(__file__).parent
	if BASE_URL or not any(here in Path(item.path).parents for item in items):
		return
	raise pytest.UsageError("tests/browser needs a served site: run 'make test-browser'.")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
	outcome = yield
	setattr(item, f"report_{call.when}", outcome.get_result())


@pytest.fixture(scope="session")
def base_url():
	return BASE_URL


@pytest.fixture(scope="session")
def chromium():
	from playwright.sync_api import expect, sync_playwright

	expect.set_options(timeout=PATIENCE_MS)
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(
			executable_path=os.environ.get("ASO_BROWSER") or None, args=CHROMIUM_ARGS
		)
		yield browser
		browser.close()


@pytest.fixture
def console_errors():
	"""What the pages of this test complained about; it fails the test unless the test has taken it out."""
	found = []
	yield found
	assert not found, "the browser's console:\n" + "\n".join(found)


@pytest.fixture
def open_page(chromium, base_url, console_errors, request):
	"""A page in a context of its own; takes Playwright's options, e.g. viewport or locale."""
	contexts = []

	def make(**options):
		options = {
			"viewport": {"width": 1280, "height": 900},
			"locale": "en-GB",
			"base_url": base_url,
		} | options
		context = chromium.new_context(**options)
		contexts.append(context)
		context.set_default_timeout(PATIENCE_MS)

		def on_console(message):
			if message.type == "error" and not NOT_OURS.search(f"{message.text} {message.location}"):
				console_errors.append(f"{message.text} ({message.location.get('url', '')})")

		context.on("console", on_console)
		context.on("weberror", lambda error: console_errors.append(str(error.error)))
		return context.new_page()

	yield make
	failed = any(
		getattr(item_report, "failed", False)
		for item_report in (getattr(request.node, f"report_{when}", None) for when in ("setup", "call"))
	)
	for number, page in enumerate(page for context in contexts for page in context.pages):
		if failed:
			RESULTS.mkdir(parents=True, exist_ok=True)
			name = re.sub(r"[^\w.-]+", "_", request.node.nodeid.split("/")[-1])
			try:
				page.screenshot(path=RESULTS / f"{name}-{number}.png", full_page=True)
			except Exception as error:
				print(f"no screenshot of {page.url}: {error}")
	for context in contexts:
		context.close()


@pytest.fixture
def login(open_page):
	def log_in(user, password, **options):
		page = open_page(**options)
		page.goto("/api/method/ping")
		status = page.evaluate(
			"""async ([usr, pwd]) => (await fetch("/api/method/login", {
				method: "POST",
				headers: {"Content-Type": "application/json", "Accept": "application/json"},
				body: JSON.stringify({usr, pwd}),
			})).status""",
			[user, password],
		)
		assert status == 200, f"{user} could not log in: HTTP {status}"
		return page

	return log_in


@pytest.fixture
def admin(login):
	return login("Administrator", Path(BENCH, ".aso_network", "admin-password").read_text().strip())


@pytest.fixture
def desk(login):
	from tests.browser import stage
	from tests.browser.desk import Desk

	return lambda user, **options: Desk(login(user, stage.PASSWORD, **options))


@pytest.fixture
def portal(open_page, base_url):
	"""Opens visits to the portal; fails the test if one of them asked another host for anything."""
	from tests.browser import stage
	from tests.browser.portal import Portal

	visits = Portal(open_page, base_url, stage.PASSWORD)
	yield visits
	assert not visits.strays, "requests to other hosts:\n" + "\n".join(visits.strays)


@pytest.fixture
def guest(open_page):
	return open_page()


class Site:
	"""Frappe on the served site, for preparing and for looking."""

	name = SITE

	def commit(self):
		import frappe

		frappe.db.commit()

	def refresh(self):
		import frappe

		frappe.db.rollback()
		frappe.db.value_cache.clear()
		frappe.local.cache.clear()


def make_people():
	import frappe

	from tests.site import builders

	builders.stock_users()
	frappe.db.commit()


@pytest.fixture(scope="session")
def _connection():
	import frappe

	before = Path.cwd()
	os.chdir(Path(BENCH, "sites"))
	try:
		frappe.init(site=SITE)
		frappe.connect()
		frappe.set_user("Administrator")
		frappe.flags.mute_emails = True
		make_people()
		yield Site()
	finally:
		frappe.destroy()
		os.chdir(before)


@pytest.fixture
def site(_connection):
	import frappe

	frappe.set_user("Administrator")
	_connection.refresh()
	yield _connection
	frappe.db.rollback()
