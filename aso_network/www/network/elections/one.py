from aso_network.portal import watching
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor, name: str) -> dict:
	context = watching.one(visitor, name)
	return {"title": context["election"].label, **context}
