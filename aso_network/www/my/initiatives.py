from frappe import _

from aso_network import initiatives as acts
from aso_network.portal import initiatives, pages
from aso_network.portal.visitor import Visitor, require_member


def get_context(visitor: Visitor) -> dict:
	organization = require_member(visitor)
	return {
		"title": _("Initiatives"),
		"asked": initiatives.asked(visitor),
		"own": initiatives.own(visitor),
		"can_propose": organization.status == "Active",
	}


def post(visitor: Visitor, values: dict) -> str:
	organization = require_member(visitor)
	confirmed = values.get("answer") == acts.CONFIRMED
	acts.answer(values.get("initiative", ""), organization.name, confirmed)
	pages.say(_("You are a partner of this initiative now.") if confirmed else _("You have declined."))
	return "/my/initiatives"
