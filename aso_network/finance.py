"""The finance face of the network: what an activity may be tied to, and what it costs.

An activity hangs on an ERPNext Project and Cost Center of one company, the platform's. What was spent
comes from the ledger (GL Entry) and what is ordered from Purchase Orders, both found by the Accounting
Dimension on Network Activity; the figures kept on the activity are copies for lists and charts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce, Sum
from frappe.utils import cstr, flt, format_date, getdate
from pypika.functions import NullIf

from aso_network.changes import changed_labels
from aso_network.dimension import FIELDNAME as DIMENSION
from aso_network.roles import FINANCE, MANAGER, OFFICER, TRAINING

KINDS = {"General Meeting": "Meeting", "Election": "Election", "Training Session": "Training Session"}
"""What an activity may pay for, and the kind it then has."""

FIGURES = ("budget", "committed", "actual", "variance")

FINANCE_MAY_CHANGE = ("status", "transition_reason", "project", "cost_center", "budget_lines")


class ForeignCompanyError(frappe.ValidationError):
	"""Project, cost centre and platform do not keep their accounts in one company."""


class CostCenterMismatchError(frappe.ValidationError):
	"""The cost centre is not the platform's, or not the project's."""


class BudgetLineError(frappe.ValidationError):
	"""A budget line has a negative amount or an account that cannot carry it."""


class PartnerError(frappe.ValidationError):
	"""A partner row names nobody, two partners, one twice, or a rejected organisation."""


class ActivityDatesError(frappe.ValidationError):
	"""An activity ends before it starts."""


class ActivityReferenceError(frappe.ValidationError):
	"""An activity points at something that it cannot pay for, or that already has its activity."""


class FinanceRoleError(frappe.PermissionError):
	"""Finance changes what is not finance's to change."""


class NotApprovableError(frappe.ValidationError):
	"""An activity lacks what approval needs."""


# ---------------------------------------------------------------- who may change what


def hold_finance_to(doc: Document, free: Collection[str] = FINANCE_MAY_CHANGE) -> None:
	"""Refuse a change to any field but `free` by a user whose only right to write here is the role Network Finance."""
	if doc.is_new() or not _is_finance_only():
		return
	changed = changed_labels(doc, free)
	if changed:
		frappe.throw(
			_("{0} {1}: the role {2} cannot change {3}; ask a {4} to do it.").format(
				_(doc.doctype), doc.get_title(), _(FINANCE), ", ".join(changed), _(MANAGER)
			),
			FinanceRoleError,
		)


def _is_finance_only() -> bool:
	roles = set(frappe.get_roles())
	return FINANCE in roles and not roles & {MANAGER, OFFICER, TRAINING, "System Manager", "Administrator"}


# ---------------------------------------------------------------- what an activity hangs on


def follow_reference(doc: Document) -> None:
	"""Take kind and platform from the meeting, election or session that the activity pays for, if any."""
	# Empty must be NULL, not "": the unique index on the pair lets many initiatives have none.
	doc.reference_doctype = doc.reference_doctype or None
	doc.reference_name = doc.reference_name or None
	before = doc.get_doc_before_save()
	if before and before.reference_name and before.reference_name != doc.reference_name:
		frappe.throw(
			_("Activity {0} belongs to {1} {2}, and that cannot change: create another activity.").format(
				doc.name, _(before.reference_doctype), before.reference_name
			),
			ActivityReferenceError,
		)
	if not doc.reference_name:
		return
	check_pays_for(doc.reference_doctype)
	if doc.is_new():
		frappe.has_permission(doc.reference_doctype, "read", doc.reference_name, throw=True)
	other = activity_of(doc.reference_doctype, doc.reference_name)
	if other and other != doc.name:
		frappe.throw(
			_("{0} {1} already has its activity, {2}: open that one.").format(
				_(doc.reference_doctype), doc.reference_name, other
			),
			ActivityReferenceError,
		)
	doc.kind = KINDS[doc.reference_doctype]
	platform = frappe.db.get_value(doc.reference_doctype, doc.reference_name, "platform")
	doc.platform = platform or doc.platform


def check_pays_for(doctype: str | None) -> None:
	"""Refuse anything but a meeting, an election or a session as what an activity pays for."""
	if doctype not in KINDS:
		frappe.throw(
			_("An activity can pay for {0}, not for {1}: leave the record empty for an initiative.").format(
				", ".join(_(kind) for kind in KINDS), _(doctype)
			),
			ActivityReferenceError,
		)


def take_territory_of_platform(doc: Document) -> None:
	"""The platform's territory, unless another place is chosen. It follows when the platform changes."""
	if not doc.platform:
		return
	before = doc.get_doc_before_save()
	if before and before.platform != doc.platform and doc.territory == before.territory:
		doc.territory = None
	doc.territory = doc.territory or _platform(doc.platform).territory


