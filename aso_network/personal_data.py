"""What the network keeps about one person: to see, to correct, to take along, to have deleted."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import mail, membership, permissions
from aso_network.custom_fields import MODULE
from aso_network.portal import text

REQUEST = "Personal Data Deletion Request"
WAITING = ("Pending Verification", "Pending Approval", "On Hold")
# The roll says who may vote; that somebody stands on it is the organisation's, and no more is told of it.
_NOT_LISTED = ("Election Voter", "Ballot", "Ballot Batch", "Ballot Batch Entry", "Network Audit Event")


class NotYourDataError(frappe.PermissionError):
	"""The Contact is somebody else."""


class NameMissingError(frappe.ValidationError):
	"""A person without a name."""


class PhoneError(frappe.ValidationError):
	"""Not a telephone number."""


class AlreadyAskedError(frappe.ValidationError):
	"""A request to delete everything waits already."""


def collect(user: str) -> dict[str, Any]:
	"""All of it, ready to be written as JSON: `account`, `contacts`, `represents`, `mentioned`, `asked_for_deletion`."""
	contacts = permissions.contacts_of(user)
	represents = frappe.get_all(
		"Organization Representative",
		filters={"parenttype": "Member Organization", "contact": ("in", contacts)},
		fields=["parent as organization", "position", "is_delegate", "from_date", "to_date"],
		order_by="from_date, parent",
	)
	titles = membership.names_in(frappe.local.lang, [row.organization for row in represents])
	return {
		"account": frappe.db.get_value(
			"User", user, ["name", "full_name", "language", "creation", "last_login"], as_dict=True
		),
		"contacts": [_contact(name) for name in contacts],
		"represents": [{**row, "title": titles[row.organization]} for row in represents],
		"mentioned": _mentioned(contacts),
		"asked_for_deletion": waiting_request(user),
	}


def correct(user: str, contact: str, values: dict[str, str]) -> Document:
	"""Change the own name and telephone number. The address is the account: the office changes it."""
	if contact not in permissions.contacts_of(user):
		frappe.throw(_("This is not your own entry."), NotYourDataError)
	first_name = text.clean(values.get("first_name"))
	if not first_name:
		frappe.throw(_("Write your first name."), NameMissingError)
	phone = text.clean(values.get("phone"))
	if phone and not text.phone(phone):
		frappe.throw(_("{0} is not a telephone number: write digits.").format(phone), PhoneError)
	doc = frappe.get_doc("Contact", contact, for_update=True)
	doc.first_name, doc.last_name = first_name[:140], text.clean(values.get("last_name"))[:140]
	_set_phone(doc, text.phone(phone) if phone else None)
	# That it is the own Contact was checked.
	return doc.save(ignore_permissions=True)


def ask_for_deletion(user: str) -> Document:
	"""Frappe's own request: confirmed by a link that is mailed to the person, then decided on by a System Manager."""
	if waiting_request(user):
		frappe.throw(
			_("You have asked for it already: open the link in the letter, or wait."), AlreadyAskedError
		)
	address = frappe.db.get_value("User", user, "email")
	request = frappe.get_doc({"doctype": REQUEST, "email": address, "status": WAITING[0]})
	# Frappe's letter would be in the sender's language, and would fail where the site has no outgoing account.
	request.send_verification_mail = lambda: None
	# For the own data; nobody types the address.
	request.insert(ignore_permissions=True)
	language = mail.language_of(address)
	with mail.in_language(language):
		mail.send(
			address,
			_("Please confirm: delete my data"),
			mail.body(
				_("You have asked the network to delete your personal data. Open this page to confirm it:"),
				link=request.generate_url_for_confirmation(),
			)
			+ mail.body(_("If it was not you, do nothing, and choose another password.")),
			reference=request,
			language=language,
		)
	return request


def waiting_request(user: str) -> str | None:
	"""The state of a request that is not decided."""
	return frappe.db.get_value(REQUEST, {"email": user, "status": ("in", WAITING)}, "status")


def _contact(name: str) -> dict[str, Any]:
	doc = frappe.get_doc("Contact", name)
	return {
		"name": doc.name,
		"first_name": doc.first_name,
		"last_name": doc.last_name,
		"email_addresses": [row.email_id for row in doc.email_ids],
		"phones": [row.phone for row in doc.phone_nos],
		"phone": doc.mobile_no or doc.phone,
		"language_of_letters": doc.get("aso_language"),
		"tied_to": [f"{row.link_doctype} {row.link_name}" for row in doc.links],
	}


def _mentioned(contacts: list[str]) -> list[dict[str, str]]:
	"""Where else the person is named: `kind`, `name` and `title` of the record, and `part`, what they are in it."""
	found = []
	for field in frappe.get_all(
		"DocField",
		filters={"fieldtype": "Link", "options": "Contact"},
		fields=["parent", "fieldname", "label"],
		order_by="parent, idx",
	):
		meta = frappe.get_meta(field.parent)
		if meta.module != MODULE or field.parent in (*_NOT_LISTED, "Organization Representative"):
			continue
		columns = ["parenttype as kind", "parent as name"] if meta.istable else ["name"]
		for row in frappe.get_all(
			field.parent, {field.fieldname: ("in", contacts)}, columns, order_by="name"
		):
			kind = row.kind or field.parent
			if kind not in _NOT_LISTED:
				title = frappe.db.get_value(kind, row.name, frappe.get_meta(kind).title_field or "name")
				found.append({"kind": kind, "name": row.name, "title": title, "part": field.label})
	return found


def _set_phone(doc: Document, phone: str | None) -> None:
	row = next((row for row in doc.phone_nos if row.is_primary_mobile_no or row.is_primary_phone), None)
	if row and phone:
		row.phone = phone
	elif row:
		doc.remove(row)
	elif phone:
		doc.append("phone_nos", {"phone": phone, "is_primary_mobile_no": 1})
