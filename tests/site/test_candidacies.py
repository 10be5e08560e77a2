"""Who may stand, when, and who decides about it."""

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from aso_network.api import elections as api
from aso_network.polling import candidacies, committee
from aso_network.workflows import guard
from tests.site import builders, hall


def test_nominations_must_be_open():
	h = hall.build(upto="draft")
	with pytest.raises(candidacies.NominationsClosedError, match="Draft"):
		hall.stand(h, h.organizations[0])
	published = hall.build(upto="published")
	with pytest.raises(candidacies.NominationsClosedError, match="Candidates Published"):
		hall.stand(published, published.organizations[3])


@pytest.mark.parametrize(("start", "end"), [(1, 2), (-2, -1)])
def test_the_window_of_nominations_is_kept(start, end):
	h = hall.build(candidates=0, upto="nominations")
	election = h.doc()
	election.nominations_from = add_to_date(now_datetime(), hours=start)
	election.nominations_to = add_to_date(now_datetime(), hours=end)
	election.save()
	with pytest.raises(candidacies.NominationsClosedError):
		hall.stand(h, h.organizations[0])


def test_only_active_members_of_the_platform_stand():
	h = hall.build(candidates=0, upto="nominations")
	applied = builders.organization(h.platform, status="Applied")
	elsewhere = builders.organization(builders.platform())
	for organization in (applied, elsewhere):
		title = frappe.db.get_value("Member Organization", organization, "title")
		with pytest.raises(candidacies.NotEligibleError) as error:
			hall.stand(h, organization)
		assert title in str(error.value)


def test_an_organization_stands_once_unless_it_withdrew():
	h = hall.build(candidates=1, upto="nominations")
	with pytest.raises(candidacies.AlreadyStandsError, match=h.candidacies[0]):
		hall.stand(h, h.organizations[0])
	with builders.as_user(h.officer):
		guard.move(frappe.get_doc("Candidacy", h.candidacies[0]), "Withdrawn")
	assert frappe.db.get_value("Candidacy", h.candidacies[0], "withdrawn_on")
	assert hall.stand(h, h.organizations[0]).status == "Submitted"


def test_where_persons_stand_the_person_represents_the_organization():
	h = hall.build(candidates=0, candidate_kind="Person", upto="nominations")
	with pytest.raises(candidacies.NotEligibleError, match="persons stand"):
		hall.stand(h, h.organizations[0])
	stranger = frappe.get_doc(
		{
			"doctype": "Candidacy",
			"election": h.election,
			"organization": h.organizations[0],
			"person": builders.delegate(h.organizations[1]),
		}
	)
	with pytest.raises(candidacies.NotEligibleError, match="not a current representative"):
		stranger.insert()


def test_a_committee_member_does_not_stand():
	h = hall.build(candidates=0, upto="nominations")
	with pytest.raises(committee.CommitteeError, match="counting committee"):
		hall.stand(h, h.organizations[-1])


def test_a_colleague_of_a_teller_may_stand_where_persons_stand():
	h = hall.build(candidates=0, candidate_kind="Person", upto="nominations")
	organization = frappe.get_doc("Member Organization", h.organizations[-1])
	colleague = builders.contact()
	organization.append("representatives", {"contact": colleague, "is_delegate": 0})
	organization.save()
	candidacy = frappe.get_doc(
		{
			"doctype": "Candidacy",
			"election": h.election,
			"organization": organization.name,
			"person": colleague,
		}
	).insert()
	assert candidacy.status == "Submitted"


def test_endorsements_are_of_other_active_members_and_as_many_as_decided():
	h = hall.build(candidates=1, upto="nominations")
	frappe.db.set_value("Election", h.election, "min_endorsements", 1)
	candidacy = frappe.get_doc("Candidacy", h.candidacies[0])
	with builders.as_user(h.manager), pytest.raises(candidacies.EndorsementError, match="0 of the 1"):
		guard.move(candidacy, "Accepted")
	candidacy.reload()
	candidacy.append("endorsements", {"organization": h.organizations[0]})
	with pytest.raises(candidacies.EndorsementError, match="does not endorse itself"):
		candidacy.save()
	candidacy.reload()
	for _twice in range(2):
		candidacy.append("endorsements", {"organization": h.organizations[1]})
	with pytest.raises(candidacies.EndorsementError, match="twice"):
		candidacy.save()
	candidacy.reload()
	candidacy.append("endorsements", {"organization": h.organizations[1]})
	with builders.as_user(h.manager):
		assert guard.move(candidacy, "Accepted").status == "Accepted"


