"""Initiatives, as members see them: never a column of money, and of others only what they are asked about.

Members have no permission on Network Activity; these reads name their columns and are all there is.
"""

from __future__ import annotations

from html import unescape

import frappe
from frappe.query_builder import Order
from frappe.utils import strip_html

from aso_network import initiatives, membership, names, reading
from aso_network.portal.visitor import Visitor

_COLUMNS = ("name", "title", "title_ar", "status", "start_date", "end_date", "description", "proposed_by")


def own(visitor: Visitor) -> list[frappe._dict]:
	"""What the organisation has proposed, with every partner and its answer."""
	found = reading.rows(
		"Network Activity",
		filters={"kind": "Initiative", "proposed_by": visitor.organization.name},
		fields=list(_COLUMNS),
		order_by="creation desc",
	)
	rows = reading.rows(
		"Activity Partner",
		filters={"parenttype": "Network Activity", "parent": ("in", [row.name for row in found])},
		fields=["parent", "organization", "partner_name", "confirmed"],
		order_by="parent, idx",
	)
	labels = _labels(visitor, rows)
	for activity in found:
		activity.label = _label(activity, visitor)
		activity.partners = [
			frappe._dict(label=row.partner_name or labels.get(row.organization), answer=row.confirmed)
			for row in rows
			if row.parent == activity.name
		]
	return found


def asked(visitor: Visitor) -> list[frappe._dict]:
	"""Initiatives of others that name the organisation as a partner: its `answer`, and who else has confirmed."""
	row, activity = frappe.qb.DocType("Activity Partner"), frappe.qb.DocType("Network Activity")
	found = (
		frappe.qb.from_(row)
		.inner_join(activity)
		.on(activity.name == row.parent)
		.where(row.parenttype == "Network Activity")
		.where(row.organization == visitor.organization.name)
		.where(activity.kind == "Initiative")
		.where(activity.status != "Rejected")
		.select(row.confirmed.as_("answer"), *(activity[column] for column in _COLUMNS))
		.orderby(activity.creation, order=Order.desc)
	).run(as_dict=True)
	partners = {entry.name: initiatives.shown_partners(entry.name) for entry in found}
	named = [row for rows in partners.values() for row in rows]
	labels = _labels(visitor, [*named, *({"organization": entry.proposed_by} for entry in found)])
	for entry in found:
		entry.label = _label(entry, visitor)
		entry.proposer = labels.get(entry.proposed_by)
		entry.paragraphs = _paragraphs(entry.pop("description"))
		entry.can_answer = entry.status in initiatives.ANSWERABLE
		entry.partners = [
			row.partner_name or labels.get(row.organization)
			for row in partners[entry.name]
			if row.organization != visitor.organization.name
		]
	return found


def partner_choices(visitor: Visitor) -> list[tuple[str, str]]:
	field = names.field_for(visitor.language)
	found = initiatives.possible_partners(visitor.organization.name)
	return sorted(((row.name, row[field] or row.title) for row in found), key=lambda row: names.key(row[1]))


def _paragraphs(description: str | None) -> list[str]:
	"""The plain text of a description, line by line: what its proposer wrote is shown as text and nothing else."""
	lines = (description or "").replace("<br>", "\n").replace("</p>", "\n").split("\n")
	return [text for line in lines if (text := unescape(strip_html(line)).strip())]


def _label(activity: frappe._dict, visitor: Visitor) -> str:
	return (visitor.language == "ar" and activity.title_ar) or activity.title


def _labels(visitor: Visitor, rows: list[dict]) -> dict[str, str]:
	return membership.names_in(
		visitor.language, list({row["organization"] for row in rows if row["organization"]})
	)
