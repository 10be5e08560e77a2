from aso_network.portal import language
from aso_network.portal.visitor import Visitor, redirect_to


def get_context(visitor: Visitor) -> dict:
	redirect_to("/")


def post(visitor: Visitor, values: dict) -> str:
	language.choose(values.get("to"))
	return values.get("back") or "/"
