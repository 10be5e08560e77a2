from werkzeug.wrappers import Response

from aso_network.portal import pages
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> Response:
	"""The elections stand with the results."""
	return pages.redirect("/network/results")
