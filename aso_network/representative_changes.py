"""Who represents an organisation changes: what its delegate, or somebody who leaves, sends, and what follows from it.

A new delegate casts the organisation's vote: that takes the letter that names the person, and the office's word.
A representative more, and one who leaves, are the organisation's own business and take effect at once. Nothing is
typed by the office: what is accepted is written into the organisation by `carry_out`.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, today

from aso_network import attachments, contacts, mail, membership, names, office, permissions, reading
from aso_network.changes import changed_labels
from aso_network.portal import text
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows import guard

DOCTYPE = "Representative Change"
NEW, DELEGATE, LEAVES = "New representative", "New delegate", "Representative leaves"
WRITTEN = ("what", "contact", "person_name", "position", "email", "phone", "language", "letter")


class NotTheDelegateError(frappe.PermissionError):
	"""Only the current delegate changes who represents the organisation."""


class NotActiveError(frappe.ValidationError):
	"""The organisation has no part in the network now."""


class PersonError(frappe.ValidationError):
	"""It is not said who comes or leaves, or it is nobody to whom that can happen."""


class LetterMissingError(frappe.ValidationError):
	"""A new delegate without the letter that names the person."""


class ChangeWaitingError(frappe.ValidationError):
	"""Another new delegate waits for the office already."""


class AlreadySentError(frappe.ValidationError):
	"""What was sent is not changed any more."""


class OfficeDecidesError(frappe.PermissionError):
	"""Accepting a new delegate is for the office, and not for who sent the change."""


# --- sent ------------------------------------------------------------------------------------------------


def send(organization: str, values: dict[str, Any]) -> Document:
	"""Send a change of `organization` as the current user; what needs no letter is carried out."""
	change = frappe.new_doc(DOCTYPE, organization=organization)
	change.update({field: values.get(field) for field in WRITTEN})
	# Members create no changes by themselves; the controller refuses everybody but those whose business it is.
	change.insert(ignore_permissions=True)
	if change.what != DELEGATE:
		# As above: who may send this may see it done.
		change.flags.ignore_permissions = True
		guard.move(change, "Accepted", _("No letter is asked for; it takes effect at once."))
	return change


def withdraw(name: str, organization: str) -> Document:
	"""Take back a change of `organization` that the office has not decided on."""
	change = frappe.get_doc(DOCTYPE, {"name": name, "organization": organization}, for_update=True)
	# Members write no changes by themselves; the guard of the move refuses everybody but the delegate.
	change.flags.ignore_permissions = True
	return guard.move(change, "Withdrawn")


def waiting(organization: str) -> list[frappe._dict]:
	"""The changes of `organization` that wait for the office."""
	return reading.rows(
		DOCTYPE,
		filters={"organization": organization, "status": "Submitted"},
		fields=["name", "what", "person_name", "creation"],
		order_by="creation",
	)


def people(organization: str) -> list[frappe._dict]:
	"""Who represents `organization` today: `contact`, `full_name`, `position`, `is_delegate`; the delegate first."""
	rows = reading.rows(
		"Organization Representative",
		filters={"parenttype": "Member Organization", "parent": organization},
		fields=["contact", "full_name", "position", "is_delegate", "from_date", "to_date", "has_left"],
		order_by="is_delegate desc, idx",
	)
	return [row for row in rows if permissions.is_in_force(row)]


# --- one document ----------------------------------------------------------------------------------------


def require_sender(change: Document) -> None:
	"""The delegate; or, of the own leaving, any representative."""
	rows = [row for row in permissions.own_rows(frappe.session.user) if row.parent == change.organization]
	if any(row.is_delegate for row in rows):
		return
	if change.what == LEAVES and change.contact in {row.contact for row in rows}:
		return
	frappe.throw(
		_(
			"Only the current delegate changes who represents the organization. Ask the delegate, or the"
			" network's office."
		),
		NotTheDelegateError,
	)


def require_active(change: Document) -> None:
	# Locked: two changes of one organisation wait for each other.
	require_open(
		frappe.db.get_value(
			"Member Organization", change.organization, ["title", "status"], as_dict=True, for_update=True
		)
	)


def require_open(organization: dict) -> None:
	"""`organization`: a document or row with `title` and `status`."""
	if organization.get("status") != "Active":
		frappe.throw(
			_("{0} is {1}: its representatives cannot be changed now. Ask the network's office.").format(
				organization.get("label") or organization.get("title"), _(organization.get("status"))
			),
			NotActiveError,
		)


def describe(change: Document) -> None:
	"""Clean words, and what a list shows."""
	for field in ("person_name", "position", "email", "phone"):
		change.set(field, text.clean(change.get(field)))
	if change.contact:
		change.person_name = frappe.db.get_value("Contact", change.contact, "full_name") or change.contact
	change.email = change.email.lower()
	# Frappe names a Contact by the person, and lets no angle bracket into a name.
	change.person_name = change.person_name.replace("<", "").replace(">", "").strip()
	change.replaces = membership.current_delegate(change.organization) if change.what == DELEGATE else None
	change.title = f"{change.person_name or ''} ({_(change.what)})"


def require_person(change: Document) -> None:
	current = {row.contact: row for row in people(change.organization)}
	if change.contact and change.contact not in current:
		frappe.throw(
			_("Choose one of those who represent the organization today."),
			PersonError,
		)
	if change.what == LEAVES:
		_require_may_leave(change, current)
	elif change.what == NEW and change.contact:
		frappe.throw(_("{0} represents the organization already.").format(change.person_name), PersonError)
	elif change.what == DELEGATE and change.contact and current[change.contact].is_delegate:
		frappe.throw(_("{0} is the delegate already.").format(change.person_name), PersonError)
	elif not change.contact:
		_require_somebody_new(change, current)


def _require_may_leave(change: Document, current: dict[str, frappe._dict]) -> None:
	if not change.contact:
		frappe.throw(_("Choose who leaves."), PersonError)
	if current[change.contact].is_delegate:
		frappe.throw(
			_(
				"{0} is the delegate, and an organization always has one: send the name of the new delegate"
				" instead. When the office accepts it, {0} leaves."
			).format(change.person_name),
			PersonError,
		)


def _require_somebody_new(change: Document, current: dict[str, frappe._dict]) -> None:
	if not names.key(change.person_name):
		frappe.throw(_("Write the name of the person."), PersonError)
	if change.email and not text.email(change.email):
		frappe.throw(
			_("{0} is not an e-mail address. It looks like name@example.org.").format(change.email),
			PersonError,
		)
	if not change.email and not change.phone:
		frappe.throw(
			_("Write an e-mail address or a telephone number of {0}.").format(change.person_name), PersonError
		)
	if _known(change, list(current)):
		frappe.throw(
			_("{0} represents the organization already: choose the name in the list.").format(
				change.person_name
			),
			PersonError,
		)


def require_letter(change: Document) -> None:
	if change.what != DELEGATE:
		change.letter = None
		return
	if not change.letter:
		frappe.throw(
			_(
				"A new delegate needs the organization's letter that names the person: add it as a PDF or a photo."
			),
			LetterMissingError,
		)
	attachments.require_private(change, "letter")
	# Frappe would tie any file to it by its address, and so let the organisation read it.
	sent = {"file_url": change.letter, "owner": frappe.session.user, "attached_to_name": ("is", "not set")}
	if not frappe.db.exists("File", sent):
		frappe.throw(_("Add the letter again: this file was not sent with this change."), LetterMissingError)


def require_none_waiting(change: Document) -> None:
	if change.what == DELEGATE and any(row.what == DELEGATE for row in waiting(change.organization)):
		frappe.throw(
			_(
				"A new delegate of {0} waits for the office already. Wait for its answer, or take that change"
				" back first."
			).format(frappe.db.get_value("Member Organization", change.organization, "title")),
			ChangeWaitingError,
		)


def refuse_changes(change: Document) -> None:
	"""The letter speaks for what was sent, and for nothing else."""
	labels = changed_labels(change, free=("status", "transition_reason"))
	if labels:
		frappe.throw(
			_(
				"{0} was sent as it is and cannot be changed: {1}. Reject it, and let another one be sent."
			).format(change.title, ", ".join(labels)),
			AlreadySentError,
		)


# --- decided ---------------------------------------------------------------------------------------------


def require_acceptable(change: Document) -> None:
	"""Guard of Accept: the office for a new delegate; what was true when it was sent is still true."""
	if change.what == DELEGATE:
		_require_office(change)
	elif not _is_office():
		require_sender(change)
	require_active(change)
	require_person(change)


def require_withdrawable(change: Document) -> None:
	"""Guard of Withdraw."""
	if not _is_office():
		require_sender(change)


def carry_out(change: Document) -> None:
	"""After Accept: write it into the organisation."""
	organization = frappe.get_doc("Member Organization", change.organization, for_update=True)
	if change.what == LEAVES:
		_end_terms(organization, lambda row: row.contact == change.contact)
	else:
		_begin_term(change, organization)
	# Accepting the change was checked, by whom it concerns; the organisation's own rules are asked here.
	organization.save(ignore_permissions=True)


def tell_office(change: Document) -> None:
	"""After a new delegate is sent: to whoever may accept the change."""
	for user in office.users_of(change, MANAGER, OFFICER) if change.what == DELEGATE else ():
		with mail.in_language(mail.language_of(user)):
			organization = frappe.db.get_value("Member Organization", change.organization, "title")
			mail.send(
				user,
				_("A new delegate of {0}").format(organization),
				mail.body(
					_(
						"{0} names a new delegate, {1}; the letter is with it. Accept or reject it here:"
					).format(organization, change.person_name),
					link=f"/app/representative-change/{change.name}",
				),
				change,
				frappe.local.lang,
			)


def tell_rejected(change: Document) -> None:
	"""After Reject: to whoever represents the organisation. The reason stays in the office, which can be asked."""
	for address in membership.addresses(change.organization):
		with mail.in_language(mail.language_of(address)):
			mail.send(
				address,
				_("Your new delegate"),
				mail.body(
					_(
						"The network's office has not accepted {0} as your delegate. Ask the office why; then send the"
						" change again."
					).format(change.person_name),
					link="/my",
				),
				change,
				frappe.local.lang,
			)


def _begin_term(change: Document, organization: Document) -> None:
	position = change.position
	if change.contact:
		position = position or next(
			r.position for r in organization.representatives if r.contact == change.contact
		)
	else:
		change.db_set("contact", _known(change, _linked(organization)) or _make_contact(change, organization))
	if change.what == DELEGATE:
		_end_terms(organization, lambda row: row.is_delegate or row.contact == change.contact)
	organization.append(
		"representatives",
		{
			"contact": change.contact,
			"position": position,
			"is_delegate": int(change.what == DELEGATE),
			"from_date": today(),
		},
	)


def _end_terms(organization: Document, of: Any) -> None:
	"""End the terms that run; those still to come are not begun."""
	kept = []
	for row in organization.representatives:
		ends = of(row) and (not row.to_date or getdate(row.to_date) >= getdate()) and not row.has_left
		if ends and row.from_date and getdate(row.from_date) > getdate():
			continue
		if ends:
			row.to_date, row.has_left = today(), 1
		kept.append(row)
	organization.representatives = kept


def _known(change: Document, contacts: list[str]) -> str | None:
	"""The one of these Contacts that has the name and the address, or number, of the person."""
	if not contacts:
		return None
	found = frappe.get_all(
		"Contact",
		filters={"name": ("in", contacts)},
		fields=["name", "full_name", "email_id", "phone", "mobile_no"],
	)
	return next(
		(
			row.name
			for row in found
			if names.key(row.full_name) == names.key(change.person_name)
			and (
				(change.email and change.email == (row.email_id or "").lower())
				or (not change.email and change.phone in (row.phone, row.mobile_no))
			)
		),
		None,
	)


def _linked(organization: Document) -> list[str]:
	"""The organisation's own Contacts. No others: their numbers and addresses are not this organisation's."""
	return frappe.get_all(
		"Dynamic Link",
		filters={
			"parenttype": "Contact",
			"link_doctype": organization.doctype,
			"link_name": organization.name,
		},
		pluck="parent",
	)


def _make_contact(change: Document, organization: Document) -> str:
	contact = frappe.new_doc("Contact", first_name=change.person_name, aso_language=change.language)
	contact.append("links", {"link_doctype": organization.doctype, "link_name": organization.name})
	if change.email:
		contact.add_email(change.email, is_primary=1)
	if change.phone:
		contact.add_phone(change.phone, is_primary_mobile_no=1)
	# Follows from the change, which was accepted.
	contacts.insert(contact)
	# Frappe lets owners read and write for ever; a delegate is one for a term.
	contact.db_set("owner", "Administrator", update_modified=False)
	return contact.name


def _is_office() -> bool:
	return not {MANAGER, OFFICER}.isdisjoint(frappe.get_roles())


def _require_office(change: Document) -> None:
	if not _is_office() or change.owner == frappe.session.user:
		frappe.throw(
			_("{0}: the network's office accepts a new delegate, and nobody who sent the change.").format(
				change.title
			),
			OfficeDecidesError,
		)
