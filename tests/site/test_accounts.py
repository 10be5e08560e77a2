"""From an organisation to the people who act for it, and back: users made, invited, and out at once when they leave."""

import frappe
import pytest
from frappe.auth import CookieManager
from frappe.sessions import Session
from frappe.utils import add_days, get_datetime, now_datetime, today
from frappe.utils.password import update_password
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from aso_network import accounts, permissions
from aso_network.roles import FINANCE, MEMBER, OFFICER
from aso_network.workflows import guard
from tests.site import builders, doors

LONG_AGO = "2000-01-01"


def person(email=None, **values):
	values.setdefault("name", f"Person of {email}")
	return builders.contact(
		values.pop("name"),
		email_ids=[{"email_id": email, "is_primary": 1}] if email else [],
		**values,
	)


def row(contact, **values):
	return {"contact": contact, "from_date": LONG_AGO, **values}


def member(*people, platform=None, status="Active", **values):
	"""A member organisation; the first of its people is the delegate."""
	rows = [row(contact, is_delegate=int(not index)) for index, contact in enumerate(people)]
	return builders.organization(platform or builders.platform(), status, representatives=rows, **values)


def user_of(contact):
	return frappe.db.get_value("Contact", contact, "user")


def enabled(user):
	return bool(frappe.db.get_value("User", user, "enabled"))


def roles(user):
	return set(frappe.get_all("Has Role", {"parent": user, "parenttype": "User"}, pluck="role"))


def letters(user):
	"""What was written to somebody, the newest first."""
	return frappe.get_all(
		"Email Queue",
		filters=[["Email Queue Recipient", "recipient", "=", user]],
		fields=["name", "message"],
		order_by="`tabEmail Queue`.creation desc",
	)


def sign_in(user):
	"""A session as Frappe keeps it, in the table and in Redis."""
	session = Session.__new__(Session)
	session.data = frappe._dict(
		user=user,
		sid=frappe.generate_hash(),
		data=frappe._dict(
			user=user, last_updated=frappe.utils.now(), session_expiry="06:00:00", user_type="Website User"
		),
	)
	session.insert_session_record()
	return session.data.sid


def whose(sid):
	"""The user that Frappe takes a request with this cookie for."""
	before, lang = frappe.session.user, frappe.local.lang
	frappe.local.cookie_manager = CookieManager()
	environ = EnvironBuilder(headers={"Cookie": f"sid={sid}"}).get_environ()
	frappe.local.request = Request(environ)
	frappe.flags.read_only = True  # a session that is no more would be deleted once more, and that commits
	try:
		return Session(user=None, resume=True).user
	except frappe.ValidationError:
		return "refused"
	finally:
		del frappe.local.request
		frappe.flags.read_only = False
		frappe.local.lang = lang
		frappe.set_user(before)


def sessions(user):
	table = frappe.qb.Table("tabSessions")
	return frappe.qb.from_(table).select(table.sid).where(table.user == user).run(pluck=True)


# --- admission -------------------------------------------------------------------------------------------


def test_admission_makes_a_user_of_everybody_with_an_address_and_invites_them():
	delegate, second, without = person("delegate@one.example"), person("second@one.example"), person()
	organization = member(delegate, second, without, status="Under Review")
	assert not frappe.db.exists("User", "delegate@one.example")
	officer = builders.user(OFFICER)
	with builders.as_user(officer):
		guard.move(organization.doc(), "Active")
	for contact, address in ((delegate, "delegate@one.example"), (second, "second@one.example")):
		assert user_of(contact) == address
		assert roles(address) == {MEMBER} and enabled(address)
		assert frappe.db.get_value("User", address, "user_type") == "Website User"
		assert permissions.own_organizations(address) == {organization}
		assert len(letters(address)) == 1
	assert not user_of(without)
	lines = frappe.get_all(
		"Network Audit Event",
		{"reference_name": organization, "action": "Access Given"},
		["reason", "user"],
	)
	assert {line.reason for line in lines} == {delegate.full_name, second.full_name}
	assert {line.user for line in lines} == {officer}


