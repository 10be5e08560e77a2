"""Elections over HTTP: thin, typed; each call checks that the user may open the election, and `polling`
whether they may do what they ask."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.model.document import Document

from aso_network import bodies
from aso_network.polling import batches as paper_batches
from aso_network.polling import candidacies, contest, counting, publication, roll, rules, runoff, ties
from aso_network.workflows import guard


def _election(name: str, permission: str = "read") -> Document:
	election = frappe.get_doc("Election", name)
	election.check_permission(permission)
	return election


def _result(name: str) -> Document:
	result = frappe.get_doc("Election Result", name)
	result.check_permission("read")
	return result


def _batch(name: str) -> Document:
	batch = frappe.get_doc("Ballot Batch", name)
	batch.check_permission("read")
	return batch


@frappe.whitelist()
def issues_before_opening(election: str) -> list[contest.Blocker]:
	return contest.issues_before_opening(_election(election))


@frappe.whitelist(methods=["POST"])
def freeze_roll(election: str) -> dict[str, int | str]:
	return roll.freeze(_election(election, "write"))


@frappe.whitelist(methods=["POST"])
def mark_voted(election: str, voter: str) -> None:
	roll.mark_voted(_election(election, "write"), voter)


@frappe.whitelist(methods=["POST"])
def unmark_voted(election: str, voter: str, reason: str) -> None:
	roll.unmark_voted(_election(election, "write"), voter, reason)


@frappe.whitelist()
def latecomers(election: str) -> list[dict[str, str]]:
	return roll.latecomers(_election(election))


@frappe.whitelist(methods=["POST"])
def add_voter(election: str, organization: str, reason: str) -> str:
	return roll.add_voter(_election(election, "write"), organization, reason)


@frappe.whitelist(methods=["POST"])
def create_batch(election: str) -> str:
	return paper_batches.create(_election(election, "write"))


@frappe.whitelist()
def batches(election: str) -> list[dict[str, Any]]:
	"""Progress of the double entry; never what it says."""
	return paper_batches.overview(_election(election).name)


@frappe.whitelist()
def entry(batch: str) -> dict[str, Any]:
	"""All that the entry page needs: the contest's candidates and the caller's own entry so far."""
	doc = _batch(batch)
	election = _election(doc.election)
	return {
		"batch": doc.name,
		"number": doc.number,
		"status": doc.status,
		"election": election.name,
		"election_title": election.title,
		"form": election.form,
		**rules.of_papers(election),
		"candidates": [
			{
				"candidacy": c.name,
				"number": c.ballot_number,
				"name": c.candidate_name,
				"name_ar": c.candidate_name_ar,
			}
			for c in candidacies.accepted(election.name)
		],
		**paper_batches.own_entry(doc),
	}


@frappe.whitelist(methods=["POST"])
def save_entry(batch: str, ballots: list | str, finished: bool | int = False) -> str:
	return paper_batches.save_entry(_batch(batch), frappe.parse_json(ballots), bool(finished))


@frappe.whitelist(methods=["POST"])
def reopen_entry(batch: str) -> None:
	paper_batches.reopen_entry(_batch(batch))


@frappe.whitelist()
def differences(batch: str) -> dict[str, Any]:
	return paper_batches.differences(_batch(batch))


@frappe.whitelist(methods=["POST"])
def resolve_batch(batch: str, keep: str, note: str) -> None:
	paper_batches.resolve(_batch(batch), keep, note)


@frappe.whitelist(methods=["POST"])
def void_batch(batch: str, reason: str) -> None:
	paper_batches.void(_batch(batch), reason)


@frappe.whitelist()
def reconciliation(election: str) -> dict[str, Any]:
	return counting.reconciliation(_election(election))


@frappe.whitelist(methods=["POST"])
def record_lot(election: str, order: list | str, minutes: str) -> None:
	"""Settles the open tie. Where the count then finds another, the election stays as it is: Tie."""
	doc = _election(election, "write")
	if ties.record_lot(doc, frappe.parse_json(order), minutes):
		guard.move(doc, "Counted")


@frappe.whitelist(methods=["POST"])
def seal_seed(election: str, seed: str) -> str:
	return contest.seal_seed(_election(election, "write"), seed)


@frappe.whitelist(methods=["POST"])
def draw_lot(election: str, seed: str) -> None:
	doc = _election(election, "write")
	if ties.draw_lot(doc, seed):
		guard.move(doc, "Counted")


@frappe.whitelist(methods=["POST"])
def hold_runoff(election: str) -> str:
	return runoff.hold(_election(election, "write"))


@frappe.whitelist(methods=["POST"])
def recount(election: str) -> str:
	return counting.recount(_election(election)).name


@frappe.whitelist()
def form_in_words(form: str) -> str:
	"""One sentence: who marks how, and who is elected. Of the rules only; nobody's data."""
	return rules.about_form(form)


@frappe.whitelist()
def verification_package(result: str) -> None:
	"""A file that anyone can check with `aso-network verify`; with the ballots for the committee and observers."""
	publication.send_package(_result(result))


@frappe.whitelist()
def trail(election: str) -> None:
	"""Every line of the trail of an election, chained by hashes: a file that `aso-network verify` checks."""
	publication.send_trail(_election(election))


@frappe.whitelist()
def result_report(result: str) -> None:
	"""The result as NIST SP 1500-100 JSON."""
	publication.send_report(_result(result))


@frappe.whitelist()
def result_table(result: str) -> None:
	"""The result as CSV."""
	publication.send_table(_result(result))


@frappe.whitelist(methods=["POST"])
def sign(result: str, result_hash: str) -> int:
	doc = frappe.get_doc("Election Result", result)
	doc.check_permission("read")
	return counting.sign(doc, result_hash)


@frappe.whitelist(methods=["POST"])
def constitute_body(result: str) -> str:
	"""One step from the announced result to the operational body; a second click finds the same body."""
	doc = frappe.get_doc("Election Result", result)
	doc.check_permission("read")
	frappe.has_permission("Operational Body", "create", throw=True)
	return bodies.constitute_from_result(doc.name).name
