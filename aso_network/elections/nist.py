"""A result in the common data format for election results: NIST SP 1500-100 revision 2.0 (December 2019),
doi.org/10.6028/NIST.SP.1500-100r2, as one JSON ElectionReport.

Where the format leaves room:

- An instant-runoff or STV count is `rcv` (ranked choice), with the votes of every round: `Round` is for just
  that. `proportional` would tell a reader nothing of how the rounds were counted. Each voter has one vote.
- `n-of-m` means as many votes as seats, and `plurality` one vote for one seat; fewer votes than seats are
  `other` (“limited”), whichever form of ours it was.
- `Undervotes` are votes that voters had and did not give: votes allowed × ballots − votes. Not for approval,
  where nobody owes a mark. Spoiled ballots are `BallotsRejected`; `Overvotes` is left out, for too many marks
  are one cause of a spoiled ballot and the result does not tell the causes apart.
- Valid and blank ballots have no place of their own: they are ballot counts of type `other`.
- The candidate's organisation is an external identifier. It is no party, and must not be taken for one.
- With weighted ballots every count is a sum of weights.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from aso_network.elections import records
from aso_network.elections.contest import APPROVAL, CUMULATIVE, IRV, MAJORITY, STV
from aso_network.elections.errors import ExportError
from aso_network.elections.outcome import CONTINUING, IN_RUNOFF, NO_MAJORITY, TIED

# A text in one language that is not known, or language (BCP 47: “ar”, “en”, “ku”) → text.
Text: TypeAlias = "str | Mapping[str, str]"

UNKNOWN_LANGUAGE = "und"

STATUSES = (
	"certified",
	"correction",
	"pre-election",
	"recount",
	"unofficial-complete",
	"unofficial-partial",
)

_VARIATION = {
	APPROVAL: "approval",
	CUMULATIVE: "cumulative",
	MAJORITY: "majority",
	IRV: "rcv",
	STV: "rcv",
}
_RANKED = (IRV, STV)

_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = rf"{_DATE}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)"

_UNIT, _CONTEST = "unit", "contest"


def report(
	record: Mapping[str, Any],
	*,
	issuer: str,
	issuer_abbreviation: str,
	generated: str,
	start_date: str,
	end_date: str,
	unit: Text,
	election: Text,
	title: Text | None = None,
	names: Mapping[str, Text] | None = None,
	status: str | None = None,
	is_runoff: bool = False,
	is_test: bool = False,
) -> dict[str, Any]:
	"""The ElectionReport of `record` (`records.result_record`) as JSON types; votes in parts are floats.

	`issuer`: who publishes. `generated`: date and time with zone, “2022-09-30T18:05:00+03:00”. `start_date`,
	`end_date`: of voting, “2022-09-30”. `unit`: whose assembly voted. `election`: the event; `title`: the
	contest, as the record has it if left out. `names`: candidate → name, likewise. `status`: one of STATUSES;
	if left out, unofficial, and partial while a tie is open.

	Raises MalformedRecordError for another record, ExportError for a date or status that is none.
	"""
	contest = records.contest_of(record)
	_check(generated, start_date, end_date, status)
	result, said = record["result"], record["contest"]
	is_open = result["tied"] is not None and result["tied"]["about"] != NO_MAJORITY
	shown = {**records.names_of(record), **(names or {})}
	ids = {candidate: f"candidate-{n}" for n, candidate in enumerate(sorted(contest.candidates), start=1)}
	count_status = _object("CountStatus", Status="in-process" if is_open else "completed", Type="total")
	held = _object(
		"Election",
		Name=_text(election),
		Type="runoff" if is_runoff else "other",
		OtherType=None if is_runoff else "internal election of an association",
		StartDate=start_date,
		EndDate=end_date,
		ElectionScopeId=_UNIT,
		BallotCounts=_ballot_counts(result["ballots"]),
		Candidate=[_candidate(person, result, shown, ids) for person in said["candidates"]],
		Contest=[_contest(record, _text(title or said["title"]), ids, count_status)],
		CountStatus=[count_status],
	)
	return _object(
		"ElectionReport",
		Format="summary-contest",
		GeneratedDate=generated,
		Issuer=issuer,
		IssuerAbbreviation=issuer_abbreviation,
		SequenceStart=1,
		SequenceEnd=1,
		Status=status or ("unofficial-partial" if is_open else "unofficial-complete"),
		VendorApplicationId=f"aso_network {record['app_version']}",
		IsTest=is_test or None,
		Notes=f"SHA-256 of the signed result record: {records.result_hash(record)}",
		GpUnit=[_unit(unit, record["figures"])],
		Election=[held],
	)


def _check(generated: str, start_date: str, end_date: str, status: str | None) -> None:
	if not re.fullmatch(_TIME, generated, re.ASCII):
		raise ExportError("The time of a report is written with its zone, such as 2022-09-30T18:05:00+03:00.")
	if not all(re.fullmatch(_DATE, date, re.ASCII) for date in (start_date, end_date)):
		raise ExportError("A date in a report is written as 2022-09-30.")
	if status is not None and status not in STATUSES:
		raise ExportError(f"The status of a report is one of {', '.join(STATUSES)}.")


def _object(kind: str, **values: Any) -> dict[str, Any]:
	"""An object of the format; what is None is left out. `id` is its “@id”."""
	named = {"@id" if key == "id" else key: value for key, value in values.items() if value is not None}
	return {"@type": f"ElectionResults.{kind}", **named}


def _text(text: Text) -> dict[str, Any]:
	by_language = {UNKNOWN_LANGUAGE: text} if isinstance(text, str) else text
	return _object(
		"InternationalizedText",
		Text=[
			_object("LanguageString", Language=language, Content=content)
			for language, content in sorted(by_language.items())
			if content
		]
		# The format wants one text at least.
		or [_object("LanguageString", Language=UNKNOWN_LANGUAGE, Content="")],
	)


def _first(text: dict[str, Any]) -> str:
	return text["Text"][0]["Content"]


def _identifier(kind: str, value: str) -> dict[str, Any]:
	return _object("ExternalIdentifier", Type="other", OtherType=kind, Value=value)


def _unit(name: Text, figures: Mapping[str, int | None]) -> dict[str, Any]:
	return _object(
		"ReportingUnit",
		id=_UNIT,
		Name=_text(name),
		Type="other",
		OtherType="assembly",
		VotersRegistered=figures["on_roll"],
		VotersParticipated=figures["marked"],
	)


def _ballot_counts(ballots: Mapping[str, int]) -> list[dict[str, Any]]:
	def counts(cast: int, **values: Any) -> dict[str, Any]:
		return _object("BallotCounts", GpUnitId=_UNIT, BallotsCast=cast, **values)

	return [
		counts(sum(ballots.values()), Type="total", BallotsRejected=ballots["spoiled"]),
		counts(ballots["valid"], Type="other", OtherType="valid"),
		counts(ballots["blank"], Type="other", OtherType="blank"),
	]


def _candidate(
	person: Mapping[str, Any], result: Mapping[str, Any], names: Mapping[str, Text], ids: Mapping[str, str]
) -> dict[str, Any]:
	row = next(row for row in result["candidates"] if row["candidate"] == person["id"])
	identifiers = [_identifier("candidacy", person["id"])]
	if person["organisation"]:
		identifiers.append(_identifier("organisation", person["organisation"]))
	return _object(
		"Candidate",
		id=ids[person["id"]],
		BallotName=_text(names[person["id"]]),
		ExternalIdentifier=identifiers,
		PreElectionStatus="qualified",
		PostElectionStatus=_post_election_status(row),
	)


def _post_election_status(row: Mapping[str, Any]) -> str | None:
	if row["elected"]:
		return "winner"
	open_for = {TIED: None, CONTINUING: None, IN_RUNOFF: "advanced-to-runoff"}
	return open_for.get(row["reason"], "defeated")


def _contest(
	record: Mapping[str, Any], title: dict[str, Any], ids: Mapping[str, str], count_status: dict[str, Any]
) -> dict[str, Any]:
	said, result = record["contest"], record["result"]
	form = said["method"]
	allowed = 1 if form in _RANKED else result["max_choices"] or len(ids)
	variation = _VARIATION.get(form) or _marks_variation(allowed, said["seats"])
	runoff = sum(row["reason"] == IN_RUNOFF for row in result["candidates"])
	return _object(
		"CandidateContest",
		id=_CONTEST,
		Name=_first(title),
		BallotTitle=title,
		ExternalIdentifier=[_identifier("election", said["id"])],
		ElectionDistrictId=_UNIT,
		VoteVariation=variation,
		OtherVoteVariation="limited" if variation == "other" else None,
		VotesAllowed=allowed,
		NumberElected=said["seats"],
		NumberRunoff=runoff or None,
		CountStatus=[count_status],
		OtherCounts=_other_counts(form, allowed, result),
		ContestSelection=[
			_object(
				"CandidateSelection",
				id=f"selection-of-{ids[candidate]}",
				CandidateIds=[ids[candidate]],
				VoteCounts=_vote_counts(form, candidate, result),
			)
			for candidate in sorted(ids)
		],
	)


def _marks_variation(allowed: int, seats: int) -> str:
	if allowed < seats:
		return "other"
	return "plurality" if allowed == seats == 1 else "n-of-m"


def _other_counts(form: str, allowed: int, result: Mapping[str, Any]) -> list[dict[str, Any]] | None:
	if form == APPROVAL:
		return None
	ballots = result["ballots"]["valid"] + result["ballots"]["blank"]
	undervotes = allowed * ballots - sum(result["tally"].values())
	return [_object("OtherCounts", GpUnitId=_UNIT, Undervotes=undervotes)]


def _vote_counts(form: str, candidate: str, result: Mapping[str, Any]) -> list[dict[str, Any]]:
	def counts(votes: int | float, round_number: int | None = None) -> dict[str, Any]:
		return _object("VoteCounts", GpUnitId=_UNIT, Type="total", Count=votes, Round=round_number)

	rounds = [
		counts(_number(held["votes"][candidate]), held["number"])
		for held in result["rounds"]
		if form in _RANKED and candidate in held["votes"]
	]
	return rounds or [counts(result["tally"][candidate])]


def _number(votes: str) -> int | float:
	return float(votes) if "." in votes else int(votes)
