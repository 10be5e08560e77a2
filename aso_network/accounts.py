"""Website users of the people who represent organisations: there while they do, gone when they do not.

An e-mail address is an account: whoever reads its letters acts for every Contact that has it. So two Contacts
with one address share a user, and one person may represent two organisations.

People with a desk (System Users) may represent, too. They get the member's role beside their own; nothing else
about them is ever changed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import frappe
from frappe import STANDARD_USERS, _
from frappe.contacts.doctype.contact.contact import get_contact_name
from frappe.database.database import savepoint
from frappe.model.document import Document
from frappe.utils import cint, now_datetime, validate_email_address

from aso_network import audit, mail, membership, permissions
from aso_network.roles import MEMBER

LANGUAGE = "ar"  # where nothing says which
INVITATION_DAYS = 14
HOME = "/my"
# An image keeps Frappe from asking an outside service for the person's picture.
PICTURE = "/assets/frappe/images/default-avatar.png"


def follow(organization: Document) -> None:
	"""After every save of a member: who came gets access, who is gone loses it.

	Nobody gets access to an organisation that is not active; who has it keeps it while it is suspended.
	"""
	before = organization.get_doc_before_save()
	acting, acted = _acting(organization), _acting(before)
	if organization.status == "Active":
		for contact in sorted(acting):
			_give(contact, organization, is_new=contact not in acted or before.status != "Active")
	known = {row.contact for doc in (organization, before) if doc for row in doc.representatives}
	for contact in sorted(known - acting):
		for user in _users_of(contact):
			_take(user, organization)


def follow_contact(contact: Document, method: str | None = None) -> None:
	"""Doc event `on_update` of Contact: the account goes with the address, and carries the person's name."""
	before = contact.get_doc_before_save()
	if not before or not _changed(contact, "email_id", "user", *_NAME):
		return
	if not frappe.db.exists("Organization Representative", {"contact": contact.name}):
		return
	_carry_name(contact)
	if not _changed(contact, "email_id", "user"):
		return
	if contact.email_id and contact.user == before.user and _is_website_user(contact.user):
		# Only the address is another one: so is the mailbox that the password was set from.
		contact.db_set("user", None, update_modified=False)
	for name in membership.represented_by(contact.name):
		organization = frappe.get_doc("Member Organization", name)
		if organization.status == "Active":
			_give(contact.name, organization, is_new=_changed(contact, "email_id"))
	for user in filter(None, {before.user, _user_of(before.email_id)}):
		_take(user, _last_organization(contact.name))


def refresh_all() -> None:
	"""Scheduled daily: terms begin and end by date, without anybody saving anything."""
	for name in frappe.get_all("Member Organization", filters={"status": "Active"}, pluck="name"):
		organization = frappe.get_doc("Member Organization", name)
		for contact in sorted(_acting(organization)):
			_give(contact, organization)
	for user in frappe.get_all("Has Role", {"role": MEMBER, "parenttype": "User"}, pluck="parent"):
		contacts = permissions.contacts_of(user)
		_take(user, _last_organization(contacts[0]) if contacts else None)


# --- given -----------------------------------------------------------------------------------------------


def _give(contact_name: str, organization: Document, is_new: bool = False) -> None:
	"""`is_new`: the person did not act for this organisation until now, and is told."""
	contact = frappe.get_doc("Contact", contact_name)
	name = contact.user or _user_of(contact.email_id)
	if name in STANDARD_USERS:
		return
	if name:
		user = frappe.get_doc("User", name)
		given = _open(user)
	else:
		user = _make(contact, organization)
		given = bool(user)
	if not user:
		return
	if contact.user != user.name:
		# Not by a save: Frappe would ask an outside service for the person's picture each time.
		contact.db_set("user", user.name, update_modified=False)
	if given:
		audit.record(organization, "Access Given", reason=contact.full_name)
	if given or is_new:
		_invite(user, organization)


