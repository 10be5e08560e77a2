"""Who stands: inside the window, eligible, never on the committee, numbered once the list is published."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, get_fullname, now_datetime, today

from aso_network import attachments, membership, representation
from aso_network.changes import changed_fields, keep
from aso_network.polling import committee

STANDING = ("Submitted", "Accepted")
OPEN_FOR_NOMINATION = "Nominations Open"
BEFORE_VOTING = ("Nominations Open", "Candidates Published")
WHO_STANDS = {"organization", "person", "endorsements"}
LONGEST_STATEMENT = 1000


class NominationsClosedError(frappe.ValidationError):
	"""A candidacy is submitted and changed only while nominations are open."""


class NotEligibleError(frappe.ValidationError):
	"""The organisation or person may not stand in this election."""


class AlreadyStandsError(frappe.ValidationError):
	"""The organisation or person stands already, or the organisation has as many candidates as it may."""


class AlreadyDecidedError(frappe.ValidationError):
	"""Who stands was changed after the candidacy was decided."""


class EndorsementError(frappe.ValidationError):
	"""An endorsement does not count, or there are too few."""


class StatementError(frappe.ValidationError):
	"""A statement is too long."""


class NotScreenedError(frappe.ValidationError):
	"""Candidacies are still waiting for a decision."""


def keep_what_the_app_writes(candidacy: Document) -> None:
	keep(candidacy, "ballot_number", "withdrawn_on", "candidate_name", "candidate_name_ar", "district")
	before = candidacy.get_doc_before_save()
	candidacy.submitted_on = before.submitted_on if before else today()
	if not candidacy.flags.stands_again:  # a runoff takes over the endorsements as they were given
		_sign_endorsements(candidacy, before)


def _sign_endorsements(candidacy: Document, before: Document | None) -> None:
	"""By whom and when an organisation endorsed is noted by the app, whatever was sent."""
	earlier = {row.name: row for row in before.endorsements} if before else {}
	for row in candidacy.endorsements:
		old = earlier.get(row.name)
		if old and old.organization == row.organization:
			row.endorsed_by, row.endorsed_on = old.endorsed_by, old.endorsed_on
		else:
			row.endorsed_by, row.endorsed_on = get_fullname(), today()


def set_names(candidacy: Document) -> None:
	"""The name on the ballot: the person's where persons stand, else the organisation's. And its district.

	Once voting is open they stay as they are on the papers, whatever the organisation is called by then.
	"""
	if not candidacy.is_new() and _election(candidacy).status not in BEFORE_VOTING:
		return
	organization = frappe.db.get_value(
		"Member Organization", candidacy.organization, ["title", "name_ar", "territory"], as_dict=True
	)
	if not organization:
		return
	candidacy.district = _district(organization.territory)
	name_ar = organization.name_ar or organization.title
	if candidacy.person:
		person = frappe.db.get_value("Contact", candidacy.person, "full_name") or candidacy.person
		candidacy.candidate_name = f"{person} ({organization.title})"
		candidacy.candidate_name_ar = f"{person} ({name_ar})"
	else:
		candidacy.candidate_name = organization.title
		candidacy.candidate_name_ar = name_ar


def check_what_is_shown(candidacy: Document) -> None:
	"""Statements of a length that a phone shows with the others', and a photo that is not public."""
	for field in ("statement_en", "statement_ar"):
		candidacy.set(field, (candidacy.get(field) or "").strip())
		if len(candidacy.get(field)) > LONGEST_STATEMENT and candidacy.has_value_changed(field):
			frappe.throw(
				_("{0}: “{1}” has {2} letters; shorten it to {3}.").format(
					candidacy.candidate_name,
					_(candidacy.meta.get_label(field)),
					len(candidacy.get(field)),
					LONGEST_STATEMENT,
				),
				StatementError,
			)
	if candidacy.has_value_changed("photo"):
		attachments.require_private(candidacy, "photo")


def require_window(candidacy: Document) -> None:
	"""Who stands is entered and changed while nominations are open; nothing changes once voting is."""
	changed = changed_fields(candidacy, free=("status", "transition_reason"))
	if candidacy.get_doc_before_save() and not changed:
		return
	# The lock makes two submissions for one organisation wait for each other (see `require_unique`).
	election = _window(candidacy.election)
	who_stands = candidacy.is_new() or not WHO_STANDS.isdisjoint(changed)
	before = candidacy.get_doc_before_save()
	if before and who_stands and before.status != "Submitted":
		frappe.throw(
			_(
				"{0} is {1}: who stands cannot change any more. Withdraw it and submit another candidacy."
			).format(before.candidate_name, _(before.status)),
			AlreadyDecidedError,
		)
	if (who_stands and not is_open(election)) or election.status not in BEFORE_VOTING:
		_refuse_closed(election)


