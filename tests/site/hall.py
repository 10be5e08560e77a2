"""A meeting hall, ready for an election: built through the same steps that the people in it take."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field

import frappe
import frappe.client  # tests reach frappe.client through this
from frappe.model.document import Document

from aso_network.api import elections as api
from aso_network.polling import casting
from aso_network.roles import COMMITTEE, MANAGER, OFFICER
from aso_network.workflows import guard
from tests.site import builders


@dataclass
class Hall:
	"""Everybody and everything in the hall. Names are document names; `tellers` are users."""

	platform: str
	organizations: list[str]
	meeting: str
	election: str
	manager: str
	officer: str
	tellers: list[str]
	candidacies: list[str] = field(default_factory=list)

	def doc(self) -> Document:
		return frappe.get_doc("Election", self.election)

	def move(self, status: str, user: str | None = None, reason: str | None = None) -> Document:
		with builders.as_user(user or self.manager):
			return guard.move(self.doc(), status, reason)

	def voters(self) -> dict[str, str]:
		"""Organisation → name of its row on the roll."""
		return dict(
			frappe.get_all(
				"Election Voter",
				filters={"election": self.election},
				fields=["organization", "name"],
				as_list=True,
			)
		)

	def mark(self, number: int) -> None:
		with builders.as_user(self.tellers[0]):
			for voter in list(self.voters().values())[:number]:
				api.mark_voted(self.election, voter)

	def figures(self, **values: int | str) -> None:
		with builders.as_user(self.tellers[0]):
			doc = self.doc()
			doc.update(values)
			doc.save()

	def paper(self, *marks: int, spoiled: bool = False) -> dict:
		"""A ballot that marks the candidates with these places in `candidacies`."""
		return {"choices": [self.candidacies[m] for m in marks], "spoiled": spoiled}

	def enter(self, papers: list[dict], second: list[dict] | None = None) -> str:
		"""A batch entered by two tellers; the second enters `second` if given. Returns its name."""
		with builders.as_user(self.tellers[0]):
			batch = api.create_batch(self.election)
			api.save_entry(batch, json.dumps(papers), True)
		with builders.as_user(self.tellers[1]):
			api.save_entry(batch, json.dumps(papers if second is None else second), True)
		return batch

	def vote(self, papers: list[dict], close: bool = True) -> None:
		"""Open, mark as many voters as there are papers, close, and enter all figures and papers."""
		self.move("Voting Open")
		self.mark(len(papers))
		if close:
			self.move("Voting Closed", self.tellers[0])
			self.figures(papers_issued=len(papers), papers_in_box=len(papers))
			self.enter(papers)

	def go_online(self, **values: object) -> None:
		"""Let delegates vote online beside paper; before voting opens. `values`: fields of the election."""
		with builders.as_user(self.officer):
			doc = self.doc()
			doc.update({"voting_mode": "Paper and online", "sealed": 0, **values})
			doc.save()

	def cast(self, place: int, *marks: int, key: str | None = None) -> str:
		"""The vote of the organisation at `place`, online, in a box that the server opens; its receipt."""
		voter = self.voters()[self.organizations[place]]
		choices = [self.candidacies[mark] for mark in marks]
		with builders.as_user("Guest"):
			return casting.cast(self.election, voter, key or secrets.token_hex(32), choices)

	def count(self, papers: list[dict]) -> Document:
		"""The whole vote and its count; returns the result."""
		self.vote(papers)
		self.move("Counted", self.tellers[0])
		return self.result()

	def result(self) -> Document:
		return frappe.get_doc("Election Result", self.doc().result)

	def sign(self, *tellers: str) -> None:
		for teller in tellers or self.tellers:
			with builders.as_user(teller):
				result = self.result()
				api.sign(result.name, result.result_hash)


def build(
	organizations: int = 5,
	seats: int = 2,
	max_choices: int = 2,
	candidates: int = 3,
	candidate_kind: str = "Organization",
	upto: str = "roll",
	seat_rules: list[dict] | None = None,
	people: list[dict] | None = None,
	**decided: object,
) -> Hall:
	"""A hall with an election ready to open, or earlier: `upto` is draft, nominations, published or roll.

	`decided`: what the decision on the electoral form says besides. `people`: values for each candidacy.

	The last two organisations give the counting committee; the first ones the candidates.
	"""
	manager, officer = builders.user(MANAGER), builders.user(OFFICER)
	tellers = [builders.user(COMMITTEE) for _n in range(2)]
	platform = builders.platform()
	members = [builders.organization(platform) for _n in range(organizations)]
	meeting = builders.meeting(platform, members, status="In Session")
	with builders.as_user(officer):
		doc = frappe.get_doc("General Meeting", meeting)
		extra = {
			"Governance Model": {},
			"Electoral Form": {"seats": seats, "max_choices": max_choices, **decided},
			"Rules of Candidacy": {"candidate_kind": candidate_kind},
			"Powers": {},
			"Counting Committee": {},
		}
		for kind, values in extra.items():
			doc.append("decisions", builders.decision(kind, organizations, **values))
		doc.extend("seat_rules", seat_rules or [])
		doc.save()
		election = frappe.get_doc({"doctype": "Election", "meeting": meeting})
		for user, organization in zip(tellers, members[-2:], strict=True):
			election.append("committee", teller(organization, user))
		election.insert()
	hall = Hall(platform, members, meeting, election.name, manager, officer, tellers)
	if upto == "draft":
		return hall
	hall.move("Rules Adopted", officer)
	hall.move("Nominations Open", officer)
	with builders.as_user(officer):
		for place, organization in enumerate(members[:candidates]):
			values = people[place] if people else {}
			hall.candidacies.append(stand(hall, organization, candidate_kind, **values).name)
	if upto == "nominations":
		return hall
	with builders.as_user(manager):
		for name in hall.candidacies:
			guard.move(frappe.get_doc("Candidacy", name), "Accepted")
	hall.move("Candidates Published", officer)
	if upto == "published":
		return hall
	with builders.as_user(officer):
		api.freeze_roll(hall.election)
	return hall


def stand(hall: Hall, organization: str, candidate_kind: str = "Organization", **values: object) -> Document:
	person = builders.delegate(organization) if candidate_kind == "Person" else None
	return frappe.get_doc(
		{
			"doctype": "Candidacy",
			"election": hall.election,
			"organization": organization,
			"person": person,
			**values,
		}
	).insert()


def teller(organization: str, user: str) -> dict[str, str]:
	"""A row of the committee: the delegate of `organization`, whose own account `user` becomes."""
	contact = builders.delegate(organization)
	frappe.db.set_value("Contact", contact, "user", user)
	return {"contact": contact, "organization": organization, "user": user}
