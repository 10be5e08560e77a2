"""Paper ballots: entered twice, compared as multisets, put into a box that tells nothing."""

import json

import frappe
import pytest

from aso_network.api import elections as api
from aso_network.aso_network.doctype.ballot.ballot import SealedBallotError
from aso_network.aso_network.doctype.ballot_batch.ballot_batch import SealedBatchError
from aso_network.aso_network.doctype.ballot_batch_entry.ballot_batch_entry import SealedEntryError
from aso_network.polling import batches, box, committee, counting
from aso_network.workflows import guard
from tests.site import builders, hall


@pytest.fixture
def closed():
	"""A hall whose voting is closed: three voted, nothing is entered yet."""
	h = hall.build()
	h.move("Voting Open")
	h.mark(3)
	h.move("Voting Closed", h.tellers[0])
	h.figures(papers_issued=3, papers_in_box=3)
	return h


def status(batch):
	return frappe.db.get_value("Ballot Batch", batch, "status")


def test_two_entries_in_another_order_agree_and_fill_the_box(closed):
	papers = [closed.paper(0, 1), closed.paper(2), closed.paper()]
	batch = closed.enter(papers, second=papers[::-1])
	assert status(batch) == "Agreed"
	assert len(box.ballots(closed.election)) == 3
	assert closed.doc().ballots_entered == 3


def test_two_entries_that_differ_stop_the_count_and_show_the_difference(closed):
	batch = closed.enter(
		[closed.paper(0), closed.paper(0), closed.paper(1)],
		second=[closed.paper(0), closed.paper(1), closed.paper(1)],
	)
	assert status(batch) == "Differs"
	assert box.ballots(closed.election) == []
	with builders.as_user(closed.tellers[0]):
		found = api.differences(batch)
	sides = {side["member"]: side["only"] for side in found.values()}
	(extra,) = sides[closed.tellers[0]]
	assert (extra["choices"], extra["times"]) == ([closed.candidacies[0]], 1)
	with pytest.raises(counting.BatchesOpenError, match="1"):
		closed.move("Counted", closed.tellers[0])


def test_a_teller_corrects_their_entry_until_both_agree(closed):
	right = [closed.paper(0), closed.paper(1), closed.paper(2)]
	batch = closed.enter(right, second=right[:2])
	assert status(batch) == "Differs"
	with builders.as_user(closed.tellers[1]):
		api.reopen_entry(batch)
		assert api.save_entry(batch, json.dumps(right), True) == "Agreed"


def test_a_difference_is_resolved_by_another_member_in_writing(closed):
	batch = closed.enter([closed.paper(0)] * 3, second=[closed.paper(1)] * 3)
	with builders.as_user(closed.tellers[0]):
		with pytest.raises(batches.BatchError, match="another member"):
			api.resolve_batch(batch, closed.tellers[0], "I am right")
		with pytest.raises(batches.BatchError, match="write how"):
			api.resolve_batch(batch, closed.tellers[1], "")
		api.resolve_batch(batch, closed.tellers[1], "Read aloud again, the second entry is right")
	assert status(batch) == "Resolved"
	assert {b.choices for b in box.ballots(closed.election)} == {(closed.candidacies[1],)}
	assert frappe.db.exists(
		"Network Audit Event", {"action": "Resolve Batch", "reference_name": closed.election}
	)


def test_a_voided_batch_stays_in_the_box_and_out_of_the_count(closed):
	papers = [closed.paper(0)] * 3
	batch = closed.enter(papers)
	closed.enter(papers)
	assert closed.doc().ballots_entered == 6
	with builders.as_user(closed.tellers[0]):
		api.void_batch(batch, "The same papers were entered twice")
	assert closed.doc().ballots_entered == 3
	assert len(box.ballots(closed.election)) == 3
	assert frappe.db.count("Ballot", {"election": closed.election}) == 6


