"""A session that anybody may register for, feedback on one that has just ended, and an initiative of a member."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, today

from aso_network import feedback, initiatives, registrations
from aso_network.demo.cast import DOMAIN, MEMBER_LOGIN, Place
from aso_network.workflows import guard

PARTNER_LOGIN = "member.al-hasakah.1"
STRANGERS = ("رنا الأحمد", "دلوفان يوسف", "سارة عمر")
PARTICIPANTS = ("هيفي محمد", "خالد العلي", "نور حسن")


def tell(place: Place, trainer: str) -> None:
	"""The members of `place` have their logins, and so has the first member of Al-Hasakah; `trainer` is a Contact."""
	own, partner = _organization_of(MEMBER_LOGIN[0]), _organization_of(PARTNER_LOGIN)
	for name in (own, partner):
		# Otherwise they would not find each other: an organisation is shown to nobody until it says so.
		with _as("manager"):
			doc = frappe.get_doc("Member Organization", name)
			doc.publish_level = "Network"
			doc.save()
	_coming(place, trainer, own)
	_ended(place, trainer, own)
	_proposed(own, partner)


def _coming(place: Place, trainer: str, own: str) -> None:
	"""Five register for four places: two people of a member and three from outside."""
	session = _session(
		place,
		trainer,
		"Course on project design (demo)",
		"دورة في تصميم المشاريع (تجريبي)",
		"Course",
		21,
		capacity=4,
		publish_level="Public",
		open_to_public=1,
	)
	_move(session, "Registration Open")
	with _as(MEMBER_LOGIN[0]):
		for number, name in enumerate(PARTICIPANTS[:2]):
			registrations.register_member(
				own, session.name, person_name=name, phone=f"+96394400010{number}", data_consent=1
			)
	frappe.set_user("Guest")
	for number, name in enumerate(STRANGERS):
		registrations.register_public(
			session.name,
			person_name=name,
			phone=f"+96394400020{number}",
			email=f"guest.{number}@{DOMAIN}",
			photo_consent=number % 2,
		)
	frappe.set_user("Administrator")


def _ended(place: Place, trainer: str, own: str) -> None:
	"""Three took part yesterday; two of them have said how it was."""
	session = _session(
		place,
		trainer,
		"Session on working with volunteers (demo)",
		"جلسة حول العمل مع المتطوعين (تجريبي)",
		"Knowledge Session",
		-1,
		capacity=12,
		publish_level="Network",
	)
	people = []
	with _as("training"):
		for name in PARTICIPANTS:
			contact = frappe.new_doc("Contact", first_name=name)
			contact.append("links", {"link_doctype": "Member Organization", "link_name": own})
			people.append(contact.insert().name)
			session.append("participants", {"contact": people[-1], "organization": own, "attended": 1})
		session.save()
	_move(session, "Registration Open", "Ongoing", "Completed")
	answers = (
		{"content": 5, "trainer": 4, "usefulness": 5, "keep": "العمل في مجموعات صغيرة"},
		{"content": 4, "trainer": 5, "usefulness": 3, "improve": "وقت أطول للأسئلة"},
	)
	with _as(MEMBER_LOGIN[0]):
		for person, answer in zip(people, answers, strict=False):
			feedback.send(own, session.name, person, **answer)


def _proposed(own: str, partner: str) -> None:
	"""The partner that is a member has not answered yet: its page asks."""
	with _as(MEMBER_LOGIN[0]):
		initiatives.propose(
			own,
			title="آبار نظيفة قبل الصيف (تجريبي)",
			description="تنظيف خمس آبار عامة وتدريب لجان الأحياء على صيانتها.",
			start_date=add_days(today(), 30),
			end_date=add_days(today(), 120),
			goals=frappe.get_all("Network Goal", pluck="name", order_by="creation, name")[:1],
			partners=[partner],
			outside_partners="مجلس الحي (تجريبي)",
		)


def _session(
	place: Place, trainer: str, title_en: str, title_ar: str, kind: str, days: int, **values: object
) -> Document:
	day = add_days(today(), days)
	with _as("training"):
		return frappe.new_doc(
			"Training Session",
			title_en=title_en,
			title_ar=title_ar,
			kind=kind,
			platform=place.name_en,
			venue=f"ASO Center, {place.name_en} (demo)",
			starts_on=f"{day} 09:00:00",
			ends_on=f"{day} 13:00:00",
			trainers=[{"contact": trainer}],
			**values,
		).insert()


def _move(session: Document, *states: str) -> None:
	with _as("training"):
		for state in states:
			guard.move(session, state)


def _organization_of(login: str) -> str:
	contact = frappe.db.get_value("Contact", {"user": f"{login}@{DOMAIN}"})
	return frappe.db.get_value("Organization Representative", {"contact": contact}, "parent")


@contextmanager
def _as(login: str) -> Iterator[None]:
	before = frappe.session.user
	frappe.set_user(f"{login}@{DOMAIN}")
	try:
		yield
	finally:
		frappe.set_user(before)
