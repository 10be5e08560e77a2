"""The people, the hall and the papers that the browser tests begin with, put there behind the desk.

Everything has a name of its own and stays on the site, which `make test-browser` copies afresh for each run.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import count

import frappe
from frappe.utils.password import update_password

from aso_network.api import elections as api
from aso_network.roles import COMMITTEE, MANAGER, MEMBER, OFFICER
from tests.site import books, builders, hall

PASSWORD = "Nineteen organisations in one hall"

# Names are numbered; a site that is served by hand for a second run gets other numbers.
builders._numbers = count(int(time.time()) % 10**8)


@dataclass
class Cast:
	"""Users who can log in, and a platform whose members have met for nothing yet.

	The delegates of the last two members are the tellers.
	"""

	platform: str
	organizations: list[str]
	officer: str
	second_officer: str
	manager: str
	tellers: list[str]


def user(*roles: str, **values: object) -> str:
	"""Another user with these roles, who can log in with PASSWORD."""
	name = builders.user(*roles, **values)
	update_password(name, PASSWORD)
	return name


def speak(user: str, language: str) -> None:
	frappe.db.set_value("User", user, "language", language)


def representative(organization: str) -> str:
	"""A user who acts for `organization` as its delegate, and can log in with PASSWORD."""
	# A value makes it a user of its own; those that stand ready may act for others by now.
	name = user(MEMBER, send_welcome_email=0)
	contact = frappe.get_doc("Contact", builders.delegate(organization))
	contact.user = name
	contact.add_email(name, is_primary=True)
	contact.save()
	return name


def cast(organizations: int = 19) -> Cast:
	tellers = [user(COMMITTEE) for _number in range(2)]
	platform = builders.platform()
	members = [builders.organization(platform) for _number in range(organizations)]
	for teller, member in zip(tellers, members[-2:], strict=True):
		contact = frappe.get_doc("Contact", builders.delegate(member))
		contact.user = teller
		contact.save()
	return Cast(platform, members, user(OFFICER), user(OFFICER), user(MANAGER), tellers)


def closed_vote(voters: int = 19, **contest: int) -> hall.Hall:
	"""Everybody has voted and the box is closed; nobody has entered a paper yet."""
	vote = hall.build(organizations=voters, **contest)
	for name in (vote.manager, vote.officer, *vote.tellers):
		update_password(name, PASSWORD)
	vote.move("Voting Open")
	vote.mark(voters)
	vote.move("Voting Closed", vote.tellers[0])
	vote.figures(papers_issued=voters, papers_in_box=voters)
	return vote


def batch(vote: hall.Hall) -> str:
	with builders.as_user(vote.tellers[0]):
		return api.create_batch(vote.election)


def network() -> dict[str, str]:
	"""One document of each kind, as after an election: DocType → name."""
	vote = closed_vote(5)
	vote.enter([vote.paper(0, 1), vote.paper(0, 1), vote.paper(0), vote.paper(2), vote.paper()])
	vote.move("Counted", vote.tellers[0])
	vote.sign()
	vote.move("Announced", vote.tellers[0])
	with builders.as_user(vote.manager):
		body = api.constitute_body(vote.result().name)
		activity = frappe.get_doc(
			{
				"doctype": "Network Activity",
				"title": "Our Rights",
				"kind": "Initiative",
				"platform": vote.platform,
			}
		).insert()
	return {
		"Network Platform": vote.platform,
		"Member Organization": vote.organizations[0],
		"General Meeting": vote.meeting,
		"Election": vote.election,
		"Candidacy": vote.candidacies[0],
		"Election Result": vote.result().name,
		"Operational Body": body,
		"Training Session": books.session(platform=vote.platform).name,
		"Network Activity": activity.name,
		"Network Audit Event": frappe.db.get_value("Network Audit Event", {"reference_name": vote.election}),
		"Ballot Batch": frappe.db.get_value("Ballot Batch", {"election": vote.election}),
	}
