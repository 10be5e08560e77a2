"""Objections of members to the roll, a candidacy or the result: each in its window, each decided with its reason.

An open objection stops the announcement of the result, and nothing else (`announcement`). Who upholds it does what
follows: freezes the roll again, orders a recount, annuls. What it says is what a member writes; nothing here knows what
anybody voted.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, cint, formatdate, getdate, today

from aso_network import attachments, mail, membership, office, representation
from aso_network.changes import changed_labels, keep
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows import guard

ROLL, CANDIDACY, RESULT = "Electoral Roll", "Candidacy", "Result"
WINDOWS = {
	ROLL: ("Candidates Published", "Voting Open"),
	CANDIDACY: ("Candidates Published",),
	RESULT: ("Tie", "Counted", "Announced"),
}
OPEN = ("Submitted", "Under Review")
WRITTEN = ("about", "candidacy", "reason", "attachment")
LONGEST = 5000


class ObjectionClosedError(frappe.ValidationError):
	"""The window for objections to this matter is not open."""


class ObjectionMatterError(frappe.ValidationError):
	"""The objection is about nothing that there is in this election."""


class NotAMemberError(frappe.ValidationError):
	"""Only active members of the platform object, each through a representative."""


class AlreadyObjectedError(frappe.ValidationError):
	"""The organisation has an open objection to the same matter."""


class ObjectionFixedError(frappe.ValidationError):
	"""What was objected stays as it was sent."""


# --- what members do -------------------------------------------------------------------------------------


def submit(organization: str, election: str, values: dict[str, Any]) -> Document:
	"""Object in the name of `organization`, with what `values` has of `WRITTEN`."""
	person = representation.require(organization)
	platform = frappe.db.get_value("Member Organization", organization, "platform")
	if frappe.db.get_value("Election", election, "platform") != platform:
		# Another platform's election is as good as none: the rules would name it in their refusal.
		frappe.throw(_("There is no such election."), frappe.DoesNotExistError)
	if values.get("about") == CANDIDACY:
		_require_candidacy(election, organization, values.get("candidacy"))
	objection = frappe.new_doc("Objection", election=election, organization=organization, person=person)
	objection.update({field: values.get(field) for field in WRITTEN})
	# Members create no objections by themselves; whom they speak for was checked.
	return objection.insert(ignore_permissions=True)


def withdraw(objection: str) -> Document:
	"""Withdraw the own objection while it is not decided."""
	doc = frappe.db.exists("Objection", objection) and frappe.get_doc("Objection", objection, for_update=True)
	try:
		representation.require(doc.organization if doc else "")
	except representation.NotYoursError:
		frappe.throw(_("There is no such objection."), frappe.DoesNotExistError)
	# The right to write is not theirs; the move is, on their own (guard of the lifecycle), and was checked here.
	doc.flags.ignore_permissions = True
	return guard.move(doc, "Withdrawn")


# --- windows ---------------------------------------------------------------------------------------------


def is_open(election: Document | frappe._dict, about: str) -> bool:
	"""Whether objections to this matter are taken today; `election` has `status` and `announced_on`."""
	if election.status not in WINDOWS.get(about, ()):
		return False
	last = last_day(election)
	return about != RESULT or not last or getdate() <= last


def last_day(election: Document | frappe._dict) -> date | None:
	"""The last day for objections to the result; None before it is announced."""
	if not election.announced_on or election.status != "Announced":
		return None
	return getdate(add_days(election.announced_on, days_after_announcement()))


def days_after_announcement() -> int:
	return cint(frappe.get_cached_doc("ASO Network Settings").objection_days)


def open_by_matter(election: str) -> dict[str, int]:
	"""What objections that wait for their decision are about → how many there are."""
	return Counter(
		frappe.get_all("Objection", filters={"election": election, "status": ("in", OPEN)}, pluck="about")
	)


# --- steps of the controller -----------------------------------------------------------------------------


def keep_what_the_app_writes(objection: Document) -> None:
	keep(objection, "decision", "decided_on", "counted_before")
	before = objection.get_doc_before_save()
	if not before or before.status not in OPEN:
		keep(objection, "orders_recount")  # part of the decision: not of what was sent, and not afterwards
	objection.submitted_on = before.submitted_on if before else today()


def require_matter(objection: Document) -> None:
	"""A reason, and for a candidacy one of this election that is published, or the organisation's own."""
	objection.reason = (objection.reason or "").strip()
	if len(objection.reason) > LONGEST:
		frappe.throw(
			_("The reason has {0} letters; write it in {1} at most and attach the rest.").format(
				len(objection.reason), LONGEST
			),
			ObjectionMatterError,
		)
	attachments.require_private(objection, "attachment")
	if objection.about != CANDIDACY:
		objection.candidacy = None
		return
	_require_candidacy(objection.election, objection.organization, objection.candidacy)


def _require_candidacy(election: str, organization: str, candidacy: str | None) -> None:
	if candidacy not in candidacies_to_object(election, organization):
		frappe.throw(
			_("Choose the candidacy that the objection is about, one of those published."),
			ObjectionMatterError,
		)


