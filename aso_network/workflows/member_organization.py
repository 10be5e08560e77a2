"""Member Organization: Applied → Under Review → Active · Rejected; Active ⇄ Suspended; Active → Withdrawn."""

from aso_network import applications, membership
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows.lifecycle import Lifecycle, Move, State

OFFICE = (OFFICER, MANAGER)
OWN = (OFFICER,)

LIFECYCLE = Lifecycle(
	"Member Organization",
	states=(
		State("Applied", "Info", deletable=True),
		State("Under Review", "Warning"),
		State("Active", "Success"),
		State("Suspended", "Danger"),
		State("Rejected", "Inverse"),
		State("Withdrawn", "Inverse"),
	),
	moves=(
		Move("Start Review", "Applied", "Under Review", OFFICE),
		Move(
			"Admit",
			"Under Review",
			"Active",
			OFFICE,
			not_own=OWN,
			guard=membership.require_admissible,
			effect=membership.stamp_admission,
			after=membership.refresh_platform,
		),
		Move(
			"Reject",
			"Under Review",
			"Rejected",
			OFFICE,
			not_own=OWN,
			needs_reason=True,
			after=applications.tell_rejected,
		),
		Move(
			"Suspend",
			"Active",
			"Suspended",
			(MANAGER,),
			needs_reason=True,
			after=membership.refresh_platform,
		),
		Move(
			"Reinstate",
			"Suspended",
			"Active",
			(MANAGER,),
			needs_reason=True,
			guard=membership.require_admissible,
			after=membership.refresh_platform,
		),
		Move("Withdraw", "Active", "Withdrawn", OFFICE, needs_reason=True, after=membership.refresh_platform),
		Move("Withdraw", "Suspended", "Withdrawn", OFFICE, needs_reason=True),
	),
)
