"""Objections: in their window, by active members, once at a time; decided with a reason; read by few."""

import frappe
import pytest
from frappe.model.workflow import apply_workflow
from frappe.utils import add_days, today

from aso_network import audit
from aso_network.polling import announcement, objections
from aso_network.roles import COMMITTEE, FINANCE, OBSERVER, OFFICER, TRAINING
from aso_network.workflows import guard
from tests.site import builders, doors, hall
from tests.site.races import committed, race
from tests.site.test_member_candidacy import former, member

MADE = (
	*("Objection", "Candidacy", "Election", "General Meeting", "Member Organization", "Contact"),
	*("Network Platform", "Territory", "Network Audit Event", "Workflow Action", "Comment", "Email Queue"),
)


@pytest.fixture
def published():
	"""The candidates are published: the roll and the candidacies are open to objections."""
	return hall.build(organizations=5, upto="published")


def object_to(h, about, place=0, user=None, **values):
	organization = h.organizations[place]
	with builders.as_user(user or member(organization)):
		return objections.submit(
			organization, h.election, {"about": about, "reason": "What happened in the hall", **values}
		)


def counted(h):
	h.count([h.paper(0), h.paper(0, 1), h.paper(1)])
	return h


def announced(h, days_ago=0):
	counted(h)
	h.sign()
	h.move("Announced", h.tellers[0])
	if days_ago:
		frappe.db.set_value("Election", h.election, "announced_on", add_days(today(), -days_ago))
	return h


# --- windows ---------------------------------------------------------------------------------------------

ROLL, CANDIDACY, RESULT = objections.ROLL, objections.CANDIDACY, objections.RESULT


def test_each_matter_has_its_window():
	h = hall.build(candidates=2, upto="nominations")
	own = h.candidacies[0]
	taken = {}

	def knock():
		for about in (ROLL, CANDIDACY, RESULT):
			frappe.db.savepoint("knock")
			try:
				object_to(h, about, candidacy=own if about == CANDIDACY else None)
				taken.setdefault(h.doc().status, set()).add(about)
			except objections.ObjectionClosedError:
				pass
			finally:
				frappe.db.rollback(save_point="knock")

	knock()
	with builders.as_user(h.manager):
		for name in h.candidacies:
			guard.move(frappe.get_doc("Candidacy", name), "Accepted")
	h.move("Candidates Published", h.officer)
	knock()
	with builders.as_user(h.officer):
		hall.api.freeze_roll(h.election)
	h.move("Voting Open")
	knock()
	h.mark(2)
	h.move("Voting Closed", h.tellers[0])
	knock()
	h.figures(papers_issued=2, papers_in_box=2)
	h.enter([h.paper(0), h.paper(0, 1)])
	h.move("Counted", h.tellers[0])
	knock()
	assert taken == {"Candidates Published": {ROLL, CANDIDACY}, "Voting Open": {ROLL}, "Counted": {RESULT}}


@pytest.mark.parametrize("days, late", [(3, False), (4, True)])
def test_the_result_is_open_for_the_days_of_the_settings(days, late):
	h = announced(hall.build(), days_ago=days)
	frappe.db.set_single_value("ASO Network Settings", "objection_days", 3)
	if late:
		with pytest.raises(objections.ObjectionClosedError, match="until"):
			object_to(h, RESULT)
	else:
		assert object_to(h, RESULT).status == "Submitted"


def test_the_office_keeps_the_windows_too(published):
	h = published
	with builders.as_user(h.officer), pytest.raises(objections.ObjectionClosedError):
		frappe.get_doc(
			{
				"doctype": "Objection",
				"election": h.election,
				"about": RESULT,
				"organization": h.organizations[0],
				"person": builders.delegate(h.organizations[0]),
				"reason": "On paper, in the hall",
			}
		).insert()


# --- who and about what ----------------------------------------------------------------------------------


