"""The voting pages: who gets a vote, what is refused, and that nothing of a choice stays behind."""

from __future__ import annotations

import base64
import io
import re
import secrets
from urllib.parse import urlencode

import frappe
import frappe.recorder
import pytest
from frappe.utils import add_to_date, now_datetime
from PIL import Image

from aso_network.polling import casting, closing, codes, sealing
from aso_network.portal import voting
from aso_network.portal.visitor import CHOSEN
from tests.site import builders, hall, web
from tests.site.test_casting import SEED, counted
from tests.site.test_member_candidacy import former, member
from tests.site.test_portal_elections import outsiders

KEY = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def _nothing_stays(clean, monkeypatch):
	"""The page commits a vote; the test takes it back."""
	monkeypatch.setattr(frappe.db, "commit", lambda: None)
	frappe.cache.delete_keys("aso_refusals:")


def open_hall(upto: str = "open", **values: object) -> hall.Hall:
	online = {name: values.pop(name) for name in ("voting_until", "sealed") if name in values}
	h = hall.build(organizations=5, **values)
	h.go_online(**online)
	if online.get("sealed"):
		known = {"public_key": sealing.public_key(SEED), "sheets": 2, "sheets_rehearsed": 1}
		frappe.db.set_value("Election", h.election, known)
	if upto == "open":
		h.move("Voting Open")
	return h


class Delegate:
	"""Somebody signed in, on the page of this election."""

	def __init__(self, h: hall.Hall, place: int = 0, user: str | None = None) -> None:
		self.h, self.path = h, f"/my/vote/{h.election}"
		self.user = user or member(h.organizations[place])

	def get(self, **options):
		with builders.as_user(self.user):
			return web.visit(self.path, **options)

	def post(self, step: str, headers: dict | None = None, **fields):
		with builders.as_user(self.user):
			return web.visit(self.path, "POST", headers=headers, step=step, **fields)

	def mark(self, *places: int) -> dict:
		return {"secret_choice": [self.h.candidacies[place] for place in places]}

	def cast(self, *places: int, key: str = KEY, **fields):
		return self.post(
			"cast", key=key, **(self.mark(*places) if places else {"secret_blank": "1"}), **fields
		)


def html(response) -> str:
	return response.get_data(as_text=True)


def hidden(response) -> dict[str, list[str]]:
	"""The fields of the first form of a page that carry something along."""
	found: dict[str, list[str]] = {}
	for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', html(response)):
		found.setdefault(name, []).append(value)
	return found


def opened(h: hall.Hall) -> list[list[str]]:
	"""What the envelopes say, sorted: the server's own way to open them."""
	secret = frappe.get_all("Election Key", {"election": h.election}, pluck="name")
	opener = sealing.Opener(closing._own_seed(h.election) if secret else SEED, h.election)
	return sorted(
		opener.choices(text)
		for text in frappe.get_all("Ballot Envelope", {"election": h.election}, pluck="envelope")
	)


def of_receipt(response) -> str:
	return re.search(r"data-receipt>([0-9a-f ]+)<", html(response))[1].replace(" ", "")


# --- a whole vote ----------------------------------------------------------------------------------------


def test_a_delegate_votes_without_javascript():
	h = open_hall()
	delegate = Delegate(h)
	page = delegate.get()
	assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
	for name in h.candidacies:
		assert html(page).count(f'value="{name}"') == 1
	review = delegate.post("review", **delegate.mark(0, 2))
	assert review.status_code == 200
	for place, there in ((0, True), (1, False), (2, True)):
		name = frappe.db.get_value("Candidacy", h.candidacies[place], "candidate_name")
		assert (name in web.text(review)) == there
	fields = hidden(review)
	assert sorted(fields["secret_choice"]) == sorted([h.candidacies[0], h.candidacies[2]])
	assert counted(h, "Ballot Envelope") == 0
	cast = delegate.post("cast", **fields)
	assert cast.status_code == 200
	receipt = sealing.receipt_of_key(fields["key"][0])
	assert of_receipt(cast) == receipt[:20]
	assert frappe.db.exists("Ballot Receipt", {"election": h.election, "receipt": receipt})
	assert opened(h) == [sorted([h.candidacies[0], h.candidacies[2]])]
	after = delegate.get()
	assert "Nobody votes twice" in web.text(after) and "secret_choice" not in html(after)


