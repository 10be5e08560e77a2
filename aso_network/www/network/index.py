from frappe import _

from aso_network.portal import public
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	return {"title": _("The network"), **public.network(visitor)}
