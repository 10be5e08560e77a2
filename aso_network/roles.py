"""The seven roles of the app. Names only: what a role may do stands in the DocTypes' permission tables,
in `workflows/` (who may make which move) and in `permissions.py` (what a role table cannot say)."""

MANAGER = "Network Manager"
OFFICER = "Network Officer"
COMMITTEE = "Election Committee"
OBSERVER = "Election Observer"
TRAINING = "Training Coordinator"
FINANCE = "Network Finance"
MEMBER = "Member Representative"

DESK_ROLES = (MANAGER, OFFICER, COMMITTEE, OBSERVER, TRAINING, FINANCE)
ALL_ROLES = (*DESK_ROLES, MEMBER)