def test_who_goes_back_finds_the_marks():
	h = open_hall()
	delegate = Delegate(h)
	review = delegate.post("review", **delegate.mark(1))
	page = html(delegate.post("mark", **hidden(review)))
	assert re.findall(r'value="([^"]*)" autocomplete="off" checked', page) == [h.candidacies[1]]
	blank = delegate.post("review", secret_blank="1")
	assert "A blank vote" in web.text(blank)
	assert "data-blank checked" in html(delegate.post("mark", **hidden(blank)))


def test_a_blank_vote_is_chosen_and_never_happens():
	h = open_hall()
	delegate = Delegate(h)
	for sent in ({}, {"secret_blank": "1", **delegate.mark(0)}):
		assert delegate.post("review", **sent).status_code == 422
		assert delegate.post("cast", key=KEY, **sent).status_code == 422
	assert counted(h, "Ballot Envelope") == 0
	assert delegate.cast().status_code == 200
	assert opened(h) == [[]]


def test_candidates_stand_in_another_order_each_time():
	h = open_hall()
	delegate = Delegate(h)
	orders = {tuple(re.findall(r'data-candidate="([^"]*)"', html(delegate.get()))) for _time in range(12)}
	assert len(orders) > 1 and all(sorted(order) == sorted(h.candidacies) for order in orders)
	assert "in another order each time" in web.text(delegate.get())


def test_a_ranking_is_numbered():
	h = open_hall(form="Instant-Runoff Vote", seats=1, max_choices=0)
	delegate = Delegate(h)
	numbers = {f"secret_number:{h.candidacies[0]}": "5", f"secret_number:{h.candidacies[2]}": "١"}
	twice = delegate.post("review", **{**numbers, f"secret_number:{h.candidacies[1]}": "5"})
	assert twice.status_code == 422 and "same number" in web.text(twice)
	assert html(twice).count('value="5"') == 2  # what was written is still there
	assert (
		delegate.post("review", **{**numbers, f"secret_number:{h.candidacies[1]}": "1.5"}).status_code == 422
	)
	review = delegate.post("review", **numbers)
	assert hidden(review)["secret_choice"] == [h.candidacies[2], h.candidacies[0]]
	assert delegate.post("cast", **hidden(review)).status_code == 200
	assert opened(h) == [[h.candidacies[2], h.candidacies[0]]]


def test_points_are_given():
	h = open_hall(form="Cumulative Vote", max_choices=5)
	delegate = Delegate(h)
	over = delegate.post(
		"review", **{f"secret_number:{h.candidacies[0]}": "4", f"secret_number:{h.candidacies[1]}": "2"}
	)
	assert over.status_code == 422 and "You gave 6 points; 5 is the most" in web.text(over)
	review = delegate.post(
		"review", **{f"secret_number:{h.candidacies[0]}": "3", f"secret_number:{h.candidacies[1]}": "2"}
	)
	assert ": 3 points" in web.text(review)
	back = html(delegate.post("mark", **hidden(review)))
	assert 'value="3"' in back and 'value="2"' in back
	assert delegate.post("cast", **hidden(review)).status_code == 200
	assert opened(h) == [sorted([h.candidacies[0]] * 3 + [h.candidacies[1]] * 2)]


# --- what is refused -------------------------------------------------------------------------------------


def test_a_ballot_that_breaks_the_rules_is_refused_in_words():
	h = open_hall()
	delegate = Delegate(h)
	over = delegate.post("review", **delegate.mark(0, 1, 2))
	assert over.status_code == 422 and "You marked 3 candidates; 2 is the most" in web.text(over)
	assert html(over).count("checked") == 3
	assert delegate.cast(0, 1, 2).status_code == 422
	other = hall.build(organizations=3, candidates=1)
	for choices in ([other.candidacies[0]], [h.candidacies[0]] * 2, ["x"]):
		assert delegate.post("cast", key=KEY, secret_choice=choices).status_code == 422, choices
	for key in ("", "x", KEY[1:], KEY.upper()):
		assert delegate.cast(0, key=key).status_code == 422, key
	assert counted(h, "Ballot Envelope") == 0 and not any(
		frappe.get_all("Election Voter", {"election": h.election}, pluck="voted")
	)
	assert delegate.cast(0).status_code == 200