def candidacies_to_object(election: str, organization: str) -> dict[str, str]:
	"""Candidacy → name, of those an objection of `organization` may be about: those on the ballot, and its own,
	rejected ones too."""
	rows = frappe.get_all(
		"Candidacy",
		filters={"election": election},
		or_filters={"status": "Accepted", "organization": organization},
		fields=["name", "candidate_name", "candidate_name_ar"],
		order_by="ballot_number, name",
	)
	arabic = frappe.local.lang == "ar"
	return {row.name: (arabic and row.candidate_name_ar) or row.candidate_name for row in rows}


def require_window(objection: Document) -> None:
	# The lock makes the objections to one election wait for each other and for the election's own steps.
	election = frappe.db.get_value(
		"Election",
		objection.election,
		["title", "status", "announced_on"],
		as_dict=True,
		for_update=True,
	)
	if is_open(election, objection.about):
		return
	if objection.about == RESULT and (last := last_day(election)):
		sentence = _("Objections to the result of {0} were possible until {1}.").format(
			election.title, formatdate(last)
		)
	else:
		sentence = {
			ROLL: _(
				"{0} is {1}: objections to the roll are possible once the candidates are published and until voting closes."
			),
			CANDIDACY: _(
				"{0} is {1}: objections to a candidacy are possible once the candidates are published and until voting opens."
			),
			RESULT: _("{0} is {1}: objections to the result are possible once it is counted."),
		}[objection.about].format(election.title, _(election.status))
	frappe.throw(sentence, ObjectionClosedError)


def require_member(objection: Document) -> None:
	"""The organisation is an active member of the platform, the person one of its representatives today."""
	platform = frappe.db.get_value("Election", objection.election, "platform")
	organization = frappe.db.get_value(
		"Member Organization", objection.organization, ["title", "status", "platform"], as_dict=True
	)
	if organization.status != "Active" or organization.platform != platform:
		frappe.throw(
			_("Only active members of {0} object in its elections; {1} is {2} in {3}.").format(
				platform, organization.title, _(organization.status), organization.platform
			),
			NotAMemberError,
		)
	if objection.person not in {row.contact for row in membership.representatives([objection.organization])}:
		frappe.throw(
			_("{0} does not represent {1} today; choose one of its representatives.").format(
				objection.person, organization.title
			),
			NotAMemberError,
		)


def refuse_changes(objection: Document) -> None:
	changed = changed_labels(objection, free=("status", "transition_reason", "orders_recount"))
	if changed:
		frappe.throw(
			_("Objection {0} stays as it was sent; “{1}” cannot change.").format(objection.name, changed[0]),
			ObjectionFixedError,
		)


def require_unique(objection: Document) -> None:
	"""One open objection of an organisation to one matter. The unique key stands behind it."""
	objection.open_key = None  # not "": any number of those may be there
	if objection.status not in OPEN:
		return
	objection.open_key = "|".join(
		(objection.election, objection.about, objection.candidacy or "", objection.organization)
	)
	# A locking read, for what another has just sent.
	other = frappe.db.get_value(
		"Objection", {"open_key": objection.open_key, "name": ("!=", objection.name or "")}, for_update=True
	)
	if other:
		frappe.throw(
			_(
				"Your organization has an open objection to this already, {0}. It is decided first, or withdrawn."
			).format(other),
			AlreadyObjectedError,
		)


# --- guards and effects of the lifecycle -----------------------------------------------------------------


def require_own(objection: Document) -> None:
	"""Guard of “Withdraw”: nobody but the organisation itself takes its objection back."""
	representation.require(objection.organization)


def decide(objection: Document) -> None:
	"""Effect of “Uphold” and “Dismiss”: the reason that the step asks for is the decision."""
	objection.decision = objection.transition_reason.strip()
	objection.orders_recount = int(
		bool(objection.orders_recount) and objection.status == "Upheld" and objection.about == RESULT
	)
	if objection.orders_recount:
		objection.counted_before = frappe.db.count("Election Result", {"election": objection.election})
	close(objection)


def close(objection: Document) -> None:
	"""Effect of each last step: the matter is open for another objection."""
	objection.open_key = None
	objection.decided_on = today()


# --- letters ---------------------------------------------------------------------------------------------


def tell_office(objection: Document) -> None:
	"""After an objection is submitted: to whoever may decide it."""
	for user in office.users_of(objection, MANAGER, OFFICER):
		with mail.in_language(mail.language_of(user)):
			mail.send(
				user,
				_("Objection to: {0}").format(_(objection.about)),
				mail.body(
					_("{0} objects in the election {1}.").format(
						objection.organization_name,
						frappe.db.get_value("Election", objection.election, "title"),
					),
					link=f"/app/objection/{objection.name}",
				),
				objection,
				frappe.local.lang,
			)


def tell_organization(objection: Document) -> None:
	"""After it is decided: to whoever represents the organisation. The letter does not say how; the page does."""
	for address in membership.addresses(objection.organization):
		with mail.in_language(mail.language_of(address)):
			mail.send(
				address,
				_("Your objection is decided"),
				mail.body(
					_("Your objection {0} is decided. Read the decision here:").format(objection.name),
					link=f"/my/elections/{objection.election}",
				),
				objection,
				frappe.local.lang,
			)
