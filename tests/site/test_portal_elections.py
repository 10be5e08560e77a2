"""Elections, meetings and results on the portal: each member sees its own platform's, strangers what is announced."""

import io
import json

import frappe
import pytest
from frappe.utils import add_days, add_to_date, now_datetime, today
from PIL import Image

from aso_network.polling import objections
from aso_network.portal import results
from aso_network.roles import MEMBER
from aso_network.workflows import guard
from tests.site import builders, hall, web
from tests.site.test_member_candidacy import former, member
from tests.site.test_objections import announced, object_to

KILOBYTE = 1024


@pytest.fixture
def nominating():
	"""Nominations are open, two organisations stand: the hall, and a user of each of its first organisations."""
	h = hall.build(organizations=5, candidates=2, upto="nominations")
	return h, [member(organization) for organization in h.organizations[:3]]


def picture(size=(800, 600), kind="JPEG"):
	out = io.BytesIO()
	Image.new("RGB", size, "teal").save(out, kind)
	out.seek(0)
	return out


def as_member(user, path, method="GET", **values):
	with builders.as_user(user):
		return web.visit(path, method, **values)


def stranger():
	return builders.user("Customer", user_type="Website User")


def press(user, h, action, name):
	return as_member(user, f"/my/elections/{h.election}", "POST", action=action, name=name)


# --- who sees what ---------------------------------------------------------------------------------------


def outsiders(h):
	elsewhere = builders.organization(builders.platform())
	applied = builders.organization(h.platform, status="Applied")
	return {
		"of another platform": member(elsewhere),
		"of an applicant": member(applied),
		"former": former(h.organizations[0]),
		"without an organisation": builders.user(MEMBER),
		"without a role": stranger(),
		"Guest": "Guest",
	}


def test_an_election_and_a_meeting_are_seen_by_members_of_their_platform_only():
	h = hall.build(organizations=4, candidates=2, upto="published")
	name = frappe.db.get_value("Candidacy", h.candidacies[0], "candidate_name")
	for path in (f"/my/elections/{h.election}", f"/my/meetings/{h.meeting}"):
		assert as_member(member(h.organizations[2]), path).status_code == 200
		for who, user in outsiders(h).items():
			there = as_member(user, path)
			not_there = as_member(user, path + "-there-is-none")
			assert there.status_code == not_there.status_code != 200, who
			assert web.text(there) == web.text(not_there), who
			assert name not in there.get_data(as_text=True), who
	for path in ("/my/elections", "/my/meetings"):
		for who, user in outsiders(h).items():
			page = as_member(user, path).get_data(as_text=True)
			assert h.election not in page and h.meeting not in page, who


def test_nothing_is_pressed_from_outside(nominating):
	h, _users = nominating
	for who, user in outsiders(h).items():
		for action in ("endorse", "withdraw", "take back"):
			assert press(user, h, action, h.candidacies[0]).status_code in (303, 403, 404), who
	assert frappe.get_all("Candidacy Endorsement", {"parent": ("in", h.candidacies)}) == []
	assert {frappe.db.get_value("Candidacy", name, "status") for name in h.candidacies} == {"Submitted"}


# --- standing --------------------------------------------------------------------------------------------


def test_a_member_stands_by_the_form_with_a_photo(nominating):
	h, users = nominating
	page = as_member(users[2], f"/my/candidacy?election={h.election}")
	assert page.status_code == 200
	for field in ("person", "gender", "age", "status", "organization", "endorsements"):
		assert f'name="{field}"' not in page.get_data(as_text=True), field
	with builders.as_user(users[2]):
		sent = web.send(
			"candidacy",
			election=h.election,
			statement_ar="نعمل معاً",
			photo=(picture(), "me.jpg"),
			organization=str(h.organizations[0]),
			status="Accepted",
			screening_note="x",
			endorsements=json.dumps([{"organization": h.organizations[0]}]),
		)
	assert sent.status_code == 303
	mine = frappe.get_last_doc("Candidacy", {"election": h.election, "organization": h.organizations[2]})
	assert (mine.status, mine.statement_ar, mine.screening_note, mine.endorsements) == (
		"Submitted",
		"نعمل معاً",
		None,
		[],
	)
	assert mine.photo.startswith("/private/files/")