def test_neither_teller_sees_what_the_other_enters(closed):
	with builders.as_user(closed.tellers[0]):
		batch = api.create_batch(closed.election)
		api.save_entry(batch, json.dumps([closed.paper(0)]), True)
	with builders.as_user(closed.tellers[1]):
		assert api.entry(batch)["ballots"] == []
		assert api.batches(closed.election)[0].entries == [
			{
				"member": closed.tellers[0],
				"full_name": frappe.utils.get_fullname(closed.tellers[0]),
				"count": 1,
				"finished": True,
			}
		]
		with pytest.raises(batches.BatchError, match="both tellers"):
			api.differences(batch)
		assert not frappe.get_list("Ballot Batch Entry", {"batch": batch}, ["name", "ballots"])


def test_a_third_teller_does_not_join_a_batch():
	h = hall.build(organizations=6, upto="draft")
	third = builders.user("Election Committee")
	election = h.doc()
	election.append("committee", hall.teller(h.organizations[3], third))
	election.save()
	h.move("Rules Adopted"), h.move("Nominations Open")
	h.candidacies = [hall.stand(h, o).name for o in h.organizations[:2]]
	for name in h.candidacies:
		guard.move(frappe.get_doc("Candidacy", name), "Accepted")
	h.move("Candidates Published")
	api.freeze_roll(h.election)
	h.move("Voting Open"), h.mark(1), h.move("Voting Closed", h.tellers[0])
	batch = h.enter([h.paper(0)], second=[h.paper(1)])
	with builders.as_user(third), pytest.raises(batches.BatchError, match="two tellers"):
		api.save_entry(batch, json.dumps([h.paper(0)]), True)
	# But a third member may decide between the two.
	with builders.as_user(third):
		api.resolve_batch(batch, h.tellers[0], "Looked at the paper together")
	assert status(batch) == "Resolved"


def test_more_marks_than_allowed_are_entered_and_count_as_spoiled(closed):
	closed.enter([closed.paper(0, 1, 2), closed.paper(spoiled=True), closed.paper()])
	closed.move("Counted", closed.tellers[0])
	result = closed.result()
	assert (result.valid, result.blank, result.spoiled) == (0, 1, 2)
	assert not any(row.elected for row in result.rows)


def test_the_same_mark_twice_is_refused_with_the_ballots_place(closed):
	candidate = closed.candidacies[0]
	papers = [closed.paper(1), {"choices": [candidate, candidate], "spoiled": False}]
	with builders.as_user(closed.tellers[0]):
		batch = api.create_batch(closed.election)
		with pytest.raises(batches.BallotEntryError, match="ballot 2 marks a candidate twice"):
			api.save_entry(batch, json.dumps(papers), False)
	assert not frappe.db.exists("Ballot Batch Entry", {"batch": batch})


@pytest.mark.parametrize("value", [{"choices": ["CAND-NOBODY"]}, {"choices": "x"}, {"votes": []}, 7])
def test_what_is_not_a_ballot_is_refused_and_not_quoted(closed, value):
	with builders.as_user(closed.tellers[0]):
		batch = api.create_batch(closed.election)
		with pytest.raises(batches.BallotEntryError) as error:
			api.save_entry(batch, json.dumps([value]), False)
	assert "CAND-NOBODY" not in str(error.value)
	assert error.value.__cause__ is None


def test_a_lost_answer_is_sent_again_without_harm(closed):
	papers = json.dumps([closed.paper(0), closed.paper(1), closed.paper(2)])
	with builders.as_user(closed.tellers[0]):
		batch = api.create_batch(closed.election)
		for _again in range(2):
			assert api.save_entry(batch, papers, True) == "Entering"
	with builders.as_user(closed.tellers[1]):
		for _again in range(2):
			assert api.save_entry(batch, papers, True) == "Agreed"
	assert frappe.db.count("Ballot", {"election": closed.election}) == 3


def test_an_unfinished_entry_is_there_after_a_reload(closed):
	papers = [closed.paper(2), closed.paper(0)]
	with builders.as_user(closed.tellers[0]):
		batch = api.create_batch(closed.election)
		api.save_entry(batch, json.dumps(papers), False)
		entry = api.entry(batch)
	assert (entry["ballots"], entry["finished"]) == (papers, False)


