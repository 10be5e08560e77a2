"""A general meeting: who is there, whether that is enough, what is decided, and what stays on record."""

from __future__ import annotations

import frappe
import frappe.client
import pytest
from frappe.utils import add_days, getdate, now_datetime, today

from aso_network import meetings, rows
from aso_network.api import meetings as api
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows import guard
from tests.site import builders


def hall(members: int = 3, status: str = "In Session", **values):
	"""(platform, organisations, document of a meeting at which all of them are present)"""
	platform = builders.platform()
	organizations = [builders.organization(platform) for _n in range(members)]
	return platform, organizations, builders.meeting(platform, organizations, status, **values).doc()


# --- a new meeting ---


def test_meetings_are_numbered_per_platform_and_named_alike_in_every_language():
	first, second = builders.platform(), builders.platform()
	made = [builders.meeting(p, status="Draft", meeting_date="2022-11-09") for p in (first, second, first)]
	assert [meeting.sequence for meeting in made] == [1, 1, 2]
	assert made[2].title == f"{first} 2 (2022-11-09)"


def test_the_number_of_a_deleted_draft_is_given_again_if_it_was_the_last():
	platform = builders.platform()
	first, second = (builders.meeting(platform, status="Draft") for _ in range(2))
	frappe.delete_doc("General Meeting", first)
	assert builders.meeting(platform, status="Draft").sequence == 3
	frappe.delete_doc("General Meeting", platforms_last(platform))
	assert builders.meeting(platform, status="Draft").sequence == 3
	assert second.sequence == 2


def platforms_last(platform):
	return frappe.db.get_value("General Meeting", {"platform": platform}, "name", order_by="sequence desc")


def test_a_new_meeting_has_the_agenda_of_a_structuring_meeting_unless_it_brings_its_own():
	platform = builders.platform()
	doc = builders.meeting(platform, status="Draft").doc()
	assert [row.topic for row in doc.agenda] == meetings.default_agenda()
	assert "Impressions" in doc.agenda[0].topic and "Announcement" in doc.agenda[-1].topic
	own = builders.meeting(platform, status="Draft", agenda=[{"topic": "Only this"}]).doc()
	assert [row.topic for row in own.agenda] == ["Only this"]


def test_hours_are_not_invented():
	doc = builders.meeting(builders.platform(), status="Draft").doc()
	assert (doc.start_time, doc.end_time) == (None, None)


def test_a_new_meeting_takes_the_quorum_rule_of_the_settings():
	settings = frappe.get_doc("ASO Network Settings")
	settings.default_quorum_rule, settings.default_quorum_value = "Percentage of active members", 60
	settings.save()
	platform = builders.platform()
	doc = builders.meeting(platform, status="Draft").doc()
	assert (doc.quorum_rule, doc.quorum_value) == ("Percentage of active members", 60)
	own = builders.meeting(platform, status="Draft", quorum_rule="None").doc()
	assert own.quorum_rule == "None"
	with builders.as_user(builders.user(OFFICER)):
		assert api.new_meeting()["quorum_value"] == 60
	with builders.as_user(builders.user("Sales User")), pytest.raises(frappe.PermissionError):
		api.new_meeting()


def test_what_is_counted_or_numbered_cannot_be_typed():
	platform, _organizations, doc = hall(2)
	typed = {
		"sequence": 9,
		"call_number": 9,
		"adjourned_from": doc.name,
		"active_members": 1,
		"quorum_required": 1,
		"present_count": 99,
		"is_quorate": 0,
		"title": "typed",
	}
	doc.update(typed)
	doc.save()
	assert [doc.get(field) for field in typed] == [1, 1, None, 2, 2, 2, 1, f"{platform} 1 ({today()})"]
	new = builders.meeting(platform, status="Draft", **typed).doc()
	assert [new.get(field) for field in typed][:4] == [2, 1, None, 2]


def test_a_meeting_does_not_end_before_it_starts():
	with pytest.raises(meetings.MeetingTimesError, match="before it starts"):
		builders.meeting(builders.platform(), status="Draft", start_time="14:00:00", end_time="9:30:00")


# --- quorum ---