def test_only_a_representative_of_an_active_member_objects(published):
	h = published
	organization = h.organizations[0]
	for user in ("Guest", member(h.organizations[1]), former(organization)):
		with pytest.raises(frappe.PermissionError):
			object_to(h, ROLL, user=user)
	with builders.as_user(h.manager):
		guard.move(frappe.get_doc("Member Organization", h.organizations[2]), "Suspended", "Accounts")
	with pytest.raises(objections.NotAMemberError, match="Suspended"):
		object_to(h, ROLL, 2)


def test_an_election_elsewhere_is_as_good_as_none(published):
	elsewhere = builders.organization(builders.platform())
	with builders.as_user(member(elsewhere)):
		for election in (published.election, "EL-there-is-none"):
			with pytest.raises(frappe.DoesNotExistError, match="no such election"):
				objections.submit(elsewhere, election, {"about": ROLL, "reason": "x"})


def test_a_candidacy_is_one_of_this_election(published):
	h = published
	other = hall.build(organizations=3, candidates=1, upto="published")
	for candidacy in (None, other.candidacies[0], "CAND-there-is-none"):
		with pytest.raises(objections.ObjectionMatterError):
			object_to(h, CANDIDACY, 4, candidacy=candidacy)
	assert object_to(h, CANDIDACY, 4, candidacy=h.candidacies[0]).candidacy == h.candidacies[0]
	assert object_to(h, ROLL, 4, candidacy=h.candidacies[0]).candidacy is None


def test_who_was_rejected_objects_to_it_and_nobody_else_learns_of_it():
	h = hall.build(candidates=2, upto="nominations")
	with builders.as_user(h.manager):
		guard.move(frappe.get_doc("Candidacy", h.candidacies[0]), "Accepted")
		guard.move(frappe.get_doc("Candidacy", h.candidacies[1]), "Rejected", "No statement")
	h.move("Candidates Published", h.officer)
	with pytest.raises(objections.ObjectionMatterError):
		object_to(h, CANDIDACY, 2, candidacy=h.candidacies[1])
	assert object_to(h, CANDIDACY, 1, candidacy=h.candidacies[1]).name


def test_fields_that_are_not_the_members_are_not_taken(published):
	mine = object_to(
		published,
		ROLL,
		status="Upheld",
		decision="We are right",
		decided_on="2020-01-01",
		person=builders.delegate(published.organizations[1]),
	)
	assert (mine.status, mine.decision, mine.decided_on) == ("Submitted", None, None)
	assert mine.person == builders.delegate(published.organizations[0])
	assert str(mine.submitted_on) == today()


def test_one_open_objection_to_a_matter(published):
	h = published
	user = member(h.organizations[0])
	first = object_to(h, ROLL, user=user)
	with pytest.raises(objections.AlreadyObjectedError, match=first.name):
		object_to(h, ROLL, user=user)
	object_to(h, CANDIDACY, user=user, candidacy=h.candidacies[1])
	object_to(h, CANDIDACY, user=user, candidacy=h.candidacies[2])
	object_to(h, ROLL, 1)
	with builders.as_user(user):
		assert objections.withdraw(first.name).status == "Withdrawn"
	assert object_to(h, ROLL, user=user).status == "Submitted"


def test_two_representatives_object_at_the_same_moment():
	with committed(*MADE):
		h = hall.build(organizations=3, candidates=1, upto="published")
		user = member(h.organizations[0])
		frappe.db.commit()

		def act():
			return object_to(h, ROLL, user=user).name

		made, refused = race(act, act)
		assert isinstance(refused, objections.AlreadyObjectedError), (made, refused)
		assert frappe.get_all("Objection", {"election": h.election}, pluck="name") == [made]


def test_the_database_refuses_a_second_one_too(published):
	key = object_to(published, ROLL).open_key
	other = object_to(published, ROLL, 1)
	with pytest.raises(Exception, match="Duplicate entry"):
		frappe.db.set_value("Objection", other.name, "open_key", key)


# --- deciding --------------------------------------------------------------------------------------------


