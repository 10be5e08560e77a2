"""The count, the tie, the signatures, the announcement and the body that follows from it."""

import frappe
import pytest

from aso_network.api import elections as api
from aso_network.aso_network.doctype.election_result.election_result import SealedResultError
from aso_network.elections import box as closed_box
from aso_network.polling import box, committee, counting, ties
from aso_network.workflows import guard
from tests.site import builders, hall


def clear_win(h):
	"""Votes 3, 2, 1 for the three candidates; two seats."""
	return [h.paper(0, 1), h.paper(0, 1), h.paper(0, 2)]


def tied(h):
	"""Votes 3, 1, 1: the second seat is tied."""
	return [h.paper(0, 1), h.paper(0, 2), h.paper(0)]


def test_the_result_says_who_is_elected_in_order_and_why():
	h = hall.build()
	result = h.count(clear_win(h))
	assert [(r.candidacy, r.votes, r.elected, r.seat_order) for r in result.rows] == [
		(h.candidacies[0], 3, 1, 1),
		(h.candidacies[1], 2, 1, 2),
		(h.candidacies[2], 1, 0, 0),
	]
	assert all(row.reason for row in result.rows)
	assert (result.voters_on_roll, result.voters_marked, result.turnout) == (5, 3, 60)
	assert h.doc().status == "Counted"
	assert result.box_hash == box.seal(h.election)


def test_the_root_of_the_box_cannot_be_guessed_from_the_votes():
	h = hall.build()
	result = h.count(clear_win(h))
	names = {salt for _ballot, salt in box.salted(h.election)}
	assert len(names) == 3 and not any(name in result.record for name in names)
	unsalted = closed_box.root(closed_box.leaf(ballot, "0" * 20) for ballot in box.ballots(h.election))
	assert result.box_hash != unsalted


def test_a_tie_across_the_last_seat_elects_nobody_by_the_order_of_a_list():
	h = hall.build()
	result = h.count(tied(h))
	assert h.doc().status == "Tie"
	assert [r.candidacy for r in result.rows if r.elected] == [h.candidacies[0]]
	assert (result.has_tie, result.tied_seats) == (1, 1)
	with pytest.raises(counting.OpenTieError, match="draw a lot"):
		h.move("Counted", h.tellers[0])
	with pytest.raises(guard.MoveNotAllowedError):
		h.move("Announced", h.manager)


def test_a_tie_cannot_be_signed_away():
	h = hall.build()
	h.count(tied(h))
	with pytest.raises(counting.SignatureError, match="Tie"):
		h.sign()


def test_a_minuted_lot_settles_the_tie():
	h = hall.build()
	before = h.count(tied(h)).result_hash
	with builders.as_user(h.tellers[0]):
		api.record_lot(h.election, [h.candidacies[2], h.candidacies[1]], "Two slips in a hat, before all")
	result = h.result()
	assert h.doc().status == "Counted"
	assert {r.candidacy for r in result.rows if r.elected} == {h.candidacies[0], h.candidacies[2]}
	assert [lot.candidacy for lot in result.lots] == [h.candidacies[2], h.candidacies[1]]
	assert result.result_hash != before
	assert frappe.db.exists("Network Audit Event", {"reference_name": h.election, "action": "Draw Lot"})


@pytest.mark.parametrize("wrong", ["outsider", "one only", "twice", "empty", "no minutes"])
def test_a_lot_that_is_none_is_refused_and_changes_nothing(wrong):
	h = hall.build()
	before = h.count(tied(h)).result_hash
	a, b, c = h.candidacies
	order = {
		"outsider": [a, b],
		"one only": [b],
		"twice": [b, b],
		"empty": [],
		"no minutes": [b, c],
	}[wrong]
	with builders.as_user(h.tellers[0]), pytest.raises(ties.LotError):
		api.record_lot(h.election, order, "" if wrong == "no minutes" else "Hat")
	assert h.doc().status == "Tie"
	assert h.result().result_hash == before


def test_only_the_committee_draws_the_lot():
	h = hall.build()
	h.count(tied(h))
	for user in (h.manager, "Administrator"):
		with builders.as_user(user), pytest.raises(committee.NotOnCommitteeError):
			api.record_lot(h.election, h.candidacies[1:], "Hat")


def test_announcement_waits_for_the_signatures_and_then_publishes():
	h = hall.build()
	h.count(clear_win(h))
	h.sign(h.tellers[0])
	with pytest.raises(counting.SignatureError, match="1 of the 2 signatures"):
		h.move("Announced", h.tellers[0])
	h.sign(h.tellers[1])
	h.move("Announced", h.tellers[0])
	result = h.result()
	assert result.is_announced
	assert result.announced_on == h.doc().announced_on
	assert [s.user for s in result.signatures] == h.tellers


