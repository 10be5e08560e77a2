"""Members: who an organisation is, where it belongs, who acts for it, and when it may be admitted."""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.model.delete_doc import check_if_doc_is_dynamically_linked, check_if_doc_is_linked
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import formatdate, getdate, today

from aso_network import names, permissions, platforms, reading

# A name is free again once its bearer was turned away or has left; who comes back applies anew.
WITHOUT_CLAIM = ("Rejected", "Withdrawn")
# A name; whole books would be asked word by word.
_LONGEST_SEARCH = 140
NAME_FIELDS = {"name_en": "name_key_en", "name_ar": "name_key_ar", "name_ku": "name_key_ku"}


class OrganizationNameMissingError(frappe.ValidationError):
	"""None of the three names is given."""


class DuplicateOrganizationError(frappe.ValidationError):
	"""The platform has an organisation of this name."""


class TerritoryOutsidePlatformError(frappe.ValidationError):
	"""The town is not in the platform's governorate."""


class PlatformFixedError(frappe.ValidationError):
	"""A member does not change platforms: it withdraws from one and applies to the other."""


class FutureDateError(frappe.ValidationError):
	"""A day of the past lies in the future."""


class RepresentativeDatesError(frappe.ValidationError):
	"""A representative's term ends before it begins."""


class RepresentativeTwiceError(frappe.ValidationError):
	"""The same person represents the organisation twice at the same time."""


class TwoDelegatesError(frappe.ValidationError):
	"""Two people would cast the organisation's one vote."""


class DelegateMissingError(frappe.ValidationError):
	"""An active organisation has nobody to cast its vote."""


# --- names -----------------------------------------------------------------------------------------------


def set_names(doc: Document) -> None:
	"""Title, the keys that the database holds unique per platform, and the text that search looks at."""
	doc.title = title(doc)
	claims = doc.status not in WITHOUT_CLAIM
	for field, key_field in NAME_FIELDS.items():
		# None, not "": a unique key lets any number of those pass.
		doc.set(key_field, (names.key(doc.get(field)) or None) if claims else None)
	doc.search_key = "\n".join(names.keys([*_all_names(doc), doc.acronym, doc.name]))


def title(doc: Document) -> str:
	"""The name an organisation goes by: the first that is given. Refuses none at all."""
	given = [doc.get(field).strip() for field in NAME_FIELDS if names.key(doc.get(field))]
	if not given:
		frappe.throw(
			_("Write the organization's name in English, Arabic or Kurdish; one of the three is enough."),
			OrganizationNameMissingError,
		)
	return given[0]


def refuse_duplicate(doc: Document) -> None:
	"""No second organisation in the platform under any of this one's names, however they are spelt."""
	if clash := duplicate_of(doc):
		_throw_duplicate(doc, clash)


def duplicate_of(doc: Document) -> frappe._dict | None:
	"""The organisation in the platform that has one of this one's names: `name`, `title`, `status`, `platform`."""
	mine = names.keys(_all_names(doc))
	if doc.status in WITHOUT_CLAIM or not mine:
		return None
	others = frappe.get_all(
		"Member Organization",
		filters={
			"platform": doc.platform,
			"name": ("!=", doc.name or ""),
			"status": ("not in", WITHOUT_CLAIM),
		},
		or_filters=[("search_key", "like", f"%{key}%") for key in mine],
		fields=["name", "title", "status", "platform", "aliases", *NAME_FIELDS],
	)
	# LIKE only narrows (keys hold no wildcards): part of a name, and another's acronym, are no clash.
	return next((other for other in others if set(mine) & set(names.keys(_all_names(other)))), None)


def refuse_taken_key(doc: Document, error: Exception) -> None:
	"""The database refused the name: somebody saved it between our check and our save. Say whose it is."""
	for key_field in NAME_FIELDS.values():
		if not doc.get(key_field):
			continue
		# Reading with a lock sees what others have committed since this transaction began.
		clash = frappe.db.get_value(
			"Member Organization",
			{"platform": doc.platform, key_field: doc.get(key_field), "name": ("!=", doc.name)},
			["name", "title", "status", "platform"],
			as_dict=True,
			for_update=True,
		)
		if clash:
			_throw_duplicate(doc, clash)
	raise frappe.UniqueValidationError(doc.doctype, doc.name, error)


