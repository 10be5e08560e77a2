"""Every counting form on the desk: from the decision to a result that explains itself, its ties and its recounts."""

import hashlib
import json

import frappe
import pytest

from aso_network import bodies, meetings
from aso_network.api import elections as api
from aso_network.elections import package
from aso_network.polling import batches, contest, counting, minutes, publication, rules, runoff, ties
from aso_network.roles import COMMITTEE, OBSERVER, OFFICER
from aso_network.workflows import guard
from tests.site import builders, hall

SEED = "seven dice: 4 1 6 2 2 5 3"
WOMEN = [{"gender": "Man", "age": 40}, {"gender": "Man", "age": 28}, {"gender": "Woman", "age": 35}]


def elected(result):
	return [row.candidacy for row in sorted(result.rows, key=lambda row: row.seat_order) if row.elected]


def reason(result, candidacy):
	return next(row.reason_code for row in result.rows if row.candidacy == candidacy)


# --- forms -----------------------------------------------------------------------------------------------


def test_preferences_count_in_the_order_in_which_they_are_written():
	h = hall.build(organizations=9, seats=1, max_choices=0, form="Instant-Runoff Vote")
	result = h.count([h.paper(0)] * 4 + [h.paper(1)] * 3 + [h.paper(2, 1)] * 2)
	# The third is excluded, and the second overtakes the first. Sorted marks would show a third without a vote.
	assert elected(result) == [h.candidacies[1]]
	assert reason(result, h.candidacies[2]) == "excluded"


def test_single_transferable_vote_has_a_quota_and_explains_its_rounds():
	h = hall.build(organizations=8, seats=2, max_choices=0, candidates=4, form="Single Transferable Vote")
	papers = [h.paper(0, 1)] * 5 + [h.paper(2)] * 2 + [h.paper(3, 2)]
	result = h.count(papers)
	# 8 valid papers, 2 seats: quota 3. The first has 5; the surplus of 2 goes to the second: 2 : 2 : 1.
	assert result.quota == "3"
	assert elected(result)[0] == h.candidacies[0]
	rounds = json.loads(result.record)["result"]["rounds"]
	assert len(rounds) > 1 and rounds[1]["votes"][h.candidacies[1]] == "2"
	told = minutes.explanation(result)
	assert "3" in " ".join(told["lines"]) and set(told["reasons"]) == set(h.candidacies)


def test_points_add_up_and_too_many_spoil():
	h = hall.build(organizations=6, seats=2, max_choices=3, form="Cumulative Vote")
	result = h.count([h.paper(0, 0, 0), h.paper(1, 2, 2), h.paper(2, 2, 2, 2)])
	assert {row.candidacy: row.votes for row in result.rows} == dict(
		zip(h.candidacies, (3, 1, 2), strict=True)
	)
	assert (result.valid, result.spoiled) == (2, 1)


@pytest.mark.parametrize(
	"form", ["Block Vote", "Limited Vote", "Approval Vote", "Absolute Majority", "Single Transferable Vote"]
)
def test_a_candidate_stands_once_on_a_paper_unless_it_has_points(form):
	h = hall.build(seats=2, max_choices=1, form=form)
	h.move("Voting Open")
	h.move("Voting Closed", h.tellers[0])
	with builders.as_user(h.tellers[0]):
		batch = api.create_batch(h.election)
		with pytest.raises(batches.BallotEntryError):
			api.save_entry(batch, json.dumps([h.paper(0, 0)]))


def test_a_teller_gives_no_paper_more_weight():
	h = hall.build()
	h.move("Voting Open")
	h.move("Voting Closed", h.tellers[0])
	with builders.as_user(h.tellers[0]):
		batch = api.create_batch(h.election)
		with pytest.raises(batches.BallotEntryError):
			api.save_entry(batch, json.dumps([{**h.paper(0), "weight": 5}]))


