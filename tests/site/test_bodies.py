"""An operational body: whom an announced result put into it, for how long, and who follows whom."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, add_months, getdate, today

from aso_network import bodies, rows
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows import guard
from tests.site import builders, hall
from tests.site.races import committed, race


def announced(platform, organizations, seats=None, on=None, people=(), is_announced=1) -> str:
	"""An announced result that elected these organisations in this order, and one more that was not elected.

	Written as the count leaves it; how it comes about is tested with the elections.
	"""
	on = on or today()
	meeting = frappe.db.get_value("General Meeting", {"platform": platform}) or builders.meeting(
		platform, organizations[:1], quorum_rule="None"
	)
	number = next(builders._numbers)
	election = _stored(
		"Election",
		f"EL-{number}",
		platform=platform,
		meeting=meeting,
		status="Announced",
		term_months=24,
		powers_text="Represent the platform.\nConvene <members>.",
	)
	result = _stored(
		"Election Result",
		f"ER-{number}",
		title=f"Result {number}",
		platform=platform,
		election=election,
		seats=seats or len(organizations),
		is_announced=is_announced,
		announced_on=on if is_announced else None,
	)
	loser = builders.organization(platform)
	for index, organization in enumerate([*organizations, loser]):
		person = people[index] if index < len(people) else None
		candidacy = _stored(
			"Candidacy",
			f"CAND-{number}-{index}",
			election=election,
			organization=organization,
			person=person,
			candidate_name=frappe.db.get_value("Contact", person, "full_name")
			if person
			else frappe.db.get_value("Member Organization", organization, "title"),
		)
		_stored(
			"Election Result Row",
			f"{result}-{index}",
			parent=result,
			parenttype="Election Result",
			parentfield="rows",
			idx=10 - index,
			candidacy=candidacy,
			candidate_name=frappe.db.get_value("Candidacy", candidacy, "candidate_name"),
			organization=organization,
			elected=int(organization != loser),
			seat_order=index + 1 if organization != loser else 0,
		)
	return result


def _stored(doctype, name, **values) -> str:
	doc = frappe.get_doc({"doctype": doctype, "name": name, **values})
	doc.db_insert()
	return doc.name


def body(members=2, **values):
	"""(platform, organisations elected, the body's document)"""
	platform = builders.platform()
	organizations = [builders.organization(platform) for _n in range(members)]
	result = announced(platform, organizations, **values)
	return platform, organizations, bodies.constitute_from_result(result)


# --- constituting ---


def test_the_elected_take_their_seats_in_one_step():
	platform, organizations, doc = body(3, on="2022-11-09", seats=4)
	assert doc.status == "Constituted"
	assert [row.organization for row in doc.members] == organizations
	assert [row.member_name for row in doc.members] == [o.title for o in organizations]
	assert {(row.status, row.position, row.source) for row in doc.members} == {
		("Serving", "", doc.constituted_by)
	}
	assert {str(row.from_date) for row in doc.members} == {"2022-11-09"}
	assert (str(doc.term_start), str(doc.term_end), doc.seats) == ("2022-11-09", "2024-11-08", 4)
	assert doc.title == f"{platform} 2022–2024"
	assert doc.powers == "<p>Represent the platform.</p><p>Convene &lt;members&gt;.</p>"
	assert (platform.current_body, platform.stage, platform.progress) == (doc.name, "Structured", 100)
	assert platform.structured_on == getdate("2022-11-09")
	assert frappe.db.get_value("Election", doc.election, "body") == doc.name


def test_a_real_election_constitutes_its_body():
	h = hall.build()
	h.count([h.paper(0, 1), h.paper(0, 1), h.paper(0)])
	h.sign()
	h.move("Announced")
	with builders.as_user(h.manager):
		doc = bodies.constitute_from_result(h.result().name)
	assert [row.organization for row in doc.members] == h.organizations[:2]
	assert doc.term_end == add_days(add_months(getdate(), 24), -1)


def test_constituting_twice_is_constituting_once():
	_platform, _organizations, doc = body()
	again = bodies.constitute_from_result(doc.constituted_by)
	assert (again.name, again.status) == (doc.name, "Constituted")
	with pytest.raises(frappe.UniqueValidationError):
		frappe.get_doc({"doctype": doc.doctype, "constituted_by": doc.constituted_by}).insert()


def test_a_draft_made_by_hand_is_the_body_that_is_constituted():
	platform = builders.platform()
	organizations = [builders.organization(platform) for _n in range(2)]
	result = announced(platform, organizations)
	draft = frappe.get_doc(
		{
			"doctype": "Operational Body",
			"constituted_by": result,
			"members": [{"organization": o} for o in reversed(organizations)],
		}
	).insert()
	assert (draft.platform, draft.seats, draft.title) == (
		platform,
		2,
		f"{platform} {getdate().year}–{getdate().year + 2}",
	)
	doc = bodies.constitute_from_result(result)
	assert (doc.name, doc.status) == (draft.name, "Constituted")
	assert all(row.candidacy for row in doc.members)


def test_nobody_is_elected_before_the_result_is_announced():
	platform = builders.platform()
	result = announced(platform, [builders.organization(platform)], is_announced=0)
	with pytest.raises(bodies.NotAnnouncedError, match="has not been announced") as refused:
		bodies.constitute_from_result(result)
	assert frappe.db.get_value("Election Result", result, "title") in str(refused.value)
	assert not frappe.db.exists("Operational Body", {"constituted_by": result})


def test_only_a_manager_constitutes():
	platform = builders.platform()
	result = announced(platform, [builders.organization(platform)])
	with builders.as_user(builders.user(OFFICER)), pytest.raises(frappe.PermissionError):
		bodies.constitute_from_result(result)
	with builders.as_user(builders.user(MANAGER)):
		assert bodies.constitute_from_result(result).status == "Constituted"


def test_a_result_of_another_platform_and_a_body_without_members_are_refused():
	platform, other = builders.platform(), builders.platform()
	result = announced(platform, [builders.organization(platform)])
	draft = frappe.get_doc({"doctype": "Operational Body", "constituted_by": result, "platform": other})
	with pytest.raises(bodies.OtherPlatformError, match=other):
		draft.insert()
	draft.platform = None
	draft.insert()
	with pytest.raises(bodies.NoMembersError):
		guard.move(draft, "Constituted")


def test_the_term_does_not_end_before_it_starts():
	platform = builders.platform()
	result = announced(platform, [builders.organization(platform)])
	with pytest.raises(bodies.BodyTermError):
		frappe.get_doc(
			{"doctype": "Operational Body", "constituted_by": result, "term_end": add_days(today(), -1)}
		).insert()


# --- members ---


def test_who_was_not_elected_is_no_member():
	platform, _organizations, doc = body(2, seats=3)
	outsider = builders.organization(platform)
	doc.append("members", {"organization": outsider, "source": doc.constituted_by})
	with pytest.raises(bodies.NotElectedError, match="was not elected") as refused:
		doc.save()
	assert outsider.title in str(refused.value) and doc.title in str(refused.value)
	doc.reload()
	loser = frappe.db.get_value(
		"Election Result Row", {"parent": doc.constituted_by, "elected": 0}, ["candidacy", "organization"]
	)
	doc.append("members", {"organization": loser[1], "candidacy": loser[0], "source": doc.constituted_by})
	with pytest.raises(bodies.NotElectedError):
		doc.save()


def test_a_member_who_left_is_followed_by_one_successor_dated_and_explained():
	platform, organizations, doc = body(2, on="2022-11-09")
	successor, another = builders.organization(platform), builders.organization(platform)
	left = organizations[0].title
	row = {"organization": successor, "fills_vacancy_of": left, "from_date": "2023-05-02"}

	def refused(error, match, **change):
		doc.reload()
		doc.append("members", {**row, **change})
		with pytest.raises(error, match=match):
			doc.save()

	refused(bodies.VacancyError, "has not left", vacancy_reason="By the meeting")
	doc.reload()
	doc.members[0].status = "Left"
	with pytest.raises(bodies.MemberDatesError, match=left):
		doc.save()
	gone = {"status": "Left", "to_date": "2022-01-01", "vacancy_reason": "Moved away"}
	doc.reload()
	doc.members[0].update(gone)
	with pytest.raises(bodies.MemberDatesError, match="before the first day"):
		doc.save()
	doc.reload()
	doc.members[0].update({**gone, "to_date": "2023-05-01"})
	doc.save()
	refused(bodies.VacancyError, "reason")
	refused(bodies.VacancyError, "who left on", vacancy_reason="By the meeting", from_date="2023-04-30")
	elsewhere = builders.organization(builders.platform())
	refused(bodies.OtherPlatformError, elsewhere.title, vacancy_reason="x", organization=elsewhere)
	doc.reload()
	doc.append("members", {**row, "vacancy_reason": "By the meeting"})
	doc.save()
	assert (doc.members[2].member_name, doc.members[2].candidacy) == (successor.title, None)
	doc.members[1].update({"status": "Left", "to_date": "2023-06-01", "vacancy_reason": "Ill"})
	doc.append("members", {**row, "organization": another, "vacancy_reason": "By the meeting"})
	with pytest.raises(bodies.VacancyError, match="filled twice"):
		doc.save()
	doc.reload()
	doc.members[1].update({"status": "Left", "to_date": "2023-06-01", "vacancy_reason": "Ill"})
	doc.append("members", {**row, "organization": another, "vacancy_reason": "By the meeting"})
	doc.members[3].update({"fills_vacancy_of": organizations[1].title, "from_date": "2023-06-01"})
	doc.save()
	assert [row.status for row in doc.members] == ["Left", "Left", "Serving", "Serving"]


def test_a_by_election_fills_a_seat_but_the_next_body_s_election_does_not():
	platform, _organizations, doc = body(2)
	doc.members[0].update({"status": "Left", "to_date": today(), "vacancy_reason": "Ill"})
	doc.save()
	newcomer = builders.organization(platform)
	by_election = announced(platform, [newcomer])
	doc.append("members", {"organization": newcomer})
	doc.save()
	assert doc.members[2].source == by_election
	earlier = announced(platform, [builders.organization(platform)], on="2020-01-01")
	doc.members[1].update({"status": "Left", "to_date": today(), "vacancy_reason": "Ill"})
	doc.append(
		"members",
		{"organization": frappe.db.get_value("Election Result Row", {"parent": earlier}, "organization")},
	)
	with pytest.raises(bodies.NotElectedError):
		doc.save()


def test_there_are_no_more_members_than_seats_and_nobody_sits_twice():
	platform, organizations, doc = body(2)
	announced(platform, [builders.organization(platform)])
	newcomer = frappe.get_all(
		"Election Result Row", {"elected": 1}, "organization", order_by="creation desc"
	)[0]
	doc.append("members", {"organization": newcomer.organization})
	with pytest.raises(bodies.TooManyMembersError, match="has 2 seats, but 3"):
		doc.save()
	doc.reload()
	doc.append("members", {"organization": organizations[0], "candidacy": doc.members[0].candidacy})
	with pytest.raises(bodies.MemberTwiceError, match="serves twice"):
		doc.save()


def test_the_person_elected_is_the_member_and_an_organization_sends_its_own_people():
	platform = builders.platform()
	organizations = [builders.organization(platform) for _n in range(2)]
	person = builders.delegate(organizations[0])
	result = announced(platform, organizations, people=[person])
	doc = bodies.constitute_from_result(result)
	assert doc.members[0].person == person
	assert doc.members[0].member_name == frappe.db.get_value("Contact", person, "full_name")
	doc.members[0].person = builders.contact()
	doc.save()
	assert doc.members[0].person == person
	doc.members[1].person = person
	with pytest.raises(bodies.NotElectedError, match="does not represent"):
		doc.save()
	doc.reload()
	doc.members[1].person = builders.delegate(organizations[1])
	doc.members[1].position = "Chair"
	doc.save()


def test_a_member_stays_on_the_record():
	_platform, organizations, doc = body(2)
	doc.members = doc.members[1:]
	with pytest.raises(bodies.MemberRemovedError, match=organizations[0].title):
		doc.save()
	alone = frappe.get_doc("Operational Body Member", doc.members[0].name)
	with pytest.raises(rows.RowAloneError):
		alone.save()


def test_the_term_stands_while_the_body_is_in_office():
	_platform, _organizations, doc = body()
	for field in ("term_start", "term_end"):
		doc.reload()
		doc.set(field, add_days(doc.get(field), 1))
		with pytest.raises(bodies.BodyFixedError, match="is in office") as refused:
			doc.save()
		assert doc.title in str(refused.value)


def test_what_the_result_says_cannot_be_typed():
	_platform, _organizations, doc = body()
	doc.seats, doc.election = 99, "EL-other"
	doc.save()
	assert doc.seats == 2 and doc.election != "EL-other"


# --- the end ---


def test_a_term_ends_with_its_last_day_and_the_platform_stays_structured():
	platform, _organizations, doc = body(on=add_days(add_months(today(), -24), 1))
	assert doc.term_end == getdate()
	bodies.end_due_terms()
	assert doc.reload().status == "Constituted"
	frappe.db.set_value("Operational Body", doc.name, "term_end", add_days(today(), -1))
	bodies.end_due_terms()
	doc.reload()
	assert doc.status == "Term Ended"
	assert {(row.status, row.to_date) for row in doc.members} == {("Served", getdate(add_days(today(), -1)))}
	assert (platform.current_body, platform.stage) == (None, "Structured")
	doc.title = "Another"
	with pytest.raises(bodies.BodyEndedError, match="Term Ended"):
		doc.save()


def test_one_body_that_cannot_be_ended_does_not_keep_the_others_in_office():
	_platform, _organizations, broken = body(on="2020-01-01")
	_platform, _organizations, due = body(on="2020-01-01")
	frappe.db.set_value("Election Result", broken.constituted_by, "is_announced", 0)
	bodies.end_due_terms()
	assert (broken.reload().status, due.reload().status) == ("Constituted", "Term Ended")
	logged = {"method": ("like", f"%{broken.name}%")}
	assert frappe.db.exists("Error Log", logged)
	frappe.db.delete("Error Log", logged)  # its table knows no rollback


def test_a_dissolved_body_leaves_the_platform_without_one():
	platform, _organizations, doc = body()
	with pytest.raises(guard.ReasonRequiredError):
		guard.move(doc, "Dissolved")
	guard.move(doc.reload() or doc, "Dissolved", "Decided by the meeting")
	assert platform.current_body is None
	assert {(row.status, row.to_date) for row in doc.members} == {("Served", getdate())}


def test_a_platform_has_one_body_in_office():
	platform, _organizations, doc = body()
	second = announced(platform, [builders.organization(platform)])
	with pytest.raises(bodies.BodyInOfficeError) as refused:
		bodies.constitute_from_result(second)
	assert doc.title in str(refused.value) and platform in str(refused.value)


def test_a_body_whose_term_is_over_makes_way_for_the_next():
	platform, _organizations, old = body(on="2020-01-01")
	second = announced(platform, [builders.organization(platform)])
	new = bodies.constitute_from_result(second)
	assert old.reload().status == "Term Ended"
	assert platform.current_body == new.name
	assert platform.structured_on == getdate("2020-01-01")


def test_the_network_is_structured_on_the_day_the_last_platform_is():
	def structured_on():
		return frappe.get_doc("ASO Network Settings").network_structured_on

	assert not frappe.db.count("Network Platform")
	body(on="2022-10-01")
	assert getdate(structured_on()) == getdate("2022-10-01")
	last = builders.platform()
	assert not structured_on()
	empty = builders.platform()
	bodies.constitute_from_result(announced(last, [builders.organization(last)], on="2022-11-09"))
	assert not structured_on()
	frappe.delete_doc("Network Platform", empty)
	assert getdate(structured_on()) == getdate("2022-11-09")


def test_two_managers_at_once_constitute_one_body():
	doctypes = (
		"Operational Body",
		"Election Result",
		"Candidacy",
		"Election",
		"General Meeting",
		"Member Organization",
		"Contact",
		"Network Audit Event",
		"Network Platform",
		"Territory",
	)
	with committed(*doctypes):
		platform = builders.platform()
		result = announced(platform, [builders.organization(platform)])
		frappe.db.commit()
		first, second = race(
			lambda: bodies.constitute_from_result(result).name,
			lambda: bodies.constitute_from_result(result).name,
		)
		assert first == second == platform.current_body
		assert frappe.db.count("Operational Body", {"constituted_by": result}) == 1
	frappe.db.set_single_value("ASO Network Settings", "network_structured_on", None)
	frappe.db.commit()
