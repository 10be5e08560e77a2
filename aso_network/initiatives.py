"""Initiatives that members propose to each other: who proposes, who is asked as a partner, who confirmed.

The proposal is a Network Activity in its first state. Members have no permission on Network Activity at all, since
it holds the money: what they send comes in here, field by field, and what they see is read by `portal/initiatives`.
"""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import finance, names, reading, representation

ASKED, CONFIRMED, DECLINED = "Asked", "Confirmed", "Declined"
ANSWERABLE = ("Proposed", "Approved", "Active")
MOST_OUTSIDE = 20


class ProposalError(frappe.ValidationError):
	"""A proposal that this organisation cannot make, or not like this."""


class AnswerClosedError(frappe.ValidationError):
	"""The initiative is over or rejected; partners answer no more."""


def propose(
	organization: str,
	*,
	title: str,
	description: str | None = None,
	start_date: str | None = None,
	end_date: str | None = None,
	goals: Iterable[str] = (),
	partners: Iterable[str] = (),
	outside_partners: str | None = None,
) -> Document:
	"""A proposal of `organization`, which the session's user represents.

	`description` is HTML (a form's text comes escaped; Frappe takes out what is unsafe), `outside_partners` plain text
	with one name in each line, `partners` are member organisations that let other members see them.
	"""
	representation.require(organization)
	own = frappe.db.get_value(
		"Member Organization", organization, ["status", "platform", "title"], as_dict=True
	)
	if own.status != "Active":
		frappe.throw(
			_("Only active members propose initiatives, and {0} is {1}.").format(own.title, _(own.status)),
			ProposalError,
		)
	partners = list(dict.fromkeys(partners))
	if not set(partners) <= {row.name for row in possible_partners(organization)}:
		frappe.throw(_("Choose partners of the list."), ProposalError)
	outside = list(dict.fromkeys(names.lines(outside_partners)))
	if len(outside) > MOST_OUTSIDE or any(len(name) > 140 for name in outside):
		frappe.throw(
			_("Write up to {0} other partners, each in a line of its own and in at most 140 letters.").format(
				MOST_OUTSIDE
			),
			ProposalError,
		)
	doc = frappe.get_doc(
		{
			"doctype": "Network Activity",
			"kind": "Initiative",
			"title": title,
			"description": description,
			"start_date": start_date or None,
			"end_date": end_date or None,
			"platform": own.platform,
			"proposed_by": organization,
			"goals": [{"goal": goal} for goal in goals],
			"partners": [
				*({"organization": partner, "confirmed": ASKED} for partner in partners),
				*({"partner_name": name} for name in outside),
			],
		}
	)
	# Members have no right on activities; that they may propose was checked, and the fields above are all they set.
	return doc.insert(ignore_permissions=True)


def answer(activity: str, organization: str, confirmed: bool) -> Document:
	"""The answer of `organization`, which the session's user represents, to being asked as a partner.

	Raises frappe.DoesNotExistError where it was not asked, as where there is no such initiative.
	"""
	representation.require(organization)
	if not frappe.db.exists(
		"Activity Partner",
		{"parent": activity, "parenttype": "Network Activity", "organization": organization},
	):
		raise frappe.DoesNotExistError
	# With a lock: two partners may answer at the same moment.
	doc = frappe.get_doc("Network Activity", activity, for_update=True)
	row = next((row for row in doc.partners if row.organization == organization), None)
	if not row or doc.kind != "Initiative":
		raise frappe.DoesNotExistError
	if doc.status not in ANSWERABLE:
		frappe.throw(
			_("{0} is {1}; partners no longer answer.").format(doc.title, _(doc.status)), AnswerClosedError
		)
	row.confirmed = CONFIRMED if confirmed else DECLINED
	# Members have no right on activities; that this row is theirs was checked above.
	return doc.save(ignore_permissions=True)


def possible_partners(organization: str) -> list[frappe._dict]:
	"""Active members that let other members see them, but for `organization`: `name`, `title` and the names."""
	return frappe.get_all(
		"Member Organization",
		filters={
			"status": "Active",
			"publish_level": ("in", ("Network", "Public")),
			"name": ("!=", organization),
		},
		fields=["name", "title", "name_en", "name_ar", "name_ku"],
		order_by="title",
	)


def shown_partners(activity: str) -> list[frappe._dict]:
	"""The partners that others may see: members that confirmed, and names from outside the network."""
	rows = reading.rows(
		"Activity Partner",
		filters={"parent": activity, "parenttype": "Network Activity"},
		fields=["organization", "partner_name", "confirmed"],
		order_by="idx",
	)
	return [row for row in rows if not row.organization or row.confirmed == CONFIRMED]


def check_proposal(doc: Document) -> None:
	"""Step of the activity's validation: only an initiative has a proposer and partners that are asked."""
	if doc.kind != "Initiative":
		doc.proposed_by = None
	for row in doc.partners:
		if not row.organization:
			row.confirmed = None
		elif doc.kind == "Initiative":
			row.confirmed = row.confirmed or ASKED
		if row.organization and row.organization == doc.proposed_by:
			frappe.throw(
				_(
					"Partners, row {0}: {1} proposes the initiative and is not its own partner; remove the row."
				).format(row.idx, row.organization),
				finance.PartnerError,
			)
