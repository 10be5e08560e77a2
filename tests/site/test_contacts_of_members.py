"""People and addresses of an organisation: seen by whoever may see the organisation, by every door that names them."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import today

from aso_network.roles import COMMITTEE, MEMBER, OBSERVER
from tests.site import builders, doors

NUMBER = "0933 777 888"


def person(number, **values):
	address = f"person{number}@contacts.example"
	return builders.contact(
		f"Person {number}", email_ids=[{"email_id": address, "is_primary": 1}], **values
	), address


@pytest.fixture
def org():
	"""Organisation A with a second person, who has a number, and its address; and people who must not see them."""
	# A site may give the role read on both, for its own portal.
	for doctype in ("Contact", "Address"):
		frappe.permissions.add_permission(doctype, MEMBER)
		for right in ("print", "report", "export"):
			frappe.permissions.update_permission_property(doctype, MEMBER, 0, right, 1)
	delegate, second, former, stranger = (person(number) for number in range(4))
	organization = builders.organization(
		builders.platform(),
		representatives=[
			{"contact": delegate[0], "is_delegate": 1, "from_date": "2000-01-01"},
			{"contact": second[0], "from_date": "2000-01-01"},
			{"contact": former[0], "from_date": "2000-01-01"},
		],
	).doc()
	contact = frappe.get_doc("Contact", second[0])
	contact.add_phone(NUMBER, is_primary_mobile_no=1, autosave=True)
	address = frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": "Hidden house",
			"address_line1": "Street of nobody",
			"city": "Hajin",
			"country": "Syria",
			"links": [{"link_doctype": "Member Organization", "link_name": organization.name}],
		}
	).insert()
	builders.organization(
		builders.platform(),
		representatives=[{"contact": stranger[0], "is_delegate": 1, "from_date": "2000-01-01"}],
	)
	row = next(row for row in organization.representatives if row.contact == former[0])
	row.to_date = today()
	organization.reload()
	next(row for row in organization.representatives if row.contact == former[0]).to_date = today()
	organization.save()
	# Disabled by now; as if the account were another's as well.
	frappe.get_doc("User", former[1]).db_set("enabled", 1)
	frappe.get_doc(
		{
			"doctype": "Has Role",
			"parent": former[1],
			"parenttype": "User",
			"parentfield": "roles",
			"role": MEMBER,
		}
	).insert()
	frappe.clear_cache(user=former[1])
	return frappe._dict(
		name=organization.name,
		delegate=delegate[1],
		contact=str(second[0]),
		address=address.name,
		others=[
			stranger[1],
			former[1],
			builders.user(COMMITTEE),
			builders.user(OBSERVER),
			builders.user("Customer", user_type="Website User"),
			"Guest",
		],
	)


def tried(method, **values):
	try:
		return frappe.as_json(doors.call(method, **values))
	except (frappe.PermissionError, frappe.ValidationError, frappe.DoesNotExistError):
		return ""


ASKED = {
	"link search of ERPNext's forms": lambda o: tried(
		"frappe.desk.search.search_link",
		doctype="Contact",
		txt="Person",
		query="frappe.contacts.doctype.contact.contact.contact_query",
		filters={"link_doctype": "Member Organization", "link_name": o.name},
	),
	"address search of ERPNext's forms": lambda o: tried(
		"frappe.desk.search.search_link",
		doctype="Address",
		txt="",
		query="frappe.contacts.doctype.address.address.address_query",
		filters={"link_doctype": "Member Organization", "link_name": o.name},
	),
	"addresses to write to": lambda o: tried("frappe.email.get_contact_list", txt="person1"),
	"card": lambda o: tried("frappe.contacts.doctype.contact.contact.download_vcard", contact=o.contact),
	"details": lambda o: tried(
		"frappe.contacts.doctype.contact.contact.get_contact_details", contact=o.contact
	),
	"default address": lambda o: tried(
		"frappe.contacts.doctype.address.address.get_default_address",
		doctype="Member Organization",
		name=o.name,
	),
	"address as text": lambda o: tried(
		"frappe.contacts.doctype.address.address.get_address_display", address_dict=o.address
	),
	"what is linked": lambda o: tried(
		"frappe.desk.form.linked_with.get", doctype="Member Organization", docname=o.name
	),
	"what is linked to the person": lambda o: tried(
		"frappe.desk.form.linked_with.get", doctype="Contact", docname=o.contact
	),
	"website list": lambda o: (
		tried("frappe.www.list.get", doctype="Contact") + tried("frappe.www.list.get", doctype="Address")
	),
	"export": lambda o: tried(
		"frappe.desk.reportview.export_query",
		doctype="Contact",
		fields=["`tabContact`.`name`", "`tabContact`.`mobile_no`"],
		file_format_type="CSV",
	),
	"representatives of a form": lambda o: tried(
		"frappe.desk.search.search_link",
		doctype="Contact",
		txt="",
		query="aso_network.api.membership.search_representatives",
		filters={"organization": o.name},
	),
	"next record": lambda o: tried(
		"frappe.desk.form.utils.get_next",
		doctype="Contact",
		value=o.contact,
		prev=0,
		filters=[["Contact", "name", "=", o.contact]],
	),
	"invitation": lambda o: tried("frappe.contacts.doctype.contact.contact.invite_user", contact=o.contact),
	"title": lambda o: tried(
		"frappe.desk.search.get_link_title", doctype="Contact", docname=o.contact
	).replace(f'"{o.contact}"', ""),
	"counted": lambda o: tried(
		"frappe.client.get_count", doctype="Contact", filters={"mobile_no": NUMBER}
	).strip("0"),
	"grouped": lambda o: tried(
		"frappe.desk.listview.get_group_by_count",
		doctype="Contact",
		current_filters="[]",
		field="mobile_no",
	),
	"values of a field": lambda o: tried(
		"frappe.client.get_value",
		doctype="Contact",
		filters={"mobile_no": NUMBER},
		fieldname=["full_name", "name"],
	),
	"linking fields": lambda o: tried(
		"frappe.client.validate_link", doctype="Contact", docname=o.contact, fields=["full_name", "mobile_no"]
	),
	"timeline": lambda o: tried(
		"frappe.desk.form.load.get_communications", doctype="Contact", name=o.contact
	),
	"global search": lambda o: tried("frappe.utils.global_search.search", text="Person 1"),
}


def _shown(found: str, o) -> list[str]:
	return [
		secret for secret in (NUMBER, o.contact, o.address, "Street of nobody", "person1@") if secret in found
	]


def test_others_learn_nothing(org):
	leaks = []
	for user in org.others:
		with builders.as_user(user):
			for door, ask in ASKED.items():
				if shown := _shown(ask(org), org):
					leaks.append(f"{user} by {door}: {shown}")
	assert not leaks, "\n".join(leaks)


def test_no_general_door_shows_them_to_others(org):
	for user in org.others:
		with builders.as_user(user):
			for doctype, name in (("Contact", org.contact), ("Address", org.address)):
				for door in doors.LISTS:
					assert name not in doors.shown(door, doctype), f"{user}: {doctype} by {door}"
				for door in doors.OPENINGS:
					assert not doors.opens(door, doctype, name), f"{user}: {doctype} by {door}"
				# Everybody may write down people of their own.
				for door in set(doors.CHANGES) - {"client.insert of a copy"}:
					assert not doors.changes(door, doctype, name), f"{user}: {doctype} by {door}"
			for rows in ("Contact Email", "Contact Phone", "Dynamic Link"):
				for parent in ("Contact", "Address"):
					found = tried(
						"frappe.client.get_list",
						doctype=rows,
						parent=parent,
						fields=["parent"],
						limit_page_length=0,
					)
					assert org.contact not in found and org.address not in found, f"{user}: {rows}"


def test_their_own_people_see_them(org):
	with builders.as_user(org.delegate):
		assert org.contact in doors.shown("list", "Contact")
		assert org.address in doors.shown("list", "Address")
		assert doors.opens("REST", "Contact", org.contact) and doors.opens("REST", "Address", org.address)
		assert _shown(ASKED["details"](org), org)
