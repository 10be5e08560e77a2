"""The source text, told by the doors that people use, and taken away again."""

import re
from hashlib import sha256

import frappe
import pytest
from frappe.utils import getdate
from frappe.utils.password import check_password

from aso_network import permissions
from aso_network.demo import cast, remains, story
from aso_network.polling import box, casting, codes, receipts, roll
from tests.site import builders

# What Frappe counts up or keeps for itself, with or without a demo; an empty value of a Single may have a row.
NOT_COMPARED = ("tabSeries", "tabSingles", "tabError Log", "tabScheduled Job Log")


def rows() -> dict[str, int]:
	return {
		table: frappe.db.count(table.removeprefix("tab"))
		for table in frappe.db.get_tables(cached=False)
		if table.startswith("tab") and table not in NOT_COMPARED
	}


def test_the_story_is_told_found_again_and_taken_away():
	before = rows()
	story.load()

	deir_ezzor = frappe.get_doc("Network Platform", "Deir Ezzor")
	meeting = frappe.get_last_doc("General Meeting", {"platform": deir_ezzor.name})
	assert meeting.meeting_date == getdate("2022-11-09")
	assert meeting.meeting_date.strftime("%A") == "Wednesday"
	assert meeting.venue == "Hall of Aman / Deir Ezzor Restaurant"
	assert (meeting.present_count, meeting.is_quorate, meeting.status) == (19, 1, "Concluded")
	assert frappe.db.count("Member Organization", {"platform": "Deir Ezzor", "status": "Active"}) == 19
	assert "networking effectiveness" in meeting.diagnosis
	model = next(d for d in meeting.decisions if d.kind == "Governance Model")
	assert "Al-Hasakah and Raqqa" in model.precedents
	assert {d.kind for d in meeting.decisions if d.carried} >= {
		"Governance Model",
		"Electoral Form",
		"Rules of Candidacy",
		"Powers",
		"Counting Committee",
	}

	election = frappe.get_last_doc("Election", {"platform": "Deir Ezzor"})
	result = frappe.get_doc("Election Result", election.result)
	assert (election.status, len(result.signatures), result.total_ballots) == ("Announced", 2, 19)
	assert len(box.ballots(election.name)) == 19
	elected = sorted((r for r in result.rows if r.elected), key=lambda r: r.seat_order)
	assert [r.votes for r in elected] == sorted((r.votes for r in result.rows), reverse=True)[:7]

	# One stood by herself, endorsed by another member; a third thing done on a phone: an objection.
	own = frappe.get_doc(
		"Candidacy", {"election": election.name, "owner": "member.deir-ezzor.1@demo.invalid"}
	)
	assert own.statement_ar and [row.endorsed_by for row in own.endorsements] == ["Dalia (demo)"]
	objection = frappe.get_doc("Objection", {"election": election.name})
	assert (objection.status, objection.decision) == ("Dismissed", cast.ANSWER)

	# Tied for the last seat: settled by a lot that anyone can repeat from the sealed seed and the box.
	assert len(result.lots) == 2 and result.seed == cast.SEED and "sha256sum" in result.lot_minutes
	assert election.seed_commitment == sha256(cast.SEED.encode()).hexdigest()

	hasakah, raqqa = (
		frappe.get_last_doc("Election Result", {"platform": name, "election": ("not in", online_elections())})
		for name in ("Al-Hasakah", "Raqqa")
	)
	assert (hasakah.form, hasakah.quota) == ("Single Transferable Vote", "3")
	assert {"excluded", "last_standing"} <= {row.reason_code for row in hasakah.rows}
	moved = {row.reason_code: row.votes for row in raqqa.rows}
	assert moved["seated_by_rule"] < moved["passed_by_rule"]

	body = frappe.get_doc("Operational Body", deir_ezzor.current_body)
	assert [m.organization for m in body.members] == [r.organization for r in elected]
	structured = [frappe.db.get_value("Network Platform", p.name_en, "structured_on") for p in cast.PLACES]
	assert structured == [getdate(p.meeting_date) for p in cast.PLACES]
	assert frappe.db.get_single_value("ASO Network Settings", "network_structured_on") == getdate(
		"2022-11-09"
	)
	assert len(deir_ezzor.goals) == 3

	applied = frappe.get_all(
		"Membership Application", {"platform": "Deir Ezzor"}, ["status", "contact_email"], order_by="name"
	)
	assert [row.status for row in applied] == ["Unconfirmed", "Confirmed"]
	waiting = frappe.db.get_value(
		"Email Queue",
		{"reference_doctype": "Membership Application"},
		("status", "error"),
		order_by="creation",
	)
	assert waiting[0] == "Not Sent" and "no outgoing e-mail account" in waiting[1]

	workshop = frappe.get_last_doc("Training Session", {"kind": "Workshop"})
	assert getdate(workshop.starts_on) == getdate("2024-05-29")
	assert frappe.db.get_value("Project", workshop.programme, "project_name") == "ASO Youth Forum"
	initiative = frappe.get_last_doc("Network Activity", {"kind": "Initiative"})
	assert initiative.title == "Our Rights, Your Responsibility"
	assert initiative.partners[0].partner_name.startswith("Zamen Organization")

	course = frappe.get_last_doc("Training Session", {"open_to_public": 1})
	assert (course.registered_count, course.waiting_count) == (4, 1)
	assert frappe.db.count("Session Feedback") == 2
	proposed = frappe.get_last_doc("Network Activity", {"proposed_by": ("is", "set")})
	assert proposed.status == "Proposed" and [row.confirmed for row in proposed.partners] == ["Asked", None]

	invented = frappe.get_all("Member Organization", fields=["name_en", "name_ar"])
	assert all("(demo)" in o.name_en and "تجريبي" in o.name_ar for o in invented)

	check_online_voting()

	told = rows()
	story.load()
	assert rows() == told

	with builders.as_user("manager@demo.invalid"):
		assert frappe.get_list("Member Organization", limit=0)
	check_logins()
	check_that_a_real_member_keeps_the_demo()
	story.remove()
	after = rows()
	assert {t: (before[t], after[t]) for t in after if after[t] != before[t]} == {}
	assert remains.manifest() == []
	assert not frappe.get_single("ASO Network Settings").network_structured_on


