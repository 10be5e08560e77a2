"""Operational bodies: constituted from an announced result, one in office per platform, retired by the calendar."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, add_months, escape_html, formatdate, getdate, today

from aso_network import membership, platforms
from aso_network.workflows import guard

ENDED = ("Term Ended", "Dissolved")
FIXED = ("term_start", "term_end")


class NotAnnouncedError(frappe.ValidationError):
	"""Nobody is elected before the result is announced."""


class OtherPlatformError(frappe.ValidationError):
	"""The body and the result it comes from, or a member, belong to different platforms."""


class BodyTermError(frappe.ValidationError):
	"""The term ends before it begins."""


class BodyEndedError(frappe.ValidationError):
	"""A body whose term has ended is part of the record."""


class BodyFixedError(frappe.ValidationError):
	"""What the election decided does not change while the body is in office."""


class MemberRemovedError(frappe.ValidationError):
	"""A member who leaves stays on the record."""


class NotElectedError(frappe.ValidationError):
	"""The member was not elected and fills no vacancy."""


class VacancyError(frappe.ValidationError):
	"""The vacancy does not exist, is not dated or explained, or is filled already."""


class MemberDatesError(frappe.ValidationError):
	"""The member's dates and status disagree."""


class MemberTwiceError(frappe.ValidationError):
	"""The same member serves twice."""


class TooManyMembersError(frappe.ValidationError):
	"""More serve than there are seats."""


class NoMembersError(frappe.ValidationError):
	"""A body without anybody in it."""


class BodyInOfficeError(frappe.ValidationError):
	"""The platform has a body in office."""


# --- the document ----------------------------------------------------------------------------------------


def take_from_result(doc: Document) -> None:
	"""What the announced result decides: platform, election, seats; and the rest where nothing is entered."""
	if not doc.constituted_by:
		return
	result = _announced(doc.constituted_by)
	if doc.platform and doc.platform != result.platform:
		frappe.throw(
			_("{0} elected a body of {1}, not of {2}. Choose a result of {2}.").format(
				result.title or result.name, result.platform, doc.platform
			),
			OtherPlatformError,
		)
	election = frappe.db.get_value("Election", result.election, ["term_months", "powers_text"], as_dict=True)
	doc.platform, doc.election, doc.seats = result.platform, result.election, result.seats
	doc.term_start = doc.term_start or result.announced_on
	doc.term_end = doc.term_end or _term_end(doc.term_start, election.term_months)
	if doc.is_new():
		doc.powers = doc.powers or _paragraphs(election.powers_text)
	doc.title = doc.title or f"{doc.platform} {getdate(doc.term_start).year}–{getdate(doc.term_end).year}"


def refuse_change_of_ended(doc: Document) -> None:
	before = doc.get_doc_before_save()
	if before and before.status in ENDED and doc.status == before.status:
		frappe.throw(
			_("Operational Body {0} is {1} and part of the record; nothing in it can be changed.").format(
				before.title, _(before.status)
			),
			BodyEndedError,
		)


def keep_constituted(doc: Document) -> None:
	"""In office, the term stands and nobody disappears from the list."""
	before = doc.get_doc_before_save()
	if not before or before.status == "Draft":
		return
	for field in FIXED:
		if getdate(doc.get(field)) != getdate(before.get(field)):
			frappe.throw(
				_(
					"Operational Body {0} is in office: “{1}” stays {2}. To end it earlier, use “End Term” or"
					" “Dissolve”."
				).format(before.title, _(doc.meta.get_label(field)), formatdate(before.get(field))),
				BodyFixedError,
			)
	kept = {row.name for row in doc.members}
	gone = next((row for row in before.members if row.name not in kept), None)
	if gone:
		frappe.throw(
			_(
				"Operational Body {0}: {1} stays on the list. Set the status to “Left” and fill in “To” and the"
				" reason."
			).format(doc.title, gone.member_name),
			MemberRemovedError,
		)


def check_term(doc: Document) -> None:
	if not doc.term_start or not doc.term_end:
		return  # Frappe asks for the mandatory fields, after this.
	if getdate(doc.term_end) <= getdate(doc.term_start):
		frappe.throw(
			_("Operational Body {0}: its term would end on {1}, not after it starts on {2}.").format(
				doc.title, formatdate(doc.term_end), formatdate(doc.term_start)
			),
			BodyTermError,
		)


