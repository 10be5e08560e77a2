"""Who represents an organisation changes: by its delegate, by who leaves, and for a new delegate by the office."""

import frappe
import pytest
from frappe.utils import add_days, today

from aso_network import membership, permissions
from aso_network import representative_changes as changes
from aso_network.roles import MANAGER, OFFICER
from aso_network.workflows import guard
from tests.site import builders, doors


def person(number, **values):
	address = f"person{number}@change.example"
	return builders.contact(
		f"Person {number}", email_ids=[{"email_id": address, "is_primary": 1}], **values
	), address


@pytest.fixture
def org():
	"""name, delegate and second (each with `.contact` and `.user`), officer"""
	people = [person(number) for number in (1, 2)]
	rows = [
		{"contact": contact, "is_delegate": int(not index), "from_date": "2000-01-01", "position": "Chair"}
		for index, (contact, _address) in enumerate(people)
	]
	organization = builders.organization(builders.platform(), representatives=rows)
	delegate, second = (frappe._dict(contact=contact, user=address) for contact, address in people)
	return frappe._dict(
		name=str(organization),
		doc=organization.doc,
		delegate=delegate,
		second=second,
		officer=builders.user(OFFICER),
	)


def letter():
	return (
		frappe.get_doc(
			{"doctype": "File", "file_name": "letter.pdf", "content": frappe.generate_hash(), "is_private": 1}
		)
		.insert(ignore_permissions=True)
		.file_url
	)


def send(user, organization, what, **values):
	with builders.as_user(user):
		if what == changes.DELEGATE:
			values.setdefault("letter", letter())
		return changes.send(organization, {"what": what, **values})


def somebody(**values):
	return {"person_name": "Rima Khalil", "position": "Accountant", "email": "rima@change.example", **values}


def acting(org):
	return {row.contact: row.is_delegate for row in changes.people(org.name)}


def trail(name):
	return frappe.get_all(
		"Network Audit Event",
		{"reference_name": name},
		["action", "from_state", "to_state", "user", "reason"],
		order_by="creation",
	)


# --- at once ---------------------------------------------------------------------------------------------


def test_a_new_representative_takes_effect_at_once_and_the_trail_says_by_whom(org):
	change = send(org.delegate.user, org.name, changes.NEW, **somebody(language="en"))
	assert change.status == "Accepted"
	contact = frappe.get_doc("Contact", change.contact)
	assert contact.full_name == "Rima Khalil" and contact.email_id == "rima@change.example"
	assert contact.owner == "Administrator"
	assert acting(org)[contact.name] == 0
	assert permissions.own_organizations("rima@change.example") == {org.name}
	assert frappe.db.get_value("User", "rima@change.example", "language") == "en"
	(line,) = trail(change.name)
	assert (line.action, line.user) == ("Accept", org.delegate.user)
	assert "at once" in line.reason
	# The delegate wrote the person down, and is not the owner of what was written.
	with builders.as_user(org.delegate.user):
		assert not doors.changes("REST PUT", "Contact", contact.name)


def test_who_leaves_is_out_at_once(org):
	change = send(org.second.user, org.name, changes.LEAVES, contact=org.second.contact)
	assert change.status == "Accepted" and set(acting(org)) == {org.delegate.contact}
	assert permissions.own_organizations(org.second.user) == set()
	row = org.doc().representatives[1]
	assert str(row.to_date) == today() and row.has_left


def test_the_delegate_lets_another_one_leave(org):
	send(org.delegate.user, org.name, changes.LEAVES, contact=org.second.contact)
	assert set(acting(org)) == {org.delegate.contact}


# --- a new delegate --------------------------------------------------------------------------------------


def test_a_new_delegate_needs_the_letter(org):
	with pytest.raises(changes.LetterMissingError):
		send(org.delegate.user, org.name, changes.DELEGATE, **somebody(), letter=None)
	with pytest.raises(frappe.ValidationError):
		send(org.delegate.user, org.name, changes.DELEGATE, **somebody(), letter="/files/public.pdf")


def test_the_office_accepts_with_one_click_and_types_nothing(org):
	change = send(org.delegate.user, org.name, changes.DELEGATE, **somebody())
	assert change.status == "Submitted" and membership.current_delegate(org.name) == org.delegate.contact
	with builders.as_user(org.officer):
		guard.move(frappe.get_doc(change.doctype, change.name), "Accepted")
	new = frappe.db.get_value(change.doctype, change.name, "contact")
	assert membership.current_delegate(org.name) == new
	assert acting(org) == {new: 1, org.second.contact: 0}
	assert permissions.own_organizations("rima@change.example") == {org.name}
	assert permissions.own_organizations(org.delegate.user) == set()
	assert not frappe.db.get_value("User", org.delegate.user, "enabled")
	old = next(row for row in org.doc().representatives if row.contact == org.delegate.contact)
	assert str(old.to_date) == today()
	assert [line.user for line in trail(change.name)] == [org.officer]


