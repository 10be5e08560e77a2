"""General meetings: who is present, whether that is a quorum, what was decided, and what follows from it."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document, bulk_insert
from frappe.utils import (
	add_days,
	cint,
	cstr,
	format_date,
	format_time,
	get_datetime,
	get_time,
	getdate,
	strip_html,
	today,
)

from aso_network import membership, platforms, quorum
from aso_network.polling import rules

CLOSED = ("Concluded", "Adjourned", "Cancelled")
NOT_TYPED = (
	"sequence",
	"call_number",
	"adjourned_from",
	"active_members",
	"quorum_required",
	"present_count",
	"is_quorate",
)
DAYS_TO_SECOND_CALL = 7
LINE = (
	"idx",
	"organization",
	"organization_name",
	"representative",
	"representative_name",
	"present",
	"left_at",
)

# What a decision of each kind must say besides its text, and the least that a number may be.
DECISION_FIELDS = {
	"Governance Model": ("governance_model",),
	"Electoral Form": ("form", "seats", "term_months"),
	"Rules of Candidacy": ("candidate_kind", "max_per_organization", "min_endorsements"),
}
# What it may say besides.
MORE_FIELDS = ("max_choices", "tie_rule", "may_be_unopposed")
LEAST = {"seats": 1, "term_months": 1, "max_per_organization": 1, "min_endorsements": 0}
VOTES = ("votes_for", "votes_against", "abstentions")
# A change of one of these is a new decision and needs the quorum; a change of the wording does not.
SUBSTANCE = ("kind", *VOTES, *(f for fields in DECISION_FIELDS.values() for f in fields), *MORE_FIELDS)
NUMBERS = {*VOTES, *LEAST, "max_choices", "may_be_unopposed"}
# States of an election whose rules are no longer the meeting's to change.
RULES_HELD = ("Voting Open", "Voting Closed", "Tie", "Counted", "Announced")
MINUTES = ("impressions", "diagnosis", "proposal")


class MeetingClosedError(frappe.ValidationError):
	"""A concluded, adjourned or cancelled meeting is part of the record."""


class MeetingTimesError(frappe.ValidationError):
	"""The meeting ends before it starts."""


class QuorumRuleError(frappe.ValidationError):
	"""The rule cannot be applied: no such percentage or number, or no members."""


class QuorumFixedError(frappe.ValidationError):
	"""The quorum rule was changed after the meeting was convened."""


class NotConvenedError(frappe.ValidationError):
	"""Somebody is present at a meeting that was not convened."""


class UnknownOrganizationError(frappe.ValidationError):
	"""The attendance names an organisation that does not exist."""


class OrganizationTwiceError(frappe.ValidationError):
	"""The same organisation is on the attendance list twice."""


class OtherPlatformError(frappe.ValidationError):
	"""The organisation belongs to another platform."""


class InactiveOrganizationError(frappe.ValidationError):
	"""Only active members are counted."""


class NotARepresentativeError(frappe.ValidationError):
	"""The person does not represent the organisation on the day of the meeting."""


class NoQuorumError(frappe.ValidationError):
	"""Fewer are present than the meeting needs."""


class NotInSessionError(frappe.ValidationError):
	"""Decisions are taken in session."""


class DecisionIncompleteError(frappe.ValidationError):
	"""The decision does not say what its kind must say."""


class DecisionsHeldError(frappe.ValidationError):
	"""An election is being held by these decisions."""


class TooManyVotesError(frappe.ValidationError):
	"""More votes than members present, or fewer than none."""


class NothingToConcludeError(frappe.ValidationError):
	"""Neither minutes nor a decision."""


# --- a new meeting ---------------------------------------------------------------------------------------


def default_agenda() -> list[str]:
	"""The topics of a structuring meeting, in their order and in the user's language."""
	return [
		_("Impressions of the platform and of its importance"),
		_("Diagnosis: the frameworks so far and the lack of effective networking"),
		_("Models adopted by networks elsewhere and the choices of the other platforms"),
		_("Decision on the governance model"),
		_("Decision on the electoral form"),
		_("Decision on the rules of candidacy"),
		_("Decision on the powers of the operational body"),
		_("Choice of the counting committee"),
		_("Election"),
		_("Announcement of the result"),
	]