def _open(user: Document) -> bool:
	"""Give a user the role; True if it was not there. A user whom the office has disabled stays so."""
	if _has_role(user.name):
		return False
	if not user.enabled and (user.user_type == "System User" or not _is_ours(user.name)):
		return False
	# Only these two, not by a save: that would copy the user's name over the Contact's.
	frappe.get_doc(
		{
			"doctype": "Has Role",
			"parent": user.name,
			"parenttype": "User",
			"parentfield": "roles",
			"role": MEMBER,
		}
	).insert(ignore_permissions=True)  # follows from the organisation, which was checked
	if not user.enabled:
		frappe.db.set_value("User", user.name, "enabled", 1)
	_forget(user.name)
	user.reload()
	return True


def _make(contact: Document, organization: Document) -> Document | None:
	address = (contact.email_id or "").strip().lower()
	if not validate_email_address(address):
		return None
	# Whenever this user is saved, Frappe writes its name over that of the first Contact with its address.
	first = get_contact_name(address) or contact.name
	named = contact if first == contact.name else frappe.get_doc("Contact", first)
	user = frappe.new_doc(
		"User",
		email=address,
		**{field: named.get(field) for field in _NAME},
		language=_language(contact, organization),
		user_type="Website User",
		send_welcome_email=0,
		redirect_url=HOME,
		user_image=PICTURE,
		aso_made_for_member=1,
	)
	user.first_name = user.first_name or named.full_name
	user.append_roles(MEMBER)
	with _any_number(), savepoint(catch=frappe.DuplicateEntryError):
		# Naming a representative is the right to do so, which was checked; the account follows.
		return user.insert(ignore_permissions=True)
	# Made by somebody else at the same moment; reading with a lock sees it.
	user = frappe.get_doc("User", address, for_update=True)
	_open(user)
	return user


@contextmanager
def _any_number() -> Iterator[None]:
	"""Frappe lets 60 users be made in an hour, against strangers who sign up; these are a platform's members."""
	before = frappe.local.conf.get("throttle_user_limit")
	frappe.local.conf["throttle_user_limit"] = float("inf")
	try:
		yield
	finally:
		if before is None:
			del frappe.local.conf["throttle_user_limit"]
		else:
			frappe.local.conf["throttle_user_limit"] = before


def _invite(user: Document, organization: Document) -> None:
	"""Write to them, in their language: how to sign in, and for whom they act now."""
	language = user.language or _language(None, organization)
	title = membership.names_in(language, [organization.name])[organization.name]
	with mail.in_language(language):
		if _has_password(user.name):
			subject = _("You represent {0}").format(title)
			text = mail.body(
				_("You can now act for {0} in the network: sign in with the password that you have.").format(
					title
				),
				link=HOME,
			)
		else:
			subject = _("Your access to the network for {0}").format(title)
			text = mail.body(
				_(
					"You represent {0} in the network. Open this page and choose a password; then you see its"
					" meetings and elections, and what to do next."
				).format(title),
				_(
					"The page can be opened for {0} days. After that, ask for a new one where you sign in."
				).format(INVITATION_DAYS),
				link=_password_link(user),
			)
		mail.send(user.name, subject, text, reference=organization, language=language)


def send_password_link(user: Document) -> None:
	"""Write to somebody who has forgotten the password how to choose another."""
	language = mail.language_of(user.name)
	with mail.in_language(language):
		text = mail.body(
			_("Somebody, probably you, has asked for a new password. Open this page and choose one."),
			_("If it was not you, do nothing."),
			link=_password_link(user),
		)
		mail.send(user.name, _("A new password for the network"), text, language=language)


def _password_link(user: Document) -> str:
	# The app's page weighs a hundredth of Frappe's.
	link = user.reset_password().replace("/update-password?", "/set-password?")
	# Frappe measures a key's age from this time, and gives people who asked for it themselves some minutes.
	lifetime = cint(frappe.db.get_single_value("System Settings", "reset_password_link_expiry_duration"))
	if lifetime:
		until = now_datetime() + timedelta(days=INVITATION_DAYS) - timedelta(seconds=lifetime)
		user.db_set("last_reset_password_key_generated_on", until, update_modified=False)
	return link


# --- taken -----------------------------------------------------------------------------------------------