def test_an_agreed_batch_is_closed(closed):
	batch = closed.enter([closed.paper(0)] * 3)
	with builders.as_user(closed.tellers[0]):
		with pytest.raises(batches.BatchError, match="cannot take it up again"):
			api.reopen_entry(batch)
		with pytest.raises(batches.BatchError):
			api.save_entry(batch, json.dumps([closed.paper(1)] * 3), True)


def test_nothing_is_entered_while_voting_is_open():
	h = hall.build()
	h.move("Voting Open")
	with builders.as_user(h.tellers[0]), pytest.raises(batches.BatchError, match="Voting Open"):
		api.create_batch(h.election)


def test_only_the_committee_enters_ballots(closed):
	stranger = hall.build().tellers[0]
	for user in (closed.manager, closed.officer, stranger, "Administrator"):
		with builders.as_user(user), pytest.raises(frappe.PermissionError):
			api.create_batch(closed.election)


def test_a_ballot_row_has_no_owner_no_time_and_no_order(closed):
	papers = [closed.paper(n % 3) for n in range(3)]
	closed.enter(papers)
	rows = frappe.get_all("Ballot", filters={"election": closed.election}, fields=["*"])
	same = {(r.owner, r.modified_by, str(r.creation), str(r.modified), r.idx, r.docstatus) for r in rows}
	assert len(same) == 1
	assert same.pop()[:3] == ("Administrator", "Administrator", "2000-01-01 00:00:00")
	assert len({len(r.name) for r in rows}) == 1
	fields = {df.fieldname for df in frappe.get_meta("Ballot").fields}
	assert fields == {"election", "choices", "source", "batch"}


def test_the_box_leaves_no_trace_in_versions_comments_or_logs(closed):
	watched = (
		"Version",
		"Comment",
		"Activity Log",
		"View Log",
		"Deleted Document",
		"Error Log",
		"Access Log",
	)
	before = {doctype: frappe.db.count(doctype) for doctype in watched}
	closed.enter([closed.paper(0), closed.paper(1), closed.paper(2)])
	assert {doctype: frappe.db.count(doctype) for doctype in watched} == before


def test_an_agreed_entry_forgets_the_order_of_the_papers(closed):
	batch = closed.enter([closed.paper(2), closed.paper(0), closed.paper(1)])
	stored = frappe.get_all("Ballot Batch Entry", {"batch": batch}, pluck="ballots")
	assert [json.loads(s) for s in stored] == [
		sorted((closed.paper(n) for n in range(3)), key=lambda p: p["choices"])
	] * 2


@pytest.mark.parametrize("door", ["save", "delete", "insert", "set_value", "client delete", "force"])
def test_no_door_leads_into_the_box_even_for_administrator(closed, door):
	closed.enter([closed.paper(0)] * 3)
	ballot = frappe.get_last_doc("Ballot", {"election": closed.election})
	with pytest.raises((SealedBallotError, frappe.PermissionError)):
		if door == "save":
			ballot.choices = "[]"
			ballot.save(ignore_permissions=True)
		elif door == "delete":
			ballot.delete(ignore_permissions=True)
		elif door == "insert":
			frappe.get_doc({"doctype": "Ballot", "election": closed.election}).insert(ignore_permissions=True)
		elif door == "set_value":
			frappe.client.set_value("Ballot", ballot.name, "choices", "[]")
		elif door == "client delete":
			frappe.client.delete("Ballot", ballot.name)
		else:
			frappe.delete_doc("Ballot", ballot.name, force=True, ignore_permissions=True)


