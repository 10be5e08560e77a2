"""Applications for membership: what a stranger wrote, until the register of members takes it over.

Nothing of it touches the register before the applicant has opened the link that is mailed to the address given, or
the office has confirmed it in another way. Then the organisation is registered at once, as Applied. Where that cannot
be, because the platform has an organisation of that name, say, the application waits for the office, and the
applicant reads the same words as everybody.
"""

from __future__ import annotations

import hashlib
import secrets

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_to_date, cint, get_url_to_form, now_datetime, today

from aso_network import attachments, contacts, mail, membership, names, office
from aso_network.changes import changed_labels
from aso_network.portal import text
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows import guard

DOCTYPE = "Membership Application"
CLOSED = ("Registered", "Declined")
# Letters with a link that one address gets in a day, whoever asks for them.
LETTERS_A_DAY = 3
LONGEST_REASON = 4000
ONE_LINE = (
	"name_en", "name_ar", "name_ku", "acronym", "registration_number", "registration_authority",
	"contact_name", "contact_position", "contact_email", "contact_phone",
)  # fmt: skip
# What the register takes over as it is.
_TAKEN_OVER = (
	"name_en", "name_ar", "name_ku", "acronym", "kind", "platform", "territory", "founded_on",
	"is_registered", "registration_number", "registration_authority",
)  # fmt: skip


class EmailMissingError(frappe.ValidationError):
	"""There is no address to send the link to."""


class ConsentMissingError(frappe.ValidationError):
	"""The applicant has not agreed to the data being kept."""


class ReasonTooLongError(frappe.ValidationError):
	"""More is said about the reasons than anybody reads."""


class ApplicationClosedError(frappe.ValidationError):
	"""The application is decided."""


class NotWaitingError(frappe.ValidationError):
	"""The step is for applications that wait for their confirmation, or for the office."""


class OtherPlatformError(frappe.ValidationError):
	"""The organisation that is said to be the same one is in another platform."""


# --- what is written in it -------------------------------------------------------------------------------


def clean(doc: Document) -> None:
	"""Only text that can be read, and read in one direction."""
	for field in ONE_LINE:
		doc.set(field, text.clean(doc.get(field)))
	doc.motivation = text.clean(doc.motivation, lines=True)
	doc.contact_email = doc.contact_email.lower()
	doc.title = membership.title(doc)


def check(doc: Document) -> None:
	if not text.email(doc.contact_email):
		frappe.throw(
			_("Write the e-mail address of the contact person: the link to confirm is sent there."),
			EmailMissingError,
		)
	if not doc.consent:
		frappe.throw(_("The application cannot be kept without the consent to keep it."), ConsentMissingError)
	if len(doc.motivation) > LONGEST_REASON:
		frappe.throw(
			_("{0}: {1} characters are too many; {2} fit.").format(
				_(doc.meta.get_label("motivation")), len(doc.motivation), LONGEST_REASON
			),
			ReasonTooLongError,
		)
	attachments.require_private(doc, "paper")


def fill_in(doc: Document) -> None:
	"""The governorate stands for a town that was not given."""
	if doc.platform and not doc.territory:
		doc.territory = frappe.db.get_value("Network Platform", doc.platform, "territory")


def keep_closed(doc: Document) -> None:
	"""A decided application stays as it was decided."""
	before = doc.get_doc_before_save()
	labels = changed_labels(doc) if before and before.status in CLOSED else []
	if labels:
		frappe.throw(
			_("{0} is {1} and no longer changed: {2}.").format(
				doc.title, _(before.status), ", ".join(labels)
			),
			ApplicationClosedError,
		)


# --- the applicant ---------------------------------------------------------------------------------------


def apply(values: dict[str, object]) -> Document:
	"""Keep what a stranger wrote, unconfirmed, and send the link. The caller has let only form fields through."""
	sectors = values.pop("sectors", None) or []
	doc = frappe.get_doc(
		{"doctype": DOCTYPE, **values, "sectors": [{"sector": sector} for sector in sectors]}
	)
	# Anybody may apply: the register does not know of it until it is confirmed.
	doc.insert(ignore_permissions=True)
	send_link(doc)
	return doc


def send_link(doc: Document) -> bool:
	"""Mail a new link, which replaces the one before. False if the address has had enough letters today."""
	if doc.status != "Unconfirmed" or _letters_today(doc.contact_email) >= LETTERS_A_DAY:
		return False
	token = secrets.token_hex(24)  # no mark in it at which a mail program could end the link
	days = _days("application_link_days", 7)
	# Whoever holds the table does not hold the link.
	doc.db_set(
		{"token_hash": _hash(token), "token_expires_on": add_to_date(now_datetime(), days=days)},
		update_modified=False,
	)
	with mail.in_language(doc.contact_language):
		mail.send(
			doc.contact_email,
			_("Please confirm: {0} applies for membership").format(name_for(doc)),
			mail.body(
				_("Dear {0},").format(doc.contact_name),
				_(
					"somebody, probably you, has applied for the membership of {0} in the network and gave this"
					" address. Open this page and press the button there, within {1} days:"
				).format(name_for(doc), days),
				link=f"/apply/confirm?token={token}",
			)
			+ mail.body(_("If it was not you, do nothing: the application is then deleted.")),
			reference=doc,
			language=doc.contact_language,
		)
	return True