def _throw_duplicate(doc: Document, clash: frappe._dict) -> None:
	frappe.throw(
		_(
			"{0} is in {1} already: {2} ({3}, {4}). Open that one, or give this organization a name that"
			" tells the two apart."
		).format(doc.title, clash.platform, clash.title, clash.name, _(clash.status)),
		DuplicateOrganizationError,
	)


def _all_names(doc: Document | frappe._dict) -> list[str | None]:
	return [*(doc.get(field) for field in NAME_FIELDS), *names.lines(doc.get("aliases"))]


def search_words(text: str) -> list[tuple[str, str, str]]:
	"""Filters on Member Organization: each word of `text` is in one of its names, in whatever spelling."""
	return [("search_key", "like", f"%{word}%") for word in names.normalize(text[:_LONGEST_SEARCH]).split()]


def names_in(language: str, organizations: list[str]) -> dict[str, str]:
	"""Name of the record → what the organisation is called in `language`, or else its title."""
	field = names.field_for(language)
	rows = reading.rows(
		"Member Organization",
		{"name": ("in", organizations)},
		("name", "title", f"{field} as own"),
	)
	return {row.name: row.own or row.title for row in rows}


# --- place and dates -------------------------------------------------------------------------------------


def require_territory_in_platform(doc: Document) -> None:
	"""The city or town lies in the platform's governorate."""
	governorate = frappe.db.get_value("Network Platform", doc.platform, "territory")
	# Frappe itself asks for the mandatory fields, after this.
	if not doc.territory or not governorate or doc.territory == governorate:
		return
	inner, outer = (
		frappe.db.get_value("Territory", place, ["lft", "rgt"], as_dict=True)
		for place in (doc.territory, governorate)
	)
	if not (outer.lft < inner.lft and inner.rgt < outer.rgt):
		frappe.throw(
			_(
				"{0}: {1} is not in {2}, the governorate of {3}. Choose a place in {2}, or another platform."
			).format(doc.title, _(doc.territory), _(governorate), doc.platform),
			TerritoryOutsidePlatformError,
		)


def keep_platform(doc: Document) -> None:
	"""An application may go to another platform; a member's votes and meetings belong to the one it is in."""
	before = doc.get_doc_before_save()
	if before and before.platform != doc.platform and before.status not in ("Applied", "Under Review"):
		frappe.throw(
			_(
				"{0} is {1} in {2} and cannot be moved to {3}: withdraw it there and let it apply anew."
			).format(doc.title, _(before.status), before.platform, doc.platform),
			PlatformFixedError,
		)


def check_dates(doc: Document) -> None:
	for field in ("founded_on", "applied_on"):
		if doc.get(field) and getdate(doc.get(field)) > getdate():
			frappe.throw(
				_("{0}: “{1}” is {2}, a day still to come. Correct the date.").format(
					doc.title, _(doc.meta.get_label(field)), formatdate(doc.get(field))
				),
				FutureDateError,
			)


# --- representatives -------------------------------------------------------------------------------------
#
# A term runs from `from_date` to `to_date`, both included; without a date it is open on that side. On the day
# of a handover both terms run, so that nothing has to wait for the next day: the one that began last counts.


def check_representatives(doc: Document) -> None:
	"""Sane dates, nobody twice at a time, never two delegates at a time."""
	for row in doc.representatives:
		if row.from_date and row.to_date and getdate(row.to_date) < getdate(row.from_date):
			frappe.throw(
				_("{0}: {1} cannot stop on {2} having started on {3}. Correct one of the dates.").format(
					doc.title, _person(row), formatdate(row.to_date), formatdate(row.from_date)
				),
				RepresentativeDatesError,
			)
	for index, row in enumerate(doc.representatives):
		for other in doc.representatives[:index]:
			if not _at_once(row, other):
				continue
			if row.contact == other.contact:
				frappe.throw(
					_("{0}: {1} is listed twice (lines {2} and {3}). Remove one of the lines.").format(
						doc.title, _person(row), other.idx, row.idx
					),
					RepresentativeTwiceError,
				)
			if row.is_delegate and other.is_delegate:
				frappe.throw(
					_(
						"{0} would have two delegates at a time, {1} and {2}. Fill in “To” for the one who"
						" hands over; the “From” of the other may be the same day."
					).format(doc.title, _person(other), _person(row)),
					TwoDelegatesError,
				)


