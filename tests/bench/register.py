"""A hall registers: `make bench-register` prints how long 200 people behind one address take, and what 20 at the same
moment do to the last ten places.

Works on a copy of the test site that is dropped at the end, served by gunicorn as in production. Everybody opens the
form, waits as people do, and sends it once; nothing goes past the web server.

Arguments: [number of people] [--keep] (leave the copy for a closer look)
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import frappe
import requests
from frappe.utils import add_to_date, now_datetime
from serving import BENCH, copy_of_test_site, served

SITE = "aso-register-test.localhost"
AT_ONCE, PLACES = 20, 10
WITHIN = 300.0
QUICKEST = 3.2  # seconds; the form takes nothing that was filled in faster than a person can


def session(title: str, capacity: int) -> str:
	"""A session that is open to the public. Returns its name."""
	start = add_to_date(now_datetime(), days=7)
	doc = frappe.get_doc(
		{
			"doctype": "Training Session",
			"title_en": title,
			"kind": "Workshop",
			"venue": "The hall",
			"platform": platform(),
			"starts_on": start,
			"ends_on": add_to_date(start, hours=3),
			"capacity": capacity,
			"publish_level": "Public",
			"open_to_public": 1,
		}
	).insert()
	doc.status = "Registration Open"
	doc.save()
	frappe.db.commit()
	return doc.name


def platform() -> str:
	found = frappe.db.get_value("Network Platform", {})
	if found:
		return found
	root = frappe.db.get_value("Territory", {"parent_territory": ("in", ("", None))})
	place = frappe.get_doc(
		{
			"doctype": "Territory",
			"territory_name": "Hall",
			"parent_territory": root,
			"is_group": 1,
			"aso_level": "Governorate",
		}
	).insert()
	return (
		frappe.get_doc({"doctype": "Network Platform", "name_en": "Hall", "territory": place.name})
		.insert()
		.name
	)


def ask(method: str, url: str, **options: object) -> requests.Response:
	with requests.Session() as client:
		client.trust_env = False  # no proxy stands before this machine itself
		return client.request(
			method, url, headers={"Host": SITE}, allow_redirects=False, timeout=60, **options
		)


def open_form(address: str, name: str) -> str:
	"""The token in the form of this session."""
	page = ask("GET", f"{address}/register?session={name}")
	page.raise_for_status()
	return re.search(r'name="token" value="([^"]+)"', page.text)[1]


def register(address: str, name: str, token: str, number: int) -> tuple[int, float]:
	"""(HTTP status, seconds) of one person's form."""
	began = time.perf_counter()
	answer = ask(
		"POST",
		f"{address}/register",
		data={
			"session": name,
			"token": token,
			"person_name": f"Person {chr(65 + number % 26)}{chr(97 + number // 26)} Hall",
			"phone": f"+9639440{number:05d}",
			"email": f"person{number}@example.org",
			"data_consent": "1",
		},
	)
	return answer.status_code, time.perf_counter() - began


def everybody(address: str, name: str, people: range, at_once: int) -> tuple[Counter, list[float], float]:
	"""(answers by HTTP status, seconds of each, seconds of all)."""
	with ThreadPoolExecutor(at_once) as hall:
		tokens = list(hall.map(lambda _number: open_form(address, name), people))
		time.sleep(QUICKEST)
		began = time.perf_counter()
		answers = list(
			hall.map(lambda pair: register(address, name, *pair), zip(tokens, people, strict=True))
		)
	return (
		Counter(status for status, _seconds in answers),
		sorted(seconds for _status, seconds in answers),
		time.perf_counter() - began,
	)


def stored(name: str) -> tuple[Counter, int, int]:
	"""(registrations by status, lines on the list, the number that the session says)."""
	frappe.db.rollback()
	frappe.db.value_cache.clear()
	statuses = frappe.get_all("Training Registration", filters={"session": name}, pluck="status")
	lines = frappe.db.count("Session Participant", {"parent": name})
	return Counter(statuses), lines, frappe.db.get_value("Training Session", name, "registered_count")


def run(number: int) -> bool:
	os.chdir(BENCH / "sites")
	frappe.init(site=SITE)
	frappe.connect()
	frappe.set_user("Administrator")
	hall, last = session("A hall", number), session("The last places", PLACES)
	with served(SITE, workers=2) as server:
		address = server.address
		statuses, seconds, total = everybody(address, hall, range(number), 8)
		found, lines, counted = stored(hall)
		print(f"\n{number} people behind one address, 8 at a time: {dict(statuses)} in {total:.1f} s")
		print(
			f"  each: median {statistics.median(seconds) * 1000:.0f} ms, 95 % within"
			f" {seconds[int(len(seconds) * 0.95) - 1] * 1000:.0f} ms, slowest {seconds[-1] * 1000:.0f} ms"
		)
		print(f"  registrations {dict(found)}, lines {lines}, counted {counted}")
		good = statuses == {303: number} and found == {"Registered": number} and lines == counted == number
		good = good and total < WITHIN
		statuses, seconds, total = everybody(address, last, range(number, number + AT_ONCE), AT_ONCE)
		found, lines, counted = stored(last)
		print(f"{AT_ONCE} people at once for {PLACES} places: {dict(statuses)} in {total:.1f} s")
		print(f"  registrations {dict(found)}, lines {lines}, counted {counted}")
		good = good and statuses == {303: AT_ONCE} and lines == counted == PLACES
		good = good and found == {"Registered": PLACES, "Waiting List": AT_ONCE - PLACES}
	frappe.destroy()
	return good


def main(arguments: list[str]) -> int:
	number = int(next((word for word in arguments if word.isdigit()), 200))
	with copy_of_test_site(SITE, keep="--keep" in arguments):
		good = run(number)
	print("passed" if good else "FAILED")
	return 0 if good else 1


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
