"""Whoever reads Arabic reads the whole app in Arabic. Everything here works on the files alone.

When a string is new or reworded, these tests print it as a row for aso_network/translations/ar.csv, and
`python3 aso_network/devtools/translations.py` lists them all. The words to use are in docs/glossary.md.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

import pytest

from aso_network.devtools import translations
from aso_network.devtools.translations import Row, Source

ARABIC = re.compile("[\u0621-\u06d5]")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
	return translations.read()


@pytest.fixture(scope="module")
def sources() -> list[Source]:
	return translations.sources()


def as_csv(texts: list[str]) -> str:
	out = io.StringIO()
	csv.writer(out, lineterminator="\n").writerows([text, ""] for text in texts)
	return out.getvalue()


def test_every_string_of_the_app_is_in_arabic(rows, sources):
	gaps = translations.missing(rows, sources)
	places = {source.text: source.place for source in reversed(gaps)}
	listed = "\n".join(f"{place}: {text!r}" for text, place in places.items())
	assert not gaps, f"no row in ar.csv for:\n{listed}\n\nRows to add:\n{as_csv(list(places))}"


def test_no_row_is_left_of_a_string_that_is_gone(rows, sources):
	gone = translations.stale(rows, sources)
	assert not gone, "in ar.csv, but nowhere in the app:\n" + as_csv([row.text for row in gone])


def test_no_string_is_translated_twice(rows):
	twice = [key for key, count in Counter((row.text, row.context) for row in rows).items() if count > 1]
	assert not twice


def test_a_translation_has_the_placeholders_of_its_source(rows):
	wrong = [
		row
		for row in rows
		if translations.placeholders(row.text) != translations.placeholders(row.translation)
	]
	assert not wrong, "{0}, {1} … differ:\n" + "\n".join(map(str, wrong))


def test_a_translation_is_arabic_and_written_as_arabic(rows):
	"""Not empty, not the English again, with Arabic commas and quotation marks, a sentence with its full stop."""
	wrong = [
		row
		for row in rows
		if not re.search("[\u0621-\u064a]", row.translation)
		or re.search('[,;?“”"]', row.translation)
		or (" " in row.text and row.text.endswith(".") != row.translation.endswith("."))
		or row.text.endswith(":") != row.translation.endswith(":")
		or row.translation != row.translation.strip()
		or "  " in row.translation
	]
	assert not wrong, "\n".join(map(str, wrong))


def test_rows_are_in_alphabetical_order(rows):
	"""So that two people who add rows meet in a merge only when they translate the same words."""
	assert rows == sorted(rows, key=lambda row: (row.text.lower(), row.text, row.context or ""))


@pytest.mark.parametrize(("language", "letters"), [("ku", "[A-Za-zÇÊÎŞÛçêîşû]"), ("ckb", "[\u0626-\u06d5]")])
def test_what_there_is_in_kurdish_belongs_to_a_string_and_has_its_form(sources, language, letters):
	"""What is missing is shown in English; what is there must be right."""
	rows = translations.read(translations.CSV.with_name(f"{language}.csv"))
	assert rows == sorted(rows, key=lambda row: (row.text.lower(), row.text, row.context or ""))
	assert len({(row.text, row.context) for row in rows}) == len(rows)
	assert not translations.stale(rows, sources)
	wrong = [
		row
		for row in rows
		if translations.placeholders(row.text) != translations.placeholders(row.translation)
		or not re.search(letters, row.translation)
		or (language == "ku" and ARABIC.search(row.translation) and not ARABIC.search(row.text))
		or row.translation != row.translation.strip()
		or "  " in row.translation
		or (row.text[-1] in ".?:…") != (row.translation[-1] in ".?:…")
	]
	assert not wrong, "\n".join(map(str, wrong))


def test_no_text_is_written_so_that_it_cannot_be_translated():
	found = translations.findings()
	assert not found, "\n".join(f"{finding.place}: {finding.problem}" for finding in found)


def test_no_source_is_looked_up_otherwise_than_it_is_written(sources):
	"""Frappe trims a source and strips its tags before the look-up, and trims the translation."""
	wrong = [s for s in sources if s.text != s.text.strip() or re.search(r"</?[a-z]+[^>]*>", s.text)]
	assert not wrong, "\n".join(f"{source.place}: {source.text!r}" for source in wrong)


@pytest.mark.parametrize(
	("name", "code", "texts", "problems"),
	[
		(
			"a.py",
			"_('Save {0} first').format(x)\nfrappe._(\n\t'One '\n\t'text')",
			["Save {0} first", "One text"],
			0,
		),
		("a.py", "_('From', context='Meeting')", ["From"], 0),
		("a.py", "_(form.title or 'Sent')", ["Sent"], 0),
		("a.py", "_(f'Save {x}')\n_('Save {0}'.format(x))\n_('a' + b)\nfrappe.throw('No')", [], 4),
		(
			"a.py",
			"audit.record(doc, 'Sign')\nx = {'fieldname': 'a', 'fieldtype': 'Data', 'label': 'P'}",
			["Sign", "P"],
			0,
		),
		(
			"a.js",
			"__('It\\'s {0}', [esc(row('x', 1))])\n__(\n\t\"One \" +\n\t\t'text'\n);",
			["It's {0}", "One text"],
			0,
		),
		("a.js", "`<p>${__(\"In a template\")}</p>` + __(doc.status) + this.__('no')", ["In a template"], 0),
		("a.js", "__(`Save ${x}`); __(a ? 'x' : 'y'); d({ title: 'Bare' }); frappe.throw('Bare')", [], 4),
		(
			"a.html",
			"<h1>{{ _('Roll of {0}').format(x) }}</h1>{{ __(\"Votes\") }}",
			["Roll of {0}", "Votes"],
			0,
		),
		(
			"a.json",
			'{"doctype": "DocType", "name": "D", "permissions": [{"role": "R"}], "fields": ['
			'{"fieldname": "f", "fieldtype": "Select", "label": "L", "options": "\\nOne\\nTwo", "description": "E"},'
			'{"fieldname": "g", "fieldtype": "Link", "options": "Not shown"}]}',
			["D", "L", "E", "One", "Two", "R"],
			0,
		),
		(
			"a.json",
			'{"doctype": "Workspace", "label": "W", "content": '
			'"[{\\"type\\": \\"header\\", \\"data\\": {\\"text\\": \\"<b>Head</b>\\"}}]", '
			'"shortcuts": [{"label": "S", "format": "{} open"}], "links": [{"label": "K", "type": "Link"}]}',
			["W", "K", "S", "{} open", "Head"],
			0,
		),
		(
			"web_form/f/f.json",
			'{"doctype": "Web Form", "name": "f", "title": "T", "introduction_text": "I", "success_title": "S", '
			'"success_message": "M", "button_label": "B", "web_form_fields": ['
			'{"fieldname": "f", "fieldtype": "Select", "label": "L", "options": "One\\nTwo", '
			'"description": "D", "placeholder": "P"}]}',
			["T", "I", "S", "M", "B", "L", "One", "Two", "D", "P"],
			0,
		),
		(
			"templates/portal/a.html",
			'{% macro m(x) %}<a title="{{ _(\'Open\') }}">{{ _("Members") }}</a> · &nbsp;{% endmacro %}',
			["Open", "Members"],
			0,
		),
		(
			"www/my/a.html",
			'{% macro m() %}id="{{ x }}" required name="y"{% endmacro %}<p class="big">Bare <b>{{ x }}</b> words</p>\n<input placeholder="Bare">{# note #}',
			[],
			3,
		),
	],
)
def test_strings_are_found_where_they_stand(tmp_path, monkeypatch, name, code, texts, problems):
	monkeypatch.setattr(translations, "APP", tmp_path)
	monkeypatch.setattr(translations, "OF_FRAPPE", ())
	(tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
	(tmp_path / name).write_text(code, encoding="utf-8")
	assert sorted(source.text for source in translations.sources()) == sorted(texts)
	assert len(translations.findings()) == problems


def test_what_is_missing_and_what_is_stale():
	found = [Source("Call", "x", "General Meeting"), Source("Sign", "y")]
	assert translations.missing([Row("Sign", "توقيع", None)], found) == [found[0]]
	assert translations.missing([Row("Call", "الدعوة", "General Meeting")], found) == [found[1]]
	assert translations.stale([Row("Call", "الدعوة", "Election"), Row("Sign", "توقيع", None)], found) == [
		Row("Call", "الدعوة", "Election")
	]
