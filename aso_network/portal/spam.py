"""What keeps machines out of the forms and lets a hall full of people behind one address in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

import frappe
from frappe import _
from frappe.utils.password import get_encryption_key

# A field that people do not see.
TRAP = "homepage_url"
TOO_QUICK = 3  # seconds; nobody reads and fills in a form faster
TOO_OLD = 14 * 24 * 3600  # seconds; drafts wait on phones for the line to come back
WINDOW = 300  # seconds
# In one window: 200 people of a hall behind one address, each with a mistake to mend, stay below.
PER_ADDRESS = 600
PER_USER = 100
# Whoever writes a new address on each request is one of all.
PER_FORM = 6000


class NotSentError(frappe.ValidationError):
	"""What was sent cannot be taken as it is, but sending it again can help."""


class FloodError(NotSentError):
	"""Too much from one place in too short a time."""

	http_status_code = 429


def issue(form: str, user: str) -> str:
	"""A token for one filling-in of `form`: a random key, when it was issued, and a seal over both, form and user."""
	key, now = secrets.token_urlsafe(18), str(int(time.time()))
	return f"{key}.{now}.{seal(form, user, key, now)}"


def key_of(token: str, form: str, user: str) -> str:
	"""The key in a token of ours; raises NotSentError for any other, for one too old, and for one sent too quickly."""
	key, _dot, rest = (token or "").partition(".")
	issued, _dot, sealed = rest.partition(".")
	if not issued.isdigit() or not hmac.compare_digest(
		sealed.encode(), seal(form, user, key, issued).encode()
	):
		raise NotSentError(_("This page was opened a while ago, or by somebody else. Press Send once more."))
	age = time.time() - int(issued)
	if age > TOO_OLD:
		raise NotSentError(
			_("This page was opened more than two weeks ago. Look through it and press Send once more.")
		)
	if age < TOO_QUICK:
		raise NotSentError(_("That was very quick. Look through what you wrote and press Send once more."))
	return key


def refuse_trapped(value: str | None) -> None:
	if value:
		raise NotSentError(
			_("A hidden field was filled in, as programs do. It is empty now: press Send once more.")
		)


def refuse_flood(form: str, user: str) -> None:
	"""Counts a submission; raises FloodError over the limits above."""
	who, most = (frappe.local.request_ip, PER_ADDRESS) if user == "Guest" else (user, PER_USER)
	for name, limit in ((f"{form}:{who}", most), (form, PER_FORM)):
		key = frappe.cache.make_key(f"aso_forms:{name}:{int(time.time()) // WINDOW}")
		count = frappe.cache.incr(key)
		if count == 1:
			frappe.cache.expire(key, WINDOW)
		if count > limit:
			raise FloodError(
				_(
					"Too much was sent from here in a short time. Wait five minutes and press Send again; nothing is lost."
				)
			)


def seal(*parts: str) -> str:
	"""What only this site can write under these parts."""
	return hmac.new(get_encryption_key().encode(), "|".join(parts).encode(), hashlib.sha256).hexdigest()[:32]
