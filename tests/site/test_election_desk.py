"""What the desk of an election shows and prints beside the count itself."""

import hashlib
import json
from html.parser import HTMLParser

import frappe
import pytest
from frappe.desk.form.load import getdoc

from aso_network.api import elections as api
from aso_network.polling import committee, rules
from tests.site import builders, hall

SEED = "seven dice: 4 1 6 2 2 5 3"
PROTOCOL = "Election Result Protocol"


class _Text(HTMLParser):
	"""What a page says, without what is between its words."""

	def __init__(self, html):
		super().__init__()
		self.said = []
		self.feed(html)

	def handle_data(self, data):
		self.said.append(data)


def text_of(html):
	return " ".join("".join(_Text(html).said).split())


def protocol(result):
	return text_of(frappe.get_print("Election Result", result.name, PROTOCOL))


def opened(doctype, name, user):
	"""The document as the desk of `user` gets it."""
	frappe.local.response = frappe._dict(docs=[])
	with builders.as_user(user):
		getdoc(doctype, name)
	return frappe.local.response.docs[0]


def test_the_committee_sees_who_could_come_late_and_nobody_else_does():
	h = hall.build()
	late = builders.organization(h.platform)
	builders.organization(h.platform, status="Suspended")
	with builders.as_user(h.tellers[0]):
		assert [row["name"] for row in api.latecomers(h.election)] == [late]
	for stranger in (h.officer, h.manager):
		with builders.as_user(stranger), pytest.raises(committee.NotOnCommitteeError):
			api.latecomers(h.election)
	h.move("Voting Open")
	with builders.as_user(h.tellers[0]):
		api.add_voter(h.election, late, "The road was closed.")
		assert api.latecomers(h.election) == []


def test_the_roll_knows_the_names_in_arabic():
	h = hall.build()
	row = frappe.get_doc("Election Voter", h.voters()[h.organizations[0]])
	organization = frappe.get_doc("Member Organization", h.organizations[0])
	assert (row.organization_name, row.organization_name_ar) == (organization.title, organization.name_ar)


def test_lists_open_for_committee_and_observer():
	"""As the desk asks for them: with the titles of the linked documents."""
	h = hall.build()
	observer = builders.user("Election Observer")
	for user in (h.tellers[0], observer):
		with builders.as_user(user):
			for doctype in ("Election", "Candidacy", "Election Voter"):
				links = [
					f"{df.fieldname}.{frappe.get_meta(df.options).title_field} as {df.fieldname}_title"
					for df in frappe.get_meta(doctype).get("fields", {"fieldtype": "Link", "in_list_view": 1})
					if frappe.get_meta(df.options).show_title_field_in_link
				]
				assert frappe.get_list(doctype, fields=["name", *links])


PRINTS = [
	("Election", "Ballot Paper"),
	("Election", "Electoral Roll"),
	("Election Result", "Election Result Protocol"),
]


@pytest.mark.parametrize(("doctype", "print_format"), PRINTS)
def test_prints_carry_the_names_and_no_markup_of_theirs(doctype, print_format):
	h = hall.build()
	h.count([h.paper(0), h.paper(0, 1), h.paper(1)])
	name = h.election if doctype == "Election" else h.result().name
	# Names are checked on entry; a print must not rely on it.
	nasty = "<img src=x onerror=alert(1)>"
	for table, field in (
		("Election Voter", "organization_name_ar"),
		("Candidacy", "candidate_name_ar"),
		("Election Result Row", "candidate_name_ar"),
	):
		for row in frappe.get_all(table, pluck="name"):
			frappe.db.set_value(table, row, field, nasty, update_modified=False)
	html = frappe.get_print(doctype, name, print_format)
	assert nasty not in html
	assert nasty in text_of(html)


def test_the_printed_roll_does_not_say_who_has_voted():
	h = hall.build()
	before = frappe.get_print("Election", h.election, "Electoral Roll")
	h.move("Voting Open")
	h.mark(3)
	assert frappe.get_print("Election", h.election, "Electoral Roll") == before


def test_all_ballot_papers_are_alike():
	h = hall.build()
	html = frappe.get_print("Election", h.election, "Ballot Paper")
	papers = [part.split("</td>\n</tr>")[0] for part in html.split('<div class="bp-paper">')[1:]]
	assert len(papers) == 4
	assert len({" ".join(paper.split("bp-parts")[1].split("</table>")[0].split()) for paper in papers}) == 1
	assert h.voters() and not any(voter in html for voter in h.voters().values())


def test_the_protocol_shows_votes_figures_hash_and_the_lot():
	h = hall.build(organizations=6, seats=2, max_choices=2, candidates=3)
	h.vote([h.paper(0), h.paper(0), h.paper(1), h.paper(2)])
	h.move("Tie", h.tellers[0])
	tied = [row.candidacy for row in h.result().rows if row.reason_code == "tied"]
	text = protocol(h.result())
	assert "تعادل" in text and "a lot decides" in text
	with builders.as_user(h.tellers[0]):
		api.record_lot(h.election, tied[::-1], "Two folded papers, drawn by the eldest.")
	text = protocol(h.result())
	assert h.result().result_hash in text
	assert text.count("Two folded papers, drawn by the eldest.") == 1
	assert "drawn early enough in the lot" in text and "وجاء في القرعة متقدماً" in text
	for row in h.result().rows:
		assert row.candidate_name in text and row.candidate_name_ar in text