def take_books_of_platform(doc: Document) -> None:
	"""Fill in the platform's cost centre where none is chosen; derive company and currency."""
	if doc.platform and not doc.cost_center:
		doc.cost_center = _platform(doc.platform).cost_center
	doc.company = (
		_company_of("Cost Center", doc.cost_center)
		or _company_of("Project", doc.project)
		or platform_company(doc.platform)
	)
	doc.currency = doc.company and frappe.db.get_value("Company", doc.company, "default_currency")


def check_project_of_platform(project: str | None, platform: str | None) -> None:
	"""Refuse a project that keeps its accounts in another company than the platform."""
	theirs, ours = _company_of("Project", project), platform_company(platform)
	if theirs and ours and theirs != ours:
		frappe.throw(
			_(
				"Project {0} belongs to company {1}, but platform {2} keeps its accounts in {3}: choose a project of {3}."
			).format(_project_title(project), theirs, _platform(platform).title or platform, ours),
			ForeignCompanyError,
		)


def check_books(doc: Document) -> None:
	"""Project, cost centre and platform must agree: one company, and the platform's cost centre."""
	check_project_of_platform(doc.project, doc.platform)
	if not doc.cost_center:
		return
	_check_cost_center_is_a_leaf(doc)
	_check_cost_center_of_platform(doc)
	_check_cost_center_of_project(doc)


def _check_cost_center_is_a_leaf(doc: Document) -> None:
	if frappe.db.get_value("Cost Center", doc.cost_center, "is_group"):
		frappe.throw(
			_("Cost centre {0} is a group and nothing can be booked on it: choose one below it.").format(
				doc.cost_center
			),
			CostCenterMismatchError,
		)


def _check_cost_center_of_platform(doc: Document) -> None:
	if not doc.platform:
		return
	platform = _platform(doc.platform)
	if platform.cost_center and doc.cost_center != platform.cost_center:
		frappe.throw(
			_("Cost centre {0} is not that of platform {1}: choose {2}, or another platform.").format(
				doc.cost_center, platform.title or doc.platform, platform.cost_center
			),
			CostCenterMismatchError,
		)


def _check_cost_center_of_project(doc: Document) -> None:
	if not doc.project:
		return
	project = frappe.db.get_value(
		"Project", doc.project, ["company", "cost_center", "project_name"], as_dict=True
	)
	company = _company_of("Cost Center", doc.cost_center)
	if project.company and project.company != company:
		frappe.throw(
			_(
				"Project {0} belongs to company {1}, but cost centre {2} to {3}: choose a project and a cost centre of one company."
			).format(project.project_name, project.company, doc.cost_center, company),
			ForeignCompanyError,
		)
	if project.cost_center and not _is_within(doc.cost_center, project.cost_center):
		frappe.throw(
			_(
				"Project {0} books on cost centre {1}, but this activity on {2}: choose a project of this platform, or change the project's cost centre."
			).format(project.project_name, project.cost_center, doc.cost_center),
			CostCenterMismatchError,
		)


def _is_within(cost_center: str, group: str) -> bool:
	if cost_center == group:
		return True
	inner, outer = (
		frappe.db.get_value("Cost Center", name, ["lft", "rgt"], as_dict=True)
		for name in (cost_center, group)
	)
	return bool(inner and outer and outer.lft < inner.lft and inner.rgt < outer.rgt)


def platform_company(platform: str | None) -> str | None:
	"""The company in which a platform keeps its accounts: that of its cost centre."""
	if not platform:
		return None
	row = _platform(platform)
	return _company_of("Cost Center", row.cost_center) or row.company


def _platform(name: str) -> frappe._dict:
	return (
		frappe.db.get_value(
			"Network Platform", name, ["title", "territory", "cost_center", "company"], as_dict=True
		)
		or frappe._dict()
	)


def _company_of(doctype: str, name: str | None) -> str | None:
	return frappe.db.get_value(doctype, name, "company") if name else None


def _project_title(name: str) -> str:
	return frappe.db.get_value("Project", name, "project_name") or name


# ---------------------------------------------------------------- dates, partners, budget


def check_dates(doc: Document) -> None:
	if doc.start_date and doc.end_date and getdate(doc.end_date) < getdate(doc.start_date):
		frappe.throw(
			_("{0} ends on {1}, before it starts on {2}: correct one of the two dates.").format(
				doc.title, format_date(doc.end_date), format_date(doc.start_date)
			),
			ActivityDatesError,
		)


