"""The same voter at the same moment, over HTTP: `make bench-voting-races`.

Each of 1,000 voters is raced by two phones, one in three by a third request that sends the first vote once more; then
each of 200 by a phone and the paper desk. It fails unless every voter has one vote and every receipt that a page has
shown is in the box.

Arguments: [number of voters] [--keep] (leave the copy for a closer look)
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

import frappe
from frappe.utils.password import update_password
from serving import Server, served
from voters import Answer, Phone
from voting_stage import SITE, a_copy, build

VOTERS, AT_DESK = 1000, 200
PASSWORD = frappe.generate_hash(length=20)


def at_once(rounds: list[list[Callable[[], Answer] | None]]) -> list[list[Answer | None]]:
	"""The answers: the first request of all rounds at one moment, then their second ones, and so on."""
	starts = threading.Barrier(len(rounds))
	answers: list[list[Answer | None]] = [[] for _round in rounds]

	def run(number: int) -> None:
		for ask in rounds[number]:
			starts.wait()
			answers[number].append(ask() if ask else None)

	threads = [threading.Thread(target=run, args=(number,)) for number in range(len(rounds))]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	return answers


def race_phones(server: Server, voters: int) -> bool:
	stage = build(voters)
	phones = stage.phones(server.port)[:voters]
	first, second = stage.votes(voters), stage.votes(voters)
	began = time.perf_counter()
	answers = at_once(
		[
			[lambda p=p, v=v: p.cast(v) for p, v in zip(phones, first, strict=True)],
			[lambda p=p, v=v: p.cast(v) for p, v in zip(phones, second, strict=True)],
			[
				(lambda p=p, v=v: p.cast(v)) if number % 3 == 0 else None
				for number, (p, v) in enumerate(zip(phones, first, strict=True))
			],
		]
	)
	seconds = time.perf_counter() - began
	given = [{a.receipt for a in of_one if a and a.status == 200} for of_one in zip(*answers, strict=True)]
	stored = stage.stored()
	statuses = Counter(a.status for of_one in answers for a in of_one if a)
	stage.hall.move("Voting Closed", stage.hall.tellers[0])
	frappe.db.commit()
	ballots = frappe.db.count("Ballot", {"election": stage.election})
	print(f"{voters} voters, each raced by two or three requests: {dict(statuses)} in {seconds:.0f} s")
	print(f"  {stored}; {ballots} ballots when the box was opened")
	shown = {receipt for receipts in given for receipt in receipts}
	good = stored.agrees and stored.marked == ballots == voters
	good = good and all(len(receipts) == 1 for receipts in given)
	return good and shown == {receipt[:20] for receipt in stored.receipts} and set(statuses) <= {200, 409}


def race_desk(server: Server, voters: int) -> bool:
	stage = build(voters)
	teller = stage.hall.tellers[0]
	update_password(teller, PASSWORD)
	frappe.db.commit()
	desk = Phone(SITE, server.port, path="/my")
	desk.sign_in(teller, PASSWORD)
	rows = list(stage.codes)[:voters]
	phones = stage.phones(server.port)[:voters]
	marking = "/api/method/aso_network.api.elections.mark_voted"

	def mark(voter: str) -> Answer:
		sent = [("election", stage.election), ("voter", voter), ("csrf_token", desk.token)]
		return desk.ask(marking, sent)

	votes = stage.votes(voters)
	cast, marked = at_once(
		[
			[lambda p=p, v=v: p.cast(v) for p, v in zip(phones, votes, strict=True)],
			[lambda row=row: mark(row) for row in rows],
		]
	)
	stored = stage.stored()
	online = sum(a.status == 200 for a in cast)
	on_paper = sum(a.status == 200 for a in marked)
	print(f"{voters} voters, each raced by a phone and the desk: {online} online, {on_paper} at the desk")
	print(f"  {stored}")
	both = any(a.status == b.status == 200 for a, b in zip(cast, marked, strict=True))
	good = stored.agrees and stored.marked == voters and stored.at_desk == on_paper and not both
	shown = {a.receipt for a in cast if a.status == 200}
	return good and online + on_paper == voters and shown == {r[:20] for r in stored.receipts}


def main(arguments: list[str]) -> int:
	voters = int(next((word for word in arguments if word.isdigit()), VOTERS))
	with a_copy("--keep" in arguments), served(SITE, workers=2) as server:
		good = race_phones(server, voters)
		good = race_desk(server, min(voters, AT_DESK)) and good
	print("passed" if good else "FAILED")
	return 0 if good else 1


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
