from frappe.model.document import Document

from aso_network.polling import candidacies


class Candidacy(Document):
	def validate(self) -> None:
		if not self.election or not self.organization:
			return  # Frappe asks for the mandatory fields, after this.
		candidacies.keep_what_the_app_writes(self)
		candidacies.require_window(self)
		candidacies.set_names(self)
		candidacies.check_what_is_shown(self)
		if self.is_new() or self.has_value_changed("organization") or self.has_value_changed("person"):
			candidacies.require_may_stand(self)
		candidacies.require_unique(self)
		candidacies.validate_endorsements(self)
