"""Training Certificate: Valid ⇄ Revoked. Issued anew under its number, a valid one stays valid (`certificates.reissue`)."""

from aso_network import certificates
from aso_network.roles import TRAINING
from aso_network.workflows.lifecycle import Lifecycle, Move, State

LIFECYCLE = Lifecycle(
	"Training Certificate",
	states=(State("Valid", "Success"), State("Revoked", "Danger")),
	moves=(
		Move(
			"Revoke",
			"Valid",
			"Revoked",
			(TRAINING,),
			needs_reason=True,
			effect=certificates.revoke,
			after=certificates.tell_revoked,
		),
		Move(
			"Reissue",
			"Revoked",
			"Valid",
			(TRAINING,),
			needs_reason=True,
			effect=certificates.renew,
			after=certificates.announce,
		),
	),
)
