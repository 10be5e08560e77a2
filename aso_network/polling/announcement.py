"""What the announcement of a result waits for: every objection is decided, every ordered recount is held, and enough
members of the committee have signed."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import comma_and

from aso_network.polling import counting, objections


class ObjectionsOpenError(frappe.ValidationError):
	"""An objection waits for its decision."""


class RecountOrderedError(frappe.ValidationError):
	"""The decision on an objection orders a recount that was not held, or that found otherwise."""


def require_ready(election: Document) -> None:
	"""Guard of “Announce”. Whoever objects at this moment waits for the election's row, which the save has locked."""
	_require_objections_decided(election)
	_require_recounts_held(election)
	counting.require_signatures(election)


def _require_objections_decided(election: Document) -> None:
	if waiting := _objections(election, status=objections.OPEN):
		frappe.throw(
			_("{0} cannot be announced: {1} must be decided first; uphold or dismiss what is open.").format(
				election.title,
				comma_and(
					[
						_("objection {0} of {1} ({2})").format(row.name, row.organization_name, _(row.about))
						for row in waiting
					],
					add_quotes=False,
				),
			),
			ObjectionsOpenError,
		)


def _require_recounts_held(election: Document) -> None:
	for row in _objections(election, status=("Upheld",)):
		if not row.orders_recount:
			continue
		again = frappe.get_all(
			"Election Result",
			filters={"election": election.name, "count_number": (">", row.counted_before)},
			pluck="name",
			order_by="count_number desc",
		)
		if not again:
			frappe.throw(
				_(
					"{0} cannot be announced: the decision on objection {1} orders a recount. Use “Recount” or “Reopen Count” first."
				).format(election.title, row.name),
				RecountOrderedError,
			)
		if election.result in again:
			continue
		if found := counting.difference(frappe.get_doc("Election Result", again[0])):
			frappe.throw(
				"<br>".join(
					[
						_(
							"{0} cannot be announced: the recount that objection {1} has led to finds otherwise. Use “Reopen Count”, or annul it."
						).format(election.title, row.name),
						*found,
					]
				),
				RecountOrderedError,
			)


def _objections(election: Document, status: tuple[str, ...]) -> list[frappe._dict]:
	table = frappe.qb.DocType("Objection")
	return (
		frappe.qb.from_(table)
		.where((table.election == election.name) & table.status.isin(status))
		.select(
			*(table.name, table.about, table.organization_name, table.orders_recount, table.counted_before)
		)
		.orderby(table.name)
		# As it is now: somebody may have objected since this transaction began.
		.for_update()
		.run(as_dict=True)
	)
