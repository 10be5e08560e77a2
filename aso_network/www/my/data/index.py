from frappe import _

from aso_network import personal_data
from aso_network.portal import pages
from aso_network.portal.visitor import Visitor, redirect_to


def get_context(visitor: Visitor) -> dict:
	if visitor.is_guest:
		redirect_to("/sign-in?to=/my/data")
	return {"title": _("My data"), "data": personal_data.collect(visitor.user)}


def post(visitor: Visitor, values: dict) -> str:
	if visitor.is_guest:
		redirect_to("/sign-in?to=/my/data")
	if values.get("action") == "delete":
		personal_data.ask_for_deletion(visitor.user)
		pages.say(_("We have written to you. Open the link in that letter to confirm it."))
	else:
		personal_data.correct(visitor.user, values.get("contact", ""), values)
		pages.say(_("Your data are corrected."))
	return "/my/data"