def test_a_member_signs_once_however_often_they_click():
	h = hall.build()
	h.count(clear_win(h))
	h.sign(h.tellers[0], h.tellers[0])
	assert len(h.result().signatures) == 1


def test_a_signature_on_an_old_hash_is_refused():
	h = hall.build()
	old = h.count(tied(h)).result_hash
	with builders.as_user(h.tellers[0]):
		api.record_lot(h.election, h.candidacies[1:], "Hat")
	with builders.as_user(h.tellers[1]), pytest.raises(counting.SignatureError, match="has changed"):
		api.sign(h.result().name, old)
	assert not h.result().signatures


def test_nobody_else_signs():
	h = hall.build()
	result = h.count(clear_win(h))
	stranger = hall.build().tellers[0]
	for user in (h.manager, h.officer, stranger, "Administrator"):
		with builders.as_user(user), pytest.raises(frappe.PermissionError):
			api.sign(result.name, result.result_hash)


def test_votes_changed_in_the_database_are_noticed_before_signing_and_announcing():
	h = hall.build()
	result = h.count(clear_win(h))
	frappe.db.set_value("Election Result Row", result.rows[2].name, "votes", 99)
	with pytest.raises(counting.ResultChangedError):
		h.sign(h.tellers[0])
	frappe.db.set_value("Election Result Row", result.rows[2].name, "votes", 1)
	frappe.db.set_value("Election Result", result.name, "blank", 7)
	with pytest.raises(counting.ResultChangedError):
		h.sign(h.tellers[0])
	frappe.db.set_value("Election Result", result.name, "blank", 0)
	h.sign()
	ballot = frappe.get_all("Ballot", {"election": h.election}, pluck="name")[0]
	frappe.db.set_value("Ballot", ballot, "choices", '{"choices":[],"spoiled":false}')
	with pytest.raises(counting.ResultChangedError):
		h.move("Announced")


@pytest.mark.parametrize("signed", [False, True])
def test_no_door_changes_a_result_even_for_administrator(signed):
	h = hall.build()
	result = h.count(clear_win(h))
	if signed:
		h.sign()
		result.reload()
	with pytest.raises(SealedResultError):
		frappe.client.set_value("Election Result", result.name, "valid", 99)
	with pytest.raises(SealedResultError):
		frappe.client.delete("Election Result", result.name)
	with pytest.raises(SealedResultError):
		frappe.delete_doc("Election Result", result.name, force=True, ignore_permissions=True)
	result.reload()
	result.rows[0].votes = 99
	with pytest.raises(SealedResultError):
		result.save(ignore_permissions=True)


def test_a_signed_result_is_not_rewritten_even_by_the_app_itself():
	h = hall.build()
	h.count(clear_win(h))
	h.sign(h.tellers[0])
	result = h.result()
	result.valid = 99
	with pytest.raises(SealedResultError):
		counting._save(result)
	result.reload()
	result.signatures = []
	with pytest.raises(SealedResultError):
		counting._save(result)


def test_the_same_ballots_give_the_same_count_and_the_record_is_whole():
	import json

	h = hall.build()
	result = h.count(clear_win(h))
	record = json.loads(result.record)
	assert record["contest"]["id"] == h.election
	assert [c["votes"] for c in record["result"]["candidates"]] == [3, 2, 1]
	assert record["figures"]["in_box"] == 3
	with builders.as_user(h.tellers[0]):
		assert json.loads(counting.recount(h.doc()).record)["result"] == record["result"]


def test_the_body_is_constituted_from_the_announced_result_in_one_step():
	h = hall.build()
	result = h.count(clear_win(h))
	with builders.as_user(h.manager), pytest.raises(frappe.ValidationError):
		api.constitute_body(result.name)
	h.sign()
	h.move("Announced")
	with builders.as_user(h.manager):
		name = api.constitute_body(result.name)
		assert api.constitute_body(result.name) == name
	body = frappe.get_doc("Operational Body", name)
	assert body.status == "Constituted"
	assert [m.organization for m in body.members] == h.organizations[:2]
	assert not any(m.position for m in body.members)
	platform = frappe.get_doc("Network Platform", h.platform)
	assert (platform.current_body, platform.stage) == (name, "Structured")
	assert platform.structured_on == h.doc().announced_on
