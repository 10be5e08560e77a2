"""Network Activity as an ERPNext Accounting Dimension: the field by which every ledger line can name its activity."""

from __future__ import annotations

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import (
	get_doctypes_with_dimensions,
	make_dimension_in_accounting_doctypes,
)

DOCTYPE = "Network Activity"
FIELDNAME = "network_activity"
_BUDGET = {"doc_type": "Budget", "field_name": "budget_against", "property": "options"}


def ensure_dimension() -> None:
	"""Make the dimension if the site has none on Network Activity, with its field on every accounting DocType.

	Inserted as any document, ERPNext would queue the making of its fields: on a bench with a worker that runs
	beside us and makes the same fields, and without one they would never come. So both are done here.
	"""
	if frappe.db.exists("Accounting Dimension", {"document_type": DOCTYPE}):
		return
	dimension = frappe.new_doc("Accounting Dimension", document_type=DOCTYPE)
	dimension.run_method("before_insert")
	dimension.run_method("validate")
	dimension.set_new_name()
	dimension.db_insert()
	make_dimension_in_accounting_doctypes(doc=dimension)
	frappe.flags.accounting_dimensions = None


def remove_dimension() -> None:
	"""Take the dimension, its fields, its filters and its choice in Budget away, and empty its columns.

	The columns stay in the tables, as with any removed custom field; emptied, because a later installation
	would otherwise read the old names as its own.
	"""
	for dt in frappe.get_all(
		"Custom Field", filters={"fieldname": FIELDNAME, "options": DOCTYPE}, pluck="dt"
	):
		_empty(dt)
	for doctype, filters in (
		("Custom Field", {"fieldname": FIELDNAME, "options": DOCTYPE}),
		("Property Setter", {"field_name": FIELDNAME, "doc_type": ("in", get_doctypes_with_dimensions())}),
		("Accounting Dimension Filter", {"accounting_dimension": DOCTYPE}),
		("Accounting Dimension", {"document_type": DOCTYPE}),
	):
		for name in frappe.get_all(doctype, filters=filters, pluck="name"):
			# ERPNext's own on_trash would queue the same work for later, when this app's DocType is gone.
			frappe.delete_doc(doctype, name, force=True, ignore_on_trash=True, delete_permanently=True)
	_drop_budget_choice()
	frappe.flags.accounting_dimensions = None
	frappe.clear_cache()


def _empty(doctype: str) -> None:
	# Some of ERPNext's forms (single or virtual) have no table.
	if frappe.db.table_exists(doctype) and frappe.db.has_column(doctype, FIELDNAME):
		table = frappe.qb.DocType(doctype)
		frappe.qb.update(table).set(table[FIELDNAME], None).where(table[FIELDNAME].isnotnull()).run()


def _drop_budget_choice() -> None:
	name = frappe.db.get_value("Property Setter", _BUDGET)
	if not name:
		return
	setter = frappe.get_doc("Property Setter", name)
	choices = [choice for choice in (setter.value or "").split("\n") if choice and choice != DOCTYPE]
	if set(choices) <= {"Cost Center", "Project"}:
		frappe.delete_doc("Property Setter", name, force=True, delete_permanently=True)
	else:
		setter.value = "\n".join(["", *choices])
		setter.save(ignore_permissions=True)  # runs only when the app is uninstalled
