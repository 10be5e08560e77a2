"""What a platform of 2,000 organisations costs: `make bench-scale` prints the figures.

Works on a copy of the test site that is dropped at the end. The organisations are written in bulk, because
admitting them is not what is measured; everything measured goes through the doors that the desk uses. With a
browser, what a person waits for is measured too.

Arguments: [number of organisations] [--keep] (leave the copy for a closer look)
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import frappe
from frappe.utils import random_string, today
from serving import BENCH, copy_of_test_site, served

from aso_network.roles import COMMITTEE, OFFICER

SITE = "aso-scale-test.localhost"
AIM = 2.0
PASSWORD = random_string(20)
OFFICER_USER = "officer.scale@example.org"

figures: list[tuple[str, float, str]] = []


@contextmanager
def measured(what: str) -> Iterator[Callable[[str], None]]:
	"""Time the block; the function it yields adds a remark to the figure."""
	remark: list[str] = []
	# As in a new request: nothing remembered by this process, but Redis is warm.
	frappe.local.message_log = []
	began = time.perf_counter()
	yield remark.append
	figures.append((what, time.perf_counter() - began, ", ".join(remark)))


def as_officer(act: Callable[[], object]) -> object:
	frappe.set_user(OFFICER_USER)
	try:
		return act()
	finally:
		frappe.set_user("Administrator")


# ---------------------------------------------------------------- the platform


def build(number: int) -> str:
	"""A platform with `number` active organisations, each with a delegate. Returns its name."""
	user(OFFICER_USER, OFFICER)
	place = frappe.get_doc(
		{
			"doctype": "Territory",
			"territory_name": "Scale",
			"parent_territory": frappe.db.get_value("Territory", {"parent_territory": ("is", "not set")})
			or frappe.db.get_value("Territory", {"parent_territory": ""}),
			"is_group": 1,
			"aso_level": "Governorate",
		}
	).insert()
	platform = frappe.get_doc(
		{"doctype": "Network Platform", "name_en": "Scale", "territory": place.name}
	).insert()
	# One of them by the door, as a pattern for all the others: whatever an admission fills in, they have too.
	person = frappe.get_doc({"doctype": "Contact", "first_name": "Delegate 0"}).insert()
	first = frappe.get_doc(
		{
			"doctype": "Member Organization",
			"name_en": "Organization 0",
			"name_ar": "منظمة 0",
			"platform": platform.name,
			"territory": place.name,
			"representatives": [
				{"contact": person.name, "is_delegate": 1, "from_date": "2000-01-01"},
			],
		}
	).insert()
	copies("Contact", person, number, lambda n: {**texts(person, n), "name": f"SCALE-C-{n}"})
	copies(
		"Member Organization",
		first,
		number,
		lambda n: {**texts(first, n), "name": f"SCALE-{n:05d}", "status": "Active"},
	)
	copies(
		"Organization Representative",
		first.representatives[0],
		number,
		lambda n: {
			**texts(first.representatives[0], n),
			"name": f"SCALE-R-{n}",
			"parent": f"SCALE-{n:05d}",
			"contact": f"SCALE-C-{n}",
		},
	)
	frappe.db.commit()
	return platform.name


def texts(pattern, number: int) -> dict[str, str]:
	"""The pattern's names, and the keys made of them, with `number` in place of its 0."""
	words = ("Delegate 0", "Organization 0", "organization0", "منظمة 0", "منظمه0")
	changed = {}
	for field, value in pattern.get_valid_dict().items():
		if isinstance(value, str) and any(word in value for word in words):
			for word in words:
				value = value.replace(word, f"{word[:-1]}{number}")
			changed[field] = value
	return changed


def copies(doctype: str, pattern, number: int, values: Callable[[int], dict]) -> None:
	row = pattern.get_valid_dict()
	fields = list(row)
	frappe.db.bulk_insert(
		doctype, fields, [[{**row, **values(n)}[field] for field in fields] for n in range(1, number + 1)]
	)


def user(email: str, role: str) -> str:
	frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": role,
			"send_welcome_email": 0,
			"new_password": PASSWORD,
			"roles": [{"role": role}],
		}
	).insert()
	return email


# ---------------------------------------------------------------- on the server


def measure_list(number: int) -> None:
	from frappe.desk import reportview

	from aso_network.api.doors import search_link

	fields = [
		f"`tabMember Organization`.`{field}`"
		for field in ("name", "title", "status", "platform", "territory", "modified", "_comments", "_assign")
	]
	frappe.local.form_dict = frappe._dict(
		doctype="Member Organization",
		fields=json.dumps(fields),
		filters="[]",
		order_by="`tabMember Organization`.`modified` desc",
		start=0,
		page_length=20,
		view="List",
	)
	with measured("list view: first page and count") as say:
		page = reportview.get()
		say(f"{len(page['values'])} of {reportview.get_count()}")
	frappe.local.form_dict = frappe._dict()
	with measured("search by Arabic name") as say:
		found = search_link("Member Organization", txt=f"منظمه {number - 1}")
		say(f"{len(found)} found")


