"""The public pages tell what is published, and not a word of anybody else, whatever is asked of them."""

from __future__ import annotations

from itertools import product
from urllib.parse import quote, unquote

import frappe
import pytest
from frappe.utils import add_days, today

from aso_network.portal import public
from aso_network.portal.visitor import Visitor, current
from aso_network.roles import MEMBER
from aso_network.workflows import guard
from tests.site import builders, courses, hall, web

# Words that are in no other name, in each field that could carry them.
SECRET = {
	"name_en": "Quietwater Collective",
	"name_ar": "جمعية الزمرد الخفي",
	"name_ku": "Komeleya Zimrûd",
	"acronym": "QWCX",
	"aliases": "Hushbrook\nزمردة الوادي",
}
WORDS = ("quietwater", "الزمرد", "zimrûd", "qwcx", "hushbrook", "زمردة", "lockjaw")
SECTOR = "Human rights"
PERSON = "Lockjaw Delegate"


class Stage:
	"""A platform with an organisation of each kind, and a member of another one."""

	def __init__(self) -> None:
		self.platform = builders.platform(name_en="Openfield", name_ar="الميدان", name_ku="Meydan")
		self.elsewhere = builders.platform()
		self.public = self.organization("Publicorn", "Public")
		self.network = self.organization("Networkia", "Network")
		self.member = builders.organization(self.elsewhere)

	def organization(self, name: str, level: str, status: str = "Active", **values: object) -> builders.Made:
		return builders.organization(
			self.platform,
			status,
			**{
				"name_en": name,
				"name_ar": None,
				"publish_level": level,
				"sectors": [{"sector": SECTOR}],
				**values,
			},
		)

	def secret(self, level: str = "Internal", status: str = "Active") -> builders.Made:
		"""The organisation that this is about. Its delegate trains, and takes part, in a session for the public."""
		person = builders.contact(PERSON)
		made = self.organization(
			"",
			level,
			status,
			**SECRET,
			representatives=[{"contact": person, "is_delegate": 1, "from_date": "2000-01-01"}],
		)
		courses.session(
			platform=self.platform,
			trainers=[{"contact": person}],
			participants=[{"contact": person, "organization": made}] if status == "Active" else [],
		)
		return made


@pytest.fixture
def stage() -> Stage:
	return Stage()


def representative(organization: str) -> str:
	"""A user who acts for `organization`."""
	user = builders.user(MEMBER)
	frappe.db.set_value("Contact", builders.delegate(organization), "user", user)
	return user


def everything(stage: Stage, secret: str) -> list[str]:
	"""Every public page with every parameter that could bring the organisation up."""
	searches = [
		*SECRET["aliases"].split("\n"),
		*(SECRET[field] for field in SECRET if field != "aliases"),
		secret,
	]
	pages = [
		*("/network", f"/network/{stage.platform}", "/network/members", "/network/results"),
		*("/network/calendar", "/network/calendar.ics", "/apply"),
		*(f"/network/members?words={quote(words)}" for words in (*searches, "%", "_", "a", "ا", " ")),
		f"/network/members?platform={quote(stage.platform)}",
		f"/network/members?sector={quote(SECTOR)}",
		f"/network/members?platform={quote(stage.platform)}&sector={quote(SECTOR)}",
		*(f"/network/members?page={page}" for page in ("0", "-1", "2", "99999999999999", "x")),
		*("/network/members?publish_level=Internal", "/network/members?status=Suspended&levels=Internal"),
		*(
			f"/network/members?order_by={field}&sort={field}"
			for field in ("publish_level", "name_en", "search_key")
		),
		*(
			"/network/members?visitor=Administrator",
			"/network/members?platform=%25",
			"/network/members?sector[]=x",
		),
		*(f"/network/{quote(name)}" for name in (secret, *SECRET.values())),
	]
	results = frappe.get_all("Election Result", filters={"platform": stage.platform}, pluck="name")
	sessions = frappe.get_all("Training Session", pluck="name", limit=5)
	return [
		*pages,
		*(f"/network/results/{name}" for name in results),
		*(f"/network/calendar/{name}" for name in sessions),
	]


def give_away(
	stage: Stage, secret: str, user: str, languages: tuple[str, ...] = ("en", "ar", "ku")
) -> list[str]:
	"""The pages on which `user` reads one of the organisation's words."""
	found = []
	with builders.as_user(user):
		for path, language in product(everything(stage, secret), languages):
			if user != "Guest":
				frappe.db.set_value("User", user, "language", language)
			page = web.visit(path, cookies={"preferred_language": language}).get_data(as_text=True).lower()
			words = {*WORDS, secret.lower()}
			asked = {word for word in words if word in unquote(path).lower()}
			# What was asked for stands in the search box, or in the address to come back to, and nowhere else.
			names = [word for word in words if page.count(word) > (word in asked)]
			found += [f"{language} {path}: {names}"] if names else []
	return found


