from frappe.model.document import Document

from aso_network import attendance, feedback, finance, registrations, training, training_parts


class TrainingSession(Document):
	def onload(self) -> None:
		self.set_onload("feedback", feedback.summary(self.name))

	def validate(self) -> None:
		registrations.keep_registered(self)
		finance.hold_finance_to(self, free=("status", "transition_reason"))
		training.refuse_change_after_end(self)
		training.set_title(self)
		training_parts.set_times(self)
		training.check_dates(self)
		registrations.check_window(self)
		attendance.keep_record(self)
		training.check_participants(self)
		training.check_trainers(self)
		finance.take_territory_of_platform(self)
		training_parts.check_rooms(self)
		finance.check_project_of_platform(self.programme, self.platform)
		self.activity = finance.activity_of(self.doctype, self.name)

	def on_update(self) -> None:
		registrations.follow_list(self)

	def for_print(self, part: str | None = None) -> dict:
		return training_parts.for_print(self, part)
