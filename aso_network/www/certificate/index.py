import frappe
from frappe import _
from werkzeug.wrappers import Response

from aso_network.portal import training
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict | Response:
	typed = frappe.request.args.get("number", "").strip()
	return training.show_certificate(visitor, typed) if typed else {"title": _("Check a certificate")}