# --- members ---------------------------------------------------------------------------------------------


def check_members(doc: Document) -> None:
	"""Everybody was elected, by the body's own result or a by-election, or fills a dated vacancy."""
	before = doc.get_doc_before_save()
	earlier = {row.name: row for row in before.members} if before else {}
	elected = _elected(doc)
	for row in doc.members:
		row.from_date = row.from_date or doc.term_start
		row.status = row.status or "Serving"
		_identify(row, elected, taken={other.candidacy for other in doc.members if other is not row})
		_check_dates(doc, row)
		if not row.candidacy:
			_check_successor(doc, row)
		old = earlier.get(row.name)
		if row.person and (not old or old.person != row.person):
			_check_person(doc, row, elected.get(row.candidacy))
	_check_vacancies_filled_once(doc)
	serving = [row for row in doc.members if row.status == "Serving"]
	_check_nobody_twice(doc, serving)
	if len(serving) > doc.seats:
		frappe.throw(
			_(
				"Operational Body {0} has {1} seats, but {2} members serve. Set those who left to “Left”."
			).format(doc.title, doc.seats, len(serving)),
			TooManyMembersError,
		)


def _elected(doc: Document) -> dict[str, frappe._dict]:
	"""Who may be a member by election: candidacy → the elected row with its `result` and `person`.

	By the result that constituted the body, and by later ones of the platform that constituted no other.
	"""
	own = _announced(doc.constituted_by)
	constituting = frappe.get_all(
		"Operational Body", filters={"name": ("!=", doc.name or "")}, pluck="constituted_by"
	)
	later = frappe.get_all(
		"Election Result",
		filters={
			"platform": doc.platform,
			"is_announced": 1,
			"announced_on": (">=", own.announced_on),
			"name": ("not in", [own.name, *constituting]),
		},
		order_by="announced_on",
		pluck="name",
	)
	rows = frappe.get_all(
		"Election Result Row",
		filters={"parent": ("in", [own.name, *later]), "parenttype": "Election Result", "elected": 1},
		fields=["parent as result", "candidacy", "candidate_name", "organization", "seat_order"],
		order_by="seat_order, idx",
	)
	people = dict(
		frappe.get_all(
			"Candidacy",
			filters={"name": ("in", [row.candidacy for row in rows])},
			fields=["name", "person"],
			as_list=True,
		)
	)
	for row in rows:
		row.person = people.get(row.candidacy)
	rows.sort(key=lambda row: [own.name, *later].index(row.result))
	return {row.candidacy: row for row in rows}


def _identify(row: Document, elected: dict[str, frappe._dict], taken: set[str | None]) -> None:
	"""Tie the line to the candidacy that was elected, if one was, and name it."""
	found = elected.get(row.candidacy) or next(
		(
			candidate
			for candidate in elected.values()
			if candidate.candidacy not in taken
			and candidate.organization == row.organization
			and (not candidate.person or row.person in (None, "", candidate.person))
		),
		None,
	)
	row.candidacy, row.source = (found.candidacy, found.result) if found else (None, None)
	if found:
		row.organization = found.organization or row.organization
		row.person = found.person or row.person
		row.member_name = found.candidate_name
	else:
		row.member_name = (
			frappe.db.get_value("Contact", row.person, "full_name")
			if row.person
			else frappe.db.get_value("Member Organization", row.organization, "title")
		)


def _check_dates(doc: Document, row: Document) -> None:
	if row.status == "Serving" and row.to_date:
		problem = _("{0} serves, but has a last day. Set the status to “Left”, or empty “To”.")
	elif row.status == "Left" and not (row.to_date and row.vacancy_reason):
		problem = _("{0} has left: fill in “To” and the reason of the change.")
	elif row.to_date and getdate(row.to_date) < getdate(row.from_date):
		problem = _("{0} would leave before the first day. Correct “From” or “To”.")
	else:
		return
	frappe.throw(
		_("Operational Body {0}:").format(doc.title) + " " + problem.format(row.member_name),
		MemberDatesError,
	)


