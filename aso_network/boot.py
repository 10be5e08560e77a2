"""What the desk's scripts need to know of the app before any form is open."""

from __future__ import annotations

from typing import Any

from aso_network.workflows import DOCTYPES, lifecycle_of


def extend_bootinfo(bootinfo: dict[str, Any]) -> None:
	"""`aso_network.needs_reason`: by DocType, the [from, to] states between which a reason is asked for."""
	bootinfo["aso_network"] = {
		"needs_reason": {
			doctype: [[move.source, move.target] for move in lifecycle_of(doctype).moves if move.needs_reason]
			for doctype in DOCTYPES
		}
	}
