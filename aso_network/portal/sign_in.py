"""Signing in on a page that weighs a hundredth of Frappe's; what is checked, counted and locked is Frappe's."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.core.doctype.user.user import update_password
from frappe.utils import strip_html

from aso_network import accounts
from aso_network.portal import text
from aso_network.roles import MEMBER

HOME = "/my"
# Links to a new password that one account is sent in an hour, whoever asks. (Frappe's limit is per address of the
# line: the fourth person of a hall would have to wait.)
LINKS_AN_HOUR = 3


class SignInError(frappe.ValidationError):
	"""Nobody has been signed in; what was wrong is not told."""


class PasswordError(frappe.ValidationError):
	"""The password is not taken, or the link to choose one leads nowhere."""


def sign_in(user: str, password: str, target: str | None) -> str:
	"""Sign this browser in; the route to go on to. Where more is asked (a second factor), that is Frappe's page."""
	# What was tried is counted and logged under the name that was typed.
	frappe.form_dict.update({"usr": (user or "")[:140], "pwd": password})
	manager = frappe.local.login_manager
	try:
		if manager.login() is False:
			return "/login"
	except (frappe.AuthenticationError, frappe.SecurityException) as error:
		frappe.clear_messages()
		raise SignInError(
			_(
				"Address and password do not belong together, or there were too many attempts: wait a minute, or ask for a new password."
			)
		) from error
	manager.run_trigger("on_session_creation")
	return target or HOME


def send_link(address: str) -> None:
	"""Mail the link to choose a new password, if there is such an account. Nothing tells whether there is."""
	user = frappe.db.get_value(
		"User", {"email": text.email(text.clean(address)), "enabled": 1, "user_type": "Website User"}, "name"
	)
	if not user:
		return
	key = f"aso_password_links:{user}"
	sent = frappe.cache.incr(frappe.cache.make_key(key))
	if sent == 1:
		frappe.cache.expire(frappe.cache.make_key(key), 3600)
	if sent <= LINKS_AN_HOUR:
		accounts.send_password_link(frappe.get_doc("User", user))


def set_password(key: str, password: str, again: str) -> str:
	"""Choose a password by the mailed link; signs in and gives the route to go on to."""
	if not password:
		frappe.throw(_("Write the password that you want to have."), PasswordError)
	if password != again:
		frappe.throw(_("The two passwords differ: write the same one twice."), PasswordError)
	if not key:
		_refuse_link()
	try:
		answer = update_password(new_password=password, key=key)
	except frappe.ValidationError as error:  # too weak; what Frappe says has markup
		frappe.clear_messages()
		raise PasswordError(" ".join(strip_html(str(error)).split())) from error
	if frappe.local.response.pop("http_status_code", None):
		_refuse_link()
	return HOME if MEMBER in frappe.get_roles() else answer


def _refuse_link() -> None:
	frappe.throw(
		_("This link has been used or is too old. Ask for a new one under “Sign in”."), PasswordError
	)
