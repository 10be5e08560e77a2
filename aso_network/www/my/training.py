from frappe import _

from aso_network import registrations
from aso_network.portal import pages, training
from aso_network.portal.visitor import Visitor, require_member


def get_context(visitor: Visitor) -> dict:
	organization = require_member(visitor)
	return {
		"title": _("Training"),
		"sessions": training.open_sessions(visitor),
		"registered": training.registrations_of(organization.name),
		"awaited": training.feedback_awaited(visitor),
		"certificates": training.certificates_of(visitor),
	}


def post(visitor: Visitor, values: dict) -> str:
	organization = require_member(visitor)
	cancelled = registrations.cancel_for_member(values.get("registration", ""), organization.name)
	pages.say(_("The registration of {0} is cancelled.").format(cancelled.person_name))
	return "/my/training"
