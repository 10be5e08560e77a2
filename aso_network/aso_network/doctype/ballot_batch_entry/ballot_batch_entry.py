import frappe
from frappe import _

from aso_network.boxed import Boxed


class SealedEntryError(frappe.ValidationError):
	"""An entry is made by its teller on the entry page alone."""


class BallotBatchEntry(Boxed):
	"""What one teller read from a batch. Changed by `polling.batches` only."""

	def validate(self) -> None:
		if not self.flags.by_committee:
			self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_("The entry of {0} for {1} is made on the ballot entry page only.").format(
				self.member, self.batch
			),
			SealedEntryError,
		)


def on_doctype_update() -> None:
	frappe.db.add_unique("Ballot Batch Entry", ["batch", "member"])
