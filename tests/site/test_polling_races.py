"""Two members of the committee at the same moment: no vote counts twice, no signature and no entry is lost."""

import json

import frappe

from aso_network.api import elections as api
from aso_network.polling import batches, counting, roll, runoff, ties
from tests.site import builders, hall
from tests.site.races import committed, race

MADE = (
	*("Election Result", "Ballot", "Ballot Batch Entry", "Ballot Batch", "Election Voter", "Candidacy"),
	*("Election", "General Meeting", "Member Organization", "Contact", "Network Platform", "Territory"),
	*("Network Audit Event", "Workflow Action", "Comment"),
)


def as_teller(user, act):
	def run():
		frappe.set_user(user)
		return act()

	return run


def test_two_tellers_mark_the_same_voter_at_once():
	with committed(*MADE):
		h = hall.build()
		h.move("Voting Open")
		voter = h.voters()[h.organizations[0]]
		frappe.db.commit()
		made, refused = race(
			*(as_teller(t, lambda: api.mark_voted(h.election, voter) or "marked") for t in h.tellers)
		)
		assert made == "marked"
		assert isinstance(refused, roll.AlreadyVotedError)
		assert roll.counts(h.election) == (5, 1)


def test_a_mark_made_while_voting_closes_is_counted_or_refused_never_lost():
	with committed(*MADE):
		h = hall.build()
		h.move("Voting Open")
		voter = h.voters()[h.organizations[0]]
		frappe.db.commit()
		marked, closed = race(
			as_teller(h.tellers[0], lambda: api.mark_voted(h.election, voter) or "marked"),
			as_teller(h.tellers[1], lambda: h.move("Voting Closed", h.tellers[1]).voters_marked),
		)
		assert (marked, closed) == ("marked", 1)


def test_two_tellers_finish_at_once_and_are_compared():
	with committed(*MADE):
		h = hall.build()
		h.move("Voting Open")
		h.mark(1)
		h.move("Voting Closed", h.tellers[0])
		papers = json.dumps([h.paper(0)])
		with builders.as_user(h.tellers[0]):
			batch = api.create_batch(h.election)
		frappe.db.commit()
		first, second = race(*(as_teller(t, lambda: api.save_entry(batch, papers, True)) for t in h.tellers))
		assert (first, second) == ("Entering", "Agreed")
		assert frappe.db.count("Ballot", {"election": h.election}) == 1


def test_a_save_that_comes_with_finished_does_not_take_it_back():
	with committed(*MADE):
		h = hall.build()
		h.move("Voting Open")
		h.mark(1)
		h.move("Voting Closed", h.tellers[0])
		papers = json.dumps([h.paper(0)])
		with builders.as_user(h.tellers[0]):
			batch = api.create_batch(h.election)
			api.save_entry(batch, papers)
		frappe.db.commit()
		finished, late = race(
			*(as_teller(h.tellers[0], lambda f=f: api.save_entry(batch, papers, f)) for f in (True, False))
		)
		assert finished == "Entering"
		assert isinstance(late, batches.BatchError)
		assert frappe.db.get_value("Ballot Batch Entry", {"batch": batch}, "finished")


def tied_stv():
	"""Two ties, one after the other: who of the last two is excluded, and later who of two is elected."""
	h = hall.build(organizations=8, seats=1, max_choices=0, candidates=4, form="Instant-Runoff Vote")
	h.vote([h.paper(0)] * 2 + [h.paper(1)] * 2 + [h.paper(2, 0), h.paper(3, 1)])
	h.move("Tie", h.tellers[0])
	return h


def test_two_members_record_a_lot_at_once_and_neither_writes_over_the_other():
	with committed(*MADE):
		h = tied_stv()
		tied = [row.candidacy for row in h.result().rows if row.reason_code == "tied"]
		frappe.db.commit()
		first, second = race(
			as_teller(h.tellers[0], lambda: api.record_lot(h.election, tied, "Hat") or "recorded"),
			as_teller(
				h.tellers[1], lambda: api.record_lot(h.election, tied[::-1], "Other hat") or "recorded"
			),
		)
		assert first == "recorded"
		assert isinstance(second, ties.LotError), second
		assert counting.lots_of(h.result())[0] == tied


def test_a_seed_sealed_while_voting_opens_comes_before_it_or_not_at_all():
	with committed(*MADE):
		h = hall.build(tie_rule="Lot from the committee's sealed seed")
		with builders.as_user(h.tellers[0]):
			sealed = api.seal_seed(h.election, "the seed of the hall 1234")
		frappe.db.commit()
		race(
			as_teller(h.manager, lambda: h.move("Voting Open").status),
			as_teller(h.tellers[0], lambda: api.seal_seed(h.election, "another seed 5678 9012")),
		)
		assert (h.doc().status, h.doc().seed_commitment) == ("Voting Open", sealed)


def test_two_recounts_at_once_have_numbers_of_their_own():
	with committed(*MADE):
		h = hall.build()
		h.count([h.paper(0, 1), h.paper(0)])
		frappe.db.commit()
		race(*(as_teller(t, lambda: api.recount(h.election)) for t in h.tellers))
		found = frappe.get_all("Election Result", filters={"election": h.election}, pluck="count_number")
		assert sorted(found) == [1, 2, 3]


def test_two_officers_hold_a_runoff_at_once_and_there_is_one():
	with committed(*MADE):
		h = hall.build(organizations=8, seats=1, candidates=3, tie_rule="Runoff among the tied")
		h.vote([h.paper(0)] * 2 + [h.paper(1)] * 2)
		h.move("Tie", h.tellers[0])
		frappe.db.commit()
		first, second = race(*(as_teller(h.manager, lambda: api.hold_runoff(h.election)) for _n in range(2)))
		assert frappe.get_all("Election", filters={"runoff_of": h.election}, pluck="name") == [first]
		assert isinstance(second, runoff.RunoffError), second


def test_two_members_sign_at_once_and_both_signatures_stand():
	with committed(*MADE):
		h = hall.build()
		result = h.count([h.paper(0, 1), h.paper(0, 1), h.paper(0)])
		frappe.db.commit()
		race(*(as_teller(t, lambda: api.sign(result.name, result.result_hash)) for t in h.tellers))
		assert {s.user for s in h.result().signatures} == set(h.tellers)


def test_two_officers_nominate_the_same_organization_at_once():
	with committed(*MADE):
		h = hall.build(candidates=1, upto="nominations")
		frappe.db.commit()
		officers = [h.officer, builders.user("Network Officer")]
		made, refused = race(
			*(as_teller(o, lambda: hall.stand(h, h.organizations[1]).name) for o in officers)
		)
		assert frappe.db.count("Candidacy", {"election": h.election, "organization": h.organizations[1]}) == 1
		assert isinstance(refused, frappe.ValidationError), (made, refused)
