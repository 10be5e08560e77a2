from frappe.model.document import Document

from aso_network import feedback, finance, registrations, training


class TrainingSession(Document):
	def onload(self) -> None:
		self.set_onload("feedback", feedback.summary(self.name))

	def validate(self) -> None:
		registrations.keep_registered(self)
		finance.hold_finance_to(self, free=("status", "transition_reason"))
		training.refuse_change_after_end(self)
		training.set_title(self)
		training.check_dates(self)
		registrations.check_window(self)
		training.check_participants(self)
		training.check_trainers(self)
		finance.take_territory_of_platform(self)
		finance.check_project_of_platform(self.programme, self.platform)
		self.activity = finance.activity_of(self.doctype, self.name)

	def on_update(self) -> None:
		registrations.follow_list(self)
