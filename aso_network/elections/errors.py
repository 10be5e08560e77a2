"""One named error per rule of the core.

Messages never quote what a ballot says: an error may end in a log, and a ballot must not.
"""

from __future__ import annotations


class ElectionError(ValueError):
	"""Base of every error of the core."""


class MalformedBallotError(ElectionError):
	"""The text or value is not a ballot."""


class DuplicateMarkError(ElectionError):
	"""The same candidate is marked twice on one ballot."""


class InvalidWeightError(ElectionError):
	"""The weight of a ballot is not a whole number of at least one."""


class UnknownFormError(ElectionError):
	"""There is no counting form of this name."""


class InvalidRuleError(ElectionError):
	"""A seat rule that says nothing, or two things at once; or more rules than a contest has."""


class InfeasibleRulesError(ElectionError):
	"""No set of the candidates meets the seat rules. `conflict`: the smallest set of rules (by place, from 0)
	that cannot be met together (of many rules, one that is small: `seating`)."""

	def __init__(self, message: str, conflict: tuple[int, ...] = ()) -> None:
		super().__init__(message)
		self.conflict = conflict


class OpposedError(ElectionError):
	"""A contest cannot be declared unopposed: more candidates than seats, or none at all."""


class UnknownCandidateError(ElectionError):
	"""A ballot marks somebody who does not stand in this contest."""


class InvalidSeatsError(ElectionError):
	"""The number of seats is not a whole number of at least one."""


class InvalidMaxChoicesError(ElectionError):
	"""The number of marks allowed is not a whole number of at least one."""


class DuplicateCandidateError(ElectionError):
	"""The same candidate is listed twice."""


class InvalidLotError(ElectionError):
	"""The lot does not order exactly the tied candidates, each once."""


class LotInputError(ElectionError):
	"""A lot cannot be drawn from this seed, root or these names."""


class InvalidLeafError(ElectionError):
	"""What should be a leaf of the box is not 64 hexadecimal digits."""


class LeafNotInBoxError(ElectionError):
	"""The leaf is not among those of the box."""


class WeakSaltError(ElectionError):
	"""A ballot's salt is so short that the ballot can be guessed back from its leaf."""


class MalformedRecordError(ElectionError):
	"""A result record lacks something or holds something of another type."""


class ExportError(ElectionError):
	"""What an export needs beside the result, a date or a status, is not what it should be."""


class PackageError(ElectionError):
	"""What was read is not a verification package."""


class ReceiptError(ElectionError):
	"""What was read is not the proof of a receipt."""


class TrailError(ElectionError):
	"""What was read is not an exported trail, or an event of it is not what it should be."""


class BallotFileError(ElectionError):
	"""A file of ballots cannot be read. `line`: where, from 1. The message says what is expected instead."""

	def __init__(self, message: str, line: int) -> None:
		super().__init__(message)
		self.line = line


class DuplicateVoterError(ElectionError):
	"""The same organization is on the roll twice."""


class NotCanonicalError(ElectionError):
	"""A value that the canonical JSON of this app does not carry."""


class FloatNotCanonicalError(NotCanonicalError):
	"""A float: its text differs from machine to machine, so nothing that is hashed may hold one."""
