"""What everybody may watch of an election from the opening of its vote on: how many, and never who or when.

The number of those who have voted is told in steps, and not anew before some minutes have passed, whoever asks and
how often: what changes with each voter would be a clock for each of them.
"""

from __future__ import annotations

import json
from typing import NamedTuple

import frappe
from frappe.utils import cint, get_datetime, now_datetime
from redis.exceptions import RedisError

from aso_network.elections.reconcile import Figures
from aso_network.polling import counting, roll
from aso_network.polling.casting import ONLINE

STEP = 5  # voters
RENEWED = 300  # seconds
OPEN = "Voting Open"
COUNTED = ("Tie", "Counted", "Announced")
CLOSED = ("Voting Closed", *COUNTED)
ANNULLED = "Annulled"
# Kept when Frappe's caches are cleared (hook `persistent_cache_keys`): every clearing would else tell a new number.
CACHE_KEY = "aso_voted:"

FIELDS = (
	*("name", "title", "platform", "status", "voting_date", "voting_mode", "voting_until", "sealed"),
	*("roll_count", "voters_marked", "online_ballots", "papers_in_box", "receipts_root", "box_opened"),
	*("box_hash", "result"),
)


class Balance(NamedTuple):
	"""What was counted, against the roll: `papers` in the box, and sentences on what does not agree."""

	papers: int
	online: int
	mismatches: list[str]


def public(name: str) -> frappe._dict | None:
	"""The `FIELDS` of an election whose vote has been opened; None for every other, there or not."""
	row = frappe.db.get_value("Election", name, FIELDS, as_dict=True)
	if row and (row.status in (OPEN, *CLOSED) or (row.status == ANNULLED and _was_opened(name))):
		return row
	return None


def under_way() -> list[frappe._dict]:
	"""Elections whose vote is open or whose result is not announced yet, the latest first."""
	return frappe.get_all(
		"Election",
		{"status": ("in", (OPEN, "Voting Closed", "Tie", "Counted"))},
		FIELDS,
		order_by="voting_date desc, name desc",
	)


def has_receipts() -> bool:
	"""Whether there is a vote, open or closed, in which receipts were given."""
	return bool(frappe.db.exists("Election", {"voting_mode": ONLINE, "status": ("in", (OPEN, *CLOSED))}))


def is_online(election: frappe._dict) -> bool:
	return election.voting_mode == ONLINE


def online_is_over(election: frappe._dict) -> bool:
	"""Whether an open vote goes on on paper only."""
	return bool(election.voting_until) and get_datetime(election.voting_until) <= now_datetime()


def eligible(election: frappe._dict) -> int:
	return roll.counts(election.name)[0]


def voted(election: str) -> int | None:
	"""About how many have voted in a vote that is open: at least so many, a multiple of STEP.

	Read from the roll at most once in RENEWED seconds, and in between the same for everybody. None if that cannot
	be promised, for Redis does not answer.
	"""
	key = frappe.cache.make_key(CACHE_KEY + election)
	try:
		if (kept := frappe.cache.get(key)) is None:
			# Whoever comes first keeps the number; who reads the roll at the same moment tells that one, too.
			frappe.cache.set(key, rounded(roll.counts(election)[1]), ex=RENEWED, nx=True)
			kept = frappe.cache.get(key)
	except RedisError:
		return None
	return None if kept is None else cint(kept)


def rounded(number: int) -> int:
	return number // STEP * STEP


def balance(election: frappe._dict) -> Balance | None:
	"""Once it is counted: the figures that stand in the record which the committee signs. None without a vote."""
	if election.status not in COUNTED:
		return None
	record = json.loads(frappe.db.get_value("Election Result", election.result, "record"))
	figures = Figures(**record["figures"])
	if not (figures.in_box or figures.online):
		return None
	return Balance(cint(figures.in_box), cint(figures.online), counting.sentences(figures))


def _was_opened(name: str) -> bool:
	return bool(
		frappe.db.exists(
			"Network Audit Event",
			{"reference_doctype": "Election", "reference_name": name, "to_state": OPEN},
		)
	)