def require_open(election: str) -> None:
	"""Raises unless nominations for `election` are open now. Holds the election until the transaction ends."""
	found = _window(election)
	if not is_open(found):
		_refuse_closed(found)


def _refuse_closed(election: frappe._dict) -> None:
	frappe.throw(
		_(
			"{0}: nominations are not open (the election is {1}); a candidacy cannot be submitted or changed."
		).format(election.title, _(election.status)),
		NominationsClosedError,
	)


def _window(election: str) -> frappe._dict:
	return frappe.db.get_value(
		"Election",
		election,
		["title", "status", "nominations_from", "nominations_to"],
		as_dict=True,
		for_update=True,
	)


def is_open(election: frappe._dict | Document) -> bool:
	"""Whether who has `status`, `nominations_from` and `nominations_to` takes nominations now."""
	now = now_datetime()
	return (
		election.status == OPEN_FOR_NOMINATION
		and (not election.nominations_from or get_datetime(election.nominations_from) <= now)
		and (not election.nominations_to or now <= get_datetime(election.nominations_to))
	)


def require_may_stand(candidacy: Document) -> None:
	"""Eligibility that holds from the first save: an active member of the platform, a person of its own."""
	election = _election(candidacy)
	organization = frappe.db.get_value(
		"Member Organization", candidacy.organization, ["title", "status", "platform"], as_dict=True
	)
	if organization.status != "Active" or organization.platform != election.platform:
		frappe.throw(
			_("{0} cannot stand in {1}: only active members of {2} can, and it is {3} in {4}.").format(
				organization.title,
				election.title,
				election.platform,
				_(organization.status),
				organization.platform,
			),
			NotEligibleError,
		)
	if election.candidate_kind == "Person" and not candidacy.person:
		frappe.throw(
			_("{0}: persons stand in {1}; enter the person who stands for {2}.").format(
				candidacy.candidate_name, election.title, organization.title
			),
			NotEligibleError,
		)
	representatives = {row.contact for row in membership.representatives([candidacy.organization])}
	if candidacy.person and candidacy.person not in representatives:
		frappe.throw(
			_(
				"{0} is not a current representative of {1}; enter them there first or choose another person."
			).format(candidacy.person, organization.title),
			NotEligibleError,
		)
	_require_off_committee(candidacy, election)


def require_unique(candidacy: Document) -> None:
	"""One candidacy per person, and per organisation as many as the rules allow."""
	if candidacy.status not in STANDING:
		return
	election = _election(candidacy)
	table = frappe.qb.DocType("Candidacy")
	# A locking read, for what another submission has just added.
	others = (
		frappe.qb.from_(table)
		.where(table.election == candidacy.election)
		.where(table.status.isin(STANDING))
		.where(table.name != (candidacy.name or ""))
		.select(table.name, table.organization, table.person)
		.for_update()
		.run(as_dict=True)
	)
	same_person = [o.name for o in others if candidacy.person and o.person == candidacy.person]
	of_organization = [o.name for o in others if o.organization == candidacy.organization]
	allowed = max(1, cint(election.max_per_organization)) if election.candidate_kind == "Person" else 1
	if same_person or len(of_organization) >= allowed:
		frappe.throw(
			_("{0} stands in {1} already ({2}); withdraw that candidacy first.").format(
				candidacy.candidate_name, election.title, (same_person or of_organization)[0]
			),
			AlreadyStandsError,
		)


def validate_endorsements(candidacy: Document) -> None:
	endorsers = [row.organization for row in candidacy.endorsements]
	if not endorsers:
		return
	active = set(
		frappe.get_all(
			"Member Organization",
			filters={
				"name": ("in", endorsers),
				"status": "Active",
				"platform": _election(candidacy).platform,
			},
			pluck="name",
		)
	)
	for row in candidacy.endorsements:
		if row.organization == candidacy.organization:
			problem = _("an organisation does not endorse itself")
		elif endorsers.count(row.organization) > 1:
			problem = _("it is listed twice")
		elif row.organization not in active:
			problem = _("it is not an active member of the platform")
		else:
			continue
		frappe.throw(
			_("{0}: the endorsement by {1} (row {2}) does not count: {3}. Remove the row.").format(
				candidacy.candidate_name, row.organization, row.idx, problem
			),
			EndorsementError,
		)


def require_screening_open(candidacy: Document) -> None:
	election = _election(candidacy)
	if election.status not in BEFORE_VOTING:
		frappe.throw(
			_("{0}: {1} is {2}; candidacies are decided before voting opens.").format(
				candidacy.candidate_name, election.title, _(election.status)
			),
			NominationsClosedError,
		)


