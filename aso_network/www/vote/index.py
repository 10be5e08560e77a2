from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from aso_network.polling import box
from aso_network.portal import pages, voting
from aso_network.portal.visitor import Visitor

PRIVATE = True


def get_context(visitor: Visitor) -> dict:
	return voting.code_page(visitor)


@box.unlogged
def post(visitor: Visitor, sent: MultiDict) -> Response:
	context, status = voting.answer_code(visitor, sent)
	return pages.show("vote/index.html", visitor, context, status, voting.block(context))
