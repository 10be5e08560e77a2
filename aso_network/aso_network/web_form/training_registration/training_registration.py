import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import registration_letters, registrations
from aso_network.portal import training
from aso_network.portal.forms import ClosedError
from aso_network.portal.visitor import Visitor

FIELD_OF = {registrations.RegistrationPersonError: "person_name", registrations.NotOwnPersonError: "contact"}
_PERSON = ("person_name", "phone", "email", "photo_consent", "data_consent")


def get_context(context: dict) -> None:
	pass


def open_for(visitor: Visitor) -> None:
	asked = frappe.form_dict.get("session")
	if asked and (closed := training.why_not(visitor, asked)):
		raise ClosedError(closed)
	if not training.open_sessions(visitor):
		raise ClosedError(_("No session is open for registration now. The calendar shows what is announced."))


def choices(visitor: Visitor) -> dict[str, list[tuple[str, str]] | None]:
	people = None
	if training.registers_as_member(visitor):
		people = [("", _("Somebody new")), *training.people(visitor)]
	return {"session": [(row.name, row.title) for row in training.open_sessions(visitor)], "contact": people}


def defaults(visitor: Visitor) -> dict:
	return {"contact": ""}


def submit(visitor: Visitor, values: dict, name: str | None) -> Document:
	person = {field: values.get(field) for field in _PERSON}
	if training.registers_as_member(visitor):
		return registrations.register_member(
			visitor.organization.name, values["session"], contact=values.get("contact"), **person
		)
	return registrations.register_public(values["session"], **person)


def done(visitor: Visitor, doc: Document) -> str:
	told = (
		_("A confirmation with a link to cancel is on its way to {0}.").format(doc.email) if doc.email else ""
	)
	return " ".join(
		part for part in (f"{doc.person_name}:", registration_letters.state_sentence(doc), told) if part
	)
