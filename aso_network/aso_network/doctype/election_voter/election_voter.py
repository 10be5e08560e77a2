import frappe
from frappe import _
from frappe.model.document import Document


class SealedVoterError(frappe.ValidationError):
	"""Rows of the roll are kept by the app alone."""


class ElectionVoter(Document):
	"""One row of the electoral roll. Written by `polling.roll` and by nothing and nobody else."""

	def validate(self) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_(
				"The roll of {0} is frozen: {1} cannot be added, changed or deleted here. Use the election's Electoral Roll."
			).format(self.election, self.organization_name or self.organization),
			SealedVoterError,
		)


def on_doctype_update() -> None:
	frappe.db.add_unique("Election Voter", ["election", "organization"])