def measure_meeting(platform: str) -> str:
	from frappe.desk.form.load import getdoc

	from aso_network.api import meetings as api
	from aso_network.workflows import guard

	meeting = frappe.get_doc(
		{
			"doctype": "General Meeting",
			"platform": platform,
			"meeting_date": today(),
			"venue": "The hall",
			"quorum_rule": "Majority of active members",
		}
	).insert()
	guard.move(meeting, "Convened")
	frappe.db.commit()
	with measured("meeting: mark all active members present") as say:
		rows = api.active_members(meeting.name)
		say(f"{len(rows)} lines")
	meeting.reload()
	meeting.extend("attendance", rows)
	with measured("meeting: save with all lines new"):
		meeting.save()
		frappe.db.commit()
	meeting = frappe.get_doc("General Meeting", meeting.name)
	meeting.attendance[0].present = 0
	with measured("meeting: save after unticking one"):
		meeting.save()
		frappe.db.commit()
	with measured("meeting: open the session"):
		meeting = guard.move(frappe.get_doc("General Meeting", meeting.name), "In Session")
		frappe.db.commit()
	frappe.local.response = frappe._dict(docs=[])
	with measured("meeting: load the form") as say:
		getdoc("General Meeting", meeting.name)
		say(f"{len(frappe.as_json(frappe.local.response)) // 1024} KiB")
	return meeting.name


def measure_roll(meeting_name: str) -> None:
	from aso_network.api import elections as api
	from aso_network.workflows import guard

	meeting = frappe.get_doc("General Meeting", meeting_name)
	votes = meeting.present_count
	for kind, values in {
		"Governance Model": {"governance_model": "Operational Body"},
		"Electoral Form": {"form": "Block Vote", "seats": 5, "max_choices": 5, "term_months": 24},
		"Rules of Candidacy": {"candidate_kind": "Organization", "max_per_organization": 1},
		"Powers": {},
		"Counting Committee": {},
	}.items():
		meeting.append("decisions", {"kind": kind, "text": kind, "votes_for": votes, **values})
	with measured("meeting: save five decisions"):
		meeting.save()
		frappe.db.commit()
	election = frappe.get_doc({"doctype": "Election", "meeting": meeting.name})
	frappe.set_user("Administrator")
	for number, row in enumerate(meeting.attendance[-2:]):
		election.append(
			"committee",
			{
				"contact": row.representative,
				"organization": row.organization,
				"user": user(f"teller{number}.scale@example.org", COMMITTEE),
			},
		)
	frappe.set_user(OFFICER_USER)
	election.insert()
	guard.move(election, "Rules Adopted")
	frappe.db.commit()
	with measured("election: freeze the roll") as say:
		say(f"{api.freeze_roll(election.name)['count']} voters")
		frappe.db.commit()
	with measured("election: what stands before opening"):
		api.issues_before_opening(election.name)


# ---------------------------------------------------------------- in the browser


def measure_browser(meeting: str) -> None:
	from playwright.sync_api import sync_playwright

	with served(SITE, statics=True) as server, sync_playwright() as playwright:
		address = f"http://{SITE}:{server.port}"
		browser = playwright.chromium.launch(
			executable_path=os.environ.get("ASO_BROWSER") or None,
			args=["--no-sandbox", f"--host-resolver-rules=MAP {SITE} 127.0.0.1"],
		)
		page = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900}).new_page()
		page.request.post("/api/method/login", form={"usr": OFFICER_USER, "pwd": PASSWORD})
		page.goto("/app/aso-network")
		page.wait_for_function("window.frappe && frappe.get_route_str && frappe.get_route_str()")
		page.wait_for_load_state("networkidle")
		# Once to warm the desk's own files; what is measured is the move from page to page.
		for turn in ("first time", "again"):
			with measured(f"browser: list of members, {turn}"):
				page.evaluate("frappe.set_route('List', 'Member Organization', 'List')")
				page.wait_for_selector(".frappe-list .list-row-container:nth-of-type(20)")
			with measured(f"browser: meeting form with all lines, {turn}"):
				page.evaluate("name => frappe.set_route('Form', 'General Meeting', name)", meeting)
				page.wait_for_function(
					"name => window.cur_frm && cur_frm.doc.name === name && !frappe.dom.freeze_count"
					" && cur_frm.fields_dict.attendance.grid.grid_rows.length > 0",
					arg=meeting,
				)
		browser.close()


# ---------------------------------------------------------------- all of it


def run(number: int) -> None:
	os.chdir(BENCH / "sites")
	frappe.init(site=SITE)
	frappe.connect()
	frappe.set_user("Administrator")
	began = time.perf_counter()
	platform = build(number)
	print(f"  {number} active organisations written in {time.perf_counter() - began:.1f} s", flush=True)
	as_officer(lambda: measure_list(number))
	meeting = as_officer(lambda: measure_meeting(platform))
	as_officer(lambda: measure_roll(meeting))
	frappe.destroy()
	try:
		import playwright  # noqa: F401
	except ImportError:
		print("  no playwright in the bench's environment: the browser is left out")
	else:
		measure_browser(meeting)


def main(arguments: list[str]) -> int:
	number = int(next((word for word in arguments if word.isdigit()), 2000))
	with copy_of_test_site(SITE, keep="--keep" in arguments):
		run(number)
	print(f"\n{number} organisations, aim {AIM:.0f} s each")
	for what, seconds, remark in figures:
		over = "  OVER" if seconds > AIM else ""
		print(f"  {what:<48} {seconds:6.2f} s{over}  {remark}")
	return 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
