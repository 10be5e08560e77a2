from frappe.model.document import Document

from aso_network import applications, platforms


class NetworkPlatform(Document):
	def autoname(self) -> None:
		self.name = platforms.title(self)

	def validate(self) -> None:
		self.title = platforms.title(self)
		platforms.keep_computed(self)
		platforms.require_free_governorate(self)
		platforms.take_company_from_cost_center(self)

	def after_insert(self) -> None:
		platforms.refresh_network()

	def on_trash(self) -> None:
		applications.forget_platform(self)

	def after_delete(self) -> None:
		platforms.refresh_network()

	def show_unique_validation_message(self, e: Exception) -> None:
		platforms.refuse_taken_territory(self, e)
