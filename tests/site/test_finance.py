"""Network activities: what they hang on, what they cost, and who may say so."""

from __future__ import annotations

import frappe
import frappe.client  # reached through frappe below
import pytest
from frappe.model.workflow import apply_workflow
from frappe.utils import today

from aso_network import finance
from aso_network.api import activities as api
from aso_network.roles import FINANCE, MANAGER, OBSERVER, OFFICER, TRAINING
from aso_network.workflows import guard
from tests.site import books, builders, races


@pytest.fixture
def platform():
	return books.platform()


def activity(platform=None, **values) -> frappe.model.document.Document:
	return frappe.get_doc(
		{
			"doctype": "Network Activity",
			"title": "Our Rights, Your Responsibility",
			"kind": "Initiative",
			"platform": platform and platform.name,
			"start_date": today(),
			"end_date": today(),
			**values,
		}
	).insert()


def refreshed(doc):
	doc = frappe.get_doc(doc.doctype, doc.name)
	doc.run_method("onload")
	return doc


# ---------------------------------------------------------------- what it hangs on


def test_an_activity_takes_over_the_books_of_its_platform(platform):
	doc = activity(platform, company=None, currency="EUR")
	assert doc.cost_center == platform.cost_center
	assert doc.territory == platform.territory
	assert doc.company == platform.company
	assert doc.currency == frappe.db.get_value("Company", platform.company, "default_currency")


def test_a_project_of_another_company_is_refused(platform):
	foreign = books.project(company=books.foreign_company())
	with pytest.raises(finance.ForeignCompanyError, match="keeps its accounts in") as refused:
		activity(platform, project=foreign)
	assert platform.title in str(refused.value)
	with pytest.raises(finance.ForeignCompanyError, match="of one company"):
		activity(cost_center=platform.cost_center, project=foreign)


def test_a_project_that_books_elsewhere_is_refused(platform):
	other = books.cost_center(platform.company)
	project = books.project(company=platform.company, cost_center=other)
	with pytest.raises(finance.CostCenterMismatchError, match=f"books on cost centre {other}"):
		activity(platform, project=project)


def test_a_project_on_a_group_of_cost_centres_serves_every_platform_below(platform):
	group = frappe.db.get_value("Cost Center", platform.cost_center, "parent_cost_center")
	project = books.project(company=platform.company, cost_center=group)
	assert activity(platform, project=project).project == project


def test_a_cost_centre_that_is_not_the_platforms_is_refused(platform):
	other = books.cost_center(platform.company)
	with pytest.raises(finance.CostCenterMismatchError, match=f"choose {platform.cost_center}"):
		activity(platform, cost_center=other)


def test_a_group_of_cost_centres_is_refused(platform):
	group = frappe.db.get_value("Cost Center", platform.cost_center, "parent_cost_center")
	with pytest.raises(finance.CostCenterMismatchError, match="is a group"):
		activity(cost_center=group)


def test_an_activity_that_ends_before_it_starts_is_refused():
	with pytest.raises(finance.ActivityDatesError, match="Our Rights, Your Responsibility ends on"):
		activity(start_date="2024-05-29", end_date="2024-05-28")


# ---------------------------------------------------------------- partners and budget


def test_a_partner_row_names_one_partner_once(platform):
	member = builders.organization(platform).name
	zamen = "Zamen Organization for Development and Peacebuilding"
	assert activity(platform, partners=[{"organization": member}, {"partner_name": zamen}]).name
	for rows, sentence in (
		([{}], "row 1: choose a member"),
		([{"organization": member, "partner_name": zamen}], "row 1: choose a member"),
		([{"organization": member}, {"organization": member}], "row 2: .* is listed already"),
		([{"partner_name": zamen}, {"partner_name": zamen.upper() + " "}], "row 2: .* is listed already"),
	):
		with pytest.raises(finance.PartnerError, match=sentence):
			activity(platform, partners=rows)


def test_a_rejected_organization_is_no_partner(platform):
	rejected = builders.organization(platform, status="Rejected")
	with pytest.raises(finance.PartnerError, match="was rejected") as refused:
		activity(platform, partners=[{"organization": rejected.name}])
	assert rejected.doc().title in str(refused.value)


def test_the_budget_is_the_sum_of_its_lines(platform):
	doc = activity(
		platform,
		budget=1_000_000,
		budget_lines=[{"description": "Hall", "amount": 150}, {"description": "Print", "amount": 50}],
	)
	assert (doc.budget, doc.variance) == (200, 200)
	doc.budget_lines = doc.budget_lines[:1]
	assert doc.save().budget == 150


