"""A result leaves the desk: the package that anyone can verify, and the exports."""

from __future__ import annotations

import json

import frappe
from frappe.model.document import Document
from frappe.utils import cstr

from aso_network import audit
from aso_network.elections import package
from aso_network.polling import box, committee
from aso_network.roles import OBSERVER


@box.unlogged
def send_package(result: Document) -> None:
	"""Answer with the verification package of `result`; with the ballots for whom `may_have_ballots`."""
	election = frappe.get_doc("Election", result.election)
	ballots = box.salted(election.name) if may_have_ballots(election) else None
	content = package.build(json.loads(result.record), signatures(result), ballots)
	audit.record(result, "Export Package" if ballots is None else "Export Package with Ballots")
	_send(f"{result.name}.json", content, "application/json")


def may_have_ballots(election: Document, user: str | None = None) -> bool:
	"""The anonymous ballots go to the committee of this election once it is counted, and to observers once it is
	announced: to them the salts tell no more than the ballots do."""
	user = user or frappe.session.user
	if election.status in ("Counted", "Tie", "Announced") and committee.is_member(election.name, user):
		return True
	return election.status == "Announced" and OBSERVER in frappe.get_roles(user)


def signatures(result: Document) -> list[dict[str, str]]:
	"""The signature lines as the package has them."""
	return [
		{"name": row.full_name or row.user, "signed_hash": row.signed_hash, "date": cstr(row.signed_on)[:10]}
		for row in result.signatures
	]


def _send(filename: str, content: str | bytes, content_type: str) -> None:
	frappe.local.response.update(
		{"type": "download", "filename": filename, "filecontent": content, "content_type": content_type}
	)
