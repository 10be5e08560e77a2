"""What the desk asks for about certificates."""

from __future__ import annotations

from typing import Any

import frappe

from aso_network import certificates


@frappe.whitelist(methods=["GET"])
def standing(session: str) -> dict[str, Any]:
	"""Who of a session has a certificate, who has earned one, and what the others lack."""
	_require_reader(session)
	return certificates.standing(session)


@frappe.whitelist(methods=["POST"])
def make(session: str) -> None:
	"""Begin to make what is missing, in the background; the form of the session is told how far it has come."""
	_require_reader(session)
	frappe.has_permission(certificates.DOCTYPE, "create", throw=True)
	certificates.enqueue(session)


@frappe.whitelist(methods=["POST"])
def reissue(name: str) -> int:
	"""Issue a valid certificate anew under its number. Returns its version."""
	frappe.get_doc(certificates.DOCTYPE, name).check_permission("write")
	return certificates.reissue(name).version


def _require_reader(session: str) -> None:
	frappe.get_doc("Training Session", session).check_permission("read")
	frappe.has_permission(certificates.DOCTYPE, "read", throw=True)
