"""Endpoints of Frappe that ask for too little, asked again for the DocTypes of this app.

In the 15.x releases this app runs on, these answer whoever is logged in: some never look at permissions, some only at
the DocType's and not at the document's. For DocTypes that this app guards they go through the permissions
here; for all others they do what they always did. Later releases close some of them, which makes the wrapper
superfluous, not wrong.
"""

from __future__ import annotations

from typing import Any

import frappe
import frappe.client
import frappe.contacts.doctype.address.address as addresses
import frappe.desk.form.load
import frappe.desk.notifications
import frappe.desk.search
import frappe.utils.global_search
import frappe.website.doctype.web_form.web_form as frappe_web_form
import frappe.workflow.doctype.workflow.workflow as frappe_workflow
from frappe import _
from frappe.utils import get_safe_filters

from aso_network.custom_fields import MODULE
from aso_network.permissions import guarded_doctypes, is_box


@frappe.whitelist()
def get_count(doctype: str, filters: Any = None, debug: Any = False, cache: Any = False) -> int:
	"""`frappe.client.get_count` counts for everybody: with a filter on its choices, the ballots too."""
	if not _is_ours(doctype):
		return frappe.call(
			frappe.client.get_count, doctype=doctype, filters=filters, debug=debug, cache=cache
		)
	filters = get_safe_filters(filters)
	return frappe.get_list(
		doctype, filters=filters, fields=[f"count(`tab{doctype}`.name) as total"], order_by=None
	)[0].total


@frappe.whitelist()
def get_password(doctype: str, name: Any, fieldname: str) -> Any:
	"""Frappe's own gives a System Manager whatever field of whatever document."""
	if is_box(doctype):
		raise frappe.PermissionError
	return frappe.client.get_password(doctype, name, fieldname)


@frappe.whitelist()
def validate_link(doctype: str, docname: str, fields: Any = None) -> Any:
	"""Frappe's own says of any name whether there is such a document."""
	if _is_ours(doctype) and not _may_know(doctype, docname):
		return {"name": None}
	return frappe.call(frappe.client.validate_link, doctype=doctype, docname=docname, fields=fields)


@frappe.whitelist()
def get_default_address(doctype: str, name: str | None, **kwargs: Any) -> str | None:
	"""Where anybody lives, for whoever knows what they are called."""
	kwargs.pop("cmd", None)
	if _is_ours(doctype) and not _may_know(doctype, name):
		return None
	return frappe.call(addresses.get_default_address, doctype=doctype, name=name, **kwargs)


@frappe.whitelist()
def get_workflow_state_count(doctype: str, workflow_state_field: str, states: Any) -> list[dict] | None:
	"""Frappe's own counts any column, past every condition, for whoever may read some of the DocType."""
	if not _is_ours(doctype):
		return frappe_workflow.get_workflow_state_count(doctype, workflow_state_field, states)
	if workflow_state_field != "status" or not frappe.get_meta(doctype).has_field("status"):
		return None
	return frappe.get_list(
		doctype,
		filters={"status": ("not in", frappe.parse_json(states) or [""])},
		fields=["status", "count(*) as count"],
		group_by="status",
		order_by=None,
	)


@frappe.whitelist()
def search_link(doctype: str, **kwargs: Any) -> list[dict]:
	"""Link search lists everything when the browser says that the field ignores user permissions."""
	return frappe.call(frappe.desk.search.search_link, doctype=doctype, **_narrowed(doctype, kwargs))


@frappe.whitelist()
def search_widget(doctype: str, **kwargs: Any) -> Any:
	return frappe.call(frappe.desk.search.search_widget, doctype=doctype, **_narrowed(doctype, kwargs))


@frappe.whitelist()
def getdoc(doctype: str, name: str, **kwargs: Any) -> Any:
	"""The desk's form, with everybody's comments and all earlier versions: for those who have a desk."""
	_require_desk(doctype)
	return frappe.call(frappe.desk.form.load.getdoc, doctype=doctype, name=name, **kwargs)


