"""Whatever file an observer or a voter has in hand: a verification package, a trail or the proof of a receipt."""

from __future__ import annotations

import json

from aso_network.elections import package, receipt, trail
from aso_network.elections.findings import Report


def verify(data: bytes) -> Report:
	"""What there is to find in the file; what is none of the three is read as a package.

	Raises PackageError, ReceiptError, TrailError.
	"""
	try:
		value = json.loads(data.decode("utf-8"))
	except (UnicodeDecodeError, ValueError, RecursionError):
		return package.verify(data)
	if isinstance(value, dict) and "trail" in value:
		return trail.examine(value, data)
	if isinstance(value, dict) and "receipt" in value:
		return receipt.examine(value)
	return package.examine(value, data)
