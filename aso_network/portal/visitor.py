"""Who looks at a page, and for which organisation."""

from __future__ import annotations

from dataclasses import dataclass, field

import frappe

from aso_network import names, permissions
from aso_network.portal import language

# Which of several organisations a person acts for is a matter of the device: the name, in a cookie.
CHOSEN = "aso_organization"
# Without a part in the network any more: they may not even look.
GONE = ("Rejected", "Withdrawn")


class NoOrganizationError(frappe.PermissionError):
	"""Somebody is signed in, but represents no organisation today."""


@dataclass
class Visitor:
	"""`organizations` are those represented today, by name: `name`, `title`, `label` (the name in the visitor's
	language), `status`, `platform`, `publish_level`, `is_delegate`. `organization` is the chosen one of them."""

	user: str
	language: str
	contact: str | None = None
	organizations: list[frappe._dict] = field(default_factory=list)
	organization: frappe._dict | None = None

	@property
	def is_guest(self) -> bool:
		return self.user == "Guest"


def current() -> Visitor:
	"""The visitor of this request."""
	visitor = Visitor(frappe.session.user, language.current())
	if visitor.is_guest:
		return visitor
	visitor.contact = frappe.db.get_value("Contact", {"user": visitor.user}, "name")
	visitor.organizations = _organizations(visitor)
	visitor.organization = _chosen(visitor.organizations)
	return visitor


def require_member(visitor: Visitor) -> frappe._dict:
	"""The organisation for which the visitor acts; others are sent to sign in, to choose, or told that there is none."""
	if visitor.is_guest:
		redirect_to(f"/sign-in?to=/{frappe.local.path}")
	if not visitor.organizations:
		raise NoOrganizationError
	if not visitor.organization:
		redirect_to("/my/choose")
	return visitor.organization


def redirect_to(route: str) -> None:
	"""End the request with an answer that leads to `route`."""
	frappe.local.flags.redirect_location = route
	raise frappe.Redirect(303)


def _organizations(visitor: Visitor) -> list[frappe._dict]:
	own = permissions.own_rows(visitor.user)
	if not own:
		return []
	name_field = names.field_for(visitor.language)
	rows = frappe.get_all(
		"Member Organization",
		filters={"name": ("in", [row.parent for row in own]), "status": ("not in", GONE)},
		fields=["name", "title", f"{name_field} as label", "status", "platform", "publish_level"],
	)
	delegates = {row.parent for row in own if row.is_delegate}
	for row in rows:
		row.label = row.label or row.title
		row.is_delegate = row.name in delegates
	return sorted(rows, key=lambda row: names.key(row.label))


def _chosen(organizations: list[frappe._dict]) -> frappe._dict | None:
	if len(organizations) == 1:
		return organizations[0]
	request = getattr(frappe.local, "request", None)
	wanted = request.cookies.get(CHOSEN) if request else None
	return next((row for row in organizations if row.name == wanted), None)