def prepare(doc: Document) -> None:
	"""Before a meeting is inserted: its number, its agenda, the quorum rule of the settings."""
	doc.status = doc.status or "Draft"  # an import may bring no defaults
	for field in ("start_time", "end_time"):
		# Frappe fills an empty Time with the time of day; nobody types one to the microsecond.
		if doc.get(field) and get_time(doc.get(field)).microsecond:
			doc.set(field, None)
	first_call = doc.flags.second_call_of
	if first_call:
		doc.sequence, doc.call_number, doc.adjourned_from = (
			first_call.sequence,
			first_call.call_number + 1,
			first_call.name,
		)
	else:
		doc.sequence, doc.call_number, doc.adjourned_from = platforms.number_meeting(doc.platform), 1, None
	if not doc.agenda:
		doc.extend("agenda", [{"topic": topic} for topic in default_agenda()])
	if not doc.quorum_rule:
		doc.quorum_rule, doc.quorum_value = default_quorum()


def default_quorum() -> tuple[str, float]:
	settings = frappe.get_cached_doc("ASO Network Settings")
	return settings.default_quorum_rule or quorum.MAJORITY, settings.default_quorum_value or 0


def give_back_number(doc: Document) -> None:
	"""After a draft was deleted."""
	if doc.call_number == 1:
		platforms.give_back_number(doc.platform, doc.sequence)


def set_title(doc: Document) -> None:
	"""The same in every language, as it is read in all of them: platform, number, call, day."""
	call = f"/{doc.call_number}" if doc.call_number > 1 else ""
	doc.title = f"{doc.platform} {doc.sequence}{call} ({getdate(doc.meeting_date)})"


# --- every save ------------------------------------------------------------------------------------------


def refuse_change_of_closed(doc: Document) -> None:
	"""For everyone, whatever the field. (Leaving the state is refused by the lifecycle.)"""
	before = doc.get_doc_before_save()
	if before and before.status in CLOSED and doc.status == before.status:
		frappe.throw(
			_("General Meeting {0} is {1} and part of the record; nothing in it can be changed.").format(
				before.title, _(before.status)
			),
			MeetingClosedError,
		)


def keep_computed(doc: Document) -> None:
	"""What is counted or numbered stays as the database has it, whatever was sent."""
	before = doc.get_doc_before_save()
	for fieldname in NOT_TYPED if before else NOT_TYPED[3:]:
		doc.set(fieldname, before.get(fieldname) if before else 0)


def check_times(doc: Document) -> None:
	if doc.start_time and doc.end_time and get_time(doc.end_time) < get_time(doc.start_time):
		frappe.throw(
			_(
				"General Meeting {0} would end at {1}, before it starts at {2}. Correct one of the times."
			).format(doc.title, doc.end_time, doc.start_time),
			MeetingTimesError,
		)


def check_quorum_rule(doc: Document) -> None:
	"""While the meeting is a draft the figures are a preview; convening fixes rule and figures."""
	before = doc.get_doc_before_save()
	if not before or before.status == "Draft":
		_compute_quorum(doc)
		return
	if doc.quorum_rule != before.quorum_rule or (doc.quorum_value or 0) != (before.quorum_value or 0):
		frappe.throw(
			_(
				"General Meeting {0} has been convened under the rule “{1}”, which stands. For another rule,"
				" adjourn it to a second call."
			).format(doc.title, _(before.quorum_rule)),
			QuorumFixedError,
		)


def _compute_quorum(doc: Document) -> None:
	doc.active_members = frappe.db.count(
		"Member Organization", {"platform": doc.platform, "status": "Active"}
	)
	try:
		doc.quorum_required = quorum.needed(doc.quorum_rule, doc.quorum_value, doc.active_members)
	except quorum.QuorumValueError:
		frappe.throw(
			_(
				"General Meeting {0}: “{1}” cannot be applied with {2}. Give a percentage above 0 and up to"
				" 100, or a whole number of members."
			).format(doc.title, _(doc.quorum_rule), doc.quorum_value or 0),
			QuorumRuleError,
		)


# --- attendance ------------------------------------------------------------------------------------------


