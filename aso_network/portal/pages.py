"""Renders the pages under `www/` (hook `page_renderer`).

Frappe's own page renderer would compile each template anew at every request, escape nothing by itself and bring
the website's bundles along. A page here is `www/<path>.html` with `www/<path>.py` beside it:

- `get_context(visitor, name=None) -> dict`: what the template shows, `title` among it; or a ready Response.
- `post(visitor, values, name=None) -> str`: takes what the page's own form sent, answers with the route to go to; or a
  ready Response.
- `PRIVATE = True`: what is sent to the page is in no log of Frappe's; `post` gets it with every value of each field.

`www/my/meetings/one.html` is the page `/my/meetings/<name>`, `www/network/calendar_ics.py` is `/network/calendar.ics`.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import frappe
from frappe import _
from frappe.recorder import do_not_record
from frappe.sessions import get_csrf_token
from frappe.website import path_resolver as frappe_resolver
from frappe.website.page_renderers.base_renderer import BaseRenderer
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from aso_network.portal import FOLDERS, MENU, language
from aso_network.portal.visitor import NoOrganizationError, Visitor, current

APP = Path(frappe.get_app_path("aso_network"))
SAID = "aso_said"
_OF_THIS_SITE = re.compile(r"/(?!/)[^\s\x00-\x1f\\]{0,1000}")
# Nothing of a page comes from, or goes to, another host.
SAFE = {
	"Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
	" form-action 'self'; frame-ancestors 'none'",
	"Referrer-Policy": "same-origin",
	"X-Content-Type-Options": "nosniff",
	"Cache-Control": "no-store",
}


class ForeignError(frappe.ValidationError):
	"""Something was sent that does not come from a page of this site."""

	http_status_code = 403


class PortalPage(BaseRenderer):
	"""One of the app's own pages."""

	def can_render(self) -> bool:
		self.page, self.name = _find(self.path)
		return self.page is not None

	def render(self) -> Response:
		if getattr(self._module, "PRIVATE", False):
			_keep_no_form()
		return answer(self._answer)

	@property
	def _module(self) -> ModuleType:
		return frappe.get_module(f"aso_network.www.{self.page.replace('/', '.')}")

	def _answer(self, visitor: Visitor) -> Response:
		module = self._module
		named = {"name": self.name} if self.name is not None else {}
		error = None
		if frappe.request.method == "POST":
			if not hasattr(module, "post"):
				raise frappe.PageDoesNotExistError
			try:
				refuse_foreign(visitor.user)
				return _lead_on(module.post(visitor, self._sent(), **named))
			except (frappe.DoesNotExistError, frappe.PageDoesNotExistError):  # ValidationErrors, too
				raise
			except frappe.ValidationError as refused:
				error = sentence(refused)
				frappe.db.rollback()
		context = module.get_context(visitor, **named)
		if isinstance(context, Response):
			return context
		return show(f"{self.page}.html", visitor, {**context, "error": error}, 422 if error else 200)

	def _sent(self) -> MultiDict[str, str] | dict[str, str]:
		form = frappe.request.form
		return form if getattr(self._module, "PRIVATE", False) else form.to_dict()


def _keep_no_form() -> None:
	"""When something breaks, Frappe writes what was sent into its log files, and its Recorder keeps that and every
	query. Both hold this very dict."""
	frappe.local.form_dict.clear()
	do_not_record(lambda: None)()


def _lead_on(answered: str | Response) -> Response:
	return answered if isinstance(answered, Response) else redirect(answered)


def answer(page: Callable[[Visitor], Response]) -> Response:
	"""What `page` answers, or the page that says why there is none."""
	language.lend_translations()
	visitor = current()
	try:
		return page(visitor)
	except frappe.Redirect:
		return redirect(frappe.local.flags.redirect_location)
	except NoOrganizationError:
		text = _(
			"You are signed in, but you represent no organization of the network today. If that is wrong, ask the network's office."
		)
		return notice(visitor, _("No organization"), text, 403)
	except (frappe.PageDoesNotExistError, frappe.DoesNotExistError, frappe.PermissionError):
		# The same answer for what is not there and for what is not theirs.
		frappe.clear_messages()
		frappe.db.rollback()
		return notice(visitor, _("Not found"), _("There is nothing here for you to see."), 404)


def show(
	template: str, visitor: Visitor, context: dict[str, Any], status: int = 200, block: int = 0
) -> Response:
	"""The page of `template`, and what was `say`-d before the visitor was led here.

	`block`: the answer is sent in whole blocks of so many bytes, so that its length does not tell what it says.
	"""
	said = frappe.request.cookies.get(SAID)
	html = (
		_environment()
		.get_template(template)
		.render(
			**context,
			visitor=visitor,
			path=frappe.local.path,
			said=unquote(said) if said else None,
			lang=visitor.language,
			dir=language.direction(visitor.language),
		)
	)
	response = Response(html, status=status, mimetype="text/html", headers=SAFE)
	response = _filled_up(response, block) if block else _packed(response)
	if said:
		response.delete_cookie(SAID)
	return response


