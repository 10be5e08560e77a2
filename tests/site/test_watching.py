"""What everybody sees of an election and of receipts: enough to watch, nothing to tell who voted when or what."""

from __future__ import annotations

import json
import time

import frappe
import pytest

from aso_network.elections import box as closed_box
from aso_network.elections import receipt
from aso_network.polling import receipts, watching
from tests.site import builders, hall, web


@pytest.fixture(autouse=True)
def no_number_kept():
	frappe.cache.delete_keys(watching.CACHE_KEY)
	receipts._tree.cache_clear()
	yield
	frappe.cache.delete_keys(watching.CACHE_KEY)
	receipts._tree.cache_clear()


def hall_of(organizations: int, **values: object) -> hall.Hall:
	h = hall.build(organizations=organizations)
	h.go_online(**values)
	h.move("Voting Open")
	return h


def page(election: str, **cookies: str) -> str:
	with builders.as_user("Guest"):
		return web.text(web.visit(f"/network/elections/{election}", cookies={"preferred_language": "en"}))


def check(typed: str, election: str = "", **more: str):
	with builders.as_user("Guest"):
		return web.visit(
			"/network/receipt",
			"POST",
			cookies={"preferred_language": "en"},
			secret_receipt=typed,
			election=election,
			**more,
		)


def close(h: hall.Hall) -> None:
	h.move("Voting Closed", h.tellers[0])


def finish(h: hall.Hall, upto: str = "Announced") -> None:
	"""Without papers: count, sign, announce."""
	close(h)
	h.move("Counted", h.tellers[0])
	if upto == "Announced":
		h.sign()
		h.move("Announced", h.tellers[0])


# --- the number is no clock --------------------------------------------------------------------------------------


def test_the_number_moves_in_steps_whoever_votes(monkeypatch):
	h = hall_of(12)
	shown = []
	for place in range(12):
		h.cast(place, 0)
		frappe.cache.delete_keys(watching.CACHE_KEY)  # as after five minutes
		shown.append(watching.voted(h.election))
	assert shown == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]


def test_whoever_asks_between_two_votes_reads_the_same():
	h = hall_of(8)
	before = page(h.election)
	for place in range(8):
		h.cast(place, 0)
		assert page(h.election) == before, place
	assert "fewer than 5" in before


def test_clearing_the_caches_renews_nothing():
	"""A user that is made clears them; a door that strangers could push."""
	h = hall_of(6)
	assert watching.voted(h.election) == 0
	for place in range(6):
		h.cast(place, 0)
	frappe.clear_cache()
	assert watching.voted(h.election) == 0


def test_what_is_kept_is_the_rounded_number_alone_and_for_minutes():
	h = hall_of(8)
	for place in range(7):
		h.cast(place, 0)
	page(h.election)
	keys = frappe.cache.keys(frappe.cache.make_key(watching.CACHE_KEY) + b"*")
	assert [frappe.cache.get(key) for key in keys] == [b"5"]
	assert 0 < frappe.cache.ttl(keys[0]) <= watching.RENEWED
	# Asking again does not put the moment off.
	frappe.cache.expire(keys[0], 100)
	page(h.election)
	assert frappe.cache.ttl(keys[0]) <= 100


def test_two_who_ask_at_once_get_one_number(monkeypatch):
	"""The second has read the roll after one more vote, and tells what the first has kept."""
	h = hall_of(6)
	key = frappe.cache.make_key(watching.CACHE_KEY + h.election)
	real = watching.roll.counts

	def overtaken(*args, **kwargs):
		frappe.cache.set(key, 0, ex=300)
		return real(*args, **kwargs)

	for place in range(6):
		h.cast(place, 0)
	monkeypatch.setattr(watching.roll, "counts", overtaken)
	assert watching.voted(h.election) == 0


def test_without_redis_there_is_no_number(monkeypatch):
	from redis.exceptions import ConnectionError

	def gone(*_args, **_kwargs):
		raise ConnectionError

	h = hall_of(6)
	monkeypatch.setattr(frappe.cache, "get", gone)
	assert watching.voted(h.election) is None


def test_exactly_after_closing():
	h = hall_of(8)
	for place in range(7):
		h.cast(place, 0)
	assert "7" not in page(h.election).partition("On the roll")[2][:60]
	close(h)
	text = page(h.election)
	assert "Have voted 7 (87 %)" in text and "Ballots cast online 7" in text
	assert frappe.db.get_value("Election", h.election, "receipts_root") in text