def decide(name, user, action, reason=None):
	with builders.as_user(user):
		if action != "Start Review":
			frappe.db.set_value("Objection", name, "transition_reason", reason)
		return apply_workflow(frappe.get_doc("Objection", name), action)


def test_a_decision_says_why_and_the_organization_is_told(published):
	h = published
	user = member(h.organizations[0])
	frappe.db.set_value("Contact", builders.delegate(h.organizations[0]), "email_id", user)
	mine = object_to(h, ROLL, user=user).name
	decide(mine, h.officer, "Start Review")
	with pytest.raises(guard.ReasonRequiredError):
		decide(mine, h.officer, "Dismiss")
	done = decide(mine, h.officer, "Dismiss", "The roll is the attendance, and you were not there.")
	assert (done.status, done.decision) == (
		"Dismissed",
		"The roll is the attendance, and you were not there.",
	)
	assert str(done.decided_on) == today()
	letters = frappe.get_all("Email Queue", {"reference_name": mine}, pluck="name")
	receivers = frappe.get_all("Email Queue Recipient", {"parent": ("in", letters)}, pluck="recipient")
	assert user in receivers
	assert h.officer in receivers and h.manager in receivers


def test_an_officer_decides_nothing_that_they_submitted(published):
	h = published
	with builders.as_user(h.officer):
		mine = frappe.get_doc(
			{
				"doctype": "Objection",
				"election": h.election,
				"about": ROLL,
				"organization": h.organizations[0],
				"person": builders.delegate(h.organizations[0]),
				"reason": "On paper, in the hall",
			}
		).insert()
		guard.move(mine, "Under Review")
		with pytest.raises(guard.MoveNotPermittedError, match="submitted by you"):
			guard.move(frappe.get_doc("Objection", mine.name), "Upheld", "We agree with ourselves")
	with builders.as_user(builders.user(OFFICER)):
		assert guard.move(frappe.get_doc("Objection", mine.name), "Upheld", "So it was").status == "Upheld"


def test_what_was_sent_and_what_was_decided_stay(published):
	h = published
	mine = object_to(h, ROLL).name
	with builders.as_user(h.manager):
		for field, value in (("reason", "Nothing"), ("about", RESULT), ("organization", h.organizations[1])):
			doc = frappe.get_doc("Objection", mine)
			doc.set(field, value)
			with pytest.raises(objections.ObjectionFixedError):
				doc.save()
		frappe.client.set_value("Objection", mine, "decision", "Typed")
		assert not frappe.db.get_value("Objection", mine, "decision")
		guard.move(frappe.get_doc("Objection", mine), "Under Review")
		guard.move(frappe.get_doc("Objection", mine), "Dismissed", "No")
		frappe.client.set_value("Objection", mine, "decision", "Yes, after all")
		assert frappe.db.get_value("Objection", mine, "decision") == "No"
		with pytest.raises((guard.NotDeletableError, frappe.PermissionError)):
			frappe.delete_doc("Objection", mine)


def test_nobody_but_the_organization_takes_it_back(published):
	h = published
	mine = object_to(h, ROLL).name
	for user in (h.manager, h.officer, "Administrator"):
		with (
			builders.as_user(user),
			pytest.raises((guard.MoveNotPermittedError, frappe.ValidationError, frappe.PermissionError)),
		):
			guard.move(frappe.get_doc("Objection", mine), "Withdrawn")
	for user in ("Guest", member(h.organizations[1]), former(h.organizations[0])):
		for name in (mine, "OBJ-there-is-none"):
			with builders.as_user(user), pytest.raises(frappe.DoesNotExistError, match="no such objection"):
				objections.withdraw(name)
	assert frappe.db.get_value("Objection", mine, "status") == "Submitted"


# --- who reads it ----------------------------------------------------------------------------------------


