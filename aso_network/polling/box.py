"""The ballot box: anonymous, append-only, in no order and without time.

A ballot is written by the query builder with a random name, a constant owner and a constant time, so that
nothing in its row tells who put it there, when, or after which other. No Version, Comment or log is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import frappe
from frappe import _
from frappe.recorder import do_not_record

from aso_network.elections import box as closed_box
from aso_network.elections.ballots import Ballot, from_json, to_json

# What a request may carry that must not be kept where Frappe keeps requests.
SECRETS = ("ballots", "choice", "choices", "envelope", "key", "code", "secret_sheets")

NOBODY = "Administrator"
NO_TIME = "2000-01-01 00:00:00"


class BoxFailedError(frappe.ValidationError):
	"""Something broke while ballots were in hand. To be tried again."""

	# Not a server error: for those Frappe writes every local variable, ballots too, into its logs.
	http_status_code = 429


def unlogged(function: Callable[..., Any]) -> Callable[..., Any]:
	"""What breaks in `function` breaks without telling what it held, and undoes the whole request: no ballot travels
	in a traceback, and no voter is marked without one. Frappe's Recorder, if it is on, keeps nothing of the request."""
	unrecorded = do_not_record(function)

	@wraps(function)
	def run(*args: Any, **kwargs: Any) -> Any:
		try:
			return unrecorded(*args, **kwargs)
		except (frappe.ValidationError, frappe.PermissionError):
			raise
		except Exception as error:
			what = type(error).__name__
		# Outside the handler, so that the error with its frames is not carried along.
		args = kwargs = None
		# Here, and not by whoever catches this to show a page: a request that ends well is committed.
		frappe.db.rollback()
		for secret in SECRETS:
			frappe.form_dict.pop(secret, None)
		raise BoxFailedError(_("This did not work ({0}) and nothing was kept of it; try again.").format(what))

	return run


def put(election: str, ballots: Iterable[Ballot], source: str, batch: str | None = None) -> int:
	"""Put `ballots` into the box of `election`, in the current transaction; returns how many."""
	rows = [(election, to_json(ballot), source, batch) for ballot in ballots]
	return _write("Ballot", ("election", "choices", "source", "batch"), rows)


def put_sealed(election: str, envelope: str, receipt: str) -> None:
	"""Put one vote that came online into the box, in the current transaction. Nothing in either row leads to the
	other or to a voter."""
	put_envelopes(election, [envelope])
	put_receipts(election, [receipt])


def put_envelopes(election: str, envelopes: Iterable[str]) -> None:
	_write("Ballot Envelope", ("election", "envelope"), [(election, envelope) for envelope in envelopes])


def put_receipts(election: str, receipts: Iterable[str]) -> None:
	_write("Ballot Receipt", ("election", "receipt"), [(election, receipt) for receipt in receipts])


def keep(doctype: str, **values: str) -> None:
	"""One row of what nobody reads."""
	_write(doctype, tuple(values), [tuple(values.values())])


def _write(doctype: str, fields: tuple[str, ...], rows: list[tuple[str | None, ...]]) -> int:
	if rows:
		nameless = (NO_TIME, NO_TIME, NOBODY, NOBODY)
		frappe.db.bulk_insert(
			doctype,
			fields=["name", "creation", "modified", "owner", "modified_by", *fields],
			# By their random names, so that the order of insertion repeats no order of entry.
			values=sorted((frappe.generate_hash(length=20), *nameless, *row) for row in rows),
		)
	return len(rows)


def ballots(election: str) -> list[Ballot]:
	"""Every ballot that counts: those of voided batches stay in the box but do not. In no meaningful order."""
	return [ballot for ballot, _salt in salted(election)]


def seal(election: str) -> str:
	"""The Merkle root of the box."""
	return closed_box.root(leaves(salted(election)))


def leaves(ballots: Iterable[tuple[Ballot, str]]) -> list[str]:
	"""The leaf of each of `salted` ballots."""
	return [closed_box.leaf(ballot, salt) for ballot, salt in ballots]


def salted(election: str) -> list[tuple[Ballot, str]]:
	"""Every ballot that counts, with the salt of its leaf: its own random name.

	Only those who may read the ballots know it. Without it a box of nineteen could be guessed back from its
	root and the votes per candidate.
	"""
	ballot, batch = frappe.qb.DocType("Ballot"), frappe.qb.DocType("Ballot Batch")
	rows = (
		frappe.qb.from_(ballot)
		.left_join(batch)
		.on(batch.name == ballot.batch)
		.where(ballot.election == election)
		.where(batch.status.isnull() | (batch.status != "Voided"))
		.select(ballot.name, ballot.choices)
		# As it is now: a batch may have been voided since this transaction began.
		.for_update()
		.run()
	)
	return [(from_json(choices), name) for name, choices in rows]