def _packed(response: Response) -> Response:
	"""Compressed where the browser takes it: a laptop in a hall has no web server in front that would do it."""
	if "gzip" in frappe.request.accept_encodings:
		response.set_data(gzip.compress(response.get_data(), 5, mtime=0))
		response.headers["Content-Encoding"] = "gzip"
	response.vary.add("Accept-Encoding")
	return response


def _filled_up(response: Response, block: int) -> Response:
	content = response.get_data()
	response.set_data(content + b" " * (-len(content) % block))
	response.headers["Content-Encoding"] = "identity"  # a web server in front leaves it as it is
	return response


def notice(visitor: Visitor, title: str, text: str, status: int = 200, **context: Any) -> Response:
	"""A page with nothing but a sentence."""
	return show("portal/notice.html", visitor, {"title": title, "text": text, **context}, status)


def say(text: str) -> None:
	"""One sentence on top of the page that the visitor is led to next."""
	# Frappe quotes the value of every cookie.
	frappe.local.cookie_manager.set_cookie(SAID, text, max_age=60, httponly=True)


def redirect(route: str) -> Response:
	"""Lead on to a page of this site, by GET."""
	# Browsers drop tabs and line breaks, and read “\” as “/”.
	if not _OF_THIS_SITE.fullmatch(route):
		route = "/"
	return Response(status=303, headers={"Location": route, "Cache-Control": "no-store"})


def refuse_foreign(user: str) -> None:
	"""Raises ForeignError for what a page of another site has sent with this visitor's cookies.

	Frappe compares the token of a form only where the session has one. Until the first page has been shown to
	somebody who has just signed in it has none, and then nobody can have sent a form of ours.
	"""
	unasked = user != "Guest" and not frappe.session.data.csrf_token and not frappe.conf.ignore_csrf
	if unasked or frappe.get_request_header("Sec-Fetch-Site") == "cross-site":
		raise ForeignError(
			_("This was not sent from a page that you opened here. Look through it and send it once more.")
		)


def sentence(error: Exception) -> str:
	"""What a refusal says, without markup."""
	frappe.clear_messages()
	return frappe.utils.strip_html(str(error)).strip()


def menu(visitor: Visitor) -> list[tuple[str, str]]:
	"""(path, words) of the pages that this visitor can go to."""
	member = bool(visitor.organizations)
	return [
		(path, _(words))
		for path, words, public in MENU
		if (public or member) and not (member and path == "apply")
	]


def hidden_token() -> Markup:
	"""The hidden field that Frappe asks of every form sent by somebody who is signed in."""
	if frappe.session.user == "Guest":
		return Markup("")
	return Markup('<input type="hidden" name="csrf_token" value="{}">').format(get_csrf_token())


@cache
def asset(name: str) -> str:
	"""The address of a file in `public/portal`, which changes when the file does."""
	content = (APP / "public" / "portal" / name).read_bytes()
	return f"/assets/aso_network/portal/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def resolve_path(path: str) -> str:
	"""Hook `website_path_resolver`: Frappe compiles every route rule of every app at each request, which takes longer
	than any page here; none of them is about these."""
	if is_beside(path):
		frappe.local.path = path
		return path
	return frappe_resolver.resolve_path(path)


def is_beside(path: str) -> bool:
	"""Whether `path` lies in a folder of these pages."""
	return path.strip("/").partition("/")[0] in FOLDERS


def _find(path: str) -> tuple[str | None, str | None]:
	"""(page, name of what it is about) of a path."""
	pages = _pages()
	path = path.strip("/")
	if path in pages:
		return pages[path], None
	folder, _slash, name = path.rpartition("/")
	return pages.get(f"{folder}/*"), unquote(name)


@cache
def _pages() -> dict[str, str]:
	"""Path → page, for every controller under `www/`. A new one is there after a restart."""
	pages = (file.relative_to(APP / "www").with_suffix("").as_posix() for file in (APP / "www").rglob("*.py"))
	return {_path_of(page): page for page in pages if not page.endswith("__init__")}


def _path_of(page: str) -> str:
	if page.endswith("_ics"):
		return f"{page[:-4]}.ics"
	folder, _slash, file = page.replace("_", "-").rpartition("/")
	return {"index": folder, "one": f"{folder}/*"}.get(file, f"{folder}/{file}".strip("/"))


@cache
def _environment() -> Environment:
	env = Environment(
		loader=FileSystemLoader([APP / "www", APP / "templates"]),
		autoescape=True,
		trim_blocks=True,
		lstrip_blocks=True,
	)
	env.globals.update(
		_=_,
		asset=asset,
		date=language.format_date,
		datetime=language.format_datetime,
		number=language.format_number,
		listed=language.listed,
		languages=language.offered,
		menu=menu,
		hidden_token=hidden_token,
	)
	return env
