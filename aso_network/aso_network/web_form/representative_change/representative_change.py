from frappe import _
from frappe.model.document import Document

from aso_network import representative_changes as changes
from aso_network.portal import home, pages
from aso_network.portal.forms import ClosedError
from aso_network.portal.visitor import Visitor, require_member

FIELD_OF = {changes.LetterMissingError: "letter"}


def get_context(context: dict) -> None:
	pass


def open_for(visitor: Visitor) -> None:
	organization = require_member(visitor)
	try:
		changes.require_open(organization)
	except changes.NotActiveError as closed:
		raise ClosedError(pages.sentence(closed)) from closed


def choices(visitor: Visitor) -> dict[str, list[tuple[str, str]]]:
	return home.change_choices(visitor)


def defaults(visitor: Visitor) -> dict:
	return home.change_defaults(visitor)


def submit(visitor: Visitor, values: dict, name: str | None) -> Document:
	return changes.send(visitor.organization.name, values)


def done(visitor: Visitor, doc: Document) -> str:
	if doc.what == changes.DELEGATE:
		return _(
			"The network's office reads the letter now. Until it accepts, everything stays as it is. You see under"
			" “My organization” what becomes of it."
		)
	if doc.what == changes.LEAVES:
		return _("{0} no longer represents your organization.").format(doc.person_name)
	return _("{0} represents your organization now.").format(doc.person_name)
