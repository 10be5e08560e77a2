from aso_network.portal import meetings
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor, name: str) -> dict:
	context = meetings.one(visitor, name)
	return {"title": context["meeting"].label, **context}
