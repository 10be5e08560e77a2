"""Rows for a page, read by the query builder.

`frappe.get_all` loads the DocType's description and parses the query it has just written, which takes longer than
the database needs to answer; a page that reads from ten tables waits for that ten times. This takes the same simple
questions and asks at once. It asks nobody's permission: whoever calls has decided whose rows these are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe.query_builder import Order
from pypika.terms import Criterion, Field


def rows(
	doctype: str,
	filters: Mapping[str, Any],
	fields: Iterable[str] = ("name",),
	order_by: str = "",
	limit: int = 0,
) -> list[frappe._dict]:
	"""Rows of `doctype`. Filters: field → value, or field → (operator, value); operators as in `frappe.get_all`.
	A field may be "field as name". `order_by`: "field, field desc"."""
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table)
	for field in fields:
		name, _as, alias = field.partition(" as ")
		query = query.select(table[name].as_(alias) if alias else table[name])
	for name, value in filters.items():
		operator, value = value if isinstance(value, tuple) else ("=", value)
		if operator == "in" and not value:
			return []
		query = query.where(_condition(table[name], operator, value))
	for part in filter(None, order_by.split(", ")):
		name, _space, direction = part.partition(" ")
		query = query.orderby(table[name], order=Order.desc if direction == "desc" else Order.asc)
	return (query.limit(limit) if limit else query).run(as_dict=True)


def column(doctype: str, filters: Mapping[str, Any], field: str, order_by: str = "") -> list[Any]:
	"""One field of these rows."""
	return [row[field] for row in rows(doctype, filters, (field,), order_by)]


def _condition(field: Field, operator: str, value: Any) -> Criterion:
	if operator == "is":
		return (field.isnull() | (field == "")) if value == "not set" else (field.notnull() & (field != ""))
	return {
		"=": lambda: field == value,
		"!=": lambda: field.isnull() | (field != value),
		"in": lambda: field.isin(list(value)),
		"not in": lambda: field.isnull() | field.notin(list(value)),
		">": lambda: field > value,
		">=": lambda: field >= value,
		"<": lambda: field < value,
		"<=": lambda: field <= value,
	}[operator]()