def test_the_quorum_is_fixed_when_the_meeting_is_convened():
	platform, _organizations, doc = hall(3, "Draft")
	for rule, value, needed in (
		("Percentage of active members", 30, 1),
		("Fixed number", 3, 3),
		("None", 0, 1),
		("Majority of active members", 0, 2),
	):
		doc.quorum_rule, doc.quorum_value = rule, value
		doc.save()
		assert (doc.active_members, doc.quorum_required) == (3, needed)
	builders.organization(platform)
	guard.move(doc, "Convened")
	builders.organization(platform)
	builders.organization(platform)
	doc.save()
	assert (doc.active_members, doc.quorum_required) == (4, 3)


def test_the_rule_stands_once_convened():
	_platform, _organizations, doc = hall(1, "Convened")
	for change in ({"quorum_rule": "None"}, {"quorum_value": 1}):
		doc.reload()
		doc.update(change)
		with pytest.raises(meetings.QuorumFixedError, match="second call") as refused:
			doc.save()
		assert doc.title in str(refused.value)


@pytest.mark.parametrize(
	("rule", "value"),
	[("Percentage of active members", 0), ("Percentage of active members", 120), ("Fixed number", 2.5)],
)
def test_a_rule_that_cannot_be_applied_is_refused(rule, value):
	with pytest.raises(meetings.QuorumRuleError, match="cannot be applied"):
		builders.meeting(builders.platform(), status="Draft", quorum_rule=rule, quorum_value=value)


def test_a_meeting_that_could_never_be_quorate_is_not_convened():
	with pytest.raises(meetings.QuorumRuleError, match="no active members"):
		builders.meeting(builders.platform(), status="Convened")
	_platform, _organizations, doc = hall(2, "Draft", quorum_rule="Fixed number", quorum_value=3)
	with pytest.raises(meetings.QuorumRuleError, match="needs 3 members"):
		guard.move(doc, "Convened")


def test_a_session_opens_only_with_a_quorum():
	_platform, organizations, doc = hall(4, "Convened")
	doc.extend("attendance", [builders.present(o) for o in organizations[:2]])
	doc.save()
	assert (doc.present_count, doc.is_quorate) == (2, 0)
	with pytest.raises(meetings.NoQuorumError, match="2 present, 3 needed") as refused:
		guard.move(doc, "In Session")
	assert doc.title in str(refused.value) and "second call" in str(refused.value)
	doc.reload()
	doc.append("attendance", builders.present(organizations[2]))
	guard.move(doc, "In Session")
	assert (doc.present_count, doc.is_quorate) == (3, 1)


# --- attendance ---


def test_nobody_is_present_at_a_draft():
	_platform, organizations, doc = hall(1, "Draft")
	doc.append("attendance", {**builders.present(organizations[0]), "present": 0})
	doc.save()
	doc.attendance[0].present = 1
	with pytest.raises(meetings.NotConvenedError, match="convene it"):
		doc.save()


def test_an_organization_that_is_not_active_is_not_at_a_meeting():
	platform, _organizations, doc = hall(1)
	for status in ("Applied", "Under Review", "Suspended", "Rejected", "Withdrawn"):
		inactive = builders.organization(platform, status)
		for present in (1, 0):
			doc.reload()
			doc.append("attendance", {**builders.present(inactive), "present": present})
			with pytest.raises(meetings.InactiveOrganizationError) as refused:
				doc.save()
			for said in (doc.title, inactive.title, inactive.name, status):
				assert said in str(refused.value)


def test_a_member_that_left_since_may_stay_on_the_list_but_is_not_counted():
	_platform, organizations, doc = hall(3)
	guard.move(organizations[0].doc(), "Suspended", "In the break")
	with pytest.raises(meetings.InactiveOrganizationError):
		doc.save()
	doc.reload()
	doc.attendance[0].present = 0
	doc.save()
	assert doc.present_count == 2


def test_members_of_other_platforms_are_not_counted():
	_platform, _organizations, doc = hall(1)
	other = builders.platform()
	stranger = builders.organization(other)
	doc.append("attendance", builders.present(stranger))
	with pytest.raises(meetings.OtherPlatformError) as refused:
		doc.save()
	for said in (stranger.title, stranger.name, other):
		assert said in str(refused.value)


