"""The members' own pages: My organisation, which organisation, the profile, who represents, my data."""

import io
import json

import frappe
import pytest
from frappe.utils import add_days, now_datetime, today

from aso_network import membership, permissions
from aso_network.roles import OFFICER
from aso_network.workflows import guard
from tests.site import builders, hall, web

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def person(number):
	address = f"person{number}@portal.example"
	return builders.contact(
		f"Person {number}", email_ids=[{"email_id": address, "is_primary": 1}], aso_language="en"
	), address


@pytest.fixture
def org():
	"""`name`, `delegate` and `second` (contact, user) of an active member."""
	people = [person(number) for number in (1, 2)]
	rows = [
		{"contact": contact, "is_delegate": int(not index), "from_date": "2000-01-01"}
		for index, (contact, _address) in enumerate(people)
	]
	organization = builders.organization(
		builders.platform(), representatives=rows, name_en="Euphrates Youth", name_ar="شباب الفرات"
	)
	return frappe._dict(name=str(organization), doc=organization.doc, delegate=people[0], second=people[1])


def page(user, path, **values):
	with builders.as_user(user):
		return web.visit(path, **values)


def post(user, path, **values):
	with builders.as_user(user):
		return web.visit(path, "POST", **values)


def send(user, form, **values):
	with builders.as_user(user):
		return web.send(form, **values)


# --- My organisation -------------------------------------------------------------------------------------


def test_my_organization_says_where_it_stands_and_what_comes_next(org):
	words = web.text(page(org.delegate[1], "/my"))
	assert "Euphrates Youth" in words and "active member" in words
	assert "What to do next Complete the profile" in words
	assert "Person 1" in words and "Person 2" in words and "Still missing: " in words


def test_the_most_pressing_comes_first():
	h = hall.build(organizations=4, candidates=0, upto="nominations")
	frappe.db.set_value(
		"Election",
		h.election,
		{"nominations_from": add_days(now_datetime(), -1), "nominations_to": add_days(now_datetime(), 1)},
	)
	contact, user = person(7)
	doc = frappe.get_doc("Member Organization", h.organizations[0])
	doc.append("representatives", {"contact": contact, "from_date": today()})
	doc.save()
	response = page(user, "/my")
	words = web.text(response)
	# The meeting is today, nominations close tomorrow, and the profile has time.
	assert "What to do next You are invited" in words
	assert words.index("You are invited") < words.index("Stand as a") < words.index("Complete the profile")
	assert "card next warn" in response.get_data(as_text=True)
	assert len(response.get_data()) < 15 * 1024


def test_strangers_former_people_and_the_suspended(org):
	assert page("Guest", "/my").headers["Location"].startswith("/sign-in")
	stranger = builders.user("Customer", user_type="Website User")
	assert page(stranger, "/my").status_code == 403
	assert "Euphrates" not in web.text(page(stranger, "/my"))
	guard.move(org.doc(), "Suspended", "A complaint")
	words = web.text(page(org.delegate[1], "/my"))
	assert "suspended" in words and "What to do next" not in words
	for form in ("/my/profile", "/my/representatives"):
		refused = page(org.delegate[1], form)
		assert refused.status_code == 403 and "Suspended" in web.text(refused)
	guard.move(org.doc(), "Withdrawn", "They left")
	assert "Euphrates" not in web.text(page(org.delegate[1], "/my"))


def test_who_represents_two_chooses_for_which(org):
	other = builders.organization(
		builders.platform(),
		name_en="Palm Grove",
		representatives=[{"contact": org.second[0], "is_delegate": 1, "from_date": "2000-01-01"}],
	)
	foreign = builders.organization(builders.platform())
	user = org.second[1]
	assert page(user, "/my").headers["Location"] == "/my/choose"
	words = web.text(page(user, "/my/choose"))
	assert "Euphrates Youth" in words and "Palm Grove" in words
	assert post(user, "/my/choose", organization=str(foreign)).status_code == 404
	with builders.as_user(user):
		web.visit("/my/choose", "POST", organization=str(other))
		cookie = frappe.local.cookie_manager.cookies["aso_organization"]["value"]
	assert cookie == other
	assert "Palm Grove" in web.text(page(user, "/my", cookies={"aso_organization": cookie}))
	# A cookie opens nothing by itself.
	assert "Location" in page(user, "/my", cookies={"aso_organization": str(foreign)}).headers


# --- the profile -----------------------------------------------------------------------------------------


def profile(org, **values):
	doc = org.doc()
	return {
		"acronym": "EY",
		"kind": "22 - National NGO",
		"territory": doc.territory,
		"publish_level": "Network",
		"sectors": frappe.get_all("Network Sector", pluck="name", limit=2),
		"modified": str(doc.modified),
		**values,
	}


