"""What voting online costs: `make bench-voting`.

1. Votes a second through gunicorn with two workers, as a ratio to Frappe's own ping under the same load: rounds of
   both, one after the other, so that whatever else the machine does falls on both alike. Open and sealed box.
2. A hall: 500 voters behind one address in five minutes, each through all the steps of the page. Open and sealed.
3. The box: closing, root of the receipts, opening and counting of 1,000, 10,000 and 100,000 envelopes, which are written
   in bulk, each in a process of its own that tells its largest memory.

It fails if a vote is refused or lost; the rest are figures.

Arguments: [--rounds=N] [--minutes=N] [--sizes=N,N] [--only=rate,hall,box] [--keep] (leave the copy for a closer look)
"""

from __future__ import annotations

import json
import resource
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import cycle, islice

import frappe
from serving import PING, Server, served
from voters import Answer, Phone
from voting_stage import SITE, Stage, a_copy, build, connect

from aso_network.elections import box as closed_box
from aso_network.elections import records
from aso_network.polling import box, closing, roll

AT_ONCE = 4
A_ROUND = 100  # requests of each kind
ROUNDS = 10
HALL, MINUTES = 500, 5.0
SIZES = (1_000, 10_000, 100_000)
AIM = 0.6


# ---------------------------------------------------------------- 1. votes a second


def all_at_once(requests: Iterable[Callable[[], Answer]]) -> tuple[float, list[Answer]]:
	"""Seconds for all, and the answers; a few at a time."""
	waiting, answers = iter(list(requests)), []
	lock = threading.Lock()

	def work() -> None:
		while True:
			with lock:
				ask = next(waiting, None)
			if ask is None:
				return
			answers.append(ask())

	threads = [threading.Thread(target=work) for _place in range(AT_ONCE)]
	began = time.perf_counter()
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	return time.perf_counter() - began, answers


def rate(server: Server, rounds: int, sealed: bool) -> bool:
	stage = build(rounds * A_ROUND + 50, sealed)
	phones = stage.phones(server.port)
	pairs = iter(list(zip(phones, stage.votes(len(phones)), strict=True)))
	pinging = Phone(SITE, server.port)
	for phone, vote in islice(pairs, 50):
		phone.cast(vote)
		pinging.ask(PING)
	pings, casts, answers, ratios = [], [], [], []
	for _round in range(rounds):
		seconds, _answers = all_at_once([lambda: pinging.ask(PING)] * A_ROUND)
		pings.append(A_ROUND / seconds)
		seconds, found = all_at_once([lambda p=p, v=v: p.cast(v) for p, v in islice(pairs, A_ROUND)])
		casts.append(A_ROUND / seconds)
		ratios.append(casts[-1] / pings[-1])
		answers += found
	stored, expected = stage.stored(), rounds * A_ROUND + 50
	print(
		f"  {kind(sealed)}: {statistics.median(casts):5.1f} votes a second, {statistics.median(pings):5.1f} pings;"
		f" ratio {statistics.median(ratios):.2f} (rounds {min(ratios):.2f} to {max(ratios):.2f}, aim {AIM});"
		f" a vote: {times(answers)}; {dict(Counter(a.status for a in answers))}",
		flush=True,
	)
	return stored.agrees and stored.marked == expected and {a.status for a in answers} == {200}


def kind(sealed: bool) -> str:
	return "sealed  " if sealed else "unsealed"


def times(answers: list[Answer]) -> str:
	seconds = sorted(answer.seconds for answer in answers)
	last = seconds[int(len(seconds) * 0.95) - 1]
	return f"median {statistics.median(seconds) * 1000:.0f} ms, 95 % within {last * 1000:.0f} ms"


# ---------------------------------------------------------------- 2. a hall behind one address