def test_the_protocol_says_in_both_languages_why_a_seat_rule_moved_a_seat():
	people = [{"gender": "Man"}, {"gender": "Man"}, {"gender": "Woman"}]
	h = hall.build(organizations=7, seat_rules=[{"minimum": 1, "group": "Women"}], people=people)
	text = protocol(h.count([h.paper(0, 1)] * 3 + [h.paper(0), h.paper(2)]))
	assert "a seat rule gives the seat, past others with more votes (at least 1 of: women)" in text
	assert "أعطت قاعدة من قواعد المقاعد المقعد لمن لهم أصوات أقل" in text
	assert "block vote" in text and "التصويت بالكتلة" in text


def test_the_protocol_tells_the_rounds_of_a_transferable_vote():
	h = hall.build(organizations=8, seats=2, max_choices=0, candidates=4, form="Single Transferable Vote")
	result = h.count([h.paper(0, 1)] * 5 + [h.paper(2)] * 2 + [h.paper(3, 2)])
	text = protocol(result)
	assert "Quota: 3" in text and "الحاصل الانتخابي 3" in text
	assert "reached the quota in round 1" in text and "بلغ الحاصل الانتخابي في الجولة 1" in text
	assert "Votes of each round" in text
	name, name_ar = frappe.db.get_value(
		"Candidacy", h.candidacies[0], ["candidate_name", "candidate_name_ar"]
	)
	assert f"Surplus of {name}: 2" in text and f"فائض {name_ar}: 2" in text


def test_the_protocol_has_the_sealed_hash_and_every_step_of_the_lot():
	h = hall.build(organizations=6, seats=1, tie_rule=rules.LOT_FROM_SEED)
	with builders.as_user(h.tellers[0]):
		api.seal_seed(h.election, SEED)
	h.vote([h.paper(0)] * 2 + [h.paper(1)] * 2)
	h.move("Tie", h.tellers[0])
	assert h.doc().seed_commitment in protocol(h.result()) and SEED not in protocol(h.result())
	with builders.as_user(h.tellers[0]):
		api.draw_lot(h.election, SEED)
	text, root = protocol(h.result()), h.result().box_hash
	for candidacy in h.candidacies[:2]:
		drawn = f"{SEED}|{root}|{candidacy}"
		assert f"printf '%s' '{drawn}' | sha256sum" in text
		assert hashlib.sha256(drawn.encode()).hexdigest() in text
	assert "البذرة:" in text


# --- the forms ---------------------------------------------------------------------------------------------


def test_the_form_of_a_result_explains_it_in_the_language_of_whoever_opens_it():
	h = hall.build(organizations=6)
	result = h.count([h.paper(0, 1)] * 3 + [h.paper(2)])
	said = opened("Election Result", result.name, h.tellers[0]).get("__onload")
	assert said["may_sign"] and said["standing"]["name"] == result.name
	assert said["explanation"]["reasons"][h.candidacies[0]] == "Elected: enough votes for a seat."
	frappe.local.lang = "ar"
	try:
		said = opened("Election Result", result.name, h.tellers[0]).get("__onload")
	finally:
		frappe.local.lang = "en"
	assert said["explanation"]["reasons"][h.candidacies[2]].startswith("غير منتخب")


def test_no_section_says_what_a_table_beside_it_shows():
	h = hall.build(organizations=8, seats=2, max_choices=0, candidates=4, form="Single Transferable Vote")
	result = h.count([h.paper(0, 1)] * 5 + [h.paper(2)] * 2 + [h.paper(3, 2)])
	said = opened("Election Result", result.name, h.officer).get("__onload")["explanation"]
	rounds = json.loads(result.record)["result"]["rounds"]
	headed = [section for section in said["sections"] if section["heading"]]
	assert [len(section["lines"]) for section in headed] == [len(held["events"]) for held in rounds]
	shown = [line for section in said["sections"] for line in section["lines"]]
	assert len(said["lines"]) > len(shown) and set(shown) < set(said["lines"])


def test_only_the_result_that_the_election_goes_by_is_signed():
	h = hall.build(organizations=6)
	first = h.count([h.paper(0, 1)] * 3 + [h.paper(2)])
	with builders.as_user(h.tellers[0]):
		again = api.recount(h.election)
	said = opened("Election Result", again, h.tellers[1]).get("__onload")
	assert not said["may_sign"] and said["difference"] == []
	assert said["standing"]["name"] == first.name
	h.move("Voting Closed", h.tellers[0], "One paper was under the table")
	h.enter([h.paper(2)])
	h.figures(reconciliation_note="One paper was under the table")
	h.move("Counted", h.tellers[0])
	said = opened("Election Result", first.name, h.tellers[1]).get("__onload")
	assert not said["may_sign"] and said["standing"]["name"] == h.result().name
	assert said["standing"]["count_number"] > first.count_number


def test_nobody_is_told_of_a_result_that_they_may_not_open():
	h = hall.build(organizations=6)
	result = h.count([h.paper(0)] * 3)
	elsewhere = hall.build()
	for user in (elsewhere.tellers[0], builders.user("Training Coordinator"), "Guest"):
		if user in h.tellers:
			continue
		with pytest.raises(frappe.PermissionError):
			opened("Election Result", result.name, user)
		assert not frappe.local.response.docs


def test_the_form_of_an_election_says_its_rules_in_words():
	h = hall.build(seat_rules=[{"minimum": 1, "group": "Women"}], people=[{"gender": "Woman", "age": 30}] * 3)
	said = opened("Election", h.election, h.tellers[0]).get("__onload")
	assert said["form_in_words"].startswith("Each voter marks candidates")
	assert said["seat_rules_in_words"] == ["at least 1 of: women"]