# --- nothing above the publish level -----------------------------------------------------------------------


def test_an_internal_organization_is_nowhere(stage):
	secret = stage.secret()
	for user in ("Guest", representative(stage.member), representative(stage.public)):
		assert not give_away(stage, secret, user), user


def test_one_for_the_network_is_nowhere_for_strangers_and_there_for_members(stage):
	secret = stage.secret("Network")
	assert not give_away(stage, secret, "Guest")
	assert give_away(stage, secret, representative(stage.member), ("en",))


@pytest.mark.parametrize("status", ["Applied", "Under Review", "Suspended", "Rejected", "Withdrawn"])
def test_one_that_is_not_active_is_nowhere_however_public(stage, status):
	secret = stage.secret("Public", status)
	for user in ("Guest", representative(stage.member)):
		assert not give_away(stage, secret, user, ("ar",)), user


def test_who_is_no_member_in_good_standing_reads_what_strangers_read(stage):
	secret = stage.secret("Network")
	for status in ("Suspended", "Withdrawn"):
		user = representative(builders.organization(stage.elsewhere))
		organization = frappe.db.get_value(
			"Organization Representative", {"contact": _contact(user)}, "parent"
		)
		for step in {"Suspended": ["Suspended"], "Withdrawn": ["Withdrawn"]}[status]:
			guard.move(frappe.get_doc("Member Organization", organization), step, "As the test needs it")
		assert not give_away(stage, secret, user, ("en",)), status


def _contact(user: str) -> str:
	return frappe.db.get_value("Contact", {"user": user})


def test_its_own_people_see_no_more_of_it_in_public_lists(stage):
	"""Else they would think that all the world reads it there."""
	secret = stage.secret()
	with builders.as_user(representative(secret)):
		page = web.visit(f"/network/members?platform={quote(stage.platform)}").get_data(as_text=True)
		assert "Publicorn" in page
		assert page.count(SECRET["name_en"]) <= 1  # as whom one acts, at the top


def test_numbers_of_a_search_do_not_count_it(stage):
	secret = stage.secret()
	for user in ("Guest", representative(stage.member)):
		with builders.as_user(user):
			for words in ("quietwater", secret, "زمرد", "hushbrook"):
				assert total(words=words) == 0
			visible = 1 if user == "Guest" else 2
			assert total(platform=stage.platform) == visible
			assert total(platform=stage.platform, sector=SECTOR) == visible


def total(**asked: str) -> int:
	return public.members(current(), asked)["total"]


def test_the_filters_offer_the_same_whoever_is_there(stage):
	guest = Visitor("Guest", "en")
	before = public.members(guest, {})
	stage.organization("Loner", "Internal", sectors=[{"sector": "Environment"}])
	after = public.members(guest, {})
	assert before["platforms"] == after["platforms"]
	assert before["sectors"] == after["sectors"]
	assert before["total"] == after["total"]


# --- a body, a result ------------------------------------------------------------------------------------------


def test_a_body_and_its_election_name_who_is_published_and_count_the_others():
	vote = hall.build(organizations=5, seats=2)
	names = ("Quietwater Collective", "Publicorn")
	for organization, name, level in zip(vote.organizations, names, ("Internal", "Public"), strict=False):
		doc = frappe.get_doc("Member Organization", organization)
		doc.update({"name_en": name, "name_ar": None, "publish_level": level})
		doc.save()
	frappe.db.set_value(
		"Candidacy",
		{"organization": vote.organizations[0]},
		{"candidate_name": names[0], "candidate_name_ar": names[0]},
	)
	frappe.db.set_value(
		"Candidacy",
		{"organization": vote.organizations[1]},
		{"candidate_name": names[1], "candidate_name_ar": names[1]},
	)
	body = _elect(vote)
	guest = Visitor("Guest", "en")
	page = public.platform(guest, vote.platform)
	assert page["body"].seats == len(body.members)
	assert [row.label for row in page["body"].members] == ["Publicorn"]
	assert page["body"].unnamed == 1
	with builders.as_user("Guest"):
		for path in (
			f"/network/{vote.platform}",
			"/network/results",
			f"/network/results/{vote.result().name}",
		):
			assert "quietwater" not in web.visit(path).get_data(as_text=True).lower(), path
		assert "Publicorn" in web.text(web.visit(f"/network/{vote.platform}"))