def test_the_page_is_there_for_representatives_of_the_roll_only():
	h = open_hall()
	late = builders.organization(h.platform)
	path = f"/my/vote/{h.election}"
	for who, user in {**outsiders(h), "not on the roll": member(late)}.items():
		for method in ("GET", "POST"):
			fields = {"step": "cast", "key": KEY, "secret_blank": "1"} if method == "POST" else {}
			with builders.as_user(user):
				there = web.visit(path, method, **fields)
				nowhere = web.visit(path + "-nowhere", method, **fields)
			assert there.status_code == nowhere.status_code != 200, who
			assert web.text(there) == web.text(nowhere), who
	assert counted(h, "Ballot Envelope") == 0


def test_another_representative_learns_who_votes():
	h = open_hall()
	doc = frappe.get_doc("Member Organization", h.organizations[0])
	person, user = builders.contact("Second Person"), builders.user("Member Representative")
	frappe.db.set_value("Contact", person, "user", user)
	doc.append("representatives", {"contact": person, "from_date": "2000-01-01"})
	doc.save()
	second = Delegate(h, user=user)
	before = web.text(second.get())
	name = frappe.db.get_value("Contact", builders.delegate(h.organizations[0]), "full_name")
	assert f"{name} casts the vote of" in before and h.candidacies[0] not in html(second.get())
	second.cast(0)
	assert counted(h, "Ballot Envelope") == 0
	Delegate(h).cast(0)
	assert web.text(second.get()) == before  # nor whether it was done


def test_who_represents_two_votes_for_the_one_acted_for():
	h = open_hall()
	user = member(h.organizations[0])
	frappe.db.set_value("Contact", builders.delegate(h.organizations[1]), "user", user)
	both = Delegate(h, user=user)
	assert both.get().headers["Location"] == "/my/choose"
	with builders.as_user(user):
		sent = {"step": "cast", "key": KEY, "secret_blank": "1"}
		web.visit(both.path, "POST", cookies={CHOSEN: h.organizations[1]}, **sent)
	voted = dict(
		frappe.get_all("Election Voter", {"election": h.election}, ["organization", "voted"], as_list=True)
	)
	assert voted[h.organizations[1]] and not voted[h.organizations[0]]


@pytest.mark.parametrize(
	"state, says",
	[
		("before", "voting is not open yet"),
		("late", "online voting ended"),
		("closed", "voting is closed"),
		("paper", "on paper only"),
	],
)
def test_a_closed_vote_says_why(state, says):
	if state == "paper":
		h = hall.build(organizations=5)
		h.move("Voting Open")
	else:
		h = open_hall("roll" if state == "before" else "open")
	if state == "late":
		frappe.db.set_value("Election", h.election, "voting_until", add_to_date(now_datetime(), minutes=-1))
	if state == "closed":
		h.move("Voting Closed", h.tellers[0])
	delegate = Delegate(h)
	assert says in web.text(delegate.get())
	assert "secret_choice" not in html(delegate.get())
	for answered in (delegate.post("review", **delegate.mark(0)), delegate.cast(0)):
		assert says in web.text(answered) and "data-receipt" not in html(answered)
	assert counted(h, "Ballot Envelope") == 0


def test_nobody_votes_twice_and_the_same_vote_has_the_same_receipt():
	h = open_hall()
	delegate = Delegate(h)
	first = of_receipt(delegate.cast(0))
	assert of_receipt(delegate.cast(0)) == first
	assert of_receipt(delegate.post("ask", key=KEY)) == first
	other = secrets.token_hex(32)
	for answered in (
		delegate.cast(1, key=other),
		delegate.post("ask", key=other),
		delegate.post("review", **delegate.mark(0)),
	):
		assert "Nobody votes twice" in web.text(answered) and "data-receipt" not in html(answered)
	# A key of somebody else tells nothing to whoever has not voted.
	assert "data-receipt" not in html(Delegate(h, 1).post("ask", key=KEY))
	assert counted(h, "Ballot Envelope") == 1


