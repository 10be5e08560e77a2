"""Renders and receives the app's Web Forms (hook `page_renderer`).

The Web Form says which fields, in which steps, how large a file. The module beside it says who may send it and what
is done with it; every rule is in the controller of the document. Only the fields of the form are read at all.
Frappe's own endpoint for web forms is closed for these forms (`api.doors`): it asks neither whether a form is
published nor when it closes, lists whole tables as choices, lets ten people behind one address in, and makes
attachments public.
"""

from __future__ import annotations

import hashlib
from types import ModuleType
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.website.doctype.web_form.web_form import get_web_form_module
from frappe.website.page_renderers.base_renderer import BaseRenderer
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from aso_network.custom_fields import MODULE
from aso_network.portal import fields, pages, spam, uploads
from aso_network.portal.fields import Field, Step, Wrong
from aso_network.portal.visitor import Visitor, redirect_to, require_member

MOST_MEGABYTES = 5
KEPT_DAYS = 30


class ClosedError(frappe.ValidationError):
	"""The form is not open: not yet, no longer, or not for this visitor."""


class FormPage(BaseRenderer):
	"""A published Web Form of the app, at its route; `<route>/<name>` edits a document where the form allows it."""

	def can_render(self) -> bool:
		"""All that lies in the folders of the app's pages and is none: either a form, or nothing, for which Frappe's
		answer would weigh 330 KB."""
		if not pages.is_beside(self.path):
			return False
		self.form, self.name = _find(self.path)
		return True

	def render(self) -> Response:
		return pages.answer(self._answer)

	def _answer(self, visitor: Visitor) -> Response:
		web_form = self.form and frappe.get_cached_doc("Web Form", self.form)
		if not web_form or (self.name and not web_form.allow_edit):
			raise frappe.PageDoesNotExistError
		if web_form.login_required:
			if visitor.is_guest and frappe.request.method == "POST":
				return _signed_out(web_form, visitor)
			require_member(visitor)
		if sent := frappe.request.args.get("sent"):
			return _thank(web_form, visitor, sent)
		if frappe.request.method == "POST" and (again := _received(web_form, visitor)):
			return again
		try:
			return _Filling(web_form, visitor, self.name).answer()
		except ClosedError as closed:
			return pages.notice(visitor, _(web_form.title), pages.sentence(closed), 403)


def _look_again() -> str:
	return _("Some answers need another look; they are marked below. Nothing is lost.")


class _Filling:
	"""One request for one form."""

	def __init__(self, web_form: Document, visitor: Visitor, name: str | None):
		self.web_form, self.visitor, self.name = web_form, visitor, name
		self.module: ModuleType = get_web_form_module(web_form)
		self.module.open_for(visitor)
		self.defaults: dict[str, Any] = self._ask("defaults") or {}
		self.steps: list[Step] = fields.steps(web_form, self._ask("choices") or {})

	def answer(self) -> Response:
		if frappe.request.method != "POST":
			self._fill_in()
			return self._show()
		try:
			return self._receive(frappe.request.form)
		except (frappe.DoesNotExistError, frappe.PageDoesNotExistError):  # ValidationErrors, too
			raise
		except (frappe.ValidationError, Wrong) as error:
			frappe.db.rollback()
			return self._show(
				pages.sentence(error), getattr(error, "http_status_code", 417), self._blame(error)
			)

	def _receive(self, sent: MultiDict) -> Response:
		form, user = self.web_form.name, self.visitor.user
		values = fields.read(self._fields, sent)
		pages.refuse_foreign(user)
		spam.refuse_flood(form, user)
		spam.refuse_trapped(sent.get(spam.TRAP))
		self.token = sent.get("token", "")
		key = _stored(spam.key_of(self.token, form, user))
		if self._is_again(key):
			return _lead_on(self.web_form, self.token)
		if any(item.error for item in self._fields):
			raise Wrong(_look_again())
		if "modified" in self.defaults and sent.get("modified") != str(self.defaults["modified"]):
			raise Wrong(
				_(
					"Somebody else has changed this in the meantime. Open the page again to see it, then make your change."
				)
			)
		values.update(self._files())
		doc = self.module.submit(self.visitor, values, self.name)
		frappe.db.set_value("Form Submission", key, {"document_type": doc.doctype, "document_name": doc.name})
		return _lead_on(self.web_form, self.token)

	def _is_again(self, key: str) -> bool:
		"""Whether this is being received already: the first stands, and the second has waited for it here."""
		submission = frappe.get_doc(
			{
				"doctype": "Form Submission",
				"name": key,
				"web_form": self.web_form.name,
				"user": self.visitor.user,
			}
		)
		try:
			# Nobody has a right on these rows; one follows from each thing sent.
			submission.insert(ignore_permissions=True)
		except frappe.DuplicateEntryError:
			frappe.clear_messages()
			return True
		return False

	def _files(self) -> dict[str, str]:
		"""The URL of each file that was sent; of one that was not, what the document has already."""
		stored = {}
		for item in self._fields:
			if item.kind != "file" or not item.applies(frappe.request.form):
				continue
			file = frappe.request.files.get(item.name)
			if file and file.filename:
				only_images = item.fieldtype == "Attach Image"
				try:
					stored[item.name] = uploads.store(file, only_images, self._most_megabytes)
				except Wrong as wrong:
					item.error = str(wrong)
			elif item.required and not self.defaults.get(item.name):
				item.error = _("Please choose a file.")
			elif self.defaults.get(item.name):
				stored[item.name] = self.defaults[item.name]
		if any(item.error for item in self._fields):
			raise Wrong(_look_again())
		return stored

	def _show(self, error: str | None = None, status: int = 200, blamed: str | None = None) -> Response:
		if blamed:
			next(item for item in self._fields if item.name == blamed).error = error
			error = _look_again()
		if error:
			for item in self._fields:
				if item.kind == "file" and frappe.request.files.get(item.name) and not item.error:
					item.error = _("Please choose the file again.")
		web_form = self.web_form
		return pages.show(
			"portal/form.html",
			self.visitor,
			{
				"title": _(web_form.title),
				"introduction": _(frappe.utils.strip_html(web_form.introduction_text or "").strip()),
				"send": _(web_form.button_label) if web_form.button_label else _("Send"),
				"form": web_form.name,
				"steps": self.steps,
				"error": error,
				"token": self._token(),
				"trap": spam.TRAP,
				"modified": self.defaults.get("modified"),
				"has_files": any(item.kind == "file" for item in self._fields),
				"most_megabytes": self._most_megabytes,
				"script": "forms.js",
			},
			status,
		)

	def _token(self) -> str:
		"""The token that was sent, if it can be used again: the answer to it may only have been lost."""
		token = frappe.request.form.get("token", "")
		try:
			spam.key_of(token, self.web_form.name, self.visitor.user)
		except spam.NotSentError:
			return spam.issue(self.web_form.name, self.visitor.user)
		return token

	def _fill_in(self) -> None:
		"""Defaults, then what the address asks for, as far as it is among the choices."""
		for item in self._fields:
			item.value = self.defaults.get(item.name)
			asked = frappe.request.args.get(item.name)
			if asked and asked in {str(key) for key, _label in item.options}:
				item.value = asked

	def _blame(self, error: Exception) -> str | None:
		"""The field that a refusal is about, where the form's module says so (`FIELD_OF`)."""
		return getattr(self.module, "FIELD_OF", {}).get(type(error))

	def _ask(self, function: str) -> Any:
		asked = getattr(self.module, function, None)
		if not asked:
			return None
		return asked(self.visitor, self.name) if self.name else asked(self.visitor)

	@property
	def _fields(self) -> list[Field]:
		return [item for step in self.steps for item in step.fields]

	@property
	def _most_megabytes(self) -> int:
		return self.web_form.max_attachment_size or MOST_MEGABYTES


