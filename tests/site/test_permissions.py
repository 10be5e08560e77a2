"""Who sees and changes what, by every generic door; above all, what must not be possible."""

import frappe
import pytest
from frappe.permissions import get_role_permissions

from aso_network import permissions
from aso_network.elections.ballots import Ballot
from aso_network.polling import box
from aso_network.roles import ALL_ROLES, COMMITTEE, FINANCE, MANAGER, MEMBER, OBSERVER, OFFICER, TRAINING
from tests.site import builders, doors, hall

# What each role may do: r(ead) w(rite) c(reate) d(elete). What is not here is nobody's, not System Manager's either.
RIGHTS = {
	"ASO Network Settings": {MANAGER: "rw", OFFICER: "r", TRAINING: "r", FINANCE: "r", "System Manager": "rw"},
	"Ballot": {COMMITTEE: "r"},
	"Ballot Batch": {COMMITTEE: "r"},
	"Ballot Batch Entry": {COMMITTEE: "r"},
	"Ballot Envelope": {},
	"Ballot Receipt": {},
	"Candidacy": {MANAGER: "rwcd", OFFICER: "rwc", COMMITTEE: "r", OBSERVER: "r", FINANCE: "r", MEMBER: "r"},
	"Election": {MANAGER: "rwcd", OFFICER: "rwc", COMMITTEE: "rw", OBSERVER: "r", FINANCE: "r"},
	"Election Key": {},
	"Election Result": {MANAGER: "r", OFFICER: "r", COMMITTEE: "r", OBSERVER: "r", FINANCE: "r"},
	"Election Voter": {MANAGER: "r", OFFICER: "r", COMMITTEE: "r", OBSERVER: "r", FINANCE: "r"},
	"Form Submission": {},
	"General Meeting": {MANAGER: "rwcd", OFFICER: "rwc", FINANCE: "r"},
	"Membership Application": {MANAGER: "rwd", OFFICER: "rw"},
	"Member Organization": {MANAGER: "rwcd", OFFICER: "rwc", TRAINING: "r", FINANCE: "r", MEMBER: "r"},
	"Network Activity": {MANAGER: "rwcd", OFFICER: "rwc", TRAINING: "rwc", FINANCE: "rw"},
	"Network Audit Event": {MANAGER: "r", OBSERVER: "r", FINANCE: "r"},
	"Network Platform": {
		MANAGER: "rwcd", OFFICER: "r", COMMITTEE: "r", OBSERVER: "r", TRAINING: "r", FINANCE: "r",
	},
	"Objection": {MANAGER: "rwc", OFFICER: "rwc", COMMITTEE: "r", OBSERVER: "r", MEMBER: "r"},
	"Operational Body": {MANAGER: "rwcd", OFFICER: "r", TRAINING: "r", FINANCE: "r"},
	"Representative Change": {MANAGER: "rw", OFFICER: "rw", MEMBER: "r"},
	"Session Attendance": {MANAGER: "rwc", OFFICER: "rwc", TRAINING: "rwc"},
	"Session Feedback": {MANAGER: "r", OFFICER: "r", TRAINING: "r", MEMBER: "r"},
	"Training Certificate": {MANAGER: "r", OFFICER: "r", TRAINING: "rwc"},
	"Training Registration": {MANAGER: "rwcd", OFFICER: "rwc", TRAINING: "rwc", MEMBER: "r"},
	"Training Session": {MANAGER: "rwcd", OFFICER: "rwc", TRAINING: "rwcd", FINANCE: "rw"},
	"Voting Code": {},
}  # fmt: skip
LISTED_FOR_ALL = {"Network Goal", "Network Sector"}
SEALED = (
	"Ballot",
	"Ballot Batch",
	"Ballot Batch Entry",
	"Election Voter",
	"Election Result",
	"Network Audit Event",
)
LETTERS = {"r": "read", "w": "write", "c": "create", "d": "delete"}


def documents() -> set[str]:
	return set(frappe.get_all("DocType", filters={"module": "ASO Network", "istable": 0}, pluck="name"))


@pytest.mark.parametrize("role", [*ALL_ROLES, "System Manager"])
def test_a_role_may_what_the_table_says_and_no_more(role):
	user = builders.user(role)
	for doctype in sorted(documents() - LISTED_FOR_ALL):
		granted = get_role_permissions(doctype, user)
		mine = "".join(letter for letter, right in LETTERS.items() if granted[right])
		assert mine == RIGHTS[doctype].get(role, ""), f"{role} on {doctype}"
		if role not in (MANAGER, TRAINING):
			assert not granted["share"], f"{role} may share {doctype}"