def send_link_again(email: str) -> None:
	"""For somebody whose link is lost or too old. Nothing tells whether the address is known."""
	name = frappe.db.get_value(
		DOCTYPE,
		{"contact_email": (text.email(text.clean(email)) or ""), "status": "Unconfirmed"},
		"name",
		order_by="creation desc",
	)
	if name:
		send_link(frappe.get_doc(DOCTYPE, name))


def by_token(token: str | None, lock: bool = False) -> Document | None:
	"""The application that a link is for, whatever has become of it; None for any other text and a link too old."""
	name = frappe.db.get_value(DOCTYPE, {"token_hash": _hash(token or "")}, "name")
	# Of two who confirm at a time one waits here, and then reads what the other has done.
	doc = frappe.get_doc(DOCTYPE, name, for_update=lock) if name else None
	if doc and doc.status == "Unconfirmed" and doc.token_expires_on < now_datetime():
		return None
	return doc


def confirm(token: str) -> bool:
	"""Confirm the application of a link; a second time changes nothing. False if the link leads nowhere."""
	doc = by_token(token, lock=True)
	if doc and doc.status == "Unconfirmed":
		# Having the link is the right to do this, and to do nothing else.
		doc.flags.ignore_permissions = True
		guard.move(doc, "Confirmed", _("By the mailed link"), checked=True)
	return bool(doc)


def name_for(doc: Document) -> str:
	"""The organisation's name in the language of its contact person."""
	return doc.get(names.field_for(doc.contact_language)) or doc.title


def _hash(token: str) -> str:
	return hashlib.sha256(token.encode()).hexdigest()


def _days(setting: str, default: int) -> int:
	return cint(frappe.db.get_single_value("ASO Network Settings", setting)) or default


def _letters_today(email: str) -> int:
	return len(
		frappe.get_all(
			"Email Queue",
			filters=[
				["Email Queue", "reference_doctype", "=", DOCTYPE],
				["Email Queue", "creation", ">", add_to_date(now_datetime(), days=-1)],
				["Email Queue Recipient", "recipient", "=", email],
			],
			pluck="name",
		)
	)


# --- the register ----------------------------------------------------------------------------------------


def confirmed(doc: Document) -> None:
	"""Effect of Confirm: the organisation is registered at once, unless something is in the way."""
	doc.confirmed_on, doc.status = now_datetime(), "Confirmed"
	frappe.db.savepoint("register")
	try:
		register(doc)
		doc.status = "Registered"
	except (frappe.ValidationError, frappe.DuplicateEntryError):
		frappe.db.rollback(save_point="register")
		# The office reads what it was with the application; a stranger must not.
		frappe.clear_messages()
		doc.organization = None


def register(doc: Document) -> None:
	"""Effect of Register: makes the Member Organization, or ties the application to the one it is the same as."""
	doc.organization = doc.flags.same_as or _make_organization(doc).name


def obstacle(doc: Document) -> dict[str, str | None] | None:
	"""Why a confirmed application is not registered: `text`, and the name of the `organization` it clashes with."""
	if doc.status != "Confirmed":
		return None
	draft = _draft(doc)
	try:
		draft.validate()
	except frappe.ValidationError as error:
		frappe.clear_last_message()
		clash = membership.duplicate_of(draft)
		return {"text": str(error), "organization": clash.name if clash else None}
	return None


def register_as(doc: Document, new_names: dict[str, str]) -> Document:
	"""Register under names that tell the organisation apart from the one with which it clashes."""
	doc.update({field: new_names.get(field) for field in membership.NAME_FIELDS})
	return guard.move(doc, "Registered")


def register_as_same(doc: Document, organization: str) -> Document:
	"""The organisation is in the register already: the application is tied to it, and nothing there changes."""
	same = frappe.get_doc("Member Organization", organization)
	same.check_permission("read")
	if same.platform != doc.platform:
		frappe.throw(
			_("{0} is in {1}, and {2} applied to {3}. Choose an organization of {3}.").format(
				same.title, same.platform, doc.title, doc.platform
			),
			OtherPlatformError,
		)
	doc.flags.same_as = organization
	return guard.move(doc, "Registered")


def _draft(doc: Document) -> Document:
	return frappe.get_doc(
		{
			"doctype": "Member Organization",
			**{field: doc.get(field) for field in _TAKEN_OVER},
			"sectors": [{"sector": row.sector} for row in doc.sectors],
			"applied_on": today(),
			"publish_level": "Internal",
		}
	)