def _take(user: str, organization: Document | None) -> None:
	"""Take the access of a user who represents nobody any more, at once; nothing happens to any other."""
	if user in STANDARD_USERS or not _has_role(user) or permissions.own_organizations(user):
		return
	frappe.db.delete("Has Role", {"parent": user, "parenttype": "User", "role": MEMBER})
	if _is_website_user(user):
		if _is_ours(user) and not frappe.db.exists("Has Role", {"parent": user, "parenttype": "User"}):
			# An invitation not opened yet, and keys for other programs, end with it.
			ended = {"enabled": 0, "reset_password_key": "", "api_key": None}
			frappe.db.set_value("User", user, ended)
		_sign_out(user)
	_forget(user)
	if organization:
		audit.record(
			organization, "Access Taken", reason=frappe.db.get_value("User", user, "full_name") or user
		)


def _sign_out(user: str) -> None:
	"""End every session of `user`.

	Frappe's `clear_sessions` commits, which would save half of what is being done; and it ends a hundred at most.
	"""
	table = frappe.qb.Table("tabSessions")
	sids = frappe.qb.from_(table).select(table.sid).where(table.user == user).run(pluck=True)
	frappe.qb.from_(table).delete().where(table.user == user).run()

	def forget() -> None:
		for sid in sids:
			frappe.cache.hdel("session", sid)
			frappe.cache.hdel("last_db_session_update", sid)

	forget()
	# Again when all others see it, too: until then a request of theirs may have written it back.
	frappe.db.after_commit.add(forget)
	if user == frappe.session.user:
		# Who has just ended the own access: at its end, the request would write the session back.
		frappe.db.after_commit.add(lambda: setattr(frappe.local, "session_obj", None))


def _forget(user: str) -> None:
	"""Drop what is cached about the user's roles, now and when others see the change."""

	def forget() -> None:
		frappe.clear_cache(user=user)
		frappe.clear_document_cache("User", user)

	forget()
	frappe.db.after_commit.add(forget)


# --- asked -----------------------------------------------------------------------------------------------

_NAME = ("first_name", "last_name", "gender")


def _acting(organization: Document | None) -> set[str]:
	"""Who acts today for an organisation that has a part in the network; as it was, for the one before a save."""
	if not organization or organization.status not in permissions.WITH_ACCESS:
		return set()
	return {row.contact for row in organization.representatives if permissions.is_in_force(row)}


def _carry_name(contact: Document) -> None:
	"""A user is called as its Contact: with the old name, its next save would undo the correction."""
	user = contact.user
	if user and _is_ours(user) and get_contact_name(user) == contact.name:
		values = {field: contact.get(field) for field in _NAME}
		frappe.db.set_value("User", user, {**values, "full_name": contact.full_name})


def _changed(contact: Document, *fieldnames: str) -> bool:
	return any(contact.has_value_changed(fieldname) for fieldname in fieldnames)


def _users_of(contact: str) -> set[str]:
	person = frappe.db.get_value("Contact", contact, ["user", "email_id"], as_dict=True)
	return set(filter(None, {person.user, _user_of(person.email_id)})) if person else set()


def _user_of(address: str | None) -> str | None:
	return frappe.db.get_value("User", {"email": address.strip().lower()}) if address else None


def _is_website_user(user: str | None) -> bool:
	return bool(user) and frappe.db.get_value("User", user, "user_type") == "Website User"


def _has_role(user: str) -> bool:
	return bool(frappe.db.exists("Has Role", {"parent": user, "parenttype": "User", "role": MEMBER}))


def _is_ours(user: str) -> bool:
	return bool(frappe.db.get_value("User", user, "aso_made_for_member"))


def _has_password(user: str) -> bool:
	auth = frappe.qb.Table("__Auth")
	return bool(
		frappe.qb.from_(auth)
		.select(auth.name)
		.where((auth.doctype == "User") & (auth.name == user) & (auth.fieldname == "password"))
		.run()
	)


def _language(contact: Document | None, organization: Document) -> str:
	"""What the person chose; else, what the organisation is called in, Arabic where it has an Arabic name."""
	if contact and contact.get("aso_language"):
		return contact.aso_language
	called = [code for code in (LANGUAGE, "ku", "en") if organization.get(f"name_{code}")]
	return called[0] if called else LANGUAGE


def _last_organization(contact: str) -> Document | None:
	names = frappe.get_all(
		"Organization Representative",
		filters={"contact": contact, "parenttype": "Member Organization"},
		order_by="to_date desc",
		limit=1,
		pluck="parent",
	)
	return frappe.get_doc("Member Organization", names[0]) if names else None
