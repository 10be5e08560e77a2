"""Who looks at a page, and for which organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import frappe

from aso_network import names, permissions
from aso_network.portal import language

# Which of several organisations a person acts for is a matter of the device: the name, in a cookie.
CHOSEN = "aso_organization"


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
	_known: dict[Any, Any] = field(default_factory=dict, repr=False)

	def once(self, what: Any, read: Callable[[], Any]) -> Any:
		"""What `read` finds, read once in this request: a form asks the same when it opens, chooses and prefills."""
		if what not in self._known:
			self._known[what] = read()
		return self._known[what]

	@property
	def is_guest(self) -> bool:
		return self.user == "Guest"


def current() -> Visitor:
	"""The visitor of this request."""
	visitor = Visitor(frappe.session.user, language.current())
	if visitor.is_guest:
		return visitor
	own = permissions.own_rows(visitor.user)
	visitor.organizations = _organizations(own, names.field_for(visitor.language))
	visitor.organization = _chosen(visitor.organizations)
	acting = visitor.organization and visitor.organization.name
	visitor.contact = next((row.contact for row in own if acting in (None, row.parent)), None)
	return visitor


def require_member(visitor: Visitor) -> frappe._dict:
	"""The organisation for which the visitor acts; others are sent to sign in, to choose, or told that there is none."""
	if visitor.is_guest:
		redirect_to(f"/sign-in?to=/{quote(frappe.local.path)}")
	if not visitor.organizations:
		raise NoOrganizationError
	if not visitor.organization:
		redirect_to("/my/choose")
	return visitor.organization


def redirect_to(route: str) -> None:
	"""End the request with an answer that leads to `route`."""
	frappe.local.flags.redirect_location = route
	raise frappe.Redirect(303)


def _organizations(own: list[frappe._dict], name_field: str) -> list[frappe._dict]:
	"""One row for each organisation of these representative rows."""
	rows: dict[str, frappe._dict] = {}
	for row in own:
		known = rows.setdefault(
			row.parent,
			frappe._dict(
				name=row.parent,
				title=row.title,
				label=row[name_field] or row.title,
				status=row.status,
				platform=row.platform,
				publish_level=row.publish_level,
				is_delegate=False,
			),
		)
		known.is_delegate = known.is_delegate or bool(row.is_delegate)
	return sorted(rows.values(), key=lambda row: names.key(row.label))


def _chosen(organizations: list[frappe._dict]) -> frappe._dict | None:
	if len(organizations) == 1:
		return organizations[0]
	request = getattr(frappe.local, "request", None)
	wanted = request.cookies.get(CHOSEN) if request else None
	return next((row for row in organizations if row.name == wanted), None)
