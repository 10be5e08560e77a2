import frappe
from frappe.contacts.address_and_contact import load_address_and_contact
from frappe.model.document import Document

from aso_network import accounts, applications, membership
from aso_network.changes import keep


class MemberOrganization(Document):
	def onload(self) -> None:
		load_address_and_contact(self)

	def validate(self) -> None:
		keep(self, "admitted_on")
		membership.set_names(self)
		membership.refuse_duplicate(self)
		membership.keep_platform(self)
		membership.require_territory_in_platform(self)
		membership.check_dates(self)
		membership.check_representatives(self)
		membership.note_leaving(self)
		membership.keep_a_delegate(self)

	def on_update(self) -> None:
		membership.link_contacts(self)
		accounts.follow(self)

	def on_trash(self) -> None:
		applications.forget_organization(self)
		membership.release_contacts(self)

	def show_unique_validation_message(self, e: Exception) -> None:
		membership.refuse_taken_key(self, e)


def on_doctype_update() -> None:
	for key in membership.NAME_FIELDS.values():
		frappe.db.add_unique("Member Organization", ["platform", key])
	frappe.db.add_index("Member Organization", ["platform", "status"])