def test_who_voted_on_paper_does_not_vote_online():
	h = open_hall()
	h.mark(5)
	delegate = Delegate(h)
	assert "Nobody votes twice" in web.text(delegate.get())
	assert delegate.cast(0).status_code == 409
	assert counted(h, "Ballot Envelope") == 0


def test_of_a_sealed_election_the_server_takes_no_choice():
	h = open_hall(sealed=1)
	delegate = Delegate(h)
	page = html(delegate.get())
	assert not re.findall(r'name="secret_[^"]*"', page)
	assert "would have to be encrypted here" in page
	for step in ("review", "mark", "cast"):
		answered = delegate.post(step, key=KEY, **delegate.mark(0))
		assert not re.findall(r'name="secret_[^"]*"', html(answered)) and "data-receipt" not in html(answered)
	assert counted(h, "Ballot Envelope") == 0
	slip = casting.slip(h.election)
	envelope = sealing.seal(slip.public_key, h.election, [h.candidacies[0]], slip.padded)
	for broken in (
		envelope[:-4],
		envelope + "AAAA",
		"x" * len(envelope)[:0] if False else "?" * len(envelope),
	):
		assert delegate.post("cast", secret_envelope=broken).status_code == 422
	cast = delegate.post("cast", secret_envelope=envelope)
	assert of_receipt(cast) == sealing.receipt_of_envelope(envelope)[:20]
	assert of_receipt(delegate.post("ask", secret_envelope=envelope)) == of_receipt(cast)
	assert opened(h) == [[h.candidacies[0]]]


def test_another_site_casts_nobodys_vote():
	h = open_hall()
	delegate = Delegate(h)
	answered = delegate.cast(0, headers={"Sec-Fetch-Site": "cross-site"})
	assert answered.status_code == 422 and "was not sent from a page" in web.text(answered)
	with builders.as_user(delegate.user):
		frappe.session.data.csrf_token = ""
		sent = {"step": "cast", "key": KEY, **delegate.mark(0)}
		assert web.visit(delegate.path, "POST", **sent).status_code == 422
		frappe.session.data.pop("csrf_token")
	assert counted(h, "Ballot Envelope") == 0
	assert re.search(r'name="csrf_token" value="[^"]+"', html(delegate.get()))


# --- what stays behind -----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["review", "cast"])
def test_what_breaks_leaves_no_choice_behind(monkeypatch, step):
	h = open_hall()
	delegate = Delegate(h)
	monkeypatch.setattr(frappe.db, "after_rollback", frappe.db.after_rollback)
	held = {}

	def breaks(*args, **kwargs):
		held["form"] = dict(frappe.local.form_dict)
		held["recorder"] = getattr(frappe.local, "_recorder", None)
		raise RuntimeError(f"broken at {h.candidacies[0]}")

	monkeypatch.setattr(*{"review": (voting, "_review"), "cast": (casting.roll, "mark")}[step], breaks)
	logged = []
	monkeypatch.setattr(frappe, "log_error", lambda *args, **kwargs: logged.append((args, kwargs)))
	form: dict = {}
	monkeypatch.setattr(frappe.recorder.Recorder, "dump", lambda self: form.update(self.form_dict or {}))
	with builders.as_user(delegate.user):
		answered = web.visit(delegate.path, "POST", step=step, key=KEY, **delegate.mark(0, 1))
	assert answered.status_code == (422 if step == "review" else 503)
	assert held == {"form": {}, "recorder": None}
	assert not logged and not form
	text = web.text(answered)
	assert "RuntimeError" in text and "broken at" not in html(answered)
	assert counted(h, "Ballot Envelope") == 0
	if step == "cast":  # and can be sent once more as it is
		assert sorted(hidden(answered)["secret_choice"]) == sorted(delegate.mark(0, 1)["secret_choice"])
		assert hidden(answered)["key"] == [KEY]