def _check_successor(doc: Document, row: Document) -> None:
	"""Not elected: then whose place, since when, and why."""
	if not row.fills_vacancy_of:
		frappe.throw(
			_(
				"Operational Body {0}: {1} was not elected by an announced result. If this is a successor, fill in"
				" whose vacancy it is, from when, and the reason."
			).format(doc.title, row.member_name),
			NotElectedError,
		)
	vacancy = next(
		(
			r
			for r in doc.members
			if r is not row and r.status == "Left" and r.member_name == row.fills_vacancy_of
		),
		None,
	)
	if not vacancy or not vacancy.to_date:
		frappe.throw(
			_(
				"Operational Body {0}: {1} has not left, so {2} cannot fill that place. Set “Left” and “To” first."
			).format(doc.title, row.fills_vacancy_of, row.member_name),
			VacancyError,
		)
	if not row.vacancy_reason or getdate(row.from_date) < getdate(vacancy.to_date):
		frappe.throw(
			_(
				"Operational Body {0}: {1} follows {2}, who left on {3}. Start on that day or later, and write"
				" the reason of the change."
			).format(doc.title, row.member_name, row.fills_vacancy_of, formatdate(vacancy.to_date)),
			VacancyError,
		)
	organization = frappe.db.get_value(
		"Member Organization", row.organization, ["platform", "title"], as_dict=True
	)
	if organization.platform != doc.platform:
		frappe.throw(
			_("Operational Body {0}: {1} belongs to {2}. A successor comes from {3}.").format(
				doc.title, organization.title, organization.platform, doc.platform
			),
			OtherPlatformError,
		)


def _check_person(doc: Document, row: Document, elected: frappe._dict | None) -> None:
	"""The person acts for the organisation on the member's first day; who was elected in person is who it is."""
	if elected and elected.person == row.person:
		return
	acting = {
		person.contact
		for person in membership.representatives([row.organization], max(getdate(row.from_date), getdate()))
	}
	if row.person not in acting:
		frappe.throw(
			_("Operational Body {0}: {1} does not represent {2}. Choose one of its representatives.").format(
				doc.title,
				frappe.db.get_value("Contact", row.person, "full_name") or row.person,
				frappe.db.get_value("Member Organization", row.organization, "title"),
			),
			NotElectedError,
		)


def _check_vacancies_filled_once(doc: Document) -> None:
	filled = set()
	for row in doc.members:
		if row.candidacy or not row.fills_vacancy_of:
			continue
		if row.fills_vacancy_of in filled:
			frappe.throw(
				_("Operational Body {0}: the place of {1} is filled twice. Keep one successor.").format(
					doc.title, row.fills_vacancy_of
				),
				VacancyError,
			)
		filled.add(row.fills_vacancy_of)


def _check_nobody_twice(doc: Document, serving: list[Document]) -> None:
	seen = set()
	for row in serving:
		who = row.candidacy or (row.organization, row.person)
		if who in seen:
			frappe.throw(
				_("Operational Body {0}: {1} serves twice. Remove line {2}.").format(
					doc.title, row.member_name, row.idx
				),
				MemberTwiceError,
			)
		seen.add(who)


def close_terms(doc: Document) -> None:
	"""With the body's last day, everybody's term is over."""
	before = doc.get_doc_before_save()
	if not before or before.status != "Constituted" or doc.status not in ENDED:
		return
	last_day = min(getdate(), getdate(doc.term_end))
	for row in doc.members:
		if row.status == "Serving":
			row.status, row.to_date = "Served", max(last_day, getdate(row.from_date))


# --- the lifecycle ---------------------------------------------------------------------------------------


def require_constitutable(doc: Document) -> None:
	"""Guard of Constitute."""
	_announced(doc.constituted_by)
	if not any(row.status == "Serving" for row in doc.members):
		frappe.throw(
			_("Operational Body {0} has no members. Take them over from the announced result.").format(
				doc.title
			),
			NoMembersError,
		)


