"""What the app's roles may do with the DocTypes of Frappe and ERPNext that its forms link to.

Kept small: to read what a form links to, to write down people and addresses. Whoever keeps accounts, buys or
sells has ERPNext's own roles beside these. A DocType's first such permission makes Frappe copy its whole
table into the site ("Role Permissions Manager"), where the site may change it: so it is done at installation
only, never at a migrate.
"""

from __future__ import annotations

import frappe
from frappe.permissions import rights, setup_custom_perms
from frappe.utils import cint

from aso_network.created import created, remember
from aso_network.roles import ALL_ROLES, DESK_ROLES, FINANCE, MANAGER, OFFICER, TRAINING

_READ = ("read", "report", "print", "email")
_KEEP = (*_READ, "write", "create")
_STAFF = (MANAGER, OFFICER, TRAINING, FINANCE)

GRANTS: dict[str, dict[str, tuple[str, ...]]] = {
	"Contact": {MANAGER: (*_KEEP, "delete"), OFFICER: _KEEP, TRAINING: _KEEP, FINANCE: _READ},
	"Address": {MANAGER: (*_KEEP, "delete"), OFFICER: _KEEP, TRAINING: _READ, FINANCE: _READ},
	"Territory": dict.fromkeys(DESK_ROLES, ("read",)),
	"Project": {MANAGER: _KEEP, TRAINING: _KEEP, OFFICER: _READ, FINANCE: _READ},
	"Cost Center": dict.fromkeys(_STAFF, ("read",)),
	"Company": dict.fromkeys(_STAFF, ("read",)),
	"Currency": dict.fromkeys(_STAFF, ("read",)),
	"Account": dict.fromkeys(_STAFF, ("select",)),
	"Supplier": dict.fromkeys(_STAFF, ("select",)),
	"Customer": dict.fromkeys(_STAFF, ("select",)),
}


def ensure_grants() -> None:
	"""Add the permissions that the roles have not got yet."""
	for doctype, roles in GRANTS.items():
		if setup_custom_perms(doctype):
			remember("permission table", doctype)
		for role, granted in roles.items():
			rule = {"parent": doctype, "role": role, "permlevel": 0, "if_owner": 0}
			if not frappe.db.exists("Custom DocPerm", rule):
				frappe.get_doc(
					{
						"doctype": "Custom DocPerm",
						"parenttype": "DocType",
						"parentfield": "permissions",
						**rule,
						**{right: int(right in granted) for right in rights},
					}
				).insert(ignore_permissions=True)  # runs only when the app is installed
		frappe.clear_cache(doctype=doctype)


def remove_grants() -> None:
	"""Take every permission of the app's roles away; a table the site has not changed goes back to the standard."""
	frappe.db.delete("Custom DocPerm", {"role": ("in", ALL_ROLES)})
	for doctype in created("permission table"):
		if _rules("Custom DocPerm", doctype) == _rules("DocPerm", doctype):
			frappe.db.delete("Custom DocPerm", {"parent": doctype})
		frappe.clear_cache(doctype=doctype)


def _rules(table: str, doctype: str) -> list[tuple]:
	return sorted(
		(rule.role, rule.permlevel, rule.if_owner, *(cint(rule.get(right)) for right in rights))
		for rule in frappe.get_all(table, filters={"parent": doctype}, fields=["*"])
	)
