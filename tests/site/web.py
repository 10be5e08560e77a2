"""Pages and forms of the portal, asked for as the session's user, in the test's transaction."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import frappe
from frappe.auth import CookieManager
from frappe.translate import get_language, get_user_lang
from frappe.website.serve import get_response_without_exception_handling
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from aso_network.portal import spam


def visit(
	path: str,
	method: str = "GET",
	cookies: dict[str, str] | None = None,
	headers: dict[str, str] | None = None,
	**data: Any,
) -> Response:
	"""What the server answers; `data` is the query of a GET, the form of a POST (lists, and files as (stream, name))."""
	query = data if method == "GET" else None
	path, _mark, asked = path.partition("?")
	builder = EnvironBuilder(
		path=path,
		method=method,
		query_string=query or asked or None,
		data=None if query is not None else data,
		headers={
			"Cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items()),
			**(headers or {}),
		},
	)
	if frappe.session.user != "Guest":
		# As after the first page that was shown.
		frappe.session.data.setdefault("csrf_token", "of the test")
	frappe.local.request = Request(builder.get_environ())
	frappe.local.request_ip = "127.0.0.1"
	frappe.local.form_dict = frappe._dict(frappe.local.request.values.to_dict())
	frappe.local.cookie_manager = CookieManager()
	before = frappe.local.lang
	frappe.local.lang = get_language() if frappe.session.user == "Guest" else get_user_lang()
	try:
		with _rollback_of_the_request():
			return get_response_without_exception_handling(builder.path)
	finally:
		del frappe.local.request
		frappe.local.form_dict = frappe._dict()
		frappe.local.lang = before


@contextmanager
def _rollback_of_the_request() -> Iterator[None]:
	"""What the request rolls back is its own doing, not the test's."""
	whole = frappe.db.rollback
	frappe.db.savepoint("request")

	def rollback(*, save_point: str | None = None) -> None:
		whole(save_point=save_point or "request")
		if not save_point:
			frappe.db.after_rollback.run()

	frappe.db.rollback = rollback
	try:
		yield
	finally:
		del frappe.db.rollback


def text(response: Response) -> str:
	"""What the page says, without markup."""
	return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.get_data(as_text=True))).split())


def token(form: str, age: int = 60) -> str:
	"""A token of `form` as the page would have given the session's user `age` seconds ago."""
	key, issued = secrets.token_urlsafe(18), str(int(time.time()) - age)
	return f"{key}.{issued}.{spam.seal(form, frappe.session.user, key, issued)}"


def send(form: str, path: str | None = None, /, **values: Any) -> Response:
	"""Fill in and send a web form by its name; `token` among the values sends an earlier one again."""
	values.setdefault("token", token(form))
	return visit(path or "/" + frappe.db.get_value("Web Form", form, "route"), "POST", **values)
