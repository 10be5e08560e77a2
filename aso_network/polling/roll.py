"""The electoral roll: who may vote and whether they have, never when and never what.

Rows are written by the query builder only; the controller refuses every other way. A mark changes one
column, so not even `modified` tells when somebody voted.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import now, today

from aso_network import audit, membership
from aso_network.elections import records
from aso_network.polling import committee
from aso_network.roles import MANAGER, OFFICER

FREEZABLE = ("Rules Adopted", "Nominations Open", "Candidates Published")


class RollError(frappe.ValidationError):
	"""The roll cannot be changed in this way now."""


class AlreadyVotedError(frappe.ValidationError):
	"""The voter is marked on the roll already."""


class NotOnRollError(frappe.ValidationError):
	"""The organisation or row is not on this election's roll."""


class RollTamperedError(frappe.ValidationError):
	"""The stored rows are not those that were frozen."""


def freeze(election: Document) -> dict[str, int | str]:
	"""Write the roll from its source and keep its hash; may be repeated until voting opens.

	Returns {"count": voters, "hash": hex}.
	"""
	if not {MANAGER, OFFICER} & set(frappe.get_roles()):
		committee.require_member(election)
	_lock(election, FREEZABLE, _("The roll of {0} is frozen before voting opens; the election is {1}."))
	voters = _eligible(election)
	if not voters:
		frappe.throw(
			_("{0}: nobody can be put on the roll: {1} has no active organisation with a delegate.").format(
				election.title, _(election.roll_source)
			),
			RollError,
		)
	frappe.db.delete("Election Voter", {"election": election.name})
	# A code leads to a row that is gone; the committee makes new ones.
	frappe.db.delete("Voting Code", {"election": election.name})
	_insert(election, voters)
	roll_hash = records.roll_hash(voters)
	frappe.db.set_value("Election", election.name, {"roll_count": len(voters), "roll_hash": roll_hash})
	audit.record(election, "Freeze Roll", reason=_("{0} voters, {1}").format(len(voters), roll_hash))
	return {"count": len(voters), "hash": roll_hash}


def add_voter(election: Document, organization: str, reason: str) -> str:
	"""Put a latecomer on the roll while voting is open; dated and with the reason. Returns the row's name."""
	committee.require_member(election)
	_lock(election, ("Voting Open",), _("{0} is {1}; a voter is added while voting is open."))
	title, status, platform = frappe.db.get_value(
		"Member Organization", organization, ["title", "status", "platform"]
	) or (organization, "", "")
	if status != "Active" or platform != election.platform:
		frappe.throw(
			_("{0} is not an active member of {1} and cannot be put on the roll of {2}.").format(
				title, election.platform, election.title
			),
			RollError,
		)
	if not (reason or "").strip():
		frappe.throw(_("Write why {0} is added to the roll of {1}.").format(title, election.title), RollError)
	if frappe.db.get_value(
		"Election Voter", {"election": election.name, "organization": organization}, for_update=True
	):
		frappe.throw(_("{0} is on the roll of {1} already.").format(title, election.title), RollError)
	delegate = membership.current_delegate(organization, election.voting_date)
	if not delegate:
		frappe.throw(
			_("{0} has no current delegate; enter one before it is put on the roll of {1}.").format(
				title, election.title
			),
			RollError,
		)
	(name,) = _insert(election, [(organization, delegate)], added_on=today(), reason=reason.strip())
	audit.record(election, "Add Voter", reason=f"{title}: {reason.strip()}")
	return name


def latecomers(election: Document) -> list[dict[str, str]]:
	"""Who could still be added: {"name", "title", "delegate_name"} of each active member not on the roll.

	For the committee, which may not read the members themselves.
	"""
	committee.require_member(election)
	on_roll = set(frappe.get_all("Election Voter", filters={"election": election.name}, pluck="organization"))
	return [
		{key: row[key] for key in ("name", "title", "delegate_name")}
		for row in membership.active_organizations(election.platform, election.voting_date)
		if row["delegate"] and row["name"] not in on_roll
	]


def mark_voted(election: Document, voter: str) -> None:
	"""Mark one voter: voted 0 → 1 on exactly one row, or an error and no change."""
	committee.require_member(election)
	if mark(election.name, voter, at_desk=election.voting_mode != "Paper"):
		return
	_lock(election, ("Voting Open",), _("{0} is {1}; voters are marked while voting is open."))
	row = _row(election, voter)
	frappe.throw(
		_("{0} has voted in {1} already.").format(row.organization_name, election.title),
		AlreadyVotedError,
	)


def mark(election: str, voter: str, at_desk: bool = False) -> bool:
	"""Not voted → voted, on one row, while voting is open; whether it was this call that did it.

	The one statement by which anybody is marked, at the paper desk and online: of two at the same moment the
	second waits for the first and finds nothing left to mark. Reading the election's state in it keeps the
	closing of the vote waiting until this transaction has ended.
	"""
	row, contest = frappe.qb.DocType("Election Voter"), frappe.qb.DocType("Election")
	(
		frappe.qb.update(row)
		.join(contest)
		.on(contest.name == row.election)
		.set(row.voted, 1)
		.set(row.at_desk, int(at_desk))
		.where((row.name == voter) & (row.election == election) & (row.voted == 0))
		.where(contest.status == "Voting Open")
		.run()
	)
	return frappe.db._cursor.rowcount == 1