def check_attendance(doc: Document) -> None:
	"""Active members of this platform, each once, each through a current representative.

	Three queries, however long the list is. Fills in the names. A line that was there before and is not
	ticked may name an organisation that has left since.
	"""
	rows = doc.attendance
	if not rows:
		return
	before = doc.get_doc_before_save()
	_require_convened(doc, before)
	listed_before = {row.name for row in before.attendance} if before else set()
	organizations = {
		organization.name: organization
		for organization in frappe.get_all(
			"Member Organization",
			filters={"name": ("in", list({row.organization for row in rows}))},
			fields=["name", "title", "platform", "status"],
		)
	}
	people = {
		(person.organization, person.contact): person.full_name
		for person in membership.representatives(list(organizations), doc.meeting_date)
	}
	seen = set()
	for row in rows:
		if row.left_at:
			row.present = 0
		organization = organizations.get(row.organization)
		if not organization:
			frappe.throw(
				_("General Meeting {0}, line {1}: there is no member organization {2}.").format(
					doc.title, row.idx, row.organization
				),
				UnknownOrganizationError,
			)
		if organization.name in seen:
			frappe.throw(
				_("General Meeting {0}: {1} is on the attendance list twice. Remove line {2}.").format(
					doc.title, organization.title, row.idx
				),
				OrganizationTwiceError,
			)
		seen.add(organization.name)
		row.organization, row.organization_name = organization.name, organization.title
		if row.present or row.name not in listed_before:
			_check_member(doc, organization)
			_check_representative(doc, row, organization, people)


def _require_convened(doc: Document, before: Document | None) -> None:
	is_draft = doc.status == "Draft" and (not before or before.status == "Draft")
	if is_draft and any(row.present for row in doc.attendance):
		frappe.throw(
			_("General Meeting {0} is a draft: convene it, then mark who is present.").format(doc.title),
			NotConvenedError,
		)


def _check_member(doc: Document, organization: frappe._dict) -> None:
	if organization.platform != doc.platform:
		frappe.throw(
			_(
				"General Meeting {0}: {1} ({2}) belongs to {3}, not to {4}. Remove it from the attendance."
			).format(doc.title, organization.title, organization.name, organization.platform, doc.platform),
			OtherPlatformError,
		)
	if organization.status != "Active":
		frappe.throw(
			_(
				"General Meeting {0}: {1} ({2}) is {3}; only active members take part. Remove it from the"
				" attendance, or have it admitted first."
			).format(doc.title, organization.title, organization.name, _(organization.status)),
			InactiveOrganizationError,
		)


def _check_representative(
	doc: Document, row: Document, organization: frappe._dict, people: dict[tuple[str, str], str]
) -> None:
	if not row.representative:
		row.representative_name = None
		return
	if (organization.name, row.representative) not in people:
		frappe.throw(
			_(
				"General Meeting {0}: {1} does not represent {2} on {3}. Choose one of its representatives, or"
				" enter the person there first."
			).format(
				doc.title,
				row.representative_name or row.representative,
				organization.title,
				format_date(doc.meeting_date),
			),
			NotARepresentativeError,
		)
	row.representative_name = people[organization.name, row.representative]


def count_present(doc: Document) -> None:
	doc.present_count = sum(1 for row in doc.attendance if row.present)
	doc.is_quorate = int(0 < doc.quorum_required <= doc.present_count)


def present_rows(meeting: str) -> list[frappe._dict]:
	"""Who is in the hall: `organization`, `organization_name`, `representative`, `representative_name`."""
	return frappe.get_all(
		"Meeting Attendance",
		filters={"parent": meeting, "parenttype": "General Meeting", "present": 1},
		fields=["organization", "organization_name", "representative", "representative_name"],
		order_by="idx",
	)


def write_new_lines(doc: Document) -> None:
	"""The new lines of attendance in one statement: Frappe inserts row by row, and there may be 2,000."""
	new = [row for row in doc.attendance if row.is_new()]
	bulk_insert("Meeting Attendance", new)
	for row in new:
		row.set("__islocal", False)
		row.flags.is_stored = True


def is_stored(row: Document) -> bool:
	"""Whether the line stands in the database as it is here and need not be written again."""
	if row.flags.pop("is_stored", False):
		return True
	before = row.parent_doc and row.parent_doc.get_doc_before_save()
	if not before or row.is_new():
		return False
	if not before.flags.lines:
		before.flags.lines = {line.name: line for line in before.attendance}
	stored = before.flags.lines.get(row.name)
	return bool(stored) and all(cstr(row.get(field)) == cstr(stored.get(field)) for field in LINE)


# --- decisions -------------------------------------------------------------------------------------------


