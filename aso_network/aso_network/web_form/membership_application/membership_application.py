import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import applications, membership
from aso_network.portal import applying, language
from aso_network.portal.forms import ClosedError
from aso_network.portal.visitor import Visitor

FIELD_OF = {
	membership.OrganizationNameMissingError: "name_ar",
	membership.TerritoryOutsidePlatformError: "territory",
	membership.FutureDateError: "founded_on",
}


def get_context(context: dict) -> None:
	pass


def open_for(visitor: Visitor) -> None:
	if not frappe.db.count("Network Platform"):
		raise ClosedError(_("The network has no platform yet that an organization could apply to."))


def choices(visitor: Visitor) -> dict[str, list[tuple[str, str]]]:
	return {
		"platform": applying.platforms(visitor.language),
		"territory": applying.districts(visitor.language),
		"sectors": applying.sectors(visitor.language),
		"kind": applying.kinds(),
		"contact_language": list(language.offered().items()),
	}


def defaults(visitor: Visitor) -> dict:
	return {"contact_language": visitor.language, "kind": "24 - Partner-country NGO / CSO"}


def submit(visitor: Visitor, values: dict, name: str | None) -> Document:
	return applications.apply(values)


def done(visitor: Visitor, doc: Document) -> str:
	# The same words for everybody, whatever the network knows of the organisation or of the address.
	return _(
		"We have written to {0}. Open the link in that letter and press the button there: only then does the"
		" network's office see your application as confirmed. If no letter comes within the hour, look among the"
		" unwanted mail, or ask for a new link on the page {1}."
	).format(doc.contact_email, "/apply/confirm")
