from frappe.model.document import Document

from aso_network import finance, training


class TrainingSession(Document):
	def validate(self) -> None:
		finance.hold_finance_to(self, free=("status", "transition_reason"))
		training.refuse_change_after_end(self)
		training.set_title(self)
		training.check_dates(self)
		training.check_participants(self)
		training.check_trainers(self)
		finance.take_territory_of_platform(self)
		finance.check_project_of_platform(self.programme, self.platform)
		self.activity = finance.activity_of(self.doctype, self.name)
