"""What the app puts into a site beside its own DocTypes.

Each step looks first and adds only what is missing, so that installing over an earlier attempt and migrating
change nothing that is there: a site's own labels, permissions, workflows and territories stay as they are.
"""

from __future__ import annotations

import frappe

from aso_network import custom_fields, dimension, grants, territories
from aso_network.created import remember
from aso_network.roles import ALL_ROLES, DESK_ROLES
from aso_network.workflows import ship


def before_install() -> None:
	"""Roles first: Frappe gives desk access to every role that it meets in a permission table unknown."""
	ensure_roles()


def after_install() -> None:
	ensure_all()
	grants.ensure_grants()


def after_migrate() -> None:
	ensure_roles()
	ensure_all()


def after_setup_wizard(args: dict | None = None) -> None:
	"""ERPNext's wizard makes the root of the territory tree, which an app installed before it has to wait for."""
	territories.ensure_territories()


def ensure_all() -> None:
	custom_fields.ensure_custom_fields()
	territories.ensure_territories()
	ship.ensure_workflows()
	dimension.ensure_dimension()
	ensure_languages()


def ensure_languages() -> None:
	"""Kurdish as the pages are written in it, and as prepared: Frappe knows no Sorani, and a site switches it on
	when its words are there."""
	for code, name, enabled in (("ku", "Kurdî", 1), ("ckb", "کوردیی ناوەندی", 0)):
		if frappe.db.exists("Language", code):
			continue
		# Runs only when the app is installed or migrated.
		frappe.get_doc(
			{"doctype": "Language", "language_code": code, "language_name": name, "enabled": enabled}
		).insert(ignore_permissions=True)
		remember("Language", code)


def ensure_roles() -> None:
	for role in ALL_ROLES:
		if frappe.db.exists("Role", role):
			continue
		# Runs only when the app is installed or migrated.
		frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": int(role in DESK_ROLES)}).insert(
			ignore_permissions=True
		)
		remember("Role", role)
