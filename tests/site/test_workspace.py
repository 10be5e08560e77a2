"""The landing page: whom it greets, and that each figure on it counts what it says."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.desk import desktop
from frappe.desk.doctype.number_card import number_card
from frappe.utils import add_to_date, now_datetime, today

from aso_network import desk
from aso_network.roles import COMMITTEE, DESK_ROLES, FINANCE, MANAGER, OBSERVER, OFFICER, TRAINING
from tests.site import books, builders

SHORTCUTS = [
	"Platforms",
	"Applications",
	"Members to review",
	"General Meetings",
	"Elections",
	"Results",
	"Operational Bodies",
	"Training Sessions",
	"Activities",
]


def opened_workspace(user: str) -> str | None:
	"""The workspace that the desk opens for `user`, None for Frappe's own choice."""
	bootinfo = frappe._dict(user=frappe._dict(name=user))
	with builders.as_user(user):
		desk.open_on_workspace(bootinfo)
	return (bootinfo.user.get("default_workspace") or {}).get("name")


def workspaces_of(user: str) -> list[str]:
	with builders.as_user(user):
		return [page["name"] for page in desktop.get_workspace_sidebar_items()["pages"]]


def page_of(user: str) -> dict:
	with builders.as_user(user):
		page = frappe.db.get_value("Workspace", desk.WORKSPACE, ["name", "title", "public"], as_dict=True)
		return desktop.get_desktop_page(json.dumps(page))


def labels(section: dict) -> list[str]:
	return [item.get("label") for item in section["items"]]


def value_of(card: str) -> int:
	doc = frappe.get_doc("Number Card", card)
	return int(number_card.get_result(doc.as_json(), doc.filters_json))


@pytest.mark.parametrize("role", DESK_ROLES)
def test_every_role_lands_on_the_workspace(role):
	user = builders.user(role)
	assert opened_workspace(user) == desk.WORKSPACE
	assert desk.WORKSPACE in workspaces_of(user)


def test_others_keep_their_desk():
	accountant = builders.user("Accounts User")
	assert opened_workspace(accountant) is None
	assert desk.WORKSPACE not in workspaces_of(accountant)
	assert opened_workspace("Administrator") is None


def test_a_users_own_choice_of_workspace_stays():
	user = builders.user(OFFICER)
	chosen = {"name": "Projects", "title": "Projects", "public": 1}
	bootinfo = frappe._dict(user=frappe._dict(default_workspace=chosen))
	with builders.as_user(user):
		desk.open_on_workspace(bootinfo)
	assert bootinfo.user.default_workspace == chosen


def test_nobody_is_left_with_a_workspace_that_goes_with_the_app():
	user = builders.user(OFFICER)
	frappe.db.set_value("User", user, "default_workspace", desk.WORKSPACE)
	desk.release_landing_page()
	assert frappe.db.get_value("User", user, "default_workspace") is None


def test_the_manager_sees_the_whole_page_in_the_order_of_work():
	page = page_of(builders.user(MANAGER))
	assert labels(page["shortcuts"]) == SHORTCUTS
	assert labels(page["number_cards"]) == [
		"Active members",
		"Meetings this year",
		"Open elections",
		"Sessions this quarter",
	]
	assert labels(page["charts"]) == ["Members by governorate", "Progress to structured"]
	assert labels(page["cards"]) == ["Members", "Governance", "Elections", "Work", "Setup"]


@pytest.mark.parametrize(
	("role", "missing"),
	[
		(
			OBSERVER,
			{
				"General Meetings",
				"Operational Bodies",
				"Training Sessions",
				"Activities",
				"Members to review",
				"Applications",
			},
		),
		(
			COMMITTEE,
			{
				"General Meetings",
				"Operational Bodies",
				"Training Sessions",
				"Activities",
				"Members to review",
				"Applications",
			},
		),
		(TRAINING, {"Applications", "General Meetings", "Elections", "Results"}),
		(FINANCE, {"Applications"}),
	],
)
def test_each_role_sees_only_what_it_may_read(role, missing):
	assert set(SHORTCUTS) - set(labels(page_of(builders.user(role))["shortcuts"])) == missing


def test_every_block_of_the_page_has_its_entry():
	doc = frappe.get_doc("Workspace", desk.WORKSPACE)
	entries = {
		"shortcut": {row.label for row in doc.shortcuts},
		"number_card": {row.label for row in doc.number_cards},
		"chart": {row.label for row in doc.charts},
		"card": {row.label for row in doc.links if row.type == "Card Break"},
	}
	for block in json.loads(doc.content):
		if block["type"] in entries:
			assert block["data"][f"{block['type']}_name"] in entries[block["type"]], block
	for row in doc.number_cards:
		assert frappe.db.exists("Number Card", row.number_card_name)
	for row in doc.charts:
		source = frappe.db.get_value("Dashboard Chart", row.chart_name, "source")
		assert frappe.db.exists("Dashboard Chart Source", source)


def test_number_cards_count_what_they_say():
	before = {card: value_of(card) for card in ("ASO Active Members", "ASO Meetings This Year")}
	platform = builders.platform()
	member = builders.organization(platform)
	builders.organization(platform, status="Applied")
	builders.meeting(platform, [member], meeting_date=today())
	assert value_of("ASO Active Members") == before["ASO Active Members"] + 1
	assert value_of("ASO Meetings This Year") == before["ASO Meetings This Year"] + 1


def test_sessions_this_quarter_leaves_out_the_cancelled_and_the_past():
	before = value_of("ASO Sessions This Quarter")
	now = now_datetime().replace(hour=10, minute=0, second=0, microsecond=0)
	this, that = (
		books.session(starts_on=now, ends_on=add_to_date(now, hours=2)),
		books.session(starts_on=add_to_date(now, years=-1), ends_on=add_to_date(now, years=-1, hours=2)),
	)
	assert that.name
	assert value_of("ASO Sessions This Quarter") == before + 1
	frappe.db.set_value("Training Session", this.name, "status", "Cancelled")
	assert value_of("ASO Sessions This Quarter") == before


def test_the_charts_show_every_platform_in_the_users_language():
	platform = builders.platform()
	builders.organization(platform)
	data = desk.members_by_platform()
	place = data["labels"].index(platform.name)
	assert data["datasets"][0]["values"][place] == 1
	progress = desk.progress_of_platforms()
	assert progress["yMarkers"][0]["value"] == 5
	assert progress["datasets"][0]["values"][place] == 1
	frappe.db.set_value("Network Platform", platform.name, "name_ar", "منصة التجربة")
	frappe.local.lang = "ar"
	try:
		assert "منصة التجربة" in desk.members_by_platform()["labels"]
	finally:
		frappe.local.lang = "en"


def test_charts_are_not_for_strangers():
	from aso_network.aso_network.dashboard_chart_source.aso_members_by_governorate import (
		aso_members_by_governorate as chart,
	)

	with builders.as_user(builders.user("Accounts User")), pytest.raises(frappe.PermissionError):
		chart.get()
