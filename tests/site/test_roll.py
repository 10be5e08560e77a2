"""The electoral roll: frozen, hashed, one vote a voter, no time and no door."""

import frappe
import pytest
from pymysql.err import IntegrityError

from aso_network.api import elections as api
from aso_network.aso_network.doctype.election_voter.election_voter import SealedVoterError
from aso_network.elections import records
from aso_network.polling import committee, roll
from tests.site import builders, hall


def test_the_roll_is_the_present_active_members_and_its_hash_can_be_repeated():
	h = hall.build()
	absent = builders.organization(h.platform)
	assert set(h.voters()) == set(h.organizations)
	assert absent not in h.voters()
	rows = [(organization, builders.delegate(organization)) for organization in reversed(h.organizations)]
	assert h.doc().roll_hash == records.roll_hash(rows)


def test_the_roll_can_be_drawn_from_all_active_members():
	h = hall.build(upto="published")
	absent = builders.organization(h.platform)
	election = h.doc()
	election.roll_source = "Active members"
	election.save()
	with builders.as_user(h.officer):
		assert api.freeze_roll(h.election)["count"] == len(h.organizations) + 1
	assert absent in h.voters()


def test_freezing_again_replaces_the_roll():
	h = hall.build()
	meeting = frappe.get_doc("General Meeting", h.meeting)
	meeting.attendance[0].present = 0
	meeting.save()
	with builders.as_user(h.officer):
		assert api.freeze_roll(h.election)["count"] == len(h.organizations) - 1
	assert h.organizations[0] not in h.voters()


def test_the_roll_is_not_frozen_again_once_voting_is_open():
	h = hall.build()
	h.move("Voting Open")
	with builders.as_user(h.officer), pytest.raises(roll.RollError, match="Voting Open"):
		api.freeze_roll(h.election)


def test_a_voter_is_marked_once():
	h = hall.build()
	h.move("Voting Open")
	voter = h.voters()[h.organizations[0]]
	with builders.as_user(h.tellers[0]):
		api.mark_voted(h.election, voter)
		with pytest.raises(roll.AlreadyVotedError) as error:
			api.mark_voted(h.election, voter)
	assert frappe.db.get_value("Member Organization", h.organizations[0], "title") in str(error.value)
	assert roll.counts(h.election) == (5, 1)


def test_a_mark_leaves_no_time_and_no_name():
	h = hall.build()
	h.move("Voting Open")
	voter = h.voters()[h.organizations[0]]
	before = frappe.db.get_value("Election Voter", voter, "*", as_dict=True)
	events = frappe.db.count("Network Audit Event")
	with builders.as_user(h.tellers[0]):
		api.mark_voted(h.election, voter)
	after = frappe.db.get_value("Election Voter", voter, "*", as_dict=True)
	assert {k for k in after if after[k] != before[k]} == {"voted"}
	assert frappe.db.count("Network Audit Event") == events
	assert not frappe.db.exists("Version", {"docname": voter})


def test_a_mark_on_the_wrong_row_is_taken_back_with_a_reason():
	h = hall.build()
	h.move("Voting Open")
	voter = h.voters()[h.organizations[0]]
	with builders.as_user(h.tellers[0]):
		api.mark_voted(h.election, voter)
		with pytest.raises(roll.RollError, match="Write why"):
			api.unmark_voted(h.election, voter, " ")
		api.unmark_voted(h.election, voter, "Row above was meant")
	assert roll.counts(h.election)[1] == 0
	event = frappe.get_last_doc("Network Audit Event", {"reference_name": h.election})
	assert "Row above was meant" in event.reason


def test_an_organization_that_is_not_on_the_roll_is_named_and_can_be_added():
	h = hall.build()
	h.move("Voting Open")
	late = builders.organization(h.platform)
	with builders.as_user(h.tellers[0]):
		with pytest.raises(roll.NotOnRollError, match=late):
			api.mark_voted(h.election, late)
		with pytest.raises(roll.RollError, match="Write why"):
			api.add_voter(h.election, late, "")
		name = api.add_voter(h.election, late, "Came late, the meeting agreed")
		with pytest.raises(roll.RollError, match="already"):
			api.add_voter(h.election, late, "Again")
		api.mark_voted(h.election, name)
	row = frappe.get_doc("Election Voter", name)
	assert row.addition_reason == "Came late, the meeting agreed"
	assert row.added_on == frappe.utils.getdate()
	# A late addition does not change what was frozen.
	assert h.move("Voting Closed", h.tellers[0]).status == "Voting Closed"


def test_an_inactive_organization_is_not_added():
	h = hall.build()
	h.move("Voting Open")
	applied = builders.organization(h.platform, status="Applied")
	with builders.as_user(h.tellers[0]), pytest.raises(roll.RollError, match="not an active member"):
		api.add_voter(h.election, applied, "Please")


def test_the_office_does_not_mark_the_roll():
	h = hall.build()
	h.move("Voting Open")
	voter = h.voters()[h.organizations[0]]
	for user in (h.manager, h.officer):
		with builders.as_user(user), pytest.raises(committee.NotOnCommitteeError):
			api.mark_voted(h.election, voter)
	with pytest.raises(committee.NotOnCommitteeError):
		api.mark_voted(h.election, voter)  # Administrator


def test_a_teller_of_another_election_has_no_say_here():
	h, other = hall.build(), hall.build()
	h.move("Voting Open")
	with builders.as_user(other.tellers[0]), pytest.raises(frappe.PermissionError):
		api.mark_voted(h.election, h.voters()[h.organizations[0]])


@pytest.mark.parametrize("door", ["save", "delete", "insert", "set_value", "client delete", "force"])
def test_no_door_leads_to_the_roll_even_for_administrator(door):
	h = hall.build()
	voter = frappe.get_doc("Election Voter", h.voters()[h.organizations[0]])
	with pytest.raises(SealedVoterError):
		if door == "save":
			voter.voted = 1
			voter.save(ignore_permissions=True)
		elif door == "delete":
			voter.delete(ignore_permissions=True)
		elif door == "insert":
			frappe.get_doc(
				{
					"doctype": "Election Voter",
					"election": h.election,
					"organization": builders.organization(h.platform),
				}
			).insert(ignore_permissions=True)
		elif door == "set_value":
			frappe.client.set_value("Election Voter", voter.name, "voted", 1)
		elif door == "client delete":
			frappe.client.delete("Election Voter", voter.name)
		else:
			frappe.delete_doc("Election Voter", voter.name, force=True, ignore_permissions=True)


def test_a_roll_changed_in_the_database_does_not_close():
	h = hall.build()
	h.move("Voting Open")
	frappe.db.set_value(
		"Election Voter", h.voters()[h.organizations[0]], "delegate", builders.delegate(h.organizations[1])
	)
	with pytest.raises(roll.RollTamperedError):
		h.move("Voting Closed", h.tellers[0])


def test_the_database_itself_refuses_a_second_row_of_an_organization():
	h = hall.build()
	with pytest.raises(IntegrityError):
		roll._insert(h.doc(), [(h.organizations[0], builders.delegate(h.organizations[0]))])