def check_partners(doc: Document) -> None:
	"""Each row names one partner: a member organisation or, for others, a name; nobody twice, nobody rejected."""
	seen = set()
	for row in doc.partners:
		row.partner_name = cstr(row.partner_name).strip() or None
		if bool(row.organization) == bool(row.partner_name):
			frappe.throw(
				_(
					"Partners, row {0}: choose a member organization or write the partner's name, one of the two."
				).format(row.idx),
				PartnerError,
			)
		key = row.organization or row.partner_name.casefold()
		title = row.partner_name or frappe.db.get_value("Member Organization", row.organization, "title")
		if key in seen:
			frappe.throw(
				_("Partners, row {0}: {1} is listed already; remove one of the rows.").format(row.idx, title),
				PartnerError,
			)
		seen.add(key)
		if (
			row.organization
			and frappe.db.get_value("Member Organization", row.organization, "status") == "Rejected"
		):
			frappe.throw(
				_(
					"Partners, row {0}: the application of {1} was rejected, so it cannot be a partner; remove the row."
				).format(row.idx, title),
				PartnerError,
			)


def check_budget(doc: Document) -> None:
	"""No negative line; an account, where given, is an expense ledger of the activity's company."""
	for row in doc.budget_lines:
		if flt(row.amount) < 0:
			frappe.throw(
				_("Budget, row {0} “{1}”: an amount cannot be less than zero.").format(
					row.idx, row.description
				),
				BudgetLineError,
			)
		if not row.account:
			continue
		account = frappe.db.get_value(
			"Account", row.account, ["root_type", "is_group", "company"], as_dict=True
		)
		if account.root_type != "Expense" or account.is_group:
			frappe.throw(
				_("Budget, row {0}: {1} is not an expense account that can be booked on.").format(
					row.idx, row.account
				),
				BudgetLineError,
			)
		if doc.company and account.company != doc.company:
			frappe.throw(
				_(
					"Budget, row {0}: account {1} belongs to company {2}, but this activity to {3}: choose an account of {3}."
				).format(row.idx, row.account, account.company, doc.company),
				BudgetLineError,
			)


def require_approvable(doc: Document) -> None:
	"""Guard of Approve: whoever approves must see where it is booked and when it happens."""
	missing = [
		_(doc.meta.get_label(fieldname))
		for fieldname in ("project", "cost_center", "start_date", "end_date")
		if not doc.get(fieldname)
	]
	if missing:
		frappe.throw(
			_("{0} cannot be approved yet: fill in {1}.").format(doc.title, ", ".join(missing)),
			NotApprovableError,
		)


# ---------------------------------------------------------------- what it costs


def refresh(doc: Document) -> None:
	"""Overwrite budget, committed, spent and what is left on `doc` (unsaved) with what the books say now."""
	spent = _spent([doc.name])[doc.name]
	ordered = _ordered([doc.name])[doc.name]
	doc.update(_figures(doc.company, sum(flt(row.amount) for row in doc.budget_lines), spent, ordered))
	elsewhere = sorted(({*spent, *ordered}) - {doc.company}) if doc.company else []
	doc.set_onload("other_companies", elsewhere)


def refresh_all() -> int:
	"""Nightly: bring the stored figures of every activity up to date. Returns how many had changed."""
	activities = frappe.get_all("Network Activity", fields=["name", "company", *FIGURES])
	names = [activity.name for activity in activities]
	spent, ordered = _spent(names), _ordered(names)
	planned = defaultdict(float)
	for line in frappe.get_all(
		"Activity Budget Line", filters={"parenttype": "Network Activity"}, fields=["parent", "amount"]
	):
		planned[line.parent] += flt(line.amount)
	changed = 0
	for activity in activities:
		figures = _figures(
			activity.company, planned[activity.name], spent[activity.name], ordered[activity.name]
		)
		if any(flt(activity[field], 6) != value for field, value in figures.items()):
			# Not `modified`: nobody has changed the activity, and an open form must still be saved.
			frappe.db.set_value("Network Activity", activity.name, figures, update_modified=False)
			changed += 1
	return changed


def _figures(
	company: str | None, budget: float, spent: dict[str, float], ordered: dict[str, float]
) -> dict[str, float]:
	# One currency: what another company booked is reported apart (see `refresh`), not added.
	actual = spent.get(company, 0.0) if company else sum(spent.values())
	committed = ordered.get(company, 0.0) if company else sum(ordered.values())
	return {
		"budget": flt(budget, 6),
		"committed": flt(committed, 6),
		"actual": flt(actual, 6),
		"variance": flt(flt(budget) - flt(committed) - flt(actual), 6),
	}


