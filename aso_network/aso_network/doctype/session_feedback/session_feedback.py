import frappe
from frappe.model.document import Document

from aso_network import feedback


class SessionFeedback(Document):
	def validate(self) -> None:
		feedback.require_new(self)
		feedback.require_open(self)
		feedback.require_participant(self)
		feedback.check_ratings(self)


def on_doctype_update() -> None:
	frappe.db.add_unique("Session Feedback", ["session", "contact"])
