"""What the demo has put on the site, so that all of it can be taken away again and nothing else.

Every document inserted while the story is told is noted, those that the app makes by itself included.
Ballots and other sealed records have no door for deletion; the demo's are deleted in the database, by this
module alone, which nothing on the web can call.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.rename_doc import get_link_fields
from frappe.utils.nestedset import rebuild_tree

from aso_network import platforms
from aso_network.demo import online

KEY = "aso_network_demo"
# Written past the ORM: found through the election they belong to.
OF_ELECTIONS = (
	*("Election Voter", "Ballot"),
	*("Ballot Envelope", "Ballot Receipt", "Election Key", "Voting Code"),
)
# What Frappe keeps about a document, with the fields that name it.
TRACES = {
	"Version": ("ref_doctype", "docname"),
	"Comment": ("reference_doctype", "reference_name"),
	"Communication": ("reference_doctype", "reference_name"),
	"Workflow Action": ("reference_doctype", "reference_name"),
	"Activity Log": ("reference_doctype", "reference_name"),
	"View Log": ("reference_doctype", "reference_name"),
	"Notification Log": ("document_type", "document_name"),
	"ToDo": ("reference_type", "reference_name"),
	"DocShare": ("share_doctype", "share_name"),
	"Document Follow": ("ref_doctype", "ref_docname"),
	"Tag Link": ("document_type", "document_name"),
	"File": ("attached_to_doctype", "attached_to_name"),
	"Email Queue": ("reference_doctype", "reference_name"),
	"Network Audit Event": ("reference_doctype", "reference_name"),
}


class DemoInUseError(frappe.ValidationError):
	"""Something that is not of the demo hangs on something that is."""


def manifest() -> list[tuple[str, str]]:
	"""(DocType, name) of everything that the demo has inserted, in that order."""
	return [tuple(pair) for pair in json.loads(frappe.db.get_default(KEY) or "[]")]


@contextmanager
def recording() -> Iterator[None]:
	"""Note every document inserted meanwhile; the note is part of the same transaction."""
	noted: list[tuple[str, str]] = []
	frappe.flags.aso_network_demo = noted
	# Only in this process and only now: no site pays for the demo on every insert.
	after_insert = frappe.get_doc_hooks().setdefault("*", {}).setdefault("after_insert", [])
	after_insert.append("aso_network.demo.remains.note")
	try:
		yield
	finally:
		after_insert.remove("aso_network.demo.remains.note")
		frappe.flags.aso_network_demo = None
	frappe.db.set_default(KEY, json.dumps(noted))


def note(doc: Document, method: str | None = None) -> None:
	"""Doc event `after_insert` while the demo is being loaded."""
	if not doc.meta.istable and doc.doctype not in TRACES:
		frappe.flags.aso_network_demo.append((doc.doctype, doc.name))


def remove() -> int:
	"""Delete what the manifest names with its traces; returns how many documents.

	Raises DemoInUseError, and deletes nothing, if something else links to one of them.
	"""
	documents = defaultdict(list)
	for doctype, name in manifest():
		documents[doctype].append(name)
	_require_unused(documents)
	for doctype in OF_ELECTIONS:
		frappe.db.delete(doctype, {"election": ("in", documents["Election"] or [""])})
	for doctype, names in documents.items():
		_delete(doctype, names)
	for user in documents["User"]:
		frappe.db.delete("DefaultValue", {"parent": user})
		frappe.db.delete("Notification Settings", {"name": user})
	if documents["Cost Center"]:
		rebuild_tree("Cost Center")
	frappe.db.delete("DefaultValue", {"defkey": KEY})
	online.forget()
	platforms.refresh_network()
	frappe.clear_cache()
	return sum(map(len, documents.values()))


def _delete(doctype: str, names: list[str]) -> None:
	for trace, (type_field, name_field) in TRACES.items():
		_delete_rows(
			trace, frappe.get_all(trace, {type_field: doctype, name_field: ("in", names)}, pluck="name")
		)
	for table in ("__Auth", "__global_search"):
		frappe.db.delete(table, {"doctype": doctype, "name": ("in", names)})
	_delete_rows(doctype, names)


def _delete_rows(doctype: str, names: list[str]) -> None:
	if not names:
		return
	for table in frappe.get_meta(doctype).get_table_fields():
		frappe.db.delete(table.options, {"parenttype": doctype, "parent": ("in", names)})
	frappe.db.delete(doctype, {"name": ("in", names)})


def _require_unused(documents: dict[str, list[str]]) -> None:
	for doctype, names in documents.items():
		for link in get_link_fields(doctype):
			if link["issingle"] or frappe.get_meta(link["parent"]).is_virtual:
				continue
			_require_unlinked(doctype, names, link, documents)


def _require_unlinked(doctype: str, names: list[str], link: dict, documents: dict[str, list[str]]) -> None:
	meta = frappe.get_meta(link["parent"])
	if link["parent"] in TRACES or link["parent"] in OF_ELECTIONS:
		return
	fields = ["name", link["fieldname"] + " as target"]
	if meta.istable:
		fields += ["parenttype", "parent"]
	for row in frappe.get_all(link["parent"], filters={link["fieldname"]: ("in", names)}, fields=fields):
		holder = (row.parenttype, row.parent) if meta.istable else (link["parent"], row.name)
		if holder[1] not in documents.get(holder[0], ()):
			frappe.throw(
				_(
					"The demo is not removed: {0} {1}, which is not of the demo, uses {2} {3}. Change or delete it first."
				).format(_(holder[0]), holder[1], _(doctype), row.target),
				DemoInUseError,
			)
