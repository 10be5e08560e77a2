from aso_network.portal import results
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor, name: str) -> dict:
	result = results.one(visitor, name)
	return {"title": result.label, "result": result}
