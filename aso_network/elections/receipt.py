"""The proof of one receipt: that it is among those of the closed box, whose root stands in the signed result.

One line of canonical JSON: {"format": RECEIPT_FORMAT, "election", "receipt", "proof", "root"}. `receipt`: the 64
digits that the voter's phone knew before it sent; `proof`: as `box.proof` has it, from the receipt to `root`, the
root of all receipts of the election (`online.receipts_root` of the result record).

It says that what was sent is in the box, and nothing else: no way leads from a receipt to a ballot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from aso_network.elections import box
from aso_network.elections.canonical import canonical_json
from aso_network.elections.errors import NotCanonicalError, ReceiptError
from aso_network.elections.findings import Finding, Report

RECEIPT_FORMAT = "aso-network/receipt/1"

_PARTS = ("format", "election", "receipt", "proof", "root")


def build(election: str, receipts: Iterable[str] | box.Tree, receipt: str) -> bytes:
	"""The proof of `receipt`, one of all `receipts` of the closed box of `election`, as the bytes of its file.

	Raises InvalidLeafError, LeafNotInBoxError.
	"""
	tree = receipts if isinstance(receipts, box.Tree) else box.Tree(receipts)
	return canonical_json(
		{
			"format": RECEIPT_FORMAT,
			"election": election,
			"receipt": receipt,
			"proof": tree.proof(receipt),
			"root": tree.root,
		}
	)


def verify(data: bytes) -> Report:
	"""Whether the proof leads from its receipt to its root.

	Raises ReceiptError for what is no such proof at all, and nothing else whatever the bytes.
	"""
	try:
		value = json.loads(data.decode("utf-8"))
	except (UnicodeDecodeError, ValueError, RecursionError):
		raise ReceiptError("This file is not the proof of a receipt: it is not JSON in UTF-8.") from None
	return examine(value)


def examine(value: Any) -> Report:
	"""The same of a JSON value that was read already."""
	if not isinstance(value, dict) or set(value) != set(_PARTS):
		raise ReceiptError(f"This file is not the proof of a receipt: it has not just {', '.join(_PARTS)}.")
	if value["format"] != RECEIPT_FORMAT:
		raise ReceiptError(f"This file is not the proof of a receipt of the format {RECEIPT_FORMAT}.")
	if not all(isinstance(value[part], str) for part in ("election", "receipt", "root")):
		raise ReceiptError("This file is not the proof of a receipt: election, receipt and root are texts.")
	try:
		canonical_json(value)
	except (NotCanonicalError, RecursionError):
		raise ReceiptError("This file is not the proof of a receipt: it holds what no proof holds.") from None
	said = value["receipt"], value["proof"], value["root"]
	proved = box.verify_proof(*said)
	finding = (
		Finding("receipt_in_box", (value["receipt"], str(value["proof"]["size"])), is_difference=False)
		if proved
		else Finding("receipt_not_in_box", (value["receipt"],))
	)
	return Report((finding,), tail=Finding("receipt_compare", (value["election"], value["root"])))
