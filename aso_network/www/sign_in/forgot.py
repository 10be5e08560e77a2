from frappe import _

from aso_network.portal import pages, sign_in
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	return {"title": _("A new password")}


def post(visitor: Visitor, values: dict) -> str:
	sign_in.send_link(values.get("usr") or "")
	pages.say(
		_(
			"If there is an account with this address, a letter with a link is on its way. It works for two weeks."
		)
	)
	return "/sign-in"
