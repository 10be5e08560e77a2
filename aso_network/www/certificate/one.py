import frappe
from frappe import _
from werkzeug.wrappers import Response

from aso_network import certificates
from aso_network.portal import pages, training
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor, name: str) -> Response:
	number, key = certificates.number_of(name), frappe.request.args.get("key", "")[:64]
	if frappe.request.args.get("paper"):
		return Response(
			training.paper(number, key),
			mimetype="application/pdf",
			headers={**pages.SAFE, "Content-Disposition": f'inline; filename="{number}.pdf"'},
		)
	row = training.certificate(number, key)
	context = {"title": _("Check a certificate"), "row": row}
	return pages.show("certificate/one.html", visitor, context, 200 if row else 404)
