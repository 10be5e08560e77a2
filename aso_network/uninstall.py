"""Undoes `install.py`: what the app put into the site's shared lists, and what hangs on its documents elsewhere.

Frappe itself then drops the app's DocTypes and everything of its module. What stays on purpose: the territories
(by now customers and addresses may use them), contacts, addresses, uploaded files, correspondence, projects,
ledger entries, and the counters of the naming series, so that a later installation reuses no old number.

Nothing here commits or alters a table: `bench uninstall-app --dry-run` runs these hooks too, and leaves by
rolling back.
"""

from __future__ import annotations

import frappe

from aso_network import desk
from aso_network.created import created, forget_all
from aso_network.custom_fields import MODULE, remove_custom_fields
from aso_network.dimension import remove_dimension
from aso_network.grants import remove_grants
from aso_network.workflows.ship import remove_workflows

# DocType → its fields that name one of the app's DocTypes: rows that mean nothing without the app's documents
_HANGING_ON: dict[str, tuple[str, ...]] = {
	"Comment": ("reference_doctype",),
	"Communication Link": ("link_doctype",),
	"Custom DocPerm": ("parent",),
	"Custom Field": ("dt",),
	"Deleted Document": ("deleted_doctype",),
	"DocShare": ("share_doctype",),
	"Document Follow": ("ref_doctype",),
	"Dynamic Link": ("link_doctype",),
	"Event Participants": ("reference_doctype",),
	"Global Search DocType": ("document_type",),
	"List View Settings": ("name",),
	"Notification Log": ("document_type",),
	"Property Setter": ("doc_type",),
	"Tag Link": ("document_type",),
	"ToDo": ("reference_type",),
	"User Permission": ("allow", "applicable_for"),
	"Version": ("ref_doctype",),
	"View Log": ("reference_doctype",),
}

# Kept, without their tie to a document that goes
_UNTIED: dict[str, tuple[str, str]] = {
	"Communication": ("reference_doctype", "reference_name"),
	"File": ("attached_to_doctype", "attached_to_name"),
}


def before_uninstall() -> None:
	"""All of it happens here: what runs after the app is gone from the site, Frappe does not commit."""
	remove_workflows()
	remove_dimension()
	remove_grants()
	remove_custom_fields()
	_remove_what_hangs_on(frappe.get_all("DocType", filters={"module": MODULE}, pluck="name"))
	_remove_jobs()
	_remove_roles(created("Role"))
	_remove_languages(created("Language"))
	frappe.db.delete("Patch Log", {"patch": ("like", "aso_network.%")})
	frappe.db.delete("Block Module", {"module": MODULE})
	desk.release_landing_page()
	forget_all()


def _remove_what_hangs_on(doctypes: list[str]) -> None:
	for table, fieldnames in _HANGING_ON.items():
		for fieldname in fieldnames:
			frappe.db.delete(table, {fieldname: ("in", doctypes)})
	for table, (doctype_field, name_field) in _UNTIED.items():
		rows = frappe.qb.DocType(table)
		frappe.qb.update(rows).set(rows[doctype_field], None).set(rows[name_field], None).where(
			rows[doctype_field].isin(doctypes)
		).run()
	singles = frappe.get_all("DocType", filters={"module": MODULE, "issingle": 1}, pluck="name")
	frappe.db.delete("Singles", {"doctype": ("in", singles)})
	settings = frappe.qb.Table("__UserSettings")
	frappe.qb.from_(settings).delete().where(settings.doctype.isin(doctypes)).run()


def _remove_jobs() -> None:
	jobs = frappe.get_all("Scheduled Job Type", filters={"method": ("like", "aso_network.%")}, pluck="name")
	frappe.db.delete("Scheduled Job Log", {"scheduled_job_type": ("in", jobs)})
	frappe.db.delete("Scheduled Job Type", {"name": ("in", jobs)})


def _remove_languages(codes: list[str]) -> None:
	for code in codes:
		# Whoever uses it keeps it.
		if not frappe.db.exists("User", {"language": code}):
			frappe.delete_doc("Language", code, force=True, delete_permanently=True)


def _remove_roles(roles: list[str]) -> None:
	users = frappe.get_all("Has Role", filters={"role": ("in", roles), "parenttype": "User"}, pluck="parent")
	frappe.db.delete("Has Role", {"role": ("in", roles)})
	for role in roles:
		frappe.delete_doc("Role", role, force=True, delete_permanently=True)
	for name in set(users):
		# Who had the desk by one of these roles only has none now.
		user = frappe.get_doc("User", name)
		user.set_system_user()
		user.db_set("user_type", user.user_type, update_modified=False)
