"""Certificates of a session: who has earned one, that each gets exactly one, and what anybody can check of it.

The number of a certificate is drawn at random: it tells neither how many there are nor whose it is. Who has the
number alone learns what the certificate is for and whether it counts. The name is told to whoever has the holder's
link as well; its key is not kept, it follows from the number, the version and the site's own secret. Issued anew, a
certificate keeps its number, and the links of the papers before it lead to no name any more.
"""

from __future__ import annotations

import hmac
import math
import secrets
import unicodedata
from hashlib import sha256
from io import BytesIO
from typing import Any

import frappe
import pyqrcode
from frappe import _
from frappe.model.document import Document
from frappe.translate import get_user_lang
from frappe.utils import cint, cstr, flt, get_datetime, now_datetime
from frappe.utils.password import get_encryption_key
from frappe.utils.pdf import get_pdf
from frappe.www.printview import get_rendered_template
from markupsafe import Markup

from aso_network import attendance, audit, mail, printing, reading, training, training_parts
from aso_network.changes import keep
from aso_network.portal import language

DOCTYPE = "Training Certificate"
PRINT_FORMAT = "Training Certificate"
VALID, REVOKED = "Valid", "Revoked"
# A session in one of these is over, and its attendance is taken.
HELD = ("Completed", "Closed")
MADE = "aso_certificates_made"
# None of them is read as another one.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_OF_SESSION = ("name", "title", "title_en", "title_ar", "status", "starts_on", "ends_on", "territory")
_PAGE = (
	'<!DOCTYPE html><html><head><meta charset="utf-8"></head>'
	'<body style="margin: 0; font-family: sans-serif"><div class="print-format">{}</div></body></html>'
)
_WRITTEN = (
	*("organization", "territory", "version", "person_name", "session_title_en", "session_title_ar"),
	*("starts_on", "ends_on", "hours", "attendance", "issued_on", "issued_by"),
	*("revoked_on", "revoked_by", "revoke_reason"),
)


class SessionNotHeldError(frappe.ValidationError):
	"""There are no certificates of a session that is not over."""


class NotEarnedError(frappe.ValidationError):
	"""The person does not reach what the settings ask for."""


class CertificateTwiceError(frappe.ValidationError):
	"""The person has a certificate of the session."""


class CertificateStatusError(frappe.ValidationError):
	"""What is revoked is made valid again by its own step, which asks for a reason."""


# ---------------------------------------------------------------- who has earned one


def lacking(session: str, contact: str) -> list[str]:
	"""What `contact` lacks for a certificate of `session`, a sentence each; none: it is earned.

	Every threshold of the settings is one question here. Who was never there has earned nothing, whatever they say.
	"""
	found = []
	needed = flt(frappe.get_cached_doc("ASO Network Settings").attendance_threshold)
	share = attendance.share(session, contact)
	if not share or share < needed:
		found.append(
			_("Attended {0} %, and {1} % are needed.").format(_percent(share), _percent(needed or 1))
		)
	return found


def standing(session: str) -> dict[str, Any]:
	"""Where the certificates of a session stand: `problem`, why none can be made now, if so; `people`, each with
	`contact`, `person_name`, `lacking`, and `certificate`, `status` where there is one.

	The caller has checked that the user may read the session and its certificates.
	"""
	made = {
		row.contact: row
		for row in reading.rows(
			DOCTYPE, {"session": session}, ("name as certificate", "contact", "person_name", "status")
		)
	}
	people = [
		{
			"contact": contact,
			"person_name": name,
			**made.pop(contact, {}),
			"lacking": lacking(session, contact),
		}
		for contact, name in _participants(session)
	]
	# Who was taken off the list afterwards: somebody has to decide whether their certificate still counts.
	people += [{**row, "lacking": [_("Is no longer among the participants.")]} for row in made.values()]
	return {"problem": _why_not_held(_session(session)), "people": people}


def _participants(session: str) -> list[tuple[str, str]]:
	rows = reading.rows(
		"Session Participant",
		{"parent": session, "parenttype": "Training Session"},
		("contact", "participant_name"),
		order_by="idx",
	)
	return [(row.contact, row.participant_name or row.contact) for row in rows]