@pytest.mark.parametrize(
	("form", "seats", "max_choices", "refused"),
	[
		("Limited Vote", 2, 2, rules.FormError),
		("Limited Vote", 2, 0, meetings.DecisionIncompleteError),
		("Cumulative Vote", 2, 0, meetings.DecisionIncompleteError),
		("Instant-Runoff Vote", 2, 0, rules.FormError),
	],
)
def test_a_form_that_cannot_be_held_is_not_decided(form, seats, max_choices, refused):
	with pytest.raises(refused, match="decision 2"):
		hall.build(form=form, seats=seats, max_choices=max_choices, upto="draft")


# --- seat rules ------------------------------------------------------------------------------------------


def test_a_seat_kept_for_a_woman_moves_and_the_result_says_why():
	h = hall.build(organizations=6, seats=2, seat_rules=[{"minimum": 1, "group": "Women"}], people=WOMEN)
	result = h.count([h.paper(0, 1)] * 3 + [h.paper(0), h.paper(2)])
	assert elected(result) == [h.candidacies[0], h.candidacies[2]]
	assert reason(result, h.candidacies[1]) == "passed_by_rule"
	assert reason(result, h.candidacies[2]) == "seated_by_rule"


def test_rules_that_nobody_can_meet_are_reported_before_voting_opens_in_their_own_words():
	people = [{"gender": "Man", "age": 40}] * 3
	h = hall.build(seat_rules=[{"minimum": 1, "group": "Women"}], people=people)
	said = " ".join(b["issue"] for b in contest.issues_before_opening(h.doc()))
	assert "1" in said and rules.words(rules.seat_rules(h.doc())[0]) in said
	with pytest.raises(contest.NotReadyToOpenError):
		h.move("Voting Open")


def test_what_a_rule_asks_for_has_to_be_known():
	people = [{"gender": "Man"}, {"gender": "Woman"}, {}]
	h = hall.build(seat_rules=[{"minimum": 1, "group": "Women"}], people=people)
	name = frappe.db.get_value("Candidacy", h.candidacies[2], "candidate_name")
	assert any(name in b["issue"] and "Gender" in b["issue"] for b in contest.issues_before_opening(h.doc()))


def test_seat_rules_are_the_meetings_and_no_client_says_them():
	h = hall.build(seat_rules=[{"minimum": 1, "group": "Women"}], people=WOMEN)
	with builders.as_user(h.officer):
		doc = h.doc()
		doc.seat_rules = []
		doc.runoff_of = doc.name
		doc.seed_commitment = "0" * 64
		doc.save()
	assert [row.group for row in h.doc().seat_rules] == ["Women"]
	assert not h.doc().runoff_of and not h.doc().seed_commitment
	h.move("Voting Open")
	with builders.as_user(h.officer), pytest.raises(frappe.ValidationError):
		meeting = frappe.get_doc("General Meeting", h.meeting)
		meeting.seat_rules = []
		meeting.save()


@pytest.mark.parametrize(
	"wrong",
	[
		{"group": "Women"},
		{"group": "Women", "minimum": 3, "maximum": 2},
		{"group": "Younger than", "minimum": 1},
		{"group": "From the district", "minimum": 1},
	],
)
def test_a_seat_rule_says_how_many(wrong):
	with pytest.raises(rules.SeatRuleError, match="seat rule 1"):
		hall.build(seat_rules=[wrong], upto="draft")


# --- ties ------------------------------------------------------------------------------------------------


def sealed(h):
	with builders.as_user(h.tellers[0]):
		return api.seal_seed(h.election, SEED)


def test_the_lot_of_a_sealed_seed_can_be_repeated_by_anybody():
	h = hall.build(organizations=6, seats=1, candidates=3, tie_rule=rules.LOT_FROM_SEED)
	assert any("seed" in b["issue"] for b in contest.issues_before_opening(h.doc()))
	assert sealed(h) == hashlib.sha256(SEED.encode()).hexdigest() == h.doc().seed_commitment
	h.vote([h.paper(0)] * 2 + [h.paper(1)] * 2)
	h.move("Tie", h.tellers[0])
	with builders.as_user(h.tellers[0]):
		with pytest.raises(ties.LotError):
			api.draw_lot(h.election, "another seed altogether")
		with pytest.raises(ties.LotError, match="sealed seed"):
			api.record_lot(h.election, h.candidacies[:2], "A hat that they like better")
		api.draw_lot(h.election, SEED)
	result = h.result()
	first = min(
		h.candidacies[:2],
		key=lambda c: hashlib.sha256(f"{SEED}|{result.box_hash}|{c}".encode()).hexdigest(),
	)
	assert h.doc().status == "Counted" and elected(result) == [first]
	assert "sha256sum" in result.lot_minutes and result.seed == SEED