def test_bad_budget_lines_are_refused(platform):
	income = books.account(platform.company, "Income")
	abroad = frappe.get_doc(
		{
			"doctype": "Account",
			"account_name": "Travel",
			"company": books.foreign_company(),
			"root_type": "Expense",
			"name": "Travel - X",
		}
	)
	abroad.db_insert()
	for line, sentence in (
		({"amount": -1}, "row 1 “Hall”: an amount cannot be less than zero"),
		({"amount": 1, "account": income}, "is not an expense account"),
		({"amount": 1, "account": abroad.name}, "belongs to company"),
	):
		with pytest.raises(finance.BudgetLineError, match=sentence):
			activity(platform, budget_lines=[{"description": "Hall", **line}])


# ---------------------------------------------------------------- what it costs


def test_spent_comes_from_the_ledger_and_goes_back_with_it(platform):
	doc = activity(platform, actual=999, budget_lines=[{"description": "Hall", "amount": 500}])
	assert doc.actual == 0
	entry = books.journal_entry(doc, 120)
	assert (refreshed(doc).actual, refreshed(doc).variance) == (120, 380)
	entry.cancel()
	assert (refreshed(doc).actual, refreshed(doc).variance) == (0, 500)


def test_spent_cannot_be_typed_later(platform):
	doc = activity(platform)
	doc.actual, doc.committed, doc.variance = 5, 6, 7
	doc.save()
	doc.reload()
	assert (doc.actual, doc.committed, doc.variance) == (0, 0, 0)


def test_the_nightly_run_brings_stored_figures_up_to_date(platform):
	doc = activity(platform)
	books.journal_entry(doc, 75)
	assert frappe.db.get_value(doc.doctype, doc.name, "actual") == 0
	assert finance.refresh_all() >= 1
	assert frappe.db.get_value(doc.doctype, doc.name, ["actual", "variance"]) == (75, -75)
	assert str(frappe.db.get_value(doc.doctype, doc.name, "modified")) == str(doc.modified)
	assert finance.refresh_all() == 0


def test_ordered_and_not_yet_billed_is_committed(platform):
	doc = activity(platform)
	order = books.purchase_order(doc, 10, 30)
	assert (refreshed(doc).committed, refreshed(doc).actual) == (300, 0)
	books.bill(order, quantity=4)
	assert (refreshed(doc).committed, refreshed(doc).actual) == (180, 120)
	order.reload()
	order.update_status("Closed")
	assert refreshed(doc).committed == 0


def test_a_draft_order_commits_nothing(platform):
	doc = activity(platform)
	books.purchase_order(doc, 10, 30, submit=False)
	assert refreshed(doc).committed == 0


# ---------------------------------------------------------------- one activity per record


def test_a_session_has_one_activity_however_often_it_is_asked_for(platform):
	goal = frappe.db.get_value("Network Goal", {})
	doc = books.session(platform=platform.name, title_ar="بناء الفريق", goal=goal)
	first = api.create_for(doc.doctype, doc.name)
	assert api.create_for(doc.doctype, doc.name) == first
	made = frappe.get_doc("Network Activity", first)
	assert (made.kind, made.title, made.title_ar) == ("Training Session", doc.title, doc.title_ar)
	assert (made.platform, made.cost_center) == (platform.name, platform.cost_center)
	assert [row.goal for row in made.goals] == [goal]
	assert frappe.db.get_value(doc.doctype, doc.name, "activity") == first
	# an open form that knows nothing of it does not wipe the link
	doc.save()
	assert doc.activity == first


def test_a_double_click_makes_one_activity():
	with races.committed("Network Activity", "Training Session"):
		name = books.session().name
		frappe.db.commit()

		def click() -> str:
			return api.create_for("Training Session", name)

		first, second = races.race(click, click)
		assert first == second == finance.activity_of("Training Session", name)


def test_a_meeting_has_its_activity(platform):
	meeting = builders.meeting(platform, [builders.organization(platform)])
	made = frappe.get_doc("Network Activity", api.create_for("General Meeting", meeting.name))
	assert (made.kind, made.platform) == ("Meeting", platform.name)
	assert str(made.start_date) == str(meeting.meeting_date)


def test_the_index_refuses_a_second_activity_behind_the_rules(platform):
	doc = books.session(platform=platform.name)
	api.create_for(doc.doctype, doc.name)
	with pytest.raises(finance.ActivityReferenceError, match="already has its activity"):
		activity(platform, reference_doctype=doc.doctype, reference_name=doc.name)
	row = frappe.get_doc(
		{
			"doctype": "Network Activity",
			"name": "NA-TWIN",
			"title": "Twin",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
		}
	)
	with pytest.raises(frappe.UniqueValidationError):
		row.db_insert()


