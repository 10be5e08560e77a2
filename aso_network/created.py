"""What this app itself put into a site's shared lists (roles, workflow states …), so that leaving takes only that.

Kept as one JSON value among the site's global defaults.
"""

from __future__ import annotations

import json

import frappe

_KEY = "aso_network_created"


def created(kind: str) -> list[str]:
	"""Names of the records of `kind` (a DocType, or a word for a step done once) that this app made."""
	return _all().get(kind, [])


def remember(kind: str, name: str) -> None:
	everything = _all()
	names = everything.setdefault(kind, [])
	if name not in names:
		names.append(name)
		frappe.db.set_global(_KEY, json.dumps(everything, sort_keys=True))


def forget_all() -> None:
	frappe.defaults.clear_default(key=_KEY, parent="__global")


def _all() -> dict[str, list[str]]:
	# From the table: while an app is being installed, Frappe keeps the cache of defaults as it was before.
	value = frappe.db.get_value("DefaultValue", {"parent": "__global", "defkey": _KEY}, "defvalue")
	return json.loads(value or "{}")
