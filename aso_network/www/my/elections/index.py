from frappe import _

from aso_network.portal import elections
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	return {"title": _("Elections"), "elections": elections.overview(visitor)}
