from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from aso_network.polling import box
from aso_network.portal import pages, voting
from aso_network.portal.visitor import Visitor

PRIVATE = True


def get_context(visitor: Visitor, name: str) -> dict:
	return voting.page(voting.of_delegate(visitor, name))


@box.unlogged
def post(visitor: Visitor, sent: MultiDict, name: str) -> Response:
	context, status = voting.answer(voting.of_delegate(visitor, name), sent)
	return pages.show("my/vote/one.html", visitor, context, status, voting.block(context))
