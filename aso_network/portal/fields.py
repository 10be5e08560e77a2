"""The fields of a Web Form: what they show, and what they accept. A value is either right or has its own sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, get_datetime, getdate
from werkzeug.datastructures import MultiDict

from aso_network.portal import text

# What each field offers; None: this visitor does not get the field at all.
Choices = Mapping[str, list[tuple[str, str]] | None]

LENGTHS = {"Data": 140, "Small Text": 2000, "Text": 5000, "Long Text": 5000, "Text Editor": 5000}
KINDS = {
	"Small Text": "lines",
	"Text": "lines",
	"Long Text": "lines",
	"Text Editor": "lines",
	"Check": "check",
	"Date": "date",
	"Datetime": "datetime-local",
	"Int": "number",
	"Attach": "file",
	"Attach Image": "file",
	"Table MultiSelect": "many",
	"Table": "many",
}
# As few as these are shown all at once.
FEW = 5
_CONDITION = re.compile(r"""eval:\s*doc\.(\w+)\s*==\s*["'](.*)["']\s*""")


class Wrong(Exception):
	"""A value is not what the field takes; the text says so."""


@dataclass
class Field:
	"""One field. `kind`: text, email, tel, lines, date, datetime-local, number, select, radio, many, check, file.
	`condition`: (fieldname, value) of the field on which this one depends."""

	name: str
	fieldtype: str
	label: str
	kind: str
	required: bool = False
	help: str = ""
	example: str = ""
	options: list[tuple[str, str]] = field(default_factory=list)
	max_length: int = 0
	condition: tuple[str, str] | None = None
	value: Any = None
	error: str | None = None

	def applies(self, sent: MultiDict) -> bool:
		return not self.condition or sent.get(self.condition[0], "") == self.condition[1]

	def read(self, sent: MultiDict) -> Any:
		"""The typed value of what was sent; raises Wrong."""
		value = _READERS.get(self.kind, _read_line)(self, sent)
		if self.required and value in (None, "", [], 0):
			raise Wrong(_("Please fill this in."))
		return value


@dataclass
class Step:
	title: str
	help: str
	fields: list[Field]


def steps(web_form: Document, choices: Choices) -> list[Step]:
	"""The steps of a form: what lies between its page breaks. A section break's label is the title of its step."""
	meta = frappe.get_meta(web_form.doc_type)
	found = [Step("", "", [])]
	for row in web_form.web_form_fields:
		if row.fieldtype == "Page Break":
			found.append(Step(_(row.label or ""), _(row.description or ""), []))
		elif row.fieldtype == "Section Break":
			found[-1].title = found[-1].title or _(row.label or "")
			found[-1].help = found[-1].help or _(row.description or "")
		elif row.fieldname and choices.get(row.fieldname, ()) is None:
			continue  # nothing this visitor could choose: the field is not for them
		elif row.fieldname and meta.has_field(row.fieldname) and not row.hidden:
			found[-1].fields.append(_field(row, meta.get_field(row.fieldname), choices))
	return [step for step in found if step.fields]


def read(fields: Iterable[Field], sent: MultiDict) -> dict[str, Any]:
	"""Values by fieldname of all but files; a field that is wrong has its `error`, each keeps what was typed."""
	values = {}
	for item in fields:
		if item.kind == "file":
			continue
		if not item.applies(sent):
			values[item.name] = None
			continue
		item.value = _typed(item, sent)
		try:
			values[item.name] = item.read(sent)
		except Wrong as wrong:
			item.error = str(wrong)
	return values


def _field(row: Document, df: Document, choices: Choices) -> Field:
	options = choices.get(row.fieldname)
	if options is None and df.fieldtype == "Select":
		options = [(option, _(option)) for option in (df.options or "").split("\n") if option]
	kind = KINDS.get(df.fieldtype, "text")
	if options is not None and kind != "many":
		kind = "radio" if len(options) <= FEW else "select"
	elif df.fieldtype in ("Data", "Phone"):
		kind = {"Email": "email", "Phone": "tel"}.get(df.options or df.fieldtype, "text")
	return Field(
		name=row.fieldname,
		fieldtype=df.fieldtype,
		label=_(row.label or df.label),
		kind=kind,
		required=bool(row.reqd),
		help=_(row.description or ""),
		example=_(df.placeholder or ""),
		options=options or [],
		max_length=cint(row.max_length) or cint(df.length) or LENGTHS.get(df.fieldtype, 140),
		condition=_condition(row.depends_on),
	)


def _condition(depends_on: str | None) -> tuple[str, str] | None:
	"""Two forms are understood: a fieldname (a box that is ticked), and `eval:doc.field == "value"`."""
	if not depends_on:
		return None
	if found := _CONDITION.fullmatch(depends_on):
		return found[1], found[2]
	return depends_on, "1"


def _typed(item: Field, sent: MultiDict) -> Any:
	"""What the field shows again: as it was typed, within reason."""
	if item.kind == "many":
		return sent.getlist(item.name)
	return sent.get(item.name, "")[: 4 * (item.max_length or 140)]


def _read_line(item: Field, sent: MultiDict) -> str:
	return _short(item, text.clean(sent.get(item.name)))


def _read_lines(item: Field, sent: MultiDict) -> str:
	value = _short(item, text.clean(sent.get(item.name), lines=True))
	if item.fieldtype == "Text Editor":  # what is shown as HTML elsewhere; here people write plain text
		return escape_html(value).replace("\n", "<br>")
	return value


def _short(item: Field, value: str) -> str:
	if len(value) > item.max_length:
		raise Wrong(_("This is too long: {0} characters; {1} fit.").format(len(value), item.max_length))
	return value


def _read_email(item: Field, sent: MultiDict) -> str:
	value = _read_line(item, sent)
	found = text.email(value)
	if value and not found:
		raise Wrong(_("This is not an e-mail address. It looks like name@example.org."))
	return found or ""


def _read_phone(item: Field, sent: MultiDict) -> str:
	value = _read_line(item, sent)
	found = text.phone(value)
	if value and not found:
		raise Wrong(
			_("This is not a telephone number. Write digits, with + and the country first if you can.")
		)
	return found or ""


def _read_date(item: Field, sent: MultiDict) -> Any:
	value = text.digits(_read_line(item, sent))
	try:
		return (get_datetime if item.kind == "datetime-local" else getdate)(value) if value else None
	except Exception as error:  # the parser raises of many kinds
		frappe.clear_messages()
		raise Wrong(_("This is not a date. Write it as 2026-03-31.")) from error


def _read_number(item: Field, sent: MultiDict) -> int | None:
	value = text.digits(_read_line(item, sent))
	if not value:
		return None
	if not re.fullmatch(r"-?\d{1,9}", value):
		raise Wrong(_("Write a whole number here."))
	return int(value)


def _read_choice(item: Field, sent: MultiDict) -> Any:
	value = sent.get(item.name, "")
	if value and value not in {str(key) for key, _label in item.options}:
		raise Wrong(_("Choose one of the list."))
	return int(value) if value and item.fieldtype == "Int" else value or None


def _read_many(item: Field, sent: MultiDict) -> list[str]:
	values = list(dict.fromkeys(sent.getlist(item.name)))
	if not set(values) <= {key for key, _label in item.options}:
		raise Wrong(_("Choose one of the list."))
	return values


def _read_check(item: Field, sent: MultiDict) -> int:
	return int(sent.get(item.name) == "1")


_READERS: dict[str, Callable[[Field, MultiDict], Any]] = {
	"lines": _read_lines,
	"email": _read_email,
	"tel": _read_phone,
	"date": _read_date,
	"datetime-local": _read_date,
	"number": _read_number,
	"select": _read_choice,
	"radio": _read_choice,
	"many": _read_many,
	"check": _read_check,
}
