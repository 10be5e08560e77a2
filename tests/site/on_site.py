"""What test_install does inside a site of its own, where a change may be committed. Run as a script, so that it starts
as Frappe's own commands do, with nothing remembered of the one before.

	python on_site.py SITE COMMAND[=FILE] ...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import frappe

PEOPLE = {
	"Network Manager": "leyla@example.org",
	"Network Officer": "omar@example.org",
	"Member Representative": "rim@example.org",
}


def dump(path: str) -> None:
	"""Every row of every table, as {table: [row as JSON]}."""
	rows = {}
	for table in frappe.db.get_tables(cached=False):
		if table.startswith(("tab", "__")):
			found = frappe.qb.from_(frappe.qb.Table(table)).select("*").run(as_dict=True)
			rows[table] = sorted(json.dumps(row, default=str, sort_keys=True) for row in found)
	Path(path).write_text(json.dumps(rows))


def edit() -> None:
	"""What a site's own people change."""
	from frappe.permissions import add_permission, update_permission_property

	workflow = frappe.get_doc("Workflow", "Member Organization Lifecycle")
	workflow.append(
		"transitions",
		{"state": "Rejected", "action": "Review", "next_state": "Under Review", "allowed": "Network Manager"},
	)
	workflow.states[0].message = "Thank you for applying"
	workflow.save()
	frappe.db.set_value("Workflow State", "Suspended", "style", "Warning")
	off = frappe.get_doc("Workflow", "General Meeting Lifecycle")
	off.is_active = 0
	off.save()
	own = frappe.copy_doc(frappe.get_doc("Workflow", "Candidacy Lifecycle"))
	own.workflow_name = "Our candidacies"
	own.insert()
	label = frappe.get_doc("Custom Field", "Territory-aso_aliases")
	label.label = "Also written"
	label.save()
	frappe.db.set_value("Property Setter", "Territory-main-search_fields", "value", "aso_name_ar")
	add_permission("Member Organization", "Accounts User")
	update_permission_property("Member Organization", "Network Officer", 0, "export", 1)
	frappe.db.delete("Custom DocPerm", {"parent": "Project", "role": "Training Coordinator"})
	frappe.db.set_value("Role", "Election Observer", "home_page", "/app")
	frappe.delete_doc("Territory", "Suluk Sub-district")
	frappe.db.set_value("Territory", "Ar-Raqqa", "aso_aliases", "Our own spelling")


def kept() -> dict:
	"""The edits, as they are now."""
	workflow = frappe.get_doc("Workflow", "Member Organization Lifecycle")
	return {
		"transition": any(row.state == "Rejected" and row.action == "Review" for row in workflow.transitions),
		"message": workflow.states[0].message,
		"state": frappe.db.get_value("Workflow State", "Suspended", "style"),
		"off": frappe.db.get_value("Workflow", "General Meeting Lifecycle", "is_active"),
		"own": frappe.get_all(
			"Workflow", filters={"document_type": "Candidacy", "is_active": 1}, pluck="name"
		),
		"label": frappe.db.get_value("Custom Field", "Territory-aso_aliases", "label"),
		"search": frappe.get_meta("Territory").search_fields,
		"reader": frappe.db.exists(
			"Custom DocPerm", {"parent": "Member Organization", "role": "Accounts User"}
		)
		is not None,
		"export": frappe.db.get_value(
			"Custom DocPerm", {"parent": "Member Organization", "role": "Network Officer"}, "export"
		),
		"no project": frappe.db.count(
			"Custom DocPerm", {"parent": "Project", "role": "Training Coordinator"}
		),
		"home": frappe.db.get_value("Role", "Election Observer", "home_page"),
		"deleted": frappe.db.exists("Territory", "Suluk Sub-district") is None,
		"aliases": frappe.db.get_value("Territory", "Ar-Raqqa", "aso_aliases"),
	}


