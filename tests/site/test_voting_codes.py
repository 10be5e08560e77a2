"""One-time codes: made by the committee of the election, shown once, kept by nobody, worth nothing once used."""

from __future__ import annotations

import frappe
import pytest

from aso_network import audit
from aso_network.api import elections as api
from aso_network.api import voting
from aso_network.polling import box, codes
from aso_network.roles import COMMITTEE, FINANCE, MANAGER, MEMBER, OBSERVER, OFFICER
from tests.site import builders, doors, hall
from tests.site.races import committed, race
from tests.site.test_polling_races import MADE, as_teller

REASON = "The slip was lost."


@pytest.fixture
def online() -> hall.Hall:
	h = hall.build()
	h.go_online()
	return h


def issue(h: hall.Hall, teller: int = 0) -> list[dict]:
	with builders.as_user(h.tellers[teller]):
		return voting.issue_codes(h.election)["slips"]


def replace(h: hall.Hall, voter: str, reason: str = REASON) -> str:
	with builders.as_user(h.tellers[0]):
		(slip,) = voting.replace_code(h.election, voter, reason)["slips"]
	return slip["code"]


def trail(h: hall.Hall, action: str) -> list[str]:
	return frappe.get_all(
		"Network Audit Event", {"reference_name": h.election, "action": action}, pluck="reason"
	)


def everything_in_redis() -> str:
	"""What is kept there for this site, or for none."""
	said = []
	for key in frappe.cache.scan_iter("*"):
		site = key.partition(b"|")[0]
		if b"|" in key and site != frappe.conf.db_name.encode():
			continue
		said.append(key.decode(errors="replace"))
		if frappe.cache.type(key) == b"string":
			said.append((frappe.cache.get(key) or b"").decode(errors="replace"))
	return "\n".join(said)


# making them


def test_everybody_on_the_roll_gets_a_code_that_leads_to_their_row(online):
	slips = issue(online)
	voters = online.voters()
	assert {slip["voter"] for slip in slips} == set(voters.values())
	for slip in slips:
		code = slip["code"]
		assert len(code) == 14 and set(code.replace("-", "")) <= set("23456789ABCDEFGHJKMNPQRSTUVWXYZ")
		assert codes.voter_of_code(code) == {"election": online.election, "voter": slip["voter"]}
		organization = frappe.db.get_value("Election Voter", slip["voter"], "organization")
		assert slip["organization_name"] == frappe.db.get_value("Member Organization", organization, "title")
		assert slip["organization_name_ar"] and slip["delegate_name"]
	assert len({slip["code"] for slip in slips}) == len(voters) == 5
	assert trail(online, "Issue Code") == ["5 voters"]


def test_a_second_issue_finds_nothing_and_a_latecomer_gets_one(online):
	first = issue(online)
	assert issue(online, 1) == []
	online.move("Voting Open")
	late = builders.organization(online.platform)
	with builders.as_user(online.tellers[0]):
		api.add_voter(online.election, late, "The road was closed.")
	(slip,) = issue(online)
	assert slip["voter"] == online.voters()[late]
	assert codes.voter_of_code(first[0]["code"]).voter == first[0]["voter"]
	assert len(trail(online, "Issue Code")) == 2


def test_who_has_voted_gets_none(online):
	online.move("Voting Open")
	online.mark(2)
	assert len(issue(online)) == 3
	marked = frappe.db.get_value("Election Voter", {"election": online.election, "voted": 1})
	with pytest.raises(codes.CodeError, match="has voted already"):
		replace(online, marked)


def test_a_replaced_code_does_nothing_and_both_events_are_on_the_trail(online):
	slip, other = issue(online)[:2]
	new = replace(online, slip["voter"])
	assert codes.voter_of_code(slip["code"]) is None
	assert codes.voter_of_code(new).voter == slip["voter"]
	assert codes.voter_of_code(other["code"]).voter == other["voter"]
	assert trail(online, "Cancel Code") == [f"{slip['organization_name']}: {REASON}"]
	assert sorted(trail(online, "Issue Code")) == sorted(["5 voters", slip["organization_name"]])
	with pytest.raises(codes.CodeError, match="Write why"):
		replace(online, slip["voter"], " ")


def test_a_lost_answer_is_mended_by_replacing_all(online):
	lost = issue(online)
	with builders.as_user(online.tellers[1]):
		again = voting.replace_all_codes(online.election, "The printer was off.")["slips"]
	assert len(again) == len(lost)
	assert [codes.voter_of_code(slip["code"]) for slip in lost] == [None] * len(lost)
	assert {codes.voter_of_code(slip["code"]).voter for slip in again} == set(online.voters().values())
	assert trail(online, "Cancel Code") == ["The printer was off."]


@pytest.mark.parametrize("upto", ["nominations", "closed", "paper", "no roll"])
def test_codes_are_made_in_their_time_only(upto):
	h = hall.build(
		upto="nominations" if upto == "nominations" else "published" if upto == "no roll" else "roll"
	)
	if upto != "paper":
		h.go_online()
	if upto == "closed":
		h.move("Voting Open")
		h.move("Voting Closed", h.tellers[0])
	with pytest.raises(codes.CodeError):
		issue(h)
	assert not frappe.db.count("Voting Code", {"election": h.election})


