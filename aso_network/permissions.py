"""What a role table cannot say: which documents of a DocType a user may see.

`query_conditions` (lists, reports, exports, link search) and `has_permission` (one document) both follow from the
same rules, so that a document is in the list exactly when it can be opened. Three kinds of rule:

- `_NARROW`: roles that see only some documents. Whoever has another role that grants the same right on the
  DocType is not narrowed by them.
- `_BOX`: the ballot box. These rules hold for everybody who has any right on it, whatever the roles.
- `_ROWS`: child tables, which Frappe lists for everybody who may read *some* document of the parent DocType.

Frappe asks `has_permission` hooks for everybody except Administrator, and adds query conditions for Administrator
too. Hooks can only take away: every function here answers "no" or says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from frappe.model.document import Document
from frappe.permissions import AUTOMATIC_ROLES, SYSTEM_USER_ROLE
from frappe.query_builder import Order
from frappe.utils import getdate

from aso_network.roles import COMMITTEE, DESK_ROLES, MEMBER, OBSERVER

# An organisation that was not admitted yet, was turned away or has left gives nobody access to anything.
WITH_ACCESS = ("Active", "Suspended")

# fieldname → its values that let the user in; one that fits is enough
Reach = dict[str, set[str]]
Rule = Callable[[str], Reach]


class SecretError(frappe.PermissionError):
	"""What lies in the ballot box is shared with nobody."""


def query_conditions(user: str | None, doctype: str) -> str:
	"""Hook `permission_query_conditions`: SQL that limits a list of `doctype`, or an empty string."""
	reach = _reach(doctype, user or frappe.session.user)
	if reach is None:
		return ""
	parts = [
		f"`tab{doctype}`.`{fieldname}` in ({_escaped(values)})"
		for fieldname, values in reach.items()
		if values
	]
	return f"({' or '.join(parts) or '1=0'})"


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Hook `has_permission`: False when the document is out of the user's reach, else no opinion."""
	return None if in_reach(doc, user, ptype) else False


def in_reach(doc: Document, user: str | None = None, ptype: str = "read") -> bool:
	"""Whether the rules of this module let `user` at `doc`, Administrator not excepted. Roles are not asked."""
	reach = _reach(doc.doctype, user or frappe.session.user, ptype)
	return reach is None or any(doc.get(fieldname) in values for fieldname, values in reach.items())


def refuse_sharing(share: Document, method: str | None = None) -> None:
	"""Doc event of DocShare: a share would open a ballot to its receiver past every rule here."""
	if share.share_doctype in _BOX:
		frappe.throw(
			_("{0} {1} belongs to a ballot box and cannot be shared.").format(
				_(share.share_doctype), share.share_name
			),
			SecretError,
		)


def refuse_note(note: Document, method: str | None = None) -> None:
	"""Doc event of Comment, Communication and Tag Link: on a ballot or a voter they would keep a name and a time, which
	those rows must not."""
	doctype = note.get("reference_doctype") or note.get("document_type")
	if doctype in (*_BOX, "Election Voter"):
		frappe.throw(
			_("{0} {1} takes no comments: a note there would tell who was when at the ballot.").format(
				_(doctype), note.get("reference_name") or note.get("document_name")
			),
			SecretError,
		)


def refuse_telling(notification: Document, method: str | None = None) -> None:
	"""Doc event of Notification: its letters would carry a ballot to its receivers past every rule here."""
	if notification.document_type in _BOX:
		frappe.throw(
			_("{0} belongs to a ballot box: nobody is notified of it.").format(_(notification.document_type)),
			SecretError,
		)


def has_app_permission() -> bool:
	"""Who sees the app among the desk's apps."""
	return not set(DESK_ROLES).isdisjoint(frappe.get_roles())


def guarded_doctypes() -> set[str]:
	"""Every DocType with a rule here, for hooks.py."""
	return {*_NARROW, *_BOX, *_ROWS}


def is_box(doctype: str) -> bool:
	"""Whether it belongs to the ballot box, which has rules for everybody, Administrator not excepted."""
	return doctype in _BOX


def served_elections(user: str) -> set[str]:
	"""Elections whose counting committee lists `user`."""
	return set(
		frappe.get_all(
			"Election Committee Member", filters={"parenttype": "Election", "user": user}, pluck="parent"
		)
	)