# --- what is public -----------------------------------------------------------------------------------------------


def status_of(election: str) -> int:
	with builders.as_user("Guest"):
		return web.visit(f"/network/elections/{election}").status_code


def test_nobody_watches_what_is_not_open_yet():
	h = hall.build(organizations=5)
	h.go_online()
	for status in ("Draft", "Rules Adopted", "Nominations Open", "Candidates Published"):
		frappe.db.set_value("Election", h.election, "status", status)
		assert status_of(h.election) == 404, status
	assert status_of("nothing") == status_of("%25") == 404
	with builders.as_user("Guest"):
		listed = web.text(web.visit("/network/results", cookies={"preferred_language": "en"}))
	assert h.doc().title not in listed


def test_annulled_before_it_was_open_it_never_was():
	early, late = hall.build(organizations=5), hall_of(5)
	early.move("Annulled", reason="The wrong meeting.")
	late.cast(0, 0)
	late.move("Annulled", reason="The wrong meeting.")
	assert status_of(early.election) == 404
	text = page(late.election)
	assert "annulled" in text and "On the roll" not in text


def test_a_vote_on_paper_shows_open_and_closed_and_no_number():
	h = hall.build(organizations=8)
	h.move("Voting Open")
	before = page(h.election)
	h.mark(6)
	assert page(h.election) == before
	assert "in the hall, on paper" in before and "On the roll" not in before and "eceipt" not in before
	close(h)
	assert "On the roll" not in page(h.election)
	h.figures(papers_issued=6, papers_in_box=6)
	h.enter([h.paper(0) for _n in range(4)] + [h.paper(1) for _n in range(2)])
	h.move("Counted", h.tellers[0])
	text = page(h.election)
	# Two stayed away: their number is not told of papers.
	assert "at least 4" in text and "6" not in text.partition("Papers in the box")[2][:20]
	assert "Roll, papers and box agree" in text


def test_figures_that_do_not_agree_are_told():
	h = hall_of(12)
	for place in range(6):
		h.cast(place, 0)
	close(h)
	assert "agree" not in page(h.election)
	h.figures(papers_issued=1, papers_in_box=1, reconciliation_note="A visitor put a paper in.")
	h.enter([h.paper(0)])
	h.move("Counted", h.tellers[0])
	text = page(h.election)
	assert "do not agree" in text and "7 in the box, 6 marked" in text
	assert "A visitor" not in text


def test_without_a_vote_there_is_nothing_to_reconcile():
	h = hall.build(organizations=6, candidates=2, may_be_unopposed=1)
	h.go_online()
	h.move("Counted", h.tellers[0])
	text = page(h.election)
	assert "agree" not in text and "Have voted" not in text and "eceipt" not in text.partition("ounted")[2]


def test_the_list_leads_there_and_the_result_leads_back():
	h = hall_of(6)
	h.cast(0, 0)
	h.cast(1, 1)
	with builders.as_user("Guest"):
		assert f"/network/elections/{h.election}" in web.visit("/network/results").get_data(as_text=True)
	finish(h)
	with builders.as_user("Guest"):
		html = web.visit(f"/network/results/{h.result().name}").get_data(as_text=True)
		assert f"/network/elections/{h.election}" in html
		watched = web.visit(f"/network/elections/{h.election}").get_data(as_text=True)
	assert f"/network/results/{h.result().name}" in watched
	assert "verification_package" not in watched
	with builders.as_user(h.tellers[0]):
		assert "verification_package" in web.visit(f"/network/elections/{h.election}").get_data(as_text=True)


def test_no_name_of_a_voter_is_on_the_page():
	h = hall_of(6)
	for place in range(5):
		h.cast(place, 0)
	finish(h)
	text = page(h.election)
	people = frappe.get_all(
		"Election Voter", {"election": h.election}, ["organization_name", "delegate_name"]
	)
	assert not [row for row in people if row.organization_name in text or row.delegate_name in text]


# --- receipts -------------------------------------------------------------------------------------------------------


def test_an_open_box_tells_nothing_of_a_receipt():
	h = hall_of(6)
	given = h.cast(0, 0)
	known, unknown = check(given, h.election), check("0" * 64, h.election)
	assert known.status_code == unknown.status_code == 200
	assert known.get_data() == unknown.get_data()
	assert "still open" in web.text(known)
	# Without the election, too.
	known, unknown = (check(typed).get_data(as_text=True).replace(typed, "") for typed in (given, "0" * 64))
	assert known == unknown and "in no closed box" in known