def hall_votes(server: Server, minutes: float, sealed: bool) -> bool:
	"""Each voter opens the page, types the code, looks over the marks and casts; they come evenly over the time."""
	number = round(HALL * minutes / MINUTES)
	stage = build(number, sealed)
	phones = stage.phones(server.port)
	votes = stage.votes(number)
	began, answers = time.perf_counter(), []

	def come(place: int) -> None:
		time.sleep(max(0.0, began + place * minutes * 60 / number - time.perf_counter()))
		phone, vote = phones[place], votes[place]
		answers.append(phone.ask(phone.path))
		answers.append(phone.send([("step", "code")]))
		if not sealed:
			marks = [("secret_choice", choice) for choice in vote.choices]
			answers.append(phone.send([("step", "review"), *marks]))
		answers.append(phone.cast(vote))

	waiting = iter(range(number))
	lock = threading.Lock()

	def work() -> None:
		while True:
			with lock:
				place = next(waiting, None)
			if place is None:
				return
			come(place)

	threads = [threading.Thread(target=work) for _place in range(8)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	stored, statuses = stage.stored(), Counter(answer.status for answer in answers)
	print(
		f"  {kind(sealed)}: {number} voters in {time.perf_counter() - began:.0f} s, {len(answers)} requests:"
		f" {times(answers)}; {dict(statuses)}, refused {sum(statuses.values()) - statuses[200]}; {stored}",
		flush=True,
	)
	return stored.agrees and stored.marked == number and set(statuses) == {200}


# ---------------------------------------------------------------- 3. a full box


def full_box(size: int) -> None:
	"""In a process of its own: fill, close, open, count; prints what each took as JSON."""
	connect()
	stage = build(size, with_codes=False)
	fill(stage, size)
	seconds = {}

	def measured(what: str, act: Callable[[], object]) -> None:
		began = time.perf_counter()
		act()
		seconds[what] = round(time.perf_counter() - began, 2)
		seconds[f"{what}, MB"] = memory()

	seconds["before, MB"] = memory()
	election = stage.hall.doc()
	measured("roll", lambda: (records.roll_hash(roll.frozen(stage.election)), roll.counts(stage.election)))
	measured("root of the receipts", lambda: closed_box.root(closing.receipts(stage.election)))
	opened, closing._open = (
		closing._open,
		lambda *values: seconds.update(opening=clocked(opened, *values)) or 0,
	)
	measured("closing, all of it", lambda: stage.hall.move("Voting Closed", stage.hall.tellers[0]))
	closing._open = opened
	frappe.db.commit()
	measured("counting", lambda: stage.hall.move("Counted", stage.hall.tellers[0]))
	frappe.db.commit()
	ballots = len(box.ballots(stage.election))
	seconds["good"] = ballots == size == election.reload().online_ballots
	print(json.dumps(seconds))


def clocked(act: Callable[..., object], *values: object) -> float:
	began = time.perf_counter()
	act(*values)
	return round(time.perf_counter() - began, 2)


def memory() -> int:
	"""The most this process has held so far, in megabytes."""
	return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def fill(stage: Stage, size: int) -> None:
	"""So many votes, as casting leaves them. A thousand envelopes are made and lie there again and again: opening one
	takes as long whatever is in it."""
	made = [vote.envelope for vote in _sealed(stage, min(size, 1000))]
	for start in range(0, size, 10_000):
		number = min(10_000, size - start)
		box.put_envelopes(stage.election, islice(cycle(made), number))
		box.put_receipts(stage.election, [secrets.token_hex(32) for _place in range(number)])
	table = frappe.qb.DocType("Election Voter")
	cast = frappe.qb.update(table).set(table.voted, 1)
	cast.where((table.election == stage.election) & table.organization.like("Voter %")).run()
	frappe.db.commit()


def _sealed(stage: Stage, number: int) -> list:
	"""In an unsealed box it is the server that makes the envelopes, as it would here."""
	stage.slip.sealed = 1
	return stage.votes(number)


def boxes(sizes: list[int]) -> bool:
	good = True
	for size in sizes:
		ran = subprocess.run(
			[sys.executable, __file__, f"--fill={size}"], stdout=subprocess.PIPE, text=True, check=True
		)
		found = json.loads(ran.stdout.splitlines()[-1])
		good = found.pop("good") and good
		print(f"  {size:>7}: " + ", ".join(f"{what} {number}" for what, number in found.items()), flush=True)
	return good


# ---------------------------------------------------------------- all of it


def main(arguments: list[str]) -> int:
	said = dict(word[2:].partition("=")[::2] for word in arguments if word.startswith("--"))
	if "fill" in said:
		full_box(int(said["fill"]))
		return 0
	wanted = said.get("only", "rate,hall,box").split(",")
	good = True
	with a_copy("keep" in said):
		with served(SITE, workers=2) as server:
			if "rate" in wanted:
				print(
					f"\nVotes and pings, {AT_ONCE} at a time, gunicorn with 2 workers of 4 threads",
					flush=True,
				)
				for sealed in (False, True):
					good = rate(server, int(said.get("rounds", ROUNDS)), sealed) and good
			if "hall" in wanted:
				print("\nA hall behind one address", flush=True)
				for sealed in (False, True):
					good = hall_votes(server, float(said.get("minutes", MINUTES)), sealed) and good
		if "box" in wanted:
			print("\nA full box: seconds, and the largest memory of the process so far", flush=True)
			good = (
				boxes([int(size) for size in said["sizes"].split(",")] if "sizes" in said else [*SIZES])
				and good
			)
	print("passed" if good else "FAILED")
	return 0 if good else 1


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
