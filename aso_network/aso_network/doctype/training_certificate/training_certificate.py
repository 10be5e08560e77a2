import frappe
from frappe.model.document import Document

from aso_network import audit, certificates


class TrainingCertificate(Document):
	def autoname(self) -> None:
		self.name = certificates.new_number()

	def onload(self) -> None:
		self.set_onload("link", certificates.link(self))

	def validate(self) -> None:
		if not self.session or not self.contact:
			return  # Frappe asks for the mandatory fields, after this.
		certificates.keep_what_the_app_writes(self)
		if self.is_new():
			certificates.issue(self)
		elif self.flags.renewed:
			certificates.renew(self)

	def after_insert(self) -> None:
		audit.record(self, "Issue", None, self.status)
		certificates.announce(self)

	def for_print(self) -> dict:
		return certificates.for_print(self)


def on_doctype_update() -> None:
	frappe.db.add_unique("Training Certificate", ["session", "contact"])
