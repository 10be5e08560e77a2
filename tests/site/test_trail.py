"""The trail of an election: a chain of hashes that nobody changes unseen, and its export."""

import json

import frappe
import pytest

from aso_network import audit
from aso_network.api import elections as api
from aso_network.elections import trail
from aso_network.patches import chain_trails
from aso_network.polling import committee
from aso_network.roles import FINANCE, MANAGER, OBSERVER, OFFICER
from tests.site import builders, doors, hall
from tests.site.races import committed, race

MADE = (
	*("Election Result", "Ballot", "Ballot Batch Entry", "Ballot Batch", "Election Voter", "Candidacy"),
	*("Election", "General Meeting", "Member Organization", "Contact", "Network Platform", "Territory"),
	*("Network Audit Event", "Workflow Action", "Comment"),
)


def export(h, user="Administrator"):
	"""The file as `user` gets it."""
	with builders.as_user(user):
		api.trail(h.election)
	return frappe.local.response.filecontent


def report(h):
	return trail.verify(export(h))


def told(h):
	return json.loads(export(h))["trail"]["events"]


def announced():
	h = hall.build()
	h.count([h.paper(0, 1), h.paper(0, 1), h.paper(0, 2)])
	h.sign()
	h.move("Announced")
	return h


def test_every_step_of_an_election_stands_in_one_chain_that_verifies():
	h = announced()
	found = report(h)
	assert found.ok, found.lines()
	events = told(h)
	assert [event["number"] for event in events] == list(range(1, len(events) + 1))
	assert [event["action"] for event in events if event["doctype"] == "Election"] == [
		*("Adopt Rules", "Open Nominations", "Publish Candidates", "Freeze Roll", "Open Voting"),
		*("Close Voting", "Count", "Announce"),
	]
	assert [e["action"] for e in events].count("Accept") == 3, "its candidacies are on it"
	signatures = [event for event in events if event["action"] == "Sign"]
	assert [(s["doctype"], s["user"]) for s in signatures] == [("Election Result", t) for t in h.tellers]
	assert (
		json.loads(export(h))["trail"]["head"] == events[-1]["hash"] == audit.last_line(h.election).event_hash
	)


def test_each_election_has_a_chain_of_its_own_and_the_rest_has_none():
	first, second = hall.build(organizations=3, candidates=1), hall.build(organizations=3, candidates=1)
	assert report(first).ok and report(second).ok
	assert {event["name"] for event in told(first)} & {event["name"] for event in told(second)} == set()
	with builders.as_user(first.manager):
		audit.record(frappe.get_doc("Member Organization", first.organizations[0]), "Knock")
	line = frappe.get_last_doc("Network Audit Event", {"action": "Knock"})
	assert (line.chain, line.number, line.event_hash) == (None, 0, None)


@pytest.mark.parametrize(
	"field", ["action", "from_state", "to_state", "reason", "user", "happened_on", "reference_name"]
)
def test_a_line_changed_past_the_app_is_found(field):
	h = hall.build(organizations=3, candidates=1)
	line = frappe.get_all("Network Audit Event", {"chain": h.election}, ["*"], order_by="number")[1]
	other = "2001-01-01 00:00:00" if field == "happened_on" else "Another"
	frappe.db.set_value("Network Audit Event", line.name, field, other, update_modified=False)
	assert [f.code for f in report(h).differences] == ["trail_hash"]
	frappe.db.set_value("Network Audit Event", line.name, field, line[field], update_modified=False)
	assert report(h).ok


def test_a_line_taken_out_past_the_app_is_found():
	h = hall.build(organizations=3, candidates=1)
	line = frappe.get_all("Network Audit Event", {"chain": h.election, "number": 2}, pluck="name")[0]
	frappe.db.delete("Network Audit Event", {"name": line})
	assert {f.code for f in report(h).differences} == {"trail_number", "trail_link"}


def test_what_is_hashed_is_what_is_stored_whatever_was_written():
	h = hall.build(organizations=3, candidates=1)
	for reason in (
		" <script>alert(1)</script> <b>bold</b> ",
		"سطر\r\nآخر\u200c 😀",
		"0",
		"",
		"x" * 5000,
		"a & b < c",
		'"\\',
	):
		audit.record(h.doc(), "Note", reason=reason)
	assert report(h).ok, report(h).lines()


def test_the_database_refuses_a_second_line_of_the_same_number():
	h = hall.build(organizations=3, candidates=1)
	names = frappe.get_all("Network Audit Event", {"chain": h.election}, pluck="name", order_by="number")
	with pytest.raises(Exception, match="Duplicate entry"):
		frappe.db.set_value("Network Audit Event", names[1], "number", 1)


