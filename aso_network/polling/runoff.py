"""A runoff: a second vote between the tied, or the leaders where nobody has a majority, for the seats left."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import audit
from aso_network.elections import outcome
from aso_network.polling import box, counting, rules
from aso_network.workflows import guard

CANDIDACY_FIELDS = (
	*("organization", "person", "gender", "age", "photo"),
	*("statement_en", "statement_ar", "screening_note"),
)
ENDORSEMENT_FIELDS = ("organization", "endorsed_by", "endorsed_on")


# An announced election too: its first runoff may have been annulled.
HELD_FOR = ("Tie", "Counted", "Announced")


class RunoffError(frappe.ValidationError):
	"""There is nothing to hold a runoff about, or one is being held."""


def hold(election: Document) -> str:
	"""Make the runoff of `election`, with its candidates published; returns its name.

	The meeting has decided the rules already, so it goes through the steps up to there by itself. What remains
	is what a vote needs: a roll, and the opening. Those elected in the first vote keep their seats.
	"""
	frappe.has_permission("Election", "create", throw=True)
	result = counting.locked_result(election)
	if election.status not in HELD_FOR or not result.has_tie or result.tie_about in counting.INSIDE_THE_COUNT:
		frappe.throw(
			_("{0} has no open tie for a seat; no runoff is needed.").format(election.title), RunoffError
		)
	if not counting.has_open_tie(result):
		frappe.throw(
			_("The runoff of {0} is there already: {1}.").format(election.title, result.runoff), RunoffError
		)
	if election.tie_rule != rules.RUNOFF and result.tie_about != outcome.NO_MAJORITY:
		frappe.throw(
			_("{0}: the meeting decided on a lot, not on a runoff. Draw the lot.").format(election.title),
			RunoffError,
		)
	runoff = frappe.new_doc("Election", title=_("{0}, runoff").format(election.title))
	for field in ("meeting", "voting_mode", "sealed", "sheets_needed", "roll_source", "signatures_required"):
		runoff.set(field, election.get(field))
	for row in election.committee:
		runoff.append("committee", {field: row.get(field) for field in ("contact", "organization", "user")})
	runoff.insert()
	# Kept by the app, so no form and no request can say it.
	runoff.db_set("runoff_of", election.name, update_modified=False)
	for state in ("Rules Adopted", "Nominations Open"):
		runoff = guard.move(frappe.get_doc("Election", runoff.name), state)
	for row in result.rows:
		if row.reason_code in (outcome.TIED, outcome.IN_RUNOFF):
			_stand_again(row.candidacy, runoff.name)
	guard.move(frappe.get_doc("Election", runoff.name), "Candidates Published")
	counting.leave_to_runoff(result, runoff.name)
	audit.record(election, "Hold Runoff", reason=runoff.title)
	return runoff.name


def _stand_again(candidacy: str, runoff: str) -> None:
	first = frappe.get_doc("Candidacy", candidacy)
	again = frappe.new_doc("Candidacy", election=runoff)
	again.update({field: first.get(field) for field in CANDIDACY_FIELDS})
	again.extend(
		"endorsements",
		[{field: row.get(field) for field in ENDORSEMENT_FIELDS} for row in first.endorsements],
	)
	again.flags.stands_again = True
	again.insert()
	# Nobody submitted it: it follows from the count. So nobody accepts what is their own here.
	again.db_set("owner", box.NOBODY, update_modified=False)
	guard.move(frappe.get_doc("Candidacy", again.name), "Accepted")
