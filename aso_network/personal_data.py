"""What the network keeps about one person: to see, to correct, to take along, to have deleted."""

from __future__ import annotations

from functools import reduce
from typing import Any

import frappe
from frappe import _
from frappe.contacts.doctype.contact.contact import get_full_name
from frappe.model.document import Document
from frappe.utils.caching import site_cache
from pypika.terms import ValueWrapper

from aso_network import certificates, mail, membership, permissions, reading
from aso_network.custom_fields import MODULE
from aso_network.portal import text

REQUEST = "Personal Data Deletion Request"
REDACTED = "[REDACTED]"  # what Frappe writes in place of a name
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
	represents = reading.rows(
		"Organization Representative",
		filters={"parenttype": "Member Organization", "contact": ("in", contacts)},
		fields=["parent as organization", "position", "is_delegate", "from_date", "to_date"],
		order_by="from_date, parent",
	)
	titles = membership.names_in(frappe.local.lang, [row.organization for row in represents])
	return {
		"account": reading.rows(
			"User", {"name": user}, ("name", "full_name", "language", "creation", "last_login")
		)[0],
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


def forget_name(contact: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Doc event `after_rename` of Contact, which is how Frappe ends its redaction: it leaves the full name as it was."""
	full_name = get_full_name(
		*frappe.db.get_value("Contact", new, ["first_name", "middle_name", "last_name", "company_name"])
	)
	frappe.db.set_value("Contact", new, "full_name", full_name, update_modified=False)
	frappe.db.set_value(
		"Organization Representative", {"contact": new}, "full_name", full_name, update_modified=False
	)
	if REDACTED in full_name:
		certificates.forget_holder(new)


def waiting_request(user: str) -> str | None:
	"""The state of a request that is not decided."""
	return frappe.db.get_value(REQUEST, {"email": user, "status": ("in", WAITING)}, "status")


def _contact(name: str) -> dict[str, Any]:
	doc = frappe.get_cached_doc("Contact", name)
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
	if not contacts:
		return []
	asked = []
	for doctype, fieldname, label, is_row in _fields_of_people():
		table = frappe.qb.DocType(doctype)
		kind, name = (table.parenttype, table.parent) if is_row else (ValueWrapper(doctype), table.name)
		asked.append(
			frappe.qb.from_(table)
			.select(kind.as_("kind"), name.as_("name"), ValueWrapper(label).as_("part"))
			.where(table[fieldname].isin(contacts))
		)
	# Some twenty tables, one question.
	found = reduce(lambda first, second: first.union_all(second), asked).run(as_dict=True)
	found = [row for row in found if row.kind not in _NOT_LISTED]
	for row in found:
		row.title = reading.column(row.kind, {"name": row.name}, _title_field(row.kind))[0]
	return sorted(found, key=lambda row: (row.kind, row.name))


@site_cache(ttl=3600)
def _title_field(doctype: str) -> str:
	return frappe.get_meta(doctype).title_field or "name"


@site_cache(ttl=3600)
def _fields_of_people() -> list[tuple[str, str, str, bool]]:
	"""DocType, field, its label and whether it is a table's row, of all fields of the app that hold a Contact."""
	fields = []
	for field in frappe.get_all(
		"DocField",
		filters={"fieldtype": "Link", "options": "Contact"},
		fields=["parent", "fieldname", "label"],
		order_by="parent, idx",
	):
		meta = frappe.get_meta(field.parent)
		if meta.module == MODULE and field.parent not in (*_NOT_LISTED, "Organization Representative"):
			fields.append((field.parent, field.fieldname, field.label, bool(meta.istable)))
	return fields


def _set_phone(doc: Document, phone: str | None) -> None:
	row = next((row for row in doc.phone_nos if row.is_primary_mobile_no or row.is_primary_phone), None)
	if row and phone:
		row.phone = phone
	elif row:
		doc.remove(row)
	elif phone:
		doc.append("phone_nos", {"phone": phone, "is_primary_mobile_no": 1})
