"""What an organisation says about itself, and keeps itself. Its names and its platform stay with the office."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import validate_url

from aso_network import audit, representation
from aso_network.changes import changed_labels

OWN = (
	*("acronym", "kind", "founded_on", "territory"),
	*("is_registered", "registration_number", "registration_authority"),
	*("publish_level", "public_phone", "public_email", "website", "public_address"),
)
# What makes a profile useful to others, and what the page of the organisation reminds of.
EXPECTED = ("kind", "founded_on", "sectors", "public_phone", "public_email", "public_address")


class ProfileClosedError(frappe.ValidationError):
	"""The organisation has no part in the network now, and its profile stays as it is."""


class WebsiteError(frappe.ValidationError):
	"""Not the address of a website."""


def require_open(organization: dict) -> None:
	"""`organization`: a document or row with `title` and `status`."""
	if organization.get("status") != "Active":
		frappe.throw(
			_("{0} is {1}: its profile cannot be changed now. Ask the network's office.").format(
				organization.get("label") or organization.get("title"), _(organization.get("status"))
			),
			ProfileClosedError,
		)


def save(organization: str, values: dict[str, Any]) -> Document:
	"""Write what a representative said of `organization`; `sectors` is a list of names."""
	representation.require(organization)
	if values.get("website") and not validate_url(values["website"], valid_schemes=("http", "https")):
		frappe.throw(_("This is not the address of a website. It begins with https://"), WebsiteError)
	doc = frappe.get_doc("Member Organization", organization, for_update=True)
	require_open(doc)
	doc.update({field: values[field] for field in OWN if field in values})
	if not doc.is_registered:
		doc.registration_number = doc.registration_authority = None
	if "sectors" in values and values["sectors"] != [row.sector for row in doc.sectors]:
		doc.set("sectors", [{"sector": sector} for sector in values["sectors"] or []])
	# Members write no organisation by themselves; that this one is their own, and open, was checked.
	doc.flags.ignore_permissions = True
	doc.load_doc_before_save()
	labels = changed_labels(doc)
	doc.save()
	if labels:
		audit.record(doc, "Change Profile", reason=", ".join(labels))
	return doc


def missing(doc: Document) -> list[str]:
	"""Labels of what the profile does not say yet."""
	return [_(doc.meta.get_label(field)) for field in EXPECTED if not doc.get(field)]
