from aso_network.portal import public
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor, name: str) -> dict:
	context = public.platform(visitor, name)
	return {"title": context["platform"].label, **context}