def test_two_who_act_at_once_do_not_fork_the_chain():
	with committed(*MADE):
		h = hall.build(organizations=3, candidates=1)
		before = audit.last_line(h.election).number
		frappe.db.commit()

		def act(action):
			return lambda: audit.record(h.doc(), action)

		for number in range(3):
			assert race(act(f"First {number}"), act(f"Second {number}")) == (None, None)
		events = told(h)
		assert [event["number"] for event in events][before:] == list(range(before + 1, before + 7))
		assert report(h).ok, report(h).lines()


def test_a_signature_and_an_export_at_once_do_not_fork_the_chain():
	with committed(*MADE):
		h = hall.build()
		result = h.count([h.paper(0, 1), h.paper(0, 1), h.paper(0)])
		frappe.db.commit()

		def sign(teller):
			def run():
				frappe.set_user(teller)
				return api.sign(result.name, result.result_hash)

			return run

		assert race(*map(sign, h.tellers)) == (1, 2)
		assert report(h).ok
		assert [event["user"] for event in told(h)[-2:]] == h.tellers


# --- what else could break it ----------------------------------------------------------------------------


def test_what_stands_on_a_trail_keeps_its_name():
	h = announced()
	for doctype, name in (
		("Election", h.election),
		("Candidacy", h.candidacies[0]),
		("Election Result", h.result().name),
	):
		with pytest.raises(frappe.ValidationError):
			frappe.rename_doc(doctype, name, f"{name}-new", force=True)
		assert frappe.db.exists(doctype, name)
	assert report(h).ok


def test_a_user_who_is_renamed_or_forgotten_stays_on_the_trail_as_they_were():
	h = announced()
	user = h.tellers[0]
	frappe.rename_doc("User", user, f"renamed-{user}", force=True)
	assert user in {event["user"] for event in told(h)}
	assert report(h).ok
	hooks = [row["doctype"] for row in frappe.get_hooks("user_data_fields")]
	assert "Network Audit Event" not in hooks, "a request to delete one's data does not reach the trail"


def test_a_draft_with_a_trail_is_not_deleted():
	h = hall.build(organizations=3, candidates=1, upto="draft")
	audit.record(h.doc(), "Note")
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("Election", h.election)


def test_lines_of_an_earlier_version_are_chained_in_their_order_and_that_is_told():
	h = announced()
	before = told(h)
	event = frappe.qb.DocType("Network Audit Event")
	unchained = frappe.qb.update(event).set(event.chain, None).set(event.number, 0)
	unchained.set(event.previous_hash, None).set(event.event_hash, None).where(
		event.chain == h.election
	).run()
	assert told(h) == []
	chain_trails.execute()
	after = told(h)
	assert report(h).ok
	assert after[-1]["action"] == "Chain Trail" and str(len(before)) in after[-1]["reason"]
	assert len(after) == len(before) + 1
	assert [e["happened_on"] for e in after] == sorted(e["happened_on"] for e in after)
	parts = ("action", "from", "to", "reason", "user", "doctype", "name")
	assert sorted([e[p] for p in parts] for e in after[:-1]) == sorted([e[p] for p in parts] for e in before)
	chain_trails.execute()
	assert told(h) == after, "once is enough"


# --- who gets it -----------------------------------------------------------------------------------------


def test_who_exports_the_trail():
	h = hall.build()
	stranger = hall.build().tellers[0]
	for user in (h.manager, h.tellers[0], builders.user(OBSERVER), "Administrator"):
		assert trail.verify(export(h, user)).ok, user
	for user in (builders.user(OFFICER), builders.user(FINANCE), stranger, "Guest"):
		with builders.as_user(user), pytest.raises(frappe.PermissionError):
			api.trail(h.election)
	assert issubclass(committee.NotOnCommitteeError, frappe.PermissionError)
	assert audit.last_line(h.election).event_hash == json.loads(export(h))["trail"]["head"], (
		"an export adds no line: two exports can be compared"
	)


def test_the_protocol_shows_the_head_of_the_last_signature():
	h = hall.build()
	h.count([h.paper(0, 1), h.paper(0, 1), h.paper(0, 2)])
	assert audit.signed_at(h.result()) is None
	h.sign()
	line = audit.signed_at(h.result())
	h.move("Announced")
	assert audit.signed_at(h.result()) == line
	with builders.as_user(h.manager):
		html = frappe.get_print("Election Result", h.result().name, "Election Result Protocol")
	assert line.event_hash in html
	told_by_verify = [f for f in report(h).findings if f.code == "trail_signed"][-1]
	assert told_by_verify.values == (str(line.number), h.tellers[1], line.event_hash)


def test_no_door_writes_the_chain():
	h = hall.build(organizations=3, candidates=1)
	with builders.as_user(builders.user("System Manager", MANAGER, OBSERVER)):
		for name in frappe.get_all("Network Audit Event", {"chain": h.election}, pluck="name")[:1]:
			for door in doors.CHANGES:
				assert not doors.changes(door, "Network Audit Event", name), door
	assert report(h).ok
