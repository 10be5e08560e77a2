"""The report against the classes of NIST SP 1500-100 revision 2.0 that it uses.

The tables below are taken from the publication's JSON schema (github.com/usnistgov/ElectionResultsReporting,
branch version2): all required attributes, the optional ones that the report has, and the enumerations.
"""

import json
import re

import pytest

from aso_network.elections import forms, nist, records
from aso_network.elections.ballots import written
from aso_network.elections.contest import (
	APPROVAL,
	BLOCK,
	CUMULATIVE,
	IRV,
	LIMITED,
	MAJORITY,
	STV,
	Contest,
)
from aso_network.elections.errors import ExportError, MalformedRecordError
from aso_network.elections.reconcile import Figures
from aso_network.elections.unopposed import unopposed

# Class → attribute → type. “!” required; “[…]” a list; “→” the @id of an object of that class.
CLASSES = {
	"ElectionReport": {
		"Format": "ReportDetailLevel!",
		"GeneratedDate": "DateTimeWithZone!",
		"Issuer": "string!",
		"IssuerAbbreviation": "string!",
		"SequenceStart": "integer!",
		"SequenceEnd": "integer!",
		"Status": "ResultsStatus!",
		"VendorApplicationId": "string!",
		"Election": "[Election]",
		"GpUnit": "[ReportingUnit]",
		"IsTest": "boolean",
		"Notes": "string",
	},
	"Election": {
		"Name": "InternationalizedText!",
		"Type": "ElectionType!",
		"OtherType": "string",
		"StartDate": "date!",
		"EndDate": "date!",
		"ElectionScopeId": "→ReportingUnit!",
		"BallotCounts": "[BallotCounts]",
		"Candidate": "[Candidate]",
		"Contest": "[CandidateContest]",
		"CountStatus": "[CountStatus]",
	},
	"ReportingUnit": {
		"@id": "string!",
		"Type": "ReportingUnitType!",
		"OtherType": "string",
		"Name": "InternationalizedText",
		"VotersRegistered": "integer",
		"VotersParticipated": "integer",
	},
	"InternationalizedText": {"Text": "[LanguageString]!"},
	"LanguageString": {"Content": "string!", "Language": "string!"},
	"BallotCounts": {
		"GpUnitId": "→ReportingUnit!",
		"Type": "CountItemType!",
		"OtherType": "string",
		"BallotsCast": "integer",
		"BallotsRejected": "integer",
	},
	"Candidate": {
		"@id": "string!",
		"BallotName": "InternationalizedText!",
		"ExternalIdentifier": "[ExternalIdentifier]",
		"PreElectionStatus": "CandidatePreElectionStatus",
		"PostElectionStatus": "CandidatePostElectionStatus",
	},
	"ExternalIdentifier": {"Type": "IdentifierType!", "OtherType": "string", "Value": "string!"},
	"CandidateContest": {
		"@id": "string!",
		"ElectionDistrictId": "→ReportingUnit!",
		"Name": "string!",
		"VotesAllowed": "integer!",
		"BallotTitle": "InternationalizedText",
		"ContestSelection": "[CandidateSelection]",
		"CountStatus": "[CountStatus]",
		"ExternalIdentifier": "[ExternalIdentifier]",
		"NumberElected": "integer",
		"NumberRunoff": "integer",
		"OtherCounts": "[OtherCounts]",
		"OtherVoteVariation": "string",
		"VoteVariation": "VoteVariation",
	},
	"CandidateSelection": {"@id": "string!", "CandidateIds": "[→Candidate]", "VoteCounts": "[VoteCounts]"},
	"VoteCounts": {
		"Count": "number!",
		"GpUnitId": "→ReportingUnit!",
		"Type": "CountItemType!",
		"Round": "integer",
	},
	"OtherCounts": {"GpUnitId": "→ReportingUnit!", "Undervotes": "number"},
	"CountStatus": {"Status": "CountItemStatus!", "Type": "CountItemType!"},
}
ENUMERATIONS = {
	"ReportDetailLevel": "precinct-level summary-contest",
	"ResultsStatus": "certified correction pre-election recount unofficial-complete unofficial-partial",
	"ElectionType": "general other partisan-primary-closed partisan-primary-open primary runoff special",
	"ReportingUnitType": "ballot-batch ballot-style-area borough city city-council combined-precinct congressional "
	"country county county-council drop-box judicial municipality other polling-place precinct school special "
	"split-precinct state state-house state-senate town township utility village vote-center ward water",
	"CountItemType": "absentee absentee-fwab absentee-in-person absentee-mail early election-day other provisional "
	"seats total uocava write-in",
	"CountItemStatus": "completed in-process not-processed unknown",
	"CandidatePreElectionStatus": "filed qualified withdrawn",
	"CandidatePostElectionStatus": "advanced-to-runoff defeated projected-winner winner withdrawn",
	"IdentifierType": "fips local-level national-level ocd-id other state-level",
	"VoteVariation": "approval borda cumulative majority n-of-m other plurality proportional range rcv super-majority",
}
DATE = r"\d{4}-\d\d-\d\d"
PLAIN = {
	"string": lambda value: isinstance(value, str),
	"boolean": lambda value: isinstance(value, bool),
	"integer": lambda value: type(value) is int,
	"number": lambda value: type(value) in (int, float),
	"date": lambda value: re.fullmatch(DATE, value),
	"DateTimeWithZone": lambda value: re.fullmatch(
		DATE + r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]\d\d:[0-5]\d)", value
	),
}


