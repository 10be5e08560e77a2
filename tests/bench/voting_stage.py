"""An election with as many voters as wanted, on a copy of the test site; what the measurements of voting stand on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, cycle, islice
from pathlib import Path

import frappe
from serving import BENCH, ROOT, copy_of_test_site
from voters import Phone, Vote

sys.path.insert(0, str(ROOT))

from aso_network.elections import records
from aso_network.polling import casting, codes, roll, sealing
from tests.site import builders, hall

SITE = f"aso-{Path(sys.argv[0]).stem.replace('_', '-')}-test.localhost"  # of each script its own
SEED = bytes(range(16))  # of the key of a sealed box, which the measurement opens itself


@dataclass
class Stage:
	"""An open election. `codes`: of every voter who was added, by the row of the roll."""

	hall: hall.Hall
	slip: frappe._dict
	codes: dict[str, str]

	@property
	def election(self) -> str:
		return self.hall.election

	def vote(self) -> Vote:
		return Vote.of(self.slip, [])

	def votes(self, number: int) -> list[Vote]:
		"""Made before anything is measured: it is the phones that make them."""
		marks = cycle(self.hall.candidacies)
		return [Vote.of(self.slip, [candidacy]) for candidacy in islice(marks, number)]

	def phones(self, port: int) -> list[Phone]:
		return [Phone(SITE, port, code=code) for code in self.codes.values()]

	def stored(self) -> Stored:
		"""As committed at one moment, whatever goes on meanwhile."""
		frappe.db.rollback()
		_on_roll, marked = roll.counts(self.election)
		at_desk = frappe.db.count("Election Voter", {"election": self.election, "at_desk": 1})
		envelopes = frappe.db.count("Ballot Envelope", {"election": self.election})
		table = frappe.qb.DocType("Ballot Receipt")
		receipts = frappe.qb.from_(table).where(table.election == self.election).select(table.receipt).run()
		return Stored(marked, at_desk, envelopes, {receipt for (receipt,) in receipts})


@dataclass
class Stored:
	marked: int
	at_desk: int
	envelopes: int
	receipts: set[str]

	@property
	def agrees(self) -> bool:
		return self.marked - self.at_desk == self.envelopes == len(self.receipts)

	def __str__(self) -> str:
		desk = f" ({self.at_desk} of them at the desk)" if self.at_desk else ""
		return f"{self.marked} marked{desk}, {self.envelopes} envelopes, {len(self.receipts)} receipts"


@contextmanager
def a_copy(keep: bool) -> Iterator[None]:
	"""The copy, connected to as Administrator."""
	with copy_of_test_site(SITE, keep):
		connect()
		frappe.db.commit()
		try:
			yield
		finally:
			frappe.destroy()


def connect() -> None:
	os.chdir(BENCH / "sites")
	frappe.init(site=SITE)
	frappe.connect()
	frappe.flags.mute_emails = True
	frappe.set_user("Administrator")
	builders.stock_users()
	builders._numbers = count(
		time.time_ns() // 1_000_000
	)  # a copy that was kept has places and people of these names


def build(voters: int, sealed: bool = False, with_codes: bool = True) -> Stage:
	"""An open election with so many voters, committed. They are written in bulk: nobody measures their admission."""
	h = hall.build(organizations=6)
	names = [f"Voter {number:06d}" for number in range(voters)]
	roll._insert(h.doc(), [(name, "") for name in names])
	frozen = {"roll_hash": records.roll_hash(roll.frozen(h.election)), "roll_count": voters + 6}
	h.go_online(sealed=int(sealed))
	if sealed:
		frozen |= {"public_key": sealing.public_key(SEED), "sheets": 2, "sheets_rehearsed": 1}
	frappe.db.set_value("Election", h.election, frozen)
	_open(h)
	made = {}
	if with_codes:
		with builders.as_user(h.tellers[0]):
			made = {slip["voter"]: slip["code"] for slip in codes.issue(h.doc())}
	frappe.db.commit()
	return Stage(h, casting.slip(h.election), made)


def _open(h: hall.Hall) -> None:
	"""Without asking whether the attendance still gives this roll: these voters were never in the hall."""
	eligible, roll._eligible = roll._eligible, lambda election: roll.frozen(election.name)
	try:
		h.move("Voting Open")
	finally:
		roll._eligible = eligible
