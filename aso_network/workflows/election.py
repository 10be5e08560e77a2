"""Election: Draft → Rules Adopted → Nominations Open → Candidates Published → Voting Open → Voting Closed
→ Counted → Announced · Tie → (lot or runoff) → Counted · Counted or Tie → (reopened) → Voting Closed
· Candidates Published → (unopposed) → Counted · Annulled."""

from aso_network.polling import announcement, candidacies, closing, committee, contest, counting, ties
from aso_network.roles import COMMITTEE, MANAGER, OFFICER
from aso_network.workflows.lifecycle import Lifecycle, Move, State

OFFICE = (OFFICER, MANAGER)
BEFORE_RESULT = (
	"Draft",
	"Rules Adopted",
	"Nominations Open",
	"Candidates Published",
	"Voting Open",
	"Voting Closed",
	"Tie",
	"Counted",
)

LIFECYCLE = Lifecycle(
	"Election",
	states=(
		State("Draft", "", deletable=True),
		State("Rules Adopted", "Info"),
		State("Nominations Open", "Info"),
		State("Candidates Published", "Info"),
		State("Voting Open", "Primary"),
		State("Voting Closed", "Warning"),
		State("Tie", "Danger"),
		State("Counted", "Warning"),
		State("Announced", "Success"),
		State("Annulled", "Inverse"),
	),
	moves=(
		Move("Adopt Rules", "Draft", "Rules Adopted", OFFICE, effect=contest.adopt_rules),
		Move("Open Nominations", "Rules Adopted", "Nominations Open", OFFICE),
		Move(
			"Publish Candidates",
			"Nominations Open",
			"Candidates Published",
			OFFICE,
			guard=candidacies.require_screened,
			after=candidacies.number_candidates,
		),
		Move(
			"Open Voting",
			"Candidates Published",
			"Voting Open",
			(MANAGER, COMMITTEE),
			guard=contest.require_ready_to_open,
			effect=contest.open_voting,
		),
		Move(
			"Close Voting",
			"Voting Open",
			"Voting Closed",
			(COMMITTEE,),
			guard=committee.require_member,
			effect=contest.close_voting,
		),
		Move(
			"Count",
			"Voting Closed",
			"Counted",
			(COMMITTEE,),
			guard=counting.require_countable,
			effect=counting.count,
		),
		# The count itself chooses Tie; asking for it by name gives the same count.
		Move(
			"Count",
			"Voting Closed",
			"Tie",
			(COMMITTEE,),
			guard=counting.require_countable,
			effect=counting.count,
		),
		Move("Settle Tie", "Tie", "Counted", (COMMITTEE,), guard=ties.require_settled),
		Move(
			"Declare Unopposed",
			"Candidates Published",
			"Counted",
			(COMMITTEE,),
			guard=contest.require_unopposed,
			effect=counting.declare_unopposed,
		),
		# A wrong batch was noticed, or a recount differs: nothing is announced yet, and what was counted stays.
		*(
			Move(
				"Reopen Count",
				state,
				"Voting Closed",
				(COMMITTEE,),
				guard=counting.require_reopenable,
				needs_reason=True,
			)
			for state in ("Counted", "Tie")
		),
		Move(
			"Announce",
			"Counted",
			"Announced",
			(COMMITTEE, MANAGER),
			guard=announcement.require_ready,
			effect=contest.stamp_announcement,
			after=counting.publish,
		),
		*(
			Move("Annul", state, "Annulled", (MANAGER,), effect=closing.abandon, needs_reason=True)
			for state in BEFORE_RESULT
		),
	),
)
