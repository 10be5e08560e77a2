"""Two requests for one voter at the same moment, and a vote against whatever else moves an election: one vote at the
most, and the roll, the box and the receipts always agree."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from functools import partial

import frappe
import pytest

from aso_network.polling import box, casting, closing, codes, roll
from tests.site import builders, hall
from tests.site.races import TIMEOUT, committed, race

MADE = (
	*("Ballot", "Ballot Envelope", "Ballot Receipt", "Election Key", "Voting Code", "Election Voter"),
	*("Candidacy", "Election", "General Meeting", "Member Organization", "Contact", "Network Platform"),
	*("Territory", "Network Audit Event", "Workflow Action", "Comment"),
)


@pytest.fixture
def open_hall():
	"""An open election that other connections see."""
	with committed(*MADE):
		h = hall.build(organizations=6)
		h.go_online()
		h.move("Voting Open")
		frappe.db.commit()
		yield h


def cast(h: hall.Hall, place: int = 0, key: str | None = None) -> Callable[[], str]:
	"""The vote of the organisation at `place`, as from a page of its own."""
	voter, choices = h.voters()[h.organizations[place]], h.candidacies[:1]
	return partial(_cast, h.election, voter, key or secrets.token_hex(32), choices)


def _cast(election: str, voter: str, key: str, choices: list[str]) -> str:
	frappe.set_user("Guest")
	return casting.cast(election, voter, key, choices)


def as_teller(h: hall.Hall, act: Callable[..., object], *values: object) -> Callable[[], object]:
	"""`act` by the committee, for this election."""

	def run() -> object:
		frappe.set_user(h.tellers[0])
		return act(h.doc(), *values) or "done"

	return run


def stored(h: hall.Hall) -> tuple[int, int, int]:
	"""(voters marked, envelopes, receipts)."""
	envelopes, receipts = (
		frappe.db.count(doctype, {"election": h.election})
		for doctype in ("Ballot Envelope", "Ballot Receipt")
	)
	return roll.counts(h.election)[1], envelopes, receipts


def first_voter(h: hall.Hall) -> str:
	return h.voters()[h.organizations[0]]


# --- one voter twice -------------------------------------------------------------------------------------


def test_two_sessions_of_one_voter_give_one_vote(open_hall):
	given, refused = race(cast(open_hall), cast(open_hall))
	assert len(given) == 64 and isinstance(refused, roll.AlreadyVotedError), (given, refused)
	assert stored(open_hall) == (1, 1, 1)


def test_the_same_vote_sent_twice_at_once_is_one_and_both_see_its_receipt(open_hall):
	key = secrets.token_hex(32)
	first, second = race(cast(open_hall, key=key), cast(open_hall, key=key))
	assert first == second and len(first) == 64
	assert stored(open_hall) == (1, 1, 1)


def test_the_phone_before_the_paper_desk(open_hall):
	desk = as_teller(open_hall, roll.mark_voted, first_voter(open_hall))
	given, refused = race(cast(open_hall), desk)
	assert len(given) == 64 and isinstance(refused, roll.AlreadyVotedError), (given, refused)
	assert stored(open_hall) == (1, 1, 1)
	assert not frappe.db.get_value("Election Voter", first_voter(open_hall), "at_desk")


def test_the_paper_desk_before_the_phone(open_hall):
	desk = as_teller(open_hall, roll.mark_voted, first_voter(open_hall))
	marked, refused = race(desk, cast(open_hall))
	assert marked == "done" and isinstance(refused, roll.AlreadyVotedError), (marked, refused)
	assert stored(open_hall) == (1, 0, 0)


def test_a_key_that_somebody_else_has_used_marks_nobody(open_hall):
	key = secrets.token_hex(32)
	given, refused = race(cast(open_hall, 0, key), cast(open_hall, 1, key))
	assert len(given) == 64 and isinstance(refused, Exception), (given, refused)
	assert stored(open_hall) == (1, 1, 1)


# --- a vote against the desk -----------------------------------------------------------------------------


def test_a_mark_taken_back_while_its_voter_votes_lets_the_vote_through(open_hall):
	with builders.as_user(open_hall.tellers[0]):
		roll.mark_voted(open_hall.doc(), first_voter(open_hall))
	frappe.db.commit()
	taken = as_teller(open_hall, roll.unmark_voted, first_voter(open_hall), "Row above was meant")
	back, given = race(taken, cast(open_hall))
	assert back == "done" and len(given) == 64, (back, given)
	assert stored(open_hall) == (1, 1, 1)


def test_a_vote_being_cast_is_not_taken_for_a_mark_of_the_desk(open_hall):
	taken = as_teller(open_hall, roll.unmark_voted, first_voter(open_hall), "Row above was meant")
	given, refused = race(cast(open_hall), taken)
	assert len(given) == 64 and isinstance(refused, roll.RollError), (given, refused)
	assert stored(open_hall) == (1, 1, 1)


def by_code(code: str) -> str:
	"""What the page for the hall does with a code."""
	frappe.set_user("Guest")
	found = codes.voter_of_code(code)
	if not found:
		return "unknown"
	candidate = frappe.db.get_value("Candidacy", {"election": found.election})
	receipt = casting.cast(found.election, found.voter, secrets.token_hex(32), [candidate])
	codes.require_standing(code)
	return receipt


def test_a_code_replaced_while_its_voter_votes_gives_one_vote(open_hall):
	with builders.as_user(open_hall.tellers[0]):
		slip = next(s for s in codes.issue(open_hall.doc()) if s["voter"] == first_voter(open_hall))
	frappe.db.commit()
	replaced = as_teller(open_hall, codes.replace, first_voter(open_hall), "The slip was lost")
	given, refused = race(partial(by_code, slip["code"]), replaced)
	assert len(given) == 64 and isinstance(refused, codes.CodeError), (given, refused)
	assert stored(open_hall) == (1, 1, 1)


def test_a_code_that_is_being_replaced_does_nothing_any_more(open_hall):
	with builders.as_user(open_hall.tellers[0]):
		slip = next(s for s in codes.issue(open_hall.doc()) if s["voter"] == first_voter(open_hall))
	frappe.db.commit()
	replaced = as_teller(open_hall, codes.replace, first_voter(open_hall), "The slip was stolen")
	made, refused = race(replaced, partial(by_code, slip["code"]))
	assert refused == "unknown" or isinstance(refused, codes.CodeError), refused
	assert stored(open_hall) == (0, 0, 0)
	assert by_code(slip["code"]) == "unknown"
	assert len(by_code(made["code"])) == 64


# --- a vote against the end of the election --------------------------------------------------------------


def close(h: hall.Hall) -> Callable[[], object]:
	return lambda: h.move("Voting Closed", h.tellers[0]).online_ballots


def test_a_vote_cast_while_voting_closes_is_in_the_box(open_hall):
	given, ballots = race(cast(open_hall), close(open_hall))
	assert len(given) == 64 and ballots == 1, (given, ballots)
	assert closing.receipts(open_hall.election) == [given]
	assert len(box.ballots(open_hall.election)) == open_hall.doc().voters_marked == 1


def test_a_vote_after_the_closing_has_begun_is_refused(open_hall):
	ballots, refused = race(close(open_hall), cast(open_hall))
	assert ballots == 0 and isinstance(refused, casting.NotOpenError), (ballots, refused)
	assert stored(open_hall) == (0, 0, 0)


def test_a_vote_cast_while_the_election_is_annulled_leaves_no_envelope(open_hall):
	given, _annulled = race(
		cast(open_hall), lambda: open_hall.move("Annulled", open_hall.manager, "The hall burns")
	)
	assert len(given) == 64
	assert open_hall.doc().status == "Annulled"
	assert frappe.db.count("Ballot Envelope", {"election": open_hall.election}) == 0


def test_many_voters_do_not_wait_for_each_other(open_hall):
	"""A vote that is not committed yet holds up nobody else."""
	first, second = race(cast(open_hall, 0), cast(open_hall, 1))
	assert len(first) == len(second) == 64, (first, second)
	assert stored(open_hall) == (2, 2, 2)


# --- many, as they come ----------------------------------------------------------------------------------


def rivals(site: str, *rounds: list[Callable[[], object]]) -> list[list[object]]:
	"""What each of `rounds` returns or raises: every round on a connection of its own, the first acts of all at
	the same moment, then their second ones, and so on. Whatever succeeds is committed."""
	starts = threading.Barrier(len(rounds))
	outcomes: list[list[object]] = [[] for _round in rounds]

	def run(number: int) -> None:
		frappe.init(site=site)
		frappe.connect()
		frappe.flags.in_test = True
		try:
			for act in rounds[number]:
				starts.wait(TIMEOUT)
				try:
					outcomes[number].append(act())
					frappe.db.commit()
				except Exception as error:
					outcomes[number].append(error)
					frappe.db.rollback()
		finally:
			frappe.destroy()

	threads = [threading.Thread(target=run, args=(number,)) for number in range(len(rounds))]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(TIMEOUT)
	frappe.db.rollback()
	return outcomes


def test_forty_voters_each_raced_by_two_phones_and_the_desk(site):
	with committed(*MADE):
		h = hall.build(organizations=40)
		h.go_online()
		h.move("Voting Open")
		frappe.db.commit()
		places = range(40)
		voters = h.voters()
		desk = [as_teller(h, roll.mark_voted, voters[organization]) for organization in h.organizations]
		phones, tablets, marks = rivals(
			site, [cast(h, place) for place in places], [cast(h, place) for place in places], desk
		)
		receipts = [given for given in (*phones, *tablets) if isinstance(given, str)]
		on_paper = sum(mark == "done" for mark in marks)
		refused = [given for given in (*phones, *tablets, *marks) if isinstance(given, Exception)]
		assert len(receipts) + on_paper == 40
		assert {type(error) for error in refused} == {roll.AlreadyVotedError}, refused
		assert stored(h) == (40, len(receipts), len(receipts))
		assert set(closing.receipts(h.election)) == set(receipts)
		closed = h.move("Voting Closed", h.tellers[0])
		assert (closed.voters_marked, closed.marked_at_desk) == (40, on_paper)
		assert len(box.ballots(h.election)) == len(receipts)
