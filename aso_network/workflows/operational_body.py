"""Operational Body: Draft → Constituted → Term Ended · Dissolved."""

from aso_network import bodies
from aso_network.roles import MANAGER
from aso_network.workflows.lifecycle import Lifecycle, Move, State

LIFECYCLE = Lifecycle(
	"Operational Body",
	states=(
		State("Draft", "", deletable=True),
		State("Constituted", "Success"),
		State("Term Ended", "Inverse"),
		State("Dissolved", "Danger"),
	),
	moves=(
		Move(
			"Constitute",
			"Draft",
			"Constituted",
			(MANAGER,),
			guard=bodies.require_constitutable,
			after=bodies.install_body,
		),
		Move("End Term", "Constituted", "Term Ended", (MANAGER,), after=bodies.retire_body),
		Move(
			"Dissolve",
			"Constituted",
			"Dissolved",
			(MANAGER,),
			needs_reason=True,
			after=bodies.retire_body,
		),
	),
)
