"""The audit trail: a line of every step, written by the app alone."""

import frappe
import pytest

from aso_network import audit
from aso_network.roles import FINANCE, MANAGER, OBSERVER, OFFICER
from aso_network.workflows import guard
from tests.site import builders, doors


@pytest.fixture
def reviewed():
	"""An organisation and the officer who began to review it."""
	name = builders.organization(builders.platform(), status="Applied")
	officer = builders.user(OFFICER)
	with builders.as_user(officer):
		guard.move(frappe.get_doc("Member Organization", name), "Under Review")
	return name, officer


def lines(name):
	return frappe.get_all(
		"Network Audit Event", filters={"reference_name": name}, fields=["*"], order_by="creation"
	)


def test_a_step_leaves_who_when_from_to_and_where(reviewed):
	name, officer = reviewed
	(line,) = lines(name)
	assert (line.reference_doctype, line.action, line.from_state, line.to_state, line.user) == (
		"Member Organization", "Start Review", "Applied", "Under Review", officer,
	)  # fmt: skip
	assert line.territory == frappe.db.get_value("Member Organization", name, "territory")
	assert frappe.utils.time_diff_in_seconds(frappe.utils.now(), line.happened_on) < 60


def test_a_refused_step_leaves_no_line(reviewed):
	name, _officer = reviewed
	with pytest.raises(guard.MoveNotAllowedError):
		guard.move(frappe.get_doc("Member Organization", name), "Applied")
	assert len(lines(name)) == 1


def test_a_line_is_invented_by_nobody(reviewed):
	name, _officer = reviewed
	values = {
		"reference_doctype": "Member Organization",
		"reference_name": name,
		"action": "Admit",
		"user": "x@example.org",
	}
	for user in ("Administrator", builders.user("System Manager", MANAGER, OBSERVER)):
		with builders.as_user(user):
			for forged in ({}, {"flags": {"recorded": True, "ignore_permissions": True}}):
				with pytest.raises((audit.AuditTrailError, frappe.PermissionError)):
					doors.request("POST", "/resource/Network Audit Event", **values, **forged)
				with pytest.raises((audit.AuditTrailError, frappe.PermissionError)):
					doors.call(
						"frappe.client.insert", doc={"doctype": "Network Audit Event", **values, **forged}
					)
	assert len(lines(name)) == 1


def test_a_line_is_not_touched_afterwards(reviewed):
	name, _officer = reviewed
	event = frappe.get_doc("Network Audit Event", lines(name)[0].name)
	event.reason = "Rewritten"
	event.flags.recorded = True
	for act in (event.save, event.delete, lambda: event.rename("other")):
		with pytest.raises(frappe.ValidationError):
			act()
	for door in doors.CHANGES:
		assert not doors.changes(door, "Network Audit Event", event.name), door


def test_a_line_says_who_it_was_also_when_the_user_is_renamed_or_merged():
	# Frappe rewrites every Link when a document is renamed, and this is not one.
	assert frappe.get_meta("Network Audit Event").get_field("user").fieldtype == "Data"


def test_who_may_read_the_trail(reviewed):
	name, _officer = reviewed
	line = lines(name)[0].name
	for role, reads in ((MANAGER, True), (OBSERVER, True), (FINANCE, True), (OFFICER, False)):
		with builders.as_user(builders.user(role)):
			assert (line in doors.shown("list", "Network Audit Event")) is reads, role
			assert doors.opens("REST", "Network Audit Event", line) is reads, role