def _percent(share: float) -> str:
	# Never rounded up: 79.96 is not 80.
	return f"{math.floor(share * 10) / 10:g}"


# ---------------------------------------------------------------- made for all


def make_all(session: str) -> dict[str, int]:
	"""Background job: a certificate for everybody on the list who has earned one and has none.

	Each is committed with its letter before the next is begun. So a job that was killed leaves nobody half served,
	the next one goes on where it stopped, and two at the same time wait for each other at every person. It runs as
	the user who asked for it. Returns how many were `made`, were `there` already, were `not_earned` or `failed`.
	"""
	frappe.has_permission(DOCTYPE, "create", throw=True)
	counts = {"made": 0, "there": 0, "not_earned": 0, "failed": 0}
	people = _participants(session)
	# A job begins in the site's language.
	with mail.in_language(get_user_lang(frappe.session.user)):
		for number, (contact, name) in enumerate(people, start=1):
			counts[_make_one(session, contact)] += 1
			if number % 5 == 0 or number == len(people):
				frappe.publish_progress(
					number * 100 / len(people),
					title=_("Making certificates"),
					doctype="Training Session",
					docname=session,
					description=name,
				)
	frappe.db.commit()
	frappe.publish_realtime(MADE, counts, doctype="Training Session", docname=session)
	return counts


def _make_one(session: str, contact: str) -> str:
	"""Make one certificate and commit it: "made", or why not. Whatever goes wrong with one person is theirs alone."""
	try:
		# Ends what this transaction has seen. The lock comes first in the next one, which then sees all as it is.
		frappe.db.commit()
		_lock(session)
		if frappe.db.exists(DOCTYPE, {"session": session, "contact": contact}):
			return "there"
		if lacking(session, contact):
			return "not_earned"
		frappe.get_doc({"doctype": DOCTYPE, "session": session, "contact": contact}).insert()
		frappe.db.commit()
		return "made"
	except Exception:
		frappe.db.rollback()
		frappe.clear_messages()
		frappe.log_error(
			"A certificate could not be made", reference_doctype="Training Session", reference_name=session
		)
		return "failed"


def enqueue(session: str) -> None:
	"""Make the certificates of a session in the background; the caller has checked that the user may.

	Pressing twice makes two jobs, and the second finds nothing left to do. Frappe's own way to have one only would
	take a job whose worker was killed for one that runs, and refuse to go on.
	"""
	require_held(_session(session))
	frappe.enqueue(
		"aso_network.certificates.make_all", queue="long", enqueue_after_commit=True, session=session
	)


# ---------------------------------------------------------------- one certificate


def new_number() -> str:
	"""“TC-7K4M-9QXP”: one of 650 thousand million."""
	signs = "".join(secrets.choice(_SIGNS) for _place in range(8))
	return f"TC-{signs[:4]}-{signs[4:]}"


def number_of(typed: str) -> str:
	"""A number as it is kept, of what somebody typed: in small letters, with blanks, in Arabic digits."""
	signs = "".join(
		str(unicodedata.decimal(sign, sign)) for sign in cstr(typed)[:40].upper() if sign.isalnum()
	)
	return f"TC-{signs[2:6]}-{signs[6:]}" if signs.startswith("TC") else f"TC-{signs[:4]}-{signs[4:]}"


def keep_what_the_app_writes(doc: Document) -> None:
	keep(doc, *_WRITTEN)


def issue(doc: Document) -> None:
	"""Step of the validation of a new certificate."""
	session = _lock(doc.session)
	require_held(session)
	# A locking read: it sees what a job beside this one has committed a moment ago.
	other = frappe.db.get_value(
		DOCTYPE, {"session": doc.session, "contact": doc.contact}, "name", for_update=True
	)
	if other:
		frappe.throw(
			_("{0} has a certificate of {1} already: {2}. It can be issued anew under its number.").format(
				_name_of(doc.contact), session.title, other
			),
			CertificateTwiceError,
		)
	doc.version = 1
	_fill(doc, session)