def test_the_seed_is_kept_nowhere_and_fixed_once_voting_opens():
	h = hall.build(tie_rule=rules.LOT_FROM_SEED)
	sealed(h)
	assert SEED not in json.dumps(h.doc().as_dict(), default=str)
	assert not frappe.get_all("Network Audit Event", filters={"reason": ("like", f"%{SEED}%")})
	with builders.as_user(h.officer), pytest.raises(frappe.PermissionError):
		api.seal_seed(h.election, SEED + "2")
	with builders.as_user(h.tellers[0]), pytest.raises(contest.SeedError):
		api.seal_seed(h.election, "short")
	h.move("Voting Open")
	with builders.as_user(h.tellers[0]), pytest.raises(contest.ContestFixedError):
		api.seal_seed(h.election, SEED + "2")


def test_a_tie_left_to_a_runoff_fills_the_seats_that_are_left():
	h = hall.build(organizations=8, seats=2, candidates=3, tie_rule=rules.RUNOFF)
	h.vote([h.paper(0)] * 4 + [h.paper(1), h.paper(2)])
	h.move("Tie", h.tellers[0])
	with builders.as_user(h.tellers[0]):
		with pytest.raises(frappe.PermissionError):
			api.hold_runoff(h.election)
		with pytest.raises(ties.LotError, match="runoff"):
			api.record_lot(h.election, h.candidacies[1:], "Hat")
	with builders.as_user(h.manager):
		second = api.hold_runoff(h.election)
		with pytest.raises(runoff.RunoffError):
			api.hold_runoff(h.election)
	h.move("Counted", h.tellers[0])
	assert elected(h.result()) == [h.candidacies[0]]
	h.sign()
	h.move("Announced")

	again = hall.Hall(h.platform, h.organizations, h.meeting, second, h.manager, h.officer, h.tellers)
	again.candidacies = [c.name for c in rules.candidacies.accepted(second)]
	doc = again.doc()
	assert (doc.seats, doc.max_choices, doc.status) == (1, 1, "Candidates Published")
	assert {frappe.db.get_value("Candidacy", c, "organization") for c in again.candidacies} == set(
		h.organizations[1:3]
	)
	with builders.as_user(h.manager), pytest.raises(bodies.NotAnnouncedError):
		bodies.constitute_from_result(h.doc().result)
	with builders.as_user(h.officer):
		api.freeze_roll(second)
	winner = next(
		c for c in again.candidacies
		if frappe.db.get_value("Candidacy", c, "organization") == h.organizations[2]
	)  # fmt: skip
	again.count([{"choices": [winner]}])
	again.sign()
	again.move("Announced")
	with builders.as_user(h.manager):
		body = bodies.constitute_from_result(h.doc().result)
		assert bodies.constitute_from_result(again.doc().result).name == body.name
	assert [row.organization for row in body.members] == [h.organizations[0], h.organizations[2]]


