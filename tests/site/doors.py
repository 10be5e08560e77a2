"""Every generic door of Frappe to a document, taken as the session's user: lists, forms, REST, reports, searches.

Requests go through Frappe's own dispatch, in the test's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import frappe
import frappe.api
from frappe.www.printview import get_html_and_style
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request


def request(method: str, path: str, **values: Any) -> Any:
	"""What `/api<path>` answers; refusals come as exceptions."""
	in_body = method in ("POST", "PUT")
	builder = EnvironBuilder(
		path=f"/api{path}",
		method=method,
		json=values if in_body else None,
		query_string=None if in_body else {key: _text(value) for key, value in values.items()},
	)
	frappe.local.request = Request(builder.get_environ())
	frappe.local.form_dict = frappe._dict({key: _text(value) for key, value in values.items()})
	frappe.local.response = frappe._dict(docs=[])
	try:
		answer = frappe.api.handle(frappe.local.request)
		try:
			body = json.loads(answer.get_data())
		except ValueError:
			return answer.get_data(as_text=True)
		return body.get("data", body.get("message"))
	finally:
		frappe.local.request = None
		frappe.local.form_dict = frappe._dict()
		frappe.local.response = frappe._dict(docs=[])


def call(method: str, **values: Any) -> Any:
	return request("POST", f"/method/{method}", **values)


def _text(value: Any) -> Any:
	return json.dumps(value) if isinstance(value, list | dict) else value


def _search(method: str, doctype: str, **values: Any) -> list:
	found = call(f"frappe.desk.search.{method}", doctype=doctype, txt="", page_length=500, **values)
	# A refusal inside a custom search is answered with a page that says so.
	return found if isinstance(found, list) else []


def _report(doctype: str) -> list:
	found = call("frappe.desk.reportview.get", doctype=doctype, fields=["name"], page_length=0)
	return found["values"] if found else []


# Each takes a DocType and gives the names it shows.
LISTS: dict[str, Callable[[str], set[str]]] = {
	"list": lambda dt: set(frappe.get_list(dt, pluck="name", limit_page_length=0)),
	"REST list": lambda dt: {
		row["name"] for row in request("GET", f"/resource/{dt}", fields=["name"], limit_page_length=0)
	},
	"report view": lambda dt: {row[0] for row in _report(dt)},
	"link search": lambda dt: {row["value"] for row in _search("search_link", dt)},
	"link search past user permissions": lambda dt: {
		row["value"] for row in _search("search_link", dt, ignore_user_permissions=1)
	},
	"search box past user permissions": lambda dt: {
		row[0] for row in _search("search_widget", dt, ignore_user_permissions=1)
	},
}

# Each takes a DocType and a name, and gives something or refuses.
OPENINGS: dict[str, Callable[[str, str], Any]] = {
	"REST": lambda dt, name: request("GET", f"/resource/{dt}/{name}"),
	"client.get": lambda dt, name: call("frappe.client.get", doctype=dt, name=name),
	"client.get_value": lambda dt, name: call(
		"frappe.client.get_value", doctype=dt, filters={"name": name}, fieldname="name"
	),
	"form": lambda dt, name: call("frappe.desk.form.load.getdoc", doctype=dt, name=name) or True,
	"print": lambda dt, name: get_html_and_style(frappe.get_doc(dt, name).as_json()),
}

# Each takes a DocType and a name, and changes or deletes the document or refuses.
CHANGES: dict[str, Callable[[str, str], Any]] = {
	"REST PUT": lambda dt, name: request("PUT", f"/resource/{dt}/{name}", _user_tags="x"),
	"client.set_value": lambda dt, name: call(
		"frappe.client.set_value", doctype=dt, name=name, fieldname={"_user_tags": "x"}
	),
	"client.save": lambda dt, name: call(
		"frappe.client.save", doc=frappe.get_doc(dt, name).as_dict(convert_dates_to_str=True)
	),
	"form save": lambda dt, name: call(
		"frappe.desk.form.save.savedocs",
		doc=frappe.as_json(frappe.get_doc(dt, name)),
		action="Save",
	),
	"client.rename_doc": lambda dt, name: call(
		"frappe.client.rename_doc", doctype=dt, old_name=name, new_name="another-name"
	),
	"client.delete": lambda dt, name: call("frappe.client.delete", doctype=dt, name=name),
	"REST DELETE": lambda dt, name: request("DELETE", f"/resource/{dt}/{name}"),
	"client.insert of a copy": lambda dt, name: call(
		"frappe.client.insert",
		doc=frappe.copy_doc(frappe.get_doc(dt, name)).as_dict(convert_dates_to_str=True),
	),
}


def shown(door: str, doctype: str) -> set[str]:
	"""The names a list shows; none where the door is closed."""
	try:
		return LISTS[door](doctype)
	except frappe.PermissionError:
		return set()


def opens(door: str, doctype: str, name: str) -> bool:
	try:
		return bool(OPENINGS[door](doctype, name))
	except frappe.PermissionError:
		return False


def changes(door: str, doctype: str, name: str) -> bool:
	"""Whether the door let the change through. Whatever it did is undone."""
	frappe.db.savepoint("door")
	try:
		CHANGES[door](doctype, name)
	except (frappe.PermissionError, frappe.ValidationError):
		return False
	finally:
		frappe.db.rollback(save_point="door")
	return True
