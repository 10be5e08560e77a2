from frappe import _

from aso_network.polling.watching import has_receipts
from aso_network.portal import results, watching
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> dict:
	return {
		"title": _("Elections and results"),
		"results": results.overview(visitor),
		"under_way": watching.under_way(visitor),
		"has_receipts": has_receipts(),
	}
