"""The contest: its rules are the meeting's, and they stand still once voting opens."""

import frappe
import pytest

from aso_network import meetings
from aso_network.api import elections as api
from aso_network.polling import committee, contest
from aso_network.roles import COMMITTEE
from aso_network.workflows import guard
from tests.site import builders, hall


def test_rules_are_taken_from_the_carried_decisions():
	h = hall.build(seats=2, max_choices=3, upto="nominations")
	election = h.doc()
	assert (election.form, election.seats, election.max_choices) == ("Block Vote", 2, 3)
	assert election.candidate_kind == "Organization"
	assert election.powers_text == "Decided: Powers"


def test_a_rule_that_was_not_carried_stops_the_adoption_and_is_named():
	h = hall.build(upto="draft")
	meeting = frappe.get_doc("General Meeting", h.meeting)
	powers = next(row for row in meeting.decisions if row.kind == "Powers")
	powers.votes_against, powers.votes_for = powers.votes_for, 0
	meeting.save()
	with pytest.raises(contest.RulesMissingError, match="Powers") as error:
		h.move("Rules Adopted", h.officer)
	assert meeting.title in str(error.value)


def test_rules_cannot_be_typed_by_anybody():
	h = hall.build(seats=2, upto="nominations")
	with builders.as_user(h.manager):
		frappe.client.set_value("Election", h.election, {"seats": 9, "max_choices": 9, "roll_hash": "x"})
	assert (h.doc().seats, h.doc().roll_hash) == (2, None)


def test_checklist_lists_every_blocker_at_once_with_a_way_out():
	h = hall.build(upto="nominations")
	election = h.doc()
	election.committee = election.committee[:1]
	election.save()
	frappe.db.set_value("User", h.tellers[0], "enabled", 0)
	with builders.as_user(h.officer):
		blockers = api.issues_before_opening(h.election)
	text = "\n".join(b["issue"] for b in blockers)
	for expected in (
		"roll is not frozen",
		"1 of at least 2",
		"no user to enter",
		"not decided",
		"not published",
	):
		assert expected in text
	assert all(b["way_out"] for b in blockers)


def test_a_ready_election_has_no_blocker_and_opens():
	h = hall.build()
	assert api.issues_before_opening(h.election) == []
	assert h.move("Voting Open").status == "Voting Open"


@pytest.mark.parametrize(
	"missing", ["roll", "quorum", "committee role", "attendance changed", "committee decision"]
)
def test_voting_does_not_open_while_something_is_missing(missing):
	h = hall.build()
	if missing == "roll":
		frappe.db.set_value("Election", h.election, "roll_hash", None)
	elif missing == "quorum":
		frappe.db.set_value("General Meeting", h.meeting, "is_quorate", 0)
	elif missing == "committee role":
		frappe.get_doc("User", h.tellers[0]).remove_roles(COMMITTEE)
	elif missing == "attendance changed":
		meeting = frappe.get_doc("General Meeting", h.meeting)
		meeting.attendance[0].present = 0
		meeting.save()
	else:
		meeting = frappe.get_doc("General Meeting", h.meeting)
		meeting.decisions = [d for d in meeting.decisions if d.kind != "Counting Committee"]
		meeting.save()
	with pytest.raises(contest.NotReadyToOpenError) as error:
		h.move("Voting Open")
	assert h.doc().title in str(error.value)
	assert h.doc().status == "Candidates Published"


def test_rules_that_the_meeting_has_changed_since_block_the_opening():
	h = hall.build()
	meeting = frappe.get_doc("General Meeting", h.meeting)
	next(d for d in meeting.decisions if d.kind == "Electoral Form").seats = 1
	meeting.save()
	with pytest.raises(contest.NotReadyToOpenError, match="decided otherwise"):
		h.move("Voting Open")


def test_an_officer_does_not_open_voting():
	h = hall.build()
	with pytest.raises(guard.MoveNotPermittedError, match="Network Manager"):
		h.move("Voting Open", h.officer)


@pytest.mark.parametrize(
	("field", "value"),
	[
		("title", "Another title"),
		("voting_date", "2030-01-01"),
		("signatures_required", 1),
		("roll_source", "Active members"),
		("committee", []),
	],
)
def test_nothing_about_the_contest_changes_once_voting_is_open(field, value):
	h = hall.build()
	h.move("Voting Open")
	election = h.doc()
	election.set(field, value)
	with builders.as_user(h.manager), pytest.raises(contest.ContestFixedError, match="Voting Open"):
		election.save()


def test_figures_of_the_count_are_the_committees():
	h = hall.build()
	h.move("Voting Open")
	with builders.as_user(h.manager), pytest.raises(contest.CountIsTheCommitteesError):
		frappe.client.set_value("Election", h.election, "papers_in_box", 3)
	h.figures(papers_in_box=3)
	assert h.doc().papers_in_box == 3


