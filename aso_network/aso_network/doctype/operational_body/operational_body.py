import frappe
from frappe.model.document import Document

from aso_network import bodies


class OperationalBody(Document):
	def before_validate(self) -> None:
		bodies.take_from_result(self)

	def validate(self) -> None:
		bodies.refuse_change_of_ended(self)
		bodies.keep_constituted(self)
		bodies.check_term(self)
		bodies.check_members(self)
		bodies.close_terms(self)


def on_doctype_update() -> None:
	frappe.db.add_unique("Operational Body", ["constituted_by"])