def test_a_seed_that_is_known_draws_no_second_lot_from_another_box():
	h = hall.build(organizations=8, seats=1, candidates=3, tie_rule=rules.LOT_FROM_SEED)
	with builders.as_user(h.manager), pytest.raises(frappe.PermissionError):
		api.seal_seed(h.election, SEED)
	sealed(h)
	papers = [h.paper(0)] * 2 + [h.paper(1)] * 2
	h.vote(papers)
	h.move("Tie", h.tellers[0])
	with builders.as_user(h.manager), pytest.raises(runoff.RunoffError, match="not on a runoff"):
		api.hold_runoff(h.election)
	with builders.as_user(h.tellers[0]):
		api.draw_lot(h.election, SEED)
	h.move("Voting Closed", h.tellers[0], "The outcome does not please")
	with builders.as_user(h.tellers[0]):
		(batch,) = frappe.get_all("Ballot Batch", filters={"election": h.election}, pluck="name")
		api.void_batch(batch, "Entered anew")
	h.enter(papers)
	h.move("Tie", h.tellers[0])
	assert h.doc().run_method("onload") is None
	with builders.as_user(h.tellers[0]):
		with pytest.raises(ties.LotError, match="opened already"):
			api.draw_lot(h.election, SEED)
		api.record_lot(h.election, h.candidacies[:2], "A hat, before the whole meeting")
	assert h.doc().status == "Counted"


def test_a_tie_on_the_way_of_the_count_is_no_matter_for_a_runoff():
	h = hall.build(
		organizations=9,
		seats=2,
		max_choices=0,
		candidates=3,
		form="Single Transferable Vote",
		tie_rule=rules.RUNOFF,
		seat_rules=[{"group": "Men", "maximum": 1}],
		people=WOMEN,
	)
	h.vote([h.paper(0)] * 4 + [h.paper(1)] * 4 + [h.paper(2)])
	h.move("Tie", h.tellers[0])
	assert h.result().tie_about == counting.WITHIN
	with builders.as_user(h.manager), pytest.raises(runoff.RunoffError):
		api.hold_runoff(h.election)
	with builders.as_user(h.tellers[0]):
		api.record_lot(h.election, h.candidacies[:2], "Hat")
	assert set(elected(h.result())) == {h.candidacies[0], h.candidacies[2]}


def test_a_runoff_of_a_runoff_knows_all_who_are_elected():
	h = hall.build(organizations=9, seats=3, candidates=4, tie_rule=rules.RUNOFF)
	first = run_off(h, [h.paper(0)] * 3 + [h.paper(n) for n in (1, 2, 3)])
	second = run_off(first, [first.paper(0)] * 2 + [first.paper(1), first.paper(2)])
	assert second.doc().seats == 1
	assert {row.organization for row in rules.seated(second.doc())} == {
		h.organizations[0],
		organization_of(first.candidacies[0]),
	}
	second.count([second.paper(0)])
	for vote in (h, first, second):
		vote.sign()
		vote.move("Announced")
	with builders.as_user(h.manager):
		bodies_made = {bodies.constitute_from_result(vote.doc().result).name for vote in (second, h, first)}
	(body,) = bodies_made
	assert len(frappe.get_doc("Operational Body", body).members) == 3


def organization_of(candidacy):
	return frappe.db.get_value("Candidacy", candidacy, "organization")


def run_off(h, papers):
	"""The hall of the runoff that the tie of these papers leads to, ready to open."""
	h.vote(papers)
	h.move("Tie", h.tellers[0])
	with builders.as_user(h.manager):
		name = api.hold_runoff(h.election)
	h.move("Counted", h.tellers[0])
	with builders.as_user(h.officer):
		api.freeze_roll(name)
	standing = [c.name for c in rules.candidacies.accepted(name)]
	return hall.Hall(h.platform, h.organizations, h.meeting, name, h.manager, h.officer, h.tellers, standing)


def test_without_a_majority_there_is_a_runoff_and_no_lot():
	h = hall.build(organizations=8, seats=1, max_choices=1, candidates=3, form="Absolute Majority")
	h.vote([h.paper(0)] * 3 + [h.paper(1)] * 2 + [h.paper(2)])
	h.move("Tie", h.tellers[0])
	assert elected(h.result()) == []
	with builders.as_user(h.tellers[0]), pytest.raises(ties.LotError):
		api.record_lot(h.election, h.candidacies[:2], "Hat")
	with builders.as_user(h.manager):
		second = api.hold_runoff(h.election)
	standing = frappe.get_all("Candidacy", filters={"election": second}, pluck="organization")
	assert set(standing) == set(h.organizations[:2])


