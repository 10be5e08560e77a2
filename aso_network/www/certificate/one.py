import frappe
from werkzeug.wrappers import Response

from aso_network.portal import pages, training
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor, name: str) -> Response:
	key = frappe.request.args.get("key", "")[:64]
	if frappe.request.args.get("paper"):
		return Response(
			training.paper(name, key),
			mimetype="application/pdf",
			headers={**pages.SAFE, "Content-Disposition": 'inline; filename="certificate.pdf"'},
		)
	return training.show_certificate(visitor, name, key)
