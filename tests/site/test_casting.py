"""Casting online: roll and box together, once, and what the box says when it is closed and opened."""

from __future__ import annotations

import json
import secrets
from collections import Counter

import frappe
import pytest

from aso_network.elections import box as closed_box
from aso_network.polling import box, casting, closing, roll, sealing
from tests.site import builders, hall

SEED = bytes(range(16))


@pytest.fixture
def online() -> hall.Hall:
	h = hall.build(organizations=6)
	h.go_online()
	h.move("Voting Open")
	return h


@pytest.fixture
def sealed() -> hall.Hall:
	"""An open election whose key is known to the test alone."""
	h = hall.build(organizations=6)
	h.go_online(sealed=1)
	known = {"public_key": sealing.public_key(SEED), "sheets": 2, "sheets_rehearsed": 1}
	frappe.db.set_value("Election", h.election, known)
	h.move("Voting Open")
	return h


def counted(h: hall.Hall, doctype: str) -> int:
	return frappe.db.count(doctype, {"election": h.election})


def sealed_envelope(h: hall.Hall, *marks: int) -> str:
	found = casting.slip(h.election)
	return sealing.seal(found.public_key, h.election, [h.candidacies[m] for m in marks], found.padded)


def cast_sealed(h: hall.Hall, place: int, envelope: str) -> str:
	return casting.cast(h.election, h.voters()[h.organizations[place]], envelope=envelope)


def test_a_vote_marks_the_roll_and_fills_the_box(online):
	modified = frappe.get_all("Election Voter", {"election": online.election}, ["name", "modified", "voted"])
	receipt = online.cast(0, 0, 1)
	assert len(receipt) == 64 and roll.counts(online.election) == (6, 1)
	assert counted(online, "Ballot Envelope") == counted(online, "Ballot Receipt") == 1
	assert counted(online, "Ballot") == 0
	after = frappe.get_all("Election Voter", {"election": online.election}, ["name", "modified", "voted"])
	assert {row.name: row.modified for row in modified} == {row.name: row.modified for row in after}


def test_sent_again_it_is_counted_once_and_has_the_same_receipt(online):
	key = secrets.token_hex(32)
	first = online.cast(0, 0, key=key)
	assert online.cast(0, 0, key=key) == first
	# Whatever the second sending says: the first is in the box.
	assert online.cast(0, 1, key=key) == first
	assert counted(online, "Ballot Envelope") == 1
	online.move("Voting Closed", online.tellers[0])
	assert online.cast(0, 0, key=key) == first, "the receipt of a vote whose answer came too late"


def test_nobody_votes_twice(online):
	key = secrets.token_hex(32)
	online.cast(0, 0, key=key)
	with pytest.raises(roll.AlreadyVotedError, match="Nobody votes twice"):
		online.cast(0, 1)
	with pytest.raises(roll.AlreadyVotedError):
		with builders.as_user(online.tellers[0]):
			roll.mark_voted(online.doc(), online.voters()[online.organizations[0]])
	with builders.as_user(online.tellers[0]):
		roll.mark_voted(online.doc(), online.voters()[online.organizations[1]])
	with pytest.raises(roll.AlreadyVotedError):
		online.cast(1, 0)
	# A key is no pass to somebody else's vote.
	with pytest.raises(roll.AlreadyVotedError):
		online.cast(1, 0, key=secrets.token_hex(32))
	assert counted(online, "Ballot Envelope") == 1


def test_a_key_of_another_marks_nobody(online):
	key = secrets.token_hex(32)
	online.cast(0, 0, key=key)
	with pytest.raises(Exception) as refused:
		online.cast(2, 0, key=key)
	assert isinstance(refused.value, box.BoxFailedError)
	frappe.db.rollback()


def test_a_mark_of_an_online_vote_is_not_taken_back(online):
	online.cast(0, 0)
	with builders.as_user(online.tellers[0]):
		voters = online.voters()
		with pytest.raises(roll.RollError, match="voted online"):
			roll.unmark_voted(online.doc(), voters[online.organizations[0]], "wrong row")
		roll.mark_voted(online.doc(), voters[online.organizations[1]])
		roll.unmark_voted(online.doc(), voters[online.organizations[1]], "wrong row")
	online.cast(1, 0)
	assert roll.counts(online.election)[1] == 2


@pytest.mark.parametrize("marks", [(0, 0), (0, 1, 2)])
def test_what_is_no_ballot_is_refused_and_nothing_is_kept(online, marks):
	with pytest.raises(casting.BallotError):
		online.cast(0, *marks)
	assert roll.counts(online.election)[1] == counted(online, "Ballot Envelope") == 0


def test_a_stranger_s_candidate_is_refused(online):
	other = hall.build()
	voter = online.voters()[online.organizations[0]]
	with pytest.raises(casting.BallotError):
		casting.cast(online.election, voter, secrets.token_hex(32), [other.candidacies[0]])
	with pytest.raises(casting.BallotError, match="out of date"):
		casting.cast(online.election, voter, "short", [])
	with pytest.raises(roll.NotOnRollError):
		casting.cast(online.election, "nobody", secrets.token_hex(32), [])
	# A row of another election's roll.
	with pytest.raises(roll.NotOnRollError):
		casting.cast(online.election, next(iter(other.voters().values())), secrets.token_hex(32), [])


