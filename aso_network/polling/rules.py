"""An election's rules as the counting core takes them: form, seat rules, and what the rules ask of candidates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from aso_network.elections import explain, seating
from aso_network.elections.contest import (
	APPROVAL,
	BLOCK,
	CUMULATIVE,
	IRV,
	KIND_OF,
	LIMITED,
	MAJORITY,
	MOST_RULES,
	STV,
	Contest,
)
from aso_network.elections.errors import (
	InvalidMaxChoicesError,
	InvalidRuleError,
	InvalidSeatsError,
)
from aso_network.elections.rules import SeatRule
from aso_network.polling import candidacies

# As the decision and the election name them → the core's name.
FORMS = {
	"Block Vote": BLOCK,
	"Limited Vote": LIMITED,
	"Approval Vote": APPROVAL,
	"Cumulative Vote": CUMULATIVE,
	"Absolute Majority": MAJORITY,
	"Instant-Runoff Vote": IRV,
	"Single Transferable Vote": STV,
}
# These cannot be held without saying how many marks or points a voter has.
NEEDS_MAX_CHOICES = ("Block Vote", "Limited Vote", "Cumulative Vote")

LOT_DRAWN = "Lot drawn by the committee and minuted"
LOT_FROM_SEED = "Lot from the committee's sealed seed"
RUNOFF = "Runoff among the tied"

SEAT_RULE_FIELDS = ("minimum", "maximum", "group", "age", "district")
ASKED = ("gender", "age", "organization", "district")


class FormError(frappe.ValidationError):
	"""Form, seats and marks do not go together."""


class SeatRuleError(frappe.ValidationError):
	"""A seat rule that says nothing or cannot be read."""


def check_form(title: str, form: str, seats: int, max_choices: int) -> None:
	"""Raises FormError when no vote can be held with these numbers; `title` names the document."""
	try:
		Contest(FORMS[form], (), cint(seats), cint(max_choices) or None)
	except InvalidSeatsError:
		frappe.throw(
			_(
				"{0}: the instant-runoff vote fills one seat. For more choose the single transferable vote."
			).format(title),
			FormError,
		)
	except InvalidMaxChoicesError:
		problem = {
			"Limited Vote": _("{0}: the limited vote needs fewer marks than seats, and at least one."),
			"Cumulative Vote": _("{0}: the cumulative vote needs the number of points that a voter has."),
		}[form]
		frappe.throw(problem.format(title), FormError)


def check_seat_rules(title: str, rows: list[Document]) -> None:
	if len(rows) > MOST_RULES:
		frappe.throw(_("{0}: there can be {1} seat rules at most.").format(title, MOST_RULES), SeatRuleError)
	for row in rows:
		wanted = {"Younger than": row.age, "This old or older": row.age, "From the district": row.district}
		if not wanted.get(row.group, True):
			frappe.throw(
				_("{0}, seat rule {1}: enter the age or the district that “{2}” is about.").format(
					title, row.idx, _(row.group)
				),
				SeatRuleError,
			)
		try:
			seat_rule(row)
		except InvalidRuleError:
			frappe.throw(
				_(
					"{0}, seat rule {1}: enter at least how many or at most how many, and not more “at least” than “at most”."
				).format(title, row.idx),
				SeatRuleError,
			)


def seat_rule(row: Document | frappe._dict) -> SeatRule:
	"""One line of the seat rules as the core has it; raises InvalidRuleError."""
	numbers = {"minimum": cint(row.minimum), "maximum": cint(row.maximum) or None}
	group = row.group
	if group in ("Women", "Men"):
		return SeatRule("gender", value="Woman" if group == "Women" else "Man", **numbers)
	if group == "Younger than":
		return SeatRule("age", below=cint(row.age), **numbers)
	if group == "This old or older":
		return SeatRule("age", at_least=cint(row.age), **numbers)
	if group == "Of each organization":
		return SeatRule("organization", each=True, **numbers)
	if group == "From each district":
		return SeatRule("district", each=True, **numbers)
	return SeatRule("district", value=row.district or "", **numbers)


def seat_rules(election: Document) -> tuple[SeatRule, ...]:
	return tuple(seat_rule(row) for row in election.seat_rules)


def comparable(rows: Iterable[Document]) -> list[list[Any]]:
	"""What the lines say, to be compared with other lines."""
	return [[row.get(field) or 0 for field in SEAT_RULE_FIELDS] for row in rows]


def words(rule: SeatRule) -> str:
	"""The rule in the reader's language: “at least 3 women”."""
	return explain.rule(rule, language())


