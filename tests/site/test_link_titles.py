"""A form with many lines opens as quickly as one with few."""

from __future__ import annotations

import frappe
from frappe.desk.form.load import getdoc

from tests.site import books, builders


def load(name: str, monkeypatch) -> tuple[dict[str, str], int]:
	"""The link titles that the form gets, and the number of queries that loading it takes."""
	queries = []
	run = frappe.db.sql

	def spy(query, *args, **kwargs):
		queries.append(query)
		return run(query, *args, **kwargs)

	frappe.db.value_cache.clear()
	frappe.local.response = frappe._dict(docs=[])
	with monkeypatch.context() as patch:
		patch.setattr(frappe.db, "sql", spy)
		getdoc("Training Session", name)
	return frappe.local.response["_link_titles"], len(queries)


def test_titles_of_many_lines_are_read_together(monkeypatch):
	platform = builders.platform()
	members = [builders.organization(platform) for _n in range(6)]
	few, many = (
		books.session(
			participants=[
				{"contact": builders.delegate(member), "organization": member.name}
				for member in members[:number]
			]
		).name
		for number in (2, 6)
	)
	load(few, monkeypatch)  # once, so that neither of the two pays for what is cached afterwards
	titles_of_few, queries_of_few = load(few, monkeypatch)
	titles_of_many, queries_of_many = load(many, monkeypatch)
	for member in members:
		assert titles_of_many[f"Member Organization::{member}"] == member.doc().title
	assert len(titles_of_many) > len(titles_of_few)
	assert queries_of_many <= queries_of_few
