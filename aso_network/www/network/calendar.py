from frappe import _
from frappe.utils import get_url

from aso_network.portal import training
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	return {
		"title": _("Calendar"),
		"sessions": training.calendar(visitor),
		"feed": get_url("/network/calendar.ics"),
	}
