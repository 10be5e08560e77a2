"""My organisation: where it stands, what to do next and until when, who represents it, what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.utils import get_datetime, now_datetime

from aso_network import permissions, platforms, profiles, reading
from aso_network import representative_changes as changes
from aso_network.portal import applying, elections, initiatives, language, meetings, training
from aso_network.portal.sorting import sort_key
from aso_network.portal.visitor import Visitor, require_member

SOON_HOURS = 72
Choices = dict[str, list[tuple[str, str]]]


class Step(NamedTuple):
	"""Something that waits for the organisation. `due`: until when, None where nothing presses; `until` in words."""

	words: str
	route: str
	until: str = ""
	due: datetime | None = None

	@property
	def is_soon(self) -> bool:
		return bool(self.due) and (self.due - now_datetime()).total_seconds() < SOON_HOURS * 3600


# --- the page --------------------------------------------------------------------------------------------


def overview(visitor: Visitor) -> dict:
	"""Everything on the page, of the organisation for which the visitor acts."""
	organization = require_member(visitor)
	doc = frappe.get_cached_doc("Member Organization", organization.name)
	missing = profiles.missing(doc) if organization.status == "Active" else []
	return {
		"status": organization.status,
		"stands": _stands(organization, visitor.language),
		"steps": next_steps(visitor, missing),
		"missing": missing,
		"people": sorted(
			filter(permissions.is_in_force, doc.representatives), key=lambda row: not row.is_delegate
		),
		"changes": changes.waiting(organization.name),
		"can_change": organization.status == "Active",
		"facts": _facts(doc),
		"documents": _documents(organization.name),
	}


def next_steps(visitor: Visitor, missing: list[str]) -> list[Step]:
	"""What waits for the organisation, the most pressing first; what has no end comes last."""
	if visitor.organization.status != "Active":
		return []
	found = [step for topic in _TOPICS for step in topic(visitor)]
	if missing:
		found.append(Step(_("Complete the profile of your organization"), "/my/profile"))
	return sorted(found, key=lambda step: step.due or datetime.max)


def _nominations(visitor: Visitor) -> Iterator[Step]:
	for election in elections.still_to_stand_in(visitor):
		yield Step(
			_("Stand as a candidate: {0}").format(election.label),
			f"/my/candidacy?election={election.name}",
			_until(election.nominations_to),
			_moment(election.nominations_to),
		)


def _votes(visitor: Visitor) -> Iterator[Step]:
	for election in elections.to_vote_in(visitor):
		yield Step(
			_("Vote: {0}").format(election.label),
			f"/my/vote/{election.name}",
			elections.until_voting_closes(election),
			# One vote, now: before all that has a later date.
			_moment(election.voting_until) or now_datetime(),
		)


def _meetings(visitor: Visitor) -> Iterator[Step]:
	for meeting in meetings.overview(visitor)["coming"]:
		if meeting.is_coming:
			yield Step(
				_("You are invited: {0}").format(meeting.label),
				f"/my/meetings/{meeting.name}",
				_("on {0}").format(language.format_date(meeting.meeting_date)),
				_moment(meeting.meeting_date),
			)


def _sessions(visitor: Visitor) -> Iterator[Step]:
	for session in training.open_sessions(visitor):
		yield Step(
			_("Register your people: {0}").format(session.title),
			f"/register?session={session.name}",
			_until(session.until),
			_moment(session.until),
		)


def _feedback(visitor: Visitor) -> Iterator[Step]:
	awaited = {row.session: row.title for row in training.feedback_awaited(visitor)}
	for session, title in awaited.items():
		yield Step(_("Say how it was: {0}").format(title), f"/my/feedback?session={session}")


def _partners(visitor: Visitor) -> Iterator[Step]:
	for row in initiatives.asked(visitor):
		if row.can_answer and row.answer == "Asked":
			yield Step(_("Answer as a partner: {0}").format(row.label), "/my/initiatives")


_TOPICS = (_votes, _nominations, _meetings, _sessions, _feedback, _partners)


def _until(value: datetime | date | None) -> str:
	return _("until {0}").format(language.format_datetime(value)) if value else ""


def _moment(value: datetime | date | None) -> datetime | None:
	return get_datetime(value) if value else None


def _stands(organization: frappe._dict, code: str) -> str:
	"""Where the organisation stands, in a sentence."""
	if organization.status == "Suspended":
		return _(
			"Your organization is suspended. You see what concerns it, but you cannot change or send anything. Ask"
			" the network's office."
		)
	return _(
		"Your organization is an active member of {0}: it is invited to the meetings, and its delegate casts its vote."
	).format(platforms.name_in(code, organization.platform))


def _facts(doc: object) -> list[tuple[str, str]]:
	shown = {
		"Internal": _("Nobody but the network's office"),
		"Network": _("The members of the network"),
		"Public": _("Everybody"),
	}
	return [
		(_("Acronym"), doc.acronym),
		(_("City or town"), _(doc.territory)),
		(_("Sectors"), language.listed(_(row.sector) for row in doc.sectors)),
		(_("Member since"), language.format_date(doc.admitted_on)),
		(_("Public telephone"), doc.public_phone),
		(_("Public e-mail address"), doc.public_email),
		(_("Website"), doc.website),
		(_("Public address"), doc.public_address),
		(_("Who may see your organization"), shown[doc.publish_level]),
	]


def _documents(organization: str) -> list[frappe._dict]:
	"""Files on the organisation itself and on its letters; whoever may see the organisation may read them."""
	file, change = frappe.qb.DocType("File"), frappe.qb.DocType(changes.DOCTYPE)
	letters = frappe.qb.from_(change).select(change.name).where(change.organization == organization)
	return (
		frappe.qb.from_(file)
		.select(file.name, file.file_name, file.file_url, file.creation)
		.where((file.is_private == 1) & (file.is_folder == 0))
		# Anybody can upload a file to a name; not to these documents.
		.where(file.attached_to_doctype.isin(["Member Organization", changes.DOCTYPE]))
		.where((file.attached_to_name == organization) | file.attached_to_name.isin(letters))
		.orderby(file.creation, order=Order.desc)
		.limit(50)
		.run(as_dict=True)
	)


# --- the profile -----------------------------------------------------------------------------------------


def profile(visitor: Visitor) -> dict:
	"""What the form of the profile shows first."""
	doc = frappe.get_cached_doc("Member Organization", visitor.organization.name)
	values = {field: doc.get(field) for field in profiles.OWN}
	return {**values, "sectors": [row.sector for row in doc.sectors], "modified": doc.modified}


def profile_choices(visitor: Visitor) -> Choices:
	return {
		"territory": _places(visitor),
		"sectors": applying.sectors(visitor.language),
		"kind": applying.kinds(),
		"publish_level": [
			("Internal", _("Nobody but the network's office")),
			("Network", _("The members of the network")),
			("Public", _("Everybody")),
		],
	}


def _places(visitor: Visitor) -> list[tuple[str, str]]:
	"""The platform's governorate and what lies in it."""
	governorate = frappe.get_cached_value("Network Platform", visitor.organization.platform, "territory")
	lft, rgt = frappe.db.get_value("Territory", governorate, ["lft", "rgt"])
	inside = reading.column("Territory", {"lft": (">=", lft), "rgt": ("<=", rgt)}, "name")
	return sorted(((name, _(name)) for name in inside), key=lambda row: sort_key(row[1], visitor.language))


# --- who represents --------------------------------------------------------------------------------------


def who_can_leave(visitor: Visitor) -> list[frappe._dict]:
	"""Whom the visitor can let go: the delegate everybody else, others themselves."""
	own = permissions.contacts_of(visitor.user)
	return [
		row
		for row in changes.people(visitor.organization.name)
		if not row.is_delegate and (visitor.organization.is_delegate or row.contact in own)
	]


def change_choices(visitor: Visitor) -> Choices:
	people = [(row.contact, row.full_name or row.contact) for row in who_can_leave(visitor)]
	what = [(changes.LEAVES, _("A representative leaves"))] if people else []
	if visitor.organization.is_delegate:
		what = [
			(changes.NEW, _("One more representative")),
			(changes.DELEGATE, _("A new delegate, in your place")),
			*what,
		]
		people = [("", _("Somebody new")), *people]
	return {"what": what, "contact": people, "language": list(language.offered().items())}


def change_defaults(visitor: Visitor) -> dict:
	own = who_can_leave(visitor)
	if visitor.organization.is_delegate:
		return {"contact": "", "language": visitor.language}
	return {"what": changes.LEAVES, "contact": own[0].contact if own else None}
