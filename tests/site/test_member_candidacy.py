"""Members stand, change, withdraw and endorse by themselves, and can do nothing else by any door."""

import frappe
import pytest
from frappe.model.workflow import apply_workflow
from frappe.utils import add_to_date, now_datetime, today

from aso_network import attachments, representation
from aso_network.polling import candidacies, nominations, runoff
from aso_network.roles import MEMBER
from aso_network.workflows import guard
from tests.site import builders, doors, hall
from tests.site.races import committed, race

MADE = (
	*("Candidacy", "Election", "General Meeting", "Member Organization", "Contact", "Network Platform"),
	*("Territory", "Network Audit Event", "Workflow Action", "Comment"),
)
NONE = frappe.DoesNotExistError


def member(organization: str) -> str:
	"""A user who represents `organization` today."""
	user = builders.user(MEMBER)
	frappe.db.set_value("Contact", builders.delegate(organization), "user", user)
	return user


def former(organization: str) -> str:
	"""A user who represented `organization` until yesterday."""
	person, user = builders.contact(), builders.user(MEMBER)
	frappe.db.set_value("Contact", person, "user", user)
	doc = frappe.get_doc("Member Organization", organization)
	doc.append(
		"representatives",
		{"contact": person, "from_date": "2000-01-01", "to_date": add_to_date(today(), days=-1)},
	)
	doc.save()
	return user


@pytest.fixture
def open_hall():
	"""Nominations are open; nobody stands yet."""
	return hall.build(organizations=5, candidates=0, upto="nominations")


def stand(h, place=0, user=None, **values):
	organization = h.organizations[place]
	with builders.as_user(user or member(organization)):
		return nominations.stand(organization, h.election, {"statement_ar": "نعمل معاً", **values})


# --- standing --------------------------------------------------------------------------------------------


def test_a_member_stands_and_an_officer_accepts(open_hall):
	h = open_hall
	user = member(h.organizations[0])
	mine = stand(h, user=user, screening_note="Elect me", status="Accepted", ballot_number=1)
	assert (mine.status, mine.owner, mine.statement_ar) == ("Submitted", user, "نعمل معاً")
	assert not mine.screening_note and not mine.ballot_number
	with builders.as_user(h.officer):
		assert guard.move(frappe.get_doc("Candidacy", mine.name), "Accepted").status == "Accepted"


def test_who_does_not_represent_the_organization_does_not_stand_for_it(open_hall):
	h = open_hall
	organization = h.organizations[0]
	for user in (
		"Guest",
		builders.user("Customer", user_type="Website User"),
		member(h.organizations[1]),
		former(organization),
	):
		with builders.as_user(user), pytest.raises(representation.NotYoursError) as error:
			nominations.stand(organization, h.election, {})
		assert frappe.db.get_value("Member Organization", organization, "title") not in str(error.value)


def test_an_election_elsewhere_is_as_good_as_none(open_hall):
	other = hall.build(organizations=3, candidates=0, upto="nominations")
	organization = open_hall.organizations[0]
	with builders.as_user(member(organization)):
		answers = []
		for election in (other.election, "EL-there-is-none"):
			with pytest.raises(NONE) as error:
				nominations.stand(organization, election, {})
			answers.append(str(error.value))
	assert answers[0] == answers[1]


@pytest.mark.parametrize("hours", [(1, 2), (-2, -1)])
def test_closed_before_it_opens_and_after_it_closes(open_hall, hours):
	h = open_hall
	mine = stand(h, 1)
	election = h.doc()
	election.nominations_from, election.nominations_to = (add_to_date(now_datetime(), hours=n) for n in hours)
	election.save()
	with pytest.raises(candidacies.NominationsClosedError):
		stand(h, 0)
	with builders.as_user(member(h.organizations[1])), pytest.raises(candidacies.NominationsClosedError):
		nominations.change(mine.name, {"statement_ar": "أفضل"})
	with builders.as_user(member(h.organizations[2])), pytest.raises(candidacies.NominationsClosedError):
		nominations.endorse(mine.name, h.organizations[2])