def test_an_officer_does_not_accept_what_they_submitted():
	h = hall.build(candidates=1, upto="nominations")
	with builders.as_user(h.officer), pytest.raises(guard.MoveNotPermittedError, match="submitted by you"):
		frappe.client.set_value("Candidacy", h.candidacies[0], "status", "Accepted")
	with builders.as_user(builders.user("Network Officer")):
		guard.move(frappe.get_doc("Candidacy", h.candidacies[0]), "Accepted")


def test_candidates_are_published_only_when_all_are_decided():
	h = hall.build(candidates=2, upto="nominations")
	with pytest.raises(candidacies.NotScreenedError) as error:
		h.move("Candidates Published", h.officer)
	assert frappe.db.get_value("Candidacy", h.candidacies[1], "candidate_name") in str(error.value)


def test_there_is_nobody_to_publish():
	h = hall.build(candidates=0, upto="nominations")
	with pytest.raises(candidacies.NotScreenedError, match="nobody to publish"):
		h.move("Candidates Published", h.officer)


def test_published_candidates_have_their_numbers_once_each():
	h = hall.build(upto="published")
	assert sorted(c.ballot_number for c in candidacies.accepted(h.election)) == [1, 2, 3]


def test_the_ballot_stands_once_voting_is_open():
	h = hall.build()
	h.move("Voting Open")
	candidacy = frappe.get_doc("Candidacy", h.candidacies[0])
	with builders.as_user(h.manager), pytest.raises(candidacies.NominationsClosedError):
		guard.move(candidacy, "Withdrawn")
	candidacy.reload()
	for field, value in (("organization", h.organizations[3]), ("statement_en", "Better late")):
		candidacy.reload()
		candidacy.set(field, value)
		with pytest.raises((candidacies.NominationsClosedError, candidacies.AlreadyDecidedError)):
			candidacy.save()


def test_numbers_and_dates_are_not_typed_and_names_stand_once_voting_is_open():
	h = hall.build()
	h.move("Voting Open")
	name = h.candidacies[0]
	before = frappe.get_doc("Candidacy", name)
	frappe.db.set_value("Member Organization", h.organizations[0], "title", "Renamed meanwhile")
	with builders.as_user(h.officer):
		frappe.client.set_value(
			"Candidacy",
			name,
			{"ballot_number": 9, "withdrawn_on": "2020-01-01", "candidate_name": "Somebody"},
		)
	after = frappe.get_doc("Candidacy", name)
	for field in ("ballot_number", "withdrawn_on", "candidate_name", "candidate_name_ar"):
		assert after.get(field) == before.get(field), field


def test_an_accepted_candidacy_does_not_become_anothers():
	h = hall.build(candidates=1, upto="nominations")
	candidacy = frappe.get_doc("Candidacy", h.candidacies[0])
	with builders.as_user(h.manager):
		guard.move(candidacy, "Accepted")
	candidacy.reload()
	candidacy.organization = h.organizations[1]
	with builders.as_user(h.officer), pytest.raises(candidacies.AlreadyDecidedError, match="Accepted"):
		candidacy.save()


def test_a_candidate_suspended_since_blocks_the_opening():
	h = hall.build()
	with builders.as_user(h.manager):
		organization = frappe.get_doc("Member Organization", h.organizations[0])
		guard.move(organization, "Suspended", "Accounts in question")
		api.freeze_roll(h.election)
	issues = [b["issue"] for b in api.issues_before_opening(h.election)]
	assert any("may not stand any more" in issue for issue in issues)


def test_a_candidacy_without_election_is_told_what_is_missing():
	with pytest.raises(frappe.MandatoryError):
		frappe.get_doc({"doctype": "Candidacy"}).insert()