def test_a_photo_is_an_image_and_not_too_large(nominating):
	h, users = nominating
	for content, name in (
		(io.BytesIO(b"<svg onload=alert(1)>"), "me.svg"),
		(io.BytesIO(b"%PDF-1.4"), "me.jpg"),
		(io.BytesIO(b"\xff\xd8\xff" + b"x" * (5 * KILOBYTE**2 + 1)), "me.jpg"),
	):
		with builders.as_user(users[2]):
			assert web.send("candidacy", election=h.election, photo=(content, name)).status_code >= 400
	assert not frappe.db.exists("Candidacy", {"election": h.election, "organization": h.organizations[2]})


def test_another_platforms_election_and_another_organizations_person_are_no_choice(nominating):
	_h, users = nominating
	other = hall.build(organizations=3, candidates=0, upto="nominations", candidate_kind="Person")
	with builders.as_user(users[2]):
		assert web.send("candidacy", election=other.election).status_code >= 400
		assert other.election not in web.visit("/my/candidacy").get_data(as_text=True)
	with builders.as_user(member(other.organizations[0])):
		page = web.visit("/my/candidacy").get_data(as_text=True)
		assert builders.delegate(other.organizations[0]) in page
		assert builders.delegate(other.organizations[1]) not in page
		sent = web.send(
			"candidacy", election=other.election, person=builders.delegate(other.organizations[1])
		)
		assert sent.status_code >= 400


def test_gender_and_age_are_asked_only_where_a_seat_rule_asks(nominating):
	_h, users = nominating
	assert 'name="gender"' not in as_member(users[2], "/my/candidacy").get_data(as_text=True)
	asking = hall.build(
		organizations=3,
		candidates=0,
		upto="nominations",
		candidate_kind="Person",
		seat_rules=[{"group": "Younger than", "age": 30, "minimum": 1}],
	)
	page = as_member(member(asking.organizations[0]), "/my/candidacy").get_data(as_text=True)
	assert 'name="age"' in page and 'name="gender"' not in page and 'name="person"' in page


@pytest.mark.parametrize("hours, said", [((1, 2), "open on"), ((-2, -1), "closed on")])
def test_the_form_is_closed_before_and_after_and_says_when(nominating, hours, said):
	h, users = nominating
	election = h.doc()
	election.nominations_from, election.nominations_to = (add_to_date(now_datetime(), hours=n) for n in hours)
	election.save()
	with builders.as_user(users[2]):
		page = web.visit("/my/candidacy")
		assert page.status_code == 403 and said in web.text(page)
		assert web.send("candidacy", election=h.election, statement_ar="نعم").status_code == 403
	assert not frappe.db.exists("Candidacy", {"election": h.election, "organization": h.organizations[2]})


def test_the_own_candidacy_is_changed_and_no_other(nominating):
	h, users = nominating
	own, other = h.candidacies
	modified = str(frappe.db.get_value("Candidacy", own, "modified"))
	with builders.as_user(users[0]):
		assert web.visit(f"/my/candidacy/{own}").status_code == 200
		for name in (other, "CAND-there-is-none"):
			assert web.visit(f"/my/candidacy/{name}").status_code == 404
			sent = web.send(
				"candidacy",
				f"/my/candidacy/{name}",
				election=h.election,
				statement_ar="لا",
				modified=str(frappe.db.get_value("Candidacy", name, "modified")),
			)
			assert sent.status_code == 404
		sent = web.send(
			"candidacy",
			f"/my/candidacy/{own}",
			election=h.election,
			statement_ar="نعم",
			modified=modified,
		)
	assert sent.status_code == 303
	assert frappe.db.get_value("Candidacy", own, "statement_ar") == "نعم"
	assert not frappe.db.get_value("Candidacy", other, "statement_ar")


def test_a_button_withdraws_the_own_candidacy(nominating):
	h, users = nominating
	assert press(users[1], h, "withdraw", h.candidacies[0]).status_code == 404
	assert press(users[0], h, "withdraw", h.candidacies[0]).status_code == 303
	assert [frappe.db.get_value("Candidacy", name, "status") for name in h.candidacies] == [
		"Withdrawn",
		"Submitted",
	]


# --- endorsing -------------------------------------------------------------------------------------------