def test_the_invitation_is_in_their_language_and_its_link_lasts():
	arabic = person("arabic@two.example")
	english = person("english@two.example", aso_language="en")
	frappe.db.set_single_value("System Settings", "reset_password_link_expiry_duration", 1200)
	member(arabic, english, name_ar="جمعية الفرات", name_en="Euphrates Society")
	assert frappe.db.get_value("User", "arabic@two.example", "language") == "ar"
	assert frappe.db.get_value("User", "english@two.example", "language") == "en"
	message = letters("english@two.example")[0].message
	assert "Euphrates Society" in message and "/set-password?key=" in message
	assert 'dir=3D"rtl"' in letters("arabic@two.example")[0].message
	made = frappe.db.get_value("User", "english@two.example", "last_reset_password_key_generated_on")
	assert get_datetime(made) > get_datetime(add_days(now_datetime(), 13))


def test_the_language_falls_back_to_what_the_organization_is_called_in():
	contact = person("kurdish@two.example")
	member(contact, name_ar=None, name_en=None, name_ku="Komeleya Çand")
	assert frappe.db.get_value("User", "kurdish@two.example", "language") == "ku"


def test_saving_again_invites_nobody_again():
	contact = person("once@three.example")
	organization = member(contact).doc()
	organization.acronym = "ABC"
	organization.save()
	guard.move(organization, "Suspended", "A complaint")
	assert len(letters("once@three.example")) == 1
	# They still see it, and read that it is suspended.
	assert permissions.own_organizations("once@three.example") == {organization.name}
	assert enabled("once@three.example")


def test_a_platform_of_sixty_is_admitted_in_one_hour():
	frappe.local.conf["throttle_user_limit"] = 1
	platform = builders.platform()
	for number in range(3):
		member(person(f"delegate{number}@sixty.example"), platform=platform)
	assert all(
		user_of(c) for c in frappe.get_all("Contact", {"email_id": ("like", "%@sixty.example")}, pluck="name")
	)
	assert frappe.local.conf["throttle_user_limit"] == 1
	with pytest.raises(frappe.ValidationError, match="Throttled"):
		frappe.get_doc(
			{"doctype": "User", "email": "stranger@sixty.example", "first_name": "Stranger"}
		).insert()


def test_without_an_outgoing_account_the_admission_stands_and_the_letter_waits():
	frappe.db.set_value("Email Account", {"default_outgoing": 1}, "default_outgoing", 0)
	frappe.db.delete("Email Account", {"default_outgoing": 1})
	contact = person("nomail@four.example")
	organization = member(contact)
	assert organization.status == "Active"
	assert len(letters("nomail@four.example")) == 1


# --- leaving ---------------------------------------------------------------------------------------------


@pytest.fixture
def two():
	"""(organisation, delegate, second) who both have accounts."""
	delegate, second = person("delegate@five.example"), person("second@five.example")
	return member(delegate, second).doc(), delegate, second


def assert_out(user, sid):
	assert whose(sid) in ("Guest", "refused")
	assert not sessions(user)
	assert not enabled(user) and roles(user) == set()
	assert permissions.own_organizations(user) == set()


def test_who_is_removed_is_out_at_once_and_the_contact_stays(two):
	organization, _delegate, second = two
	sid = sign_in("second@five.example")
	assert whose(sid) == "second@five.example"
	organization.representatives = organization.representatives[:1]
	organization.save()
	assert_out("second@five.example", sid)
	assert frappe.db.exists("Contact", second)
	assert frappe.get_all(
		"Network Audit Event", {"reference_name": organization.name, "action": "Access Taken"}
	)


def test_whose_term_is_ended_today_is_out_today(two):
	organization, _delegate, _second = two
	sid = sign_in("second@five.example")
	organization.representatives[1].to_date = today()
	organization.save()
	assert_out("second@five.example", sid)
	# Their word of this day stands: a meeting of today can still have been attended by them.
	assert organization.representatives[1].contact in {
		r.contact for r in accounts.membership.representatives([organization.name])
	}


