"""Training Session: Planned → Registration Open → Ongoing → Completed → Closed (accounts settled) · Cancelled."""

from aso_network import registration_letters, training
from aso_network.roles import FINANCE, MANAGER, OFFICER, TRAINING
from aso_network.workflows.lifecycle import Lifecycle, Move, State

TRAINERS = (TRAINING, OFFICER, MANAGER)

LIFECYCLE = Lifecycle(
	"Training Session",
	states=(
		State("Planned", "", deletable=True),
		State("Registration Open", "Info"),
		State("Ongoing", "Primary"),
		State("Completed", "Success"),
		State("Closed", "Inverse"),
		State("Cancelled", "Inverse"),
	),
	moves=(
		Move(
			"Open Registration",
			"Planned",
			"Registration Open",
			TRAINERS,
			guard=training.require_plan,
		),
		Move("Start", "Registration Open", "Ongoing", TRAINERS, guard=training.require_trainer),
		Move("Complete", "Ongoing", "Completed", TRAINERS, guard=training.require_attendance),
		Move("Close", "Completed", "Closed", (MANAGER, FINANCE), guard=training.require_settled_accounts),
		*(
			Move(
				"Cancel",
				state,
				"Cancelled",
				TRAINERS,
				needs_reason=True,
				effect=registration_letters.owe_letters,
				after=registration_letters.tell_soon,
			)
			for state in ("Planned", "Registration Open", "Ongoing")
		),
	),
)
