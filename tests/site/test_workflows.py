"""Lifecycles as Frappe Workflows: shipped as declared, guarded behind every door, and the site's own to narrow."""

import frappe
import pytest
from frappe.model.workflow import apply_workflow, get_transitions

from aso_network import boot
from aso_network.api import lifecycle as api
from aso_network.roles import MANAGER, MEMBER, OFFICER
from aso_network.workflows import DOCTYPES, guard, lifecycle_of, ship
from tests.site import builders, doors


@pytest.fixture
def applied():
	"""An organisation that an officer entered: (that officer, its name)."""
	officer = builders.user(OFFICER)
	platform = builders.platform()
	with builders.as_user(officer):
		return officer, builders.organization(platform, status="Applied")


def status(name):
	return frappe.db.get_value("Member Organization", name, "status")


def under_review(name):
	guard.move(frappe.get_doc("Member Organization", name), "Under Review")


# --- as shipped ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_the_workflow_has_the_declared_moves_and_no_others(doctype):
	lifecycle = lifecycle_of(doctype)
	workflow = frappe.get_doc("Workflow", {"document_type": doctype})
	assert workflow.is_active and workflow.workflow_state_field == "status"
	assert [row.state for row in workflow.states] == [state.name for state in lifecycle.states]
	assert {
		(row.state, row.action, row.next_state, row.allowed, bool(row.allow_self_approval))
		for row in workflow.transitions
	} == {
		(move.source, move.action, move.target, role, role not in move.not_own)
		for move in lifecycle.moves
		for role in move.roles
	}
	options = frappe.get_meta(doctype).get_field("status").options.split("\n")
	assert set(options) >= {state.name for state in lifecycle.states}


def test_who_is_officer_and_manager_may_admit_what_they_entered():
	both = builders.user(OFFICER, MANAGER)
	platform = builders.platform()
	with builders.as_user(both):
		name = builders.organization(platform, status="Under Review")
		apply_workflow(frappe.get_doc("Member Organization", name), "Admit")
	assert status(name) == "Active"


def test_of_two_targets_the_action_takes_the_first_declared():
	rows = [
		row.next_state
		for row in frappe.get_doc("Workflow", {"document_type": "Election"}).transitions
		if row.action == "Count"
	]
	# apply_workflow takes the last that fits; a tie is found by the count, not asked for.
	assert rows == ["Tie", "Counted"]


def test_states_of_the_site_keep_their_looks():
	assert frappe.db.get_value("Workflow State", "Rejected", "style") == "Danger"
	assert "Rejected" not in ship.created("Workflow State")


# --- behind every door -----------------------------------------------------------------------------------

DOORS = {
	"REST PUT": lambda name, **values: doors.request(
		"PUT", f"/resource/Member Organization/{name}", **values
	),
	"client.set_value": lambda name, **values: doors.call(
		"frappe.client.set_value", doctype="Member Organization", name=name, fieldname=values
	),
	"client.save": lambda name, **values: doors.call(
		"frappe.client.save",
		doc={**frappe.get_doc("Member Organization", name).as_dict(convert_dates_to_str=True), **values},
	),
	"client.bulk_update": lambda name, **values: _bulk(name, values),
	"form": lambda name, **values: doors.call(
		"frappe.desk.form.save.savedocs",
		doc=frappe.as_json({**frappe.get_doc("Member Organization", name).as_dict(), **values}),
		action="Save",
	),
	"document": lambda name, **values: frappe.get_doc("Member Organization", name).update(values).save(),
}


def _bulk(name, values):
	answer = doors.call(
		"frappe.client.bulk_update",
		docs=frappe.as_json([{"doctype": "Member Organization", "docname": name, **values}]),
	)
	if answer["failed_docs"]:
		raise frappe.ValidationError(answer["failed_docs"][0]["exc"])


REFUSALS = (frappe.ValidationError, frappe.PermissionError)


@pytest.mark.parametrize("door", DOORS)
def test_a_state_is_not_jumped_to(applied, door):
	_officer, name = applied
	for user in ("Administrator", builders.user(MANAGER)):
		with builders.as_user(user), pytest.raises(REFUSALS):
			DOORS[door](name, status="Active")
		assert status(name) == "Applied"


@pytest.mark.parametrize("door", DOORS)
def test_an_officer_does_not_admit_what_they_entered(applied, door):
	officer, name = applied
	under_review(name)
	with builders.as_user(officer):
		with pytest.raises(REFUSALS):
			DOORS[door](name, status="Active")
		with pytest.raises(frappe.ValidationError, match="Self approval"):
			apply_workflow(frappe.get_doc("Member Organization", name), "Admit")
	assert status(name) == "Under Review"
	with builders.as_user(builders.user(OFFICER)):
		DOORS[door](name, status="Active")
	assert status(name) == "Active"


@pytest.mark.parametrize("door", DOORS)
def test_a_step_that_needs_a_reason_is_not_made_without(applied, door):
	_officer, name = applied
	under_review(name)
	with builders.as_user(builders.user(MANAGER)):
		with pytest.raises(REFUSALS, match="reason"):
			DOORS[door](name, status="Rejected")
		assert status(name) == "Under Review"
		DOORS[door](name, status="Rejected", transition_reason="Not an organisation of civil society")
	assert status(name) == "Rejected"