def test_a_last_day_to_come_is_served_and_then_access_is_gone_without_a_save(two):
	organization, _delegate, _second = two
	organization.representatives[1].to_date = add_days(today(), 3)
	organization.save()
	assert permissions.own_organizations("second@five.example") == {organization.name}
	sid = sign_in("second@five.example")
	frappe.db.set_value(
		"Organization Representative", organization.representatives[1].name, "to_date", add_days(today(), -1)
	)
	# Nothing has run yet, and there is nothing to see any more.
	assert permissions.own_organizations("second@five.example") == set()
	accounts.refresh_all()
	assert_out("second@five.example", sid)


def test_a_term_to_come_begins_by_itself(two):
	organization, _delegate, _second = two
	third = person("third@five.example")
	organization.append("representatives", {"contact": third, "from_date": add_days(today(), 2)})
	organization.save()
	assert not user_of(third) and not frappe.db.exists("User", "third@five.example")
	frappe.db.set_value(
		"Organization Representative", organization.representatives[2].name, "from_date", today()
	)
	accounts.refresh_all()
	assert permissions.own_organizations("third@five.example") == {organization.name}
	assert len(letters("third@five.example")) == 1


@pytest.mark.parametrize("end", ["Withdrawn"])
def test_an_organization_that_leaves_takes_its_people_along(two, end):
	organization, _delegate, _second = two
	sids = {user: sign_in(user) for user in ("delegate@five.example", "second@five.example")}
	guard.move(organization, end, "They asked for it")
	for user, sid in sids.items():
		assert_out(user, sid)


def test_an_applicant_with_an_account_of_old_sees_nothing_of_the_application_nor_of_the_rejected(two):
	organization, _delegate, second = two
	for status in ("Applied", "Under Review", "Rejected"):
		other = member(second, status=status)
		assert permissions.own_organizations("second@five.example") == {organization.name}, other


def test_an_invitation_that_was_not_opened_ends_with_the_term(two):
	organization, _delegate, _second = two
	organization.representatives = organization.representatives[:1]
	organization.save()
	assert not frappe.db.get_value("User", "second@five.example", "reset_password_key")


def test_who_comes_back_can_sign_in_again(two):
	organization, _delegate, second = two
	update_password("second@five.example", "Nine-Owls-Sleep-1")
	organization.representatives = organization.representatives[:1]
	organization.save()
	assert not enabled("second@five.example")
	organization.append("representatives", {"contact": second, "from_date": today()})
	organization.save()
	assert enabled("second@five.example") and roles("second@five.example") == {MEMBER}
	assert permissions.own_organizations("second@five.example") == {organization.name}
	assert "/set-password" not in letters("second@five.example")[0].message


def test_an_organization_that_is_admitted_anew_has_its_people_again():
	contact = person("again@six.example")
	platform = builders.platform()
	first = member(contact, platform=platform, name_en="Dawn", name_ar=None)
	guard.move(first.doc(), "Withdrawn", "They moved away")
	assert not enabled("again@six.example")
	second = member(contact, platform=platform, name_en="Dawn", name_ar=None)
	assert enabled("again@six.example")
	assert permissions.own_organizations("again@six.example") == {second}


def test_whom_the_office_has_locked_out_is_not_let_in_by_a_save(two):
	organization, _delegate, _second = two
	frappe.db.set_value("User", "second@five.example", "enabled", 0)
	organization.acronym = "XYZ"
	organization.save()
	accounts.refresh_all()
	assert not enabled("second@five.example")


# --- one person, several things --------------------------------------------------------------------------


def test_who_represents_two_organizations_keeps_the_other(two):
	organization, _delegate, second = two
	other = member(second)
	sid = sign_in("second@five.example")
	assert permissions.own_organizations("second@five.example") == {organization.name, other}
	organization.representatives = organization.representatives[:1]
	organization.save()
	assert permissions.own_organizations("second@five.example") == {other}
	assert enabled("second@five.example") and whose(sid) == "second@five.example"


