from frappe.model.document import Document

from aso_network import audit


class NetworkAuditEvent(Document):
	"""One line of the audit trail. Written by `audit.record`; never changed, never deleted, by nobody."""

	def validate(self) -> None:
		audit.require_recording(self)

	def on_trash(self) -> None:
		audit.refuse_change(self)

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		audit.refuse_change(self)
