"""Objection: Submitted → Under Review → Upheld · Dismissed; Submitted · Under Review → Withdrawn."""

from aso_network.polling import objections
from aso_network.roles import MANAGER, MEMBER, OFFICER
from aso_network.workflows.lifecycle import Lifecycle, Move, State

OFFICE = (OFFICER, MANAGER)
OWN = (OFFICER,)

LIFECYCLE = Lifecycle(
	"Objection",
	states=(
		State("Submitted", "Info"),
		State("Under Review", "Warning"),
		State("Upheld", "Success"),
		State("Dismissed", "Danger"),
		State("Withdrawn", "Inverse"),
	),
	moves=(
		Move("Start Review", "Submitted", "Under Review", OFFICE),
		Move(
			"Uphold",
			"Under Review",
			"Upheld",
			OFFICE,
			not_own=OWN,
			needs_reason=True,
			effect=objections.decide,
			after=objections.tell_organization,
		),
		Move(
			"Dismiss",
			"Under Review",
			"Dismissed",
			OFFICE,
			not_own=OWN,
			needs_reason=True,
			effect=objections.decide,
			after=objections.tell_organization,
		),
		# Members have no right to write: they make this one move, on their own, through `polling.objections`.
		*(
			Move(
				"Withdraw",
				state,
				"Withdrawn",
				(MEMBER,),
				guard=objections.require_own,
				effect=objections.close,
			)
			for state in ("Submitted", "Under Review")
		),
	),
)
