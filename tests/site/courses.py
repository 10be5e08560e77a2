"""Sessions to register for, and members whose representatives have an account."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime

from aso_network.roles import MEMBER
from aso_network.workflows import guard
from tests.site import books, builders


def member(platform: str | None = None, **values: object) -> tuple[str, builders.Made]:
	"""A representative's user, and the active organisation."""
	organization = builders.organization(platform or builders.platform(), **values)
	user = builders.user(MEMBER)
	frappe.db.set_value("Contact", builders.delegate(organization), "user", user)
	return user, organization


def session(status: str = "Registration Open", hours: int = 48, **values: object) -> Document:
	"""A session for the public that starts some hours from now and takes two; brought to `status`."""
	start = add_to_date(now_datetime(), hours=hours)
	doc = books.session(
		**{
			"title_en": "Project Design",
			"title_ar": "تصميم المشاريع",
			"platform": values.pop("platform", None) or builders.platform().name,
			"starts_on": start,
			"ends_on": add_to_date(start, hours=3),
			"capacity": 2,
			"publish_level": "Public",
			"open_to_public": 1,
			"trainers": [{"contact": builders.contact().name}],
			**values,
		}
	)
	walk = {
		"Planned": [],
		"Registration Open": ["Registration Open"],
		"Ongoing": ["Registration Open", "Ongoing"],
		"Completed": ["Registration Open", "Ongoing", "Completed"],
		"Closed": ["Registration Open", "Ongoing", "Completed", "Closed"],
		"Cancelled": ["Registration Open", "Cancelled"],
	}
	for step in walk[status]:
		guard.move(doc, step, "As the test needs it")
	return doc


def row(session: str, contact: str) -> frappe._dict | None:
	"""The person's line among the participants."""
	return frappe.db.get_value(
		"Session Participant",
		{"parent": session, "contact": contact},
		["registration", "organization", "participant_name", "attended"],
		as_dict=True,
	)
