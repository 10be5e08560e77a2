import frappe
from frappe import _

from aso_network.portal import sign_in
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	return {"title": _("Choose a password"), "key": (frappe.form_dict.get("key") or "")[:140]}


def post(visitor: Visitor, values: dict) -> str:
	return sign_in.set_password(values.get("key"), values.get("pwd") or "", values.get("again") or "")