def problems(report):
	"""What the standard would refuse, by place; empty if nothing."""
	ids = {}
	found = []

	def collect(value):
		if isinstance(value, dict):
			if "@id" in value:
				assert value["@id"] not in ids, "an @id twice"
				ids[value["@id"]] = value["@type"]
		for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
			collect(inner)

	def check(value, kind, where):
		if kind.startswith("["):
			if not isinstance(value, list) or not value:
				found.append(f"{where}: not a list")
			else:
				for place, inner in enumerate(value):
					check(inner, kind.strip("[]"), f"{where}[{place}]")
		elif kind.startswith("→"):
			if ids.get(value) != f"ElectionResults.{kind[1:]}":
				found.append(f"{where}: refers to no {kind[1:]}")
		elif kind in ENUMERATIONS:
			if value not in ENUMERATIONS[kind].split():
				found.append(f"{where}: {value} is no {kind}")
		elif kind in PLAIN:
			if not PLAIN[kind](value):
				found.append(f"{where}: {value!r} is no {kind}")
		else:
			check_class(value, kind, where)

	def check_class(value, kind, where):
		known = CLASSES[kind]
		if value.get("@type") != f"ElectionResults.{kind}":
			found.append(f"{where}: @type")
		for name in set(value) - {"@type"} - set(known):
			found.append(f"{where}.{name}: unknown")
		for name, of in known.items():
			if name in value:
				check(value[name], of.rstrip("!"), f"{where}.{name}")
			elif of.endswith("!"):
				found.append(f"{where}.{name}: missing")
		# “Used when Type is other”, says the standard of every OtherType; OtherVoteVariation likewise.
		if "OtherType" in known and (value.get("Type") == "other") != ("OtherType" in value):
			found.append(f"{where}.OtherType")
		if (value.get("VoteVariation") == "other") != ("OtherVoteVariation" in value):
			found.append(f"{where}.OtherVoteVariation")

	collect(report)
	check(report, "ElectionReport", "")
	return found


def record(contest, papers, lots=(), **other):
	ballots = [written(marks, contest.kind) for marks in papers]
	values = {
		"contest_id": "EL-1",
		"title": "الهيئة التنفيذية",
		"contest": contest,
		"outcome": forms.count(contest, ballots, lots),
		"figures": Figures(19, 12, 12, 0, 12, 12),
		"roll_hash": "0" * 64,
		"box_root": "1" * 64,
		"leaves": len(papers),
		"names": {"a": "Zamen", "b": "أمل"},
		"organisations": {"a": "منظّمة الفرات"},
		"app_version": "0.2.0",
		**other,
	}
	return records.result_record(**values)


def report(of, **other):
	values = {
		"issuer": "ASO Network",
		"issuer_abbreviation": "ASO",
		"generated": "2022-09-30T18:05:00+03:00",
		"start_date": "2022-09-30",
		"end_date": "2022-09-30",
		"unit": {"ar": "منصّة الحسكة", "en": "Al-Hasakah Platform", "ku": "Platforma Hesekê"},
		"election": {"ar": "انتخابات ٢٠٢٢", "en": "Elections 2022"},
		**other,
	}
	return nist.report(of, **values)


