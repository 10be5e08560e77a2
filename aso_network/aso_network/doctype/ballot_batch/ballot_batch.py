import frappe
from frappe import _

from aso_network.boxed import Boxed


class SealedBatchError(frappe.ValidationError):
	"""Batches are kept by the committee's entry page alone."""


class BallotBatch(Boxed):
	"""A stack of paper ballots that two tellers enter. Changed by `polling.batches` only."""

	def validate(self) -> None:
		if not self.flags.by_committee:
			self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_("Batch {0} of {1} is changed by its tellers on the ballot entry page only.").format(
				self.number, self.election
			),
			SealedBatchError,
		)


def on_doctype_update() -> None:
	frappe.db.add_unique("Ballot Batch", ["election", "number"])
