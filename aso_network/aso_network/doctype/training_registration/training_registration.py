import frappe
from frappe.model.document import Document

from aso_network import registration_letters, registrations


class TrainingRegistration(Document):
	def check_if_latest(self) -> None:
		# Frappe locks the registration here. The session comes first, as for everybody who acts on its places.
		if not self.is_new():
			registrations.lock_session(self.session)
		super().check_if_latest()

	def validate(self) -> None:
		registrations.keep_what_the_app_writes(self)
		registrations.set_person(self)
		registrations.date_consents(self)
		session = registrations.lock_session(self.session)
		self.territory = session.territory
		if self.is_new():
			registrations.require_open(session, self.source)
			registrations.require_own_person(self)
			registrations.set_contact(self)
			registrations.give_place(self, session)
		else:
			registrations.check_status(self)
		registrations.refuse_second(self)

	def after_insert(self) -> None:
		registration_letters.confirm(self)

	def on_update(self) -> None:
		registrations.follow(self, registrations.lock_session(self.session))
		registrations.tell_of_cancelling(self)

	def on_trash(self) -> None:
		registrations.leave(self)


def on_doctype_update() -> None:
	frappe.db.add_unique("Training Registration", ["session", "contact", "live"])
	frappe.db.add_unique("Training Registration", ["session", "person_id", "live"])