def test_the_profile_is_kept_by_the_organization_and_the_trail_says_what_changed(org):
	response = send(
		org.second[1],
		"organization-profile",
		**profile(org, website="https://ey.example", public_phone="0999 111"),
	)
	assert response.status_code == 303, web.text(response)
	doc = org.doc()
	assert (doc.acronym, doc.publish_level, len(doc.sectors)) == ("EY", "Network", 2)
	(line,) = frappe.get_all(
		"Network Audit Event",
		{"reference_name": org.name, "action": "Change Profile"},
		["user", "reason"],
	)
	assert line.user == org.second[1] and "Acronym" in line.reason and "Website" in line.reason
	assert "Kind" in line.reason and "Status" not in line.reason


def test_a_number_is_shown_to_whom_the_organization_chose(org):
	contact, other = person(8)
	builders.organization(
		builders.platform(),
		representatives=[{"contact": contact, "is_delegate": 1, "from_date": "2000-01-01"}],
	)
	for level, seen_by in (("Internal", set()), ("Network", {other}), ("Public", {other, "Guest"})):
		send(
			org.delegate[1],
			"organization-profile",
			**profile(org, publish_level=level, public_phone="0999 111"),
		)
		assert org.doc().publish_level == level
		for user in (other, "Guest"):
			shown = "0999 111" in web.text(page(user, "/network/members"))
			assert shown == (user in seen_by), f"{level}: {user}"


def test_only_the_fields_of_the_form_are_written(org):
	send(
		org.delegate[1],
		"organization-profile",
		**profile(
			org,
			name_en="Taken Over",
			status="Withdrawn",
			platform="x",
			supplier="y",
			admitted_on="2001-01-01",
		),
	)
	doc = org.doc()
	assert (doc.acronym, doc.name_en, doc.status) == ("EY", "Euphrates Youth", "Active")
	assert str(doc.admitted_on) == today() and not doc.supplier


@pytest.mark.parametrize(
	"wrong",
	[
		{"territory": "All Territories"},
		{"publish_level": "Secret"},
		{"website": "javascript:alert(1)"},
		{"founded_on": "2999-01-01"},
		{"sectors": ["Nothing"]},
		{"public_email": "nobody"},
	],
)
def test_a_wrong_profile_changes_nothing(org, wrong):
	response = send(org.delegate[1], "organization-profile", **profile(org, **wrong))
	assert response.status_code != 303
	assert org.doc().acronym != "EY"


def test_two_who_write_at_once_do_not_overwrite_each_other(org):
	stale = profile(org)
	assert send(org.delegate[1], "organization-profile", **profile(org, acronym="ONE")).status_code == 303
	frappe.db.set_value("Member Organization", org.name, "modified", add_days(now_datetime(), 1))
	response = send(org.second[1], "organization-profile", **{**stale, "acronym": "TWO"})
	assert "Somebody else has changed this" in web.text(response) and org.doc().acronym == "ONE"


# --- who represents --------------------------------------------------------------------------------------


def test_the_delegate_names_another_representative(org):
	response = send(
		org.delegate[1],
		"representative-change",
		what="New representative",
		contact="",
		person_name="Rima <b>Khalil</b>",
		email="rima@portal.example",
		language="ar",
	)
	assert response.status_code == 303, web.text(response)
	assert permissions.own_organizations("rima@portal.example") == {org.name}
	assert "represents your organization now" in web.text(page(org.delegate[1], response.headers["Location"]))
	assert "<b>Khalil" not in page(org.delegate[1], "/my").get_data(as_text=True)


def test_a_new_delegate_by_letter_from_the_form_to_the_office(org):
	sent = {"what": "New delegate", "contact": str(org.second[0])}
	assert "choose a file" in web.text(send(org.delegate[1], "representative-change", **sent))
	response = send(org.delegate[1], "representative-change", **sent, letter=(io.BytesIO(PDF), "letter.pdf"))
	assert response.status_code == 303, web.text(response)
	change = frappe.get_doc("Representative Change", {"organization": org.name})
	assert change.status == "Submitted" and change.replaces == org.delegate[0]
	file = frappe.get_doc("File", {"attached_to_name": change.name})
	assert file.is_private and file.owner == "Administrator"
	words = web.text(page(org.delegate[1], "/my"))
	assert "Waits for the network's office: Person 2" in words and "letter" in words
	assert "Take it back" not in web.text(page(org.second[1], "/my"))
	with builders.as_user(builders.user(OFFICER)):
		guard.move(change, "Accepted")
	assert membership.current_delegate(org.name) == org.second[0]
	assert page(org.delegate[1], "/my").status_code == 403


