from frappe.model.document import Document

from aso_network import representative_changes as changes


class RepresentativeChange(Document):
	def validate(self) -> None:
		if not self.organization or not self.what:
			return  # Frappe asks for the mandatory fields, after this.
		if self.is_new():
			changes.require_sender(self)
			changes.require_active(self)
			changes.describe(self)
			changes.require_person(self)
			changes.require_letter(self)
			changes.require_none_waiting(self)
		else:
			changes.refuse_changes(self)

	def after_insert(self) -> None:
		changes.tell_office(self)