def test_a_voter_of_another_election_gets_no_code_here(online):
	other = hall.build()
	with pytest.raises(codes.CodeError):
		replace(online, next(iter(other.voters().values())))


# reading them


def test_a_code_is_read_as_people_type_it(online):
	slip = issue(online)[0]
	code = slip["code"]
	for typed in (
		code.lower(),
		code.replace("-", ""),
		f"  {code.replace('-', ' - ')}\n",
		code.replace("-", "–"),
		code.translate(str.maketrans("23456789", "٢٣٤٥٦٧٨٩")),
		code.translate(str.maketrans("23456789", "۲۳۴۵۶۷۸۹")),
	):
		assert codes.voter_of_code(typed).voter == slip["voter"]


def test_any_other_code_is_nobody_s(online):
	issue(online)
	for code in ("", None, "ABCD-EFGH-JKMN", "A" * 10_000, "' or 1=1 --", "٣٣٣"):
		assert codes.voter_of_code(code) is None


def test_codes_of_an_election_that_went_back_to_paper_do_nothing(online):
	slip = issue(online)[0]
	frappe.db.set_value("Election", online.election, "voting_mode", "Paper")
	assert codes.voter_of_code(slip["code"]) is None


def test_freezing_the_roll_again_deletes_its_codes(online):
	slips = issue(online)
	with builders.as_user(online.officer):
		api.freeze_roll(online.election)
	assert [codes.voter_of_code(slip["code"]) for slip in slips] == [None] * 5
	assert not frappe.db.count("Voting Code", {"election": online.election})


@pytest.mark.parametrize("end", ["Voting Closed", "Annulled"])
def test_the_end_of_voting_deletes_all_codes_of_this_election_alone(online, end):
	other = hall.build()
	other.go_online()
	issue(online), issue(other)
	online.move("Voting Open")
	if end == "Annulled":
		online.move(end, reason="The hall was flooded.")
	else:
		online.move(end, online.tellers[0])
	assert not frappe.db.count("Voting Code", {"election": online.election})
	assert frappe.db.count("Voting Code", {"election": other.election}) == 5


def test_an_election_without_a_vote_needs_no_key_and_keeps_no_codes():
	h = hall.build(candidates=2, may_be_unopposed=1)
	h.go_online(sealed=1)
	issue(h)
	h.move("Counted", h.tellers[0])
	assert not frappe.db.count("Voting Code", {"election": h.election})
	assert h.result().total_ballots == 0


# refusals


def test_only_refusals_are_counted_each_code_for_itself(online):
	slip = issue(online)[0]
	for _time in range(3 * codes.MOST_REFUSALS):
		codes.voter_of_code(slip["code"])
	assert "aso_refusals" not in everything_in_redis()
	for _time in range(codes.MOST_REFUSALS):
		assert codes.voter_of_code("ABCD-EFGH-JKMN") is None
	with pytest.raises(codes.TooManyRefusalsError):
		codes.voter_of_code("ABCD-EFGH-JKMN")
	# The whole hall sits behind one address: nobody else has to wait.
	assert codes.voter_of_code(slip["code"]).voter == slip["voter"]
	assert codes.voter_of_code("ABCD-EFGH-JKMP") is None
	(key, *_others) = [key for key in frappe.cache.scan_iter(f"{frappe.conf.db_name}|aso_refusals*")]
	assert 0 < frappe.cache.ttl(key) <= codes.WINDOW


def test_refusals_of_a_voter_have_an_end_and_are_forgotten_with_the_vote(online):
	voter = next(iter(online.voters().values()))
	for _time in range(codes.MOST_REFUSALS - 1):
		codes.refused(voter)
	with pytest.raises(codes.TooManyRefusalsError):
		codes.refused(voter)
	assert voter not in everything_in_redis()
	codes.forgive(voter)
	assert "aso_refusals" not in everything_in_redis()


@pytest.fixture(autouse=True)
def no_refusals_left():
	yield
	frappe.cache.delete_keys("aso_refusals:")


# who may


def test_nobody_else_makes_codes(online):
	voter = next(iter(online.voters().values()))
	users = [builders.user(role) for role in (OFFICER, MANAGER, OBSERVER, FINANCE, MEMBER, COMMITTEE)]
	for user in (*users, "Administrator", "Guest"):
		with builders.as_user(user):
			for act in (
				lambda: voting.issue_codes(online.election),
				lambda: voting.replace_code(online.election, voter, REASON),
				lambda: voting.replace_all_codes(online.election, REASON),
				lambda: doors.call("aso_network.api.voting.issue_codes", election=online.election),
				lambda: codes.issue(online.doc()),
			):
				with pytest.raises(frappe.PermissionError):
					act()
	assert not frappe.db.count("Voting Code", {"election": online.election})


