from frappe import _

from aso_network.portal import meetings
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	return {"title": _("Meetings"), **meetings.overview(visitor)}
