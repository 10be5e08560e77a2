"""The contest: its rules come from what the meeting carried, and stand still once voting opens."""

from __future__ import annotations

from typing import Any, TypedDict

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, format_datetime, formatdate, get_datetime, getdate, now_datetime, today

from aso_network import audit
from aso_network.changes import changed_fields, keep
from aso_network.elections import lot
from aso_network.elections.errors import LotInputError
from aso_network.meetings import carried_decision
from aso_network.polling import box, candidacies, closing, committee, election_key, roll, rules, turnout
from aso_network.roles import MANAGER, OFFICER

RULE_KINDS = ("Governance Model", "Electoral Form", "Rules of Candidacy", "Powers")

# Kept by the app: whatever a client sends for them is ignored.
KEPT_BY_THE_APP = (
	"platform",
	"territory",
	"form",
	"seats",
	"max_choices",
	"tie_rule",
	"may_be_unopposed",
	"seat_rules",
	"seed_commitment",
	"runoff_of",
	"term_months",
	"candidate_kind",
	"max_per_organization",
	"min_endorsements",
	"form_text",
	"candidacy_text",
	"powers_text",
	"roll_count",
	"roll_hash",
	"voters_marked",
	"ballots_entered",
	"result",
	"box_hash",
	"body",
	"public_key",
	"sheets",
	"sheets_rehearsed",
	"online_ballots",
	"marked_at_desk",
	"unreadable",
	"receipts_root",
	"box_opened",
	"turnout",
)
# What the decision on the electoral form says.
FROM_FORM = ("form", "seats", "max_choices", "term_months", "tie_rule", "may_be_unopposed")
SHORTEST_SEED = 16
COUNT_FIELDS = ("papers_issued", "papers_returned", "papers_in_box", "reconciliation_note")
# May still change after voting has opened, besides the figures of the count.
ALWAYS_FREE = ("status", "transition_reason", "announced_on")
BEFORE_OPENING = ("Draft", "Rules Adopted", "Nominations Open", "Candidates Published")
COUNTING = ("Voting Open", "Voting Closed")


class ContestFixedError(frappe.ValidationError):
	"""Nothing about the contest changes once voting has opened."""


class RulesMissingError(frappe.ValidationError):
	"""The meeting has not carried what the election needs."""


class NotReadyToOpenError(frappe.ValidationError):
	"""Voting cannot open yet; the message lists every blocker."""


class CountIsTheCommitteesError(frappe.PermissionError):
	"""Figures of the count are entered by the committee only."""


class AnnouncementDateError(frappe.ValidationError):
	"""A result is announced on or after the day of voting and not in the future."""


class NotUnopposedError(frappe.ValidationError):
	"""A vote has to be held."""


class SeedError(frappe.ValidationError):
	"""The seed of a lot can be guessed, or cannot be written down."""


class Blocker(TypedDict):
	issue: str
	way_out: str


def set_defaults(election: Document) -> None:
	meeting = frappe.db.get_value(
		"General Meeting", election.meeting, ["platform", "meeting_date", "title"], as_dict=True
	)
	if not meeting:
		return
	election.voting_date = election.voting_date or meeting.meeting_date
	if not election.title:
		election.title = _("{0}, operational body, {1}").format(
			meeting.platform, formatdate(election.voting_date, "yyyy-MM-dd")
		)


def restore_kept_fields(election: Document) -> None:
	"""A form or a REST call may send fields that only the app keeps: take back what stood before."""
	# Platform and territory follow from the meeting; Frappe fetches them.
	keep(election, *(field for field in KEPT_BY_THE_APP if field not in ("platform", "territory")))


def refuse_changes(election: Document) -> None:
	"""Raises when this save changes what this user, or anybody at this stage, may not change."""
	before = election.get_doc_before_save()
	if not before:
		return
	changed = changed_fields(election)
	if counted := [f for f in changed if f in COUNT_FIELDS]:
		if not committee.is_member(election.name):
			frappe.throw(
				_("{0}: “{1}” is entered by the counting committee.").format(
					election.title, _(election.meta.get_label(counted[0]))
				),
				CountIsTheCommitteesError,
			)
		if before.status not in COUNTING:
			_refuse(election, counted[0], before.status)
	others = [f for f in changed if f not in COUNT_FIELDS and f not in ALWAYS_FREE]
	if "meeting" in others and before.status != "Draft":
		_refuse(election, "meeting", before.status)
	if others and before.status not in BEFORE_OPENING:
		_refuse(election, others[0], before.status)
	if others and not {MANAGER, OFFICER} & set(frappe.get_roles()):
		frappe.throw(
			_("{0}: the committee enters the figures of the count; “{1}” is for the office.").format(
				election.title, _(election.meta.get_label(others[0]))
			),
			CountIsTheCommitteesError,
		)
	if "announced_on" in changed and before.status in ("Announced", "Annulled"):
		_refuse(election, "announced_on", before.status)