def test_a_stranger_sees_nothing():
	organization = builders.organization(builders.platform())
	for user in ("Guest", builders.user("Customer", user_type="Website User")):
		with builders.as_user(user):
			for doctype in sorted(documents()):
				for door in doors.LISTS:
					assert not doors.shown(door, doctype), f"{user}: {doctype} by {door}"
			for door in doors.OPENINGS:
				assert not doors.opens(door, "Member Organization", organization), f"{user} by {door}"
			with pytest.raises(frappe.PermissionError):
				doors.call("frappe.client.get_count", doctype="Member Organization")
			assert _title("Member Organization", organization) == organization


# --- the counting committee ------------------------------------------------------------------------------


@pytest.fixture
def two_halls():
	"""Two elections with tellers of their own: the first one counted, the second one voting."""
	rule = {"group": "Of each organization", "maximum": 1}
	first, second = hall.build(seat_rules=[rule]), hall.build(seat_rules=[rule])
	first.count([first.paper(0), first.paper(0, 1), first.paper(1)])
	second.move("Voting Open")
	second.mark(2)
	# What online voting will do: ballots lie in the box before it is closed.
	box.put(second.election, [Ballot((second.candidacies[0],))] * 2, "Paper")
	return first, second


def _of(doctype, election):
	field = "name" if doctype == "Election" else "election"
	return set(frappe.get_all(doctype, filters={field: election}, pluck="name"))


def test_a_teller_sees_the_elections_they_serve_and_no_other(two_halls):
	first, second = two_halls
	for doctype in ("Election", "Candidacy", "Election Voter", "Election Result", "Ballot Batch"):
		mine, other = _of(doctype, first.election), _of(doctype, second.election)
		assert mine, doctype
		with builders.as_user(first.tellers[0]):
			for door in doors.LISTS:
				assert doors.shown(door, doctype) == mine, f"{doctype} by {door}"
			assert doors.call("frappe.client.get_count", doctype=doctype) == len(mine)
			for door in doors.OPENINGS:
				for name in list(other)[:1]:
					assert not doors.opens(door, doctype, name), f"{doctype} by {door}"
			assert doors.opens("REST", doctype, min(mine)), doctype
			with pytest.raises(frappe.PermissionError):
				_export(doctype)
	with builders.as_user(first.tellers[0]):
		other_rows = [("Election Committee Member", "Election"), ("Seat Rule", "Election")]
		for rows, parent in other_rows:
			found = doors.call("frappe.client.get_list", doctype=rows, parent=parent, fields=["parent"])
			assert {row["parent"] for row in found} == {first.election}
		with pytest.raises(frappe.PermissionError):
			doors.call(
				"frappe.client.set_value",
				doctype="Election",
				name=second.election,
				fieldname="papers_issued",
				value=9,
			)


def test_who_is_an_officer_as_well_sees_what_an_officer_sees(two_halls):
	first, second = two_halls
	both = builders.user(COMMITTEE, OFFICER)
	with builders.as_user(both):
		assert {first.election, second.election} <= doors.shown("list", "Election")
		assert doors.opens("REST", "Election", second.election)
		assert _of("Election Voter", second.election) <= doors.shown("list", "Election Voter")
		# No office opens the box, and this one serves nowhere.
		assert not doors.shown("list", "Ballot")
	reader = builders.user(COMMITTEE, FINANCE)
	with builders.as_user(reader):
		assert doors.opens("REST", "Election", second.election)
		# Reading comes from finance; writing would come from the committee, where they do not sit.
		assert not frappe.has_permission("Election", "write", second.election)


# --- the box ---------------------------------------------------------------------------------------------


def test_no_ballot_is_seen_before_the_vote_is_closed_and_then_by_its_committee_only(two_halls):
	first, second = two_halls
	closed, still_open = _of("Ballot", first.election), _of("Ballot", second.election)
	assert closed and still_open
	system_manager = builders.user("System Manager", *ALL_ROLES)
	strangers = [
		"Administrator", system_manager, first.manager, first.officer, builders.user(OBSERVER),
		builders.user(FINANCE), builders.user(COMMITTEE), *second.tellers,
	]  # fmt: skip
	for user in strangers:
		with builders.as_user(user):
			for door in doors.LISTS:
				assert not doors.shown(door, "Ballot"), f"{user} by {door}"
			for door in doors.OPENINGS:
				for name in (min(closed), min(still_open)):
					assert not doors.opens(door, "Ballot", name), f"{user} by {door}"
	with builders.as_user(first.tellers[1]):
		assert doors.shown("list", "Ballot") == closed
		assert doors.opens("REST", "Ballot", min(closed))
		assert not doors.opens("REST", "Ballot", min(still_open))


