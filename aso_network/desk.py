"""The desk's front door: which workspace opens first, and what its charts show."""

from __future__ import annotations

import frappe
from frappe import _

from aso_network.platforms import STAGES
from aso_network.roles import DESK_ROLES

WORKSPACE = "ASO Network"


def open_on_workspace(bootinfo: frappe._dict) -> None:
	"""Hook `extend_bootinfo`: who works for the network lands on its workspace.

	Nothing is stored: whoever has chosen a default workspace keeps it, and everybody else's desk opens as
	before.
	"""
	user = bootinfo.get("user")
	if not user or user.get("default_workspace") or not set(frappe.get_roles()) & set(DESK_ROLES):
		return
	if frappe.session.user != "Administrator" and frappe.db.exists("Workspace", WORKSPACE):
		user["default_workspace"] = {"name": WORKSPACE, "title": WORKSPACE, "public": 1}


def release_landing_page() -> None:
	"""Before the app leaves: who chose its workspace as their own would not get past the login without it."""
	frappe.db.set_value(
		"User", {"default_workspace": WORKSPACE}, "default_workspace", None, update_modified=False
	)


def members_by_platform() -> dict:
	"""Chart data: active members of each platform the user may see, also of one that has none yet."""
	platforms = _platforms()
	counts = dict(
		frappe.get_list(
			"Member Organization",
			filters={"status": "Active"},
			fields=["platform", "count(name)"],
			group_by="platform",
			order_by="platform",
			as_list=True,
			limit_page_length=0,
		)
	)
	return {
		"labels": [label for _name, label, _stage in platforms],
		"datasets": [
			{
				"name": _("Active members"),
				"values": [counts.get(name, 0) for name, _label, _stage in platforms],
			}
		],
	}


def progress_of_platforms() -> dict:
	"""Chart data: how many of the steps to a structured platform each has taken."""
	platforms = _platforms()
	last = len(STAGES) - 1
	return {
		"labels": [label for _name, label, _stage in platforms],
		"datasets": [{"name": _("Steps taken"), "values": [stage for _name, _label, stage in platforms]}],
		"yMarkers": [{"label": _("Structured"), "value": last, "options": {"labelPos": "left"}}],
	}


def _platforms() -> list[tuple[str, str, int]]:
	"""(name, name in the user's language, number of the stage it has reached), by name."""
	in_my_language = {"ar": "name_ar", "ku": "name_ku"}.get((frappe.local.lang or "en")[:2], "name_en")
	rows = frappe.get_list(
		"Network Platform",
		fields=["name", "title", "stage", f"{in_my_language} as label"],
		order_by="name",
		limit_page_length=0,
	)
	return [
		(
			row.name,
			row.label or row.title or row.name,
			STAGES.index(row.stage) if row.stage in STAGES else 0,
		)
		for row in rows
	]
