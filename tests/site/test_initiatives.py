"""Initiatives that members propose: what they may write, whom they may ask, and what nobody sees."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, today

from aso_network import finance, initiatives, representation
from aso_network.portal import initiatives as pages
from aso_network.portal.visitor import current
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows import guard
from tests.site import builders, courses, doors, races, web

MONEY = ("budget", "committed", "actual", "variance", "project", "cost_center", "budget_lines")


def proposal(**values):
	goal = frappe.get_all("Network Goal", pluck="name", limit=1)
	return {
		"title": "Clean Water",
		"description": "We <b>clean</b> the wells.",
		"start_date": today(),
		"end_date": add_days(today(), 30),
		"goals": goal,
		**values,
	}


def three_members():
	platform = builders.platform()
	return [courses.member(platform, publish_level="Network") for _ in range(2)] + [courses.member(platform)]


def test_a_member_proposes_with_partners_that_let_themselves_be_seen():
	(user, own), (_u, partner), (_v, hidden) = three_members()
	with builders.as_user(user):
		doc = initiatives.propose(
			own, **proposal(partners=[partner], outside_partners="Red Crescent\n\n  Town council ")
		)
		with pytest.raises(initiatives.ProposalError, match="of the list"):
			initiatives.propose(own, **proposal(partners=[hidden]))
		with pytest.raises(initiatives.ProposalError, match="of the list"):
			initiatives.propose(own, **proposal(partners=["MO-nobody"]))
	assert (doc.kind, doc.status, doc.proposed_by, doc.owner) == ("Initiative", "Proposed", own, user)
	assert doc.platform == own.platform
	assert [(row.organization, row.partner_name, row.confirmed) for row in doc.partners] == [
		(partner, None, "Asked"),
		(None, "Red Crescent", None),
		(None, "Town council", None),
	]
	assert doc.outside_partners == "Red Crescent\nTown council"


def test_nobody_proposes_for_others_and_only_active_members_do():
	(user, own), (_u, other), _hidden = three_members()
	suspended_user, suspended = courses.member(status="Suspended")
	with builders.as_user(user):
		with pytest.raises(representation.NotYoursError):
			initiatives.propose(other, **proposal())
		with pytest.raises(TypeError):
			initiatives.propose(own, **proposal(budget=5))
		with pytest.raises(finance.ActivityDatesError):
			initiatives.propose(own, **proposal(end_date=add_days(today(), -9)))
		with pytest.raises(initiatives.ProposalError, match="up to 20"):
			initiatives.propose(own, **proposal(outside_partners="\n".join(map(str, range(21)))))
	with builders.as_user(suspended_user), pytest.raises(initiatives.ProposalError, match="Suspended"):
		initiatives.propose(suspended, **proposal())
	with builders.as_user("Guest"), pytest.raises(representation.NotYoursError):
		initiatives.propose(own, **proposal())


def test_a_partner_answers_for_itself_and_is_shown_once_it_has_confirmed():
	(user, own), (partner_user, partner), (stranger, third) = three_members()
	with builders.as_user(user):
		doc = initiatives.propose(own, **proposal(partners=[partner]))
		assert initiatives.shown_partners(doc.name) == []
		with pytest.raises(representation.NotYoursError):
			initiatives.answer(doc.name, partner, True)
	with builders.as_user(stranger):
		for name in (doc.name, "NA-none"):
			with pytest.raises(frappe.DoesNotExistError):
				initiatives.answer(name, third, True)
	with builders.as_user(partner_user):
		initiatives.answer(doc.name, partner, True)
		assert [row.organization for row in initiatives.shown_partners(doc.name)] == [partner]
		initiatives.answer(doc.name, partner, False)
	assert initiatives.shown_partners(doc.name) == []
	doc.reload()
	with builders.as_user(builders.user(MANAGER)):
		guard.move(doc, "Rejected", "Not now.")
	with builders.as_user(partner_user), pytest.raises(initiatives.AnswerClosedError, match="Rejected"):
		initiatives.answer(doc.name, partner, True)


def test_two_partners_who_answer_at_once_are_both_heard():
	with races.committed(
		"Network Activity",
		"Member Organization",
		"Network Platform",
		"Territory",
		"Contact",
		"Network Audit Event",
	):
		(_user, own), (one_user, one), (_other, two) = three_members()
		doc = frappe.get_doc(
			{
				"doctype": "Network Activity",
				"kind": "Initiative",
				"title": "Clean Water",
				"platform": own.platform,
				"proposed_by": own,
				"partners": [{"organization": one}, {"organization": two}],
			}
		).insert()
		users = {one: one_user, two: "second.partner@example.org"}
		frappe.db.set_value("Contact", builders.delegate(two), "email_id", users[two])
		frappe.db.commit()
		asked = frappe.get_all("Activity Partner", {"parent": doc.name}, pluck="confirmed")
		assert asked == ["Asked", "Asked"]

		def say(organization):
			frappe.set_user(users[organization])
			return initiatives.answer(doc.name, organization, True).name

		outcomes = races.race(lambda: say(str(one)), lambda: say(str(two)))
		assert outcomes == (doc.name, doc.name)
		assert (
			frappe.get_all("Activity Partner", {"parent": doc.name}, pluck="confirmed") == ["Confirmed"] * 2
		)


def test_the_proposer_is_no_partner_and_only_initiatives_have_one():
	_member, own = courses.member(publish_level="Network")
	doc = {
		"doctype": "Network Activity",
		"title": "Clean Water",
		"platform": own.platform,
		"proposed_by": own,
	}
	with pytest.raises(finance.PartnerError, match="not its own partner"):
		frappe.get_doc({**doc, "kind": "Initiative", "partners": [{"organization": own}]}).insert()
	assert frappe.get_doc({**doc, "kind": "Other"}).insert().proposed_by is None


# ---------------------------------------------------------------- what members see


def test_members_reach_activities_by_no_door():
	(user, own), (partner_user, partner), _third = three_members()
	with builders.as_user(user):
		doc = initiatives.propose(own, **proposal(partners=[partner]))
	for who in (user, partner_user, "Guest"):
		with builders.as_user(who):
			for door in doors.LISTS:
				assert not doors.shown(door, "Network Activity"), f"{who} by {door}"
			for door in doors.OPENINGS:
				assert not doors.opens(door, "Network Activity", doc.name), f"{who} by {door}"
			for door in doors.CHANGES:
				assert not doors.changes(door, "Network Activity", doc.name), f"{who} by {door}"
			with pytest.raises(frappe.PermissionError):
				doors.call(
					"frappe.client.get_list",
					doctype="Activity Partner",
					parent="Network Activity",
					fields=["parent"],
				)
	with builders.as_user(builders.user(OFFICER)):
		assert doc.name in doors.shown("REST list", "Network Activity")


def test_pages_show_no_money_and_of_others_only_what_one_is_asked():
	(user, own), (partner_user, partner), (third_user, third) = three_members()
	with builders.as_user(user):
		doc = initiatives.propose(own, **proposal(partners=[partner], outside_partners="Town council"))
	with builders.as_user(builders.user(MANAGER)):
		stored = frappe.get_doc("Network Activity", doc.name)
		stored.append("budget_lines", {"description": "Pumps", "amount": 77777})
		stored.append("partners", {"organization": third})
		stored.save()
	for who, read in ((user, pages.own), (partner_user, pages.asked)):
		with builders.as_user(who):
			(row,) = read(current())
			assert row.name == doc.name and not set(MONEY) & set(row)
			page = web.visit("/my/initiatives")
			said = web.text(page)
			assert "Clean Water" in said and "77,777" not in said and "77777" not in said
			if who == partner_user:
				assert third.title not in said and "Town council" in said
				assert "We clean the wells." in said
	with builders.as_user(partner_user):
		initiatives.answer(doc.name, partner, True)
	with builders.as_user(third_user):
		assert partner.title in web.text(web.visit("/my/initiatives"))
	with builders.as_user(builders.user("Customer", user_type="Website User")):
		assert web.visit("/my/initiatives").status_code == 403


def test_a_partner_answers_on_its_page_and_cannot_answer_for_others():
	(user, own), (partner_user, partner), (stranger, _third) = three_members()
	with builders.as_user(user):
		doc = initiatives.propose(own, **proposal(partners=[partner]))
	for who, status in ((stranger, 404), (user, 404), (partner_user, 303)):
		with builders.as_user(who):
			answer = web.visit("/my/initiatives", "POST", initiative=doc.name, answer="Confirmed")
			assert answer.status_code == status, who
	assert [row.organization for row in initiatives.shown_partners(doc.name)] == [partner]


def test_the_form_takes_its_fields_and_no_others():
	(user, own), (_u, partner), (_v, hidden) = three_members()
	values = {
		**proposal(description="<script>alert(1)</script>\nSecond line", partners=[partner.name]),
		"outside_partners": "Town council",
		"budget": "5", "project": "x", "status": "Approved", "proposed_by": hidden.name, "kind": "Other",
	}  # fmt: skip
	with builders.as_user(user):
		page = web.visit("/my/initiative").get_data(as_text=True)
		assert (
			partner.name in page
			and hidden.name not in page
			and own.name
			not in page.split("<main")[1].split("<form")[1].replace(f'data-user="{own.name}"', "")
		)
		assert web.send("initiative-proposal", **{**values, "partners": [hidden.name]}).status_code == 417
		assert web.send("initiative-proposal", **values).status_code == 303
	doc = frappe.get_last_doc("Network Activity")
	assert (doc.kind, doc.status, doc.proposed_by, doc.project, doc.budget) == (
		"Initiative", "Proposed", own, None, 0,
	)  # fmt: skip
	assert "<script" not in doc.description and "&lt;script&gt;" in doc.description
	assert [row.organization or row.partner_name for row in doc.partners] == [partner, "Town council"]
	with builders.as_user(user):
		assert "&lt;script&gt;" not in web.text(web.visit("/my/initiatives"))
	suspended_user, _suspended = courses.member(status="Suspended")
	with builders.as_user(suspended_user):
		assert web.visit("/my/initiative").status_code == 403
		assert web.send("initiative-proposal", **values).status_code == 403
	with builders.as_user("Guest"):
		assert web.send("initiative-proposal", **values).status_code == 401