def test_nobody_counts_ballots_past_the_count(two_halls):
	first, second = two_halls
	for user in ("Administrator", second.manager, builders.user(OBSERVER), *second.tellers):
		with builders.as_user(user):
			for filters in (
				{},
				{"choices": ("like", f"%{second.candidacies[0]}%")},
				{"election": second.election},
			):
				assert _count("Ballot", filters) == 0, user
			assert not _tally("Ballot", "choices"), user
			assert not _tally("Ballot", "election"), user
			assert not _grouped("Ballot", "choices"), user
	assert first.doc().status == "Counted"


def test_a_box_is_not_shared(two_halls):
	first, second = two_halls
	for doctype in ("Ballot", "Ballot Batch"):
		for name in list(_of(doctype, first.election))[:1]:
			with pytest.raises(permissions.SecretError, match=name):
				doors.call("frappe.share.add", doctype=doctype, name=name, user=second.manager, read=1)


def test_a_teller_does_not_see_the_other_entry_before_both_are_finished():
	h = hall.build()
	h.move("Voting Open")
	h.mark(2)
	h.move("Voting Closed", h.tellers[0])
	papers = [h.paper(0), h.paper(1)]
	one, two = h.tellers
	with builders.as_user(one):
		batch = hall.api.create_batch(h.election)
		hall.api.save_entry(batch, frappe.as_json(papers), True)
	theirs = frappe.db.get_value("Ballot Batch Entry", {"batch": batch, "member": one})
	for user in (two, h.manager, "Administrator", builders.user(COMMITTEE)):
		with builders.as_user(user):
			assert not doors.shown("list", "Ballot Batch Entry"), user
			assert not any(doors.opens(door, "Ballot Batch Entry", theirs) for door in doors.OPENINGS), user
	with builders.as_user(two):
		hall.api.save_entry(batch, frappe.as_json([h.paper(0), h.paper(2)]), True)
		assert theirs in doors.shown("list", "Ballot Batch Entry")
		hall.api.void_batch(batch, "The papers fell on the floor")
		# The papers are entered anew: nothing to copy from.
		assert theirs not in doors.shown("list", "Ballot Batch Entry")


def test_what_is_sealed_is_changed_by_nobody(two_halls):
	first, _second = two_halls
	users = (
		"Administrator", builders.user("System Manager", *ALL_ROLES), first.manager, first.tellers[0],
	)  # fmt: skip
	for doctype in SEALED:
		name = _audit_line(first) if doctype == "Network Audit Event" else min(_of(doctype, first.election))
		before = frappe.db.get_value(doctype, name, "*")
		for user in users:
			with builders.as_user(user):
				for door in doors.CHANGES:
					assert not doors.changes(door, doctype, name), f"{user}: {doctype} by {door}"
		assert frappe.db.get_value(doctype, name, "*") == before


def test_the_doors_these_tests_knock_at_do_open():
	organization = builders.organization(builders.platform(), status="Applied")
	with builders.as_user(builders.user(MANAGER)):
		for door in doors.LISTS:
			assert organization in doors.shown(door, "Member Organization"), door
		for door in doors.OPENINGS:
			assert doors.opens(door, "Member Organization", organization), door
		# A member is not renamed, and not entered twice.
		for door in set(doors.CHANGES) - {"client.rename_doc", "client.insert of a copy"}:
			assert doors.changes(door, "Member Organization", organization), door
		assert _export("Member Organization") is not None
		assert _count("Member Organization", {"name": organization}) == 1
		assert {"status": "Applied", "count": 1} in _tally("Member Organization", "status")
	assert frappe.db.exists("Member Organization", organization)


# --- members ---------------------------------------------------------------------------------------------


@pytest.fixture
def members():
	"""A representative (user, organisation) and another organisation, both with a candidacy."""
	h = hall.build(organizations=4, candidates=2, upto="nominations")
	user = builders.user(MEMBER)
	own, other = h.organizations[:2]
	frappe.db.set_value("Contact", builders.delegate(own), "user", user)
	return user, own, other, h