def test_who_reads_an_objection(published):
	h = published
	author, neighbour = member(h.organizations[0]), member(h.organizations[1])
	gone = former(h.organizations[0])
	mine = object_to(h, ROLL, user=author).name
	readers = {h.manager, h.officer, h.tellers[0], builders.user(OBSERVER), author}
	strangers = {
		neighbour,
		gone,
		"Guest",
		builders.user(COMMITTEE),
		builders.user(FINANCE),
		builders.user(TRAINING),
	}
	for user in readers | strangers:
		with builders.as_user(user):
			for door in doors.LISTS:
				assert (mine in doors.shown(door, "Objection")) == (user in readers), f"{user} by {door}"
			assert doors.opens("REST", "Objection", mine) == (user in readers), user
			if user in strangers:
				for door in doors.OPENINGS:
					assert not doors.opens(door, "Objection", mine), f"{user} by {door}"
				with pytest.raises(frappe.PermissionError):
					doors.call(
						"frappe.desk.reportview.export_query",
						doctype="Objection",
						fields=["name"],
						file_format_type="CSV",
						title="x",
					)
			if user not in (h.manager, h.officer):
				for door in doors.CHANGES:
					assert not doors.changes(door, "Objection", mine), f"{user} by {door}"


def test_its_file_is_read_by_whoever_reads_it(published):
	h = published
	author, neighbour = member(h.organizations[0]), member(h.organizations[1])
	mine = object_to(h, ROLL, user=author).name
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "letter.pdf",
			"content": b"%PDF-1.4 letter",
			"is_private": 1,
			"attached_to_doctype": "Objection",
			"attached_to_name": mine,
		}
	).insert()
	for user, may in (
		(h.officer, True),
		(h.tellers[0], True),
		(author, True),
		(neighbour, False),
		("Guest", False),
	):
		with builders.as_user(user):
			assert bool(frappe.get_doc("File", file.name).has_permission("read")) == may, user


def test_the_election_shows_how_many_wait(published):
	h = published
	object_to(h, ROLL)
	object_to(h, ROLL, 1)
	done = object_to(h, CANDIDACY, 1, candidacy=h.candidacies[0]).name
	with builders.as_user(h.manager):
		guard.move(frappe.get_doc("Objection", done), "Under Review")
		guard.move(frappe.get_doc("Objection", done), "Dismissed", "No")
	doc = h.doc()
	doc.run_method("onload")
	assert doc.get_onload("open_objections") == {ROLL: 2}


# --- what it stops ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("about", [ROLL, CANDIDACY, RESULT])
def test_the_result_is_not_announced_while_an_objection_is_open(about):
	h = hall.build(upto="published")
	mine = None
	if about != RESULT:
		mine = object_to(h, about, candidacy=h.candidacies[1] if about == CANDIDACY else None).name
	with builders.as_user(h.officer):
		hall.api.freeze_roll(h.election)
	counted(h)
	h.sign()
	mine = mine or object_to(h, RESULT).name
	for _step in ("Submitted", "Under Review"):
		with pytest.raises(announcement.ObjectionsOpenError) as refused:
			h.move("Announced", h.tellers[0])
		title = frappe.db.get_value("Member Organization", h.organizations[0], "title")
		assert mine in str(refused.value) and title in str(refused.value) and about in str(refused.value)
		if frappe.db.get_value("Objection", mine, "status") == "Submitted":
			decide(mine, h.officer, "Start Review")
	decide(mine, h.officer, "Dismiss", "It was all right")
	assert h.move("Announced", h.tellers[0]).status == "Announced"


def test_all_open_objections_are_named_and_one_that_is_withdrawn_stops_nothing():
	h = counted(hall.build())
	h.sign()
	user = member(h.organizations[0])
	first, second = object_to(h, RESULT, user=user).name, object_to(h, RESULT, 1).name
	with pytest.raises(announcement.ObjectionsOpenError, match=rf"{first}.*{second}"):
		h.move("Announced", h.tellers[0])
	with builders.as_user(user):
		objections.withdraw(first)
	decide(second, h.officer, "Start Review")
	decide(second, h.officer, "Uphold", "You are right, and it changes nobody's seat")
	assert h.move("Announced", h.tellers[0]).status == "Announced"


