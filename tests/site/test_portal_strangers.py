"""Strangers, other members and former ones learn nothing of organisation A, by whatever page, form or door.

`strangers.build` writes a word of its own into each text of A and of its papers. Whatever is answered is searched for
these words; and what is there but not theirs is answered like what is not there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from types import SimpleNamespace
from urllib.parse import quote

import frappe
import pytest
from frappe.core.doctype.file.utils import find_file_by_url
from werkzeug.wrappers import Response

from aso_network.portal import pages
from tests.site import builders, doors, strangers, web

OUTSIDERS = ("Guest", "B", "C", "former", "former, now of B")
# Who belongs to A's platform reads what the platform gives its members to read: its elections and meetings, and
# who asks for endorsements. (Document → routes.) The name of a candidate is public by standing.
NAMES_OF_CANDIDATES = {"Candidacy.candidate_name", "Candidacy.candidate_name_ar"}
OF_THE_PLATFORM = {
	"Election.title", "Election.form_text", "Election.candidacy_text", "Election.powers_text",
	"General Meeting.venue", "Meeting Agenda Item.topic", "Meeting Agenda Item.presenter",
	*NAMES_OF_CANDIDATES,
}  # fmt: skip
# Standing is meant to be endorsed by others; every other button is A's own.
ACTIONS = {"my/elections/*": ("withdraw", "withdraw objection", "x"), "my/data": ("correct",)}
IN_THE_PLATFORM = ("B", "former, now of B")
# Of themselves: for whom they have acted, and as what.
OWN_PAST = {"Member Organization.name_en", "Organization Representative.position"}
TRACES = ("Comment", "Communication", "ToDo", "Activity Log", "Version", "Email Queue", "Email Queue Recipient",
	"Access Log", "View Log", "Deleted Document", "Tag Link", "Workflow Action", "Notification Log", "DocShare",
	"Error Log", "Has Role", "Portal User", "Personal Data Deletion Request", "Route History")  # fmt: skip
PEOPLE = ("Contact", "Address", "User", "File")
ROWS = {"Contact Email": "Contact", "Contact Phone": "Contact", "Dynamic Link": "Contact"}


@pytest.fixture
def world(monkeypatch) -> strangers.World:
	monkeypatch.setattr(frappe.db, "commit", lambda: None)
	made = strangers.build()
	frappe.cache.delete_keys("aso_forms:")

	def refuse() -> None:
		raise frappe.AuthenticationError

	monkeypatch.setattr(
		frappe.local, "login_manager", SimpleNamespace(login=refuse, logout=lambda: None), raising=False
	)
	return made


def told(world: strangers.World, who: str, answer: Response, key: str = "") -> set[str]:
	"""What of A an answer tells this person and must not, beside the word that was sent."""
	text = f"{answer.get_data(as_text=True)} {answer.headers}"
	for written in (key, quote(key), quote(quote(key))) if key else ():
		text = text.replace(written, "")
	found = world.found(text)
	if who.startswith("former") and frappe.local.path.startswith("my/data"):
		found -= OWN_PAST
	return found - OF_THE_PLATFORM if who in IN_THE_PLATFORM else found


def none(name: str) -> str:
	"""A name of the same make that nothing has."""
	return "there-is-none@secret.example" if "@" in name else "there-is-none"


def alike(response: Response, name: str) -> tuple[int, str, str]:
	"""An answer without the name that was asked for."""
	where = response.headers.get("Location", "")
	where = re.sub(r"sent=[\w-]+", "sent=", where)
	for written in (name, quote(name), quote(quote(name))):
		where = where.replace(written, "·")
	return response.status_code, where, web.text(response).replace(name, "·")


# --- pages and forms -------------------------------------------------------------------------------------


def test_no_page_tells_of_it(world):
	asked = sorted(strangers.parameters())
	leaks, differ = defaultdict(set), []
	for who in OUTSIDERS:
		with builders.as_user(world.users[who]):
			for route in sorted(strangers.routes()):
				if not route.endswith("/*"):
					answer = web.visit(f"/{route}")
					leaks[who, route] |= told(world, who, answer)
				nothing = {}
				for name in world.names():
					for key in (name, none(name)):
						if key in nothing:
							continue
						if route.endswith("/*"):
							answer = web.visit(f"/{route[:-1]}{key}")
						else:
							answer = web.visit(f"/{route}", **dict.fromkeys(asked, key))
						nothing[key] = alike(answer, key)
						leaks[who, route] |= told(world, who, answer, key)
					own_past = who.startswith("former") and route.startswith("my/data") and name == world.a
					if nothing[name] != nothing[none(name)] and not own_past:
						differ.append((who, route, name))
	assert not {where: found for where, found in leaks.items() if found}
	assert not differ


def test_nothing_that_is_sent_changes_it_or_tells_of_it(world):
	before = strangers.snapshot(world)
	leaks, differ = defaultdict(set), []
	for who in OUTSIDERS:
		with builders.as_user(world.users[who]):
			for route, page in sorted(strangers.routes().items()):
				for action in ACTIONS.get(route, ("x",)):
					nothing = {}
					for name in world.names():
						for key in (name, none(name)):
							if key not in nothing:
								answer = send_all(world, route, page, action, key)
								nothing[key] = alike(answer, key)
								leaks[who, route] |= told(world, who, answer, key)
						if nothing[name] != nothing[none(name)]:
							differ.append((who, route, action, name))
	assert not {where: found for where, found in leaks.items() if found}
	assert not differ
	assert strangers.snapshot(world) == before


def send_all(world: strangers.World, route: str, page: str, action: str, key: str) -> Response:
	"""Send a page or form with one value in every field that any page reads."""
	# Names that a code page reads alike would else be refused too often for one and not yet for the other.
	frappe.cache.delete_keys("aso_refusals:")
	values = {**dict.fromkeys(strangers.parameters() - {"sent"}, key), "action": action}
	if frappe.db.exists("Web Form", page):
		values["token"] = web.token(page)
	path = route.replace("*", world.election if route == "my/elections/*" else key)
	frappe.local.message_log = []
	return web.visit(f"/{path}", "POST", **values)


# --- the doors of Frappe ---------------------------------------------------------------------------------


def knock(method: str, *args: object, **values: object) -> str:
	"""What a door answers, as text; nothing where it is closed."""
	frappe.db.savepoint("knock")
	try:
		answer = (
			doors.request(method, *args, **values)
			if method in ("GET", "PUT")
			else doors.call(method, **values)
		)
		return frappe.as_json(answer)
	except Exception as refused:  # whatever it says, it must not tell
		return str(refused)
	finally:
		frappe.db.rollback(save_point="knock")
		frappe.local.message_log = []


def of_lists(doctype: str) -> list[str]:
	everything = {"fields": ["*"], "limit_page_length": 0}
	return [
		knock("GET", f"/resource/{doctype}", **everything),
		knock("frappe.client.get_list", doctype=doctype, **everything),
		knock("frappe.desk.reportview.get", doctype=doctype, fields=["*"], page_length=0),
		knock("frappe.desk.reportview.get_list", doctype=doctype, fields=["*"], page_length=0),
		knock(
			"frappe.desk.reportview.export_query",
			doctype=doctype,
			fields=[f"`tab{doctype}`.`name`"],
			file_format_type="CSV",
		),
		knock(
			"frappe.desk.search.search_link",
			doctype=doctype,
			txt="",
			page_length=500,
			ignore_user_permissions=1,
		),
		knock("frappe.desk.search.search_widget", doctype=doctype, txt="zqx", page_length=500),
		knock("frappe.desk.reportview.get_sidebar_stats", doctype=doctype, stats=["_user_tags"], filters=[]),
		knock("frappe.utils.global_search.search", text="zqx", doctype=doctype),
	]


def of_one(doctype: str, name: str) -> list[str]:
	return [
		knock("GET", f"/resource/{doctype}/{name}"),
		knock("PUT", f"/resource/{doctype}/{name}", _user_tags="x"),
		knock("frappe.client.get", doctype=doctype, name=name),
		knock(
			"frappe.client.get_value", doctype=doctype, filters={"name": name}, fieldname=["name", "owner"]
		),
		knock("frappe.client.get_single_value", doctype=doctype, field="name"),
		knock("frappe.desk.form.load.getdoc", doctype=doctype, name=name),
		knock("frappe.desk.form.load.get_docinfo", doctype=doctype, name=name),
		knock("frappe.desk.search.get_link_title", doctype=doctype, docname=name),
		knock("frappe.desk.link_preview.get_preview_data", doctype=doctype, docname=name),
		knock("frappe.desk.form.linked_with.get", doctype=doctype, docname=name),
		knock("frappe.www.printview.get_html_and_style", doc=doctype, name=name),
		knock("frappe.utils.print_format.download_pdf", doctype=doctype, name=name),
		knock("frappe.core.doctype.file.file.get_attached_images", doctype=doctype, names=[name]),
		knock("frappe.desk.form.utils.get_next", doctype=doctype, value=name, prev=0),
		knock("frappe.contacts.doctype.address.address.get_address_display", address_dict=name),
		knock("frappe.contacts.doctype.address.address.get_default_address", doctype=doctype, name=name),
		knock("frappe.contacts.doctype.contact.contact.get_contact_details", contact=name),
	]


def test_no_door_of_frappe_tells_of_it(world):
	leaks = {who: by_doors(world, who) for who in OUTSIDERS}
	assert not {who: found for who, found in leaks.items() if found}


def by_doors(world: strangers.World, who: str) -> dict[str, set[str]]:
	"""What the doors tell this person of A: DocType (and name) → what, or by which door."""
	leaks = defaultdict(set)
	documents = frappe.get_all(
		"DocType", {"module": "ASO Network", "istable": 0, "issingle": 0}, pluck="name"
	)
	with builders.as_user(world.users[who]):
		for doctype in (*documents, *PEOPLE, *TRACES):
			leaks[doctype] |= world.found("".join(of_lists(doctype)))
		for rows, parent in tables().items():
			answer = knock(
				"frappe.client.get_list", doctype=rows, parent=parent, fields=["*"], limit_page_length=0
			)
			leaks[rows] |= world.found(answer)
		for doctype, names in world.documents.items():
			shown = {door: doors.shown(door, doctype) for door in doors.LISTS}
			for name in names:
				leaks[doctype] |= world.found("".join(of_one(doctype, name)).replace(name, ""))
				leaks[doctype] |= {door for door in doors.OPENINGS if doors.opens(door, doctype, name)}
				leaks[doctype] |= {door for door in doors.LISTS if name in shown[door]}
		for name, url in world.files.items():
			if find_file_by_url(url) or find_file_by_url(url, name):
				leaks["File"].add("/private/files")
			leaks["File"] |= world.found(knock("frappe.core.doctype.file.file.download_file", file_url=url))
	return {doctype: found for doctype, found in leaks.items() if found}


def tables() -> dict[str, str]:
	"""Child table → a DocType that has it."""
	rows = frappe.get_all("DocType", {"module": "ASO Network", "istable": 1}, pluck="name")
	fields = frappe.get_all(
		"DocField", {"options": ("in", rows), "parent": ("!=", "Web Form")}, ["options", "parent"]
	)
	return ROWS | {field.options: field.parent for field in fields}


def test_the_doors_that_these_tests_knock_at_do_open(world):
	"""A reads its own: else all of the above would say nothing."""
	with builders.as_user(world.users["A"]):
		mine = world.found("".join(web.visit(path).get_data(as_text=True) for path in ("/my", "/my/profile")))
		assert {"Member Organization.acronym", "Organization Representative.full_name"} <= mine
		assert world.found("".join(of_lists("Member Organization")))
		candidacy = min(world.documents["Candidacy"])
		assert "Candidacy.statement_ar" in world.found(knock("GET", f"/resource/Candidacy/{candidacy}"))
		assert all(find_file_by_url(world.files[name]) for name in world.files
			if frappe.db.get_value("File", name, "attached_to_doctype") not in ("Membership Application", "Network Activity"))  # fmt: skip
		read = {
			doctype
			for doctype, names in world.documents.items()
			for name in names
			if doors.opens("REST", doctype, name)
		}
	assert table() == {doctype: ("yes" if doctype in read else "–", "–") for doctype in world.documents}


def table() -> dict[str, tuple[str, str]]:
	"""DocType → what docs/permissions.md says that its own people, and others, read by the doors of Frappe."""
	text = (pages.APP / "docs" / "permissions.md").read_text()
	section = text.partition("## Members and strangers")[2].partition("\n## ")[0]
	rows = [
		[cell.strip() for cell in line.strip("|").split("|")]
		for line in section.splitlines()
		if line[:1] == "|"
	]
	return {row[0]: (row[1], row[2]) for row in rows[2:]}