MARKED = [("a",), ("a", "b"), ("a", "b"), ("a", "c"), (), ("a", "b", "c")]
RANKED = [("a", "b"), ("a", "b"), ("a", "c"), ("a", "b"), ("b", "c"), ("c",), ("c",), ()]
CONTESTS = [
	(Contest(BLOCK, "abc", 2), MARKED, "n-of-m", 2),
	(Contest(BLOCK, "abc", 1), MARKED, "plurality", 1),
	(Contest(BLOCK, "abc", 2, 1), MARKED, "other", 1),
	(Contest(LIMITED, "abc", 3, 2), MARKED, "other", 2),
	(Contest(APPROVAL, "abc", 1), MARKED, "approval", 3),
	(Contest(CUMULATIVE, "abc", 2, 5), [("a", "a", "b"), ("c",)], "cumulative", 5),
	(Contest(MAJORITY, "abc", 1), [("a",), ("a",), ("b",)], "majority", 1),
	(Contest(IRV, "abc", 1), RANKED, "rcv", 1),
	(Contest(STV, "abc", 2), RANKED, "rcv", 1),
]


@pytest.mark.parametrize(("contest", "papers", "variation", "allowed"), CONTESTS)
def test_every_form_makes_a_report_that_the_standard_takes(contest, papers, variation, allowed):
	made = json.loads(json.dumps(report(record(contest, papers))))
	assert problems(made) == []
	held = made["Election"][0]["Contest"][0]
	assert (held["VoteVariation"], held["VotesAllowed"]) == (variation, allowed)
	assert held["NumberElected"] == contest.seats


def test_the_check_itself_finds_what_the_standard_refuses():
	whole = report(record(*CONTESTS[0][:2]))
	for change, place in (
		(lambda r: r.pop("Issuer"), ".Issuer: missing"),
		(lambda r: r.update(Status="final"), ".Status: final is no ResultsStatus"),
		(lambda r: r.update(Extra=1), ".Extra: unknown"),
		(lambda r: r["Election"][0].update(ElectionScopeId="contest"), "refers to no ReportingUnit"),
		(lambda r: r["Election"][0].pop("OtherType"), ".OtherType"),
	):
		changed = json.loads(json.dumps(whole))
		change(changed)
		assert any(place in found for found in problems(changed)), place


def counts(made):
	held = made["Election"][0]["Contest"][0]
	return {
		selection["CandidateIds"][0]: [(c.get("Round"), c["Count"]) for c in selection["VoteCounts"]]
		for selection in held["ContestSelection"]
	}


def test_votes_and_ballots_are_those_of_the_count():
	made = report(record(*CONTESTS[0][:2]))
	assert counts(made) == {
		"candidate-1": [(None, 4)],
		"candidate-2": [(None, 2)],
		"candidate-3": [(None, 1)],
	}
	cast = [(c["Type"], c.get("OtherType"), c["BallotsCast"]) for c in made["Election"][0]["BallotCounts"]]
	assert cast == [("total", None, 6), ("other", "valid", 4), ("other", "blank", 1)]
	assert made["Election"][0]["BallotCounts"][0]["BallotsRejected"] == 1
	# Five ballots with two votes each, of which seven were given.
	other = made["Election"][0]["Contest"][0]["OtherCounts"]
	assert [(c["Undervotes"], c.get("Overvotes")) for c in other] == [(3, None)]
	assert "OtherCounts" not in report(record(*CONTESTS[4][:2]))["Election"][0]["Contest"][0]
	unit = made["GpUnit"][0]
	assert (unit["VotersRegistered"], unit["VotersParticipated"]) == (19, 12)


def test_every_round_of_a_ranked_count_is_told():
	counted = record(Contest(STV, "abc", 2), RANKED)
	made = report(counted)
	by_round = {
		(f"candidate-{'abc'.index(candidate) + 1}", held["number"]): float(votes)
		for held in counted["result"]["rounds"]
		for candidate, votes in held["votes"].items()
	}
	told = {(who, number): votes for who, rows in counts(made).items() for number, votes in rows}
	assert told == by_round
	assert any(votes != int(votes) for votes in told.values()), "some votes are transferred in parts"
	assert all(type(votes) is int for votes in told.values() if votes == int(votes))
	assert made["Election"][0]["Contest"][0]["OtherCounts"][0]["Undervotes"] == 1, "the blank ballot"