def test_an_organization_is_listed_once_and_must_exist():
	_platform, organizations, doc = hall(2)
	doc.append("attendance", builders.present(organizations[1]))
	with pytest.raises(meetings.OrganizationTwiceError, match="Remove line 3") as refused:
		doc.save()
	assert organizations[1].title in str(refused.value)
	doc.reload()
	doc.append("attendance", {**builders.present(organizations[1]), "organization": "ORG-99999"})
	with pytest.raises(meetings.UnknownOrganizationError, match="ORG-99999"):
		doc.save()


def test_a_member_is_there_through_one_of_its_representatives_of_that_day():
	_platform, organizations, doc = hall(2)
	doc.attendance[0].representative = builders.delegate(organizations[1])
	with pytest.raises(meetings.NotARepresentativeError) as refused:
		doc.save()
	assert organizations[0].title in str(refused.value)
	later = builders.contact("Later")
	doc.reload()
	organization = organizations[0].doc()
	organization.append("representatives", {"contact": later, "from_date": add_days(today(), 1)})
	organization.save()
	doc.attendance[0].representative = later
	with pytest.raises(meetings.NotARepresentativeError):
		doc.save()
	organization.representatives[1].from_date = today()
	organization.save()
	doc.reload()
	doc.attendance[0].representative = later
	doc.save()
	assert doc.attendance[0].representative_name == "Later"
	assert doc.attendance[1].organization_name == organizations[1].title


def test_a_member_may_be_marked_without_naming_the_person():
	_platform, _organizations, doc = hall(1)
	doc.attendance[0].representative = None
	doc.save()
	assert doc.present_count == 1


def test_all_active_members_are_offered_with_their_delegates():
	platform, organizations, doc = hall(2, "Convened")
	builders.organization(platform, "Suspended")
	with builders.as_user(builders.user(OFFICER)):
		offered = api.active_members(doc.name)
		doc.extend("attendance", offered)
		doc.save()
	assert [row.organization for row in doc.attendance] == sorted(organizations, key=lambda o: o.title)
	assert doc.present_count == 2
	assert {row["representative"] for row in offered} == {builders.delegate(o) for o in organizations}
	with builders.as_user(builders.user("Network Finance")), pytest.raises(frappe.PermissionError):
		api.active_members(doc.name)


def test_who_leaves_is_not_counted_any_more_and_who_comes_late_is():
	platform, _organizations, doc = hall(3)
	late = builders.organization(platform)
	doc.attendance[0].left_at = now_datetime()
	doc.save()
	assert (doc.attendance[0].present, doc.present_count, doc.is_quorate) == (0, 2, 1)
	doc.append("attendance", builders.present(late))
	doc.save()
	assert doc.present_count == 3
	assert [row.organization for row in meetings.present_rows(doc.name)] == [
		row.organization for row in doc.attendance[1:]
	]


# --- decisions ---


def decide(doc, *args, **values):
	return doc.append("decisions", builders.decision(*args, **values))


def test_decisions_are_taken_in_session():
	_platform, _organizations, doc = hall(1, "Draft")
	for status in ("Draft", "Convened"):
		if doc.status != status:
			guard.move(doc, status)
		decide(doc, "Powers", 0)
		with pytest.raises(meetings.NotInSessionError, match="Open the session first"):
			doc.save()
		doc.reload()


def test_a_decision_is_carried_by_more_votes_for_than_against():
	_platform, _organizations, doc = hall(3)
	votes = [(3, 0, 0, 1), (2, 1, 0, 1), (1, 0, 2, 1), (1, 1, 1, 0), (0, 3, 0, 0), (0, 0, 0, 0)]
	for yes, no, neither, carried in votes:
		decide(doc, "Powers", yes, votes_against=no, abstentions=neither, carried=1 - carried)
	doc.save()
	assert [row.carried for row in doc.decisions] == [carried for *_votes, carried in votes]
	assert {row.present_when_taken for row in doc.decisions} == {3}


def test_more_votes_than_members_present_are_refused():
	_platform, _organizations, doc = hall(3)
	for votes in ((4, 0, 0), (2, 1, 1), (-1, 0, 0), (3, -1, 0)):
		doc.reload()
		decide(doc, "Powers", votes[0], votes_against=votes[1], abstentions=votes[2])
		with pytest.raises(meetings.TooManyVotesError, match="3 members were present") as refused:
			doc.save()
		assert doc.title in str(refused.value)