def test_a_receipt_is_in_the_closed_box_with_its_proof():
	h = hall_of(6)
	given = [h.cast(place, 0) for place in range(5)]
	close(h)
	for typed in (given[0], given[0][:20], " ".join(given[0][n : n + 4] for n in range(0, 20, 4)).upper()):
		answer = check(typed)
		assert answer.status_code == 200 and "is in the closed box" in web.text(answer), typed
	file = check(given[3], h.election, download="1")
	assert receipt.verify(file.get_data()).ok
	said = json.loads(file.get_data())
	assert said["root"] == frappe.db.get_value("Election", h.election, "receipts_root")
	assert said["election"] == h.election and said["receipt"] == given[3]
	assert "in no closed box" in web.text(check("0" * 20))
	# Of another election.
	other = hall_of(5)
	other.cast(0, 0)
	close(other)
	assert "in no closed box" in web.text(check(given[0], other.election))


def test_after_the_count_the_root_is_that_of_the_signed_record():
	h = hall_of(6)
	given = h.cast(0, 0)
	h.cast(1, 1)
	finish(h)
	signed = json.loads(h.result().record)["online"]["receipts_root"]
	text = web.text(check(given))
	assert signed in text and "which the committee signed" in text
	# What stands on the election is not asked any more.
	frappe.db.set_value("Election", h.election, "receipts_root", "0" * 64)
	assert receipts.find(given)[0].root == signed


@pytest.mark.parametrize(
	"typed", ["", "0" * 15, "0000 0000 0000 000", "xyz" * 10, "%" * 20, "_" * 20, "0" * 65]
)
def test_too_little_or_no_receipt_at_all_is_refused(typed):
	h = hall_of(5)
	h.cast(0, 0)
	close(h)
	answer = check(typed)
	assert answer.status_code == 422 and "in no closed box" not in web.text(answer)


def test_nobody_tries_out_receipts_by_a_pattern():
	h = hall_of(5)
	given = h.cast(0, 0)
	close(h)
	assert "in no closed box" in web.text(check("0" * 15 + "-%_" + "0"))
	for typed in (given[:15] + "%", given[:15] + "_", given[:15] + "?"):
		with pytest.raises(receipts.NotAReceiptError):
			receipts.find(typed)


def test_digits_of_another_script_are_the_same_digits():
	assert receipts.digits("٠١٢٣ 4567-89AB\u200fcdef") == "0123456789abcdef"


def test_several_that_begin_alike_ask_for_all_digits():
	h = hall_of(5)
	given = h.cast(0, 0)
	twin = given[:20] + given[20:][::-1]
	from aso_network.polling import box

	box.keep("Ballot Receipt", election=h.election, receipt=twin)
	close(h)
	answer = check(given[:20])
	assert answer.status_code == 422 and "Type all 64" in web.text(answer)
	assert "is in the closed box" in web.text(check(given))


def test_receipts_that_were_changed_prove_nothing():
	h = hall_of(5)
	given = h.cast(0, 0)
	close(h)
	frappe.db.delete("Ballot Receipt", {"election": h.election})
	from aso_network.polling import box

	box.keep("Ballot Receipt", election=h.election, receipt=given[::-1])
	answer = check(given[::-1])
	assert answer.status_code == 422 and "are not those of its closed box" in web.text(answer)


def test_a_receipt_is_in_no_address():
	"""Log files keep addresses, and who asked."""
	h = hall_of(5)
	given = h.cast(0, 0)
	close(h)
	html = check(given).get_data(as_text=True)
	links = [part.split('"')[0] for part in html.split('href="')[1:]]
	assert links and not [link for link in links if given[:16] in link]
	with builders.as_user("Guest"):
		by_address = web.visit(f"/network/receipt?secret_receipt={given}").get_data(as_text=True)
	assert given not in by_address


def test_a_hundred_thousand_receipts_are_proved_at_once(monkeypatch):
	"""Of the tree, not of the database: a site of that many is for the benchmark."""
	many = [f"{number:064x}" for number in range(100_000)]
	tree = closed_box.Tree(many)
	monkeypatch.setattr(receipts, "_tree", lambda *_args: tree)
	h = hall_of(5)
	given = h.cast(0, 0)
	close(h)
	monkeypatch.setattr(tree, "proof", lambda whole, real=tree.proof: real(many[77_777]))
	start = time.perf_counter()
	assert len(receipts.find(given)[0].proof["path"]) >= 16
	assert time.perf_counter() - start < 0.1
