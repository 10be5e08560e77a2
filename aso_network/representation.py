"""Who acts for an organisation in this request: the question behind everything that members do themselves."""

from __future__ import annotations

import frappe
from frappe import _

from aso_network import permissions


class NotYoursError(frappe.PermissionError):
	"""The user does not represent the organisation today."""


def require(organization: str) -> str:
	"""The Contact as whom the current user represents `organization` today; raises where there is none.

	Any representative will do, not the delegate only: what members do online can be taken back until its window
	closes, and an organisation whose delegate has no account must not be shut out. The delegate alone votes.
	"""
	for row in permissions.own_rows(frappe.session.user):
		if row.parent == organization:
			return row.contact
	# The organisation is not named: who does not represent it need not learn that it exists.
	frappe.throw(_("You do not represent this organization today."), NotYoursError)