def _refuse(election: Document, field: str, status: str) -> None:
	frappe.throw(
		_("{0} is {1}: “{2}” cannot change any more.").format(
			election.title, _(status), _(election.meta.get_label(field))
		),
		ContestFixedError,
	)


def adopt_rules(election: Document) -> None:
	"""Effect of “Adopt Rules”: take over what the meeting carried."""
	decisions = {kind: carried_decision(election.meeting, kind) for kind in RULE_KINDS}
	if missing := [kind for kind, row in decisions.items() if not row]:
		frappe.throw(
			_(
				"{0}: the meeting {1} has not carried a decision on: {2}. Enter it under Decisions there."
			).format(election.title, _meeting_title(election), ", ".join(_(kind) for kind in missing)),
			RulesMissingError,
		)
	election.update(_rules(election, decisions))
	election.set("seat_rules", [])
	for row in _seat_rules(election):
		election.append("seat_rules", {field: row.get(field) for field in rules.SEAT_RULE_FIELDS})


def _seat_rules(election: Document) -> list[frappe._dict]:
	return frappe.get_all(
		"Seat Rule",
		filters={"parent": election.meeting, "parenttype": "General Meeting"},
		fields=list(rules.SEAT_RULE_FIELDS),
		order_by="idx",
	)


def _rules(election: Document, decisions: dict[str, Document | frappe._dict]) -> dict[str, Any]:
	"""The fields of an election that follow from the meeting's decisions."""
	form, candidacy = decisions["Electoral Form"], decisions["Rules of Candidacy"]
	return {
		**{field: form.get(field) for field in FROM_FORM},
		**(_of_runoff(election) if election.runoff_of else {}),
		"form_text": form.text,
		**{
			field: candidacy.get(field)
			for field in ("candidate_kind", "max_per_organization", "min_endorsements")
		},
		"candidacy_text": candidacy.text,
		"powers_text": decisions["Powers"].text,
	}


def _of_runoff(election: Document) -> dict[str, Any]:
	"""Between the tied only, for the seats left: the most votes win, and a voter marks as many as are elected."""
	result = frappe.db.get_value("Election", election.runoff_of, "result")
	seats = frappe.db.get_value("Election Result", result, "tied_seats")
	return {"form": "Block Vote", "seats": seats, "max_choices": seats, "may_be_unopposed": 0}


def issues_before_opening(election: Document, vote: bool = True) -> list[Blocker]:
	"""Every blocker at once, each with its way out; empty when voting can open, or an election be decided without
	a vote."""
	found = [*_meeting_issues(election), *_rule_issues(election)]
	found += candidacies.issues(election)
	found += committee.issues(election)
	found += roll.issues(election)
	found += rules.issues(election) if election.form else []
	found += election_key.issues(election) if vote else []
	if election.nominations_to and get_datetime(election.nominations_to) > now_datetime():
		found.append(
			(
				_("Nominations are open until {0}.").format(format_datetime(election.nominations_to)),
				_("Wait, or set an earlier end before the candidates are published."),
			)
		)
	return [Blocker(issue=issue, way_out=way_out) for issue, way_out in found]


def require_ready_to_open(election: Document, vote: bool = True) -> None:
	"""Guard of “Open Voting”."""
	if MANAGER not in frappe.get_roles():
		committee.require_member(election)
	if blockers := issues_before_opening(election, vote):
		frappe.throw(
			"<br>".join(
				[
					_("{0}: voting cannot open yet.").format(election.title),
					*(f"{b['issue']} {b['way_out']}" for b in blockers),
				]
			),
			NotReadyToOpenError,
		)