def note_leaving(doc: Document) -> None:
	"""Whose term is ended today, or to a day gone by, has left at once; a last day still to come is served in full.

	The term stays as it is dated: of the day's meetings, the person was the representative.
	"""
	before = doc.get_doc_before_save()
	stored = {row.name: row for row in before.representatives} if before else {}
	for row in doc.representatives:
		was = stored.get(row.name)
		if not row.to_date or getdate(row.to_date) > getdate():
			row.has_left = 0
		elif was and was.to_date and getdate(was.to_date) == getdate(row.to_date):
			row.has_left = was.has_left
		else:
			row.has_left = 1


def keep_a_delegate(doc: Document) -> None:
	"""A change to an active organisation leaves it a current delegate. (A move has its guard.)"""
	before = doc.get_doc_before_save()
	if before and before.status == doc.status == "Active":
		require_delegate(doc)


def require_delegate(doc: Document) -> None:
	"""Somebody casts the vote today and, as far as is known, tomorrow."""
	if not any(
		row.is_delegate and _start(row) <= getdate() and _end(row) > getdate() for row in doc.representatives
	):
		frappe.throw(
			_(
				"{0} has no current delegate. Under “Representatives”, tick “Delegate” for the person who"
				" casts its vote."
			).format(doc.title),
			DelegateMissingError,
		)


def represented_by(contact: str) -> list[str]:
	"""The organisations that have this Contact among their representatives today."""
	rows = frappe.get_all(
		"Organization Representative",
		filters={"parenttype": "Member Organization", "contact": contact},
		fields=["parent", "from_date", "to_date", "has_left"],
	)
	return sorted({row.parent for row in rows if permissions.is_in_force(row)})


def current_delegate(organization: str | Document, on: str | date | None = None) -> str | None:
	"""The Contact who casts the vote of `organization` (its name or its document) `on` a day, today if none."""
	if isinstance(organization, Document):
		day = getdate(on or today())
		rows = [
			row for row in organization.representatives if row.is_delegate and _start(row) <= day <= _end(row)
		]
		return max(rows, key=lambda row: (_start(row), not row.has_left)).contact if rows else None
	return next((row.contact for row in representatives([organization], on) if row.is_delegate), None)


def representatives(organizations: list[str], on: str | date | None = None) -> list[frappe._dict]:
	"""Who represents these organisations `on` a day, in one query: `organization`, `contact`, `full_name`,
	`is_delegate`. The delegate comes first."""
	if not organizations:
		return []
	day = getdate(on or today())
	row = frappe.qb.DocType("Organization Representative")
	return (
		frappe.qb.from_(row)
		.select(row.parent.as_("organization"), row.contact, row.full_name, row.is_delegate)
		.where(row.parenttype == "Member Organization")
		.where(row.parent.isin(organizations))
		.where(row.from_date.isnull() | (row.from_date <= day))
		.where(row.to_date.isnull() | (row.to_date >= day))
		.orderby(row.is_delegate, order=Order.desc)
		.orderby(row.from_date, order=Order.desc)
		.orderby(row.has_left)
		.orderby(row.idx)
		.run(as_dict=True)
	)


def addresses(organization: str) -> list[str]:
	"""The e-mail addresses of those who represent `organization` today."""
	return frappe.get_all(
		"Contact",
		filters={
			"name": ("in", [row.contact for row in representatives([organization])]),
			"email_id": ("is", "set"),
		},
		pluck="email_id",
	)


def active_organizations(platform: str, on: str | date | None = None) -> list[frappe._dict]:
	"""The active members of `platform` by title: `name`, `title`, `delegate` (Contact `on` a day, or None) and
	`delegate_name`. Two queries, however many they are."""
	organizations = frappe.get_all(
		"Member Organization",
		filters={"platform": platform, "status": "Active"},
		fields=["name", "title"],
		order_by="title asc, name asc",
	)
	delegates: dict[str, frappe._dict] = {}
	for row in representatives([organization.name for organization in organizations], on):
		if row.is_delegate:
			delegates.setdefault(row.organization, row)
	for organization in organizations:
		delegate = delegates.get(organization.name) or frappe._dict()
		organization.delegate = delegate.contact
		organization.delegate_name = delegate.full_name
	return organizations


