"""Turnout by groups: as it was when voting closed, for those who may, and never of a few people."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.desk.query_report import run

from aso_network.api import elections
from aso_network.polling import turnout
from aso_network.roles import FINANCE, MANAGER, MEMBER, OBSERVER, OFFICER, TRAINING
from tests.site import builders, hall, web

NATIONAL, OTHER = "22 - National NGO", "90 - Other"


@pytest.fixture
def vote() -> hall.Hall:
	"""24 organisations: 12 of a kind and 12 of another; seven of the first have voted, and six of the second."""
	h = hall.build(organizations=24)
	h.go_online()
	for place, organization in enumerate(h.organizations):
		kind = NATIONAL if place < 12 else OTHER
		frappe.db.set_value("Member Organization", organization, "kind", kind, update_modified=False)
	h.move("Voting Open")
	for place in (*range(7), *range(12, 18)):
		h.cast(place, 0)
	return h


def close(h: hall.Hall) -> None:
	h.move("Voting Closed", h.tellers[0])


def told(election: str, user: str = "Administrator") -> list[tuple]:
	with builders.as_user(user):
		rows = run("Election Turnout", filters={"election": election})["result"]
	return [(row["way"], row["group"], row["on_roll"], row["voted"]) for row in rows]


def of(h: hall.Hall) -> dict:
	return {way: table for way, table in turnout.of(h.election)}


def test_by_kind_after_closing_and_not_before(vote):
	assert told(vote.election) == [] and turnout.of(vote.election) == []
	close(vote)
	assert told(vote.election) == [
		("Kind of organization", NATIONAL, 12, 7),
		("Kind of organization", OTHER, 12, 6),
	]
	with builders.as_user("Guest"):
		page = web.text(
			web.visit(f"/network/elections/{vote.election}", cookies={"preferred_language": "en"})
		)
	assert f"{NATIONAL} 12 7 (58 %)" in page and f"{OTHER} 12 6 (50 %)" in page


def test_who_moves_after_closing_changes_nothing(vote):
	"""The difference of two tables would be about that one."""
	close(vote)
	before = told(vote.election)
	frappe.db.set_value("Member Organization", vote.organizations[0], "kind", OTHER)
	frappe.db.set_value("Election Voter", {"organization": vote.organizations[20]}, "voted", 1)
	assert told(vote.election) == before


def test_one_of_another_kind_takes_a_second_group_along(vote):
	frappe.db.set_value("Member Organization", vote.organizations[0], "kind", "60 - Foundation")
	close(vote)
	# Two are left to be shown, and the one with eleven hides the single one.
	assert told(vote.election) == [
		("Kind of organization", OTHER, 12, 6),
		("Kind of organization", "All others together", 12, 7),
	]
	assert "Foundation" not in frappe.db.get_value("Election", vote.election, "turnout")


def test_what_is_kept_is_what_may_be_told(vote):
	"""Neither a database that is stolen nor a manager's REST call has more of it."""
	frappe.db.set_value("Member Organization", vote.organizations[23], "kind", "60 - Foundation")
	close(vote)
	kept = json.loads(frappe.db.get_value("Election", vote.election, "turnout"))
	numbers = [group[1:] for shown, rest in kept.values() for group in [*shown, *([rest] if rest else [])]]
	assert numbers
	assert all(voted >= 5 and on_roll - voted >= 5 for on_roll, voted in numbers)


def test_by_gender_of_the_delegate_and_district(vote):
	district = frappe.get_doc(
		{
			"doctype": "Territory",
			"territory_name": "Test District",
			"parent_territory": frappe.db.get_value("Network Platform", vote.platform, "territory"),
			"is_group": 1,
			"aso_level": "District",
		}
	).insert()
	town = builders.territory(parent=district.name)
	# Every second one, so that they cross the kinds.
	for organization in vote.organizations[::2]:
		frappe.db.set_value("Member Organization", organization, "territory", town)
		delegate = frappe.db.get_value(
			"Election Voter", {"election": vote.election, "organization": organization}, "delegate"
		)
		frappe.db.set_value("Contact", delegate, "gender", "Female")
	close(vote)
	found = of(vote)
	assert {group.label: (group.on_roll, group.voted) for group in found["gender"].shown} == {
		"": (12, 6),
		"Female": (12, 7),
	}
	assert {group.label for group in found["district"].shown} == {"", "Test District"}
	assert ("Gender of the delegate", "Not given", 12, 6) in told(vote.election)


def test_a_small_hall_tells_nothing():
	h = hall.build(organizations=6)
	h.go_online()
	h.move("Voting Open")
	for place in range(4):
		h.cast(place, 0)
	close(h)
	assert told(h.election) == []
	with builders.as_user("Guest"):
		page = web.visit(f"/network/elections/{h.election}").get_data(as_text=True)
	assert "<table" not in page


def test_a_vote_on_paper_has_its_turnout_too():
	h = hall.build(organizations=24)
	for organization in h.organizations[:12]:
		frappe.db.set_value("Member Organization", organization, "kind", OTHER)
	h.move("Voting Open")
	voters = h.voters()
	with builders.as_user(h.tellers[0]):
		for organization in (*h.organizations[:6], *h.organizations[12:18]):
			elections.mark_voted(h.election, voters[organization])
	close(h)
	assert {group[1:] for group in of(h)["kind"].shown} == {(12, 6)}
	assert len(told(h.election)) == 2


def test_who_may_open_the_report(vote):
	close(vote)
	manager, observer, teller = builders.user(MANAGER), builders.user(OBSERVER), vote.tellers[1]
	assert told(vote.election, manager) == told(vote.election, observer) == told(vote.election, teller) != []
	stranger = hall.build(organizations=5).tellers[0]
	if stranger in vote.tellers:
		frappe.db.delete("Election Committee Member", {"parent": vote.election, "user": stranger})
	assert told(vote.election, stranger) == []
	for role in (OFFICER, FINANCE, TRAINING, MEMBER):
		with pytest.raises(frappe.PermissionError):
			told(vote.election, builders.user(role))
	with pytest.raises(frappe.PermissionError):
		told(vote.election, "Guest")


def test_nobody_writes_the_kept_figures(vote):
	close(vote)
	before = vote.doc().turnout
	with builders.as_user(vote.tellers[0]):
		doc = vote.doc()
		doc.turnout = "{}"
		doc.save()
	assert vote.doc().turnout == before
