import frappe
from frappe import _

from aso_network import applications
from aso_network.portal import pages, spam
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	token = frappe.request.values.get("token", "")[:100]
	application = applications.by_token(token) if token else None
	return {
		"title": _("Confirm the application"),
		"token": token,
		"name": applications.name_for(application) if application else None,
		"waits": bool(application) and application.status == "Unconfirmed",
	}


def post(visitor: Visitor, values: dict) -> str:
	spam.refuse_flood("apply/confirm", visitor.user)
	token = values.get("token", "")[:100]
	if token and applications.confirm(token):
		return f"/apply/confirm?token={token}"
	if "email" in values:
		applications.send_link_again(values["email"])
		# The same words whether the address is known or not.
		pages.say(
			_(
				"If an application waits for this address, a new link is on its way to it. Look among the unwanted mail, too."
			)
		)
		return "/apply/confirm"
	return f"/apply/confirm?token={token}"
