import frappe
from frappe import _

from aso_network.portal import public
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	return {"title": _("Members"), **public.members(visitor, frappe.request.args.to_dict())}
