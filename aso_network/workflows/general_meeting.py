"""General Meeting: Draft → Convened → In Session → Concluded · Adjourned (second call) · Cancelled."""

from aso_network import meetings
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows.lifecycle import Lifecycle, Move, State

OFFICE = (OFFICER, MANAGER)

LIFECYCLE = Lifecycle(
	"General Meeting",
	states=(
		State("Draft", "", deletable=True),
		State("Convened", "Info"),
		State("In Session", "Primary"),
		State("Concluded", "Success"),
		State("Adjourned", "Warning"),
		State("Cancelled", "Inverse"),
	),
	moves=(
		Move("Convene", "Draft", "Convened", OFFICE, effect=meetings.fix_quorum),
		Move("Open Session", "Convened", "In Session", OFFICE, guard=meetings.require_quorum),
		Move(
			"Conclude",
			"In Session",
			"Concluded",
			OFFICE,
			guard=meetings.require_conclusion,
			after=meetings.adopt_decisions,
		),
		Move(
			"Adjourn", "Convened", "Adjourned", OFFICE, needs_reason=True, after=meetings.create_second_call
		),
		Move(
			"Adjourn", "In Session", "Adjourned", OFFICE, needs_reason=True, after=meetings.create_second_call
		),
		Move("Cancel", "Draft", "Cancelled", OFFICE, needs_reason=True),
		Move("Cancel", "Convened", "Cancelled", OFFICE, needs_reason=True),
	),
)