@frappe.whitelist()
def get_docinfo(doctype: str, name: str) -> Any:
	_require_desk(doctype)
	return frappe.desk.form.load.get_docinfo(doctype=doctype, name=name)


@frappe.whitelist()
def get_open_count(doctype: str, name: str, items: Any = None) -> dict[str, Any]:
	"""Frappe's own counts what hangs on a document, of any DocType that the browser names: a ballot box, too."""
	if items is not None:
		items = [
			item for item in frappe.parse_json(items) if not is_box(item) or frappe.get_list(item, limit=1)
		]
	return frappe.desk.notifications.get_open_count(doctype, name, items)


@frappe.whitelist()
def get_link_title(doctype: str, docname: str) -> str | None:
	"""The title of any document, by its name: members of the public have no desk to show it on."""
	if _is_ours(doctype) and not _has_desk() and not frappe.has_permission(doctype, "read", docname):
		return docname
	return frappe.desk.search.get_link_title(doctype, docname)


@frappe.whitelist()
def search(text: str, start: Any = 0, limit: Any = 20, doctype: str = "") -> list[dict]:
	"""Global search shows content of every document of a DocType that the user may read some of."""
	found = frappe.call(
		frappe.utils.global_search.search, text=text, start=start, limit=limit, doctype=doctype
	)
	return [
		row
		for row in found
		if not _is_ours(row.doctype) or frappe.has_permission(row.doctype, "read", row.name)
	]


@frappe.whitelist(allow_guest=True)
def accept(web_form: str, data: Any) -> Any:
	"""The app's forms are received on their pages, with everything that `portal.forms` asks and this does not."""
	_refuse_own_form(web_form)
	return frappe.call(frappe_web_form.accept, web_form=web_form, data=data)


@frappe.whitelist()
def delete(web_form_name: str, docname: str) -> None:
	_refuse_own_form(web_form_name)
	frappe_web_form.delete(web_form_name, docname)


@frappe.whitelist()
def delete_multiple(web_form_name: str, docnames: Any) -> None:
	_refuse_own_form(web_form_name)
	frappe_web_form.delete_multiple(web_form_name, docnames)


@frappe.whitelist(allow_guest=True)
def get_form_data(doctype: str, docname: str | None = None, web_form_name: str | None = None) -> Any:
	_refuse_own_form(web_form_name)
	return frappe_web_form.get_form_data(doctype, docname, web_form_name)


@frappe.whitelist(allow_guest=True)
def get_web_form_filters(web_form_name: str) -> Any:
	_refuse_own_form(web_form_name)
	return frappe_web_form.get_web_form_filters(web_form_name)


def _refuse_own_form(name: str | None) -> None:
	# Also a site's own form for one of our DocTypes: this endpoint would set every field that it lists.
	doctype, module = frappe.db.get_value("Web Form", name, ["doc_type", "module"]) or (None, None)
	if module == MODULE or (doctype and _is_ours(doctype)):
		frappe.throw(_("This form is sent on its own page: open it there."), frappe.PermissionError)


def _is_ours(doctype: str) -> bool:
	return doctype in (*guarded_doctypes(), "File") or frappe.get_meta(doctype).module == MODULE


def _may_know(doctype: str, name: str | None) -> bool:
	return bool(name and frappe.db.exists(doctype, name)) and any(
		frappe.has_permission(doctype, right, name) for right in ("read", "select")
	)


def _narrowed(doctype: str, kwargs: dict[str, Any]) -> dict[str, Any]:
	kwargs.pop("cmd", None)
	# Whoever has no desk has no fields that ignore them either, but some letters and tasks that are their own.
	if _is_ours(doctype) or not _has_desk():
		kwargs["ignore_user_permissions"] = False
	return kwargs


def _require_desk(doctype: str) -> None:
	if _is_ours(doctype) and not _has_desk():
		raise frappe.PermissionError


def _has_desk() -> bool:
	# Asked of the database: what a transaction cached before it was rolled back would outlive it.
	return frappe.db.get_value("User", frappe.session.user, "user_type") == "System User"
