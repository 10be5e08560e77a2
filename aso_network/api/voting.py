"""Online voting over HTTP, for the desk: thin, typed; each call checks that the user may open the election, and
`polling` whether they may do what they ask.

What holds words of a sheet is taken out of the request at once, since Frappe's Recorder keeps requests, and is
called `secret_`, since Frappe writes the form of a request into its log files, and stars for what is called so.
"""

from __future__ import annotations

from typing import Any

import frappe
import pyqrcode
from frappe.model.document import Document
from frappe.utils import get_url

from aso_network.polling import box, codes, committee, election_key, roll, watching


def _election(name: str, permission: str = "write") -> Document:
	election = frappe.get_doc("Election", name)
	election.check_permission(permission)
	return election


@frappe.whitelist()
def state(election: str) -> dict[str, Any]:
	"""What the form says of online voting beside the fields of the election; of codes to its committee only."""
	doc = _election(election, "read")
	serves = committee.is_member(doc.name)
	return {
		"voters": roll.counts(doc.name)[0],
		"voted": watching.voted(doc.name) if doc.status == watching.OPEN else None,
		"codes": codes.number(doc.name) if serves else None,
		"without_code": codes.without(doc.name) if serves else None,
		"sheets_needed": election_key.sheets_needed(doc),
		"address": _address(),
	}


@frappe.whitelist(methods=["POST"])
@box.unlogged
def issue_codes(election: str) -> dict[str, Any]:
	doc = _election(election)
	return _slips(doc, codes.issue(doc))


@frappe.whitelist(methods=["POST"])
@box.unlogged
def replace_code(election: str, voter: str, reason: str) -> dict[str, Any]:
	doc = _election(election)
	return _slips(doc, [codes.replace(doc, voter, reason)])


@frappe.whitelist(methods=["POST"])
@box.unlogged
def replace_all_codes(election: str, reason: str) -> dict[str, Any]:
	doc = _election(election)
	return _slips(doc, codes.replace_all(doc, reason))


@frappe.whitelist(methods=["POST"])
@box.unlogged
def make_key(election: str) -> list[str]:
	return election_key.make(_election(election))


@frappe.whitelist(methods=["POST"])
@box.unlogged
def rehearse_sheets(election: str, secret_sheets: list | str) -> None:
	frappe.form_dict.pop("secret_sheets", None)
	election_key.rehearse(_election(election), frappe.parse_json(secret_sheets))


@frappe.whitelist(methods=["POST"])
@box.unlogged
def open_box(election: str, secret_sheets: list | str) -> election_key.Opening:
	frappe.form_dict.pop("secret_sheets", None)
	return election_key.open_box(_election(election), frappe.parse_json(secret_sheets))


def _slips(election: Document, slips: list[codes.Slip]) -> dict[str, Any]:
	"""The slips with all that is printed on them; `qr`: rows of a square, one letter 1 or 0 for each field."""
	platform = (
		frappe.db.get_value("Network Platform", election.platform, ["name_en", "name_ar"], as_dict=True)
		or frappe._dict()
	)
	return {
		"platform": platform.name_en or election.platform,
		"platform_ar": platform.name_ar,
		"address": _address(),
		"slips": [{**slip, "qr": _square(f"{_address()}#{slip['code']}")} for slip in slips],
	}


def _address() -> str:
	return get_url("/vote")


def _square(text: str) -> list[str]:
	return ["".join(map(str, row)) for row in pyqrcode.create(text, error="M").code]
