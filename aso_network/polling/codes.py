"""One-time codes for the hall: whoever types the code of a slip votes for the row of the roll that it was made for.

A code is 12 letters and digits without those that look alike (31 are left: about 59 bits), made by the committee
and shown once. Kept is its HMAC-SHA256 under a key that follows from the site's encryption key, so that a stolen
database alone gives no code and none can be tried against it. A code is not marked as used: the roll is, so a code
of somebody who has voted does nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TypedDict

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils.password import get_encryption_key

from aso_network import audit
from aso_network.polling import box, committee
from aso_network.polling.casting import ONLINE
from aso_network.portal import text

# Without 0 and O, 1 and I and L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
GROUP = 4
ISSUED_IN = ("Candidates Published", "Voting Open")
# Refusals of one code, and of one voter, before both have to wait.
MOST_REFUSALS = 20
WINDOW = 300  # seconds


class CodeError(frappe.ValidationError):
	"""Codes cannot be made now, or not for this voter."""


class TooManyRefusalsError(frappe.ValidationError):
	"""The same was refused again and again in a short time."""

	http_status_code = 429


class Slip(TypedDict):
	"""What is printed for a voter; `code` in its groups."""

	voter: str
	organization_name: str
	organization_name_ar: str | None
	delegate_name: str
	code: str


@box.unlogged
def issue(election: Document) -> list[Slip]:
	"""A code for every voter on the roll without one; nobody gets at it again after this answer.

	Whoever has voted already gets none. A second call finds nothing left to do.
	"""
	_require_issuing(election)
	with_code = _with_code(election.name)
	return _make(election, [row for row in _waiting(election.name) if row.name not in with_code])


@box.unlogged
def replace(election: Document, voter: str, reason: str) -> Slip:
	"""A new code for `voter`; the one before does nothing from now on."""
	_require_issuing(election)
	found = [row for row in _waiting(election.name) if row.name == voter]
	if not found:
		frappe.throw(
			_("{0}: this voter has voted already or is not on the roll; there is no code to be made.").format(
				election.title
			),
			CodeError,
		)
	reason = _reason(reason, _("Write why the code of {0} is replaced.").format(found[0].organization_name))
	_cancel(election, [voter], f"{found[0].organization_name}: {reason}")
	return _make(election, found)[0]


@box.unlogged
def replace_all(election: Document, reason: str) -> list[Slip]:
	"""New codes for everybody who has not voted, as when the slips were never printed."""
	_require_issuing(election)
	reason = _reason(reason, _("{0}: write why all codes are replaced.").format(election.title))
	found = _waiting(election.name)
	_cancel(election, [row.name for row in found], reason)
	return _make(election, found)


@box.unlogged
def voter_of_code(code: str) -> frappe._dict | None:
	"""{"election", "voter"} of the row of the roll that this code was made for; None for any other.

	Raises TooManyRefusalsError when this very code was refused too often lately.
	"""
	digest = _digest(plain(code))
	_require_patience(digest)
	row, election = frappe.qb.DocType("Voting Code"), frappe.qb.DocType("Election")
	found = (
		frappe.qb.from_(row)
		.join(election)
		.on((election.name == row.election) & (election.voting_mode == ONLINE))
		.where(row.code_hash == digest)
		.select(row.election, row.voter)
		.run(as_dict=True)
	)
	if not found:
		_count(digest)
		return None
	return found[0]


def require_standing(code: str) -> None:
	"""Once the roll is marked, in the same transaction: raises CodeError if the code was replaced while its voter
	was casting. A stolen slip does nothing from the moment on in which its replacement is made."""
	# As it is now. Whoever replaces a code holds the election, and the mark has waited for that.
	row = frappe.qb.DocType("Voting Code")
	standing = frappe.qb.from_(row).where(row.code_hash == _digest(plain(code))).select(row.name)
	if not standing.for_update().run():
		frappe.throw(_("This code was replaced. Only the new one opens a vote."), CodeError)


def refused(voter: str) -> None:
	"""Count that what came for this row of the roll was refused; raises TooManyRefusalsError when it is too much.

	A vote that is taken counts nothing, and `forgive` drops what was counted before it.
	"""
	digest = _digest(voter)
	_count(digest)
	_require_patience(digest)


def forgive(voter: str) -> None:
	frappe.cache.delete_value(_counter(_digest(voter)))


def plain(code: str | None) -> str:
	"""What a code says, however it was typed: any case, blanks, dashes, digits of any script."""
	typed = text.digits((code or "")[:100]).upper()
	return "".join(letter for letter in typed if letter in ALPHABET)


def in_groups(code: str) -> str:
	return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def number(election: str) -> int:
	"""How many voters of this election have a code."""
	code = frappe.qb.DocType("Voting Code")
	return frappe.qb.from_(code).where(code.election == election).select(Count("*")).run()[0][0]


def without(election: str) -> int:
	"""How many voters have neither a code nor voted."""
	with_code = _with_code(election, lock=False)
	return sum(row.name not in with_code for row in _waiting(election, lock=False))


def _require_issuing(election: Document) -> None:
	committee.require_member(election)
	# The lock makes two members wait for each other, and both for a roll that is being frozen anew.
	now = frappe.db.get_value(
		"Election", election.name, ["status", "voting_mode", "roll_hash"], as_dict=True, for_update=True
	)
	if now.voting_mode != ONLINE:
		frappe.throw(
			_("{0}: voting is on paper only; no codes are needed.").format(election.title), CodeError
		)
	if now.status not in ISSUED_IN:
		frappe.throw(
			_(
				"{0} is {1}; codes are made from the publication of the candidates until voting closes."
			).format(election.title, _(now.status)),
			CodeError,
		)
	if not now.roll_hash:
		frappe.throw(
			_("The roll of {0} is not frozen: choose “Freeze roll” under Electoral Roll first.").format(
				election.title
			),
			CodeError,
		)


def _reason(reason: str, sentence: str) -> str:
	if not (reason or "").strip():
		frappe.throw(sentence, CodeError)
	return reason.strip()


def _waiting(election: str, lock: bool = True) -> list[frappe._dict]:
	"""Rows of the roll that have not voted, in the order in which slips are handed out; with `lock` as committed
	by others up to this moment."""
	row = frappe.qb.DocType("Election Voter")
	query = (
		frappe.qb.from_(row)
		.where((row.election == election) & (row.voted == 0))
		.select(row.name, row.organization_name, row.organization_name_ar, row.delegate_name)
		.orderby(row.organization_name)
	)
	return (query.for_update() if lock else query).run(as_dict=True)


def _with_code(election: str, lock: bool = True) -> set[str]:
	code = frappe.qb.DocType("Voting Code")
	query = frappe.qb.from_(code).where(code.election == election).select(code.voter)
	return {voter for (voter,) in (query.for_update() if lock else query).run()}


def _make(election: Document, voters: list[frappe._dict]) -> list[Slip]:
	if not voters:
		return []
	made = ["".join(secrets.choice(ALPHABET) for _place in range(LENGTH)) for _voter in voters]
	for voter, code in zip(voters, made, strict=True):
		box.keep("Voting Code", election=election.name, voter=voter.name, code_hash=_digest(code))
	who = voters[0].organization_name if len(voters) == 1 else _("{0} voters").format(len(voters))
	audit.record(election, "Issue Code", reason=who)
	return [
		Slip(
			voter=voter.name,
			organization_name=voter.organization_name,
			organization_name_ar=voter.organization_name_ar,
			delegate_name=voter.delegate_name,
			code=in_groups(code),
		)
		for voter, code in zip(voters, made, strict=True)
	]


def _cancel(election: Document, voters: list[str], reason: str) -> None:
	code = frappe.qb.DocType("Voting Code")
	of_voters = (code.election == election.name) & code.voter.isin(voters or [""])
	had = frappe.qb.from_(code).where(of_voters).select(Count("*")).run()[0][0]
	if had:
		frappe.qb.from_(code).where(of_voters).delete().run()
		audit.record(election, "Cancel Code", reason=reason)


def _digest(secret: str) -> str:
	key = hmac.new(get_encryption_key().encode(), b"aso-network/voting-code/1", hashlib.sha256).digest()
	return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()


def _counter(digest: str) -> str:
	# Redis learns no code and no voter.
	return f"aso_refusals:{digest[:32]}"


def _count(digest: str) -> None:
	key = frappe.cache.make_key(_counter(digest))
	frappe.cache.set(key, 0, ex=WINDOW, nx=True)
	frappe.cache.incr(key)


def _require_patience(digest: str) -> None:
	if int(frappe.cache.get(frappe.cache.make_key(_counter(digest))) or 0) >= MOST_REFUSALS:
		raise TooManyRefusalsError(
			_("This was tried too often. Wait five minutes, or ask the committee for a new code.")
		)
