import frappe
from frappe.model.document import Document

from aso_network import audit


class NetworkAuditEvent(Document):
	"""One line of the audit trail. Written by `audit.record`; never changed, never deleted, by nobody."""

	def validate(self) -> None:
		audit.require_recording(self)

	def db_insert(self, *args: object, **kwargs: object) -> None:
		# The last step: what is hashed is what is stored, after Frappe has cleaned it.
		audit.chain(self)
		super().db_insert(*args, **kwargs)

	def on_trash(self) -> None:
		audit.refuse_change(self)

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		audit.refuse_change(self)


def on_doctype_update() -> None:
	# A line of no election has no chain, which is no value that could be there twice.
	frappe.db.add_unique("Network Audit Event", ["chain", "number"], "one_line_of_a_number")