@pytest.mark.parametrize("door", ["client.insert", "REST POST"])
def test_nothing_is_born_in_a_later_state(door):
	values = {"name_en": "Born active", "platform": builders.platform(), "status": "Active"}
	values["territory"] = frappe.db.get_value("Network Platform", values["platform"], "territory")
	with builders.as_user(builders.user(MANAGER)), pytest.raises(REFUSALS, match="Applied"):
		if door == "REST POST":
			doors.request("POST", "/resource/Member Organization", **values)
		else:
			doors.call("frappe.client.insert", doc={"doctype": "Member Organization", **values})
	assert not frappe.db.exists("Member Organization", {"name_en": "Born active"})


def test_other_roles_make_no_step(applied):
	_officer, name = applied
	for role in (MEMBER, "Training Coordinator", "System Manager"):
		with builders.as_user(builders.user(role)), pytest.raises(REFUSALS):
			guard.move(frappe.get_doc("Member Organization", name), "Under Review")
	assert status(name) == "Applied"


def test_what_has_begun_is_not_deleted(applied):
	_officer, name = applied
	under_review(name)
	for user in ("Administrator", builders.user(MANAGER)):
		with builders.as_user(user), pytest.raises(guard.NotDeletableError, match=name.title):
			doors.call("frappe.client.delete", doctype="Member Organization", name=name)


# --- with a reason ---------------------------------------------------------------------------------------


def test_a_step_and_its_reason_are_made_together(applied):
	_officer, name = applied
	under_review(name)
	manager = builders.user(MANAGER)
	with builders.as_user(manager):
		doors.call(
			"aso_network.api.lifecycle.apply_with_reason",
			doctype="Member Organization",
			name=name,
			action="Reject",
			reason="It is a company",
		)
	line = frappe.get_last_doc("Network Audit Event", {"reference_name": name})
	assert (line.from_state, line.to_state, line.reason, line.user) == (
		"Under Review", "Rejected", "It is a company", manager,
	)  # fmt: skip
	assert not frappe.db.get_value("Member Organization", name, "transition_reason")


def test_a_refused_step_is_refused_with_its_reason(applied):
	_officer, name = applied
	for user, action in (
		(builders.user(OFFICER), "Suspend"),
		(builders.user("Network Finance"), "Start Review"),
	):
		with builders.as_user(user), pytest.raises(REFUSALS):
			api.apply_with_reason("Member Organization", name, action, "Because")
	with pytest.raises(frappe.PermissionError):
		api.apply_with_reason("User", "Administrator", "Suspend", "Because")
	with pytest.raises(frappe.PermissionError):
		doors.request(
			"GET", "/method/aso_network.api.lifecycle.apply_with_reason",
			doctype="Member Organization", name=name, action="Start Review", reason="x",
		)  # fmt: skip


def test_the_desk_is_told_which_steps_need_a_reason():
	told = {}
	boot.extend_bootinfo(told)
	needs = told["aso_network"]["needs_reason"]
	assert ["Under Review", "Rejected"] in needs["Member Organization"]
	assert ["Under Review", "Active"] not in needs["Member Organization"]
	assert set(needs) == set(DOCTYPES)


# --- the site's own --------------------------------------------------------------------------------------


@pytest.fixture
def workflow():
	return frappe.get_doc("Workflow", {"document_type": "Member Organization"})


def test_a_site_may_narrow_roles_rename_actions_and_drop_moves(applied, workflow):
	_officer, name = applied
	frappe.get_doc({"doctype": "Workflow Action Master", "workflow_action_name": "Look into it"}).insert()
	rows = []
	for row in workflow.transitions:
		if row.state == "Applied":
			row.action = "Look into it"
			if row.allowed == OFFICER:
				continue
		if row.action != "Withdraw":
			rows.append(row)
	workflow.transitions = rows
	workflow.save()
	ship.ensure_workflows()
	with builders.as_user(builders.user(OFFICER)), pytest.raises(REFUSALS):
		guard.move(frappe.get_doc("Member Organization", name), "Under Review")
	with builders.as_user(builders.user(MANAGER)):
		doc = frappe.get_doc("Member Organization", name)
		assert [row["action"] for row in get_transitions(doc)] == ["Look into it"]
		apply_workflow(doc, "Look into it")
		guard.move(doc.reload(), "Active")
		with pytest.raises(REFUSALS):
			guard.move(frappe.get_doc("Member Organization", name), "Withdrawn", "Left")


def test_a_move_that_a_site_adds_is_refused(applied, workflow):
	_officer, name = applied
	workflow.append(
		"transitions",
		{"state": "Applied", "action": "Admit", "next_state": "Active", "allowed": MANAGER},
	)
	workflow.save()
	with (
		builders.as_user(builders.user(MANAGER)),
		pytest.raises(guard.MoveNotAllowedError, match="Under Review"),
	):
		apply_workflow(frappe.get_doc("Member Organization", name), "Admit")


def test_with_the_workflow_off_the_declared_moves_hold(applied, workflow):
	officer, name = applied
	workflow.is_active = 0
	workflow.save()
	ship.ensure_workflows()
	assert not frappe.db.exists("Workflow", {"document_type": "Member Organization", "is_active": 1})
	with builders.as_user(officer):
		under_review(name)
		with pytest.raises(guard.MoveNotPermittedError, match="somebody else"):
			guard.move(frappe.get_doc("Member Organization", name), "Active")


def test_a_site_with_a_workflow_of_its_own_keeps_it(workflow):
	own = frappe.copy_doc(workflow)
	own.workflow_name = "Our own way"
	own.insert()
	workflow.delete()
	ship.ensure_workflows()
	assert frappe.get_all(
		"Workflow", filters={"document_type": "Member Organization"}, fields=["name", "is_active"]
	) == [{"name": "Our own way", "is_active": 1}]
