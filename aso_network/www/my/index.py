from frappe import _

from aso_network import representative_changes as changes
from aso_network.portal import home, pages
from aso_network.portal.visitor import Visitor, require_member


def get_context(visitor: Visitor) -> dict:
	return {"title": _("My organization"), **home.overview(visitor)}


def post(visitor: Visitor, values: dict) -> str:
	changes.withdraw(values.get("withdraw", ""), require_member(visitor).name)
	pages.say(_("The change is taken back."))
	return "/my"