def test_batches_and_entries_are_not_written_by_hand(closed):
	batch = closed.enter([closed.paper(0)] * 3, second=[closed.paper(1)] * 3)
	with pytest.raises((SealedBatchError, frappe.PermissionError)):
		frappe.client.set_value("Ballot Batch", batch, "status", "Agreed")
	with pytest.raises(SealedBatchError):
		frappe.get_doc("Ballot Batch", batch).save(ignore_permissions=True)
	entry = frappe.get_all("Ballot Batch Entry", {"batch": batch}, pluck="name")[0]
	with pytest.raises((SealedEntryError, frappe.PermissionError)):
		frappe.client.set_value("Ballot Batch Entry", entry, "ballots", "[]")
	with pytest.raises((SealedEntryError, frappe.PermissionError)):
		frappe.client.delete("Ballot Batch Entry", entry)


@pytest.mark.parametrize(
	("values", "sentence"),
	[
		({"papers_in_box": 4, "papers_issued": 4}, "more ballots than voters"),
		({"papers_in_box": 2, "papers_issued": 2}, "fewer ballots than voters"),
		({"papers_issued": 5}, "issued and not returned"),
	],
)
def test_a_mismatch_stops_the_count_until_it_is_explained(closed, values, sentence):
	closed.enter([closed.paper(0), closed.paper(0), closed.paper(1)])
	closed.figures(**values)
	with pytest.raises(counting.NotReconciledError, match=sentence):
		closed.move("Counted", closed.tellers[0])
	assert not frappe.db.exists("Election Result", {"election": closed.election})
	closed.figures(reconciliation_note="A voter took the paper home")
	closed.move("Counted", closed.tellers[0])
	assert "A voter took the paper home" in closed.result().reconciliation


def test_papers_that_were_never_entered_stop_the_count(closed):
	with pytest.raises(counting.NotReconciledError, match="nothing to count"):
		closed.move("Counted", closed.tellers[0])


def test_the_manager_does_not_count(closed):
	closed.enter([closed.paper(0), closed.paper(0), closed.paper(1)])
	with pytest.raises(frappe.PermissionError):
		closed.move("Counted", closed.manager)
	with pytest.raises(committee.NotOnCommitteeError):
		closed.move("Counted", "Administrator")


def test_an_empty_box_is_not_counted():
	h = hall.build()
	h.move("Voting Open")
	h.move("Voting Closed", h.tellers[0])
	with pytest.raises(counting.NotReconciledError, match="nothing to count"):
		h.move("Counted", h.tellers[0])


def test_a_voided_entry_forgets_the_order_of_the_papers_too(closed):
	with builders.as_user(closed.tellers[0]):
		batch = api.create_batch(closed.election)
		papers = [closed.paper(2), closed.paper(0)]
		api.save_entry(batch, json.dumps(papers), False)
		api.void_batch(batch, "Opened twice")
	(stored,) = frappe.get_all("Ballot Batch Entry", {"batch": batch}, pluck="ballots")
	assert json.loads(stored) == sorted(papers, key=lambda p: p["choices"])


def test_what_breaks_while_ballots_are_in_hand_carries_none_of_them(closed, monkeypatch):
	with builders.as_user(closed.tellers[0]):
		batch = api.create_batch(closed.election)

		def broken(doc):
			raise frappe.QueryTimeoutError

		monkeypatch.setattr(batches, "_save", broken)
		frappe.form_dict.ballots = json.dumps([closed.paper(0)])
		with pytest.raises(box.BoxFailedError) as error:
			api.save_entry(batch, frappe.form_dict.ballots, True)
	assert error.value.http_status_code < 500
	assert error.value.__context__ is None
	assert "ballots" not in frappe.form_dict


@pytest.mark.parametrize("doctype", ["Ballot", "Ballot Batch", "Ballot Batch Entry", "Election Voter"])
def test_nobody_leaves_a_note_at_the_ballot(closed, doctype):
	closed.enter([closed.paper(0)] * 3)
	name = frappe.get_all(doctype, {"election": closed.election}, pluck="name")[0]
	comment = frappe.get_doc(
		{
			"doctype": "Comment",
			"comment_type": "Comment",
			"reference_doctype": doctype,
			"reference_name": name,
			"content": "He voted for them",
		}
	)
	with pytest.raises(frappe.PermissionError):
		comment.insert(ignore_permissions=True)
