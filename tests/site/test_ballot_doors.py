"""What online voting keeps, tried by every door of Frappe, as every role: nothing is seen, counted or changed before
voting is closed, and envelopes, receipts, keys and codes never are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import frappe
import pytest
from frappe.core.doctype.data_export.exporter import export_data
from frappe.core.doctype.data_import.data_import import download_template
from frappe.desk import reportview
from frappe.utils.safe_exec import read_sql

from aso_network.polling import codes
from aso_network.roles import ALL_ROLES
from tests.site import builders, doors, hall

UNSEEN = ("Ballot Envelope", "Ballot Receipt", "Election Key", "Voting Code")


@dataclass
class Box:
	"""An open election with votes in it, and every word that nobody is to see."""

	hall: hall.Hall
	names: dict[str, str]
	words: set[str]


@pytest.fixture
def open_box() -> Box:
	h = hall.build(organizations=6)
	h.go_online()
	h.move("Voting Open")
	with builders.as_user(h.tellers[0]):
		codes.issue(h.doc())
	for place in range(3):
		h.cast(place, place % 2)
	names, words = {}, set()
	for doctype in UNSEEN:
		table = frappe.qb.DocType(doctype)
		rows = frappe.qb.from_(table).where(table.election == h.election).select("*").run(as_dict=True)
		names[doctype] = rows[0].name
		secret = ("name", "envelope", "receipt", "secret", "code_hash")
		words |= {row[column] for row in rows for column in secret if row.get(column)}
	return Box(h, names, words)


def everybody(box: Box) -> Iterator[str]:
	"""Each role alone, all of them together, those who serve this election, and who has none."""
	yield from ("Administrator", "Guest", *box.hall.tellers, box.hall.manager, box.hall.officer)
	yield from (builders.user(role) for role in (*ALL_ROLES, "System Manager"))
	yield builders.user("System Manager", "Script Manager", "Report Manager", "Dashboard Manager", *ALL_ROLES)


# --- doors -----------------------------------------------------------------------------------------------


def _chart(doctype: str, values: dict[str, str] | None = None, **period: str) -> Any:
	by_name = {"chart_type": "Group By", "group_by_type": "Count", "group_by_based_on": "name"}
	return doors.call(
		"frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
		chart={"document_type": doctype, "filters_json": "[]", **(values or by_name)},
		no_cache=1,
		refresh=1,
		**period,
	)


def _over_time(doctype: str) -> float:
	values = {"chart_type": "Count", "based_on": "creation", "time_interval": "Yearly"}
	period = {"timespan": "Select Date Range", "from_date": "1999-01-01", "to_date": "2100-01-01"}
	return sum(_chart(doctype, values, **period)["datasets"][0]["values"])


def _card(doctype: str) -> Any:
	card = {"document_type": doctype, "function": "Count"}
	return doors.call("frappe.desk.doctype.number_card.number_card.get_result", doc=card, filters=[])


def _export(doctype: str) -> str:
	frappe.local.response = frappe._dict(docs=[])
	export_data(
		doctype=doctype, select_columns=json.dumps({doctype: ["name"]}), with_data=True, all_doctypes=False
	)
	return str(dict(frappe.local.response))


def _export_of_report(doctype: str) -> str:
	frappe.local.response = frappe._dict(docs=[])
	frappe.local.form_dict = frappe._dict(
		doctype=doctype, fields='["name"]', file_format_type="CSV", title=doctype, start=0, page_length=0
	)
	reportview.export_query()
	return str(dict(frappe.local.response))


def _template(doctype: str) -> str:
	frappe.local.response = frappe._dict(docs=[])
	download_template(doctype, json.dumps({doctype: ["name"]}), "all")
	return str(dict(frappe.local.response))


def _report_builder(doctype: str) -> Any:
	name = f"All of {doctype}"
	settings = {"fields": [["name", doctype]], "filters": [], "columns": []}
	doors.call(
		"frappe.desk.reportview.save_report", name=name, doctype=doctype, report_settings=json.dumps(settings)
	)
	# As an automatic e-mail of the report would read it.
	return frappe.get_doc("Report", name).get_data(user=frappe.session.user, as_dict=True)


# Each takes a DocType and gives whatever it shows of its documents.
SHOWING: dict[str, Callable[[str], Any]] = {
	**{
		door: (lambda doctype, list_of=list_of: sorted(list_of(doctype)))
		for door, list_of in doors.LISTS.items()
	},
	"client.get_list": lambda dt: doors.call(
		"frappe.client.get_list", doctype=dt, fields=["*"], limit_page_length=0
	),
	"client.get": lambda dt: doors.call("frappe.client.get", doctype=dt, filters={"name": ("like", "%")}),
	"client.get_value": lambda dt: doors.call(
		"frappe.client.get_value", doctype=dt, filters={"name": ("like", "%")}, fieldname="name"
	),
	"list view": lambda dt: doors.call(
		"frappe.desk.reportview.get_list", doctype=dt, fields=["*"], page_length=0
	),
	"report builder": _report_builder,
	"chart by name": _chart,
	"data export": _export,
	"report export": _export_of_report,
	"import template": _template,
	"calendar": lambda dt: doors.call(
		"frappe.desk.calendar.get_events",
		doctype=dt,
		start="1999-01-01",
		end="2100-01-01",
		field_map={"start": "creation", "end": "modified", "id": "name", "title": "name"},
	),
	"group by": lambda dt: doors.call(
		"frappe.desk.listview.get_group_by_count", doctype=dt, current_filters="[]", field="name"
	),
	"next document": lambda dt: doors.call(
		"frappe.desk.form.utils.get_next", doctype=dt, value="0", prev=0, sort_field="name", sort_order="asc"
	),
}

# Each takes a DocType and an election and gives a number, of documents that nobody is to count.
COUNTING: dict[str, Callable[[str, str], Any]] = {
	"client.get_count": lambda dt, election: doors.call(
		"frappe.client.get_count", doctype=dt, filters={"election": election}
	),
	"list count": lambda dt, election: doors.call(
		"frappe.desk.reportview.get_count", doctype=dt, filters=[[dt, "election", "=", election]]
	),
	"number card": lambda dt, _election: _card(dt),
	"chart over time": lambda dt, _election: _over_time(dt),
	"sidebar": lambda dt, _election: sum(
		number
		for rows in doors.call("frappe.desk.reportview.get_sidebar_stats", stats=["_user_tags"], doctype=dt)[
			"stats"
		].values()
		for _tag, number in rows
	),
	"group by election": lambda dt, _election: len(
		doors.call(
			"frappe.desk.listview.get_group_by_count", doctype=dt, current_filters="[]", field="election"
		)
	),
	"links of the election": lambda dt, election: sum(
		row["count"]
		for row in doors.call(
			"frappe.desk.notifications.get_open_count", doctype="Election", name=election, items=[dt]
		)["count"]["external_links_found"]
	),
}


def tried(door: Callable[..., Any], *values: str) -> Any:
	"""What the door gives; None where it is closed. Whatever it did is undone."""
	frappe.db.savepoint("door")
	try:
		return door(*values)
	except Exception:  # each door refuses in a way of its own; that it opens at all is tested below
		return None
	finally:
		frappe.db.rollback(save_point="door")
		frappe.clear_messages()


# Each takes a DocType and a name and may do or say something about that document.
BESIDE: dict[str, Callable[[str, str], Any]] = {
	"password": lambda dt, name: doors.call(
		"frappe.client.get_password", doctype=dt, name=name, fieldname="election"
	),
	"link": lambda dt, name: doors.call(
		"frappe.client.validate_link", doctype=dt, docname=name, fields=["election", "owner"]
	).get("election"),
	"share": lambda dt, name: doors.call("frappe.share.add", doctype=dt, name=name, user="Guest", read=1),
	"assign": lambda dt, name: doors.call(
		"frappe.desk.form.assign_to.add", doctype=dt, name=name, assign_to=["Administrator"], description="x"
	),
	"tag": lambda dt, name: doors.call("frappe.desk.doctype.tag.tag.add_tag", dt=dt, dn=name, tag="seen"),
	"like": lambda dt, name: (
		doors.call("frappe.desk.like.toggle_like", doctype=dt, name=name, add="Yes") or True
	),
	"comment": lambda dt, name: doors.call(
		"frappe.desk.form.utils.add_comment",
		reference_doctype=dt,
		reference_name=name,
		content="x",
		comment_email="x@example.org",
		comment_by="x",
	),
	"letter": lambda dt, name: doors.call(
		"frappe.core.doctype.communication.email.make",
		doctype=dt,
		name=name,
		recipients="x@example.org",
		content="x",
		send_email=1,
		attach_document_print=1,
	),
	"file": lambda dt, name: doors.call(
		"frappe.client.attach_file",
		filename="x.txt",
		filedata="eA==",
		doctype=dt,
		docname=name,
		decode_base64=1,
	),
	"notification": lambda dt, _name: frappe.get_doc(
		{
			"doctype": "Notification",
			"name": "Ballots",
			"subject": "{{ doc.name }}",
			"message": "{{ doc.as_json() }}",
			"document_type": dt,
			"event": "Days After",
			"date_changed": "creation",
			"days_in_advance": 1,
			"recipients": [{"receiver_by_document_field": "owner"}],
		}
	).insert(),
}


# --- the tests -------------------------------------------------------------------------------------------


def test_no_list_shows_anything_and_no_number_is_told(open_box):
	seen = []
	for user in everybody(open_box):
		with builders.as_user(user):
			for doctype in (*UNSEEN, "Ballot"):
				for name, door in SHOWING.items():
					shown = frappe.as_json(tried(door, doctype))
					if any(word in shown for word in open_box.words):
						seen.append((user, doctype, name))
				for name, door in COUNTING.items():
					if tried(door, doctype, open_box.hall.election):
						seen.append((user, doctype, name))
	assert not seen


def test_each_door_shows_what_may_be_seen(open_box):
	"""Else the test above would find nothing for the wrong reason."""
	standing = frappe.get_all("Candidacy", pluck="name")
	silent = [
		name
		for name, door in SHOWING.items()
		if not any(candidacy in frappe.as_json(tried(door, "Candidacy")) for candidacy in standing)
	]
	silent += [
		name for name, door in COUNTING.items() if not tried(door, "Candidacy", open_box.hall.election)
	]
	silent += [
		name for name, door in BESIDE.items() if not tried(door, "Candidacy", open_box.hall.candidacies[0])
	]
	assert not silent


def test_nobody_opens_or_changes_anything_whatever_its_name(open_box):
	opened = []
	for user in everybody(open_box):
		with builders.as_user(user):
			for doctype, name in open_box.names.items():
				for door in doors.OPENINGS:
					if tried(doors.opens, door, doctype, name):
						opened.append((user, doctype, door))
				for door in doors.CHANGES:
					if tried(doors.changes, door, doctype, name):
						opened.append((user, doctype, door))
	assert not opened


def test_nobody_says_or_learns_anything_beside_it(open_box):
	done = []
	for user in everybody(open_box):
		with builders.as_user(user):
			for doctype, name in open_box.names.items():
				for what, door in BESIDE.items():
					if tried(door, doctype, name):
						done.append((user, doctype, what))
	assert not done


@pytest.mark.parametrize("doctype", ["Ballot", "Election Voter"])
def test_no_note_is_tied_to_a_ballot_or_a_voter(open_box, doctype):
	if doctype == "Ballot":
		open_box.hall.move("Voting Closed", open_box.hall.tellers[0])
	name = frappe.db.get_value(doctype, {"election": open_box.hall.election})
	for user in ("Administrator", *open_box.hall.tellers, open_box.hall.manager):
		with builders.as_user(user):
			for what in ("tag", "like", "comment", "letter", "assign", "share"):
				assert not tried(BESIDE[what], doctype, name), f"{user}: {what}"
			if doctype == "Ballot":
				assert not tried(BESIDE["password"], doctype, name)
				assert not tried(BESIDE["notification"], doctype, name)


@pytest.mark.parametrize("user", ["Administrator", "System Manager"])
def test_whoever_reads_the_tables_by_sql_finds_no_choice(open_box, user):
	"""A System Manager may write reports in SQL, which is past every rule of the app: they see who has voted and the
	envelopes, and nothing of what is inside."""
	if user != "Administrator":
		user = builders.user(user)
	with builders.as_user(user):
		for number, doctype in enumerate((*UNSEEN, "Ballot", "Election Voter")):
			query = f"select * from `tab{doctype}`"  # a report of theirs, not of ours
			report = {
				"doctype": "Report",
				"report_name": f"SQL {number}",
				"ref_doctype": "User",
				"report_type": "Query Report",
				"is_standard": "No",
				"query": query,
				"roles": [{"role": "System Manager"}],
			}
			frappe.get_doc(report).insert()
			shown = frappe.as_json(doors.call("frappe.desk.query_report.run", report_name=f"SQL {number}"))
			console = frappe.get_doc({"doctype": "System Console", "type": "SQL", "console": query})
			shown += frappe.as_json(read_sql(console.console, as_dict=1))
			if doctype == "Ballot Envelope":
				assert any(word in shown for word in open_box.words), "the report shows nothing at all"
			assert not [candidacy for candidacy in open_box.hall.candidacies if candidacy in shown]