def require_unopposed(election: Document) -> None:
	"""Guard of “Declare Unopposed”: decided by the meeting, no more candidates than seats, all else in order."""
	committee.require_member(election)
	standing = len(candidacies.accepted(election.name))
	if not election.may_be_unopposed:
		frappe.throw(
			_("{0}: the meeting has not decided that candidates may be elected without a vote.").format(
				election.title
			),
			NotUnopposedError,
		)
	if standing > cint(election.seats):
		frappe.throw(
			_("{0}: {1} stand for {2} seats, so there is a vote.").format(
				election.title, standing, election.seats
			),
			NotUnopposedError,
		)
	require_ready_to_open(election, vote=False)


@box.unlogged
def seal_seed(election: Document, seed: str) -> str:
	"""Keep the hash of the committee's seed for a lot, before voting opens; returns it. The seed is not kept."""
	committee.require_member(election)
	# The lock makes this and the opening of the vote wait for each other.
	status = frappe.db.get_value("Election", election.name, "status", for_update=True)
	if status not in BEFORE_OPENING:
		_refuse(election, "seed_commitment", status)
	if election.tie_rule != rules.LOT_FROM_SEED:
		frappe.throw(
			_("{0}: the meeting did not decide on a lot from a seed.").format(election.title), SeedError
		)
	if len((seed or "").strip()) < SHORTEST_SEED:
		frappe.throw(
			_("{0}: a seed has at least {1} letters or digits, so that nobody can guess it.").format(
				election.title, SHORTEST_SEED
			),
			SeedError,
		)
	try:
		commitment = lot.commitment(seed)
	except LotInputError:
		frappe.throw(
			_("{0}: a seed is one line of letters and digits, without “|”.").format(election.title), SeedError
		)
	frappe.db.set_value("Election", election.name, "seed_commitment", commitment)
	audit.record(election, "Seal Seed", reason=commitment)
	return commitment


def open_voting(election: Document) -> None:
	"""Effect of “Open Voting”: from now on a change of the settings no longer changes how many must sign."""
	election.signatures_required = committee.signatures_needed(election)
	closing.open_online(election)


def close_voting(election: Document) -> None:
	"""Effect of “Close Voting”."""
	roll.close(election)
	closing.close(election)
	turnout.freeze(election)


def stamp_announcement(election: Document) -> None:
	"""Effect of “Announce”: the day is today unless an earlier day of announcement was entered."""
	election.announced_on = election.announced_on or today()
	if not getdate(election.voting_date) <= getdate(election.announced_on) <= getdate():
		frappe.throw(
			_("{0}: the result is announced on or after the voting day {1} and not later than today.").format(
				election.title, formatdate(election.voting_date)
			),
			AnnouncementDateError,
		)


def _meeting_title(election: Document) -> str:
	return frappe.db.get_value("General Meeting", election.meeting, "title") or election.meeting


def _meeting_issues(election: Document) -> list[tuple[str, str]]:
	meeting = frappe.db.get_value(
		"General Meeting", election.meeting, ["title", "status", "is_quorate"], as_dict=True
	)
	found = []
	if meeting.status not in ("In Session", "Concluded"):
		found.append(
			(
				_("The meeting {0} is {1}.").format(meeting.title, _(meeting.status)),
				_("Open its session."),
			)
		)
	if not meeting.is_quorate:
		found.append(
			(
				_("The meeting {0} has no quorum.").format(meeting.title),
				_("Complete the attendance or adjourn to a second call."),
			)
		)
	return found


def _rule_issues(election: Document) -> list[tuple[str, str]]:
	decisions = {
		kind: carried_decision(election.meeting, kind) for kind in (*RULE_KINDS, "Counting Committee")
	}
	found = [
		(
			_("The meeting has carried no decision on: {0}.").format(_(kind)),
			_("Enter the decision in the meeting."),
		)
		for kind, decision in decisions.items()
		if not decision
	]
	# While the move is being made, `status` is already the state asked for.
	status = (election.get_doc_before_save() or election).status
	if status == "Draft":
		found.append((_("The rules are not adopted."), _("Choose “Adopt Rules”.")))
	elif status != "Candidates Published":
		found.append((_("The candidates are not published."), _("Choose “Publish Candidates”.")))
	if status != "Draft" and all(decisions[kind] for kind in RULE_KINDS):
		# Empty is 0 or "" in the one and None in the other.
		decided = _rules(election, decisions)
		if any((election.get(field) or "") != (value or "") for field, value in decided.items()) or (
			rules.comparable(election.seat_rules) != rules.comparable(_seat_rules(election))
		):
			found.append(
				(
					_("The meeting has decided otherwise since the rules were adopted."),
					_("Annul this election and make a new one from the meeting."),
				)
			)
	return found
