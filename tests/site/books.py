"""Books to test with: a platform that keeps accounts in the site's company, and vouchers on an activity."""

from __future__ import annotations

from itertools import count

import frappe
from erpnext.buying.doctype.purchase_order.purchase_order import make_purchase_invoice
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime, today

from tests.site import builders

_numbers = count(1)


def company() -> str:
	return frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]


def foreign_company() -> str:
	"""Another company, as a bare row: ERPNext would take seconds to make its chart of accounts."""
	name = f"Another Company {next(_numbers)}"
	frappe.get_doc(
		{
			"doctype": "Company",
			"name": name,
			"company_name": name,
			"abbr": name[-3:],
			"default_currency": "EUR",
			"country": "Syria",
		}
	).db_insert()
	return name


def cost_center(of: str | None = None) -> str:
	of = of or company()
	root = frappe.db.get_value("Cost Center", {"company": of, "is_group": 1})
	return (
		frappe.get_doc(
			{
				"doctype": "Cost Center",
				"cost_center_name": f"Centre {next(_numbers)}",
				"parent_cost_center": root,
				"company": of,
			}
		)
		.insert()
		.name
	)


def platform() -> Document:
	"""A platform with its own cost centre in the site's company."""
	doc = frappe.get_doc("Network Platform", builders.platform().name)
	doc.cost_center = cost_center()
	return doc.save()


def project(company: str, cost_center: str | None = None) -> str:
	doc = frappe.get_doc(
		{
			"doctype": "Project",
			"project_name": f"Youth Forum {next(_numbers)}",
			"company": company,
			"cost_center": cost_center,
		}
	)
	return doc.insert().name


def account(company: str, root_type: str, **filters) -> str:
	return frappe.db.get_value(
		"Account", {"company": company, "root_type": root_type, "is_group": 0, "disabled": 0, **filters}
	)


def session(**values) -> Document:
	start = now_datetime().replace(minute=0, second=0, microsecond=0)
	return frappe.get_doc(
		{
			"doctype": "Training Session",
			"title_en": "Team Building",
			"kind": "Knowledge Session",
			"venue": "ASO Centre, Hasakah",
			"starts_on": start,
			"ends_on": add_to_date(start, hours=2),
			**values,
		}
	).insert()


def journal_entry(activity: Document, amount: float) -> Document:
	"""Money spent on `activity`, submitted."""
	line = {"cost_center": activity.cost_center, "network_activity": activity.name}
	entry = frappe.get_doc(
		{
			"doctype": "Journal Entry",
			"company": activity.company,
			"posting_date": today(),
			"accounts": [
				{
					**line,
					"account": account(activity.company, "Expense", account_type=""),
					"debit_in_account_currency": amount,
				},
				{
					**line,
					"account": account(activity.company, "Asset", account_type="Cash"),
					"credit_in_account_currency": amount,
				},
			],
		}
	)
	return entry.insert().submit()


def purchase_order(activity: Document, quantity: float, rate: float, submit: bool = True) -> Document:
	supplier = frappe.get_doc(
		{
			"doctype": "Supplier",
			"supplier_name": f"Printer {next(_numbers)}",
			"supplier_group": frappe.db.get_value("Supplier Group", {"is_group": 0}),
		}
	).insert()
	item = frappe.get_doc(
		{
			"doctype": "Item",
			"item_code": f"Leaflets {next(_numbers)}",
			"item_group": frappe.db.get_value("Item Group", {"is_group": 0}),
			"stock_uom": "Nos",
			"is_stock_item": 0,
		}
	).insert()
	order = frappe.get_doc(
		{
			"doctype": "Purchase Order",
			"company": activity.company,
			"supplier": supplier.name,
			"transaction_date": today(),
			"schedule_date": today(),
			"items": [
				{
					"item_code": item.name,
					"qty": quantity,
					"rate": rate,
					"schedule_date": today(),
					"cost_center": activity.cost_center,
					"network_activity": activity.name,
					"expense_account": account(activity.company, "Expense", account_type=""),
				}
			],
		}
	).insert()
	return order.submit() if submit else order


def bill(order: Document, quantity: float) -> Document:
	"""A submitted invoice for part of the order."""
	invoice = make_purchase_invoice(order.name)
	invoice.bill_no = f"B-{next(_numbers)}"
	invoice.items[0].qty = quantity
	invoice.insert()
	return invoice.submit()
