"""Tells the story by the doors that people use: each step as a user of the role that takes it, every change
of state by the workflow's own action. All of it in one transaction: a load that is cut short leaves nothing.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.workflow import apply_workflow
from frappe.utils.password import get_encryption_key

from aso_network import finance, membership
from aso_network.api import elections as elections_api
from aso_network.demo import applying, cast, learning, online, people, remains
from aso_network.demo.cast import AL_HASAKAH, DEIR_EZZOR, DOMAIN, PLACES, RAQQA, Org, Place
from aso_network.polling import casting, nominations, objections
from aso_network.roles import COMMITTEE, FINANCE, MEMBER


class DemoError(frappe.ValidationError):
	"""The story cannot be told on this site."""


def load() -> None:
	"""Tell the whole story; on a site that has it already, nothing changes."""
	if remains.manifest():
		print("The demo is loaded already.")
		return
	_require_empty_stage()
	mute = frappe.flags.mute_emails
	frappe.flags.mute_emails = True
	try:
		with remains.recording():
			_tell()
	finally:
		frappe.flags.mute_emails = mute
		frappe.set_user("Administrator")
	print(f"The demo is loaded: {len(remains.manifest())} documents.")


def remove() -> None:
	"""Take everything of the story away again, and nothing else."""
	print(f"The demo is removed: {remains.remove()} documents.")


def logins() -> list[dict[str, str]]:
	"""[{"role", "user", "password"}], one for each role of the app, and a member of each platform."""
	staff = [(name, role) for name, role, _first in cast.STAFF if name != "second.officer"]
	return [
		{"role": role, "user": _address(name), "password": _password(_address(name))}
		for name, role in (*staff, cast.TELLER, *cast.MEMBER_LOGINS)
	]


def addresses(url: str) -> list[str]:
	"""Lines that `make demo` prints after the logins: where to vote online, watch and check."""
	return online.addresses(url)


def _tell() -> None:
	for name, role, first_name in cast.STAFF:
		_user(name, role, _contact(first_name, name))
	members = {}
	for place in PLACES:
		_platform(place)
		organizations = members[place.key] = _members(place)
		meeting = _meeting(place, organizations)
		_election(place, meeting, organizations)
	_online(members)
	applying.tell(DEIR_EZZOR)
	learning.tell(DEIR_EZZOR, _contact("Trainer"))
	people.tell(RAQQA)
	_work()


def _require_empty_stage() -> None:
	if not frappe.db.exists("Territory", {"aso_pcode": DEIR_EZZOR.pcode}):
		frappe.throw(
			_(
				"The territories of the three governorates are missing; complete ERPNext's set-up wizard first."
			),
			DemoError,
		)
	for place in PLACES:
		taken = frappe.db.get_value("Network Platform", {"territory": _territory(place.pcode)})
		if taken:
			frappe.throw(
				_(
					"The platform {0} exists already; the demo is for a site without members of its own."
				).format(taken),
				DemoError,
			)


# people


@contextmanager
def _as(name: str) -> Iterator[None]:
	before = frappe.session.user
	frappe.set_user(_address(name))
	try:
		yield
	finally:
		frappe.set_user(before)


def _address(name: str) -> str:
	return f"{name}@{DOMAIN}"


def _password(user: str) -> str:
	"""The same on every call on this site, and on no other site; kept nowhere."""
	return hmac.new(get_encryption_key().encode(), user.encode(), sha256).hexdigest()[:12]


def _contact(first_name: str, name: str | None = None) -> str:
	contact = frappe.new_doc("Contact", first_name=first_name, last_name="(demo)")
	if name:
		contact.append("email_ids", {"email_id": _address(name), "is_primary": 1})
	# An image keeps Frappe from asking an outside service for the person's picture.
	contact.image = "/assets/frappe/images/default-avatar.png"
	return contact.insert().name


def _user(name: str, role: str, contact: str) -> str:
	person = frappe.get_doc("Contact", contact)
	user = frappe.new_doc(
		"User",
		email=_address(name),
		username=name,
		first_name=person.first_name,
		last_name=person.last_name,
		user_type="Website User" if role == MEMBER else "System User",
		send_welcome_email=0,
		user_image=person.image,
		new_password=_password(_address(name)),
	)
	user.append_roles(role, *(["Accounts User"] if role == FINANCE else []))
	user.flags.ignore_password_policy = True
	user.insert()
	person.reload()
	person.user = user.name
	person.save()
	return user.name


def _act(doctype: str, name: str, *actions: str, reason: str | None = None) -> Document:
	"""Take the actions of the desk's menu, one after the other."""
	for action in actions:
		doc = frappe.get_doc(doctype, name)
		if reason:
			doc.transition_reason = reason
			doc.save()
		apply_workflow(doc.as_json(), action)
	return frappe.get_doc(doctype, name)


