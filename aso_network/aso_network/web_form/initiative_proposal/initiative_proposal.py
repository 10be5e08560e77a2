import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import finance, initiatives
from aso_network.portal.forms import ClosedError
from aso_network.portal.initiatives import partner_choices
from aso_network.portal.visitor import Visitor, require_member

FIELD_OF = {finance.ActivityDatesError: "end_date", finance.PartnerError: "partners"}


def get_context(context: dict) -> None:
	pass


def open_for(visitor: Visitor) -> None:
	if require_member(visitor).status != "Active":
		raise ClosedError(_("Only active members propose initiatives."))


def choices(visitor: Visitor) -> dict[str, list[tuple[str, str]]]:
	goals = frappe.get_all("Network Goal", fields=["name", "goal_name"], order_by="creation, name")
	return {
		"goals": [(goal.name, _(goal.goal_name)) for goal in goals],
		"partners": partner_choices(visitor),
	}


def submit(visitor: Visitor, values: dict, name: str | None) -> Document:
	return initiatives.propose(visitor.organization.name, **values)