def install_body(doc: Document) -> None:
	"""After Constitute: it is the platform's body in office, and the platform is structured.

	A previous body whose last day has passed is retired; one still in office is not pushed out.
	"""
	current = platforms.lock_all()[doc.platform].current_body
	if current and current != doc.name:
		previous = frappe.get_doc("Operational Body", current, for_update=True)
		if previous.status == "Constituted":
			if getdate(previous.term_end) >= getdate(doc.term_start):
				frappe.throw(
					_("{0} is in office in {1} until {2}. End its term or dissolve it first.").format(
						previous.title, doc.platform, formatdate(previous.term_end)
					),
					BodyInOfficeError,
				)
			guard.move(previous, "Term Ended")
	platforms.set_current_body(doc.platform, doc.name)
	platforms.mark_structured(doc.platform, doc.term_start)
	# A pointer back for the election's form; an announced election is otherwise closed to changes.
	frappe.db.set_value("Election", doc.election, "body", doc.name, update_modified=False)


def retire_body(doc: Document) -> None:
	"""After End Term and Dissolve. The platform stays structured: it was."""
	if platforms.lock_all()[doc.platform].current_body == doc.name:
		platforms.set_current_body(doc.platform, None)


def end_due_terms() -> None:
	"""Daily: a body whose last day has passed is out of office. One that fails does not keep the others in."""
	due = frappe.get_all(
		"Operational Body",
		filters={"status": "Constituted", "term_end": ("<", today())},
		pluck="name",
	)
	for name in due:
		frappe.db.savepoint("end_term")
		try:
			guard.move(frappe.get_doc("Operational Body", name), "Term Ended")
		except Exception:
			frappe.db.rollback(save_point="end_term")
			frappe.log_error(title=f"The term of Operational Body {name} could not be ended")


def constitute_from_result(result: str) -> Document:
	"""The body that the announced `result` (name of an Election Result) elected, in office. One step; twice is once.

	Members in the order of their election, those of a runoff behind the others, positions empty; the term starts
	on the day of the announcement; the powers are those decided. From the result of a runoff it is the body of
	the first vote. Raises NotAnnouncedError, BodyInOfficeError, PermissionError.
	"""
	frappe.get_doc("Election Result", result).check_permission("read")
	results = _with_runoffs(result)
	result = results[0]
	# Whoever clicks second waits here, and then finds what the first has made.
	platforms.lock_all()
	existing = frappe.db.get_value("Operational Body", {"constituted_by": result}, for_update=True)
	if existing:
		body = frappe.get_doc("Operational Body", existing, for_update=True)
	else:
		body = frappe.new_doc("Operational Body", constituted_by=result)
		take_from_result(body)
		for row in _elected(body).values():
			if row.result in results:
				body.append(
					"members",
					{"organization": row.organization, "person": row.person, "candidacy": row.candidacy},
				)
		body.insert()
	return guard.move(body, "Constituted") if body.status == "Draft" else body


def _with_runoffs(result: str) -> list[str]:
	"""The result of the first vote, and those of the runoffs that seats were left to, in order; all announced."""
	while first := frappe.db.get_value(
		"Election", frappe.db.get_value("Election Result", result, "election"), "runoff_of"
	):
		result = frappe.db.get_value("Election", first, "result")
	results = [_announced(result).name]
	while runoff := frappe.db.get_value("Election Result", results[-1], "runoff"):
		title, result = frappe.db.get_value("Election", runoff, ["title", "result"])
		if not result:
			frappe.throw(
				_("{0} decides the seats that are left; announce its result first.").format(title),
				NotAnnouncedError,
			)
		results.append(_announced(result).name)
	return results


def _announced(result: str) -> frappe._dict:
	row = frappe.db.get_value(
		"Election Result",
		result,
		["name", "title", "platform", "election", "seats", "is_announced", "announced_on"],
		as_dict=True,
	)
	if not row.is_announced:
		frappe.throw(
			_("{0} has not been announced: there is nobody elected yet. Announce it first.").format(
				row.title or result
			),
			NotAnnouncedError,
		)
	return row


def _term_end(start: str, months: int | None) -> object:
	"""The last day of a term of so many months, two years if nothing was decided."""
	return add_days(add_months(getdate(start), months or 24), -1)


def _paragraphs(text: str | None) -> str:
	return "".join(f"<p>{escape_html(line)}</p>" for line in (text or "").splitlines() if line.strip())
