"""Lines about elections that were written before there were chains: tied together in the order in which they happened.

Each such chain then has a line that says so: until here it shows what stood there when this version came, and nothing
about what may have been changed before.
"""

from __future__ import annotations

import frappe
from frappe.query_builder import Order

from aso_network import audit
from aso_network.elections import trail


def execute() -> None:
	event = frappe.qb.DocType(audit.EVENT)
	rows = (
		frappe.qb.from_(event)
		.where(event.chain.isnull())
		.select(event.star)
		.orderby(event.happened_on, order=Order.asc)
		.orderby(event.name, order=Order.asc)
		.run(as_dict=True)
	)
	number_of: dict[str, int] = {}
	elections: dict[tuple[str, str], str | None] = {}
	for row in rows:
		key = (row.reference_doctype, row.reference_name)
		if key not in elections:
			elections[key] = _election_of(*key)
		if election := elections[key]:
			_chain(row, election)
			number_of[election] = number_of.get(election, 0) + 1
	for election, number in number_of.items():
		doc = frappe.get_doc("Election", election)
		audit.record(doc, "Chain Trail", reason=f"1–{number}")


def _election_of(doctype: str | None, name: str | None) -> str | None:
	if not (doctype and name and frappe.db.exists("DocType", doctype) and frappe.db.exists(doctype, name)):
		return None
	return audit.election_of(frappe.get_doc(doctype, name))


def _chain(row: frappe._dict, election: str) -> None:
	last = audit.last_line(election)
	number = last.number + 1
	event = frappe.qb.DocType(audit.EVENT)
	(
		frappe.qb.update(event)
		.set(event.chain, election)
		.set(event.number, number)
		.set(event.previous_hash, last.event_hash)
		.set(event.event_hash, trail.event_hash(election, number, last.event_hash, audit.told(row)))
		.where(event.name == row.name)
		.run()
	)
