import frappe
from frappe import _

from aso_network import registrations
from aso_network.portal import pages, training
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	name, token = _given(frappe.request.values)
	return {
		"title": _("Your registration"),
		"row": training.by_link(name, token),
		"registration": name,
		"token": token,
	}


def post(visitor: Visitor, values: dict) -> str:
	name, token = _given(values)
	registrations.cancel_by_link(name, token)
	pages.say(_("Your registration is cancelled. Thank you for telling us."))
	return f"/register/cancel?registration={name}&token={token}"


def _given(values: dict) -> tuple[str, str]:
	return values.get("registration", "")[:140], values.get("token", "")[:64]
