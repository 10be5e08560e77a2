"""A delegate in Raqqa names one more representative, who is invited, and her own successor, who waits for the office."""

from __future__ import annotations

import io

import frappe
from pypdf import PdfWriter

from aso_network import permissions
from aso_network import representative_changes as changes
from aso_network.demo.cast import DOMAIN, Place


def tell(place: Place) -> None:
	"""The members of `place` have their logins."""
	delegate = f"member.{place.key}.1@{DOMAIN}"
	organization = min(permissions.own_organizations(delegate))
	before = frappe.session.user
	frappe.set_user(delegate)
	try:
		changes.send(
			organization,
			{
				"what": changes.NEW,
				"person_name": "ريما خليل (تجريبي)",
				"position": "محاسبة",
				"email": f"rima.{place.key}@{DOMAIN}",
				"language": "ar",
			},
		)
		changes.send(
			organization,
			{
				"what": changes.DELEGATE,
				"person_name": "نور الحسن (تجريبي)",
				"position": "مدير",
				"email": f"nour.{place.key}@{DOMAIN}",
				"language": "ar",
				"letter": _letter(),
			},
		)
	finally:
		frappe.set_user(before)


def _letter() -> str:
	"""An empty page, as the form would have kept it."""
	page = PdfWriter()
	page.add_blank_page(width=595, height=842)
	content = io.BytesIO()
	page.write(content)
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "letter-demo.pdf",
			"content": content.getvalue(),
			"is_private": 1,
		}
	)
	# As portal.uploads does for whoever sends a form.
	return file.insert(ignore_permissions=True).file_url
