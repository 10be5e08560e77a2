import frappe

from aso_network.portal import sign_in
from aso_network.portal.visitor import Visitor, redirect_to


def get_context(visitor: Visitor) -> dict:
	if not visitor.is_guest:
		redirect_to(frappe.form_dict.get("to") or sign_in.HOME)
	return {
		"title": frappe._("Sign in"),
		"to": (frappe.form_dict.get("to") or "")[:1000],
		"usr": (frappe.form_dict.get("usr") or "")[:140],
	}


def post(visitor: Visitor, values: dict) -> str:
	return sign_in.sign_in(values.get("usr"), values.get("pwd"), values.get("to"))