def ordered(h):
	"""An objection to the result, upheld with the order to count again; by the doors of the desk."""
	mine = object_to(h, RESULT).name
	decide(mine, h.officer, "Start Review")
	with builders.as_user(h.officer):
		frappe.client.set_value("Objection", mine, "orders_recount", 1)
	decide(mine, h.officer, "Uphold", "Two papers lay together")
	return mine


def test_a_ruling_orders_a_recount_and_the_announcement_waits_for_it():
	h = counted(hall.build())
	h.sign()
	mine = ordered(h)
	with pytest.raises(announcement.RecountOrderedError, match=f"objection {mine} orders a recount"):
		h.move("Announced", h.tellers[0])
	with builders.as_user(h.tellers[0]):
		hall.api.recount(h.election)
	assert h.move("Announced", h.tellers[0]).status == "Announced", "it found the same"


def test_a_recount_that_finds_otherwise_stops_the_announcement_until_it_is_counted_anew():
	h = counted(hall.build())
	h.sign()
	mine = ordered(h)
	with builders.as_user(h.tellers[0]):
		again = hall.api.recount(h.election)
	row = frappe.get_doc("Election Result", again).rows[0]
	frappe.db.set_value("Election Result Row", row.name, "votes", 1)
	with pytest.raises(announcement.RecountOrderedError, match=r"finds otherwise.*1 now"):
		h.move("Announced", h.tellers[0])
	h.move("Voting Closed", h.tellers[0], f"Objection {mine}")
	h.move("Counted", h.tellers[0])
	h.sign()
	assert h.move("Announced", h.tellers[0]).status == "Announced"


def test_a_count_made_anew_is_the_recount_that_was_ordered():
	h = counted(hall.build())
	mine = ordered(h)
	h.move("Voting Closed", h.tellers[0], f"Objection {mine}")
	h.move("Counted", h.tellers[0])
	h.sign()
	assert h.move("Announced", h.tellers[0]).status == "Announced"


def test_only_a_ruling_that_upholds_an_objection_to_the_result_orders_a_recount(published):
	h = published
	mine = object_to(h, ROLL, orders_recount=1)
	assert not mine.orders_recount, "members order nothing"
	with builders.as_user(h.officer):
		frappe.client.set_value("Objection", mine.name, "orders_recount", 1)
	decide(mine.name, h.officer, "Start Review")
	decide(mine.name, h.officer, "Uphold", "The roll was wrong")
	assert not frappe.db.get_value("Objection", mine.name, "orders_recount")
	with builders.as_user(h.officer):
		hall.api.freeze_roll(h.election)
	counted(h)
	other = object_to(h, RESULT).name
	with builders.as_user(h.officer):
		frappe.client.set_value("Objection", other, "orders_recount", 1)
	decide(other, h.officer, "Start Review")
	decide(other, h.officer, "Dismiss", "No")
	assert not frappe.db.get_value("Objection", other, "orders_recount")
	with builders.as_user(h.manager):
		frappe.client.set_value("Objection", other, "orders_recount", 1)
	assert not frappe.db.get_value("Objection", other, "orders_recount"), "a decision stays as it was"


def test_an_objection_sent_while_the_result_is_announced_comes_before_it_or_waits():
	with committed(
		"Objection",
		*("Election Result", "Ballot", "Ballot Batch Entry", "Ballot Batch", "Election Voter"),
		*MADE[1:],
	):
		h = counted(hall.build())
		h.sign()
		user = member(h.organizations[0])
		frappe.db.commit()
		sent, refused = race(
			lambda: object_to(h, RESULT, user=user).name, lambda: h.move("Announced", h.tellers[0])
		)
		assert isinstance(refused, announcement.ObjectionsOpenError), (sent, refused)
		assert sent in str(refused)


def test_the_trail_of_the_election_tells_of_its_objections():
	h = counted(hall.build())
	mine = ordered(h)
	told = [line["action"] for line in audit.lines(h.election) if line["name"] == mine]
	assert told == ["Start Review", "Uphold"]
