"""Rows of a table belong to their document: its rules judge them, so no row is changed behind its back."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document


class RowAloneError(frappe.ValidationError):
	"""A row was written or deleted without its document."""


class Row(Document):
	"""A child row that cannot be saved, inserted or deleted by itself.

	Frappe's REST `PUT` and `DELETE` on a child DocType write the row first and its document afterwards, when
	nothing is left to compare. Saving the document never calls `validate` or `on_trash` of its rows.
	"""

	def validate(self) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_("A line of “{0}” cannot be changed by itself: open {1} {2} and change it there.").format(
				_(self.doctype), _(self.parenttype or ""), self.parent or ""
			),
			RowAloneError,
		)
