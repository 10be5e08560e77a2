"""The counting committee: two to five people chosen at the meeting from among those present, never candidates."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from aso_network.roles import COMMITTEE

SMALLEST, LARGEST = 2, 5


class NotOnCommitteeError(frappe.PermissionError):
	"""The user does not serve on this election's committee."""


class CommitteeError(frappe.ValidationError):
	"""The committee is not one that may count this election."""


def is_member(election: str, user: str | None = None) -> bool:
	"""Whether `user` (the current one if not given) serves on the committee of `election`."""
	return bool(
		frappe.db.exists(
			"Election Committee Member",
			{"parenttype": "Election", "parent": election, "user": user or frappe.session.user},
		)
	)


def require_member(election: Document) -> None:
	"""Raises unless the current user may act for the committee of `election`."""
	if COMMITTEE not in frappe.get_roles() or not is_member(election.name):
		frappe.throw(
			_("Only the counting committee of {0} can do this; you are not on it.").format(election.title),
			NotOnCommitteeError,
		)


def validate(election: Document) -> None:
	"""What can be judged while the committee is still being put together; the rest is in `issues`."""
	_take_organizations_from_attendance(election)
	people = [row.contact for row in election.committee]
	users = [row.user for row in election.committee if row.user]
	for row in election.committee:
		if people.count(row.contact) > 1 or (row.user and users.count(row.user) > 1):
			frappe.throw(
				_("Row {0}: {1} is on the committee of {2} twice; remove one of the rows.").format(
					row.idx, row.full_name or row.contact, election.title
				),
				CommitteeError,
			)
	if len(people) > LARGEST:
		frappe.throw(
			_("The committee of {0} has {1} people; it has {2} at most.").format(
				election.title, len(people), LARGEST
			),
			CommitteeError,
		)
	for row in standing(election):
		frappe.throw(
			_("{0} stands in {1} and cannot count it; take them off the committee or the ballot.").format(
				row.full_name or row.contact, election.title
			),
			CommitteeError,
		)


def standing(election: Document) -> list[Document]:
	"""The committee rows whose person, or whose organisation where organisations stand, is a candidate."""
	if election.is_new() or not election.committee:
		return []
	candidacies = frappe.get_all(
		"Candidacy",
		filters={"election": election.name, "status": ("in", ("Submitted", "Accepted"))},
		fields=["organization", "person"],
	)
	people = {c.person for c in candidacies if c.person}
	# Where a person stands, a colleague from the same organisation may count; where the
	# organisation itself stands, nobody of it may.
	organizations = {
		c.organization for c in candidacies if election.candidate_kind != "Person" or not c.person
	}
	return [row for row in election.committee if row.contact in people or row.organization in organizations]


def issues(election: Document) -> list[tuple[str, str]]:
	"""What keeps this committee from opening the vote: (what is wrong, what to do)."""
	found = []
	if len(election.committee) < SMALLEST:
		found.append(
			(
				_("The counting committee has {0} of at least {1} people.").format(
					len(election.committee), SMALLEST
				),
				_("Add people from the attendance under Committee."),
			)
		)
	present = _present(election.meeting)
	for row in election.committee:
		who = row.full_name or row.contact
		if row.contact not in present:
			found.append(
				(
					_("{0} was not present at the meeting.").format(who),
					_("Choose the committee from those present."),
				)
			)
		if not row.user or not frappe.db.get_value("User", row.user, "enabled"):
			found.append(
				(
					_("{0} has no user to enter ballots and sign with.").format(who),
					_("Enter an enabled user in the committee row."),
				)
			)
		elif COMMITTEE not in frappe.get_roles(row.user):
			found.append(
				(
					_("The user {0} has no role {1}.").format(row.user, _(COMMITTEE)),
					_("Give the user this role."),
				)
			)
	for row in election.committee:
		if row.user and not _is_account_of(row.user, row.contact):
			found.append(
				(
					_("The user {0} is not {1}'s own.").format(row.user, row.full_name or row.contact),
					_("Enter this user in the person's Contact, or another user here."),
				)
			)
	for row in standing(election):
		found.append(
			(
				_("{0} is on the committee and stands as a candidate.").format(row.full_name or row.contact),
				_("Replace them on the committee."),
			)
		)
	needed = signatures_needed(election)
	if needed > len(election.committee):
		found.append(
			(
				_("{0} signatures are needed, but the committee has {1} people.").format(
					needed, len(election.committee)
				),
				_("Ask for fewer signatures or add people to the committee."),
			)
		)
	return found


def signatures_needed(election: Document) -> int:
	"""How many members must sign before the result can be announced; never fewer than two."""
	needed = election.signatures_required or frappe.db.get_single_value(
		"ASO Network Settings", "signatures_needed"
	)
	return max(SMALLEST, needed or 0)


def _present(meeting: str) -> dict[str, str]:
	"""Contact of everybody present at `meeting` → the organisation they came for."""
	return dict(
		frappe.get_all(
			"Meeting Attendance",
			filters={"parenttype": "General Meeting", "parent": meeting, "present": 1},
			fields=["representative", "organization"],
			as_list=True,
		)
	)


def _take_organizations_from_attendance(election: Document) -> None:
	"""A teller's organisation is the one they came for, so that nobody counts for the one that stands."""
	present = _present(election.meeting)
	for row in election.committee:
		row.organization = present.get(row.contact) or row.organization


def _is_account_of(user: str, contact: str) -> bool:
	return bool(
		frappe.db.exists("Contact", {"name": contact, "user": user})
		or frappe.db.exists("Contact Email", {"parenttype": "Contact", "parent": contact, "email_id": user})
	)