def _make_organization(doc: Document) -> Document:
	organization = _draft(doc)
	# To confirm the application, or to move it on, was checked; the register takes over what is written in it.
	organization.insert(ignore_permissions=True)
	# Not before: a contact that is older than its organisation stays when that is deleted.
	organization.append(
		"representatives",
		{"contact": _contact(doc), "position": doc.contact_position, "is_delegate": 1, "from_date": today()},
	)
	# As above.
	organization.save(ignore_permissions=True)
	attached = {"file_url": doc.paper, "attached_to_doctype": DOCTYPE, "attached_to_name": doc.name}
	if doc.paper and frappe.db.exists("File", attached):
		# The same paper, for whoever may see the organisation.
		frappe.get_doc(
			{
				"doctype": "File",
				"file_url": doc.paper,
				"is_private": 1,
				"attached_to_doctype": organization.doctype,
				"attached_to_name": organization.name,
			}
		).insert(ignore_permissions=True)  # follows from registering it, like the rest
	return organization


def _contact(doc: Document) -> str:
	"""The Contact of the contact person: the one of this name and address, if there is one."""
	known = frappe.get_all(
		"Contact",
		filters=[["Contact Email", "email_id", "=", doc.contact_email]],
		fields=["name", "full_name"],
	)
	same = next((row.name for row in known if names.key(row.full_name) == names.key(doc.contact_name)), None)
	if same:
		return same
	contact = frappe.get_doc(
		{"doctype": "Contact", "first_name": doc.contact_name, "aso_language": doc.contact_language}
	)
	contact.add_email(doc.contact_email, is_primary=1)
	if doc.contact_phone:
		contact.add_phone(doc.contact_phone, is_primary_mobile_no=1)
	return contacts.insert(contact).name


# --- letters of the office -------------------------------------------------------------------------------


def tell_office(doc: Document) -> None:
	"""After Confirm: a letter to the officers who see this application, each in their language."""
	by_language: dict[str, list[str]] = {}
	for user in office.users_of(doc, OFFICER) or office.users_of(doc, MANAGER):
		by_language.setdefault(mail.language_of(user), []).append(user)
	for language, users in by_language.items():
		with mail.in_language(language):
			mail.send(
				users,
				_("{0} applies for membership in {1}").format(doc.title, doc.platform or "–"),
				mail.body(
					_("{0} has applied for membership in {1}; the application is confirmed.").format(
						doc.title, doc.platform or "–"
					),
					_("It is in the register, as “Applied”, and waits for the review.")
					if doc.organization
					else _("It could not be registered by itself: open it to see why, and what can be done."),
					link=get_url_to_form(doc.doctype, doc.name),
				),
				reference=doc,
				language=language,
			)


def tell_declined(doc: Document) -> None:
	"""After Decline: the applicant is told. The reason that the office wrote down stays in the office."""
	with mail.in_language(doc.contact_language):
		mail.send(
			doc.contact_email,
			_("The application of {0}").format(name_for(doc)),
			mail.body(
				_("Dear {0},").format(doc.contact_name),
				_("the network has decided not to admit {0} now.").format(name_for(doc)),
				_("You may ask the network's office about it, and apply again."),
			),
			reference=doc,
			language=doc.contact_language,
		)


def tell_rejected(organization: Document) -> None:
	"""After Reject of a Member Organization: whoever applied for it is told."""
	name = frappe.db.get_value(
		DOCTYPE,
		{"organization": organization.name, "status": "Registered"},
		"name",
		order_by="creation desc",
	)
	if name:
		tell_declined(frappe.get_doc(DOCTYPE, name))


# --- what is forgotten -----------------------------------------------------------------------------------


def delete_unconfirmed() -> None:
	"""Scheduled: an application that nobody confirmed is forgotten, with its file."""
	days = _days("application_keep_days", 30)
	old = frappe.get_all(
		DOCTYPE,
		filters={"status": "Unconfirmed", "creation": ("<", add_to_date(now_datetime(), days=-days))},
		pluck="name",
	)
	_delete(old)


def forget_platform(platform: Document) -> None:
	"""The platform is deleted: what was not confirmed asks for something that is no more."""
	_delete(frappe.get_all(DOCTYPE, {"platform": platform.name, "status": "Unconfirmed"}, pluck="name"))


def forget_organization(organization: Document) -> None:
	"""The organisation is deleted, which it can be before anybody has looked at it: so is what it was made from."""
	_delete(frappe.get_all(DOCTYPE, {"organization": organization.name}, pluck="name"))


def _delete(applications: list[str]) -> None:
	for name in applications:
		# It follows from the settings, or from the right to delete the platform or the organisation. By force: the
		# lines of the audit trail stay. No other copy is kept.
		frappe.delete_doc(DOCTYPE, name, force=True, ignore_permissions=True, delete_permanently=True)