def test_a_button_endorses_and_takes_it_back(nominating):
	h, users = nominating
	page = as_member(users[2], f"/my/elections/{h.election}").get_data(as_text=True)
	assert page.count('value="endorse"') == 2
	assert (
		as_member(users[0], f"/my/elections/{h.election}").get_data(as_text=True).count('value="endorse"')
		== 1
	)
	assert press(users[2], h, "endorse", h.candidacies[0]).status_code == 303
	assert press(users[2], h, "endorse", h.candidacies[0]).status_code == 303
	assert frappe.get_all("Candidacy Endorsement", {"parent": h.candidacies[0]}, pluck="organization") == [
		h.organizations[2]
	]
	candidate = as_member(users[0], f"/my/elections/{h.election}")
	assert frappe.db.get_value("Member Organization", h.organizations[2], "title") in web.text(candidate)
	assert press(users[2], h, "take back", h.candidacies[0]).status_code == 303
	assert not frappe.get_all("Candidacy Endorsement", {"parent": h.candidacies[0]})


def test_what_is_pressed_belongs_to_the_page(nominating):
	h, users = nominating
	other = hall.build(organizations=3, candidates=1, upto="nominations")
	for action, name in (
		("endorse", other.candidacies[0]),
		("endorse", "CAND-there-is-none"),
		("accept", h.candidacies[0]),
		("", h.candidacies[0]),
		("withdraw objection", h.candidacies[0]),
	):
		assert press(users[2], h, action, name).status_code == 404, action


def test_statements_and_photos_are_shown_once_published_and_not_before(nominating):
	h, users = nominating
	with builders.as_user(users[0]):
		modified = str(frappe.db.get_value("Candidacy", h.candidacies[0], "modified"))
		web.send(
			"candidacy",
			f"/my/candidacy/{h.candidacies[0]}",
			election=h.election,
			statement_ar="<b>نعمل</b> معاً",
			photo=(picture(), "me.jpg"),
			modified=modified,
		)
	assert frappe.db.get_value("Candidacy", h.candidacies[0], "photo")
	frappe.db.after_rollback.reset()  # as the commit at the request's end does: the file stays
	photo = f"/my/photos/{h.candidacies[0]}"
	page = f"/my/elections/{h.election}"
	assert as_member(users[0], photo).status_code == 200
	assert as_member(users[1], photo).status_code == 404
	assert "نعمل" not in as_member(users[1], page).get_data(as_text=True)
	with builders.as_user(h.manager):
		for name in h.candidacies:
			guard.move(frappe.get_doc("Candidacy", name), "Accepted")
	h.move("Candidates Published", h.officer)
	shown = as_member(users[1], photo)
	assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
	assert Image.open(io.BytesIO(shown.get_data())).size == (160, 160)
	own_page = f"/my/candidates/{h.candidacies[0]}"
	for shown_on in (page, own_page):
		assert "&lt;b&gt;نعمل&lt;/b&gt;" in as_member(users[1], shown_on).get_data(as_text=True)
	for who, user in outsiders(h).items():
		for path in (photo, own_page):
			assert as_member(user, path).status_code != 200, who
	# Nobody else gets at the file itself.
	url = frappe.db.get_value("Candidacy", h.candidacies[0], "photo")
	for user in (users[1], former(h.organizations[0]), "Guest"):
		with builders.as_user(user):
			files = [
				frappe.get_doc("File", name)
				for name in frappe.get_all("File", {"file_url": url}, pluck="name")
			]
			assert files and not any(file.has_permission("read") for file in files), user


# --- the roll --------------------------------------------------------------------------------------------


def test_who_is_on_the_roll_learns_it_and_nobody_whether_anybody_voted():
	h = hall.build(organizations=4, candidates=2)
	late = builders.organization(h.platform)
	user, absent = member(h.organizations[0]), member(late)
	path = f"/my/elections/{h.election}"
	assert "is on the electoral roll" in web.text(as_member(user, path))
	assert "is not on the electoral roll" in web.text(as_member(absent, path))
	h.move("Voting Open")
	before = web.text(as_member(user, path))
	with builders.as_user(h.tellers[0]):
		hall.api.mark_voted(h.election, h.voters()[h.organizations[0]])
	assert web.text(as_member(user, path)) == before


# --- objections ------------------------------------------------------------------------------------------


