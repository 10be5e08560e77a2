"""Whether a receipt is in a closed box, for everybody who has one: with the proof, and never with what it says.

An open box answers nothing: who asks before closing could see a vote arrive. A receipt is never part of an address,
since log files keep those with the address of who asked.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

import frappe
from frappe import _

from aso_network.elections import receipt
from aso_network.elections.box import Proof, Tree
from aso_network.polling import box
from aso_network.polling.casting import ONLINE
from aso_network.portal import text

# What a voter is shown of the 64 digits, and the least that is looked for: 64 bits, which nobody guesses.
SHOWN, SHORTEST, WHOLE = 20, 16, 64
GROUP = 4
CLOSED = ("Voting Closed", "Tie", "Counted", "Announced")
COUNTED = ("Tie", "Counted", "Announced")
_DIGITS = frozenset("0123456789abcdef")
_MOST = 10  # elections of one site in which the same receipt was given


class NotAReceiptError(frappe.ValidationError):
	"""What was asked for is no receipt, or too little of one."""


class ReceiptsChangedError(frappe.ValidationError):
	"""The stored receipts are not those of the closed box."""


class Found(NamedTuple):
	"""A receipt in a closed box, with its way to the root that the committee signs."""

	election: str
	receipt: str
	proof: Proof
	root: str
	is_signed: bool

	@property
	def file(self) -> bytes:
		"""The proof as `aso-network verify` reads it."""
		return receipt.build(self.election, _tree_of(self.election, self.root), self.receipt)


def digits(typed: str | None) -> str:
	"""The digits of a receipt, however it was typed: any case, in groups, digits of any script.

	Raises NotAReceiptError for anything else, and for fewer than SHORTEST.
	"""
	found = "".join(sign for sign in text.digits((typed or "")[:400]).lower() if sign.isalnum())
	if not _DIGITS.issuperset(found) or len(found) > WHOLE:
		frappe.throw(
			_("A receipt has only the digits 0 to 9 and the letters a to f, {0} in all.").format(WHOLE),
			NotAReceiptError,
		)
	if len(found) < SHORTEST:
		frappe.throw(
			_("Type the first {0} digits of the receipt, or all {1}.").format(SHOWN, WHOLE), NotAReceiptError
		)
	return found


def in_groups(whole: str) -> str:
	"""A receipt as its voter was shown it."""
	return " ".join(whole[at : at + GROUP] for at in range(0, SHOWN, GROUP))


def open_boxes(election: str = "") -> list[str]:
	"""Elections in which votes arrive online now; of these only `election`, if it is given."""
	filters = {"voting_mode": ONLINE, "status": "Voting Open"}
	return frappe.get_all("Election", {**filters, **({"name": election} if election else {})}, pluck="name")


@box.unlogged
def find(typed: str, election: str = "") -> list[Found]:
	"""Receipts in closed boxes that begin so: one, or none; of `election` only, if it is given.

	Raises NotAReceiptError, also where several begin so, and ReceiptsChangedError.
	"""
	beginning = digits(typed)
	filters = {"voting_mode": ONLINE, "status": ("in", CLOSED), "receipts_root": ("is", "set")}
	if election:
		filters["name"] = election
	boxes = {
		row.name: row
		for row in frappe.get_all("Election", filters, ["name", "status", "result", "receipts_root"])
	}
	if not boxes:
		return []
	table = frappe.qb.DocType("Ballot Receipt")
	rows = (
		frappe.qb.from_(table)
		.where(table.election.isin(list(boxes)) & table.receipt.like(f"{beginning}%"))
		.select(table.election, table.receipt)
		.limit(_MOST)
		.run()
	)
	if len(rows) > 1 and len(beginning) < WHOLE:
		frappe.throw(
			_("More than one receipt begins with these digits. Type all {0}.").format(WHOLE), NotAReceiptError
		)
	return [_proved(boxes[name], whole) for name, whole in rows]


def _proved(election: frappe._dict, whole: str) -> Found:
	root = election.receipts_root
	is_signed = False
	if election.status in COUNTED:
		record, is_announced = frappe.db.get_value(
			"Election Result", election.result, ["record", "is_announced"]
		)
		# What the committee signed, whatever stands elsewhere.
		root, is_signed = json.loads(record)["online"]["receipts_root"], bool(is_announced)
	tree = _tree_of(election.name, root)
	return Found(election.name, whole, tree.proof(whole), root, is_signed)


def _tree_of(election: str, root: str) -> Tree:
	return _tree(frappe.local.site, election, root)


@lru_cache(maxsize=2)  # 15 MB each at 100,000 receipts, which no more are added to
def _tree(site: str, election: str, root: str) -> Tree:
	table = frappe.qb.DocType("Ballot Receipt")
	rows = frappe.qb.from_(table).where(table.election == election).select(table.receipt).run()
	tree = Tree(whole for (whole,) in rows)
	if tree.root != root:
		frappe.throw(
			_(
				"The receipts that are kept of this election are not those of its closed box. Tell the committee and the observers: nothing can be proved by them."
			),
			ReceiptsChangedError,
		)
	return tree
