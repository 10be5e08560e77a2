"""Every string of the app that a user can read, and what translations/ar.csv says of it. Needs no Frappe.

    python3 aso_network/devtools/translations.py    prints what is missing and what is stale, as rows to edit

A row is source,translation or source,translation,context. For the label of a field the context is its DocType:
it is how one word can mean something else there than in the rest of the site, since a row without a context
holds for every app on the site.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

APP = Path(__file__).resolve().parents[1]
CSV = APP / "translations" / "ar.csv"
LEVELS = {"2": " District", "3": " Sub-district"}

# What a JSON document of each kind shows of its own, beside its fields and rows.
SHOWN = {
	"DocType": ("name", "description"),
	"Page": ("title",),
	"Report": ("report_name",),
	"Print Format": ("name",),
	"Number Card": ("label",),
	"Dashboard Chart": ("chart_name",),
	"Dashboard": ("dashboard_name",),
	"Workspace": ("label", "title"),
	"Web Form": (
		"title",
		"introduction_text",
		"success_title",
		"success_message",
		"button_label",
		"list_title",
		"meta_title",
		"meta_description",
	),
	"Notification": ("subject",),
	"Module Onboarding": ("title", "subtitle", "success_message"),
	"Onboarding Step": ("title", "description", "action_label"),
	"Network Goal": ("name", "description"),
	"Network Sector": ("name",),
}
# What every list and form shows of Frappe 15 itself, and Frappe has no Arabic for. Ours mean the same.
OF_FRAPPE = (
	("Search or type a command ({0})", None),
	("List View", None),
	("Tree View", None),
	("Print Preview", None),
	("Filter By", None),
	("Edit Filters", None),
	("Save Filter", None),
	("Clear Filters", None),
	("Filters {0}", None),
	("Apply Filters", None),
	("Select All", None),
	("No {0} found", None),
	("You haven't created a {0} yet", None),
	("Connections", None),
	("Show Links", None),
	("No.", "Title of the 'row number' column"),
	("Add Row", None),
	("Insert Above", None),
	("Insert Below", None),
	("Editing Row", None),
	("Configure Columns", None),
	("Add / Remove Columns", None),
	("Copy to Clipboard", None),
	("No Letterhead", None),
	("Get PDF", None),
	("Show all Activity", None),
	("Type a reply / comment", None),
	("You created this", None),
	("{0} created this", None),
	("You last edited this", None),
	("{0} last edited this", None),
	("You changed the value of {0}", None),
	("{0} changed the value of {1}", None),
	("You changed the values for {0}", None),
	("{0} changed the values for {1}", None),
	("{0} from {1} to {2}", None),
	("{0} from {1} to {2} in row #{3}", None),
	("added rows for {0}", None),
	("removed rows for {0}", None),
)


class Source(NamedTuple):
	"""A string, where it stands, and the context with which Frappe looks it up first (else None)."""

	text: str
	place: str
	context: str | None = None


class Row(NamedTuple):
	text: str
	translation: str
	context: str | None


class Finding(NamedTuple):
	"""Something in code that cannot be translated as it is written."""

	place: str
	problem: str


def read(path: Path = CSV) -> list[Row]:
	"""The rows of a translation file. Raises ValueError for a row that Frappe would log as bad."""
	rows = []
	with path.open(encoding="utf-8", newline="") as file:
		for number, cells in enumerate(csv.reader(file, strict=True), start=1):
			if len(cells) not in (2, 3):
				raise ValueError(f"{path.name}: row {number} has {len(cells)} cells: {cells}")
			rows.append(Row(cells[0], cells[1], (cells[2] or None) if len(cells) == 3 else None))
	return rows


def sources() -> list[Source]:
	"""Every translatable string of the app, once for each place where it stands."""
	found = [Source(text, "Frappe", context) for text, context in OF_FRAPPE]
	for path in _files():
		found.extend(_EXTRACT[path.suffix][0](path))
	# Numbers and e-mail addresses, as examples, are the same in every language.
	return [s for s in found if re.search("[A-Za-z]", s.text) and not re.fullmatch(r"\S+@\S+", s.text)]


def findings() -> list[Finding]:
	"""Strings that no translation can reach: an f-string in `_()`, a bare label in a script …"""
	return [finding for path in _files() for finding in _EXTRACT[path.suffix][1](path)]


def missing(rows: list[Row], found: list[Source]) -> list[Source]:
	"""Sources that no row translates, neither with their context nor without one."""
	keys = {(row.text, row.context) for row in rows}
	return [s for s in found if (s.text, None) not in keys and (s.text, s.context) not in keys]


def stale(rows: list[Row], found: list[Source]) -> list[Row]:
	"""Rows whose source no longer stands anywhere."""
	texts = {s.text for s in found}
	keys = {(s.text, s.context) for s in found}
	return [
		row for row in rows if ((row.text, row.context) not in keys if row.context else row.text not in texts)
	]


def placeholders(text: str) -> Counter[str]:
	"""{0}, {name}, {} and {{ name }} of a string, with how often each occurs."""
	return Counter(re.findall(r"\{\{.*?\}\}|\{[^{}]*\}", text))


def _files() -> Iterator[Path]:
	for path in sorted(APP.rglob("*")):
		parts = path.relative_to(APP).parts
		# The link at the top repeats the DocTypes of the module; the tools speak to developers.
		if path.suffix in _EXTRACT and parts[0] not in ("doctype", "devtools", "docs", "node_modules"):
			if path.is_file() and "dist" not in parts:
				yield path


def _place(path: Path, line: int | None = None) -> str:
	return f"{path.relative_to(APP)}:{line}" if line else str(path.relative_to(APP))


# JSON and CSV


def _from_json(path: Path) -> Iterator[Source]:
	data = json.loads(path.read_text(encoding="utf-8"))
	for doc in data if isinstance(data, list) else [data]:
		kind = doc.get("doctype") if isinstance(doc, dict) else None
		for text, context in _texts(kind, doc):
			yield Source(text, _place(path), context)


def _texts(kind: str | None, doc: dict) -> Iterator[tuple[str, str | None]]:
	if kind not in SHOWN:
		return
	for key in SHOWN[kind]:
		if doc.get(key):
			yield doc[key], None
	context = doc.get("name") if kind == "DocType" else None
	for table in ("fields", "web_form_fields", "columns", "filters", "links", "actions", "states"):
		rows = doc.get(table)
		for row in rows if isinstance(rows, list) else []:
			if isinstance(row, dict):
				yield from _texts_of_row(row, context)
	for table in ("shortcuts", "number_cards", "charts", "quick_lists"):
		for row in doc.get(table) or []:
			yield from ((row[key], None) for key in ("label", "format") if row.get(key))
	for row in doc.get("permissions") or []:
		yield row["role"], None
	if kind == "Workspace":
		for block in json.loads(doc.get("content") or "[]"):
			if block["type"] in ("header", "paragraph"):
				yield re.sub("<[^>]*>", "", block["data"]["text"]), None


def _texts_of_row(row: dict, context: str | None) -> Iterator[tuple[str, str | None]]:
	"""Frappe looks up labels with the DocType as their context; tabs, help texts, examples, choices and groups
	without."""
	if row.get("label"):
		yield row["label"], None if row.get("fieldtype") == "Tab Break" else context
	yield from ((row[key], None) for key in ("description", "placeholder", "group", "title") if row.get(key))
	options = row.get("options") or ""
	if row.get("fieldtype") == "Select" and row.get("fieldname") != "naming_series":
		yield from ((option, None) for option in options.split("\n") if option and not option.isdigit())
	elif row.get("fieldtype") == "HTML" and options:
		yield options, context


def _from_csv(path: Path) -> Iterator[Source]:
	if path.name != "syria_pcodes.csv":
		return
	with path.open(encoding="utf-8", newline="") as file:
		for row in csv.DictReader(file):
			yield Source(row["name_en"] + LEVELS.get(row["level"], ""), _place(path))


# Python


def _from_python(path: Path) -> Iterator[Source]:
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Dict):
			yield from _from_field(node, path)
		if not isinstance(node, ast.Call):
			continue
		place = _place(path, node.lineno)
		name = _name(node.func)
		if name in ("_", "_lt", "frappe._", "frappe._lt") and node.args:
			context = next((_string(k.value) for k in node.keywords if k.arg == "context"), None)
			# `_(form.title or "Sent")`: what stands there for the case that there is nothing else
			texts = node.args[0].values if isinstance(node.args[0], ast.BoolOp) else node.args[:1]
			yield from (Source(text, place, context) for text in map(_string, texts) if text)
		elif path.parent.name == "workflows" and name in ("State", "Move") and _string(_argument(node, 0)):
			yield Source(_string(node.args[0]), place)
		elif name in ("audit.record", "record") and _string(_argument(node, 1)):
			yield Source(_string(node.args[1]), place)
	if path.name == "roles.py":
		for node in ast.parse(path.read_text(encoding="utf-8")).body:
			if isinstance(node, ast.Assign) and _string(node.value):
				yield Source(_string(node.value), _place(path, node.lineno))


def _from_field(node: ast.Dict, path: Path) -> Iterator[Source]:
	"""A custom field written as a dict."""
	row = {
		_string(key): _string(value)
		for key, value in zip(node.keys, node.values, strict=True)
		if _string(key)
	}
	if "fieldname" in row and "fieldtype" in row:
		for text, _context in _texts_of_row(row, None):
			yield Source(text, _place(path, node.lineno))


def _find_in_python(path: Path) -> Iterator[Finding]:
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if not isinstance(node, ast.Call) or not node.args:
			continue
		name, first = _name(node.func), node.args[0]
		if name in ("_", "_lt", "frappe._", "frappe._lt"):
			if isinstance(first, ast.JoinedStr | ast.BinOp | ast.IfExp):
				yield Finding(_place(path, node.lineno), "`_()` holds more than one plain string")
			elif isinstance(first, ast.Call) and _name(first.func).endswith("format"):
				yield Finding(
					_place(path, node.lineno), "`.format` stands inside `_()`; it belongs behind it"
				)
		elif name in ("frappe.throw", "frappe.msgprint"):
			if isinstance(first, ast.JoinedStr) or _string(first):
				yield Finding(_place(path, node.lineno), f"the text of `{name}` is not in `_()`")


def _name(node: ast.AST) -> str:
	if isinstance(node, ast.Name):
		return node.id
	if isinstance(node, ast.Attribute):
		return f"{_name(node.value)}.{node.attr}"
	return ""


def _argument(node: ast.Call, index: int) -> ast.AST | None:
	return node.args[index] if len(node.args) > index else None


def _string(node: ast.AST | None) -> str | None:
	return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


# JavaScript, Jinja and the desk's templates

_CALL = re.compile(r"(?<![\w.$])__?\(\s*")
_LITERAL = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`", re.DOTALL)
_BARE = re.compile(
	r"\b(?:label|title|description|message|placeholder|primary_action_label)\s*:\s*[\"'`](?=[A-Z])"
	r"|\bfrappe\.(?:throw|msgprint|show_alert|confirm)\(\s*[\"'`](?=\w)"
)
_JINJA = re.compile(
	r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<!DOCTYPE[^>]*>|<(script|style)\b.*?</\1>", re.DOTALL
)
_SHOWN_ATTRIBUTE = re.compile(r"\s(?:title|alt|placeholder|label|summary|aria-[a-z]*label)=\"([^\"]*)\"")


def _from_script(path: Path) -> Iterator[Source]:
	code = path.read_text(encoding="utf-8")
	for call in _CALL.finditer(code):
		arguments = _arguments(code, call.end())
		text = _joined(arguments[0]) if arguments else None
		if text:
			context = _joined(arguments[2]) if len(arguments) > 2 else None
			if match := re.match(r"context\s*=(.*)", arguments[-1], re.DOTALL):
				context = _joined(match.group(1))
			yield Source(text, _place(path, code.count("\n", 0, call.start()) + 1), context)


def _find_in_script(path: Path) -> Iterator[Finding]:
	code = path.read_text(encoding="utf-8")
	for call in _CALL.finditer(code):
		arguments = _arguments(code, call.end())
		text = "".join(_LITERAL.findall(arguments[0])) if arguments else ""
		if arguments and _joined(arguments[0]) is None and re.search("[A-Za-z]", text):
			line = code.count("\n", 0, call.start()) + 1
			yield Finding(_place(path, line), f"`__()` holds more than one plain string: {arguments[0]}")
	if path.suffix == ".js":
		for bare in _BARE.finditer(code):
			line = code.count("\n", 0, bare.start()) + 1
			yield Finding(_place(path, line), "a text that people read is not in `__()`")
	elif path.relative_to(APP).parts[0] in ("www", "templates"):
		# The other .html files are the desk's templates and print formats, which hold script as well.
		yield from _bare_in_page(path, code)


def _bare_in_page(path: Path, code: str) -> Iterator[Finding]:
	"""Words that stand in a page as they are: between two tags, or in an attribute that is shown or read aloud."""
	blanked = _JINJA.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), code)
	for match in re.finditer(r"<[^>]*>|[^<]+", blanked):
		piece = match.group()
		shown = [found[1] for found in _SHOWN_ATTRIBUTE.finditer(piece)] if piece[0] == "<" else [piece]
		for text in shown:
			# A macro may hold no more than attributes of a tag that stands elsewhere.
			if '="' not in text and re.search("[A-Za-z]{2}", re.sub(r"&#?\w+;", "", text)):
				start = match.start() + piece.index(text) + len(text) - len(text.lstrip())
				line = code.count("\n", 0, start) + 1
				yield Finding(_place(path, line), f"a text that people read is not in `_()`: {text.strip()}")


def _arguments(code: str, start: int) -> list[str]:
	"""The arguments of a call whose first one begins at `start`, as written."""
	depth, arguments, begin, at = 0, [], start, start
	while at < len(code):
		literal = _LITERAL.match(code, at)
		if literal:
			at = literal.end()
			continue
		char = code[at]
		if char in "([{":
			depth += 1
		elif char in ")]}":
			if not depth:
				last = code[begin:at].strip()
				return [*arguments, last] if last else arguments
			depth -= 1
		elif char == "," and not depth:
			arguments.append(code[begin:at].strip())
			begin = at + 1
		at += 1
	return arguments


def _joined(argument: str) -> str | None:
	"""The string that an argument of literals and + makes; None for any other expression."""
	pieces, at = [], 0
	argument = argument.strip()
	while at < len(argument):
		literal = _LITERAL.match(argument, at)
		if not literal or (literal.group()[0] == "`" and "${" in literal.group()):
			return None
		pieces.append(_unquoted(literal.group()))
		rest = re.compile(r"\s*\+\s*").match(argument, literal.end())
		if not rest:
			return "".join(pieces) if literal.end() == len(argument) else None
		at = rest.end()
	return None


def _unquoted(literal: str) -> str:
	escapes = {"n": "\n", "t": "\t"}
	return re.sub(r"\\(.)", lambda m: escapes.get(m.group(1), m.group(1)), literal[1:-1], flags=re.DOTALL)


def _nothing(path: Path) -> Iterator[Finding]:
	return iter(())


_EXTRACT = {
	".json": (_from_json, _nothing),
	".csv": (_from_csv, _nothing),
	".py": (_from_python, _find_in_python),
	".js": (_from_script, _find_in_script),
	".html": (_from_script, _find_in_script),
}


def main() -> int:
	rows, found = read(), sources()
	out = csv.writer(sys.stdout, lineterminator="\n")
	gaps: dict[str, str] = {}
	for source in missing(rows, found):
		gaps.setdefault(source.text, source.place)
	for text, place in gaps.items():
		out.writerow([text, "", f"MISSING, {place}"])
	for row in stale(rows, found):
		out.writerow([row.text, row.translation, "STALE"])
	for finding in findings():
		print(f"{finding.place}: {finding.problem}")
	print(f"{len(gaps)} missing of {len({s.text for s in found})} strings, {len(rows)} rows", file=sys.stderr)
	return 1 if gaps else 0


if __name__ == "__main__":
	sys.exit(main())
