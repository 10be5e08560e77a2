from frappe.model.document import Document

from aso_network import membership, profiles
from aso_network.portal import home, pages
from aso_network.portal.forms import ClosedError
from aso_network.portal.visitor import Visitor, require_member

FIELD_OF = {
	membership.TerritoryOutsidePlatformError: "territory",
	membership.FutureDateError: "founded_on",
	profiles.WebsiteError: "website",
}


def get_context(context: dict) -> None:
	pass


def open_for(visitor: Visitor) -> None:
	try:
		profiles.require_open(require_member(visitor))
	except profiles.ProfileClosedError as closed:
		raise ClosedError(pages.sentence(closed)) from closed


def choices(visitor: Visitor) -> dict[str, list[tuple[str, str]]]:
	return home.profile_choices(visitor)


def defaults(visitor: Visitor) -> dict:
	return home.profile(visitor)


def submit(visitor: Visitor, values: dict, name: str | None) -> Document:
	return profiles.save(visitor.organization.name, values)