# the platform and its members


def _territory(pcode: str) -> str:
	return frappe.db.get_value("Territory", {"aso_pcode": pcode}, "name")


def _platform(place: Place) -> None:
	company = frappe.defaults.get_global_default("company") or frappe.get_all("Company", pluck="name")[0]
	root = frappe.db.get_value("Cost Center", {"company": company, "parent_cost_center": ("is", "not set")})
	cost_center = frappe.new_doc(
		"Cost Center", cost_center_name=f"{place.name_en} (demo)", company=company, parent_cost_center=root
	).insert()
	platform = frappe.new_doc(
		"Network Platform",
		name_en=place.name_en,
		name_ar=place.name_ar,
		name_ku=place.name_ku,
		territory=_territory(place.pcode),
		cost_center=cost_center.name,
	)
	for goal in frappe.get_all("Network Goal", pluck="name", order_by="creation, name"):
		platform.append("goals", {"goal": goal})
	with _as("manager"):
		platform.insert()


def _members(place: Place) -> list[str]:
	"""The organisations apply through one officer and are admitted by another; the first two have a login."""
	organizations = []
	for number, org in enumerate(place.organizations, start=1):
		login = f"member.{place.key}.{number}" if number <= 2 else None
		teller = number - (len(place.organizations) - 2)
		if teller > 0:
			login = f"teller.{place.key}.{teller}"
		contact = _contact(cast.FIRST_NAMES[number % len(cast.FIRST_NAMES)], login)
		with _as("officer"):
			organizations.append(_organization(place, org, contact))
		if login:
			_user(login, COMMITTEE if teller > 0 else MEMBER, contact)
	for organization in organizations:
		with _as("second.officer"):
			_act("Member Organization", organization, "Start Review", "Admit")
	return organizations


def _organization(place: Place, org: Org, contact: str) -> str:
	doc = frappe.new_doc(
		"Member Organization",
		name_en=f"{org.en} (demo)",
		name_ar=f"{org.ar} (تجريبي)",
		platform=place.name_en,
		territory=_territory(org.pcode),
		applied_on=frappe.utils.add_months(place.meeting_date, -3),
	)
	doc.append(
		"representatives",
		{"contact": contact, "is_delegate": 1, "from_date": doc.applied_on, "position": "Head"},
	)
	return doc.insert().name


# the meeting and the election


def _meeting(place: Place, organizations: list[str]) -> str:
	with _as("officer"):
		meeting = frappe.new_doc(
			"General Meeting",
			platform=place.name_en,
			meeting_date=place.meeting_date,
			start_time="10:00:00",
			venue=place.venue,
			facilitator=frappe.db.get_value("Contact", {"user": _address("officer")}),
		).insert()
		_act("General Meeting", meeting.name, "Convene")
		meeting.reload()
		for member in membership.active_organizations(place.name_en):
			meeting.append(
				"attendance",
				{"organization": member["name"], "representative": member["delegate"], "present": 1},
			)
		meeting.save()
		meeting = _act("General Meeting", meeting.name, "Open Session")
		meeting.update(cast.MINUTES)
		for decision in cast.decisions(place):
			meeting.append("decisions", decision)
		meeting.extend("seat_rules", place.seat_rules)
		meeting.save()
	return meeting.name


def _election(place: Place, meeting: str, organizations: list[str]) -> None:
	election, candidacies = _candidates(place, meeting, organizations)
	if place is DEIR_EZZOR:
		with _as(f"teller.{place.key}.1"):
			elections_api.seal_seed(election, cast.SEED)
	with _as("manager"):
		_act("Election", election, "Open Voting")
	_vote(place, election, candidacies)
	if place is DEIR_EZZOR:
		_object(place, election, organizations[1])
	_announce(place, election)
	with _as("manager"):
		result = frappe.db.get_value("Election", election, "result")
		elections_api.constitute_body(result)
	with _as("officer"):
		_act("General Meeting", meeting, "Conclude")


