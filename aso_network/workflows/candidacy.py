"""Candidacy: Submitted → Accepted · Rejected · Withdrawn."""

from aso_network.polling import candidacies
from aso_network.roles import MANAGER, MEMBER, OFFICER
from aso_network.workflows.lifecycle import Lifecycle, Move, State

OFFICE = (OFFICER, MANAGER)
OWN = (OFFICER,)
# Members have no right to write: they make this one move, on their own, through `polling.nominations`.
WITHDRAWERS = (*OFFICE, MEMBER)

LIFECYCLE = Lifecycle(
	"Candidacy",
	states=(
		State("Submitted", "Info", deletable=True),
		State("Accepted", "Success"),
		State("Rejected", "Danger"),
		State("Withdrawn", "Inverse"),
	),
	moves=(
		Move(
			"Accept",
			"Submitted",
			"Accepted",
			OFFICE,
			not_own=OWN,
			guard=candidacies.require_eligible,
		),
		Move(
			"Reject",
			"Submitted",
			"Rejected",
			OFFICE,
			not_own=OWN,
			needs_reason=True,
			guard=candidacies.require_screening_open,
		),
		Move(
			"Withdraw",
			"Submitted",
			"Withdrawn",
			WITHDRAWERS,
			guard=candidacies.require_withdrawable,
			effect=candidacies.stamp_withdrawal,
		),
		Move(
			"Withdraw",
			"Accepted",
			"Withdrawn",
			WITHDRAWERS,
			guard=candidacies.require_withdrawable,
			effect=candidacies.stamp_withdrawal,
		),
	),
)
