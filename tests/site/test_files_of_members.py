"""Files on the app's documents: whoever reads the document reads the file, by every door; nobody else, for ever."""

import frappe
import pytest
from frappe.core.doctype.file.utils import find_file_by_url
from frappe.utils import today
from frappe.utils.response import download_private_file
from werkzeug.exceptions import Forbidden

from aso_network import representative_changes as changes
from aso_network.roles import ALL_ROLES, COMMITTEE, MANAGER, OBSERVER, OFFICER
from aso_network.workflows import DOCTYPES
from tests.site import builders, doors


def upload(content, **attached):
	"""A private file as somebody sends it: tied to nothing yet, unless `attached` says so."""
	return frappe.get_doc(
		{"doctype": "File", "file_name": "letter.txt", "content": content, "is_private": 1, **attached}
	).insert()


def file_of(doc):
	return frappe.get_doc("File", {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name})


def reads(user, file):
	"""The doors by which `user` gets at the file."""
	found = set()
	with builders.as_user(user):
		if find_file_by_url(file.file_url):
			found.add("/private/files")
		if find_file_by_url(file.file_url, file.name):
			found.add("/private/files?fid")
		found |= {door for door in doors.LISTS if file.name in doors.shown(door, "File")}
		found |= {door for door in doors.OPENINGS if doors.opens(door, "File", file.name)}
		try:
			doors.call("frappe.core.doctype.file.file.download_file", file_url=file.file_url)
			found.add("download_file")
		except (frappe.PermissionError, Forbidden):
			pass
		listed = doors.call(
			"frappe.client.get_list",
			doctype="File",
			filters={"file_url": file.file_url},
			fields=["file_name"],
		)
		if listed:
			found.add("client.get_list")
	return found


@pytest.fixture
def letter():
	"""(organisation, its delegate's user, a second user of it, another organisation's user, the change, its file)"""
	people = []
	for number in range(3):
		address = f"person{number}@files.example"
		people.append(
			builders.contact(f"Person {number}", email_ids=[{"email_id": address, "is_primary": 1}])
		)
	rows = [
		{"contact": c, "is_delegate": int(not i), "from_date": "2000-01-01"} for i, c in enumerate(people[:2])
	]
	organization = builders.organization(builders.platform(), representatives=rows)
	builders.organization(
		builders.platform(),
		representatives=[{"contact": people[2], "is_delegate": 1, "from_date": "2000-01-01"}],
	)
	delegate, second, stranger = (f"person{number}@files.example" for number in range(3))
	with builders.as_user(delegate):
		url = upload(f"The letter {frappe.generate_hash()}").file_url
		change = changes.send(
			organization,
			{"what": changes.DELEGATE, "contact": people[1], "letter": url},
		)
	return frappe._dict(
		organization=organization,
		delegate=delegate,
		second=second,
		stranger=stranger,
		change=change,
		file=file_of(change),
	)


def test_the_organization_and_the_staff_concerned_read_the_letter(letter):
	assert letter.file.owner == "Administrator"
	for user in (letter.delegate, letter.second):
		assert {"/private/files", "/private/files?fid", "REST"} <= reads(user, letter.file), user
	for role in (OFFICER, MANAGER):
		assert {"/private/files", "list", "REST"} <= reads(builders.user(role), letter.file), role


def test_nobody_else_does(letter):
	others = [
		letter.stranger,
		*(builders.user(role) for role in ALL_ROLES if role not in (OFFICER, MANAGER)),
		builders.user("Customer", user_type="Website User"),
		builders.user("Sales User"),
	]
	for user in others:
		assert not reads(user, letter.file), user
	with builders.as_user("Guest"), pytest.raises(Forbidden):
		download_private_file(letter.file.file_url)


def test_who_uploaded_it_and_left_reads_it_no_more(letter):
	with builders.as_user(builders.user(OFFICER)):
		frappe.get_doc(letter.change.doctype, letter.change.name).reload()
		from aso_network.workflows import guard

		guard.move(frappe.get_doc(letter.change.doctype, letter.change.name), "Accepted")
	assert not reads(letter.delegate, letter.file)
	assert "/private/files" in reads(letter.second, letter.file)