def test_a_suspended_member_does_not_stand(open_hall):
	h = open_hall
	with builders.as_user(h.manager):
		guard.move(frappe.get_doc("Member Organization", h.organizations[0]), "Suspended", "Accounts")
	with pytest.raises(candidacies.NotEligibleError):
		stand(h)


def test_where_persons_stand_it_is_one_of_ones_own():
	h = hall.build(organizations=4, candidates=0, candidate_kind="Person", upto="nominations")
	for person in (builders.delegate(h.organizations[1]), "There is no such person"):
		with pytest.raises(candidacies.NotEligibleError, match="represents your organization today"):
			stand(h, person=person)
	assert stand(h, person=builders.delegate(h.organizations[0])).person


def test_what_no_seat_rule_asks_is_not_kept(open_hall):
	asking = hall.build(
		organizations=4,
		candidates=0,
		upto="nominations",
		candidate_kind="Person",
		seat_rules=[{"group": "Women", "minimum": 1}],
	)
	person = {"gender": "Woman", "age": 40}
	here = stand(open_hall, person=builders.delegate(open_hall.organizations[0]), **person)
	assert not here.gender and not here.age and not here.person
	there = stand(asking, person=builders.delegate(asking.organizations[0]), **person)
	assert there.gender == "Woman" and not there.age


def test_a_statement_fits_a_phone_and_a_photo_is_private(open_hall):
	with pytest.raises(candidacies.StatementError, match="1001"):
		stand(open_hall, statement_ar="ع" * 1001)
	for photo in ("/files/me.jpg", "https://example.org/me.jpg", "data:image/png;base64,xx"):
		with pytest.raises(attachments.PublicFileError):
			stand(open_hall, photo=photo)


# --- changing and withdrawing ----------------------------------------------------------------------------


def test_a_member_changes_their_own_until_it_is_decided(open_hall):
	h = open_hall
	user = member(h.organizations[0])
	mine = stand(h, user=user)
	with builders.as_user(user):
		changed = nominations.change(
			mine.name, {"statement_en": "We work", "organization": h.organizations[1], "status": "Accepted"}
		)
	assert (changed.statement_en, changed.organization, changed.status) == (
		"We work",
		h.organizations[0],
		"Submitted",
	)
	with builders.as_user(h.officer):
		guard.move(frappe.get_doc("Candidacy", mine.name), "Accepted")
	with builders.as_user(user), pytest.raises(candidacies.AlreadyDecidedError):
		nominations.change(mine.name, {"statement_en": "Something else"})


def test_anothers_candidacy_is_as_good_as_none(open_hall):
	h = open_hall
	mine = stand(h).name
	for user in ("Guest", member(h.organizations[1]), former(h.organizations[0])):
		for name in (mine, "CAND-there-is-none"):
			with builders.as_user(user):
				with pytest.raises(NONE, match="no such candidacy"):
					nominations.change(name, {"statement_ar": "لا"})
				with pytest.raises(NONE, match="no such candidacy"):
					nominations.withdraw(name)
	assert frappe.db.get_value("Candidacy", mine, ["status", "statement_ar"]) == ("Submitted", "نعمل معاً")


@pytest.mark.parametrize("accepted", [False, True])
def test_a_member_withdraws_their_own_and_may_stand_again(open_hall, accepted):
	h = open_hall
	user = member(h.organizations[0])
	mine = stand(h, user=user)
	if accepted:
		with builders.as_user(h.officer):
			guard.move(frappe.get_doc("Candidacy", mine.name), "Accepted")
	with builders.as_user(user):
		gone = nominations.withdraw(mine.name)
	assert (gone.status, str(gone.withdrawn_on)) == ("Withdrawn", today())
	line = frappe.get_last_doc("Network Audit Event", {"reference_name": mine.name})
	assert (line.action, line.user) == ("Withdraw", user)
	assert stand(h, user=user).status == "Submitted"