def test_a_representative_sees_their_own_organization_and_nothing_else(members):
	user, own, other, h = members
	mine = {"Member Organization": {own}, "Candidacy": {h.candidacies[0]}}
	others = {"Member Organization": other, "Candidacy": h.candidacies[1], "Election": h.election,
		"General Meeting": h.meeting, "Network Platform": h.platform}  # fmt: skip
	with builders.as_user(user):
		for doctype in sorted(documents() - LISTED_FOR_ALL):
			for door in doors.LISTS:
				assert doors.shown(door, doctype) == mine.get(doctype, set()), f"{doctype} by {door}"
		for doctype, name in others.items():
			for door in doors.OPENINGS:
				assert not doors.opens(door, doctype, name), f"{doctype} by {door}"
			assert _title(doctype, name) == name
		for doctype, (name,) in mine.items():
			assert doors.opens("REST", doctype, name)
			# What the office wrote beside it is the office's.
			assert not doors.opens("form", doctype, name)
			assert _count(doctype, {}) == 1
			with pytest.raises(frappe.PermissionError):
				_export(doctype)
			for door in doors.CHANGES:
				assert not doors.changes(door, doctype, name), f"{doctype} by {door}"
		for rows in ("Organization Representative", "Organization Sector"):
			found = doors.call(
				"frappe.client.get_list", doctype=rows, parent="Member Organization", fields=["parent"]
			)
			assert {row["parent"] for row in found} <= {own}
		assert (
			not _tally("Member Organization", "status")
			or _tally("Member Organization", "status")[0]["count"] == 1
		)


def test_tags_tell_a_representative_nothing_of_others(members):
	user, own, other, _h = members
	for name in (own, other):
		frappe.get_doc("Member Organization", name).add_tag("Health")
	with builders.as_user(user):
		found = doors.request("GET", "/resource/Tag Link", fields=["document_name"], limit_page_length=0)
		assert {row["document_name"] for row in found} == {own}


def test_the_contact_behind_a_user_may_be_known_by_its_e_mail(members):
	_user, own, _other, _h = members
	user = builders.user(MEMBER)
	frappe.db.set_value("Contact", builders.delegate(own), {"user": None, "email_id": user})
	with builders.as_user(user):
		assert doors.shown("list", "Member Organization") == {own}


@pytest.mark.parametrize("dates", [{"to_date": "2020-01-01"}, {"from_date": "2999-01-01"}])
def test_a_representative_of_other_days_sees_nothing(members, dates):
	user, own, _other, _h = members
	row = frappe.db.get_value("Organization Representative", {"parent": own})
	frappe.db.set_value("Organization Representative", row, dates)
	with builders.as_user(user):
		assert doors.shown("list", "Member Organization") == set()
		assert not doors.opens("REST", "Member Organization", own)


# --- people ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [COMMITTEE, OBSERVER, MEMBER])
def test_these_roles_do_not_list_peoples_contacts(role):
	person = builders.contact("Somebody", email_ids=[{"email_id": "somebody@example.org", "is_primary": 1}])
	with builders.as_user(builders.user(role)):
		for door in doors.LISTS:
			assert person not in doors.shown(door, "Contact"), door
		assert not doors.opens("REST", "Contact", person)
		for rows in ("Contact Email", "Dynamic Link"):
			found = doors.call(
				"frappe.client.get_list",
				doctype=rows,
				parent="Contact",
				fields=["parent"],
				limit_page_length=0,
			)
			assert person not in {row["parent"] for row in found}


def test_a_representative_sees_the_people_of_their_organization(members):
	user, own, other, _h = members
	# A site may give the role read on contacts, for its portal.
	frappe.permissions.add_permission("Contact", MEMBER)
	with builders.as_user(user):
		assert builders.delegate(own) in doors.shown("list", "Contact")
		assert builders.delegate(other) not in doors.shown("list", "Contact")
		assert not doors.opens("REST", "Contact", builders.delegate(other))


def test_everybody_elses_contacts_stay_as_they_were():
	person = builders.contact("Somebody")
	for role in ("Sales User", OFFICER, TRAINING):
		with builders.as_user(builders.user(role)):
			assert person in doors.shown("list", "Contact"), role
			assert doors.opens("REST", "Contact", person), role


def test_the_office_needs_no_other_role_to_register_a_member():
	place = builders.territory(level="Governorate")
	with builders.as_user(builders.user(MANAGER)):
		platform = builders.platform(territory=place)
	with builders.as_user(builders.user(OFFICER)):
		organization = builders.organization(platform, status="Applied")
		address = frappe.get_doc(
			{
				"doctype": "Address",
				"address_title": "Office",
				"address_line1": "Main street",
				"city": "Hajin",
				"country": "Syria",
				"links": [{"link_doctype": "Member Organization", "link_name": organization}],
			}
		)
		address.insert()
		assert place in doors.shown("list", "Territory")
		assert doors.opens("REST", "Address", address.name)


