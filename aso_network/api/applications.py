"""What the form of a Membership Application asks for, beside the steps of its lifecycle."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from aso_network import applications


@frappe.whitelist(methods=["POST"])
def send_link(name: str) -> bool:
	"""Mail the link again. False if the address has had enough letters today."""
	return applications.send_link(_writable(name))


@frappe.whitelist(methods=["POST"])
def register_as(
	name: str, name_en: str | None = None, name_ar: str | None = None, name_ku: str | None = None
) -> str:
	"""Register the organisation under these names; answers with the Member Organization."""
	new_names = {"name_en": name_en, "name_ar": name_ar, "name_ku": name_ku}
	return applications.register_as(_writable(name), new_names).organization


@frappe.whitelist(methods=["POST"])
def register_as_same(name: str, organization: str) -> str:
	"""Tie the application to an organisation that is in the register already; answers with its name."""
	return applications.register_as_same(_writable(name), organization).organization


def _writable(name: str) -> Document:
	doc = frappe.get_doc(applications.DOCTYPE, name)
	doc.check_permission("write")
	return doc
