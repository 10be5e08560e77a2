"""Who a registration is for: when two of them are one person, and which Contact a person gets."""

from __future__ import annotations

import frappe
import phonenumbers
from frappe.model.document import Document
from frappe.utils import cstr

from aso_network import names, training
from aso_network.portal import text


def international(phone: str | None) -> str | None:
	"""A telephone number as +963944000000; as it was typed, in plain digits, where it is not known to be one."""
	typed = text.digits(cstr(phone).strip())
	if not typed:
		return None
	try:
		number = phonenumbers.parse(typed, _region())
	except phonenumbers.NumberParseException:
		return typed
	if not phonenumbers.is_possible_number(number):
		return typed
	return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _region() -> str:
	country = frappe.get_cached_value("System Settings", "System Settings", "country")
	code = country and frappe.get_cached_value("Country", country, "code")
	return (code or "SY").upper()


def people_of(organization: str) -> list[str]:
	return [person["contact"] for person in training.people_of_member(organization)]


def same_person(doc: Document) -> str | None:
	"""The live registration of this person for this session."""
	filters = {"session": doc.session, "live": "1", "organization": doc.organization or ("is", "not set")}
	if doc.contact:
		filters["contact"] = doc.contact
	else:
		filters["person_key"] = doc.person_key
	found = frappe.get_all("Training Registration", filters=filters, fields=["name", "phone", "email"])
	return next((row.name for row in found if doc.contact or _reached_alike(doc, row)), None)


def person_id(doc: Document) -> str:
	"""Who a person without a contact is: the same for the same form sent twice."""
	return "|".join((doc.organization or "", doc.phone or doc.email or "", doc.person_key))[:140]


def _reached_alike(doc: Document, other: frappe._dict) -> bool:
	"""Whether two records of one name are one person: reached in one way, or (of one organisation) not in two."""
	if (doc.phone and doc.phone == other.phone) or (doc.email and doc.email == other.email):
		return True
	if not doc.organization:
		return False
	return not (doc.phone and other.phone) and not (doc.email and other.email)


def known_contact(doc: Document) -> str | None:
	"""The Contact that the same person got with an earlier registration, or has at the organisation."""
	earlier = frappe.get_all(
		"Training Registration",
		filters={
			"person_key": doc.person_key,
			"organization": doc.organization or ("is", "not set"),
			"source": ("!=", "Office") if not doc.organization else ("is", "set"),
		},
		fields=["contact", "phone", "email"],
		order_by="creation desc",
	)
	for row in earlier:
		if _reached_alike(doc, row):
			return row.contact
	if not doc.organization or earlier:
		return None
	for person in training.people_of_member(doc.organization):
		if names.key(person["name"]) == doc.person_key:
			phone = international(frappe.db.get_value("Contact", person["contact"], "mobile_no"))
			if not (phone and doc.phone and phone != doc.phone):
				return person["contact"]
	return None


def make_contact(doc: Document) -> str:
	"""A Contact with the name and the telephone number.

	The e-mail address stays on the registration: nobody has shown that it is theirs, and Frappe ties a contact
	to whatever user has its address.
	"""
	contact = frappe.get_doc({"doctype": "Contact", "first_name": doc.person_name})
	if doc.organization:
		contact.append("links", {"link_doctype": "Member Organization", "link_name": doc.organization})
	# Who may register a person was checked; the contact follows from it. Its name is not made of the person's
	# name alone, since two people of one name may register at the same moment.
	contact.insert(ignore_permissions=True, set_name=f"{doc.person_name}-{frappe.generate_hash(length=8)}")
	if doc.phone:
		# Not before: ERPNext commits when a contact comes with a number, and our lock would be gone.
		contact.append("phone_nos", {"phone": doc.phone, "is_primary_mobile_no": 1})
		# Still the contact that was made here, for whoever registers.
		contact.save(ignore_permissions=True)
	return contact.name