def test_only_while_it_is_open():
	h = hall.build(organizations=5)
	with pytest.raises(casting.NotOpenError, match="on paper only"):
		h.cast(0, 0)
	h.go_online()
	with pytest.raises(casting.NotOpenError, match="not open yet"):
		h.cast(0, 0)
	h.move("Voting Open")
	frappe.db.set_value("Election", h.election, "voting_until", "2020-01-01 00:00:00")
	with pytest.raises(casting.NotOpenError, match="ended on"):
		h.cast(0, 0)
	frappe.db.set_value("Election", h.election, "voting_until", None)
	h.cast(0, 0)
	h.move("Voting Closed", h.tellers[0])
	with pytest.raises(casting.NotOpenError, match="closed"):
		h.cast(1, 0)


def test_paper_and_online_meet_in_one_box(online):
	online.cast(0, 0, 1)
	online.cast(1, 0)
	online.cast(2)
	with builders.as_user(online.tellers[0]):
		roll.mark_voted(online.doc(), online.voters()[online.organizations[3]])
	online.move("Voting Closed", online.tellers[0])
	election = online.doc()
	assert (election.online_ballots, election.marked_at_desk, election.box_opened) == (3, 1, 1)
	assert election.receipts_root == closed_box.root(closing.receipts(online.election))
	assert not frappe.get_all("Election Voter", {"election": online.election, "at_desk": 1})
	assert counted(online, "Ballot Envelope") == counted(online, "Election Key") == 0
	online.enter([online.paper(0)])
	votes = Counter(choice for ballot in box.ballots(online.election) for choice in ballot.choices)
	first, second = online.candidacies[:2]
	assert votes == {first: 3, second: 1} and len(box.ballots(online.election)) == 4


def test_a_sealed_box_opens_with_its_key_only(sealed):
	receipts = [cast_sealed(sealed, place, sealed_envelope(sealed, 0)) for place in range(3)]
	with pytest.raises(closing.BoxStillClosedError):
		closing.open_with(sealed.doc(), SEED)
	sealed.move("Voting Closed", sealed.tellers[0])
	assert counted(sealed, "Ballot Envelope") == 3 and counted(sealed, "Ballot") == 0
	with pytest.raises(closing.WrongKeyError):
		closing.open_with(sealed.doc(), bytes(16))
	assert closing.open_with(sealed.doc(), SEED) == 0
	assert closing.open_with(sealed.doc(), SEED) == 0, "a second time changes nothing"
	assert [ballot.choices for ballot in box.ballots(sealed.election)] == [(sealed.candidacies[0],)] * 3
	stored = {sealing.receipt_of_envelope(text) for text in closing._envelopes(sealed.election)}
	assert stored == set(receipts) == set(closing.receipts(sealed.election))


def test_what_is_no_ballot_in_its_envelope_is_spoiled(sealed):
	found = casting.slip(sealed.election)
	foreign = sealing.seal(found.public_key, "EL-OTHER", [sealed.candidacies[0]], found.padded)
	unknown = sealing.seal(found.public_key, sealed.election, ["CAND-0"], found.padded)
	noise = foreign[:-8] + "AAAAAAAA"
	for place, envelope in enumerate((foreign, unknown, noise, sealed_envelope(sealed, 0, 1, 2))):
		cast_sealed(sealed, place, envelope)
	sealed.move("Voting Closed", sealed.tellers[0])
	assert closing.open_with(sealed.doc(), SEED) == 3
	ballots = box.ballots(sealed.election)
	assert sum(ballot.spoiled for ballot in ballots) == 3 and len(ballots) == 4


def test_an_envelope_has_the_one_length(sealed):
	found = casting.slip(sealed.election)
	lengths = {len(sealed_envelope(sealed, *marks)) for marks in ((), (0,), (0, 1, 2))}
	assert len(lengths) == 1
	longer = sealing.seal(found.public_key, sealed.election, [], found.padded + 64)
	for wrong in (longer, "", "x" * lengths.pop(), "ü"):
		with pytest.raises(casting.BallotError):
			cast_sealed(sealed, 0, wrong)
	assert roll.counts(sealed.election)[1] == 0


def test_the_same_envelope_twice_is_one_vote(sealed):
	envelope = sealed_envelope(sealed, 0)
	assert cast_sealed(sealed, 0, envelope) == cast_sealed(sealed, 0, envelope)
	assert counted(sealed, "Ballot Envelope") == 1


def test_annulled_nobody_ever_learns_the_votes(online):
	online.cast(0, 0)
	online.move("Annulled", online.manager, "the hall had to be left")
	assert counted(online, "Ballot Envelope") == counted(online, "Election Key") == 0
	assert counted(online, "Ballot") == 0


def test_a_failure_inside_tells_no_choice(online, monkeypatch):
	def fail(*_args):
		raise RuntimeError("the disk is full")

	monkeypatch.setattr(box, "put_sealed", fail)
	with pytest.raises(box.BoxFailedError) as refused:
		online.cast(0, 0)
	assert online.candidacies[0] not in json.dumps(str(refused.value))
	assert refused.value.__context__ is None and refused.value.__cause__ is None
	frappe.db.rollback()


def test_a_sealed_box_is_evidence_until_the_result_stands(sealed):
	cast_sealed(sealed, 0, sealed_envelope(sealed, 0))
	sealed.move("Voting Closed", sealed.tellers[0])
	closing.open_with(sealed.doc(), SEED)
	closing.destroy_old()
	assert counted(sealed, "Ballot Envelope") == 1
	frappe.db.set_value(
		"Election", sealed.election, {"status": "Announced", "announced_on": frappe.utils.today()}
	)
	closing.destroy_old()
	assert counted(sealed, "Ballot Envelope") == 1
	frappe.db.set_value("Election", sealed.election, "announced_on", "2020-01-01")
	closing.destroy_old()
	assert counted(sealed, "Ballot Envelope") == 0
