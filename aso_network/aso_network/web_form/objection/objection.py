from frappe import _
from frappe.model.document import Document

from aso_network.polling import objections
from aso_network.portal import elections
from aso_network.portal.forms import ClosedError
from aso_network.portal.visitor import Visitor, require_member

FIELD_OF = {objections.ObjectionMatterError: "candidacy", objections.ObjectionClosedError: "about"}


def get_context(context: dict) -> None:
	pass


def open_for(visitor: Visitor) -> None:
	organization = require_member(visitor)
	if organization.status != "Active":
		raise ClosedError(
			_("Only active members object, and {0} is {1}.").format(
				organization.label, _(organization.status)
			)
		)
	if not elections.open_for_objection(visitor):
		raise ClosedError(
			_(
				"No objection is possible now. To the roll and to a candidacy it is from the publication of the candidates on; to a result from the count until {0} days after its announcement."
			).format(objections.days_after_announcement())
		)


def choices(visitor: Visitor) -> dict[str, list[tuple[str, str]] | None]:
	found = elections.open_for_objection(visitor)
	matters = [about for about in objections.WINDOWS if any(about in row.matters for row in found)]
	standing = {}
	for row in found:
		if objections.CANDIDACY in row.matters:
			standing |= objections.candidacies_to_object(row.name, visitor.organization.name)
	return {
		"election": [(row.name, row.label) for row in found],
		"about": [(about, _(about)) for about in matters],
		"candidacy": list(standing.items()) if standing else None,
	}


def defaults(visitor: Visitor) -> dict:
	found = elections.open_for_objection(visitor)
	if len(found) != 1:
		return {}
	return {"election": found[0].name, "about": found[0].matters[0] if len(found[0].matters) == 1 else None}


def submit(visitor: Visitor, values: dict, name: str | None) -> Document:
	return objections.submit(visitor.organization.name, values.pop("election"), values)