def test_frappes_recorder_lets_go_of_the_form_and_the_queries():
	h = open_hall()
	delegate = Delegate(h)
	with builders.as_user(delegate.user):
		frappe.local.form_dict = frappe._dict()
		recorded = {}
		sending = web.visit

		class Recorded(frappe.recorder.Recorder):
			def cleanup(self):
				recorded["form"] = self.form_dict
				super().cleanup()

		before = web.get_response_without_exception_handling

		def record_first(path):
			frappe.local._recorder = Recorded(force=True)
			return before(path)

		web.get_response_without_exception_handling = record_first
		try:
			sending(delegate.path, "POST", step="cast", key=KEY, **delegate.mark(0))
		finally:
			web.get_response_without_exception_handling = before
	assert recorded["form"] == {} and not hasattr(frappe.local, "_recorder")
	assert counted(h, "Ballot Envelope") == 1


def test_names_of_fields_are_starred_in_frappes_log_files():
	from frappe.utils.logger import sanitized_dict

	h = open_hall()
	names = set(re.findall(r'name="([^"]*)"', html(Delegate(h).get())))
	ranked = open_hall(form="Instant-Runoff Vote", seats=1, max_choices=0)
	names |= set(re.findall(r'name="([^"]*)"', html(Delegate(ranked).get())))
	names |= {voting.ENVELOPE, voting.KEY, voting.CODE}
	kept = sanitized_dict({name: "choice" for name in names})
	assert {name for name, value in kept.items() if value == "choice"} <= {"step", "viewport", "back", "to"}


def test_the_length_of_a_review_does_not_tell_how_much_was_marked():
	h = open_hall()
	delegate = Delegate(h)
	reviews = [
		delegate.post("review", **sent)
		for sent in (delegate.mark(0), delegate.mark(0, 1), {"secret_blank": "1"})
	]
	assert len({len(review.get_data()) for review in reviews}) == 1
	sent = [hidden(review) for review in reviews]
	for fields in sent:
		fields.pop("csrf_token")
	assert len({len(urlencode(fields, doseq=True)) for fields in sent}) == 1


# --- codes -----------------------------------------------------------------------------------------------


class Coded(Delegate):
	"""Somebody with the code of a voter, signed in nowhere."""

	def __init__(self, h: hall.Hall, code: str, path: str = "/vote") -> None:
		self.h, self.code, self.path, self.user = h, code, path, "Guest"

	def post(self, step: str, headers: dict | None = None, **fields):
		return super().post(step, headers, **{"secret_code": self.code, **fields})


def slips(h: hall.Hall) -> dict[str, str]:
	"""Row of the roll → its code."""
	with builders.as_user(h.tellers[0]):
		return {slip["voter"]: slip["code"] for slip in codes.issue(h.doc())}


def test_whoever_has_a_code_votes_once():
	h = open_hall()
	voter, code = next(iter(slips(h).items()))
	coded = Coded(h, f" {code.lower().replace('-', ' ')} ")
	page = coded.post("code")
	assert page.status_code == 200 and h.candidacies[0] in html(page)
	assert not {header.partition("=")[0] for header in page.headers.getlist("Set-Cookie")} - {"aso_said"}
	carried = hidden(page)["secret_code"]
	organization = frappe.db.get_value("Election Voter", voter, "organization_name")
	assert organization not in web.text(page).replace(
		frappe.db.get_value("Candidacy", h.candidacies[0], "candidate_name"), ""
	) or organization in frappe.get_all("Candidacy", {"election": h.election}, pluck="candidate_name")
	cast = Coded(h, carried[0]).cast(1)
	assert len(of_receipt(cast)) == 20
	assert frappe.db.get_value("Election Voter", voter, "voted") == 1
	again = coded.post("code")
	assert "Nobody votes twice" in web.text(again) and "secret_choice" not in html(again)
	assert coded.cast(0, key=secrets.token_hex(32)).status_code == 409
	assert opened(h) == [[h.candidacies[1]]]