def check_decisions(doc: Document) -> None:
	"""Taken in session and with a quorum, complete for their kind, no more votes than members present."""
	before = doc.get_doc_before_save()
	earlier = {row.name: row for row in before.decisions} if before else {}
	for row in doc.decisions:
		old = earlier.get(row.name)
		row.present_when_taken = old.present_when_taken if old else 0
		if not old or _substance(row) != _substance(old):
			_require_session(doc, before)
			_require_quorum(doc)
			_check_content(doc, row)
			# Who has left since the vote was counted then; who has come since can vote now.
			row.present_when_taken = max(row.present_when_taken, doc.present_count)
		_check_votes(doc, row)
		row.carried = int(
			cint(row.votes_for) > cint(row.votes_against)
			and 0 < doc.quorum_required <= row.present_when_taken
		)


def _substance(row: Document) -> list[int | str]:
	return [cint(row.get(field)) if field in NUMBERS else row.get(field) or "" for field in SUBSTANCE]


def keep_what_was_voted_by(doc: Document) -> None:
	"""The rules of an election stand in the minutes as they stood when its voting opened."""
	before = doc.get_doc_before_save()
	if not before or before.status in CLOSED:
		return
	election = frappe.db.get_value(
		"Election", {"meeting": doc.name, "status": ("in", RULES_HELD)}, ["title", "status"], as_dict=True
	)
	if election and _rules_of(doc) != _rules_of(before):
		frappe.throw(
			_("General Meeting {0}: {1} is {2} by these decisions; they cannot change any more.").format(
				doc.title, election.title, _(election.status)
			),
			DecisionsHeldError,
		)


def _rules_of(doc: Document) -> list[list[Any]]:
	decided = [[row.text, *_substance(row)] for row in doc.decisions if row.kind != "Other"]
	return [*decided, *rules.comparable(doc.seat_rules)]


def _require_session(doc: Document, before: Document | None) -> None:
	if "In Session" not in (doc.status, before.status if before else None):
		frappe.throw(
			_("General Meeting {0} is {1}: decisions are taken in session. Open the session first.").format(
				doc.title, _(doc.status)
			),
			NotInSessionError,
		)


def _require_quorum(doc: Document) -> None:
	if not doc.is_quorate:
		frappe.throw(
			_(
				"General Meeting {0} has no quorum: {1} present, {2} needed. Mark those who arrive under"
				" “Attendance”, or adjourn the meeting to a second call."
			).format(doc.title, doc.present_count, doc.quorum_required),
			NoQuorumError,
		)


def _check_content(doc: Document, row: Document) -> None:
	fields, least = DECISION_FIELDS.get(row.kind, ()), LEAST
	if row.kind == "Electoral Form" and row.form in rules.NEEDS_MAX_CHOICES:
		fields, least = (*fields, "max_choices"), {**LEAST, "max_choices": 1}
	for field in fields:
		if (cint(row.get(field)) < least[field]) if field in least else not row.get(field):
			frappe.throw(
				_("General Meeting {0}, decision {1} ({2}): fill in “{3}”.").format(
					doc.title, row.idx, _(row.kind), _(row.meta.get_label(field))
				),
				DecisionIncompleteError,
			)
	if row.kind == "Electoral Form":
		title = _("General Meeting {0}, decision {1}").format(doc.title, row.idx)
		rules.check_form(title, row.form, row.seats, row.max_choices)


def check_seat_rules(doc: Document) -> None:
	"""Part of the decision on the electoral form: taken in session and with a quorum, like it."""
	before = doc.get_doc_before_save()
	if rules.comparable(doc.seat_rules) == (rules.comparable(before.seat_rules) if before else []):
		return
	_require_session(doc, before)
	_require_quorum(doc)
	rules.check_seat_rules(_("General Meeting {0}").format(doc.title), doc.seat_rules)


def _check_votes(doc: Document, row: Document) -> None:
	votes = [cint(row.get(field)) for field in VOTES]
	if min(votes) < 0 or sum(votes) > row.present_when_taken:
		frappe.throw(
			_(
				"General Meeting {0}, decision {1} ({2}): {3} for, {4} against and {5} abstentions, but {6}"
				" members were present. Correct the votes or the attendance."
			).format(doc.title, row.idx, _(row.kind), *votes, row.present_when_taken),
			TooManyVotesError,
		)


def carried_decision(meeting: str | Document, kind: str) -> Document | frappe._dict | None:
	"""The decision of this kind that `meeting` (its name or its document) carried; the last, if several."""
	if isinstance(meeting, Document):
		return next((row for row in reversed(meeting.decisions) if row.kind == kind and row.carried), None)
	rows = frappe.get_all(
		"Meeting Decision",
		filters={"parent": meeting, "parenttype": "General Meeting", "kind": kind, "carried": 1},
		fields=["*"],
		order_by="idx desc",
		limit=1,
	)
	return rows[0] if rows else None


