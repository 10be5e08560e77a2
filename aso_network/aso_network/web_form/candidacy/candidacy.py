import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import membership
from aso_network.polling import candidacies, nominations
from aso_network.portal import elections
from aso_network.portal.forms import ClosedError
from aso_network.portal.visitor import Visitor, require_member

FIELD_OF = {candidacies.StatementError: "statement_ar"}


def get_context(context: dict) -> None:
	pass


def open_for(visitor: Visitor) -> None:
	organization = require_member(visitor)
	if organization.status != "Active":
		raise ClosedError(
			_("Only active members stand, and {0} is {1}.").format(organization.label, _(organization.status))
		)
	if not elections.open_for_nomination(visitor):
		raise ClosedError(elections.when_nominations_open(visitor))


def choices(visitor: Visitor, name: str | None = None) -> dict[str, list[tuple[str, str]] | None]:
	"""Only what the elections that are open ask for; an election or a person of others is no choice."""
	mine = name and elections.own_candidacy(visitor, name)
	found = [row for row in elections.open_for_nomination(visitor) if not mine or row.name == mine.election]
	asked = set().union(*(nominations.asked_of(row.name) for row in found))
	persons = any(row.candidate_kind == "Person" for row in found)
	people = membership.representatives([visitor.organization.name])
	return {
		"election": [(row.name, row.label) for row in found],
		"person": [(row.contact, row.full_name or row.contact) for row in people] if persons else None,
		"gender": [("Woman", _("Woman")), ("Man", _("Man"))] if "gender" in asked else None,
		**({} if "age" in asked else {"age": None}),
	}


def defaults(visitor: Visitor, name: str | None = None) -> dict:
	if name:
		return elections.own_candidacy(visitor, name)
	found = elections.open_for_nomination(visitor)
	return {"election": found[0].name if len(found) == 1 else None}


def submit(visitor: Visitor, values: dict, name: str | None) -> Document:
	if name:
		return nominations.change(name, values)
	return nominations.stand(visitor.organization.name, values.pop("election"), values)


def done(visitor: Visitor, doc: Document) -> str:
	needed = frappe.db.get_value("Election", doc.election, "min_endorsements")
	text = _("The office looks at it. Until then you can change it on the page of the election.")
	if needed:
		text += " " + _(
			"It needs endorsements by other members: {0}. They press “Endorse” on that page."
		).format(needed)
	return text
