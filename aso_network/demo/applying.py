"""Two organisations apply by the public form: one has not opened its mail yet, the other has the name of a member."""

from __future__ import annotations

import re
from email import message_from_string, policy

import frappe

from aso_network import applications
from aso_network.demo.cast import DOMAIN, Place


def tell(place: Place) -> None:
	"""The platform of `place` has its members."""
	before = frappe.session.user
	frappe.set_user("Guest")
	try:
		_apply(
			place,
			"Olive Branch Society",
			"جمعية غصن الزيتون",
			"ليلى حسن",
			"layla.hasan",
			"We teach reading in four villages and want to learn from the others.",
		)
		taken = place.organizations[0]
		second = _apply(
			place,
			taken.en,
			taken.ar,
			"آزاد علي",
			"azad.ali",
			"We have worked in the old town since the spring and heard of the network there.",
		)
		applications.confirm(_link(second))
	finally:
		frappe.set_user(before)


def _apply(place: Place, name_en: str, name_ar: str, person: str, mailbox: str, why: str) -> str:
	return applications.apply(
		{
			"name_en": f"{name_en} (demo)",
			"name_ar": f"{name_ar} (تجريبي)",
			"platform": place.name_en,
			"contact_name": person,
			"contact_email": f"{mailbox}@{DOMAIN}",
			"contact_language": "ar",
			"motivation": why,
			"consent": 1,
		}
	).name


def _link(application: str) -> str:
	"""What the applicant finds in the letter."""
	message = frappe.db.get_value(
		"Email Queue",
		{"reference_doctype": applications.DOCTYPE, "reference_name": application},
		"message",
		order_by="creation desc",
	)
	text = message_from_string(message, policy=policy.default).get_body(("plain",)).get_content()
	return re.search(r"token=(\w+)", text)[1]