def models_of_others(platform: str) -> list[frappe._dict]:
	"""What the other platforms have adopted: `name`, `governance_model`, `meeting_date`."""
	others = frappe.get_all(
		"Network Platform",
		filters={"name": ("!=", platform), "governance_model": ("is", "set")},
		fields=["name", "governance_model", "governance_decision.meeting_date as meeting_date"],
		order_by="name",
	)
	return others


def for_print(doc: Document) -> frappe._dict:
	"""What the minutes show beside the fields, in the language of the print: `platform`, `hours`, `facilitator`,
	`forms` (row → `kind`, `max_choices` and `about` of an electoral form), `seat_rules` in words, and `people`
	(`organization`, `person`, `left_at`), those who were there."""
	rows = [row for row in doc.attendance if row.present or row.left_at]
	named = membership.names_in(frappe.local.lang, [row.organization for row in rows])
	hours = [format_time(time, "HH:mm") for time in (doc.start_time, doc.end_time) if time]
	return frappe._dict(
		platform=platforms.name_in(frappe.local.lang, doc.platform),
		hours=" – ".join(hours),
		facilitator=doc.facilitator and frappe.db.get_value("Contact", doc.facilitator, "full_name"),
		forms={
			row.name: frappe._dict(rules.of_papers(row), about=rules.about_form(row.form))
			for row in doc.decisions
			if row.kind == "Electoral Form" and row.form
		},
		seat_rules=[rules.words(rules.seat_rule(row)) for row in doc.seat_rules],
		people=[
			frappe._dict(
				organization=named.get(row.organization) or row.organization_name,
				person=row.representative_name or "",
				left_at=format_time(get_datetime(row.left_at), "HH:mm") if row.left_at else None,
			)
			for row in rows
		],
	)


# --- the lifecycle ---------------------------------------------------------------------------------------


def fix_quorum(doc: Document) -> None:
	"""Effect of Convene: from now on the rule, the number of members and the quorum stand."""
	_compute_quorum(doc)
	if not doc.active_members:
		frappe.throw(
			_("General Meeting {0}: {1} has no active members yet. Admit them first.").format(
				doc.title, doc.platform
			),
			QuorumRuleError,
		)
	if doc.quorum_required > doc.active_members:
		frappe.throw(
			_("General Meeting {0} needs {1} members, but {2} has {3} active ones. Lower the number.").format(
				doc.title, doc.quorum_required, doc.platform, doc.active_members
			),
			QuorumRuleError,
		)
	count_present(doc)


def require_quorum(doc: Document) -> None:
	"""Guard of Open Session."""
	_require_quorum(doc)


def require_conclusion(doc: Document) -> None:
	"""Guard of Conclude: something happened, and a quorum was there when it did.

	Members who leave after the last decision do not undo it.
	"""
	if not doc.is_quorate and not any(row.present_when_taken >= doc.quorum_required for row in doc.decisions):
		_require_quorum(doc)
	if not doc.decisions and not any(strip_html(doc.get(field) or "").strip() for field in MINUTES):
		frappe.throw(
			_(
				"General Meeting {0} has neither minutes nor a decision. Write down what happened first."
			).format(doc.title),
			NothingToConcludeError,
		)


def adopt_decisions(doc: Document) -> None:
	"""After Conclude: the platform has met, and has the governance model that was decided."""
	decision = carried_decision(doc, "Governance Model")
	if decision:
		platforms.adopt_model(doc.platform, decision.governance_model, doc.name)
	platforms.refresh(doc.platform)


def create_second_call(doc: Document) -> None:
	"""After Adjourn: the same meeting as a draft again, a week later unless another day is entered."""
	kept = ("platform", "start_time", "venue", "venue_address", "facilitator", "quorum_rule", "quorum_value")
	call = frappe.get_doc({"doctype": "General Meeting", **{field: doc.get(field) for field in kept}})
	call.meeting_date = add_days(max(getdate(doc.meeting_date), getdate(today())), DAYS_TO_SECOND_CALL)
	call.extend(
		"agenda",
		[{"topic": row.topic, "presenter": row.presenter, "notes": row.notes} for row in doc.agenda],
	)
	call.flags.second_call_of = doc
	call.insert()
	frappe.msgprint(
		_("The second call is {0}. Set its day and convene it.").format(
			frappe.utils.get_link_to_form("General Meeting", call.name, call.title)
		),
		alert=True,
	)
