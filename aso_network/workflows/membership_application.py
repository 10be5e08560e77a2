"""Membership Application: Unconfirmed → Confirmed → Registered · Declined. Confirming registers, if nothing is in the way."""

from aso_network import applications
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows.lifecycle import Lifecycle, Move, State

OFFICE = (OFFICER, MANAGER)

LIFECYCLE = Lifecycle(
	"Membership Application",
	states=(
		State("Unconfirmed", "Inverse", deletable=True),
		State("Confirmed", "Warning"),
		# What counts from then on is the organisation.
		State("Registered", "Success", deletable=True),
		State("Declined", "Danger"),
	),
	moves=(
		# By the mailed link, or by the office, which writes down how it knows that the application is meant.
		# Which of the two it becomes is found out on the way.
		*(
			Move(
				"Confirm",
				"Unconfirmed",
				target,
				OFFICE,
				needs_reason=True,
				effect=applications.confirmed,
				after=applications.tell_office,
			)
			for target in ("Registered", "Confirmed")
		),
		Move("Register", "Confirmed", "Registered", OFFICE, effect=applications.register),
		Move(
			"Decline",
			"Confirmed",
			"Declined",
			OFFICE,
			needs_reason=True,
			after=applications.tell_declined,
		),
	),
)