def test_initiatives_have_no_record_and_do_not_clash():
	assert activity(reference_doctype="", reference_name="").name
	assert activity(reference_doctype="", reference_name="").name


def test_an_activity_pays_for_nothing_else(platform):
	with pytest.raises(finance.ActivityReferenceError, match="not for Network Platform"):
		api.create_for("Network Platform", platform.name)
	with pytest.raises(finance.ActivityReferenceError, match="not for User"):
		activity(reference_doctype="User", reference_name="Administrator")


def test_the_record_of_an_activity_does_not_change(platform):
	first, second = (books.session(platform=platform.name) for _ in range(2))
	made = frappe.get_doc("Network Activity", api.create_for(first.doctype, first.name))
	made.reference_name = second.name
	with pytest.raises(finance.ActivityReferenceError, match="cannot change"):
		made.save()


def test_a_proposed_activity_can_be_deleted_and_its_session_too(platform):
	doc = books.session(platform=platform.name)
	made = api.create_for(doc.doctype, doc.name)
	frappe.delete_doc("Network Activity", made)
	assert frappe.db.get_value(doc.doctype, doc.name, "activity") is None
	frappe.delete_doc(doc.doctype, doc.name)


# ---------------------------------------------------------------- who may


def test_finance_changes_project_cost_centre_and_budget_only(platform):
	doc = activity(platform)
	project = books.project(company=platform.company)
	with builders.as_user(builders.user(FINANCE)):
		mine = frappe.get_doc(doc.doctype, doc.name)
		mine.project = project
		mine.append("budget_lines", {"description": "Hall", "amount": 80})
		mine.save()
		assert (mine.project, mine.budget) == (project, 80)
		for fieldname, value, label in (
			("title", "Another", "Title"),
			("platform", None, "Platform"),
			("end_date", "2040-01-01", "Ends"),
			("partners", [{"partner_name": "Somebody"}], "Partners"),
		):
			mine.reload()
			mine.set(fieldname, value)
			with pytest.raises(finance.FinanceRoleError, match=f"Network Finance cannot change .*{label}"):
				mine.save()
		with pytest.raises(frappe.PermissionError):
			activity(platform)


def test_finance_makes_its_own_steps_by_the_desks_action(platform):
	doc = activity(platform, project=books.project(company=platform.company))
	guard.move(guard.move(doc, "Approved"), "Active")
	with builders.as_user(builders.user(FINANCE)):
		apply_workflow(frappe.get_doc(doc.doctype, doc.name).as_json(), "Complete")
	assert frappe.db.get_value(doc.doctype, doc.name, "status") == "Completed"


def test_a_typed_figure_is_overwritten_by_every_door(platform):
	doc = activity(platform)
	with builders.as_user(builders.user(FINANCE)):
		frappe.client.set_value(doc.doctype, doc.name, {"actual": 99, "budget": 1})
	assert frappe.db.get_value(doc.doctype, doc.name, ["actual", "budget"]) == (0, 0)


def test_a_budget_line_is_not_changed_behind_its_activity(platform):
	doc = activity(platform, budget_lines=[{"description": "Hall", "amount": 80}])
	with builders.as_user(builders.user(FINANCE)), pytest.raises(frappe.ValidationError):
		line = frappe.get_doc("Activity Budget Line", doc.budget_lines[0].name)
		line.amount = 8000
		line.save()


def test_only_the_manager_approves_and_not_before_the_books_are_known(platform):
	with builders.as_user(builders.user(TRAINING)):
		doc = activity(platform)
		with pytest.raises(guard.MoveNotPermittedError):
			guard.move(frappe.get_doc(doc.doctype, doc.name), "Approved")
	with builders.as_user(builders.user(MANAGER)):
		with pytest.raises(finance.NotApprovableError, match="cannot be approved yet: fill in Project"):
			guard.move(frappe.get_doc(doc.doctype, doc.name), "Approved")
		doc = frappe.get_doc(doc.doctype, doc.name)
		doc.project = books.project(company=platform.company)
		assert guard.move(doc, "Approved").status == "Approved"


def test_who_may_not_write_the_record_makes_no_activity(platform):
	meeting = builders.meeting(platform, [builders.organization(platform)])
	for role in (TRAINING, FINANCE, OBSERVER):
		with builders.as_user(builders.user(role)), pytest.raises(frappe.PermissionError):
			api.create_for("General Meeting", meeting.name)
	with builders.as_user(builders.user(OFFICER)):
		assert api.create_for("General Meeting", meeting.name)
