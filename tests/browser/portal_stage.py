"""A network with something on every page of the portal, and the list of these pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import frappe
from frappe.model.document import Document

from aso_network import certificates
from aso_network.api import elections as api
from aso_network.custom_fields import MODULE
from aso_network.portal import pages
from tests.browser import stage
from tests.site import builders, courses, hall

# Behind these is no page to look at: files, and doors that only take something.
NO_PAGES = {
	"language",
	"my/sign-out",
	"my/photos/*",
	"my/data/download",
	"network/calendar.ics",
	"network/elections",
}


@dataclass
class PortalStage:
	"""`voter` acts for a member whose platform has announced a result; `candidate` for one whose platform takes
	candidates. Both are names of users; PASSWORD lets them in."""

	voter: str
	candidate: str
	public: list[str]
	of_voter: list[str]
	of_candidate: list[str]

	def looks(self) -> Iterable[tuple[str | None, list[str]]]:
		"""Each of the people with the pages to look at."""
		return ((None, self.public), (self.voter, self.of_voter), (self.candidate, self.of_candidate))

	def unseen(self) -> set[str]:
		"""Routes of pages and forms that nobody here looks at."""
		looked = [path.partition("?")[0].strip("/") for _who, paths in self.looks() for path in paths]
		forms = frappe.get_all(
			"Web Form", {"module": MODULE, "is_standard": 1, "published": 1}, pluck="route"
		)
		return {
			route
			for route in {*pages._pages(), *forms} - NO_PAGES
			if not any(_is_of(path, route) for path in looked)
		}


def _is_of(path: str, route: str) -> bool:
	if route.endswith("/*"):
		return path.startswith(route[:-1]) and path not in pages._pages()
	return path == route


def build() -> PortalStage:
	vote, nominations = _announced(), hall.build(organizations=6, upto="nominations")
	publish = [*vote.organizations[:3], *nominations.organizations[:2]]
	for name in publish:
		frappe.db.set_value("Member Organization", name, "publish_level", "Public")
	voter, candidate = (
		stage.representative(vote.organizations[0]),
		stage.representative(nominations.organizations[3]),
	)
	coming = courses.session(platform=vote.platform)
	certificate = _attended(vote.platform, vote.organizations[0])
	frappe.db.commit()
	return PortalStage(
		voter,
		candidate,
		public=[
			*(
				"/network",
				f"/network/{quote(vote.platform)}",
				"/network/members",
				"/network/members?words=zzz",
			),
			*("/network/results", f"/network/results/{vote.result().name}", "/network/calendar"),
			*(f"/network/elections/{vote.election}", "/network/receipt"),
			*(
				"/apply",
				"/apply/confirm",
				"/register",
				f"/register?session={coming.name}",
				"/register/cancel",
			),
			*("/certificate", f"/certificate/{certificate.name}", certificates.link(certificate)),
			*("/network/nowhere", "/sign-in", "/sign-in/forgot", "/set-password"),
			*("/vote", "/vote?tablet=1"),
		],
		of_voter=[
			*("/my", "/my/meetings", f"/my/meetings/{vote.meeting}"),
			*(
				"/my/elections",
				f"/my/elections/{vote.election}",
				f"/my/vote/{vote.election}",
				f"/my/candidates/{vote.candidacies[0]}",
				"/my/training",
				"/my/initiatives",
				"/my/data",
			),
			*("/my/choose", "/my/profile", "/my/representatives", "/my/initiative", "/my/feedback"),
			*(f"/my/objection?election={vote.election}", "/my/candidacy", f"/register?session={coming.name}"),
			*(
				f"/my/candidates/{vote.candidacies[1]}",
				"/network",
				"/network/members",
				"/my/elections/nowhere",
			),
		],
		of_candidate=[
			*("/my", "/my/elections", f"/my/elections/{nominations.election}"),
			f"/my/candidacy?election={nominations.election}",
		],
	)


def _announced() -> hall.Hall:
	"""An election from the roll to the body in office."""
	vote = stage.closed_vote(5)
	vote.enter([vote.paper(0, 1), vote.paper(0, 1), vote.paper(0), vote.paper(2), vote.paper()])
	vote.move("Counted", vote.tellers[0])
	vote.sign()
	vote.move("Announced", vote.tellers[0])
	with builders.as_user(vote.manager):
		api.constitute_body(vote.result().name)
	return vote


def _attended(platform: str, organization: str) -> Document:
	"""A session that is over, with the delegate of `organization`: there is feedback to give, and the certificate."""
	session = courses.session(
		"Completed",
		hours=-48,
		platform=platform,
		participants=[
			{"contact": builders.delegate(organization), "organization": organization, "attended": 1}
		],
	)
	delegate = builders.delegate(organization)
	return frappe.get_doc(
		{"doctype": certificates.DOCTYPE, "session": session.name, "contact": delegate}
	).insert()
