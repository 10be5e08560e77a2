"""Contacts of Frappe, as far as the network adds a rule of its own."""

from __future__ import annotations

from frappe.model.document import Document

_NONE = "none"


def insert(contact: Document) -> Document:
	"""Insert a Contact as part of what is being done; that its maker may do so has been checked.

	ERPNext ties new contacts to calls from their numbers, and commits after each number. So these are added when
	the contact is there.
	"""
	numbers, contact.phone_nos = contact.phone_nos, []
	contact.insert(ignore_permissions=True)  # as said above, checked by the caller
	if numbers:
		contact.phone_nos = numbers
		# Likewise.
		contact.save(ignore_permissions=True)
	return contact


def ask_nobody(contact: Document, method: str | None = None) -> None:
	"""Doc event `before_validate`: Frappe sends a hash of the address to gravatar.com, unless there is a picture."""
	contact.image = contact.image or _NONE


def show_no_picture(contact: Document, method: str | None = None) -> None:
	"""Doc event `validate`, after Frappe's own."""
	if contact.image == _NONE:
		contact.image = None