def test_the_office_hears_of_a_new_delegate_and_the_organization_of_a_refusal(org):
	def told(user: str) -> int:
		address = frappe.db.get_value("User", user, "email")
		return frappe.db.count("Email Queue Recipient", {"recipient": address})

	office, member = told(org.officer), told(org.delegate.user)
	change = send(org.delegate.user, org.name, changes.DELEGATE, **somebody())
	assert told(org.officer) == office + 1
	with builders.as_user(org.officer):
		guard.move(frappe.get_doc(change.doctype, change.name), "Rejected", "The letter is not signed.")
	assert told(org.delegate.user) == member + 1
	# What takes effect at once needs nobody.
	send(org.delegate.user, org.name, changes.NEW, **somebody())
	assert told(org.officer) == office + 1


def test_a_representative_becomes_the_delegate(org):
	change = send(org.delegate.user, org.name, changes.DELEGATE, contact=org.second.contact)
	with builders.as_user(org.officer):
		guard.move(frappe.get_doc(change.doctype, change.name), "Accepted")
	assert acting(org) == {org.second.contact: 1}
	assert membership.current_delegate(org.name) == org.second.contact
	assert frappe.db.get_value("User", org.second.user, "enabled")
	new = org.doc().representatives[-1]
	assert (new.position, str(new.from_date)) == ("Chair", today())
	# And on the same day back again: the letter was a mistake.
	back = send(org.second.user, org.name, changes.DELEGATE, **somebody())
	with builders.as_user(org.officer):
		guard.move(frappe.get_doc(back.doctype, back.name), "Accepted")
	assert membership.current_delegate(org.name) == frappe.db.get_value(back.doctype, back.name, "contact")
	assert list(acting(org).values()) == [1]


def test_the_delegate_cannot_accept_their_own_successor(org):
	change = send(org.delegate.user, org.name, changes.DELEGATE, **somebody())
	with builders.as_user(org.delegate.user):
		doc = frappe.get_doc(change.doctype, change.name)
		for door in doors.CHANGES:
			assert not doors.changes(door, change.doctype, change.name), door
		doc.flags.ignore_permissions = True
		with pytest.raises(changes.OfficeDecidesError):
			guard.move(doc, "Accepted")


def test_an_officer_who_is_the_delegate_does_not_accept_it_either(org):
	contact = builders.contact("Both", email_ids=[{"email_id": org.officer, "is_primary": 1}])
	doc = org.doc()
	doc.representatives[0].to_date = today()
	doc.append("representatives", {"contact": contact, "is_delegate": 1, "from_date": today()})
	doc.save()
	change = send(org.officer, org.name, changes.DELEGATE, **somebody())
	with builders.as_user(org.officer), pytest.raises(frappe.PermissionError):
		guard.move(frappe.get_doc(change.doctype, change.name), "Accepted")
	with builders.as_user(builders.user(OFFICER)):
		guard.move(frappe.get_doc(change.doctype, change.name), "Accepted")


def test_one_new_delegate_waits_at_a_time_and_can_be_taken_back(org):
	change = send(org.delegate.user, org.name, changes.DELEGATE, **somebody())
	with pytest.raises(changes.ChangeWaitingError):
		send(org.delegate.user, org.name, changes.DELEGATE, **somebody())
	with builders.as_user(org.second.user), pytest.raises(changes.NotTheDelegateError):
		changes.withdraw(change.name, org.name)
	with builders.as_user(org.delegate.user):
		changes.withdraw(change.name, org.name)
	assert send(org.delegate.user, org.name, changes.DELEGATE, **somebody()).status == "Submitted"


def test_what_was_sent_is_accepted_as_it_was_sent(org):
	change = send(org.delegate.user, org.name, changes.DELEGATE, **somebody())
	with builders.as_user(builders.user(MANAGER)):
		doc = frappe.get_doc(change.doctype, change.name)
		doc.person_name = "Somebody Else"
		with pytest.raises(frappe.ValidationError):
			guard.move(doc, "Accepted")
		doc.reload()
		with pytest.raises(guard.ReasonRequiredError):
			guard.move(doc, "Rejected")


def test_what_is_no_longer_true_is_not_accepted(org):
	change = send(org.delegate.user, org.name, changes.DELEGATE, contact=org.second.contact)
	send(org.second.user, org.name, changes.LEAVES, contact=org.second.contact)
	with builders.as_user(org.officer), pytest.raises(changes.PersonError):
		guard.move(frappe.get_doc(change.doctype, change.name), "Accepted")


# --- who may ---------------------------------------------------------------------------------------------


def test_only_the_delegate_sends_and_everybody_their_own_leaving(org):
	with pytest.raises(changes.NotTheDelegateError):
		send(org.second.user, org.name, changes.NEW, **somebody())
	with pytest.raises(changes.NotTheDelegateError):
		send(org.second.user, org.name, changes.DELEGATE, **somebody())
	with pytest.raises(changes.NotTheDelegateError):
		send(org.second.user, org.name, changes.LEAVES, contact=org.delegate.contact)


