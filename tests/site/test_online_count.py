"""Paper and online in one roll and one box: figures, count, record, package, recount."""

import json

import frappe
import pytest

from aso_network.api import elections as api
from aso_network.elections import box as closed_box
from aso_network.elections import package
from aso_network.polling import box, casting, closing, counting, receipts, sealing
from tests.site import builders, hall

SEED = bytes(range(16))


def opened(sealed: bool = False, **values: object) -> hall.Hall:
	"""An open election of six voters; of a sealed one the key is known to the test."""
	h = hall.build(organizations=6)
	h.go_online(sealed=int(sealed), **values)
	if sealed:
		known = {"public_key": sealing.public_key(SEED), "sheets": 2, "sheets_rehearsed": 1}
		frappe.db.set_value("Election", h.election, known)
	h.move("Voting Open")
	return h


def cast(h: hall.Hall, place: int, *marks: int) -> str:
	if not h.doc().sealed:
		return h.cast(place, *marks)
	found = casting.slip(h.election)
	choices = [h.candidacies[mark] for mark in marks]
	envelope = sealing.seal(found.public_key, h.election, choices, found.padded)
	return casting.cast(h.election, h.voters()[h.organizations[place]], envelope=envelope)


def at_desk(h: hall.Hall, *places: int) -> None:
	with builders.as_user(h.tellers[0]):
		for place in places:
			api.mark_voted(h.election, h.voters()[h.organizations[place]])


def close(h: hall.Hall) -> None:
	h.move("Voting Closed", h.tellers[0])
	if h.doc().sealed:
		closing.open_with(h.doc(), SEED)


def mixed(sealed: bool = False) -> hall.Hall:
	"""Three voted online and two on paper: 4, 3, 1 votes; papers and figures are entered."""
	h = opened(sealed)
	cast(h, 0, 0, 1), cast(h, 1, 0, 1), cast(h, 2, 0)
	at_desk(h, 3, 4)
	close(h)
	h.figures(papers_issued=2, papers_in_box=2)
	h.enter([h.paper(0, 1), h.paper(2)])
	return h


def record(h: hall.Hall) -> dict:
	return json.loads(h.result().record)


def sent_package(h: hall.Hall, user: str) -> package.PackageReport:
	with builders.as_user(user):
		api.verification_package(h.result().name)
	return package.verify(frappe.local.response.filecontent)


@pytest.mark.parametrize("sealed", [False, True])
def test_paper_and_online_ballots_are_counted_together(sealed):
	h = mixed(sealed)
	h.move("Counted", h.tellers[0])
	result = h.result()
	assert [(r.candidacy, r.votes) for r in result.rows] == [
		(h.candidacies[0], 4),
		(h.candidacies[1], 3),
		(h.candidacies[2], 1),
	]
	assert (result.voters_on_roll, result.voters_marked, result.total_ballots) == (6, 5, 5)
	assert result.reconciliation == ""
	said = record(h)
	assert said["online"] == {
		"ballots": 3,
		"receipts_root": closed_box.root(closing.receipts(h.election)),
		"sealed": sealed,
		"public_key": h.doc().public_key,
		"unreadable": 0,
	}
	assert said["figures"] == {
		**{"on_roll": 6, "marked": 5, "issued": 2, "returned": 0, "in_box": 2, "entered": 2},
		**{"online": 3, "marked_at_desk": 2},
	}
	assert said["box"] == {"root": box.seal(h.election), "leaves": 5}


@pytest.mark.parametrize("sealed", [False, True])
def test_the_whole_way_to_the_announcement_and_the_package_that_observers_verify(sealed):
	h = mixed(sealed)
	h.move("Counted", h.tellers[0])
	h.sign()
	h.move("Announced", h.tellers[0])
	report = sent_package(h, h.tellers[0])
	assert report.ok and report.recounted, report.lines()
	assert "receipts_root" in {finding.code for finding in report.findings}
	without = sent_package(h, h.manager)
	assert without.ok and "no_receipts" in {finding.code for finding in without.findings}
	assert not any(
		receipt in frappe.local.response.filecontent.decode() for receipt in closing.receipts(h.election)
	)


def test_a_paper_election_says_nothing_of_all_this():
	h = hall.build()
	h.count([h.paper(0, 1), h.paper(0, 1), h.paper(0)])
	said = record(h)
	assert "online" not in said
	assert set(said["figures"]) == {"on_roll", "marked", "issued", "returned", "in_box", "entered"}
	with builders.as_user(h.tellers[0]):
		assert set(api.reconciliation(h.election)["figures"]) == set(said["figures"])
	assert "receipts" not in json.loads(_file(h))["package"]