def test_nothing_is_decided_without_a_quorum_but_what_was_decided_stands():
	_platform, _organizations, doc = hall(4)
	row = decide(doc, "Powers", 4)
	doc.save()
	for line in doc.attendance[:2]:
		line.present = 0
	doc.save()
	assert (doc.is_quorate, row.carried, row.present_when_taken) == (0, 1, 4)
	row.text = "The same, better worded"
	doc.save()
	row.votes_for = 3
	with pytest.raises(meetings.NoQuorumError, match="2 present, 3 needed"):
		doc.save()
	doc.reload()
	decide(doc, "Other", 2)
	with pytest.raises(meetings.NoQuorumError):
		doc.save()


def test_who_came_later_votes_on_what_is_put_to_the_vote_again():
	platform, _organizations, doc = hall(2)
	row = decide(doc, "Powers", 2)
	doc.save()
	doc.append("attendance", builders.present(builders.organization(platform)))
	doc.save()
	assert row.present_when_taken == 2
	row.votes_for = 3
	doc.save()
	assert row.present_when_taken == 3
	doc.append("decisions", {**builders.decision("Other", 0), "present_when_taken": 99, "votes_for": 4})
	with pytest.raises(meetings.TooManyVotesError):
		doc.save()


def test_a_decision_says_what_its_kind_must_say():
	_platform, _organizations, doc = hall(1)
	for kind, field, value in (
		("Governance Model", "governance_model", ""),
		("Electoral Form", "form", None),
		("Electoral Form", "seats", 0),
		("Electoral Form", "max_choices", 0),
		("Electoral Form", "term_months", -1),
		("Rules of Candidacy", "candidate_kind", ""),
		("Rules of Candidacy", "max_per_organization", 0),
		("Rules of Candidacy", "min_endorsements", -1),
	):
		doc.reload()
		decide(doc, kind, 1, **{field: value})
		with pytest.raises(meetings.DecisionIncompleteError, match="fill in") as refused:
			doc.save()
		label = frappe.get_meta("Meeting Decision").get_label(field)
		assert kind in str(refused.value) and label in str(refused.value)


def test_a_voter_may_have_more_marks_than_there_are_seats_and_fewer():
	_platform, _organizations, doc = hall(1)
	decide(doc, "Electoral Form", 1, seats=3, max_choices=1)
	decide(doc, "Electoral Form", 1, seats=1, max_choices=3)
	doc.save()


def test_the_last_carried_decision_of_a_kind_counts():
	_platform, _organizations, doc = hall(3)
	decide(doc, "Electoral Form", 3, seats=5)
	decide(doc, "Electoral Form", 3, seats=7)
	decide(doc, "Electoral Form", 0, votes_against=3, seats=9)
	doc.save()
	assert meetings.carried_decision(doc, "Electoral Form").seats == 7
	assert meetings.carried_decision(doc.name, "Electoral Form").seats == 7
	assert meetings.carried_decision(doc.name, "Powers") is None
	assert meetings.carried_decision(doc, "Powers") is None


def test_a_line_is_not_changed_behind_the_back_of_its_meeting():
	_platform, organizations, doc = hall(1)
	decide(doc, "Powers", 1)
	doc.save()
	for line in (doc.decisions[0], doc.attendance[0]):
		alone = frappe.get_doc(line.doctype, line.name)
		with pytest.raises(rows.RowAloneError, match=doc.name):
			alone.save()
		with pytest.raises(rows.RowAloneError):
			frappe.delete_doc(line.doctype, line.name)
	new = {**builders.present(organizations[0]), "parent": doc.name, "parentfield": "attendance"}
	with pytest.raises(rows.RowAloneError):
		frappe.get_doc(doctype="Meeting Attendance", parenttype="General Meeting", **new).insert()


# --- the end ---


def test_a_meeting_is_concluded_only_with_minutes_or_a_decision():
	_platform, _organizations, doc = hall(1)
	doc.impressions = "<div class='ql-editor'><p> </p></div>"
	with pytest.raises(meetings.NothingToConcludeError, match="neither minutes nor a decision"):
		guard.move(doc, "Concluded")
	doc.reload()
	decide(doc, "Powers", 1)
	guard.move(doc, "Concluded")


