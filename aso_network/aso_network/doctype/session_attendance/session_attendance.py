import frappe
from frappe.model.document import Document

from aso_network import attendance


class SessionAttendance(Document):
	"""Whether somebody was there in one part of a session."""

	def validate(self) -> None:
		attendance.check(self)

	def on_update(self) -> None:
		if not self.flags.sheet:
			attendance.follow(self.session, [self.contact])

	def on_trash(self) -> None:
		attendance.refuse_deletion(self)


def on_doctype_update() -> None:
	frappe.db.add_unique("Session Attendance", ["session", "contact", "part"])
