import frappe
from werkzeug.wrappers import Response

from aso_network import personal_data
from aso_network.portal.pages import SAFE
from aso_network.portal.visitor import Visitor, redirect_to


def get_context(visitor: Visitor) -> Response:
	if visitor.is_guest:
		redirect_to("/sign-in?to=/my/data")
	return Response(
		frappe.as_json(personal_data.collect(visitor.user)),
		mimetype="application/json",
		headers={**SAFE, "Content-Disposition": "attachment; filename=my-data.json"},
	)