def test_unopposed_without_a_vote_only_if_the_meeting_said_so():
	h = hall.build(organizations=5, seats=3, candidates=2)
	with pytest.raises(contest.NotUnopposedError):
		h.move("Counted", h.tellers[0])
	h = hall.build(organizations=5, seats=3, candidates=2, may_be_unopposed=1)
	h.move("Counted", h.tellers[0])
	result = h.result()
	assert set(elected(result)) == set(h.candidacies) and result.total_ballots == 0
	assert {row.reason_code for row in result.rows} == {"unopposed"} and result.vacant_seats == 1
	h.sign()
	with builders.as_user(h.tellers[0]):
		assert package.verify(downloaded(api.verification_package, result.name)).ok
	assert h.move("Announced").status == "Announced"
	h = hall.build(organizations=5, seats=1, candidates=2, may_be_unopposed=1)
	with pytest.raises(contest.NotUnopposedError):
		h.move("Counted", h.tellers[0])


# --- counting again --------------------------------------------------------------------------------------


def test_a_recount_stands_beside_the_count_and_replaces_nothing():
	h = hall.build(organizations=6)
	first = h.count([h.paper(0, 1)] * 3 + [h.paper(2)])
	with builders.as_user(h.officer), pytest.raises(frappe.PermissionError):
		api.recount(h.election)
	with builders.as_user(h.tellers[0]):
		again = frappe.get_doc("Election Result", api.recount(h.election))
		with pytest.raises(counting.SignatureError):
			api.sign(again.name, again.result_hash)
	assert again.recount_of == first.name and h.doc().result == first.name
	assert counting.difference(again) == []


def test_a_recount_tells_what_is_otherwise_in_the_box():
	h = hall.build(organizations=6)
	h.count([h.paper(0, 1)] * 3 + [h.paper(2)])
	ballot = frappe.get_all("Ballot", filters={"election": h.election}, pluck="name")[0]
	# What only the owner of the database can do.
	frappe.db.set_value(
		"Ballot", ballot, "choices", json.dumps({"choices": [], "spoiled": False}), update_modified=False
	)
	with builders.as_user(h.tellers[0]):
		again = frappe.get_doc("Election Result", api.recount(h.election))
	said = " ".join(counting.difference(again))
	assert "Blank ballots: 0 before, 1 now." in said and "votes before" in said


def test_a_reopened_count_keeps_the_old_result_and_its_signatures_count_no_more():
	h = hall.build(organizations=6)
	h.count([h.paper(0, 1)] * 3)
	h.sign()
	first = h.result()
	with pytest.raises(frappe.ValidationError):
		h.move("Voting Closed", h.tellers[0])
	h.move("Voting Closed", h.tellers[0], "One paper was under the table")
	h.enter([h.paper(2)])
	h.figures(reconciliation_note="One paper was under the table")
	h.move("Counted", h.tellers[0])
	second = h.result()
	assert second.name != first.name and second.recount_of == first.name
	assert frappe.db.exists("Election Result", first.name)
	assert not second.signatures and counting.difference(second)
	with pytest.raises(counting.SignatureError):
		h.move("Announced")


# --- what leaves the desk --------------------------------------------------------------------------------


def downloaded(method, result):
	frappe.local.response = frappe._dict(docs=[])
	method(result)
	assert frappe.local.response.type == "download"
	return frappe.local.response.filecontent


def test_the_package_is_verified_from_nothing_and_ballots_go_to_committee_and_observers_only():
	h = hall.build(organizations=6)
	result = h.count([h.paper(0, 1)] * 3 + [h.paper(2), h.paper()])
	h.sign()
	observer, officer = builders.user(OBSERVER), builders.user(OFFICER)
	with builders.as_user(h.tellers[0]):
		content = downloaded(api.verification_package, result.name)
	report = package.verify(content)
	assert report.ok, report.lines
	assert json.loads(content)["package"]["ballots"]
	for user in (observer, officer, h.manager):
		with builders.as_user(user):
			without = downloaded(api.verification_package, result.name)
		assert not json.loads(without)["package"].get("ballots"), user
		assert package.verify(without).ok
	h.move("Announced")
	taken = {"reference_name": result.name, "action": "Export Package with Ballots"}
	assert frappe.get_all("Network Audit Event", filters=taken, pluck="user") == [h.tellers[0]]
	assert frappe.local.flags.commit
	with builders.as_user(observer):
		assert json.loads(downloaded(api.verification_package, result.name))["package"]["ballots"]
	with builders.as_user(officer):
		assert not json.loads(downloaded(api.verification_package, result.name))["package"].get("ballots")


