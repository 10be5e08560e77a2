from frappe.model.document import Document

from aso_network.polling import candidacies


class Candidacy(Document):
	def validate(self) -> None:
		candidacies.set_names(self)
		candidacies.require_window(self)
		if self.is_new() or self.has_value_changed("organization") or self.has_value_changed("person"):
			candidacies.require_may_stand(self)
		candidacies.require_unique(self)
		candidacies.validate_endorsements(self)