def _candidates(
	place: Place, meeting: str, organizations: list[str], **values: object
) -> tuple[str, list[str]]:
	"""An election with its candidates published and its roll frozen; `values`: fields of it."""
	with _as("officer"):
		election = _draft_election(meeting, organizations[-2:], place, **values)
		_act("Election", election, "Adopt Rules", "Open Nominations")
	candidacies = [
		_own_candidacy(place, election, organizations)
		if place is DEIR_EZZOR and number == 0
		else _candidacy(place, election, organization, number)
		for number, organization in enumerate(organizations[: place.candidates])
	]
	with _as("second.officer"):
		for candidacy in candidacies:
			_act("Candidacy", candidacy, "Accept")
	with _as("officer"):
		_act("Election", election, "Publish Candidates")
		elections_api.freeze_roll(election)
	return election, candidacies


def _online(members: dict[str, list[str]]) -> None:
	"""One platform votes online now; another has voted, counted and announced."""
	for place, votes in (
		(online.closed_place(), online.CLOSED_VOTES),
		(online.open_place(), online.OPEN_VOTES),
	):
		organizations = members[place.key]
		meeting = _meeting(place, organizations)
		is_open = votes is online.OPEN_VOTES
		election, candidacies = _candidates(
			place,
			meeting,
			organizations,
			voting_mode=casting.ONLINE,
			voting_until=online.until() if is_open else None,
		)
		with _as("manager"):
			_act("Election", election, "Open Voting")
		online.cast(election, organizations, candidacies, votes)
		if is_open:
			with _as(f"teller.{place.key}.1"):
				online.keep_codes(election)
		else:
			_count_online(place, election)
			_announce(place, election)
		with _as("officer"):
			_act("General Meeting", meeting, "Conclude")


def _count_online(place: Place, election: str) -> None:
	"""Nobody came to the paper desk: closed and counted without a paper."""
	with _as(f"teller.{place.key}.1"):
		_act("Election", election, "Close Voting", "Count")
	_sign(place, election)


def _candidacy(place: Place, election: str, organization: str, number: int) -> str:
	doc = frappe.new_doc("Candidacy", election=election, organization=organization)
	if place.genders:
		doc.gender = place.genders[number]
		doc.person = membership.current_delegate(organization)
	if place.statements:
		doc.statement_ar, doc.statement_en = place.statements[number]
	with _as("officer"):
		return doc.insert().name


def _own_candidacy(place: Place, election: str, organizations: list[str]) -> str:
	"""A member stands by herself, and another one endorses it: both on their phones."""
	with _as(f"member.{place.key}.1"):
		candidacy = nominations.stand(organizations[0], election, cast.STATEMENT).name
	with _as(f"member.{place.key}.2"):
		nominations.endorse(candidacy, organizations[1])
	return candidacy


def _object(place: Place, election: str, organization: str) -> None:
	"""A member doubts the count before it is announced; the office answers with a reason."""
	with _as(f"member.{place.key}.2"):
		objection = objections.submit(organization, election, cast.OBJECTION).name
	with _as("second.officer"):
		_act("Objection", objection, "Start Review")
		_act("Objection", objection, "Dismiss", reason=cast.ANSWER)


def _draft_election(meeting: str, committee: list[str], place: Place, **values: object) -> str:
	election = frappe.new_doc("Election", meeting=meeting, **values)
	for number, organization in enumerate(committee, start=1):
		user = _address(f"teller.{place.key}.{number}")
		election.append(
			"committee",
			{
				"contact": frappe.db.get_value("Contact", {"user": user}),
				"organization": organization,
				"user": user,
			},
		)
	return election.insert().name


def _vote(place: Place, election: str, candidacies: list[str]) -> None:
	"""Everybody votes on paper; two tellers mark, close, enter each paper twice, count and sign."""
	first, second = f"teller.{place.key}.1", f"teller.{place.key}.2"
	papers = cast.papers(place, candidacies)
	with _as(first):
		for voter in frappe.get_list("Election Voter", {"election": election}, pluck="name", limit=0):
			elections_api.mark_voted(election, voter)
		_act("Election", election, "Close Voting")
		doc = frappe.get_doc("Election", election)
		doc.papers_issued = doc.papers_in_box = len(papers)
		doc.save()
		batch = elections_api.create_batch(election)
		elections_api.save_entry(batch, json.dumps(papers), True)
	with _as(second):
		# The other way round: the comparison does not depend on the order of the papers.
		elections_api.save_entry(batch, json.dumps(papers[::-1]), True)
		if _act("Election", election, "Count").status == "Tie":
			elections_api.draw_lot(election, cast.SEED)
	_sign(place, election)


