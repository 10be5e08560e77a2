"""Contacts of Frappe, as far as the network adds a rule of its own."""

from __future__ import annotations

from frappe.model.document import Document

_NONE = "none"


def ask_nobody(contact: Document, method: str | None = None) -> None:
	"""Doc event `before_validate`: Frappe sends a hash of the address to gravatar.com, unless there is a picture."""
	contact.image = contact.image or _NONE


def show_no_picture(contact: Document, method: str | None = None) -> None:
	"""Doc event `validate`, after Frappe's own."""
	if contact.image == _NONE:
		contact.image = None