def _file(h: hall.Hall) -> bytes:
	with builders.as_user(h.tellers[0]):
		api.verification_package(h.result().name)
	return frappe.local.response.filecontent


@pytest.mark.parametrize("sealed", [False, True])
def test_where_nobody_used_paper_nobody_types_a_nought(sealed):
	h = opened(sealed)
	for place in range(4):
		cast(h, place, 0, *((1,) if place < 3 else (2,)))
	close(h)
	with builders.as_user(h.tellers[0]):
		assert api.reconciliation(h.election)["mismatches"] == []
	h.move("Counted", h.tellers[0])
	h.sign()
	h.move("Announced", h.tellers[0])
	assert h.result().total_ballots == 4
	report = sent_package(h, h.tellers[0])
	assert report.ok and report.recounted


def test_where_nobody_was_online_it_is_a_paper_count():
	h = opened()
	at_desk(h, 0, 1)
	close(h)
	h.figures(papers_issued=2, papers_in_box=2)
	h.enter([h.paper(0, 1), h.paper(0, 1)])
	h.move("Counted", h.tellers[0])
	assert record(h)["online"]["ballots"] == 0
	assert sent_package(h, h.tellers[0]).ok


def test_where_nobody_voted_there_is_nothing_to_count():
	h = opened()
	close(h)
	with pytest.raises(counting.NotReconciledError, match="nothing to count"):
		h.move("Counted", h.tellers[0])


def test_a_sealed_box_is_opened_before_it_is_counted():
	h = opened(sealed=True)
	cast(h, 0, 0)
	h.move("Voting Closed", h.tellers[0])
	with pytest.raises(counting.BoxSealedError, match="word sheets first"):
		h.move("Counted", h.tellers[0])
	assert not frappe.db.exists("Election Result", {"election": h.election})
	closing.open_with(h.doc(), SEED)
	h.move("Counted", h.tellers[0])


@pytest.mark.parametrize(
	("values", "sentences"),
	[
		(
			{"papers_in_box": 1, "papers_issued": 1},
			[
				"1 papers were counted in the box",
				"fewer ballots than voters: 4",
				"2 voters were marked at the paper desk",
			],
		),
		(
			{"papers_in_box": 3, "papers_issued": 3},
			[
				"3 papers were counted in the box",
				"more ballots than voters: 6",
				"but 3 papers are in the box",
			],
		),
		({"papers_issued": 5}, ["issued and not returned"]),
	],
)
def test_papers_that_do_not_agree_stop_the_count_until_it_is_explained(values, sentences):
	h = mixed()
	h.figures(**values)
	with builders.as_user(h.tellers[0]):
		found = api.reconciliation(h.election)["mismatches"]
	assert len(found) == len(sentences)
	for sentence in sentences:
		assert any(sentence in one for one in found), found
	with pytest.raises(counting.NotReconciledError):
		h.move("Counted", h.tellers[0])
	h.figures(reconciliation_note="A voter took the paper home")
	h.move("Counted", h.tellers[0])
	assert "A voter took the paper home" in h.result().reconciliation


def test_an_online_mark_without_a_ballot_is_named_as_what_no_mistake_makes():
	h = opened()
	cast(h, 0, 0), cast(h, 1, 0)
	voter = h.voters()[h.organizations[5]]
	table = frappe.qb.DocType("Election Voter")
	frappe.qb.update(table).set(table.voted, 1).where(table.name == voter).run()
	close(h)
	with pytest.raises(
		counting.NotReconciledError, match="3 voters are marked as having voted online, but 2"
	):
		h.move("Counted", h.tellers[0])


def test_a_ballot_put_into_the_box_or_taken_out_past_the_app_is_never_counted():
	h = mixed()
	h.figures(reconciliation_note="Let it pass, please")
	online = frappe.get_all("Ballot", {"election": h.election, "source": "Online"}, ["name", "choices"])
	frappe.db.delete("Ballot", {"name": online[0].name})
	with pytest.raises(counting.BoxChangedError, match="4 ballots are in the box, but 2 were entered"):
		h.move("Counted", h.tellers[0])
	box.put(h.election, box.ballots(h.election)[:2], source="Online")
	with pytest.raises(counting.BoxChangedError, match="6 ballots"):
		h.move("Counted", h.tellers[0])