def test_the_ballots_go_to_no_administrator_and_to_no_former_teller():
	h = hall.build(organizations=6)
	result = h.count([h.paper(0)] * 3 + [h.paper(1)])
	h.sign()
	h.move("Announced")
	assert not publication.may_have_ballots(h.doc(), "Administrator")
	frappe.get_doc("User", h.tellers[0]).remove_roles(COMMITTEE)
	assert not publication.may_have_ballots(h.doc(), h.tellers[0])
	assert publication.may_have_ballots(h.doc(), h.tellers[1]) and result.name


def test_the_package_of_an_earlier_count_never_carries_the_ballots_of_another():
	h = hall.build(organizations=6)
	first = h.count([h.paper(0)] * 3)
	h.move("Voting Closed", h.tellers[0], "One paper was under the table")
	h.enter([h.paper(2)])
	h.figures(reconciliation_note="One paper was under the table")
	h.move("Counted", h.tellers[0])
	with builders.as_user(h.tellers[0]):
		old = downloaded(api.verification_package, first.name)
	assert json.loads(old)["package"]["ballots"] is None and package.verify(old).ok


def test_no_export_for_those_who_may_not_read_the_result():
	h = hall.build(organizations=6)
	result = h.count([h.paper(0)] * 3)
	for user in (builders.user("Member Representative"), builders.user("Training Coordinator"), "Guest"):
		for method in (api.verification_package, api.result_report, api.result_table):
			with builders.as_user(user), pytest.raises(frappe.PermissionError):
				downloaded(method, result.name)


def everybody(h, field):
	return frappe.get_all("Candidacy", filters={"election": h.election}, pluck=field)


def test_exports_carry_the_count():
	h = hall.build(organizations=6)
	frappe.db.set_value("Member Organization", h.organizations[0], "name_ku", "Komela Jinan")
	result = h.count([h.paper(0)] * 3 + [h.paper(1)])
	with builders.as_user(h.officer):
		report = json.loads(downloaded(api.result_report, result.name))
		table = downloaded(api.result_table, result.name)
	assert "Komela Jinan" in json.dumps(report)
	assert report["@type"] == "ElectionResults.ElectionReport"
	name, name_ar = frappe.db.get_value(
		"Candidacy", h.candidacies[0], ["candidate_name", "candidate_name_ar"]
	)
	assert name in table.decode("utf-8-sig")
	texts = {
		(t["Language"], t["Content"]) for t in report["Election"][0]["Candidate"][0]["BallotName"]["Text"]
	}
	names = {("en", n) for n in everybody(h, "candidate_name")}
	names |= {("ar", n) for n in everybody(h, "candidate_name_ar")}
	assert texts - {("ku", "Komela Jinan")} <= names and name_ar


def test_a_result_of_an_earlier_version_still_opens_and_says_what_to_do():
	h = hall.build(organizations=6)
	result = h.count([h.paper(0)] * 3)
	old = json.dumps({"format": "aso-network/result/1"})
	frappe.db.set_value("Election Result", result.name, "record", old, update_modified=False)
	with builders.as_user(h.tellers[0]):
		result = frappe.get_doc("Election Result", result.name)
		result.run_method("onload")
		assert set(result.get_onload()["explanation"]["reasons"]) == set(h.candidacies)
		with pytest.raises(counting.ResultChangedError, match="Recount"):
			downloaded(api.verification_package, result.name)
		again = api.recount(h.election)
		assert package.verify(downloaded(api.verification_package, again)).ok


