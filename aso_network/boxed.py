"""What lies in the ballot box, as a document: opened by nobody whom the rules of the box keep out."""

from __future__ import annotations

from typing import Any

from frappe.model.document import Document

from aso_network.permissions import in_reach


class Boxed(Document):
	"""Frappe answers "yes" to Administrator before any hook is asked, so the document asks the rules itself."""

	def has_permission(self, permtype: str = "read", **kwargs: Any) -> bool:
		if not self.flags.ignore_permissions and not in_reach(self, kwargs.get("user"), permtype):
			return False
		return super().has_permission(permtype, **kwargs)

	def before_print(self, settings: object = None) -> None:
		self.check_permission("print")
