"""The fields this app adds to ERPNext's DocTypes, as data, and how they get there."""

from __future__ import annotations

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

MODULE = "ASO Network"

CUSTOM_FIELDS: dict[str, list[dict]] = {
	"Territory": [
		{
			"fieldname": "aso_place",
			"fieldtype": "Section Break",
			"label": "Place",
			"insert_after": "territory_manager",
		},
		{
			"fieldname": "aso_pcode",
			"fieldtype": "Data",
			"label": "P-code",
			"description": "The place code of humanitarian maps and data sets, such as SY0901.",
			"insert_after": "aso_place",
			"unique": 1,
			"no_copy": 1,
		},
		{
			"fieldname": "aso_level",
			"fieldtype": "Select",
			"label": "Level",
			"options": "\nGovernorate\nDistrict\nSub-district",
			"insert_after": "aso_pcode",
		},
		{
			"fieldname": "aso_place_column",
			"fieldtype": "Column Break",
			"insert_after": "aso_level",
		},
		{
			"fieldname": "aso_name_ar",
			"fieldtype": "Data",
			"label": "Name in Arabic",
			"insert_after": "aso_place_column",
		},
		{
			"fieldname": "aso_aliases",
			"fieldtype": "Small Text",
			"label": "Other spellings",
			"description": "Other ways to write the name; a search for any of them finds this place.",
			"insert_after": "aso_name_ar",
		},
	],
	"Contact": [
		{
			"fieldname": "aso_language",
			"fieldtype": "Link",
			"options": "Language",
			"label": "Language of letters",
			"insert_after": "gender",
		},
	],
	"User": [
		{
			"fieldname": "aso_made_for_member",
			"fieldtype": "Check",
			"label": "Made for a member's representative",
			"description": "The account ends when the person represents no organisation of the network any more.",
			"insert_after": "language",
			"read_only": 1,
			"no_copy": 1,
			"permlevel": 1,
		},
	],
}

# (DocType, property, value). Territories are found by every spelling; in a desk in another language they are
# shown by the app's translations of their names.
PROPERTIES: tuple[tuple[str, str, str, str], ...] = (
	("Territory", "search_fields", "Data", "parent_territory,aso_name_ar,aso_pcode,aso_aliases"),
	("Territory", "translated_doctype", "Check", "1"),
)


def ensure_custom_fields() -> None:
	"""Add the fields and properties that are missing; what is there stays as the site has it."""
	missing = {
		doctype: [
			{**field, "module": MODULE}
			for field in fields
			if not frappe.db.exists("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
		]
		for doctype, fields in CUSTOM_FIELDS.items()
	}
	create_custom_fields({doctype: fields for doctype, fields in missing.items() if fields}, update=False)
	for doctype, name, kind, value in PROPERTIES:
		if not frappe.db.exists("Property Setter", {"doc_type": doctype, "property": name}):
			_set_property(doctype, name, kind, value)


def remove_custom_fields() -> None:
	"""Take back the fields and properties. Their columns and values stay in the tables, as Frappe leaves them."""
	for doctype, fields in CUSTOM_FIELDS.items():
		for field in fields:
			_delete("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
	for doctype, name, _kind, _value in PROPERTIES:
		_delete("Property Setter", {"doc_type": doctype, "property": name, "module": MODULE})
	# A search setting that the site made its own would name fields that are gone.
	_delete(
		"Property Setter",
		{"doc_type": "Territory", "property": "search_fields", "value": ("like", "%aso_aliases%")},
	)


def _set_property(doctype: str, name: str, kind: str, value: str) -> None:
	frappe.get_doc(
		{
			"doctype": "Property Setter",
			"doctype_or_field": "DocType",
			"doc_type": doctype,
			"property": name,
			"property_type": kind,
			"value": value,
			"module": MODULE,
			"is_system_generated": 1,
		}
	).insert(ignore_permissions=True)  # runs only when the app is installed or migrated


def _delete(doctype: str, filters: dict) -> None:
	for name in frappe.get_all(doctype, filters=filters, pluck="name"):
		frappe.delete_doc(doctype, name, force=True, delete_permanently=True)