def online_elections() -> list[str]:
	return frappe.get_all("Election", {"voting_mode": casting.ONLINE}, pluck="name")


def check_online_voting() -> None:
	"""One election is open, with codes that nobody has used, the other closed, with a receipt that is in its box."""
	lines = "\n".join(story.addresses("http://here"))
	closed, is_open = sorted(
		online_elections(), key=lambda name: frappe.db.get_value("Election", name, "status")
	)
	assert frappe.db.get_value("Election", is_open, ["status", "sealed"]) == ("Voting Open", 0)
	assert f"/my/vote/{is_open}" in lines and f"/network/elections/{is_open}" in lines
	assert roll.counts(is_open) == (8, 5)
	typed = re.findall(r"\b\w{4}-\w{4}-\w{4}\b", lines)
	assert len(typed) == 2
	for code in typed:
		found = codes.voter_of_code(code)
		assert found.election == is_open and not casting.has_voted(found.voter)
	voter = frappe.get_doc("Election Voter", codes.voter_of_code(typed[0]).voter)
	assert voter.organization not in permissions.own_organizations("member.al-hasakah.1@demo.invalid")

	result = frappe.get_doc("Election Result", {"election": closed})
	assert (result.is_announced, result.total_ballots, result.blank) == (1, 7, 1)
	receipt = lines.rpartition("/network/receipt")[2].strip()
	assert [found.election for found in receipts.find(receipt)] == [closed]
	assert receipts.find(receipt)[0].is_signed


def check_logins() -> None:
	logins = story.logins()
	for login in logins:
		assert check_password(login["user"], login["password"]) == login["user"]
		assert login["role"] in frappe.get_roles(login["user"])
	assert {login["role"] for login in logins} == set(builders.ALL_ROLES)
	assert len({login["password"] for login in logins}) == len(logins)


def check_that_a_real_member_keeps_the_demo() -> None:
	frappe.db.savepoint("before_real")
	real = builders.organization("Raqqa")
	with pytest.raises(remains.DemoInUseError, match=real):
		story.remove()
	assert frappe.db.exists("Network Platform", "Raqqa")
	frappe.db.rollback(save_point="before_real")


def test_the_demo_does_not_move_in_beside_real_platforms():
	raqqa = frappe.db.get_value("Territory", {"aso_pcode": "SY11"})
	builders.platform(territory=raqqa, name_en="Ours")
	with pytest.raises(story.DemoError, match="Ours"):
		story.load()
	assert not frappe.db.exists("User", "manager@demo.invalid")
