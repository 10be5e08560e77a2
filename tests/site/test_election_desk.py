"""What the desk of an election shows and prints beside the count itself."""

import frappe
import pytest

from aso_network.api import elections as api
from aso_network.polling import committee
from tests.site import builders, hall


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
	assert frappe.utils.escape_html(nasty) in html


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
	html = frappe.get_print("Election Result", h.result().name, "Election Result Protocol")
	assert "تعادل" in html and "a lot decides" in html
	with builders.as_user(h.tellers[0]):
		api.record_lot(h.election, tied[::-1], "Two folded papers, drawn by the eldest.")
	html = frappe.get_print("Election Result", h.result().name, "Election Result Protocol")
	assert h.result().result_hash in html
	assert "Two folded papers, drawn by the eldest." in html
	assert "Elected by lot among the tied" in html and "منتخب بالقرعة بين المتعادلين" in html
	for row in h.result().rows:
		assert row.candidate_name in html and row.candidate_name_ar in html