def test_a_teller_does_not_change_the_contest():
	h = hall.build(upto="published")
	with builders.as_user(h.tellers[0]), pytest.raises(contest.CountIsTheCommitteesError):
		frappe.client.set_value("Election", h.election, "title", "Mine")


def test_a_candidate_is_not_on_the_committee():
	h = hall.build(upto="published")
	election = h.doc()
	candidate = h.organizations[0]
	election.append(
		"committee",
		{
			"contact": builders.delegate(candidate),
			"organization": candidate,
			"user": builders.user(COMMITTEE),
		},
	)
	with pytest.raises(committee.CommitteeError, match="stands in"):
		election.save()


def test_the_same_person_is_not_on_the_committee_twice():
	h = hall.build(upto="draft")
	election = h.doc()
	election.append("committee", {"contact": election.committee[0].contact})
	with pytest.raises(committee.CommitteeError, match="twice"):
		election.save()


def test_a_committee_of_six_is_refused():
	h = hall.build(organizations=6, upto="draft")
	election = h.doc()
	for organization in h.organizations[:4]:
		election.append("committee", {"contact": builders.delegate(organization)})
	with pytest.raises(committee.CommitteeError, match="6 people"):
		election.save()


def test_a_teller_who_was_not_in_the_hall_blocks_the_opening():
	h = hall.build(upto="draft")
	absent = builders.organization(h.platform)
	election = h.doc()
	election.append(
		"committee",
		{"contact": builders.delegate(absent), "organization": absent, "user": builders.user(COMMITTEE)},
	)
	election.save()
	issues = [b["issue"] for b in api.issues_before_opening(h.election)]
	assert any("was not present" in issue for issue in issues)


def test_an_annulment_needs_a_reason_and_ends_the_election():
	h = hall.build()
	with pytest.raises(guard.ReasonRequiredError):
		h.move("Annulled")
	h.move("Annulled", reason="The hall was stormed")
	event = frappe.get_last_doc("Network Audit Event", {"reference_name": h.election})
	assert (event.from_state, event.to_state, event.reason) == (
		"Candidates Published",
		"Annulled",
		"The hall was stormed",
	)
	with pytest.raises(guard.MoveNotAllowedError):
		h.move("Voting Open")


def test_an_announcement_is_not_dated_before_the_vote():
	h = hall.build(candidates=2)
	h.count([h.paper(0), h.paper(0), h.paper(1)])
	h.sign()
	h_doc = h.doc()
	h_doc.announced_on = frappe.utils.add_days(h_doc.voting_date, -1)
	h_doc.save()
	with pytest.raises(contest.AnnouncementDateError):
		h.move("Announced")


def test_a_delegate_of_a_candidate_does_not_count_by_leaving_the_organization_empty():
	h = hall.build(upto="published")
	election = h.doc()
	row = hall.teller(h.organizations[0], builders.user(COMMITTEE))
	election.append("committee", row | {"organization": None})
	with pytest.raises(committee.CommitteeError, match="stands in"):
		election.save()


def test_a_teller_signs_with_an_account_of_their_own():
	h = hall.build()
	frappe.db.set_value("Contact", builders.delegate(h.organizations[-1]), "user", None)
	with pytest.raises(contest.NotReadyToOpenError, match="own"):
		h.move("Voting Open")


def test_the_signatures_needed_stand_once_voting_is_open():
	h = hall.build(organizations=6, upto="draft")
	frappe.db.set_single_value("ASO Network Settings", "signatures_needed", 3)
	election = h.doc()
	election.append("committee", hall.teller(h.organizations[3], builders.user(COMMITTEE)))
	election.save()
	assert committee.signatures_needed(election) == 3
	contest.open_voting(election)
	frappe.db.set_single_value("ASO Network Settings", "signatures_needed", 2)
	assert committee.signatures_needed(election) == 3
	opened = hall.build()
	assert opened.move("Voting Open").signatures_required == 2


def test_an_election_stays_with_its_meeting():
	h, other = hall.build(upto="nominations"), hall.build(upto="draft")
	with builders.as_user(h.officer), pytest.raises(contest.ContestFixedError, match="General Meeting"):
		frappe.client.set_value("Election", h.election, "meeting", other.meeting)


def test_the_minutes_keep_the_rules_that_were_voted_by():
	h = hall.build()
	h.move("Voting Open")
	meeting = frappe.get_doc("General Meeting", h.meeting)
	next(d for d in meeting.decisions if d.kind == "Electoral Form").seats = 1
	with builders.as_user(h.officer), pytest.raises(meetings.DecisionsHeldError, match="Voting Open"):
		meeting.save()
