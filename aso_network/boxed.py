"""What lies in the ballot box, as a document: opened by nobody whom the rules of the box keep out."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from aso_network.permissions import in_reach


class UnseenError(frappe.ValidationError):
	"""What online voting keeps is written by the app alone."""


class Boxed(Document):
	"""Frappe answers "yes" to Administrator before any hook is asked, so the document asks the rules itself."""

	def has_permission(self, permtype: str = "read", **kwargs: Any) -> bool:
		if not self.flags.ignore_permissions and not in_reach(self, kwargs.get("user"), permtype):
			return False
		return super().has_permission(permtype, **kwargs)

	def before_print(self, settings: object = None) -> None:
		self.check_permission("print")


class Unseen(Boxed):
	"""What nobody reads and nobody writes by hand: the app alone, by the query builder."""

	def validate(self) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_(
				"{0}: what belongs to online voting is written by the app alone; nobody can add, change or delete it."
			).format(self.election),
			UnseenError,
		)