def test_nobody_sends_for_another_organization(org):
	contact, stranger = person(9)
	other = builders.organization(
		builders.platform(),
		representatives=[{"contact": contact, "is_delegate": 1, "from_date": "2000-01-01"}],
	)
	for user in (stranger, org.officer, builders.user(MANAGER)):
		with pytest.raises(changes.NotTheDelegateError):
			send(user, org.name, changes.NEW, **somebody())
	with pytest.raises(changes.PersonError):
		send(stranger, other, changes.LEAVES, contact=org.second.contact)
	change = send(org.delegate.user, org.name, changes.DELEGATE, **somebody())
	with builders.as_user(stranger):
		with pytest.raises(frappe.DoesNotExistError):
			changes.withdraw(change.name, other)
		for door in doors.LISTS:
			assert change.name not in doors.shown(door, changes.DOCTYPE), door
		for door in doors.OPENINGS:
			assert not doors.opens(door, changes.DOCTYPE, change.name), door
	with builders.as_user(org.second.user):
		assert doors.shown("list", changes.DOCTYPE) == {change.name}


def test_a_former_delegate_sends_and_sees_nothing(org):
	change = send(org.delegate.user, org.name, changes.DELEGATE, contact=org.second.contact)
	with builders.as_user(org.officer):
		guard.move(frappe.get_doc(change.doctype, change.name), "Accepted")
	with pytest.raises(changes.NotTheDelegateError):
		send(org.delegate.user, org.name, changes.NEW, **somebody())
	with builders.as_user(org.delegate.user):
		for door in doors.OPENINGS:
			assert not doors.opens(door, changes.DOCTYPE, change.name), door


def test_an_organization_without_a_part_in_the_network_changes_nothing(org):
	doc = org.doc()
	guard.move(doc, "Suspended", "A complaint")
	with pytest.raises(changes.NotActiveError, match="Suspended"):
		send(org.delegate.user, org.name, changes.NEW, **somebody())


# --- never without a delegate ----------------------------------------------------------------------------


def test_the_delegate_does_not_just_leave(org):
	with pytest.raises(changes.PersonError, match="always has one"):
		send(org.delegate.user, org.name, changes.LEAVES, contact=org.delegate.contact)
	assert membership.current_delegate(org.name) == org.delegate.contact


# --- people ----------------------------------------------------------------------------------------------


def test_a_person_has_a_name_and_a_way_to_reach_them(org):
	for values in ({"person_name": " ‮ "}, {"email": "", "phone": ""}, {"email": "nobody"}):
		with pytest.raises(changes.PersonError):
			send(org.delegate.user, org.name, changes.NEW, **somebody(**values))


def test_somebody_with_a_telephone_only_is_named_and_has_no_account(org):
	change = send(org.delegate.user, org.name, changes.NEW, **somebody(email="", phone="0933 123 456"))
	contact = frappe.get_doc("Contact", change.contact)
	assert contact.mobile_no == "0933 123 456" and not contact.user


def test_who_represents_already_is_not_named_again(org):
	with pytest.raises(changes.PersonError, match="already"):
		send(
			org.delegate.user,
			org.name,
			changes.NEW,
			**somebody(person_name="Person 2", email=org.second.user),
		)


def test_who_comes_back_is_the_same_contact(org):
	send(org.second.user, org.name, changes.LEAVES, contact=org.second.contact)
	change = send(
		org.delegate.user, org.name, changes.NEW, **somebody(person_name="Person  2", email=org.second.user)
	)
	assert change.contact == org.second.contact
	assert permissions.own_organizations(org.second.user) == {org.name}


def test_a_contact_of_another_organization_is_not_taken_over(org):
	contact, address = person(9)
	other = builders.organization(
		builders.platform(),
		representatives=[{"contact": contact, "is_delegate": 1, "from_date": "2000-01-01"}],
	)
	change = send(org.delegate.user, org.name, changes.NEW, **somebody(person_name="Person 9", email=address))
	assert change.contact != contact
	frappe.permissions.add_permission("Contact", "Member Representative")
	with builders.as_user(org.delegate.user):
		assert not doors.opens("REST", "Contact", contact)
	# It is one person with one account all the same.
	assert permissions.own_organizations(address) == {org.name, other}


def test_a_term_to_come_is_dropped_by_leaving(org):
	doc = org.doc()
	third, _address = person(3)
	doc.append("representatives", {"contact": third, "from_date": add_days(today(), 5)})
	doc.append("representatives", {"contact": org.second.contact, "from_date": add_days(today(), 5)})
	doc.representatives[1].to_date = add_days(today(), 5)
	doc.save()
	send(org.delegate.user, org.name, changes.LEAVES, contact=org.second.contact)
	rows = [row for row in org.doc().representatives if row.contact == org.second.contact]
	assert len(rows) == 1 and rows[0].has_left