def unmark_voted(election: Document, voter: str, reason: str) -> None:
	"""Take back a mark set on the wrong row of a paper roll; the reason stands in the audit trail."""
	committee.require_member(election)
	_lock(election, ("Voting Open",), _("{0} is {1}; a mark is corrected while voting is open."))
	row = _row(election, voter)
	if not row.voted:
		frappe.throw(_("{0} is not marked in {1}.").format(row.organization_name, election.title), RollError)
	if not (reason or "").strip():
		frappe.throw(
			_("Write why the mark of {0} in {1} is taken back.").format(
				row.organization_name, election.title
			),
			RollError,
		)
	if election.voting_mode != "Paper" and not row.at_desk:
		# Whose ballot it is nobody can tell, so it cannot be taken out again, and a second one would count.
		frappe.throw(
			_("{0} voted online in {1}: this mark was not made at the desk and cannot be taken back.").format(
				row.organization_name, election.title
			),
			RollError,
		)
	table = frappe.qb.DocType("Election Voter")
	frappe.qb.update(table).set(table.voted, 0).set(table.at_desk, 0).where(table.name == row.name).run()
	audit.record(election, "Correct Mark", reason=f"{row.organization_name}: {reason.strip()}")


def counts(election: str, lock: bool = False) -> tuple[int, int]:
	"""(voters on the roll, voters marked); with `lock` as committed by others up to this moment."""
	voter = frappe.qb.DocType("Election Voter")
	query = (
		frappe.qb.from_(voter)
		.where(voter.election == election)
		.groupby(voter.voted)
		.select(voter.voted, Count("*"))
	)
	rows = (query.for_update() if lock else query).run()
	return sum(n for _voted, n in rows), sum(n for voted, n in rows if voted)


def close(election: Document) -> None:
	"""Effect of “Close Voting”: the frozen part of the roll must still be what was frozen."""
	if records.roll_hash(frozen(election.name)) != election.roll_hash:
		frappe.throw(
			_(
				"{0}: the roll is not the one that was frozen; stop and compare it with the printed roll."
			).format(election.title),
			RollTamperedError,
		)
	_on_roll, election.voters_marked = counts(election.name, lock=True)


def issues(election: Document) -> list[tuple[str, str]]:
	if not election.roll_hash:
		return [(_("The roll is not frozen."), _("Choose “Freeze roll” under Electoral Roll."))]
	if records.roll_hash(frozen(election.name)) != election.roll_hash:
		return [(_("The roll has changed since it was frozen."), _("Freeze it again."))]
	if records.roll_hash(_eligible(election)) != election.roll_hash:
		return [
			(
				_("The attendance or the membership has changed since the roll was frozen."),
				_("Freeze it again."),
			)
		]
	return []


def _eligible(election: Document) -> list[tuple[str, str]]:
	"""(organisation, delegate) of everyone who may vote, from the source that the election names."""
	delegates = {
		row["name"]: row["delegate"]
		for row in membership.active_organizations(election.platform, election.voting_date)
		if row["delegate"]
	}
	if election.roll_source == "Active members":
		return sorted(delegates.items())
	present = frappe.get_all(
		"Meeting Attendance",
		filters={"parenttype": "General Meeting", "parent": election.meeting, "present": 1},
		fields=["organization", "representative"],
	)
	# In the hall the person who came votes, be it the delegate or another representative.
	return sorted(
		(p.organization, p.representative or delegates[p.organization])
		for p in present
		if p.organization in delegates
	)


def frozen(election: str) -> list[tuple[str, str]]:
	"""(organisation, delegate) of the rows that were frozen, without later additions."""
	voter = frappe.qb.DocType("Election Voter")
	return list(
		frappe.qb.from_(voter)
		.where(voter.election == election)
		.where(voter.added_on.isnull())
		.select(voter.organization, voter.delegate)
		.run()
	)


def _insert(
	election: Document,
	voters: list[tuple[str, str]],
	added_on: str | None = None,
	reason: str | None = None,
) -> list[str]:
	organizations = [organization for organization, _d in voters]
	titles = _titles("Member Organization", "title", organizations)
	names_ar = _titles("Member Organization", "name_ar", organizations)
	people = _titles("Contact", "full_name", [delegate for _o, delegate in voters])
	stamp = now()
	names = [frappe.generate_hash(length=10) for _v in voters]
	frappe.db.bulk_insert(
		"Election Voter",
		fields=[
			*("name", "creation", "modified", "owner", "modified_by"),
			*("election", "platform", "territory"),
			*("organization", "organization_name", "organization_name_ar"),
			*("delegate", "delegate_name", "voted", "added_on", "addition_reason"),
		],
		values=[
			(
				*(name, stamp, stamp, "Administrator", "Administrator"),
				*(election.name, election.platform, election.territory),
				*(organization, titles.get(organization), names_ar.get(organization)),
				*(delegate, people.get(delegate), 0, added_on, reason),
			)
			for name, (organization, delegate) in zip(names, voters, strict=True)
		],
	)
	return names


def _titles(doctype: str, field: str, names: list[str]) -> dict[str, str]:
	return dict(
		frappe.get_all(doctype, filters={"name": ("in", names)}, fields=["name", field], as_list=True)
	)


def _row(election: Document, voter: str) -> frappe._dict:
	row = frappe.db.get_value(
		"Election Voter",
		{"name": voter, "election": election.name},
		["name", "voted", "at_desk", "organization_name"],
		as_dict=True,
		for_update=True,
	)
	if not row:
		frappe.throw(
			_("{0} is not on the roll of {1}; a latecomer can be added with a reason.").format(
				voter, election.title
			),
			NotOnRollError,
		)
	return row


def _lock(election: Document, statuses: tuple[str, ...], sentence: str) -> None:
	"""Wait for whoever changes this election now, then judge its state as it is."""
	status = frappe.db.get_value("Election", election.name, "status", for_update=True)
	if status not in statuses:
		frappe.throw(sentence.format(election.title, _(status)), RollError)