def _spent(names: Collection[str | None]) -> dict[str, dict[str, float]]:
	"""activity -> company -> expense in the ledger."""
	totals: dict[str, dict[str, float]] = defaultdict(dict)
	names = [name for name in names if name]
	if not names or not frappe.get_meta("GL Entry").has_field(DIMENSION):
		return totals
	entry, account = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Account")
	rows = (
		frappe.qb.from_(entry)
		.inner_join(account)
		.on(account.name == entry.account)
		.select(entry[DIMENSION], entry.company, Sum(entry.debit - entry.credit))
		.where(entry[DIMENSION].isin(names))
		.where(entry.is_cancelled == 0)
		.where(entry.voucher_type != "Period Closing Voucher")
		.where(account.root_type == "Expense")
		.groupby(entry[DIMENSION], entry.company)
	).run()
	for activity, company, amount in rows:
		totals[activity][company] = flt(amount)
	return totals


def _ordered(names: Collection[str | None]) -> dict[str, dict[str, float]]:
	"""activity -> company -> ordered and not yet billed, without tax, in the company's currency."""
	totals: dict[str, dict[str, float]] = defaultdict(dict)
	names = [name for name in names if name]
	if not names or not frappe.get_meta("Purchase Order Item").has_field(DIMENSION):
		return totals
	order, item = frappe.qb.DocType("Purchase Order"), frappe.qb.DocType("Purchase Order Item")
	# As in the ledger: the row's dimension, else that of the order.
	activity_field = Coalesce(NullIf(item[DIMENSION], ""), order[DIMENSION])
	rows = (
		frappe.qb.from_(item)
		.inner_join(order)
		.on(order.name == item.parent)
		.select(activity_field, order.company, item.base_net_amount, item.amount, item.billed_amt)
		.where(order.docstatus == 1)
		.where(order.status != "Closed")
		.where(activity_field.isin(names))
	).run()
	for activity, company, net, amount, billed in rows:
		# `billed_amt` is in the order's currency and before its discount: take the share, not the sum.
		billed_share = min(max(flt(billed) / flt(amount), 0.0), 1.0) if flt(amount) else 0.0
		open_amount = flt(net) * (1 - billed_share)
		totals[activity][company] = totals[activity].get(company, 0.0) + open_amount
	return totals


# ---------------------------------------------------------------- one activity per meeting, election, session


def activity_of(doctype: str, name: str) -> str | None:
	"""The activity that pays for this document, if it has one."""
	return frappe.db.get_value("Network Activity", {"reference_doctype": doctype, "reference_name": name})


def create_activity_for(doctype: str, name: str) -> str:
	"""The activity that pays for this meeting, election or session, created if there is none yet.

	The caller has checked that the user may write the document. Two clicks at once get the same activity:
	the row lock lets the second wait for the first, and the unique index stands behind it.
	"""
	check_pays_for(doctype)
	frappe.db.get_value(doctype, name, "name", for_update=True)
	# A locking read sees what the other click has committed; a plain one may not.
	existing = frappe.db.get_value(
		"Network Activity",
		{"reference_doctype": doctype, "reference_name": name},
		"name",
		for_update=True,
	)
	if existing:
		return existing
	source = frappe.get_doc(doctype, name)
	activity = frappe.get_doc(
		{
			"doctype": "Network Activity",
			"title": source.get_title(),
			"reference_doctype": doctype,
			"reference_name": name,
			**_DETAILS[doctype](source),
		}
	).insert()
	return activity.name


def _meeting_details(meeting: Document) -> dict:
	return {"start_date": meeting.meeting_date, "end_date": meeting.meeting_date}


def _election_details(election: Document) -> dict:
	return {"start_date": election.voting_date, "end_date": election.voting_date}


def _session_details(session: Document) -> dict:
	return {
		"title_ar": session.title_ar,
		"start_date": getdate(session.starts_on),
		"end_date": getdate(session.ends_on),
		"project": session.programme,
		"territory": session.territory,
		"goals": [{"goal": session.goal}] if session.goal else [],
	}


_DETAILS = {
	"General Meeting": _meeting_details,
	"Election": _election_details,
	"Training Session": _session_details,
}


def link_back(doc: Document) -> None:
	"""Show the activity on the session that it pays for (a copy of the link, for lists and forms)."""
	_set_session_activity(doc, doc.name)


def release_reference(doc: Document) -> None:
	"""Before an activity is deleted: the session no longer points at it, or it could never be deleted."""
	_set_session_activity(doc, None)


def _set_session_activity(doc: Document, activity: str | None) -> None:
	if doc.reference_doctype == "Training Session" and doc.reference_name:
		# Not `modified`: a form of the session that is open elsewhere must still be saved.
		frappe.db.set_value(
			"Training Session", doc.reference_name, "activity", activity, update_modified=False
		)