def test_two_contacts_with_one_address_share_an_account_and_keep_their_names():
	first, second = (
		person("shared@seven.example", name="Amal"),
		person("shared@seven.example", name="Basel"),
	)
	one, other = member(first), member(second)
	assert user_of(first) == user_of(second) == "shared@seven.example"
	assert permissions.own_organizations("shared@seven.example") == {one, other}
	# Frappe copies a user's name into its Contact whenever the user is saved, as when a password is set.
	frappe.get_doc("User", "shared@seven.example").save()
	assert {frappe.db.get_value("Contact", name, "first_name") for name in (first, second)} == {
		"Amal",
		"Basel",
	}
	doc = one.doc()
	guard.move(doc, "Withdrawn", "They left")
	assert permissions.own_organizations("shared@seven.example") == {other}
	assert enabled("shared@seven.example")


def test_a_corrected_name_is_not_undone_by_the_user(two):
	_organization, _delegate, second = two
	contact = second.doc()
	contact.first_name = "Corrected"
	contact.save()
	frappe.get_doc("User", "second@five.example").save()
	assert frappe.db.get_value("Contact", second, "first_name") == "Corrected"


def test_a_new_address_is_a_new_account_and_the_old_one_ends(two):
	organization, _delegate, second = two
	sid = sign_in("second@five.example")
	contact = second.doc()
	contact.email_ids[0].email_id = "new@five.example"
	contact.save()
	assert user_of(second) == "new@five.example"
	assert permissions.own_organizations("new@five.example") == {organization.name}
	assert_out("second@five.example", sid)
	assert "/set-password?key=" in letters("new@five.example")[0].message


def test_an_address_written_in_capitals_is_the_same_one():
	contact = person("Capital@Eight.Example")
	member(contact)
	assert user_of(contact) == "capital@eight.example"
	assert member(person("capital@eight.example")) in permissions.own_organizations("capital@eight.example")


def test_staff_who_represent_keep_all_they_have():
	officer = frappe.get_doc("User", builders.user(OFFICER))
	contact = person(officer.email)
	frappe.get_doc("Contact", contact).db_set("user", officer.name)
	tagged = member(person())
	frappe.get_doc("Member Organization", tagged).add_tag("Health")
	with builders.as_user(officer.name):
		before = {doctype: doors.shown("list", doctype) for doctype in ("Contact", "Member Organization")}
		tags = set(frappe.get_list("Tag Link", pluck="name", limit=0))
		assert tags
	organization = member(contact).doc()
	sid = sign_in(officer.name)
	with builders.as_user(officer.name):
		for doctype, shown in before.items():
			assert shown <= doors.shown("list", doctype)
		assert tags <= set(frappe.get_list("Tag Link", pluck="name", limit=0))
	assert roles(officer.name) == {OFFICER, MEMBER}
	guard.move(organization, "Withdrawn", "They left")
	assert enabled(officer.name) and roles(officer.name) == {OFFICER}
	assert frappe.db.get_value("User", officer.name, "user_type") == "System User"
	assert whose(sid) == officer.name


def test_a_customer_of_the_site_stays_one():
	user = builders.user("Customer", user_type="Website User")
	organization = member(person(user)).doc()
	assert roles(user) == {"Customer", MEMBER}
	guard.move(organization, "Withdrawn", "They left")
	assert enabled(user) and roles(user) == {"Customer"}


def test_a_former_colleague_is_not_let_back_to_the_desk():
	user = builders.user(FINANCE)
	frappe.db.set_value("User", user, "enabled", 0)
	member(person(user))
	assert not enabled(user) and MEMBER not in roles(user)


def test_administrator_is_left_alone():
	address = frappe.db.get_value("User", "Administrator", "email")
	organization = member(person(address)).doc()
	guard.move(organization, "Withdrawn", "They left")
	assert enabled("Administrator")


def test_a_deleted_contact_leaves_no_way_in(two):
	organization, _delegate, second = two
	sid = sign_in("second@five.example")
	frappe.delete_doc("Contact", second)
	assert_out("second@five.example", sid)
	assert [r.contact for r in frappe.get_doc("Member Organization", organization.name).representatives] != []