def language() -> str:
	"""The language of those that the core has words in which is nearest to the reader's."""
	return "ar" if (frappe.local.lang or "en").startswith("ar") else "en"


def kind_of(election: str) -> str:
	"""How papers of `election` are read: MARKS, POINTS or RANKING."""
	return KIND_OF[FORMS[frappe.db.get_value("Election", election, "form")]]


def of_papers(election: Document) -> dict[str, Any]:
	"""How the papers of `election` are read: {"kind": marks, points or ranking, "max_choices": allowed or None}."""
	form, seats, number = FORMS[election.form], cint(election.seats), cint(election.max_choices) or None
	contest = Contest(form, (), seats, number)
	return {"kind": contest.kind, "max_choices": contest.allowed}


def about_form(form: str) -> str:
	"""One sentence in the reader's language; empty for a form that there is not."""
	return explain.about_form(FORMS[form], language()) if form in FORMS else ""


def contest_of(election: Document) -> Contest:
	"""The contest as it stands now: the accepted candidates, and the rules with what they ask for."""
	standing = candidacies.accepted(election.name)
	holding = seated(election)
	return Contest(
		form=FORMS[election.form],
		candidates=tuple(candidate.name for candidate in standing),
		seats=cint(election.seats),
		max_choices=cint(election.max_choices) or None,
		rules=seat_rules(election),
		attributes=attributes([*standing, *holding]),
		seated=tuple(candidate.name for candidate in holding),
	)


def attributes(standing: Iterable[frappe._dict]) -> dict[str, dict[str, str | int]]:
	"""Candidacy → what seat rules may ask: gender, age, organisation and the district it works in."""
	return {c.name: {name: c[name] for name in ASKED if c[name]} for c in standing}


def issues(election: Document) -> list[tuple[str, str]]:
	"""What keeps the rules from being applied: (what is wrong, what to do)."""
	found = []
	if election.tie_rule == LOT_FROM_SEED and not election.seed_commitment:
		found.append(
			(
				_("The committee has not fixed its seed for a lot."),
				_("Choose “Seal a seed” and keep the seed on paper."),
			)
		)
	contest = contest_of(election)
	if not contest.rules or not contest.candidates:
		return found
	asked = {rule.attribute for rule in contest.rules} & {"gender", "age"}
	for candidate in candidacies.accepted(election.name):
		for name in sorted(asked - set(contest.attributes[candidate.name])):
			found.append(
				(
					_("{0}: a seat rule asks for “{1}”, and it is not entered.").format(
						candidate.candidate_name,
						_("Gender") if name == "gender" else _("Age on the voting day"),
					),
					_("Enter it in the candidacy."),
				)
			)
	possible = seating.Seating(
		contest.candidates, contest.seats, contest.rules, contest.attributes, contest.seated
	)
	if conflict := possible.conflict():
		found.append(
			(
				_("No choice of the candidates can meet: {0}.").format(
					"; ".join(words(contest.rules[place]) for place in conflict)
				),
				_("Change the rules by a decision of the meeting, or accept more candidates."),
			)
		)
	return found


def seated(election: Document) -> list[frappe._dict]:
	"""Before a runoff: those whom the first vote, and runoffs before this one, elected."""
	results, earlier = [], election.runoff_of
	while earlier:
		earlier, result = frappe.db.get_value("Election", earlier, ["runoff_of", "result"])
		results.append(result)
	elected = frappe.get_all(
		"Election Result Row",
		filters={"parent": ("in", results), "parenttype": "Election Result", "elected": 1},
		pluck="candidacy",
	)
	return frappe.get_all(
		"Candidacy",
		filters={"name": ("in", elected)},
		fields=["name", "candidate_name", *ASKED],
	)