def renew(doc: Document) -> None:
	"""Bring a certificate up to date, as one that is issued anew: the person's and the session's names of today."""
	session = _lock(doc.session)
	require_held(session)
	doc.version = cint(doc.version) + 1
	doc.revoked_on = doc.revoked_by = doc.revoke_reason = None
	_fill(doc, session)


def reissue(name: str) -> Document:
	"""Issue a valid certificate anew, under its number: after a change of name, or when its link got into wrong hands.

	The caller has checked that the user may write it.
	"""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.status != VALID:
		frappe.throw(
			_("{0} is {1}: choose the step “{2}” and write the reason.").format(
				doc.name, _(doc.status), _("Reissue")
			),
			CertificateStatusError,
		)
	doc.flags.renewed = True  # no request can set a document's flags
	doc.save()
	audit.record(doc, "Reissue", VALID, VALID)
	announce(doc)
	return doc


def revoke(doc: Document) -> None:
	"""Effect of Revoke: who, when and why, for the form; the trail keeps it for good."""
	doc.revoked_on, doc.revoked_by = now_datetime(), frappe.session.user
	doc.revoke_reason = cstr(doc.transition_reason).strip()


def require_held(session: frappe._dict) -> None:
	problem = _why_not_held(session)
	if problem:
		frappe.throw(problem, SessionNotHeldError)


def _why_not_held(session: frappe._dict) -> str | None:
	if session.status in HELD:
		return None
	return _("{0} is {1}; certificates can be made once it is completed.").format(
		session.title, _(session.status)
	)


def _fill(doc: Document, session: frappe._dict) -> None:
	"""What the paper says, as it is at this moment: later changes of the person or the session do not change it."""
	missing = lacking(doc.session, doc.contact)
	if missing:
		frappe.throw(
			_("{0} has not earned a certificate of {1}.").format(_name_of(doc.contact), session.title)
			+ " "
			+ " ".join(missing),
			NotEarnedError,
		)
	doc.person_name = _name_of(doc.contact)
	doc.organization = frappe.db.get_value(
		"Session Participant",
		{"parent": doc.session, "parenttype": "Training Session", "contact": doc.contact},
		"organization",
	)
	doc.territory = session.territory
	doc.session_title_en, doc.session_title_ar = session.title_en, session.title_ar
	doc.starts_on, doc.ends_on, doc.hours = session.starts_on, session.ends_on, hours(session)
	doc.attendance = attendance.share(doc.session, doc.contact)
	doc.issued_on, doc.issued_by = now_datetime(), frappe.session.user


def hours(session: frappe._dict) -> float:
	"""How many hours a session took, all its parts together; 0 where that is not known, as of one without parts that
	went over several days."""
	parts = training_parts.of(session.name)
	if parts:
		return round(sum(part.hours for part in parts), 2)
	first, last = get_datetime(session.starts_on), get_datetime(session.ends_on)
	return round((last - first).total_seconds() / 3600, 2) if first.date() == last.date() else 0.0


def _name_of(contact: str) -> str:
	return frappe.db.get_value("Contact", contact, "full_name") or contact


def _session(name: str, for_update: bool = False) -> frappe._dict:
	session = frappe.db.get_value(
		"Training Session", cstr(name), list(_OF_SESSION), as_dict=True, for_update=for_update
	)
	if not session:
		raise frappe.DoesNotExistError(_("There is no training session {0}.").format(name))
	return session


def _lock(session: str) -> frappe._dict:
	"""The session as it is now; nobody else makes certificates of it, or saves it, until this transaction ends."""
	return _session(session, for_update=True)


# ---------------------------------------------------------------- the link and the paper


def key(name: str, version: int) -> str:
	"""What shows that somebody has the holder's link. Kept nowhere."""
	told = f"certificate:{name}:{cint(version)}"
	return hmac.new(get_encryption_key().encode(), told.encode(), sha256).hexdigest()[:32]


def version_of(doc: frappe._dict | Document, given: str) -> int | None:
	"""The version of the certificate that this key belongs to; None: to none."""
	for version in range(cint(doc.version), 0, -1):
		if hmac.compare_digest(key(doc.name, version).encode(), cstr(given).encode()):
			return version
	return None


