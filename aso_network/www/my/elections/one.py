from aso_network.portal import elections, pages
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor, name: str) -> dict:
	context = elections.one(visitor, name)
	return {"title": context["election"].label, **context}


def post(visitor: Visitor, values: dict, name: str) -> str:
	pages.say(elections.act(visitor, name, values))
	return f"/my/elections/{name}"