def statuses(made):
	return {c["@id"]: c.get("PostElectionStatus") for c in made["Election"][0]["Candidate"]}


def test_an_open_tie_leaves_the_tied_without_a_status():
	tied = report(record(Contest(BLOCK, "abcd", 2, 1), [("a",), ("a",), ("b",), ("c",)]))
	assert statuses(tied) == {
		"candidate-1": "winner",
		"candidate-2": None,
		"candidate-3": None,
		"candidate-4": "defeated",
	}
	assert tied["Status"] == "unofficial-partial"
	assert tied["Election"][0]["Contest"][0]["CountStatus"][0]["Status"] == "in-process"
	assert problems(tied) == []
	decided = report(record(Contest(BLOCK, "abcd", 2, 1), [("a",), ("a",), ("b",), ("c",)], [("c", "b")]))
	assert statuses(decided)["candidate-3"] == "winner"
	assert decided["Status"] == "unofficial-complete"


def test_without_a_majority_the_leaders_advance_to_a_runoff():
	made = report(record(Contest(MAJORITY, "abc", 1), [("a",)] * 3 + [("b",)] * 2 + [("c",)]))
	assert statuses(made) == {
		"candidate-1": "advanced-to-runoff",
		"candidate-2": "advanced-to-runoff",
		"candidate-3": "defeated",
	}
	assert made["Election"][0]["Contest"][0]["NumberRunoff"] == 2
	assert made["Status"] == "unofficial-complete"


def test_a_contest_without_a_vote_makes_a_report():
	contest = Contest(STV, "ab", 2)
	made = report(record(contest, [], outcome=unopposed(contest)))
	assert problems(made) == []
	assert statuses(made) == {"candidate-1": "winner", "candidate-2": "winner"}
	assert counts(made)["candidate-1"] == [(None, 0)]


def test_names_are_told_in_every_language_that_there_is():
	names = {"a": {"ar": "ضامن", "en": "Zamen", "ku": "Zamin", "fr": ""}}
	made = report(record(*CONTESTS[0][:2]), names=names, title={"ar": "الهيئة", "en": "The body"})

	def texts(value):
		return [(text["Language"], text["Content"]) for text in value["Text"]]

	candidates = made["Election"][0]["Candidate"]
	assert texts(candidates[0]["BallotName"]) == [("ar", "ضامن"), ("en", "Zamen"), ("ku", "Zamin")]
	assert texts(candidates[1]["BallotName"]) == [("und", "أمل")], "as in the record, in no known language"
	assert texts(made["Election"][0]["Contest"][0]["BallotTitle"]) == [("ar", "الهيئة"), ("en", "The body")]
	assert ("ku", "Platforma Hesekê") in texts(made["GpUnit"][0]["Name"])
	organisations = [
		i["Value"] for i in candidates[0]["ExternalIdentifier"] if i["OtherType"] == "organisation"
	]
	assert organisations == ["منظّمة الفرات"]
	assert "Party" not in made


def test_the_report_names_the_result_that_was_signed():
	counted = record(*CONTESTS[0][:2])
	made = report(counted, status="certified", is_runoff=True, is_test=True)
	assert records.result_hash(counted) in made["Notes"]
	assert made["Status"] == "certified" and made["IsTest"] is True
	assert made["Election"][0]["Type"] == "runoff"
	assert problems(made) == []


@pytest.mark.parametrize(
	"wrong",
	[
		{"generated": "2022-09-30 18:05:00"},
		{"generated": "2022-09-30T18:05:00"},
		{"generated": "2022-09-30T18:05:00.123Z"},
		{"generated": "2022-09-30T18:05:00Z\n"},
		{"start_date": "30.9.2022"},
		{"end_date": "2022-13-01"},
		{"status": "final"},
	],
)
def test_a_date_or_status_that_the_standard_does_not_know_is_refused(wrong):
	with pytest.raises(ExportError):
		report(record(*CONTESTS[0][:2]), **wrong)


def test_another_record_is_refused():
	with pytest.raises(MalformedRecordError):
		report({"format": "aso-network/result/1"})