def own_organizations(user: str) -> set[str]:
	"""Organisations for which `user` acts today: by the user's Contact, in a representative row in force."""
	return {row.parent for row in own_rows(user)}


def own_rows(user: str) -> list[frappe._dict]:
	"""Those representative rows: `parent`, `contact`, `is_delegate`, `from_date`, `to_date`, `has_left`, and of the
	organisation `title`, `name_en`, `name_ar`, `name_ku`, `status`, `platform`, `publish_level`.

	In one query: every page that a member opens begins with it.
	"""
	row, contact = frappe.qb.DocType("Organization Representative"), frappe.qb.DocType("Contact")
	organization = frappe.qb.DocType("Member Organization")
	rows = (
		frappe.qb.from_(contact)
		.join(row)
		.on((row.contact == contact.name) & (row.parenttype == "Member Organization"))
		.join(organization)
		.on((organization.name == row.parent) & organization.status.isin(WITH_ACCESS))
		.select(
			*(row.parent, row.contact, row.is_delegate, row.from_date, row.to_date, row.has_left),
			*(organization.title, organization.name_en, organization.name_ar, organization.name_ku),
			*(organization.status, organization.platform, organization.publish_level),
		)
		.where((contact.user == user) | (contact.email_id == _email_of(user)))
		.run(as_dict=True)
	)
	return [row for row in rows if is_in_force(row)]


def is_in_force(row: frappe._dict | Document) -> bool:
	"""Whether somebody acts today by this representative row. Who has left does not, on the last day either."""
	today = getdate()
	return (
		not row.has_left
		and (not row.from_date or getdate(row.from_date) <= today)
		and (not row.to_date or getdate(row.to_date) >= today)
	)


def contacts_of(user: str) -> list[str]:
	"""The Contacts that are this user: tied to it, or with its e-mail address."""
	contact = frappe.qb.DocType("Contact")
	found = frappe.qb.from_(contact).select(contact.name).orderby(contact.modified, order=Order.desc)
	return [
		name for (name,) in found.where((contact.user == user) | (contact.email_id == _email_of(user))).run()
	]


def _email_of(user: str) -> str:
	return frappe.get_cached_value("User", user, "email") or user


def _of_served(fieldname: str) -> Rule:
	return lambda user: {fieldname: served_elections(user)}


def _of_own(fieldname: str) -> Rule:
	return lambda user: {fieldname: own_organizations(user)}


def _made_by(user: str) -> Reach:
	return {"owner": {user}}


def _linked(doctype: str) -> Rule:
	"""Contacts or addresses of the user's own organisations, and those the user wrote down."""

	def reach(user: str) -> Reach:
		links = frappe.get_all(
			"Dynamic Link",
			filters={
				"parenttype": doctype,
				"link_doctype": "Member Organization",
				"link_name": ("in", list(own_organizations(user))),
			},
			pluck="parent",
		)
		own = contacts_of(user) if doctype == "Contact" else ()
		return {"name": {*links, *own}, **_made_by(user)}

	return reach


def _closed(user: str) -> Reach:
	"""Ballots: to the committee, and not before its voting is closed. Of an annulled election never: it may
	have been annulled with the box still open."""
	return {
		"election": set(
			frappe.get_all(
				"Election",
				filters={
					"name": ("in", list(served_elections(user))),
					"status": ("in", ("Voting Closed", "Tie", "Counted", "Announced")),
				},
				pluck="name",
			)
		)
	}


def _nobody(user: str) -> Reach:
	"""Envelopes, receipts, codes and keys of online voting."""
	return {}


def _finished(user: str) -> Reach:
	"""Entries: one's own; the other teller's when both have finished, so that nobody copies.

	Not those of a voided batch either: its papers are entered again.
	"""
	return {
		"member": {user},
		"batch": set(
			frappe.get_all(
				"Ballot Batch",
				filters={
					"election": ("in", list(served_elections(user))),
					"status": ("in", ("Differs", "Agreed", "Resolved")),
				},
				pluck="name",
			)
		),
	}


