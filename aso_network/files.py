"""Files that hang on the app's documents: readable by whoever may read the document, and by nobody else.

Frappe asks the document, too, but only after two exceptions. Whoever uploaded a private file reads it for ever, by
its address as well, which no hook is asked about; and lists show everybody with a desk the files of all documents
of a DocType of which they may read one. The first is closed by making the site the owner (`disown`), the second
here by conditions. Files of other DocTypes, and public ones, are as Frappe has them.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from aso_network.custom_fields import MODULE

OWNER = "Administrator"


def query_conditions(user: str | None, doctype: str = "File") -> str:
	"""Hook `permission_query_conditions` of File."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	table = "`tabFile`"
	parts = [
		f"{table}.is_private = 0",
		f"coalesce({table}.attached_to_doctype, '') not in ({_list(_ours())})",
	]
	for attached_to in _attached():
		names = _readable(attached_to, user)
		if names is None:
			parts.append(f"{table}.attached_to_doctype = {frappe.db.escape(attached_to)}")
		elif names:
			parts.append(
				f"({table}.attached_to_doctype = {frappe.db.escape(attached_to)}"
				f" and {table}.attached_to_name in ({_list(names)}))"
			)
	return f"({' or '.join(parts)})"


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Hook `has_permission` of File: False where the document that it hangs on is out of reach, else no opinion."""
	user = user or frappe.session.user
	if not (doc.is_private and doc.attached_to_name and doc.attached_to_doctype in _ours()):
		return None
	right = "read" if ptype in ("read", "select", "export", "print", "email", "report") else "write"
	attached_to = frappe.db.exists(doc.attached_to_doctype, doc.attached_to_name)
	# The desk uploads before a new document is saved; until then the file is its uploader's.
	if not attached_to or frappe.has_permission(doc.attached_to_doctype, right, attached_to, user=user):
		return None
	return False


def refuse_ahead(file: Document, method: str | None = None) -> None:
	"""Doc event `validate` of File: nobody without a desk ties a file to a document that is not there yet, or that
	they do not write; a public one neither.

	Frappe takes any name for one that is still being typed. Numbers can be guessed, and the file would lie on the
	next document of another; besides, the answer would tell which numbers are there.
	"""
	doctype, name = file.attached_to_doctype, file.attached_to_name
	if not name or doctype not in _ours() or file.flags.ignore_permissions:
		return
	if frappe.db.get_value("User", frappe.session.user, "user_type") == "System User":
		return
	if not (frappe.db.exists(doctype, name) and frappe.has_permission(doctype, "write", name)):
		frappe.throw(
			_("Insufficient Permission for {0}").format(f"{_(doctype)} {name}"), frappe.PermissionError
		)


def disown(file: Document, method: str | None = None) -> None:
	"""Doc event `validate` of File."""
	doctype, name = file.attached_to_doctype, file.attached_to_name
	if file.is_private and doctype in _ours() and name and frappe.db.exists(doctype, name):
		file.owner = OWNER


def disown_of(doc: Document, method: str | None = None) -> None:
	"""Doc event `on_change`: a file uploaded before its document was there is tied to it without an event of its own."""
	if doc.meta.get("fields", {"fieldtype": ("in", ("Attach", "Attach Image"))}):
		attached = {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name, "is_private": 1}
		frappe.db.set_value(
			"File", {**attached, "owner": ("!=", OWNER)}, "owner", OWNER, update_modified=False
		)


def _readable(doctype: str, user: str) -> list[str] | None:
	"""Documents of `doctype` that `user` may read; None where that is all of them."""
	if not frappe.has_permission(doctype, "read", user=user):
		return []
	everything = frappe.db.count(doctype)
	names = frappe.get_list(doctype, pluck="name", limit=0, order_by=None, user=user)
	return None if len(names) == everything else names


def _attached() -> list[str]:
	"""The app's DocTypes that have private files."""
	return frappe.get_all(
		"File",
		filters={"attached_to_doctype": ("in", _ours()), "is_private": 1},
		pluck="attached_to_doctype",
		distinct=True,
		order_by=None,
	)


def _ours() -> list[str]:
	return frappe.cache.get_value(
		"aso_doctypes", lambda: frappe.get_all("DocType", {"module": MODULE, "istable": 0}, pluck="name")
	)


def _list(values: list[str]) -> str:
	return ", ".join(frappe.db.escape(value, percent=False) for value in values) or "''"
