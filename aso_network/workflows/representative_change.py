"""Representative Change: Submitted → Accepted · Rejected · Withdrawn."""

from aso_network import representative_changes as changes
from aso_network.roles import MANAGER, MEMBER, OFFICER
from aso_network.workflows.lifecycle import Lifecycle, Move, State

OFFICE = (OFFICER, MANAGER)

LIFECYCLE = Lifecycle(
	"Representative Change",
	states=(
		State("Submitted", "Info"),
		State("Accepted", "Success"),
		State("Rejected", "Danger"),
		State("Withdrawn", "Inverse"),
	),
	moves=(
		# Members make it themselves where no letter is asked for; the guard sees to the rest.
		Move(
			"Accept",
			"Submitted",
			"Accepted",
			(*OFFICE, MEMBER),
			not_own=OFFICE,
			guard=changes.require_acceptable,
			after=changes.carry_out,
		),
		Move("Reject", "Submitted", "Rejected", OFFICE, needs_reason=True, after=changes.tell_rejected),
		Move(
			"Withdraw",
			"Submitted",
			"Withdrawn",
			(*OFFICE, MEMBER),
			guard=changes.require_withdrawable,
		),
	),
)