_NARROW: dict[str, dict[str, Rule]] = {
	"Election": {COMMITTEE: _of_served("name")},
	"Candidacy": {COMMITTEE: _of_served("election"), MEMBER: _of_own("organization")},
	"Objection": {COMMITTEE: _of_served("election"), MEMBER: _of_own("organization")},
	"Election Voter": {COMMITTEE: _of_served("election")},
	"Election Result": {COMMITTEE: _of_served("election")},
	"Member Organization": {MEMBER: _of_own("name")},
	"Representative Change": {MEMBER: _of_own("organization")},
	"Training Registration": {MEMBER: _of_own("organization")},
	"Session Feedback": {MEMBER: _made_by},
	# Every user may keep contacts and addresses of their own making; these three roles see no others by it.
	"Contact": {MEMBER: _linked("Contact"), COMMITTEE: _made_by, OBSERVER: _made_by},
	"Address": {MEMBER: _linked("Address"), COMMITTEE: _made_by, OBSERVER: _made_by},
	# A tag shows the title of what it is tied to.
	"Tag Link": {MEMBER: _of_own("document_name")},
}

_BOX: dict[str, Rule] = {
	"Ballot": _closed,
	"Ballot Batch": _of_served("election"),
	"Ballot Batch Entry": _finished,
	**dict.fromkeys(("Ballot Envelope", "Ballot Receipt", "Election Key", "Voting Code"), _nobody),
}

_ROWS: dict[str, tuple[str, ...]] = {
	"Organization Representative": ("Member Organization",),
	"Organization Sector": ("Member Organization",),
	"Membership Application Sector": ("Membership Application",),
	"Meeting Attendance": ("General Meeting",),
	"Meeting Decision": ("General Meeting",),
	"Operational Body Member": ("Operational Body",),
	"Session Participant": ("Training Session",),
	"Session Trainer": ("Training Session",),
	"Training Session Part": ("Training Session",),
	"Activity Budget Line": ("Network Activity",),
	"Activity Partner": ("Network Activity",),
	"Candidacy Endorsement": ("Candidacy",),
	"Election Committee Member": ("Election",),
	"Seat Rule": ("Election",),
	"Election Result Row": ("Election Result",),
	"Election Result Lot": ("Election Result",),
	"Election Result Signature": ("Election Result",),
	"Contact Email": ("Contact",),
	"Contact Phone": ("Contact",),
	"Dynamic Link": ("Contact", "Address"),
}


def _reach(doctype: str, user: str, ptype: str = "read") -> Reach | None:
	"""What of `doctype` the user may reach; None where no rule narrows it."""
	if doctype in _BOX:
		return _BOX[doctype](user)
	if doctype in _ROWS:
		return _rows_reach(doctype, user)
	roles = set(frappe.get_roles(user))
	rules = _NARROW.get(doctype, {})
	narrow = [rule for role, rule in rules.items() if role in roles]
	if rules and not narrow and SYSTEM_USER_ROLE not in roles:
		# Whoever has an account and no more, as after the end of a term. Frappe lets them list the rows of all
		# contacts, since everybody may read those of their own making.
		narrow = [_made_by]
	others = roles - set(rules)
	if not (SYSTEM_USER_ROLE in roles and roles.isdisjoint(set(rules) - {MEMBER})):
		# What everybody may is not theirs to keep, unless they have a desk and represent somebody besides.
		others -= set(AUTOMATIC_ROLES)
	if not narrow or _granted(doctype, ptype, others):
		return None
	reach: Reach = {}
	for rule in narrow:
		for fieldname, values in rule(user).items():
			reach.setdefault(fieldname, set()).update(values)
	return reach


def _rows_reach(doctype: str, user: str) -> Reach | None:
	names: set[str] = set()
	for parent in _ROWS[doctype]:
		reach = _reach(parent, user)
		if reach is None and not _granted(parent, "read", set(frappe.get_roles(user))):
			# Who may read only what they made themselves: Frappe forgets that of a document's rows.
			reach = _made_by(user)
		if reach is None and not get_user_permissions(user):
			return None
		if reach is None:
			# Narrowed by User Permissions: those of a row are its document's.
			names.update(frappe.get_list(parent, pluck="name", limit=0, user=user))
			continue
		filters = {fieldname: ("in", list(values)) for fieldname, values in reach.items() if values}
		if filters:
			names.update(frappe.get_all(parent, or_filters=filters, pluck="name"))
	return {"parent": names}


def _granted(doctype: str, ptype: str, roles: set[str]) -> bool:
	return any(
		rule.role in roles and rule.permlevel == 0 and rule.get(ptype) and not rule.get("if_owner")
		for rule in frappe.get_meta(doctype).permissions
	)


def _escaped(values: Iterable[str]) -> str:
	return ", ".join(frappe.db.escape(value, percent=False) for value in sorted(values))