def test_where_a_candidate_is_from_stands_as_it_was_when_people_voted():
	rule = {"group": "From each district", "maximum": 1}
	h = hall.build(organizations=6, seats=2, seat_rules=[rule], upto="nominations")
	here, there = (builders.territory(level="District") for _n in range(2))
	towns = [builders.territory(here, "Sub-district"), builders.territory(here, "Sub-district"), there]
	for organization, town in zip(h.organizations, towns, strict=False):
		frappe.db.set_value("Member Organization", organization, "territory", town)
	with builders.as_user(h.officer):
		for candidacy in h.candidacies:
			frappe.get_doc("Candidacy", candidacy).save()
	with builders.as_user(h.manager):
		for candidacy in h.candidacies:
			guard.move(frappe.get_doc("Candidacy", candidacy), "Accepted")
	h.move("Candidates Published", h.officer)
	with builders.as_user(h.officer):
		api.freeze_roll(h.election)
	first = h.count([h.paper(0, 1)] * 2 + [h.paper(0), h.paper(2)])
	# The second lives in the first's district, which has one seat at most.
	assert elected(first) == [h.candidacies[0], h.candidacies[2]]
	frappe.db.set_value("Member Organization", h.organizations[1], "territory", there)
	frappe.db.set_value("Member Organization", h.organizations[2], "territory", towns[0])
	with builders.as_user(h.tellers[0]):
		again = frappe.get_doc("Election Result", api.recount(h.election))
	assert counting.difference(again) == [] and elected(again) == elected(first)


def test_a_recount_keeps_a_lot_with_its_box_only():
	h = hall.build(organizations=8, seats=1, candidates=3, tie_rule=rules.LOT_FROM_SEED)
	sealed(h)
	h.vote([h.paper(0)] * 2 + [h.paper(1)] * 2 + [h.paper()])
	h.move("Tie", h.tellers[0])
	with builders.as_user(h.tellers[0]):
		api.draw_lot(h.election, SEED)
		same = frappe.get_doc("Election Result", api.recount(h.election))
		assert counting.difference(same) == [] and elected(same) == elected(h.result())
		assert package.verify(downloaded(api.verification_package, same.name)).ok
		# What only the owner of the database can do: another name is another salt, and another root.
		ballot = frappe.get_all("Ballot", filters={"election": h.election}, pluck="name")[0]
		frappe.db.set_value("Ballot", ballot, "name", "0" * 20, update_modified=False)
		other = frappe.get_doc("Election Result", api.recount(h.election))
	assert other.has_tie and not other.seed and counting.difference(other)


def test_unopposed_candidates_who_cannot_all_sit_are_refused_in_the_words_of_the_rule():
	people = [{"gender": "Man"}, {"gender": "Man"}]
	h = hall.build(
		organizations=5,
		seats=3,
		candidates=2,
		may_be_unopposed=1,
		seat_rules=[{"group": "Men", "maximum": 1}],
		people=people,
	)
	with pytest.raises(counting.NotReconciledError, match="men"):
		h.move("Counted", h.tellers[0])


def test_after_an_annulled_runoff_the_count_can_be_reopened_and_another_runoff_held():
	h = hall.build(organizations=8, seats=1, candidates=3, tie_rule=rules.RUNOFF)
	again = run_off(h, [h.paper(0)] * 2 + [h.paper(1)] * 2)
	with pytest.raises(counting.RecountError):
		h.move("Voting Closed", h.tellers[0], "While the runoff is held")
	again.move("Annulled", reason="The hall was closed")
	with builders.as_user(h.manager):
		assert api.hold_runoff(h.election) != again.election
	h.result().db_set("runoff", again.election)
	assert h.move("Voting Closed", h.tellers[0], "To look at a paper again").status == "Voting Closed"


def test_a_report_needs_no_company():
	h = hall.build(organizations=6)
	result = h.count([h.paper(0)] * 3)
	frappe.db.set_single_value("Global Defaults", "default_company", "")
	frappe.defaults.clear_default("company")
	with builders.as_user(h.officer):
		assert json.loads(downloaded(api.result_report, result.name))["Issuer"] == h.platform