def test_the_ballot_stands_once_voting_is_open():
	h = hall.build()
	h.move("Voting Open")
	with builders.as_user(member(h.organizations[0])), pytest.raises(candidacies.NominationsClosedError):
		nominations.withdraw(h.candidacies[0])


def test_the_move_is_open_to_members_by_no_other_door(open_hall):
	h = open_hall
	user = member(h.organizations[0])
	mine, other = stand(h, user=user).name, stand(h, 1).name
	with builders.as_user(user):
		for name in (mine, other):
			for door in doors.CHANGES:
				assert not doors.changes(door, "Candidacy", name), door
			for status in ("Withdrawn", "Accepted"):
				with pytest.raises(frappe.PermissionError):
					doors.request("PUT", f"/resource/Candidacy/{name}", status=status)
				with pytest.raises(frappe.PermissionError):
					doors.call(
						"frappe.client.set_value",
						doctype="Candidacy",
						name=name,
						fieldname="status",
						value=status,
					)
			with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
				apply_workflow(frappe.get_doc("Candidacy", name), "Withdraw")
			with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
				doors.call(
					"aso_network.api.lifecycle.apply_with_reason",
					doctype="Candidacy",
					name=name,
					action="Withdraw",
					reason="x",
				)
		with pytest.raises(frappe.PermissionError):
			doors.request("POST", "/resource/Candidacy", election=h.election, organization=h.organizations[0])
		# Frappe keeps a task for whoever may make the next step: members see none.
		assert not doors.shown("list", "Workflow Action")
	for name in (mine, other):
		assert frappe.db.get_value("Candidacy", name, "status") == "Submitted"


def test_the_guard_knows_whose_it_is_even_where_permissions_are_ignored(open_hall):
	h = open_hall
	other = frappe.get_doc("Candidacy", stand(h, 1).name)
	other.flags.ignore_permissions = True
	with builders.as_user(member(h.organizations[0])), pytest.raises(frappe.PermissionError):
		guard.move(other, "Withdrawn")


# --- endorsements ----------------------------------------------------------------------------------------


def endorsers(candidacy):
	return frappe.get_all(
		"Candidacy Endorsement",
		filters={"parent": candidacy},
		fields=["organization", "endorsed_by", "endorsed_on"],
		order_by="idx",
	)


def test_a_member_endorses_once_and_takes_it_back(open_hall):
	h = open_hall
	mine = stand(h).name
	endorser, user = h.organizations[1], member(h.organizations[1])
	with builders.as_user(user):
		nominations.endorse(mine, endorser)
		nominations.endorse(mine, endorser)
	(row,) = endorsers(mine)
	assert (row.organization, row.endorsed_by, str(row.endorsed_on)) == (
		endorser,
		frappe.utils.get_fullname(user),
		today(),
	)
	with builders.as_user(user):
		nominations.take_back(mine, endorser)
	assert not endorsers(mine)
	assert frappe.get_all(
		"Network Audit Event", {"reference_name": mine, "user": user}, pluck="action", order_by="creation"
	) == ["Endorse", "Take Endorsement Back"]


def test_a_candidate_types_no_endorsements(open_hall):
	h = open_hall
	user = member(h.organizations[0])
	rows = [{"organization": h.organizations[1], "endorsed_by": "Somebody"}]
	mine = stand(h, user=user, endorsements=rows)
	with builders.as_user(user):
		nominations.change(mine.name, {"endorsements": rows})
		with pytest.raises(candidacies.EndorsementError, match="its own"):
			nominations.endorse(mine.name, h.organizations[0])
		with pytest.raises(representation.NotYoursError):
			nominations.endorse(mine.name, h.organizations[1])
	assert not endorsers(mine.name)