def _start(row: Document) -> date:
	return getdate(row.from_date) if row.from_date else date.min


def _end(row: Document) -> date:
	return getdate(row.to_date) if row.to_date else date.max


def _at_once(row: Document, other: Document) -> bool:
	"""Whether two terms run at the same time; the day on which one ends and the other begins is none."""
	terms = sorted((_start(r), _end(r)) for r in (row, other))
	return terms[1][0] < terms[0][1] or terms[0] == terms[1]


def _person(row: Document) -> str:
	return row.full_name or row.contact


# --- contacts --------------------------------------------------------------------------------------------


def link_contacts(doc: Document) -> None:
	"""Every representative's Contact is tied to the organisation, and stays so when the person leaves."""
	wanted = {row.contact for row in doc.representatives}
	if not wanted:
		return
	linked = frappe.get_all(
		"Dynamic Link",
		filters={
			"parenttype": "Contact",
			"parent": ("in", list(wanted)),
			"link_doctype": doc.doctype,
			"link_name": doc.name,
		},
		pluck="parent",
	)
	for name in sorted(wanted - set(linked)):
		contact = frappe.get_doc("Contact", name)
		contact.append("links", {"link_doctype": doc.doctype, "link_name": doc.name, "link_title": doc.title})
		# Naming a representative is the right to edit the organisation, which was checked; the tie follows.
		contact.save(ignore_permissions=True)


def forget_contact(contact: Document, method: str | None = None) -> None:
	"""Doc event `on_trash` of Contact: no organisation keeps a line of a person who is gone.

	Refused while the person is the delegate of an active organisation.
	"""
	organizations = frappe.get_all(
		"Organization Representative",
		filters={"contact": contact.name, "parenttype": "Member Organization"},
		pluck="parent",
		distinct=True,
	)
	for name in organizations:
		organization = frappe.get_doc("Member Organization", name)
		if organization.status == "Active" and current_delegate(organization) == contact.name:
			frappe.throw(
				_(
					"{0} is the delegate of {1} ({2}) and cannot be deleted: name another delegate there first."
				).format(contact.get("full_name") or contact.name, organization.title, name),
				DelegateMissingError,
			)
		organization.representatives = [r for r in organization.representatives if r.contact != contact.name]
		# The right to delete the Contact was checked; that nothing points to it afterwards follows from it.
		organization.save(ignore_permissions=True)


def release_contacts(doc: Document) -> None:
	"""The organisation is deleted: so are the addresses and contacts made for it. Others only lose their tie.

	Kept is what is older than the organisation, has a user, is tied or pointed to from elsewhere, or is not for
	this user to delete.
	"""
	frappe.db.delete("Organization Representative", {"parent": doc.name, "parenttype": doc.doctype})
	ties = frappe.get_all(
		"Dynamic Link",
		filters={
			"parenttype": ("in", ("Contact", "Address")),
			"link_doctype": doc.doctype,
			"link_name": doc.name,
		},
		fields=["parenttype", "parent"],
	)
	for tie in ties:
		tied = frappe.get_doc(tie.parenttype, tie.parent)
		if _was_made_for(tied, doc):
			tied.delete()
			continue
		tied.links = [
			link for link in tied.links if (link.link_doctype, link.link_name) != (doc.doctype, doc.name)
		]
		# Deleting the organisation was checked; that nothing is tied to it afterwards follows from it.
		tied.save(ignore_permissions=True)


def _was_made_for(tied: Document, doc: Document) -> bool:
	return (
		len(tied.links) == 1
		and tied.creation >= doc.creation
		and not tied.get("user")
		and tied.has_permission("delete")
		and not _is_used(tied)
	)


def _is_used(doc: Document) -> bool:
	try:
		check_if_doc_is_linked(doc)
		check_if_doc_is_dynamically_linked(doc)
	except frappe.LinkExistsError:
		frappe.clear_last_message()
		return True
	return False


# --- the lifecycle ---------------------------------------------------------------------------------------


def require_admissible(doc: Document) -> None:
	"""Guard of Admit and Reinstate."""
	require_delegate(doc)


def stamp_admission(doc: Document) -> None:
	"""Effect of Admit."""
	doc.admitted_on = today()


def refresh_platform(doc: Document) -> None:
	"""After a move that changes how many members are active."""
	platforms.refresh(doc.platform)