def use() -> dict:
	"""Work with the app, leave traces everywhere, and try the doors that commit on their own."""
	from tests.site import builders

	for role in PEOPLE:
		if frappe.db.exists("User", PEOPLE[role]):
			# They lost it when the app went.
			frappe.get_doc("User", PEOPLE[role]).add_roles(role)
		else:
			builders._insert_user(PEOPLE[role], (role,))
	member = PEOPLE["Member Representative"]
	platform = builders.platform(territory="Deir-ez-Zor", name_en="Deir Ezzor")
	mine, other = (builders.organization(platform, status="Applied") for _n in range(2))
	own = builders.organization(platform)
	frappe.db.set_value("Contact", builders.delegate(own), "user", member)
	doc = frappe.get_doc("Member Organization", mine)
	doc.add_comment("Comment", "A remark")
	doc.add_tag("tagged")
	frappe.get_doc(
		{"doctype": "ToDo", "reference_type": doc.doctype, "reference_name": mine, "description": "Call them"}
	).insert()
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "statute.txt",
			"content": "words",
			"attached_to_doctype": doc.doctype,
			"attached_to_name": mine,
		}
	).insert()
	frappe.get_doc(
		{
			"doctype": "User Permission",
			"user": PEOPLE["Network Officer"],
			"allow": "Network Platform",
			"for_value": platform,
		}
	).insert()
	frappe.get_doc(
		{"doctype": "Custom Field", "dt": doc.doctype, "fieldname": "our_own", "label": "Our own"}
	).insert()
	frappe.db.commit()
	_import_states(mine, other)
	return {
		"searched": _search_globally(member, own, other),
		"states": frappe.get_all(
			"Member Organization", filters={"name": ("in", (mine, other))}, pluck="status"
		),
		"desk": frappe.get_all("User", filters={"name": ("in", list(PEOPLE.values()))}, pluck="user_type"),
	}


def works() -> str:
	"""A member is entered and reviewed."""
	from tests.site import builders

	return builders.organization(builders.platform(), status="Under Review").doc().status


def _import_states(allowed: str, refused: str) -> None:
	"""Data Import as a manager: one declared move and one that jumps."""
	from frappe.core.doctype.data_import.importer import Importer

	path = Path(frappe.get_site_path("private", "files", "states.csv"))
	path.write_text(f"ID,Status\n{allowed},Under Review\n{refused},Active\n")
	frappe.set_user(PEOPLE["Network Manager"])
	try:
		importer = Importer(
			"Member Organization", file_path=str(path), import_type="Update Existing Records", console=True
		)
		importer.import_data()
	finally:
		frappe.set_user("Administrator")


def _search_globally(member: str, mine: str, other: str) -> list[str]:
	"""What a representative finds when the site searches its members globally."""
	from frappe.utils.global_search import sync_global_search

	settings = frappe.get_doc("Global Search Settings")
	settings.append("allowed_in_global_search", {"document_type": "Member Organization"})
	settings.save()
	sync_global_search()
	frappe.db.commit()
	search = frappe.get_attr("aso_network.api.doors.search")
	everything = {row.name for row in search("Organization", limit=100)}
	assert {mine, other} <= everything, "the search finds nothing at all"
	frappe.set_user(member)
	try:
		return sorted(row.name == mine for row in search("Organization", limit=100))
	finally:
		frappe.set_user("Administrator")


def left() -> dict:
	"""What still speaks of the app after it is gone."""
	return {
		"users": sorted(
			set(frappe.get_all("User", filters={"name": ("in", list(PEOPLE.values()))}, pluck="user_type"))
		),
		"files": frappe.get_all(
			"File", filters={"file_name": ("like", "statute%")}, pluck="attached_to_doctype"
		),
		"contacts with ties": frappe.db.count("Dynamic Link", {"link_doctype": "Member Organization"}),
		"territories": frappe.db.count("Territory", {"aso_pcode": ("is", "set")})
		if frappe.get_meta("Territory").has_field("aso_pcode")
		else frappe.db.count("Territory"),
	}


COMMANDS = {"dump": dump, "edit": edit, "kept": kept, "use": use, "works": works, "left": left}

if __name__ == "__main__":
	frappe.init(site=sys.argv[1])
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.flags.in_test = True
	answers = {}
	try:
		for argument in sys.argv[2:]:
			command, *file = argument.split("=")
			answers[command] = COMMANDS[command](*file)
			frappe.db.commit()
		print("\n" + json.dumps(answers, default=str))  # progress bars end no line
	finally:
		frappe.destroy()
