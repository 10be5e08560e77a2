"""Letters to people: one short text, in the receiver's language and direction, with nothing to load or to track.

They go through Frappe's Email Queue. Where the site has no outgoing account, Frappe's `sendmail` would refuse
and take the act with it that the letter is about; here the letter waits in the queue instead, where staff can
read it, and `release_waiting` lets it go once there is an account. So `send` never breaks what it tells of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email.parser import Parser
from email.policy import SMTP, default
from html import unescape
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.database.database import savepoint
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.doctype.email_queue.email_queue import EmailQueue, QueueBuilder
from frappe.model.document import Document
from frappe.utils import escape_html, get_url, validate_email_address
from markupsafe import Markup

from aso_network.portal.language import direction as direction_of

# Nothing can be delivered to or from this name (RFC 2606); a waiting letter gets its real sender on release.
NOBODY = "no-account@mail.invalid"
# Frappe's scheduler tries a letter three times and then gives it up; this one is not to be tried.
_WAITS_UNTIL = "2199-12-31 00:00:00"


def send(
	recipients: str | Iterable[str],
	subject: str,
	message_html: str,
	reference: Document | None = None,
	language: str | None = None,
) -> str | None:
	"""Put a letter into the Email Queue, in the current transaction; the queue entry's name, None if there is none.

	`subject` and `message_html` (see `body`) are already in the receiver's language: write them inside
	`in_language`. Addresses that are none are left out. Whatever goes wrong ends in the Error Log and is never
	raised, since the act that the letter tells of stands.
	"""
	addresses = [recipients] if isinstance(recipients, str) else recipients
	known = sorted({found for address in addresses if (found := validate_email_address(address))})
	if not known:
		return None
	entry = None
	messages = len(frappe.local.message_log)
	with savepoint(catch=Exception), in_language(language):
		entry = _Letter(
			recipients=known,
			subject=" ".join(subject.split()),
			message=message_html,
			reference_doctype=reference.doctype if reference else None,
			reference_name=reference.name if reference else None,
			add_unsubscribe_link=0,
		).process()
	if not entry:
		del frappe.local.message_log[messages:]
		# No traceback: it prints local variables, and a letter can hold a secret link.
		frappe.log_error(
			title="A letter could not be queued",
			message=f"To {', '.join(known)}: {subject}",
			reference_doctype=reference.doctype if reference else None,
			reference_name=reference.name if reference else None,
		)
		return None
	if entry.sender and NOBODY in entry.sender:
		_wait(entry)
	return entry.name


def body(*paragraphs: str, link: str | None = None) -> str:
	"""The paragraphs of a letter as HTML, escaped; then a page of this site, written out so that it can be typed.

	A paragraph that is `Markup` is taken as it is.
	"""
	parts = [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs if paragraph]
	if link:
		address = escape(address_of(link))
		parts.append(f'<p><a href="{address}" dir="ltr">{address}</a></p>')
	return "\n".join(parts)


def address_of(link: str) -> str:
	"""A page of this site with its host, for a letter.

	Frappe takes the host from the request where the site's configuration has none (`host_name`). Whoever sends a
	request writes that, and the letter with the secret link may go to somebody else: so it has to be the site's own.
	"""
	path = urlsplit(link)._replace(scheme="", netloc="").geturl()
	request = getattr(frappe.local, "request", None)
	if not request or request.host.partition(":")[0] in _own_hosts():
		return get_url(path)
	frappe.local.request = None
	try:
		return get_url(path)
	finally:
		frappe.local.request = request


def _own_hosts() -> set[str]:
	domains = frappe.conf.domains or []
	return {frappe.local.site, *(row if isinstance(row, str) else row.get("domain") for row in domains)}


def escape(text: str) -> str:
	return text if isinstance(text, Markup) else escape_html(text)


@contextmanager
def in_language(language: str | None) -> Iterator[None]:
	"""What `_()` gives in here is in `language` (the site's own where there is none), whoever is at work."""
	before = frappe.local.lang
	frappe.local.lang = language or frappe.db.get_default("lang") or "en"
	try:
		yield
	finally:
		frappe.local.lang = before


def language_of(email: str | None) -> str:
	"""The language to write to `email` in: that of its user, or else the site's."""
	own = frappe.db.get_value("User", {"email": email}, "language") if email else None
	return own or frappe.db.get_default("lang") or "en"


def state_of(reference: Document) -> str | None:
	"""What has become of the last letter about a document: a status of Email Queue, or "Waiting"; None: no letter."""
	last = frappe.get_all(
		"Email Queue",
		filters={"reference_doctype": reference.doctype, "reference_name": reference.name},
		fields=["status", "sender"],
		order_by="creation desc",
		limit=1,
	)
	if not last:
		return None
	return "Waiting" if NOBODY in last[0].sender else last[0].status


def release_waiting() -> int:
	"""Scheduled: give the letters that wait for an outgoing account their sender and let them go. How many."""
	account = _account()
	waiting = frappe.get_all("Email Queue", filters={"sender": ("like", f"%{NOBODY}%")}, pluck="name")
	if not account or not waiting:
		return 0
	for name in waiting:
		entry = frappe.get_doc("Email Queue", name)
		letter = Parser(policy=SMTP).parsestr(entry.message)
		for header in ("From", "Reply-To", "X-Original-From"):
			del letter[header]
			letter[header] = account.default_sender
		entry.update_db(
			message=letter.as_string(policy=SMTP),
			sender=account.default_sender,
			email_account=account.name if account.is_exists_in_db() else None,
			send_after=None,
			error=None,
			retry=0,
			status="Not Sent",
		)
	return len(waiting)


def show(limit: int = 20) -> None:
	"""For `bench execute`: print the last letters as their receivers read them; in the desk they are encoded."""
	for row in frappe.get_all(
		"Email Queue", fields=["name", "status", "message"], order_by="creation desc", limit=limit
	):
		letter = Parser(policy=default).parsestr(row.message or "")
		text = letter.get_body(("plain",))
		recipients = frappe.get_all("Email Queue Recipient", {"parent": row.name}, pluck="recipient")
		print(f"--- {row.name} · {row.status} · {', '.join(recipients)}\n{letter['Subject']}\n")
		print(text.get_content().strip() if text else "", end="\n\n")


class _Letter(QueueBuilder):
	"""A letter of Frappe's queue without Frappe's frame: no logo, no footer with outside links, no pixel."""

	def get_outgoing_email_account(self) -> EmailAccount:
		return _account() or EmailAccount.from_record({"name": "ASO Network", "email_id": NOBODY})

	def email_html_content(self) -> str:
		language = frappe.local.lang
		direction = direction_of(language)
		return (
			f'<!DOCTYPE html>\n<html lang="{escape(language)}" dir="{direction}"><head><meta charset="utf-8">'
			f"<title>{escape(self.subject)}</title></head>"
			f'<body dir="{direction}" style="font-family: sans-serif; font-size: 16px; line-height: 1.6">'
			f'<div dir="{direction}" lang="{escape(language)}">\n{self._message}\n</div></body></html>'
		)

	def email_text_content(self) -> str:
		# Not Frappe's `html2text`: that writes Markdown, and a "\\_" in a link breaks it.
		lines = re.sub(r"</(?:p|li|h\d)>|<br ?/?>", "\n", self._message)
		return unescape(re.sub(r"<[^>]*>", "", lines)).strip() + "\n"


def _account() -> EmailAccount | None:
	"""The account that letters go out by. Frappe's stand-in for a site whose mails are muted has no address."""
	account = EmailAccount.find_default_outgoing()
	return account if account and account.get("email_id") else None


def _wait(entry: EmailQueue) -> None:
	with in_language(None):
		note = _(
			"This site has no outgoing e-mail account yet. The letter goes out by itself, within the hour, after"
			" a default outgoing account is set up in Email Account."
		)
	entry.update_db(send_after=_WAITS_UNTIL, error=note)
