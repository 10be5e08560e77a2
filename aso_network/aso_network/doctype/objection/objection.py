from frappe.model.document import Document

from aso_network.polling import objections


class Objection(Document):
	def validate(self) -> None:
		if not self.election or not self.organization:
			return  # Frappe asks for the mandatory fields, after this.
		objections.keep_what_the_app_writes(self)
		if self.is_new():
			objections.require_matter(self)
			objections.require_window(self)
			objections.require_member(self)
		else:
			objections.refuse_changes(self)
		objections.require_unique(self)

	def after_insert(self) -> None:
		objections.tell_office(self)