def test_a_meeting_that_lost_its_quorum_before_deciding_is_adjourned_not_concluded():
	_platform, _organizations, doc = hall(3)
	for line in doc.attendance[:2]:
		line.present = 0
	doc.impressions = "They waited."
	doc.save()
	with pytest.raises(meetings.NoQuorumError):
		guard.move(doc, "Concluded")


def test_members_who_leave_after_the_last_decision_do_not_undo_the_meeting():
	_platform, _organizations, doc = hall(3)
	decide(doc, "Powers", 3)
	doc.save()
	for line in doc.attendance[:2]:
		line.left_at = now_datetime()
	guard.move(doc, "Concluded")
	assert doc.status == "Concluded"


def test_the_platform_adopts_the_model_that_was_carried():
	platform, _organizations, doc = hall(3)
	assert platform.stage == "Members Admitted"
	decide(doc, "Governance Model", 3, governance_model="Board")
	decide(doc, "Governance Model", 2, governance_model="Operational Body")
	decide(doc, "Governance Model", 1, votes_against=2, governance_model="Other")
	guard.move(doc, "Concluded")
	made = platform.doc()
	assert (made.governance_model, made.governance_decision) == ("Operational Body", doc.name)
	assert (made.stage, made.progress) == ("Model Adopted", 60)
	other = builders.platform()
	(precedent,) = [row for row in api.models_of_others(other) if row["name"] == platform]
	assert precedent["governance_model"] == "Operational Body"
	assert precedent["meeting_date"] == getdate()
	assert platform not in [row["name"] for row in api.models_of_others(platform)]


def test_a_meeting_without_a_decision_on_the_model_has_still_been_held():
	platform, _organizations, _doc = hall(1, "Concluded")
	assert (platform.stage, platform.progress) == ("Meeting Held", 40)


@pytest.mark.parametrize("status", ["Concluded", "Adjourned", "Cancelled"])
def test_a_closed_meeting_is_read_only_for_everybody(status):
	_platform, organizations, doc = hall(1, status)
	changes = [
		lambda d: d.set("venue", "Elsewhere"),
		lambda d: d.set("impressions", "They were delighted."),
		lambda d: d.set("attendance", []),
		lambda d: d.append("attendance", builders.present(organizations[0])),
		lambda d: decide(d, "Powers", 1),
		lambda d: d.set("agenda", []),
		lambda d: None,
	]
	manager = builders.user(MANAGER, "System Manager")
	for user in ("Administrator", manager):
		with builders.as_user(user):
			for change in changes:
				doc.reload()
				change(doc)
				with pytest.raises(meetings.MeetingClosedError, match=status):
					doc.save()
			with pytest.raises(meetings.MeetingClosedError):
				frappe.client.set_value("General Meeting", doc.name, "venue", "Elsewhere")
			with pytest.raises(guard.MoveNotAllowedError):
				frappe.client.set_value("General Meeting", doc.name, "status", "Draft")
			with pytest.raises(guard.NotDeletableError):
				frappe.delete_doc("General Meeting", doc.name)


@pytest.mark.parametrize("members_come", [False, True])
def test_an_adjourned_meeting_has_a_second_call(members_come):
	platform = builders.platform()
	organizations = [builders.organization(platform) for _n in range(2)]
	first = builders.meeting(
		platform,
		organizations,
		"In Session" if members_come else "Convened",
		agenda=[{"topic": "Only this", "presenter": "Amina"}],
		quorum_rule="Percentage of active members",
		quorum_value=100,
		start_time="10:00:00",
		venue="Aman / Deir Ezzor Restaurant",
	)
	with builders.as_user(builders.user(OFFICER)):
		guard.move(first.doc(), "Adjourned", "Too few came")
	(name,) = frappe.get_all("General Meeting", filters={"adjourned_from": first}, pluck="name")
	call = frappe.get_doc("General Meeting", name)
	assert (call.status, call.call_number, call.sequence) == ("Draft", 2, 1)
	assert (call.quorum_rule, call.quorum_value) == ("Percentage of active members", 100)
	assert (call.venue, str(call.start_time), call.end_time) == (
		"Aman / Deir Ezzor Restaurant",
		"10:00:00",
		None,
	)
	assert [(row.topic, row.presenter) for row in call.agenda] == [("Only this", "Amina")]
	assert call.attendance == [] and call.meeting_date > getdate()
	assert call.title == f"{platform} 1/2 ({call.meeting_date})"
	call.quorum_rule = "None"
	guard.move(call, "Convened")
	assert (call.quorum_required, call.call_number, call.adjourned_from) == (1, 2, first)
	assert builders.meeting(platform, status="Draft").sequence == 2


