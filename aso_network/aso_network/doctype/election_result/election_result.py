import frappe
from frappe import _
from frappe.model.document import Document

from aso_network.polling import committee, counting, minutes

# What may still be added under a signed result.
OPEN_AFTER_SIGNING = ("runoff", "signatures", "is_announced", "announced_on")


class SealedResultError(frappe.ValidationError):
	"""A result comes from the count, and stands from its first signature on."""


class ElectionResult(Document):
	"""The count of one round. Written by `polling.counting` only; append-only once it is signed."""

	def onload(self) -> None:
		election = frappe.get_doc("Election", self.election)
		self.set_onload("signatures_needed", committee.signatures_needed(election))
		self.set_onload("committee_size", len(election.committee))
		stands = election.result == self.name
		self.set_onload(
			"may_sign", stands and election.status == "Counted" and committee.is_member(election.name)
		)
		self.set_onload("standing", self._standing(election.result))
		self.set_onload("difference", counting.difference(self))
		self.set_onload("explanation", minutes.explanation(self))

	def _standing(self, name: str) -> dict[str, str | int]:
		"""The result that the election goes by: this one, a later count, or the count that this one repeats."""
		values = frappe.db.get_value("Election Result", name, ["name", "title", "count_number"], as_dict=True)
		return values or {}

	def for_print(self) -> dict[str, dict]:
		return minutes.for_print(self)

	def validate(self) -> None:
		if not self.flags.by_count:
			self._refuse()
		before = self.get_doc_before_save()
		if before and before.signatures:
			self._refuse_changes_under(before)

	def on_trash(self) -> None:
		self._refuse()

	def _refuse_changes_under(self, before: Document) -> None:
		for df in self.meta.fields:
			if df.fieldname in OPEN_AFTER_SIGNING:
				continue
			same = (
				self.is_child_table_same(df.fieldname)
				if df.fieldtype == "Table"
				else not self.has_value_changed(df.fieldname)
			)
			if not same:
				self._refuse()
		kept = [(s.user, s.signed_hash) for s in self.signatures[: len(before.signatures)]]
		if kept != [(s.user, s.signed_hash) for s in before.signatures]:
			self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_("{0} comes from the count and cannot be changed or deleted by anybody.").format(
				self.title or self.name
			),
			SealedResultError,
		)
