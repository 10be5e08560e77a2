"""What site tests build on: people, platforms, members, meetings, made by the doors that people use.

Each call makes something new with a name of its own. Nothing is committed: the test's rollback takes it away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, today

from aso_network.roles import ALL_ROLES, COMMITTEE, OFFICER
from aso_network.workflows import guard

_numbers = count(1)


class Made(str):
	"""The name of a document just made; any of its fields is read from the database when asked for."""

	doctype: str

	@classmethod
	def of(cls, doc: Document) -> Made:
		made = cls(doc.name)
		made.doctype = doc.doctype
		return made

	@property
	def name(self) -> str:
		return str(self)

	@property
	def title(self) -> str:
		return self.__getattr__("title")

	def doc(self) -> Document:
		return frappe.get_doc(self.doctype, str(self))

	def __getattr__(self, fieldname: str) -> object:
		if fieldname.startswith("__"):
			raise AttributeError(fieldname)
		return frappe.db.get_value(self.__dict__["doctype"], str(self), fieldname)


@contextmanager
def as_user(user: str) -> Iterator[None]:
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)


# A user is the slowest thing to make: Frappe empties every cache for it. So a few of each role stand ready,
# committed once per site; what a test does to one of them is rolled back like all else.
STOCK = {(role,): 2 for role in ALL_ROLES} | {(OFFICER,): 4, (COMMITTEE,): 5}
_taken: Counter[tuple[str, ...]] = Counter()


def stock_users() -> None:
	"""Make the users that stand ready, where they are missing; the caller commits."""
	for roles, number in STOCK.items():
		for place in range(1, number + 1):
			if not frappe.db.exists("User", _stock_name(roles, place)):
				_insert_user(_stock_name(roles, place), roles)


def give_back_users() -> None:
	"""Between two tests."""
	_taken.clear()


def user(*roles: str, **values: object) -> str:
	"""A user with these roles and no others; the name is the e-mail address. Another one at each call."""
	if not values and _taken[roles] < STOCK.get(roles, 0):
		_taken[roles] += 1
		return _stock_name(roles, _taken[roles])
	return _insert_user(f"user{next(_numbers)}@example.org", roles, **values)


def _stock_name(roles: tuple[str, ...], place: int) -> str:
	return f"{roles[0].lower().replace(' ', '.')}.{place}@example.org"


def _insert_user(email: str, roles: tuple[str, ...], **values: object) -> str:
	# Frappe lets only so many users be made in an hour; tests that commit make more.
	frappe.local.conf["throttle_user_limit"] = 10_000
	doc = frappe.new_doc("User")
	doc.update(
		{
			"email": email,
			"first_name": email.partition("@")[0].replace(".", " ").title(),
			"send_welcome_email": 0,
			"user_type": "Website User" if roles == ("Member Representative",) else "System User",
			**values,
		}
	)
	doc.extend("roles", [{"role": role} for role in roles])
	return doc.insert().name


def contact(name: str | None = None, **values: object) -> Made:
	doc = frappe.get_doc({"doctype": "Contact", "first_name": name or f"Person {next(_numbers)}", **values})
	return Made.of(doc.insert())


def territory(parent: str | None = None, level: str | None = None, **values: object) -> str:
	number = next(_numbers)
	doc = frappe.get_doc(
		{
			"doctype": "Territory",
			"territory_name": f"Place {number}",
			"parent_territory": parent
			or frappe.db.get_value("Territory", {"parent_territory": ("is", "not set")}),
			"is_group": 1,
			"aso_level": level,
			**values,
		}
	)
	return doc.insert().name


def platform(**values: object) -> Made:
	"""A platform in a governorate of its own."""
	if "territory" not in values:
		values["territory"] = territory(level="Governorate")
	values.setdefault("name_en", f"Platform {next(_numbers)}")
	return Made.of(frappe.get_doc({"doctype": "Network Platform", **values}).insert())


def organization(platform: str | Document, status: str = "Active", **values: object) -> Made:
	"""A member of `platform` with one delegate, brought to `status` step by step."""
	number = next(_numbers)
	platform = getattr(platform, "name", platform)
	doc = frappe.get_doc(
		{
			"doctype": "Member Organization",
			"name_en": f"Organization {number}",
			"name_ar": f"منظمة {number}",
			"platform": platform,
			"territory": frappe.db.get_value("Network Platform", platform, "territory"),
			"applied_on": add_days(today(), -365),
			**values,
		}
	)
	if "representatives" not in values:
		doc.append(
			"representatives",
			{"contact": contact(f"Delegate {number}"), "is_delegate": 1, "from_date": None},
		)
		# The default is today, and meetings of earlier days are built as well.
		doc.representatives[0].from_date = "2000-01-01"
	doc.insert()
	_walk(
		doc,
		{
			"Applied": [],
			"Under Review": ["Under Review"],
			"Active": ["Under Review", "Active"],
			"Suspended": ["Under Review", "Active", "Suspended"],
			"Rejected": ["Under Review", "Rejected"],
			"Withdrawn": ["Under Review", "Active", "Withdrawn"],
		}[status],
	)
	return Made.of(doc)


def meeting(
	platform: str | Document, organizations: list[str] = (), status: str = "In Session", **values: object
) -> Made:
	"""A meeting of `platform`, brought to `status`; from the session on these organisations are present,
	each through its delegate. A concluded one has minutes and no decisions."""
	doc = frappe.get_doc(
		{
			"doctype": "General Meeting",
			"platform": getattr(platform, "name", platform),
			"meeting_date": today(),
			"venue": "The hall",
			**values,
		}
	).insert()
	steps = {
		"Draft": [],
		"Convened": ["Convened"],
		"In Session": ["Convened", "In Session"],
		"Concluded": ["Convened", "In Session", "Concluded"],
		"Adjourned": ["Convened", "Adjourned"],
		"Cancelled": ["Cancelled"],
	}[status]
	for step in steps:
		if step == "In Session":
			doc.extend("attendance", [present(organization) for organization in organizations])
		if step == "Concluded":
			doc.impressions = doc.impressions or "They spoke about the platform."
		_walk(doc, [step])
	return Made.of(doc)


def present(organization: str) -> dict:
	"""A line of attendance: the organisation is there, through its delegate."""
	organization = getattr(organization, "name", organization)
	return {"organization": organization, "representative": delegate(organization), "present": 1}


def delegate(organization: str) -> str | None:
	return frappe.db.get_value(
		"Organization Representative", {"parent": organization, "is_delegate": 1}, "contact"
	)


def decision(kind: str, votes_for: int, **values: object) -> dict:
	"""A complete decision of this kind: an operational body of two, one mark per seat, organisations stand."""
	said = {
		"Governance Model": {"governance_model": "Operational Body"},
		"Electoral Form": {"form": "Block Vote", "seats": 2, "max_choices": 2, "term_months": 24},
		"Rules of Candidacy": {"candidate_kind": "Organization", "max_per_organization": 1},
	}
	return {
		"kind": kind,
		"text": f"Decided: {kind}",
		"votes_for": votes_for,
		**said.get(kind, {}),
		**values,
	}


def _walk(doc: Document, steps: list[str]) -> None:
	for step in steps:
		guard.move(doc, step, "As the test needs it")