def test_adjourning_needs_a_reason():
	_platform, _organizations, doc = hall(1, "Convened")
	with pytest.raises(guard.ReasonRequiredError):
		guard.move(doc, "Adjourned")


def test_only_the_office_convenes():
	_platform, _organizations, doc = hall(1, "Draft")
	with builders.as_user(builders.user("Network Finance")), pytest.raises(frappe.PermissionError):
		guard.move(doc, "Convened")
	doc.reload()
	with builders.as_user(builders.user(OFFICER)):
		guard.move(doc, "Convened")


# --- minutes on paper ---


def printed(doc, language):
	before = frappe.local.lang
	frappe.local.lang = language
	try:
		return frappe.get_print("General Meeting", doc.name, "General Meeting Minutes", doc=doc)
	finally:
		frappe.local.lang = before


def test_the_minutes_print_in_english_and_from_the_right_in_arabic():
	platform, organizations, doc = hall(3, start_time="10:00:00", venue="Hall <1>")
	doc.impressions = "<p>They spoke about the <b>platform</b>.</p>"
	decide(doc, "Electoral Form", 3, text="Five seats & more", seats=5, max_choices=3)
	doc.save()
	doc.attendance[0].left_at = f"{today()} 12:30:00"
	doc.append("attendance", {**builders.present(builders.organization(platform)), "present": 0})
	doc.save()
	english, arabic = printed(doc, "en"), printed(doc, "ar")
	for said in (
		'dir="ltr"',
		organizations[0].title,
		"left at 12:30",
		"<b>platform</b>",
		"10:00",
		"Hall &lt;1&gt;",
		"Five seats &amp; more",
		"2 of 3 active members present, 2 needed",
		"Announcement of the result",
	):
		assert said in english
	assert doc.attendance[3].organization_name not in english
	assert 'class="gm" dir="rtl"' in arabic
	assert organizations[0].name_ar in arabic and organizations[0].title not in arabic


# --- import ---


def test_an_import_meets_the_same_rules(monkeypatch):
	platform = builders.platform()
	organization, applied = builders.organization(platform), builders.organization(platform, "Applied")
	monkeypatch.setattr(frappe.flags, "in_import", True)

	def bring(**values):
		doc = frappe.new_doc("General Meeting")  # as Data Import begins
		doc.update({"platform": platform, "meeting_date": today(), "venue": "The hall", **values})
		return doc.insert()

	with pytest.raises(meetings.NotConvenedError):
		bring(attendance=[builders.present(organization)])
	doc = bring()
	assert (doc.status, doc.quorum_required, len(doc.agenda)) == ("Draft", 1, 10)
	assert (doc.start_time, doc.end_time) == (None, None)
	guard.move(doc, "Convened")
	doc.append("attendance", builders.present(applied))
	with pytest.raises(meetings.InactiveOrganizationError):
		doc.save()
	doc.reload()
	doc.append("attendance", builders.present(organization))
	guard.move(doc, "In Session")
	decide(doc, "Powers", 1)
	doc.save()
	assert doc.decisions[0].carried
	decide(doc, "Powers", 2)
	with pytest.raises(meetings.TooManyVotesError):
		doc.save()


# --- size ---


def test_attendance_is_judged_with_as_many_queries_for_many_as_for_few():
	_platform, organizations, doc = hall(6, "Convened")

	def queries(number):
		doc.reload()
		doc.attendance = []
		doc.extend("attendance", [builders.present(o) for o in organizations[:number]])
		seen = []
		original = frappe.db.sql
		frappe.db.sql = lambda *args, **kwargs: seen.append(args) or original(*args, **kwargs)
		try:
			doc._action = "save"
			doc._validate_links()
			meetings.check_attendance(doc)
		finally:
			frappe.db.sql = original
		return len(seen)

	queries(6)
	assert queries(6) == queries(2)