def _sign(place: Place, election: str) -> None:
	result = frappe.db.get_value("Election", election, "result")
	for number in (1, 2):
		with _as(f"teller.{place.key}.{number}"):
			shown = frappe.get_doc("Election Result", result).result_hash
			elections_api.sign(result, shown)


def _announce(place: Place, election: str) -> None:
	with _as(f"teller.{place.key}.1"):
		doc = frappe.get_doc("Election", election)
		doc.announced_on = doc.voting_date
		doc.save()
		_act("Election", election, "Announce")


# what follows: training and a campaign


def _work() -> None:
	goals = frappe.get_all("Network Goal", pluck="name", order_by="creation, name")
	cost_center = frappe.db.get_value("Network Platform", AL_HASAKAH.name_en, "cost_center")
	project = frappe.new_doc(
		"Project",
		project_name="ASO Youth Forum",
		company=frappe.db.get_value("Cost Center", cost_center, "company"),
		cost_center=cost_center,
	).insert()
	trainer = _contact("Trainer")
	youth = [_contact(name) for name in cast.FIRST_NAMES[:8]]
	with _as("training"):
		_session(
			"Knowledge Session on “Team Building”",
			"جلسة معرفية حول «بناء الفريق»",
			"Knowledge Session",
			# The source text gives no date.
			("2024-04-17 10:00:00", "2024-04-17 13:00:00"),
			project.name,
			trainer,
			youth,
		)
		workshop = _session(
			"Human Resources training workshop for youth",
			"ورشة تدريبية للشباب في الموارد البشرية",
			"Workshop",
			("2024-05-29 09:00:00", "2024-05-29 15:00:00"),
			project.name,
			trainer,
			youth,
		)
	with _as("manager"):
		finance.create_activity_for("Training Session", workshop)
		_initiative(cost_center, goals)


def _session(
	title_en: str,
	title_ar: str,
	kind: str,
	hours: tuple[str, str],
	project: str,
	trainer: str,
	youth: list[str],
) -> str:
	session = frappe.new_doc(
		"Training Session",
		title_en=title_en,
		title_ar=title_ar,
		kind=kind,
		topic=title_en,
		programme=project,
		goal=frappe.db.get_value("Network Goal", {"goal_name": ("like", "%capacities%")}),
		platform=AL_HASAKAH.name_en,
		territory=_territory("SY080000"),
		starts_on=hours[0],
		ends_on=hours[1],
		venue="ASO Center, Al-Hasakah",
		capacity=20,
		description="Part of the ASO Youth Forum programme. Trainer, participants and hours are invented (demo).",
	)
	session.append("trainers", {"contact": trainer})
	for person in youth:
		session.append("participants", {"contact": person, "attended": 1})
	session.insert()
	_act("Training Session", session.name, "Open Registration", "Start", "Complete")
	return session.name


def _initiative(cost_center: str, goals: list[str]) -> None:
	project = frappe.new_doc(
		"Project",
		project_name="Our Rights, Your Responsibility",
		company=frappe.db.get_value("Cost Center", cost_center, "company"),
		cost_center=cost_center,
	)
	frappe.set_user("Administrator")
	project.insert()
	frappe.set_user(_address("manager"))
	initiative = frappe.new_doc(
		"Network Activity",
		title="Our Rights, Your Responsibility",
		title_ar="حقوقنا مسؤوليتكم",
		kind="Initiative",
		platform=AL_HASAKAH.name_en,
		project=project.name,
		cost_center=cost_center,
		start_date="2024-05-01",
		end_date="2024-07-31",
		description="Launched in Hasakah Governorate. Dates and budget are invented (demo).",
	)
	for goal in goals[:2]:
		initiative.append("goals", {"goal": goal})
	initiative.append("partners", {"partner_name": "Zamen Organization for Development and Peacebuilding"})
	initiative.append("budget_lines", {"description": "Printing and hall (demo)", "amount": 900})
	initiative.insert()
	_act("Network Activity", initiative.name, "Approve", "Start")
