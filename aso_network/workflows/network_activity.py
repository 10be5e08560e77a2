"""Network Activity: Proposed → Approved → Active → Completed · Rejected."""

from aso_network import finance
from aso_network.roles import FINANCE, MANAGER, OFFICER, TRAINING
from aso_network.workflows.lifecycle import Lifecycle, Move, State

LIFECYCLE = Lifecycle(
	"Network Activity",
	states=(
		State("Proposed", "Info", deletable=True),
		State("Approved", "Primary"),
		State("Active", "Success"),
		State("Completed", "Inverse"),
		State("Rejected", "Danger"),
	),
	moves=(
		Move("Approve", "Proposed", "Approved", (MANAGER,), guard=finance.require_approvable),
		Move("Reject", "Proposed", "Rejected", (MANAGER,), needs_reason=True),
		Move("Start", "Approved", "Active", (MANAGER, OFFICER, TRAINING)),
		Move("Complete", "Active", "Completed", (MANAGER, OFFICER, FINANCE)),
	),
)