def require_eligible(candidacy: Document) -> None:
	"""Guard of “Accept”."""
	require_screening_open(candidacy)
	require_may_stand(candidacy)
	election = _election(candidacy)
	if election.status != OPEN_FOR_NOMINATION:
		frappe.throw(
			_("{0}: the candidates of {1} are published; the list does not grow any more.").format(
				candidacy.candidate_name, election.title
			),
			NominationsClosedError,
		)
	if len(candidacy.endorsements) < cint(election.min_endorsements):
		frappe.throw(
			_("{0} has {1} of the {2} endorsements that the rules of {3} ask for.").format(
				candidacy.candidate_name,
				len(candidacy.endorsements),
				election.min_endorsements,
				election.title,
			),
			EndorsementError,
		)


def require_withdrawable(candidacy: Document) -> None:
	"""Guard of “Withdraw”: once voting has opened, the ballot is what it is.

	Members may make this move as well; whoever is not of the office withdraws what is their own.
	"""
	require_screening_open(candidacy)
	if not frappe.has_permission(candidacy.doctype, "write", candidacy):  # its flags may ignore permissions
		representation.require(candidacy.organization)


def stamp_withdrawal(candidacy: Document) -> None:
	candidacy.withdrawn_on = today()


def require_screened(election: Document) -> None:
	"""Guard of “Publish Candidates”."""
	waiting = _names(election.name, "Submitted")
	if waiting:
		frappe.throw(
			_("{0}: accept or reject first: {1}.").format(election.title, ", ".join(waiting)),
			NotScreenedError,
		)
	if not _names(election.name, "Accepted"):
		frappe.throw(
			_("{0} has no accepted candidacy; there is nobody to publish.").format(election.title),
			NotScreenedError,
		)


def number_candidates(election: Document) -> None:
	"""After “Publish Candidates”: numbers on the ballot in the order of the Arabic names.

	The order on paper decides nothing (a tie is never settled by it); it only has to be the same for all.
	"""
	for number, candidate in enumerate(
		sorted(accepted(election.name), key=lambda c: (c.candidate_name_ar, c.name)), start=1
	):
		frappe.db.set_value("Candidacy", candidate.name, "ballot_number", number)


def accepted(election: str) -> list[frappe._dict]:
	"""The accepted candidacies in the order of the ballot: name, both names, number, organisation, person."""
	return frappe.get_all(
		"Candidacy",
		filters={"election": election, "status": "Accepted"},
		fields=[
			*("name", "candidate_name", "candidate_name_ar", "ballot_number"),
			*("organization", "person", "gender", "age", "district"),
		],
		order_by="ballot_number, name",
	)


def issues(election: Document) -> list[tuple[str, str]]:
	found = [
		(_("The candidacy of {0} is not decided.").format(name), _("Accept or reject it."))
		for name in _names(election.name, "Submitted")
	]
	standing = accepted(election.name)
	if not standing:
		found.append((_("There is no accepted candidacy."), _("Enter and accept candidacies.")))
	active = {row.name for row in membership.active_organizations(election.platform, election.voting_date)}
	people = {
		(row.organization, row.contact)
		for row in membership.representatives([c.organization for c in standing])
	}
	for candidate in standing:
		if candidate.organization not in active or (
			candidate.person and (candidate.organization, candidate.person) not in people
		):
			found.append(
				(
					_("{0} may not stand any more.").format(candidate.candidate_name),
					_("Withdraw the candidacy."),
				)
			)
	return found


def _district(territory: str) -> str | None:
	"""The district that `territory` is or lies in."""
	place = frappe.db.get_value("Territory", territory, ["lft", "rgt"], as_dict=True)
	return place and frappe.db.get_value(
		"Territory",
		{"lft": ("<=", place.lft), "rgt": (">=", place.rgt), "aso_level": "District"},
		"name",
	)


def _names(election: str, status: str) -> list[str]:
	return frappe.get_all(
		"Candidacy", filters={"election": election, "status": status}, pluck="candidate_name"
	)


def _election(candidacy: Document) -> frappe._dict:
	return frappe.db.get_value(
		"Election",
		candidacy.election,
		[
			"name",
			"title",
			"status",
			"platform",
			"candidate_kind",
			"max_per_organization",
			"min_endorsements",
		],
		as_dict=True,
		# What decides is the state of the election now, not when this transaction began.
		for_update=True,
	)


def _require_off_committee(candidacy: Document, election: frappe._dict) -> None:
	if candidacy.status not in STANDING:
		return
	contest = frappe.get_doc("Election", candidacy.election)
	stands_as_organization = election.candidate_kind != "Person" or not candidacy.person
	for row in contest.committee:
		if row.contact == candidacy.person or (
			stands_as_organization and row.organization == candidacy.organization
		):
			frappe.throw(
				_("{0} cannot stand in {1}: {2} is on its counting committee.").format(
					candidacy.candidate_name, election.title, row.full_name or row.contact
				),
				committee.CommitteeError,
			)
