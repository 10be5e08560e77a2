from frappe import _

from aso_network.portal import results
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	return {"title": _("Announced results"), "results": results.overview(visitor)}
