import frappe
from frappe import _

from aso_network.boxed import Boxed


class SealedBallotError(frappe.ValidationError):
	"""The box is append-only and filled by the app alone."""


class Ballot(Boxed):
	"""One vote in the box. Written by `polling.box` and by nothing and nobody else; never changed."""

	def validate(self) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_("The ballot box of {0} is sealed: nobody can add, change or delete a ballot.").format(
				self.election
			),
			SealedBallotError,
		)