def test_the_delegate_takes_a_change_back(org):
	send(
		org.delegate[1],
		"representative-change",
		what="New delegate",
		contact=str(org.second[0]),
		letter=(io.BytesIO(PDF), "letter.pdf"),
	)
	name = frappe.db.get_value("Representative Change", {"organization": org.name})
	assert post(org.second[1], "/my", withdraw=name).status_code == 404
	assert post(org.delegate[1], "/my", withdraw="REPC-99999").status_code == 404
	assert post(org.delegate[1], "/my", withdraw=name).status_code == 303
	assert frappe.db.get_value("Representative Change", name, "status") == "Withdrawn"


def test_who_is_not_the_delegate_can_only_leave(org):
	words = page(org.second[1], "/my/representatives").get_data(as_text=True)
	assert "A representative leaves" in words and "One more representative" not in words
	assert "Person 1" not in words
	for sent in (
		{"what": "New representative", "contact": "", "person_name": "X", "email": "x@portal.example"},
		{"what": "Representative leaves", "contact": str(org.delegate[0])},
	):
		assert send(org.second[1], "representative-change", **sent).status_code != 303
	response = send(
		org.second[1], "representative-change", what="Representative leaves", contact=str(org.second[0])
	)
	assert response.status_code == 303
	assert permissions.own_organizations(org.second[1]) == set()


# --- my data ---------------------------------------------------------------------------------------------


def test_my_data_is_mine_and_all_of_it(org):
	words = web.text(page(org.second[1], "/my/data"))
	assert org.second[1] in words and "Euphrates Youth" in words and org.delegate[1] not in words
	response = page(org.second[1], "/my/data/download")
	assert "attachment" in response.headers["Content-Disposition"]
	data = json.loads(response.get_data())
	assert data["account"]["name"] == org.second[1]
	assert [contact["name"] for contact in data["contacts"]] == [org.second[0]]
	assert [row["organization"] for row in data["represents"]] == [org.name]
	for path in ("/my/data", "/my/data/download"):
		assert page("Guest", path).headers["Location"].startswith("/sign-in")


def test_my_data_says_where_i_am_named_but_nothing_of_the_roll():
	h = hall.build(organizations=4, candidates=2, upto="voting")
	user = "teller@portal.example"
	contact = builders.delegate(h.organizations[0])
	frappe.get_doc("Contact", contact).add_email(user, is_primary=1, autosave=True)
	data = json.loads(page(user, "/my/data/download").get_data())
	assert "General Meeting" in {row["kind"] for row in data["mentioned"]}
	assert not {row["kind"] for row in data["mentioned"]} & {"Election Voter", "Ballot"}


def test_i_correct_my_own_name_and_nobody_elses(org):
	values = {"first_name": "Nour", "last_name": "Hassan", "phone": "٠٩٣٣ ٤٤٤ ٥٥٥"}
	assert post(org.second[1], "/my/data", contact=str(org.second[0]), **values).status_code == 303
	contact = frappe.get_doc("Contact", org.second[0])
	assert (contact.full_name, contact.mobile_no) == ("Nour Hassan", "0933 444 555")
	assert frappe.db.get_value("User", org.second[1], "first_name") == "Nour"
	assert post(org.second[1], "/my/data", contact=str(org.delegate[0]), **values).status_code == 404
	assert frappe.db.get_value("Contact", org.delegate[0], "first_name") == "Person 1"
	assert post(org.second[1], "/my/data", contact=str(org.second[0]), first_name=" ").status_code == 422


def test_deletion_is_asked_for_once_and_confirmed_by_mail(org):
	frappe.db.delete("Email Account", {"default_outgoing": 1})
	assert post(org.second[1], "/my/data", action="delete").status_code == 303
	request = frappe.get_doc("Personal Data Deletion Request", {"email": org.second[1]})
	assert request.status == "Pending Verification"
	mails = frappe.get_all("Email Queue", {"reference_name": request.name}, pluck="message")
	assert len(mails) == 1 and "confirm_deletion" in mails[0]
	assert post(org.second[1], "/my/data", action="delete").status_code == 422
	assert "Open the link" in web.text(page(org.second[1], "/my/data"))


def test_what_is_redacted_leaves_no_name_among_the_representatives(org):
	frappe.db.set_value("Contact", org.second[0], {"first_name": "[REDACTED]", "last_name": "[REDACTED]"})
	new = frappe.rename_doc("Contact", org.second[0], "deleted-user-1", force=True, show_alert=False)
	row = next(row for row in org.doc().representatives if row.contact == new)
	assert "Person" not in row.full_name
	assert "Person" not in frappe.db.get_value("Contact", new, "full_name")