def test_a_member_objects_by_the_form_and_reads_the_decision():
	h = hall.build(organizations=4, candidates=2, upto="published")
	user, neighbour = member(h.organizations[0]), member(h.organizations[1])
	page = f"/my/elections/{h.election}"
	assert f"/my/objection?election={h.election}&amp;about=Electoral+Roll" in as_member(user, page).get_data(
		as_text=True
	)
	with builders.as_user(user):
		filled = web.visit(f"/my/objection?election={h.election}&about=Electoral+Roll")
		assert 'value="Electoral Roll" checked' in filled.get_data(as_text=True)
		sent = web.send(
			"objection",
			election=h.election,
			about="Electoral Roll",
			reason="We were in the hall.",
			attachment=(picture(), "hall.jpg"),
			decision="We are right",
			status="Upheld",
			organization=str(h.organizations[1]),
		)
	assert sent.status_code == 303
	mine = frappe.get_last_doc("Objection", {"election": h.election})
	assert (mine.status, mine.organization, mine.decision) == ("Submitted", h.organizations[0], None)
	assert mine.attachment.startswith("/private/files/")
	assert "We were in the hall." in web.text(as_member(user, page))
	assert "We were in the hall." not in web.text(as_member(neighbour, page))
	assert press(neighbour, h, "withdraw objection", mine.name).status_code in (404, 422)
	with builders.as_user(h.manager):
		guard.move(frappe.get_doc("Objection", mine.name), "Under Review")
		guard.move(frappe.get_doc("Objection", mine.name), "Dismissed", "You came after the count.")
	assert "You came after the count." in web.text(as_member(user, page))


def test_the_form_offers_only_what_can_be_objected_to():
	h = hall.build(organizations=4, candidates=2, upto="published")
	other = hall.build(organizations=3, candidates=1, upto="published")
	with builders.as_user(member(h.organizations[0])):
		page = web.visit("/my/objection").get_data(as_text=True)
		assert h.candidacies[0] in page and other.candidacies[0] not in page and other.election not in page
		assert 'value="Result"' not in page
		for values in (
			{"about": "Result"},
			{"about": "Candidacy"},
			{"about": "Candidacy", "candidacy": other.candidacies[0]},
			{"election": other.election, "about": "Electoral Roll"},
			{"about": "Electoral Roll", "reason": ""},
		):
			sent = web.send("objection", **{"election": h.election, "reason": "x", **values})
			assert sent.status_code >= 400, values
	assert not frappe.db.exists("Objection", {"election": ("in", [h.election, other.election])})


def test_the_objection_form_is_closed_when_there_is_nothing_to_object_to(nominating):
	_h, users = nominating
	page = as_member(users[0], "/my/objection")
	assert page.status_code == 403 and "No objection is possible now" in web.text(page)


def test_a_button_withdraws_the_own_objection():
	h = hall.build(organizations=4, candidates=2, upto="published")
	user = member(h.organizations[0])
	mine = object_to(h, objections.ROLL, user=user).name
	assert press(user, h, "withdraw objection", mine).status_code == 303
	assert frappe.db.get_value("Objection", mine, "status") == "Withdrawn"


# --- results ---------------------------------------------------------------------------------------------


def test_a_result_is_public_once_announced_and_not_before():
	h = hall.build(organizations=4, candidates=2)
	h.count([h.paper(0), h.paper(0, 1)])
	name, user = h.result().name, member(h.organizations[0])
	page, path = f"/network/results/{name}", f"/my/elections/{h.election}"
	candidate = frappe.db.get_value("Candidacy", h.candidacies[0], "candidate_name")
	for someone in ("Guest", user):
		assert as_member(someone, page).status_code == 404
		assert name not in as_member(someone, "/network/results").get_data(as_text=True)
	assert h.result().result_hash not in as_member(user, path).get_data(as_text=True)
	h.sign()
	h.move("Announced", h.tellers[0])
	for someone in ("Guest", user, stranger()):
		shown = as_member(someone, page)
		assert shown.status_code == 200
		assert h.result().result_hash in web.text(shown)
		assert (candidate in web.text(shown)) == (someone == user)  # others read published names only
		assert name in as_member(someone, "/network/results").get_data(as_text=True)
	assert h.result().result_hash in as_member(user, path).get_data(as_text=True)


def test_a_recount_beside_the_announced_result_stays_inside():
	h = announced(hall.build())
	with builders.as_user(h.tellers[0]):
		again = hall.api.recount(h.election)
	assert again != h.result().name
	assert as_member("Guest", f"/network/results/{again}").status_code == 404


@pytest.mark.parametrize(
	"on_roll, voted, valid, told",
	[
		(19, 19, 19, (19, 19, 19, 0, False, False)),
		(19, 19, 18, (19, 19, 15, None, False, True)),
		(19, 18, 18, (19, 15, 15, 0, True, True)),
		(19, 18, 16, (19, 15, 11, None, True, True)),
		(40, 30, 20, (40, 30, 20, 10, False, False)),
		(3, 1, 1, (3, 0, 0, 0, True, True)),
		(0, 0, 0, (0, 0, 0, 0, False, False)),
	],
)
def test_small_numbers_of_people_are_not_told(on_roll, voted, valid, told):
	assert tuple(results.figures(on_roll, voted, valid)) == told