def test_an_unknown_and_a_replaced_code_hear_the_same():
	h = open_hall()
	voter, code = next(iter(slips(h).items()))
	with builders.as_user(h.tellers[0]):
		new = codes.replace(h.doc(), voter, "The slip was lost")["code"]
	said = {
		web.text(Coded(h, wrong).post(step))
		for wrong in (code, "ABCD-EFGH-JKMN", "", "x")
		for step in ("code", "cast", "ask")
	}
	assert len(said) == 1 and "opens no vote" in said.pop()
	assert Coded(h, new).post("code").status_code == 200
	assert counted(h, "Ballot Envelope") == 0


def test_a_code_stands_in_no_address_and_in_no_answer_that_is_kept():
	h = open_hall()
	code = next(iter(slips(h).values()))
	assert "data-candidate" not in html(Coded(h, code).get())
	with builders.as_user("Guest"):
		asked = web.visit("/vote", secret_code=code, step="code")
	assert "data-candidate" not in html(asked)
	page = Coded(h, code).post("code")
	assert page.headers["Cache-Control"] == "no-store"
	assert code not in "".join(value for _name, value in page.headers)


def test_a_tablet_is_a_tablet_by_its_address_alone():
	h = open_hall()
	code = next(iter(slips(h).values()))
	plain, tablet = Coded(h, code).get(), Coded(h, code, "/vote?tablet=ar&_lang=en").get()
	assert "data-tablet" not in html(plain)
	assert 'data-home="/vote?tablet=ar&amp;_lang=ar" data-tablet data-idle="90" data-return="20"' in html(
		tablet
	)
	assert 'action="/vote?tablet=ar&amp;_lang=en"' in html(tablet)
	assert 'action="/vote?tablet=1"' in html(Coded(h, code, "/vote?tablet=%22%3E").get())
	cast = Coded(h, code, "/vote?tablet=1").cast(0)
	assert "data-tablet" in html(cast) and "data-copy" not in html(cast)


# --- photos ----------------------------------------------------------------------------------------------


def test_photos_lie_in_the_page_and_open_no_door():
	h = open_hall("roll")
	for place, name in enumerate(h.candidacies):
		noise = Image.effect_noise((400, 500), 90 + place).convert("RGB")
		out = io.BytesIO()
		noise.save(out, "JPEG")
		file = frappe.get_doc(
			{"doctype": "File", "file_name": f"{name}.jpg", "content": out.getvalue(), "is_private": 1}
		).insert()
		frappe.db.set_value("Candidacy", name, "photo", file.file_url)
	h.move("Voting Open")
	code = next(iter(slips(h).values()))
	page = html(Coded(h, code).post("code"))
	pictures = [
		base64.b64decode(found) for found in re.findall(r'src="data:image/jpeg;base64,([^"]*)"', page)
	]
	assert len(pictures) == 3 and all(Image.open(io.BytesIO(found)).format == "JPEG" for found in pictures)
	assert sum(map(len, pictures)) <= voting.PHOTOS
	assert "/private/files" not in page and "/my/photos" not in page
	for path in (f"/my/photos/{h.candidacies[0]}",):
		with builders.as_user("Guest"):
			assert web.visit(path).status_code == 303


# --- the ways there --------------------------------------------------------------------------------------


def test_the_delegate_finds_the_way_and_others_do_not():
	h = open_hall(voting_until=add_to_date(now_datetime(), hours=3))
	delegate, other = Delegate(h), former(h.organizations[0])
	link = f"/my/vote/{h.election}"
	for path in ("/my", "/my/elections", f"/my/elections/{h.election}"):
		with builders.as_user(delegate.user):
			assert link in html(web.visit(path)), path
		with builders.as_user(other):
			assert link not in html(web.visit(path)), path
	with builders.as_user(delegate.user):
		assert "Vote online" in web.text(web.visit(f"/my/elections/{h.election}"))
		assert "online, or in the hall on paper" in web.text(web.visit(f"/my/elections/{h.election}"))
	delegate.cast(0)
	with builders.as_user(delegate.user):
		assert link not in html(web.visit("/my"))
	paper = hall.build(organizations=3, candidates=1)
	paper.move("Voting Open")
	user = member(paper.organizations[0])
	with builders.as_user(user):
		page = web.visit(f"/my/elections/{paper.election}")
	assert "in the hall, on paper" in web.text(page) and "/my/vote" not in html(page)