@pytest.mark.parametrize("what", ["receipt", "root", "ballots", "unreadable", "key"])
def test_what_was_changed_after_the_count_is_not_signed(what):
	h = mixed()
	h.move("Counted", h.tellers[0])
	if what == "receipt":
		name = frappe.get_all("Ballot Receipt", {"election": h.election}, pluck="name")[0]
		frappe.db.set_value("Ballot Receipt", name, "receipt", "0" * 64)
	else:
		field, value = {
			"root": ("receipts_root", "0" * 64),
			"ballots": ("online_ballots", 2),
			"unreadable": ("unreadable", 1),
			"key": ("public_key", "another"),
		}[what]
		frappe.db.set_value("Election", h.election, field, value)
	with pytest.raises(counting.ResultChangedError):
		h.sign(h.tellers[0])


@pytest.mark.parametrize("sealed", [False, True])
def test_a_recount_and_a_count_made_again_find_the_online_ballots_too(sealed):
	h = mixed(sealed)
	h.move("Counted", h.tellers[0])
	first = h.result()
	with builders.as_user(h.tellers[0]):
		again = counting.recount(h.doc())
	assert counting.difference(again) == []
	assert json.loads(again.record)["online"] == record(h)["online"]
	h.move("Voting Closed", h.tellers[0], "A paper lay under the table")
	assert frappe.db.count("Ballot", {"election": h.election, "source": "Online"}) == 3
	with builders.as_user(h.tellers[0]):
		(batch,) = frappe.get_all("Ballot Batch", {"election": h.election}, pluck="name")
		api.void_batch(batch, "To be entered again with the paper from under the table")
	assert len(box.ballots(h.election)) == 3, "a voided batch takes its own papers out and no others"
	h.figures(papers_issued=2, papers_in_box=2)
	h.enter([h.paper(0, 1), h.paper(1)])
	h.move("Counted", h.tellers[0])
	assert h.result().name != first.name
	assert [row.votes for row in h.result().rows] == [4, 4, 0]
	assert h.result().box_hash != first.box_hash
	h.sign()
	assert record(h)["online"] == json.loads(first.record)["online"]


def test_an_unreadable_envelope_is_a_spoiled_ballot_and_the_record_says_so():
	h = opened(sealed=True)
	cast(h, 0, 0)
	found = casting.slip(h.election)
	other = sealing.public_key(bytes(16))
	nonsense = sealing.seal(other, h.election, [h.candidacies[0]], found.padded)
	casting.cast(h.election, h.voters()[h.organizations[1]], envelope=nonsense)
	close(h)
	h.move("Counted", h.tellers[0])
	assert (h.result().valid, h.result().spoiled) == (1, 1)
	assert record(h)["online"]["unreadable"] == 1
	report = sent_package(h, h.tellers[0])
	assert report.ok and "unreadable_spoiled" in {finding.code for finding in report.findings}


@pytest.mark.parametrize("status", ["Voting Open", "Voting Closed", "Counted"])
def test_an_annulled_election_tells_nothing_of_its_online_ballots(status):
	h = opened() if status == "Voting Open" else mixed()
	if status == "Voting Open":
		cast(h, 0, 0)
	if status == "Counted":
		h.move("Counted", h.tellers[0])
	h.move("Annulled", h.manager, "The hall was not quorate")
	assert frappe.db.count("Ballot Envelope", {"election": h.election}) == 0
	assert not frappe.db.exists("Election Key", {"election": h.election})


def test_a_receipt_is_proved_to_the_root_that_the_committee_signed():
	h = opened()
	receipt = cast(h, 0, 0, 1)
	cast(h, 1, 0, 1)
	close(h)
	h.move("Counted", h.tellers[0])
	(found,) = receipts.find(receipt[:20])
	assert found.root == record(h)["online"]["receipts_root"]
	assert (found.election, found.receipt) == (h.election, receipt)


def test_an_election_declared_unopposed_had_no_online_vote():
	h = hall.build(candidates=2, may_be_unopposed=1)
	h.go_online()
	h.move("Counted", h.tellers[0])
	assert "online" not in record(h)
	h.sign()


def test_the_protocol_prints_what_came_online():
	h = mixed()
	h.move("Counted", h.tellers[0])
	with builders.as_user(h.tellers[0]):
		html = frappe.get_print("Election Result", h.result().name, "Election Result Protocol")
	assert "Online ballots" in html and h.doc().receipts_root in html
	paper = hall.build()
	paper.count([paper.paper(0)])
	with builders.as_user(paper.tellers[0]):
		html = frappe.get_print("Election Result", paper.result().name, "Election Result Protocol")
	assert "Online ballots" not in html and "receipts" not in html
