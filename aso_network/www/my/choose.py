import frappe
from frappe import _

from aso_network.portal.visitor import CHOSEN, Visitor, redirect_to, require_member


def get_context(visitor: Visitor) -> dict:
	if len(visitor.organizations) < 2:
		require_member(visitor)
		redirect_to("/my")
	return {"title": _("For which organization?")}


def post(visitor: Visitor, values: dict) -> str:
	chosen = next((row.name for row in visitor.organizations if row.name == values.get("organization")), None)
	if not chosen:
		raise frappe.PageDoesNotExistError
	frappe.local.cookie_manager.set_cookie(CHOSEN, chosen, httponly=True, max_age=365 * 24 * 3600)
	return "/my"
