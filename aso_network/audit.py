"""The audit trail: who did what to which document, when, from which state to which, and why. Append-only.

The lines about one election are a chain of hashes (`elections.trail`), those about its candidacies, objections and
results among them: a line that somebody changes or takes out past the app is found by whoever checks the export.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import get_datetime, now_datetime

from aso_network.elections import trail

EVENT = "Network Audit Event"


class AuditTrailError(frappe.ValidationError):
	"""Somebody, whoever it is, tried to write, change or delete a line of the audit trail."""


class NamedOnTrailError(frappe.ValidationError):
	"""The document cannot be renamed: lines of the trail name it, and they stand as they are."""


def record(
	doc: Document,
	action: str,
	from_state: str | None = None,
	to_state: str | None = None,
	reason: str | None = None,
) -> None:
	"""Add one line about `doc`, in the current transaction and in the current user's name."""
	event = frappe.get_doc(
		{
			"doctype": EVENT,
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
			"action": action,
			"from_state": from_state,
			"to_state": to_state,
			"reason": reason,
			"user": frappe.session.user,
			"happened_on": now_datetime(),
			"territory": doc.get("territory"),
			"chain": election_of(doc),
		}
	)
	event.flags.recorded = True
	# Nobody has the right to create audit lines by hand; they follow from an act that was checked.
	event.insert(ignore_permissions=True)


def election_of(doc: Document) -> str | None:
	"""The election whose trail tells of `doc`: itself, or the one that it belongs to."""
	if doc.doctype == "Election":
		return doc.name
	link = doc.meta.get_field("election")
	return doc.get("election") if link and link.options == "Election" else None


def chain(event: Document) -> None:
	"""Number a line about an election and tie it to the line before; the others stand alone."""
	event.number, event.previous_hash, event.event_hash = 0, None, None
	if not event.chain:
		event.chain = None  # not "": any number of those may be there
		return
	# Whoever else adds a line to this chain waits here until this transaction is over.
	frappe.db.get_value("Election", event.chain, "name", for_update=True)
	last = last_line(event.chain, for_update=True)
	event.number, event.previous_hash = last.number + 1, last.event_hash or trail.NO_LINE
	event.event_hash = trail.event_hash(event.chain, event.number, event.previous_hash, told(event))


def last_line(election: str, for_update: bool = False) -> frappe._dict:
	"""`number` and `event_hash` of the last line of its chain; 0 and no hash if there is none.
	`for_update`: as committed by others up to this moment."""
	event = frappe.qb.DocType(EVENT)
	query = (
		frappe.qb.from_(event)
		.where(event.chain == election)
		.select(event.number, event.event_hash)
		.orderby(event.number, order=Order.desc)
		.limit(1)
	)
	rows = (query.for_update() if for_update else query).run(as_dict=True)
	return rows[0] if rows else frappe._dict(number=0, event_hash=trail.NO_LINE)


def told(event: Mapping[str, Any] | Document) -> dict[str, str]:
	"""What a line tells, as it is hashed; `event` has the stored values."""
	happened = event.get("happened_on")
	return {
		"action": event.get("action") or "",
		"from": event.get("from_state") or "",
		"to": event.get("to_state") or "",
		"reason": event.get("reason") or "",
		"user": event.get("user") or "",
		"happened_on": get_datetime(happened).isoformat(timespec="microseconds") if happened else "",
		"doctype": event.get("reference_doctype") or "",
		"name": event.get("reference_name") or "",
	}


def signed_at(result: Document) -> frappe._dict | None:
	"""The line of the last signature under `result` as it stands: `number` and `event_hash`, the head of the trail
	at that moment."""
	return frappe.db.get_value(
		EVENT,
		{
			"reference_doctype": result.doctype,
			"reference_name": result.name,
			"action": trail.SIGN,
			"reason": result.result_hash,
			"chain": ("is", "set"),
		},
		["number", "event_hash"],
		as_dict=True,
		order_by="number desc",
	)


def lines(election: str) -> list[dict[str, Any]]:
	"""The chain of an election as `trail.build` takes it."""
	rows = frappe.get_all(EVENT, filters={"chain": election}, fields=["*"], order_by="number, name")
	return [
		{
			"number": row.number,
			"previous": row.previous_hash or trail.NO_LINE,
			**told(row),
			"hash": row.event_hash or trail.NO_LINE,
		}
		for row in rows
	]


def refuse_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Doc event `before_rename`: Frappe would write the new name into the lines, and their hashes would be wrong."""
	if frappe.db.exists(
		EVENT, {"reference_doctype": doc.doctype, "reference_name": old, "chain": ("is", "set")}
	):
		frappe.throw(
			_("{0} {1} stands on the trail of its election under this name; it cannot be renamed.").format(
				_(doc.doctype), old
			),
			NamedOnTrailError,
		)


def require_recording(event: Document) -> None:
	"""Raises unless `event` is a new line that `record` writes. No request can set a document's flags."""
	if not (event.is_new() and event.flags.recorded):
		refuse_change(event)


def refuse_change(event: Document) -> None:
	frappe.throw(
		_(
			"The audit trail is written by the system alone: no line can be added, changed or deleted by hand."
		),
		AuditTrailError,
	)
