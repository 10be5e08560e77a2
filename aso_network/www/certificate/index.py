from urllib.parse import quote

import frappe
from frappe import _
from werkzeug.wrappers import Response

from aso_network import certificates
from aso_network.portal import pages
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict | Response:
	typed = frappe.request.args.get("number", "").strip()
	if typed:
		return pages.redirect(f"/certificate/{quote(certificates.number_of(typed))}")
	return {"title": _("Check a certificate")}