def test_what_the_votes_tell_is_told():
	assert results.figures(6, 5, 5, known=4)[:3] == (6, 4, 4)


def test_how_many_voted_online_is_known_and_how_few_were_blank_is_not():
	told = results.figures(19, 17, 15, voted_is_told=True)
	assert (told.voted, told.voted_at_least) == (17, False)
	assert (told.valid, told.valid_at_least, told.invalid) == (13, True, None)


# --- meetings --------------------------------------------------------------------------------------------

EVIL = (
	'<p>Impressions<img src="https://example.org/x.png" onerror="alert(1)"></p><script>alert(1)</script>'
	'<h1 style="position:fixed">Large</h1><a href="javascript:alert(1)">link</a><iframe src="//x"></iframe>'
)


def test_minutes_and_decisions_are_read_once_the_meeting_is_concluded_and_carry_nothing_else():
	platform = builders.platform()
	members = [builders.organization(platform) for _n in range(3)]
	meeting = builders.meeting(platform, members, status="In Session")
	doc = frappe.get_doc("General Meeting", meeting)
	doc.impressions = EVIL
	doc.append("decisions", builders.decision("Powers", 3, text="Carried by all"))
	doc.append("decisions", builders.decision("Other", 1, votes_against=2, text="Not carried"))
	doc.save()
	user, path = member(members[0]), f"/my/meetings/{meeting}"
	others = frappe.db.get_value("Contact", builders.delegate(members[1]), "full_name")
	early = as_member(user, path)
	assert "Your organization is present" in web.text(early)
	assert "Impressions" not in web.text(early).split("Agenda")[0] and "Carried by all" not in web.text(early)
	guard.move(frappe.get_doc("General Meeting", meeting), "Concluded")
	page = as_member(user, path).get_data(as_text=True)
	assert "Impressions" in page and "Large" in page and "Carried by all" in page
	for never in (
		"<img",
		"<script>alert",
		"onerror",
		"javascript:",
		"<iframe",
		"position:fixed",
		"example.org",
	):
		assert never not in page, never
	assert "Not carried" not in page and others not in page


def test_drafts_and_meetings_nobody_was_called_to_are_not_there():
	platform = builders.platform()
	user = member(builders.organization(platform))
	draft = builders.meeting(platform, status="Draft")
	never_called = builders.meeting(platform, status="Cancelled")
	called = builders.meeting(platform, status="Convened", meeting_date=add_days(today(), 7))
	for name in (draft, never_called):
		assert as_member(user, f"/my/meetings/{name}").status_code == 404
	guard.move(frappe.get_doc("General Meeting", called), "Cancelled", "Rain")
	page = as_member(user, "/my/meetings").get_data(as_text=True)
	assert called in page and draft not in page and never_called not in page


# --- weight ----------------------------------------------------------------------------------------------


def test_pages_are_light_and_ask_few_questions():
	h = hall.build(organizations=12, candidates=9, seats=7, max_choices=7, upto="nominations")
	with builders.as_user(h.officer):
		for name in h.candidacies:
			frappe.client.set_value("Candidacy", name, "statement_ar", "نعمل معاً من أجل المدينة. " * 20)
	user = member(h.organizations[0])
	with builders.as_user(h.manager):
		for name in h.candidacies:
			guard.move(frappe.get_doc("Candidacy", name), "Accepted")
	h.move("Candidates Published", h.officer)
	for path, most in (
		(f"/my/elections/{h.election}", 20),
		("/my/elections", 14),
		(f"/my/meetings/{h.meeting}", 22),
		("/my/meetings", 14),
		("/network/results", 12),
	):
		as_member(user, path)
		with builders.as_user(user):
			asked = _count_queries(lambda path=path: web.visit(path))
		assert asked["status"] == 200
		assert asked["bytes"] <= 15 * KILOBYTE, (path, asked)
		assert asked["queries"] <= most + 10, (path, asked)


def _count_queries(act):
	count, sql = 0, frappe.db.sql

	def counted(*args, **kwargs):
		nonlocal count
		count += 1
		return sql(*args, **kwargs)

	frappe.db.sql = counted
	try:
		answer = act()
	finally:
		del frappe.db.sql
	return {"status": answer.status_code, "bytes": len(answer.get_data()), "queries": count}