def test_what_a_member_of_staff_attached_is_not_theirs_for_ever(letter):
	officer = builders.user(OFFICER, OBSERVER)
	with builders.as_user(officer):
		file = upload(
			"A note", attached_to_doctype="Member Organization", attached_to_name=letter.organization
		)
	assert "/private/files" in reads(officer, file) and "/private/files" in reads(letter.delegate, file)
	assert not reads(letter.stranger, file)
	frappe.db.delete("Has Role", {"parent": officer, "role": OFFICER})
	frappe.clear_cache(user=officer)
	assert not reads(officer, file)


def test_a_teller_does_not_list_the_files_of_other_elections():
	from tests.site import hall

	here, there = hall.build(organizations=4, candidates=2), hall.build(organizations=4, candidates=2)
	files = []
	for h in (here, there):
		files.append(
			upload(f"Photo {h.election}", attached_to_doctype="Candidacy", attached_to_name=h.candidacies[0])
		)
	teller = here.tellers[0]
	with builders.as_user(teller):
		shown = doors.shown("list", "File")
		assert files[0].name in shown and files[1].name not in shown
	assert builders.user(COMMITTEE) and not reads(teller, files[1])


def test_an_officer_of_another_governorate_does_not_read_it(letter):
	elsewhere = builders.platform()
	officer = builders.user(OFFICER)
	frappe.get_doc(
		{
			"doctype": "User Permission",
			"user": officer,
			"allow": "Territory",
			"for_value": elsewhere.territory,
		}
	).insert()
	assert not reads(officer, letter.file)


def test_files_of_other_documents_are_as_frappe_has_them():
	contact = builders.contact("Somebody")
	owner, other = builders.user("Sales User"), builders.user("Purchase User")
	with builders.as_user(owner):
		mine = upload("Mine")
		tied = upload("Tied", attached_to_doctype="Contact", attached_to_name=contact)
		public = upload("Public", is_private=0)
	assert mine.owner == tied.owner == owner
	assert {"/private/files", "list", "REST"} <= reads(owner, mine)
	assert {"/private/files", "list", "REST"} <= reads(other, tied)
	assert {"list", "REST"} <= reads(other, public)
	assert not reads(other, mine)


def test_every_document_with_files_is_watched():
	"""A file may be uploaded first and tied to its document later, without an event of its own."""
	rows = frappe.get_all(
		"DocField",
		filters={"fieldtype": ("in", ("Attach", "Attach Image"))},
		fields=["parent"],
		distinct=True,
	)
	ours = set(frappe.get_all("DocType", {"module": "ASO Network"}, pluck="name"))
	assert {row.parent for row in rows} & ours <= set(DOCTYPES)


def test_a_letter_of_somebody_else_is_not_taken_by_its_address(letter):
	with builders.as_user(letter.stranger):
		own = frappe.get_all("Organization Representative", {"contact": ("like", "Person 2%")}, ["parent"])
		with pytest.raises(frappe.ValidationError):
			changes.send(
				own[0].parent,
				{
					"what": changes.DELEGATE,
					"person_name": "Somebody",
					"phone": "0933 000 000",
					"letter": letter.file.file_url,
				},
			)
	assert today()


def test_the_desk_attaches_a_file_before_its_document_is_saved():
	"""The uploader of a new form gives a name that is not there yet; once it is, the file follows the document."""
	officer, other = builders.user("Network Officer"), builders.user("Network Finance")
	with builders.as_user(officer):
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": "letter.txt",
				"content": "to the network",
				"is_private": 1,
				"attached_to_doctype": "Representative Change",
				"attached_to_name": "new-representative-change-abcdef",
			}
		).insert()
		assert file.has_permission("read")
	with builders.as_user(other):
		assert not file.has_permission("read")