def test_the_form_tells_of_codes_to_the_committee_alone(online):
	issue(online)
	for user, said in ((online.tellers[0], (5, 0)), (online.officer, (None, None))):
		with builders.as_user(user):
			state = voting.state(online.election)
		assert (state["codes"], state["without_code"]) == said
		assert (state["voters"], state["voted"], state["sheets_needed"]) == (5, None, 2)
	with builders.as_user(builders.user(COMMITTEE)), pytest.raises(frappe.PermissionError):
		voting.state(online.election)
	online.move("Voting Open")
	online.mark(3)
	with builders.as_user(online.officer):
		assert voting.state(online.election)["voted"] == 0  # told in steps


def test_making_is_asked_for_by_post_only(online):
	with builders.as_user(online.tellers[0]):
		with pytest.raises(frappe.PermissionError):
			doors.request("GET", "/method/aso_network.api.voting.issue_codes", election=online.election)
		answer = doors.call("aso_network.api.voting.issue_codes", election=online.election)
	assert len(answer["slips"]) == 5 and answer["address"].endswith("/vote")
	square = answer["slips"][0]["qr"]
	assert len(square) == len(square[0]) >= 29 and set("".join(square)) == {"0", "1"}


def test_nobody_reads_the_codes_by_any_door(online):
	issue(online)
	name = frappe.get_all("Voting Code", {"election": online.election}, pluck="name")[0]
	users = [builders.user(role) for role in (OFFICER, MANAGER, OBSERVER, COMMITTEE, "System Manager")]
	for user in (*users, online.tellers[0], "Administrator"):
		with builders.as_user(user):
			assert not any(doors.shown(door, "Voting Code") for door in doors.LISTS)
			assert [door for door in doors.OPENINGS if doors.opens(door, "Voting Code", name)] == []
			assert [door for door in doors.CHANGES if doors.changes(door, "Voting Code", name)] == []


def test_no_code_is_kept_anywhere(online):
	slips = issue(online)
	new = replace(online, slips[0]["voter"])
	rows = frappe.db.get_values("Voting Code", {"election": online.election}, "*", as_dict=True)
	assert {(str(row.creation), str(row.modified), row.owner) for row in rows} == {
		("2000-01-01 00:00:00", "2000-01-01 00:00:00", "Administrator")
	}
	said = frappe.as_json(rows) + everything_in_redis()
	for doctype in ("Network Audit Event", "Version", "Error Log", "Comment", "Activity Log", "Access Log"):
		said += frappe.as_json(frappe.get_all(doctype, fields=["*"]))
	for code in [new, *(slip["code"] for slip in slips)]:
		assert code not in said and code.replace("-", "") not in said


@pytest.mark.parametrize("broken", [(audit, "record"), (voting, "_square")])
def test_what_breaks_on_the_way_tells_no_code(online, broken, monkeypatch):
	seen = []

	def breaks(*_args, **_values):
		seen.append(frappe.db.count("Voting Code", {"election": online.election}))
		raise RuntimeError("broken")

	monkeypatch.setattr(*broken, breaks)
	with builders.as_user(online.tellers[0]):
		with pytest.raises(box.BoxFailedError) as refused:
			doors.call("aso_network.api.voting.issue_codes", election=online.election)
	# Frappe writes the variables of every frame into its log for what is a server error, and for nothing else.
	assert seen == [5] and refused.value.http_status_code < 500 and refused.value.__context__ is None
	assert not frappe.db.count("Voting Code", {"election": online.election})


# two at once


def test_two_members_issue_at_once_and_one_of_them_gets_all():
	with committed(*MADE, "Voting Code"):
		h = hall.build()
		h.go_online()
		frappe.db.commit()
		first, second = race(
			*(as_teller(t, lambda: voting.issue_codes(h.election)["slips"]) for t in h.tellers)
		)
		assert (len(first), second) == (5, [])
		assert frappe.db.count("Voting Code", {"election": h.election}) == 5


def test_two_members_replace_at_once_and_one_code_is_left():
	with committed(*MADE, "Voting Code"):
		h = hall.build()
		h.go_online()
		issue(h)
		voter = h.voters()[h.organizations[0]]
		frappe.db.commit()
		first, second = race(
			*(
				as_teller(t, lambda: voting.replace_code(h.election, voter, REASON)["slips"][0]["code"])
				for t in h.tellers
			)
		)
		assert codes.voter_of_code(first) is None and codes.voter_of_code(second).voter == voter
		assert len(trail(h, "Cancel Code")) == 2


def test_a_roll_frozen_while_codes_are_made_leaves_no_code_of_a_row_that_is_gone():
	with committed(*MADE, "Voting Code"):
		h = hall.build()
		h.go_online()
		frappe.db.commit()
		race(
			as_teller(h.officer, lambda: api.freeze_roll(h.election)),
			as_teller(h.tellers[0], lambda: voting.issue_codes(h.election)),
		)
		of_codes = set(frappe.get_all("Voting Code", {"election": h.election}, pluck="voter"))
		assert of_codes == set(h.voters().values())
