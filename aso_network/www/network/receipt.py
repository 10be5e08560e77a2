import frappe
from frappe import _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from aso_network.portal import pages, watching
from aso_network.portal.visitor import Visitor

# A receipt is neither logged nor part of an address.
PRIVATE = True
RECEIPT = "secret_receipt"


def get_context(visitor: Visitor) -> dict:
	return _page(visitor, frappe.request.args.get("election", ""))


def post(visitor: Visitor, sent: MultiDict) -> Response:
	asked, typed = sent.get("election", "")[:140], sent.get(RECEIPT, "")[:400]
	context = _page(visitor, asked)
	try:
		found = [] if context["is_open"] else watching.find(visitor, typed, asked)
	except frappe.ValidationError as refused:
		return _show(visitor, {**context, "typed": typed, "error": pages.sentence(refused)}, 422)
	if found and sent.get("download"):
		return Response(
			found[0].file,
			mimetype="application/json",
			headers={
				**pages.SAFE,
				"Content-Disposition": f"attachment; filename={found[0].receipt[:20]}.json",
			},
		)
	return _show(visitor, {**context, "typed": typed, "found": found, "looked": True})


def _page(visitor: Visitor, asked: str) -> dict:
	context = watching.to_check_in(visitor, asked)
	election = context["election"]
	return {
		"title": _("Check a receipt"),
		"field": RECEIPT,
		"is_open": bool(election) and election.status == "Voting Open",
		**context,
	}


def _show(visitor: Visitor, context: dict, status: int = 200) -> Response:
	return pages.show("network/receipt.html", visitor, context, status)