def test_who_endorsed_is_not_typed_by_the_office_either(open_hall):
	h = open_hall
	mine = frappe.get_doc("Candidacy", stand(h).name)
	with builders.as_user(member(h.organizations[1])):
		nominations.endorse(mine.name, h.organizations[1])
	before = endorsers(mine.name)
	mine.reload()
	with builders.as_user(h.officer):
		mine.endorsements[0].endorsed_by = "Somebody else"
		mine.append(
			"endorsements",
			{"organization": h.organizations[2], "endorsed_by": "x", "endorsed_on": "2000-01-01"},
		)
		mine.save()
	first, second = endorsers(mine.name)
	assert first == before[0]
	assert (second.endorsed_by, str(second.endorsed_on)) == (frappe.utils.get_fullname(h.officer), today())


def test_only_active_members_of_the_platform_endorse_and_nobody_else_learns_of_it(open_hall):
	h = open_hall
	mine = stand(h).name
	elsewhere = builders.organization(builders.platform())
	with builders.as_user(member(elsewhere)):
		for name in (mine, "CAND-there-is-none"):
			with pytest.raises(NONE, match="no such candidacy"):
				nominations.endorse(name, elsewhere)
	with builders.as_user(h.manager):
		guard.move(frappe.get_doc("Member Organization", h.organizations[1]), "Suspended", "Accounts")
	with builders.as_user(member(h.organizations[1])):
		with pytest.raises(candidacies.EndorsementError, match="Suspended"):
			nominations.endorse(mine, h.organizations[1])
	with builders.as_user(former(h.organizations[2])), pytest.raises(representation.NotYoursError):
		nominations.endorse(mine, h.organizations[2])


def test_endorsements_stand_once_the_candidacy_is_decided(open_hall):
	h = open_hall
	mine = stand(h).name
	user = member(h.organizations[1])
	with builders.as_user(user):
		nominations.endorse(mine, h.organizations[1])
	with builders.as_user(h.officer):
		guard.move(frappe.get_doc("Candidacy", mine), "Accepted")
	with builders.as_user(user), pytest.raises(candidacies.EndorsementError, match="stay as they are"):
		nominations.take_back(mine, h.organizations[1])
	assert len(endorsers(mine)) == 1


def test_two_members_endorse_at_the_same_moment():
	with committed(*MADE):
		h = hall.build(organizations=5, candidates=1, upto="nominations")
		users = [member(organization) for organization in h.organizations[1:3]]
		frappe.db.commit()

		def endorse(user, organization):
			def act():
				frappe.set_user(user)
				return nominations.endorse(h.candidacies[0], organization).name

			return act

		outcomes = race(*(endorse(*pair) for pair in zip(users, h.organizations[1:3], strict=True)))
		assert outcomes == (h.candidacies[0], h.candidacies[0])
		assert {row.organization for row in endorsers(h.candidacies[0])} == set(h.organizations[1:3])


def test_a_runoff_keeps_who_endorsed_and_when():
	h = hall.build(
		organizations=4,
		seats=1,
		max_choices=1,
		candidates=2,
		tie_rule="Runoff among the tied",
		upto="nominations",
	)
	with builders.as_user(member(h.organizations[1])):
		nominations.endorse(h.candidacies[0], h.organizations[1])
	before = endorsers(h.candidacies[0])
	with builders.as_user(h.manager):
		for name in h.candidacies:
			guard.move(frappe.get_doc("Candidacy", name), "Accepted")
	h.move("Candidates Published", h.officer)
	with builders.as_user(h.officer):
		hall.api.freeze_roll(h.election)
	h.vote([h.paper(0), h.paper(1)])
	assert h.move("Tie", h.tellers[0]).status == "Tie"
	with builders.as_user(h.manager):
		name = runoff.hold(h.doc())
	again = frappe.db.get_value("Candidacy", {"election": name, "organization": h.organizations[0]})
	assert endorsers(again) == before