def test_the_office_reads_of_the_accounts_what_its_forms_link_to_and_no_more():
	for role in (OFFICER, TRAINING, FINANCE):
		with builders.as_user(builders.user(role)):
			for doctype in ("Project", "Cost Center", "Company", "Account", "Supplier", "Customer"):
				doors.call("frappe.desk.search.search_link", doctype=doctype, txt="")
				assert not frappe.has_permission(doctype, "write") or (role, doctype) == (TRAINING, "Project")
			for doctype in ("Journal Entry", "GL Entry", "Sales Invoice", "Payment Entry"):
				assert not frappe.has_permission(doctype, "read"), f"{role}: {doctype}"


def test_who_counts_and_represents_sees_both(members):
	user, own, _other, h = members
	frappe.get_doc("User", user).add_roles(COMMITTEE)
	with builders.as_user(user):
		assert doors.shown("list", "Candidacy") == {h.candidacies[0]}
	row = frappe.db.get_value("Election Committee Member", {"parent": h.election})
	frappe.db.set_value("Election Committee Member", row, "user", user)
	with builders.as_user(user):
		assert doors.shown("list", "Candidacy") == set(h.candidacies)
		assert doors.shown("list", "Member Organization") == {own}
		assert doors.shown("list", "Election") == {h.election}


# --- a governorate ---------------------------------------------------------------------------------------


def test_a_user_permission_on_a_governorate_narrows_an_officer_to_it():
	here, there = hall.build(organizations=4, candidates=2), hall.build(organizations=4, candidates=2)
	user = builders.user(OFFICER, OBSERVER)
	frappe.get_doc(
		{
			"doctype": "User Permission",
			"user": user,
			"allow": "Territory",
			"for_value": frappe.db.get_value("Network Platform", here.platform, "territory"),
		}
	).insert()
	documents = {
		"Network Platform": (here.platform, there.platform),
		"Member Organization": (here.organizations[0], there.organizations[0]),
		"General Meeting": (here.meeting, there.meeting),
		"Election": (here.election, there.election),
		"Candidacy": (here.candidacies[0], there.candidacies[0]),
		"Election Voter": (min(here.voters().values()), min(there.voters().values())),
		"Network Audit Event": (_audit_line(here), _audit_line(there)),
	}
	with builders.as_user(user):
		for doctype, (mine, other) in documents.items():
			for door in doors.LISTS:
				shown = doors.shown(door, doctype)
				assert mine in shown and other not in shown, f"{doctype} by {door}"
			for door in doors.OPENINGS:
				assert not doors.opens(door, doctype, other), f"{doctype} by {door}"


# --- helpers ---------------------------------------------------------------------------------------------


def _audit_line(h):
	return frappe.get_all("Network Audit Event", filters={"reference_name": h.election}, pluck="name")[0]


def _export(doctype):
	return doors.call(
		"frappe.desk.reportview.export_query",
		doctype=doctype,
		fields=[f"`tab{doctype}`.`name`"],
		file_format_type="CSV",
	)


def _title(doctype, name):
	try:
		return doors.call("frappe.desk.search.get_link_title", doctype=doctype, docname=name)
	except frappe.PermissionError:
		return name


def _count(doctype, filters):
	try:
		return doors.call("frappe.client.get_count", doctype=doctype, filters=filters)
	except frappe.PermissionError:
		return 0


def _tally(doctype, field):
	try:
		return doors.call(
			"frappe.workflow.doctype.workflow.workflow.get_workflow_state_count",
			doctype=doctype,
			workflow_state_field=field,
			states=["x"],
		)
	except frappe.PermissionError:
		return []


def _grouped(doctype, field):
	try:
		return frappe.get_list(doctype, fields=[field, "count(name) as number"], group_by=field)
	except frappe.PermissionError:
		return []


def test_a_governorates_officer_does_not_take_over_anothers_record_by_naming_their_own():
	here, there = builders.platform(), builders.platform()
	for platform in (here, there):
		builders.organization(platform)
	meeting = builders.meeting(there, status="Draft")
	officer = builders.user(OFFICER)
	frappe.get_doc(
		{"doctype": "User Permission", "user": officer, "allow": "Territory", "for_value": here.territory}
	).insert()
	with builders.as_user(officer):
		doc = frappe.get_doc("General Meeting", meeting)
		doc.venue, doc.territory = "Taken over", here.territory
		with pytest.raises(frappe.PermissionError):
			doc.save()
		rows = frappe.get_list(
			"Organization Representative", parent_doctype="Member Organization", fields=["parent"], limit=0
		)
		assert {frappe.db.get_value("Member Organization", r.parent, "platform") for r in rows} == {here}