def forget_old() -> None:
	"""Daily: after a month nobody sends the same thing again."""
	frappe.db.delete("Form Submission", {"creation": ("<", frappe.utils.add_days(None, -KEPT_DAYS))})


def _find(path: str) -> tuple[str | None, str | None]:
	"""(Web Form, name of the document to edit) of a path."""
	path = path.strip("/")
	folder, _slash, name = path.rpartition("/")
	for route, about in ((path, None), (folder, name)):
		form = route and frappe.db.get_value(
			"Web Form", {"route": route, "module": MODULE, "is_standard": 1, "published": 1}, "name"
		)
		if form:
			return form, about
	return None, None


def _received(web_form: Document, visitor: Visitor) -> Response | None:
	"""The answer to what was received before, whose answer was lost. Asked first: once received, the form may be
	closed to its sender."""
	token = frappe.request.form.get("token", "")
	try:
		key = spam.key_of(token, web_form.name, visitor.user)
	except spam.NotSentError:
		frappe.clear_messages()
		return None
	return _lead_on(web_form, token) if frappe.db.exists("Form Submission", _stored(key)) else None


def _lead_on(web_form: Document, token: str) -> Response:
	return pages.redirect(f"/{web_form.route}?sent={token.partition('.')[0]}")


def _stored(key: str) -> str:
	# What is sent shows up in addresses and logs; the table keeps what cannot be sent.
	return hashlib.sha256(key.encode()).hexdigest()[:40]


def _thank(web_form: Document, visitor: Visitor, key: str) -> Response:
	found = frappe.db.get_value(
		"Form Submission",
		{"name": _stored(key), "web_form": web_form.name, "user": visitor.user},
		["document_type", "document_name"],
		as_dict=True,
	)
	if not found or not frappe.db.exists(found.document_type, found.document_name):
		redirect_to(f"/{web_form.route}")
	doc = frappe.get_doc(found.document_type, found.document_name)
	done = getattr(get_web_form_module(web_form), "done", None)
	text = (
		done(visitor, doc)
		if done
		else (
			_(web_form.success_message) if web_form.success_message else _("Thank you. We have received it.")
		)
	)
	return pages.show(
		"portal/sent.html",
		visitor,
		{
			"title": _(web_form.success_title) if web_form.success_title else _("Sent"),
			"text": text,
			"form": web_form.name,
			"script": "forms.js",
		},
	)


def _signed_out(web_form: Document, visitor: Visitor) -> Response:
	text = _(
		"You have been signed out in the meantime. What you wrote is kept on this phone: sign in, open the form again and press Send."
	)
	return pages.notice(
		visitor,
		_(web_form.title),
		text,
		401,
		next_route=f"/sign-in?to=/{web_form.route}",
		next_words=_("Sign in"),
	)