def link(doc: frappe._dict | Document) -> str:
	"""The page that shows the certificate with its holder's name."""
	return f"/certificate/{doc.name}?key={key(doc.name, doc.version)}"


def for_print(doc: Document) -> dict[str, Any]:
	"""What the paper shows, beside the fields: `ar` and `en` with `title`, `when`, `issued`; `qr`, `address`."""
	address = mail.address_of(link(doc))
	drawn = BytesIO()
	pyqrcode.create(address, error="M").svg(drawn, xmldecl=False, svgns=True, omithw=True, quiet_zone=2)
	return {
		"ar": _in("ar", doc, doc.session_title_ar or doc.session_title_en),
		"en": _in("en", doc, doc.session_title_en or doc.session_title_ar),
		"hours": f"{doc.hours:g}" if doc.hours else "",
		"attendance": _percent(doc.attendance),
		"qr": Markup(drawn.getvalue().decode()),
		"address": mail.address_of("/certificate").partition("://")[2],
		"spans": printing.in_spans,
	}


def _in(lang: str, doc: Document, title: str) -> dict[str, str]:
	with mail.in_language(lang):
		return {"title": title, "when": days(doc), "issued": language.format_date(doc.issued_on)}


def days(doc: frappe._dict | Document) -> str:
	"""“5 March 2026”, or the first and the last day."""
	first, last = (language.format_date(value) for value in (doc.starts_on, doc.ends_on))
	return first if first == last else f"{first} – {last}"


def pdf(doc: Document) -> bytes:
	"""The paper, of the same print format as in the desk but without Frappe's style sheets: the program that makes the
	PDF would fetch those from this very server, which may have nobody free to answer.

	The caller has checked that it is for whoever asks; where nobody is signed in, the key has shown it.
	"""
	before = frappe.local.flags.ignore_print_permissions
	frappe.local.flags.ignore_print_permissions = True
	try:
		html = get_rendered_template(doc, frappe.get_doc("Print Format", PRINT_FORMAT), no_letterhead=True)
	finally:
		frappe.local.flags.ignore_print_permissions = before
	return get_pdf(_PAGE.format(html))


def forget_holder(contact: str) -> None:
	"""The person had their data deleted: that somebody earned the certificates stays, and no link leads to a name."""
	for row in reading.rows(DOCTYPE, {"contact": contact}, ("name",)):
		frappe.db.set_value(DOCTYPE, row.name, "person_name", _name_of(contact), update_modified=False)
		frappe.db.delete("Version", {"ref_doctype": DOCTYPE, "docname": row.name})


# ---------------------------------------------------------------- the letters


def announce(doc: Document) -> None:
	"""Send the holder the link, where there is an address."""
	email, lang = _address(doc)
	if not email:
		return
	with mail.in_language(lang):
		title = training.title_in_language(_session(doc.session))
		mail.send(
			email,
			_("Your certificate: {0}").format(title),
			mail.body(
				_("You took part in {0} and have earned a certificate. Its number is {1}.").format(
					title, doc.name
				),
				_(
					"See and print it here. Give this link only to those who may read your name; with the number"
					" alone anybody can check that the certificate is valid."
				),
				link=link(doc),
			),
			reference=doc,
			language=lang,
		)


def tell_revoked(doc: Document) -> None:
	email, lang = _address(doc)
	if not email:
		return
	with mail.in_language(lang):
		title = training.title_in_language(_session(doc.session))
		mail.send(
			email,
			_("Your certificate of {0} was revoked").format(title),
			mail.body(
				_(
					"The certificate {0} is no longer valid. Ask the network's office if you think that is wrong."
				).format(doc.name)
			),
			reference=doc,
			language=lang,
		)


def _address(doc: Document) -> tuple[str | None, str | None]:
	"""The person's e-mail address, their own or the one they registered with, and the language to write in."""
	contact = frappe.db.get_value("Contact", doc.contact, ["email_id", "aso_language"], as_dict=True)
	email = (contact and contact.email_id) or frappe.db.get_value(
		"Training Registration",
		{"session": doc.session, "contact": doc.contact, "status": "Registered"},
		"email",
	)
	return email, (contact and contact.aso_language) or mail.language_of(email)
