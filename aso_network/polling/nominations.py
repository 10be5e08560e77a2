"""What members do themselves while nominations are open: stand, change it, withdraw, endorse.

Members have no right to write a candidacy. Each act here asks first whom the user represents, and then saves in
their name; what a candidacy may be is judged by its controller (`candidacies`), as for the office.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import audit, membership, representation
from aso_network.polling import candidacies
from aso_network.workflows import guard

WRITTEN = ("statement_ar", "statement_en", "photo")
CHOSEN = ("person", "gender", "age")
# Group of a seat rule → what has to be known of every candidate for it.
ASKED_BY = {"Women": "gender", "Men": "gender", "Younger than": "age", "This old or older": "age"}


def asked_of(election: str) -> set[str]:
	"""What the seat rules of `election` ask of its candidates: "gender", "age", both or nothing."""
	groups = frappe.get_all(
		"Seat Rule", filters={"parenttype": "Election", "parent": election}, pluck="group"
	)
	return {ASKED_BY[group] for group in groups if group in ASKED_BY}


def stand(organization: str, election: str, values: dict[str, Any]) -> Document:
	"""Submit a candidacy of `organization`, with what `values` has of `WRITTEN` and `CHOSEN`."""
	representation.require(organization)
	_require_election_of(organization, election)
	candidacy = frappe.new_doc("Candidacy", election=election, organization=organization)
	_fill(candidacy, values)
	_require_own_person(candidacy)
	# Members create no candidacies by themselves; that this one is of their own was checked.
	return candidacy.insert(ignore_permissions=True)


def change(candidacy: str, values: dict[str, Any]) -> Document:
	"""Change the own candidacy while nominations are open and nobody has decided on it.

	Once it is accepted its words and its picture have been looked at, and are shown as they were.
	"""
	doc = _own(candidacy)
	if doc.status != "Submitted":
		frappe.throw(
			_(
				"{0} is {1} and cannot be changed any more. You can withdraw it, or ask the network's office."
			).format(doc.candidate_name, _(doc.status)),
			candidacies.AlreadyDecidedError,
		)
	candidacies.require_open(doc.election)
	_fill(doc, values)
	_require_own_person(doc)
	# Members change no candidacies by themselves; that this one is their own was checked.
	return doc.save(ignore_permissions=True)


def withdraw(candidacy: str) -> Document:
	"""Withdraw the own candidacy; possible until voting opens."""
	doc = _own(candidacy)
	# The right to write is not theirs; the move is, on their own (guard of the lifecycle), and was checked here.
	doc.flags.ignore_permissions = True
	return guard.move(doc, "Withdrawn")


def endorse(candidacy: str, organization: str) -> Document:
	"""`organization` endorses the candidacy of another member of its platform. A second time changes nothing."""
	representation.require(organization)
	doc = _endorsable(candidacy, organization)
	if organization not in _endorsers(doc):
		doc.append("endorsements", {"organization": organization})
		_save_endorsements(doc, "Endorse", organization)
	return doc


def take_back(candidacy: str, organization: str) -> Document:
	"""Take the endorsement by `organization` back, as long as it could still be given."""
	representation.require(organization)
	doc = _endorsable(candidacy, organization)
	if organization in _endorsers(doc):
		doc.endorsements = [row for row in doc.endorsements if row.organization != organization]
		_save_endorsements(doc, "Take Endorsement Back", organization)
	return doc


def _fill(candidacy: Document, values: dict[str, Any]) -> None:
	asked = asked_of(candidacy.election)
	persons_stand = frappe.db.get_value("Election", candidacy.election, "candidate_kind") == "Person"
	wanted = {"person": persons_stand, "gender": "gender" in asked, "age": "age" in asked}
	for field in (*WRITTEN, *(field for field in CHOSEN if wanted[field])):
		if field in values:
			candidacy.set(field, values[field])


def _require_own_person(candidacy: Document) -> None:
	"""Asked before Frappe looks whether there is such a person at all: the two answers would tell."""
	people = {row.contact for row in membership.representatives([candidacy.organization])}
	if candidacy.person and candidacy.person not in people:
		frappe.throw(
			_("Choose a person who represents your organization today."), candidacies.NotEligibleError
		)


def _require_election_of(organization: str, election: str) -> None:
	"""Another platform's election is as good as none: the rules would name it in their refusal."""
	platform = frappe.db.get_value("Member Organization", organization, "platform")
	if frappe.db.get_value("Election", election, "platform") != platform:
		frappe.throw(_("There is no such election."), frappe.DoesNotExistError)


def _own(candidacy: str) -> Document:
	"""The candidacy, locked; none where it is not the user's own to act on."""
	doc = _locked(candidacy)
	try:
		representation.require(doc.organization)
	except representation.NotYoursError:
		_throw_none()
	return doc


def _locked(candidacy: str) -> Document:
	"""The election first, as everybody who changes candidacies does: so two who meet wait, and neither is thrown out."""
	election = frappe.db.get_value("Candidacy", candidacy, "election")
	if not election:
		_throw_none()
	frappe.db.get_value("Election", election, "name", for_update=True)
	return frappe.get_doc("Candidacy", candidacy, for_update=True)


def _endorsable(candidacy: str, organization: str) -> Document:
	doc = _locked(candidacy)
	name, status, platform = frappe.db.get_value(
		"Member Organization", organization, ["title", "status", "platform"]
	)
	if platform != doc.platform or doc.status not in candidacies.STANDING:
		_throw_none()
	if status != "Active":
		frappe.throw(
			_("Only active members endorse candidates, and {0} is {1}.").format(name, _(status)),
			candidacies.EndorsementError,
		)
	candidacies.require_open(doc.election)
	if doc.status != "Submitted":
		frappe.throw(
			_("{0} is {1} already: its endorsements stay as they are.").format(
				doc.candidate_name, _(doc.status)
			),
			candidacies.EndorsementError,
		)
	if doc.organization == organization:
		frappe.throw(_("An organization does not endorse its own candidate."), candidacies.EndorsementError)
	return doc


def _endorsers(doc: Document) -> set[str]:
	return {row.organization for row in doc.endorsements}


def _save_endorsements(doc: Document, action: str, organization: str) -> None:
	# Members change no candidacies by themselves; that they speak for the endorsing organisation was checked.
	doc.save(ignore_permissions=True)
	audit.record(doc, action, reason=frappe.db.get_value("Member Organization", organization, "title"))


def _throw_none() -> None:
	frappe.throw(_("There is no such candidacy."), frappe.DoesNotExistError)
