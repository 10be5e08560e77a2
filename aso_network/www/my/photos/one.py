from werkzeug.wrappers import Response

from aso_network.portal import elections, pages
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor, name: str) -> Response:
	# Kept a while on the phone, so that a page that is opened again costs nothing.
	headers = {**pages.SAFE, "Cache-Control": "private, max-age=900"}
	return Response(elections.photo(visitor, name), mimetype="image/jpeg", headers=headers)