def _elect(vote: hall.Hall):
	"""Everybody marks the first two candidates, the result is announced and the body in office."""
	from aso_network.api import elections as api

	vote.move("Voting Open")
	vote.mark(len(vote.organizations))
	vote.move("Voting Closed", vote.tellers[0])
	vote.figures(papers_issued=len(vote.organizations), papers_in_box=len(vote.organizations))
	vote.enter([vote.paper(0, 1) for _organization in vote.organizations])
	vote.move("Counted", vote.tellers[0])
	vote.sign()
	vote.move("Announced", vote.tellers[0])
	with builders.as_user(vote.manager):
		return frappe.get_doc("Operational Body", api.constitute_body(vote.result().name))


def test_a_result_that_is_not_announced_is_not_there():
	vote = hall.build(organizations=5)
	with builders.as_user("Guest"):
		assert not public.platform(Visitor("Guest", "en"), vote.platform)["results"]


# --- what is there ---------------------------------------------------------------------------------------------


def test_the_network_shows_platforms_by_progress_numbers_and_goals(stage):
	stage.secret()
	with builders.as_user("Guest"):
		page = web.text(web.visit("/network", cookies={"preferred_language": "en"}))
	assert "Openfield" in page
	assert "Active members: 3" in page  # all of them: a number names nobody
	assert "Members Admitted" in page
	assert "Mobilization and advocacy" in page


def test_names_are_in_the_visitors_language_or_else_in_the_one_there_is(stage):
	with builders.as_user("Guest"):
		for language, name in (("ar", "الميدان"), ("ku", "Meydan"), ("en", "Openfield")):
			page = web.visit(f"/network/{stage.platform}", cookies={"preferred_language": language})
			if language in ("ar", "en"):  # Kurdish is for the site to switch on
				assert name in web.text(page)
		arabic = web.visit(
			f"/network/members?platform={quote(stage.platform)}", cookies={"preferred_language": "ar"}
		)
	assert "Publicorn" in web.text(arabic)
	assert 'dir="rtl"' in arabic.get_data(as_text=True)


@pytest.mark.parametrize("words", ["أَلأمل", "الامل", "الأمـل", "al amal", "AMAL-", "Hope"])
def test_a_member_is_found_in_any_spelling(stage, words):
	stage.organization("Al-Amal", "Public", name_ar="جمعية الأمل", aliases="Hope")
	found = public.members(Visitor("Guest", "ar"), {"words": words, "platform": stage.platform})["rows"]
	assert [row.label for row in found] == ["جمعية الأمل"]


def test_members_stand_in_the_order_of_the_visitors_alphabet(stage):
	for number, name in enumerate(("هند", "الأمل", "باب", "ياسمين", "إبداع")):
		stage.organization(f"Sorted {number}", "Public", name_ar=name)
	rows = public.members(Visitor("Guest", "ar"), {"platform": stage.platform})["rows"]
	assert [row.label for row in rows] == ["إبداع", "الأمل", "باب", "هند", "ياسمين", "Publicorn"]


def test_a_long_list_has_pages(stage, monkeypatch):
	monkeypatch.setattr(public, "PAGE", 2)
	for number in range(4):
		stage.organization(f"Paged {number}", "Public")
	with builders.as_user("Guest"):
		first = web.visit(f"/network/members?platform={quote(stage.platform)}").get_data(as_text=True)
		last = web.visit(f"/network/members?platform={quote(stage.platform)}&page=3").get_data(as_text=True)
	assert "page=2" in first and 'rel="prev"' not in first
	assert "page=2" in last and 'rel="next"' not in last


def test_the_stages_have_the_days_of_what_happened():
	platform = builders.platform()
	members = [builders.organization(platform) for _number in range(3)]
	assert str(_stages(platform)["Members Admitted"].on) == today()
	builders.meeting(platform, members, "Concluded", meeting_date=add_days(today(), -3))
	stages = _stages(platform)
	assert str(stages["Meeting Held"].on) == add_days(today(), -3)
	# Written down after the meeting: that day is no stage of the platform.
	assert stages["Members Admitted"].reached and stages["Members Admitted"].on is None
	assert not stages["Structured"].reached and stages["Structured"].on is None


def _stages(platform: str) -> dict[str, frappe._dict]:
	return {row.label: row for row in public.platform(Visitor("Guest", "en"), platform)["stages"]}


def test_text_that_is_asked_for_is_only_text(stage):
	with builders.as_user("Guest"):
		page = web.visit(
			"/network/members?words=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%7B%7B7931*7919%7D%7D&platform=%27--"
		)
	html = page.get_data(as_text=True)
	assert page.status_code == 200
	assert "<script>alert" not in html and "62805589" not in web.text(page)


def test_no_such_platform(stage):
	with builders.as_user("Guest"):
		assert web.visit("/network/nowhere").status_code == 404
		assert web.visit(f"/network/{stage.platform}/x").status_code == 404
