"""What a save would change: for rules of the kind "this role may change only that" and "this is closed"."""

from __future__ import annotations

from collections.abc import Iterable

from frappe import _
from frappe.model import float_like_fields, no_value_fields, table_fields
from frappe.model.base_document import BaseDocument
from frappe.model.document import Document
from frappe.utils import cint, cstr, flt, get_datetime, getdate, to_timedelta

_READERS = {"Date": getdate, "Datetime": get_datetime, "Time": to_timedelta}


def keep(doc: Document, *fieldnames: str) -> None:
	"""Take back what a client sent for fields that only the app writes: as stored, or empty in a new document."""
	before = doc.get_doc_before_save()
	for fieldname in fieldnames:
		doc.set(fieldname, before.get(fieldname) if before else None)


def changed_labels(doc: Document, free: Iterable[str] = ()) -> list[str]:
	"""Labels, in the user's language, of the fields that `changed_fields` names."""
	return [_(doc.meta.get_label(fieldname)) for fieldname in changed_fields(doc, free)]


def changed_fields(doc: Document, free: Iterable[str] = ()) -> list[str]:
	"""Names of the fields that differ from what is stored.

	Leaves out the fields named in `free` and those nobody types (read-only and fetched ones). Empty for a
	new document.
	"""
	before = doc.get_doc_before_save()
	if not before:
		return []
	free = set(free)
	return [
		df.fieldname
		for df in doc.meta.fields
		if df.fieldname not in free and _is_typed(df) and _value(doc, df) != _value(before, df)
	]


def _is_typed(df) -> bool:
	if df.read_only or (df.fetch_from and not df.fetch_if_empty):
		return False
	return df.fieldtype in table_fields or df.fieldtype not in no_value_fields


def _value(doc: BaseDocument, df):
	value = doc.get(df.fieldname)
	if df.fieldtype in table_fields:
		return [
			[_value(row, column) for column in row.meta.fields if _is_typed(column)] for row in value or []
		]
	if df.fieldtype in ("Check", "Int"):
		return cint(value)
	if df.fieldtype in float_like_fields:
		return flt(value)
	if value and df.fieldtype in _READERS:
		return _READERS[df.fieldtype](value)
	return cstr(value)
