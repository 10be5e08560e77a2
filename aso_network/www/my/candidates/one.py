from aso_network.portal import elections
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor, name: str) -> dict:
	candidate = elections.candidate(visitor, name)
	return {"title": candidate.label, "candidate": candidate}
