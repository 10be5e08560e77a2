"""The README's pictures, taken from the demonstration as `make demo` serves it.

Written to aso_network/docs/images if this user may write there, else beside the bench; the last line says where.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe
from playwright.sync_api import Browser, sync_playwright

from aso_network.demo import online, remains, story

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "aso_network" / "docs" / "images"
SITE, BENCH = os.environ["ASO_SITE"], os.environ["ASO_BENCH"]
BASE_URL = os.environ.get("ASO_BASE_URL") or f"http://{SITE}:8000"
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# What a member sees on a phone: page → picture
PORTAL = {
	"/my": "my-organization-phone-ar.png",
	"/my/elections": "elections-phone-ar.png",
	"/my/initiative": "form-step-phone-ar.png",
}
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def main() -> int:
	os.chdir(Path(BENCH, "sites"))
	frappe.init(site=SITE)
	frappe.connect()
	if not remains.manifest():
		print("The pictures show the demonstration: run 'make demo' first.")
		return 1
	people = {login["role"]: login for login in story.logins()}
	result = frappe.db.get_value("Election", {"platform": "Deir Ezzor"}, "result")
	meeting = frappe.db.get_value("General Meeting", {"platform": "Deir Ezzor"})
	folder = IMAGES if os.access(IMAGES, os.W_OK) else Path(os.environ["ASO_RESULTS"])
	folder.mkdir(parents=True, exist_ok=True)
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=os.environ.get("ASO_BROWSER") or None, args=ARGS)
		manager = people["Network Manager"]
		picture(browser, manager, "/app/aso-network", DESKTOP, folder / "workspace.png")
		picture(
			browser,
			manager,
			f"/app/election-result/{result}",
			DESKTOP | {"height": 1150},
			folder / "result.png",
		)
		transferred = frappe.db.get_value("Election", {"form": "Single Transferable Vote"}, "result")
		with reading(manager["user"], "ar"):
			picture(
				browser,
				manager,
				f"/app/election-result/{transferred}",
				DESKTOP | {"height": 1900},
				folder / "rounds-ar.png",
			)
		officer = people["Network Officer"]
		with reading(officer["user"], "ar"):
			picture(
				browser, officer, f"/app/general-meeting/{meeting}", PHONE, folder / "meeting-phone-ar.png"
			)
		member = people["Member Representative"]
		with reading(member["user"], "ar"):
			for path, name in PORTAL.items():
				portal_picture(browser, member, path, folder / name)
		voter, election = online.LOGIN, frappe.db.get_value("Election", {"status": "Voting Open"})
		delegate = next(login for login in story.logins() if login["user"] == voter)
		with reading(voter, "ar"):
			portal_picture(browser, delegate, f"/my/vote/{election}", folder / "vote-phone-ar.png")
		portal_picture(browser, None, f"/network/elections/{election}", folder / "watch-phone-ar.png")
		portal_picture(browser, None, "/network", folder / "network-phone-ar.png")
		browser.close()
	print(f"The pictures are in {folder}")
	return 0


@contextmanager
def reading(user: str, language: str) -> Iterator[None]:
	"""`user` works in `language` meanwhile."""
	before = frappe.db.get_value("User", user, "language")
	set_language(user, language)
	try:
		yield
	finally:
		set_language(user, before)


def set_language(user: str, language: str | None) -> None:
	frappe.db.set_value("User", user, "language", language)
	frappe.db.commit()
	frappe.clear_cache(user=user)


def picture(browser: Browser, who: dict, path: str, size: dict, file: Path) -> None:
	context = browser.new_context(viewport=size, base_url=BASE_URL)
	page = context.new_page()
	context.request.post("/api/method/login", form={"usr": who["user"], "pwd": who["password"]})
	page.goto(path)
	page.wait_for_load_state("networkidle")
	page.wait_for_function("window.frappe && frappe.request && !frappe.request.ajax_count")
	# Charts draw themselves a moment after their data is there.
	page.wait_for_timeout(2500)
	page.screenshot(path=file)
	context.close()


def portal_picture(browser: Browser, who: dict | None, path: str, file: Path) -> None:
	"""A page of the portal in Arabic on a phone, as `who` or as a stranger."""
	context = browser.new_context(viewport=PHONE, base_url=BASE_URL, locale="ar-SY", device_scale_factor=2)
	if who:
		context.request.post("/api/method/login", form={"usr": who["user"], "pwd": who["password"]})
	page = context.new_page()
	page.goto(path)
	page.screenshot(path=file)
	context.close()


if __name__ == "__main__":
	sys.exit(main())
