import copy
import dataclasses
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from aso_network.elections import forms
from aso_network.elections.ballots import Ballot
from aso_network.elections.contest import Contest
from aso_network.elections.errors import (
	DuplicateVoterError,
	FloatNotCanonicalError,
	MalformedRecordError,
	NotCanonicalError,
)
from aso_network.elections.reconcile import Figures
from aso_network.elections.records import (
	canonical_json,
	contest_of,
	lots_of,
	names_of,
	result_hash,
	result_record,
	roll_hash,
	sha256_hex,
)
from aso_network.elections.rules import SeatRule

A, B, AB, BLANK = Ballot(("a",)), Ballot(("b",)), Ballot(("a", "b")), Ballot()


@pytest.mark.parametrize(
	("value", "text"),
	[
		(None, "null"),
		(True, "true"),
		(1, "1"),
		(-7, "-7"),
		(2**53 - 1, "9007199254740991"),
		("", '""'),
		([], "[]"),
		({}, "{}"),
		((1, "a"), '[1,"a"]'),
		({"b": [False, {"d": 1, "c": None}], "a": 2}, '{"a":2,"b":[false,{"c":null,"d":1}]}'),
		("دير الزور", '"دير الزور"'),
		# RFC 8785, 3.2.2.2: the sample's string.
		('€$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
		("\b\t\f\r\x00\x1f\x7f", '"\\b\\t\\f\\r\\u0000\\u001f\x7f"'),
	],
)
def test_canonical_json(value, text):
	assert canonical_json(value) == text.encode()


def test_keys_are_sorted_by_utf16_as_rfc_8785_shows():
	value = {
		"€": "Euro Sign",
		"\r": "Carriage Return",
		"\ufb33": "Hebrew Letter Dalet With Dagesh",
		"1": "One",
		"\U0001f600": "Emoji: Grinning Face",
		"\x80": "Control",
		"ö": "Latin Small Letter O With Diaeresis",
	}
	order = [
		"Carriage Return",
		"One",
		"Control",
		"Latin Small Letter O With Diaeresis",
		"Euro Sign",
		"Emoji: Grinning Face",
		"Hebrew Letter Dalet With Dagesh",
	]
	assert list(json.loads(canonical_json(value)).values()) == order


@pytest.mark.parametrize(
	"value", [2**53, -(2**53), {1: "a"}, {"a": {2, 3}}, b"bytes", "\ud800", {"\ud800": 1}]
)
def test_what_has_no_canonical_form_is_refused(value):
	with pytest.raises(NotCanonicalError):
		canonical_json(value)


@pytest.mark.parametrize("value", [1.0, [0.5], {"a": {"b": float("nan")}}])
def test_floats_are_refused_by_name(value):
	with pytest.raises(FloatNotCanonicalError):
		canonical_json(value)


def test_canonical_json_reads_back():
	draw = random.Random(8785)

	def value(depth):
		kind = draw.randint(0, 5 if depth else 3)
		if kind == 0:
			return draw.choice([None, True, False])
		if kind == 1:
			return draw.randint(-(2**53) + 1, 2**53 - 1)
		if kind in (2, 3):
			return "".join(
				chr(draw.choice([*range(0, 300), 0x0639, 0x1F600])) for _ in range(draw.randint(0, 6))
			)
		if kind == 4:
			return [value(depth - 1) for _ in range(draw.randint(0, 4))]
		return {str(value(0)): value(depth - 1) for _ in range(draw.randint(0, 4))}

	for _ in range(500):
		one = value(3)
		assert json.loads(canonical_json(one)) == one
		assert canonical_json(json.loads(canonical_json(one))) == canonical_json(one)


def test_sha256_is_the_one_of_the_standard():
	assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


ROLL = [(f"ORG-{n:05}", f"Delegate {n}") for n in range(1, 20)]


def test_the_roll_hash_depends_on_the_voters_and_not_on_their_order():
	base = roll_hash(ROLL)
	assert len(base) == 64
	for seed in range(20):
		assert roll_hash(random.Random(seed).sample(ROLL, len(ROLL))) == base
	assert roll_hash(ROLL[:-1]) != base
	assert roll_hash([*ROLL, ("ORG-00020", "Delegate 20")]) != base
	assert roll_hash([(ROLL[0][0], "Somebody else"), *ROLL[1:]]) != base
	assert roll_hash([(ROLL[0][0], None), *ROLL[1:]]) != base
	# Delegates swapped between two organizations.
	assert roll_hash([(ROLL[0][0], ROLL[1][1]), (ROLL[1][0], ROLL[0][1]), *ROLL[2:]]) != base


def test_the_roll_hash_can_be_repeated_with_sha256sum():
	text = '{"format":"aso-network/roll/1","voters":[["ORG-1","c"],["ORG-2",""]]}'
	assert roll_hash([("ORG-2", None), ("ORG-1", "c")]) == hashlib.sha256(text.encode()).hexdigest()


def test_an_organization_stands_once_on_the_roll():
	with pytest.raises(DuplicateVoterError):
		roll_hash([("ORG-1", "a"), ("ORG-1", "b")])


CONTEST = Contest(
	"block",
	("d", "c", "b", "a"),
	seats=2,
	max_choices=1,
	rules=(SeatRule("gender", minimum=1, value="woman"), SeatRule("age", minimum=1, below=30)),
	attributes={
		"a": {"gender": "woman", "age": 27, "town": "Hajin"},
		"b": {"gender": "", "age": None},
		"elder": {"gender": "man", "age": 70},
	},
	seated=("elder",),
)
BOX = [Ballot(("a",))] * 3 + [Ballot(("b",))] * 2 + [Ballot(("c",))] * 2 + [Ballot(), Ballot(spoiled=True)]


def _record(lot=None, contest=CONTEST, **other):
	# The rules are recorded, whatever the count makes of them: here nothing but votes matters.
	plain = dataclasses.replace(contest, rules=(), seated=(), attributes={})
	values = {
		"contest_id": "EL-2022-001",
		"title": "انتخاب الهيئة التنفيذية",
		"contest": contest,
		"outcome": forms.count(plain, BOX, [lot] if lot else []),
		"figures": Figures(19, 9, 10, 1, 9, 9),
		"roll_hash": roll_hash(ROLL),
		"box_root": "5" * 64,
		"leaves": 9,
		"names": {"a": "Zamen", "b": "أمل", "elder": "Jîn"},
		"organisations": {"a": "منظّمة الفرات"},
		"app_version": "0.1.0",
		**other,
	}
	return result_record(**values)


def test_the_record_says_all_that_is_signed():
	record = _record()
	assert record["result"]["elected"] == ["a"]
	assert record["result"]["tied"] == {"candidates": ["b", "c"], "seats": 1, "about": "seat"}
	assert record["result"]["ballots"] == {"valid": 7, "blank": 1, "spoiled": 1}
	assert record["result"]["tally"] == {"a": 3, "b": 2, "c": 2, "d": 0}
	assert record["figures"]["in_box"] == 9
	assert record["box"] == {"root": "5" * 64, "leaves": 9}
	assert record["contest"]["rules"] == [
		{"attribute": "gender", "is": "woman", "min": 1},
		{"attribute": "age", "below": 30, "min": 1},
	]
	settled = _record(lot=("c", "b"), lot_minutes="Two folded papers, drawn by the eldest.")
	assert settled["result"]["elected"] == ["a", "c"]
	assert settled["result"]["lots"] == [{"order": ["c", "b"], "seats": 1, "about": "seat"}]
	assert settled["lot"] == {
		"seed_commitment": "",
		"seed": "",
		"minutes": "Two folded papers, drawn by the eldest.",
	}


def test_the_record_of_a_paper_vote_is_byte_for_byte_what_it_was_before_there_was_an_online_one():
	assert result_hash(_record(lot=("c", "b"))) == (
		"a24693bebdeb351eb83b2befaac9e5182242cfb368e588117104460e95000fea"
	)


def test_the_record_says_what_was_online():
	online = {"ballots": 4, "receipts_root": "6" * 64, "sealed": False, "public_key": "", "unreadable": 0}
	record = _record(figures=Figures(19, 9, 6, 1, 5, 5, online=4, marked_at_desk=5), online=online)
	assert record["online"] == online
	assert (record["figures"]["online"], record["figures"]["marked_at_desk"]) == (4, 5)
	assert contest_of(json.loads(canonical_json(record))) == contest_of(_record())


def test_of_a_person_the_record_says_no_more_than_the_rules_ask():
	record = _record()
	assert record["contest"]["candidates"][:2] == [
		{
			"id": "a",
			"name": "Zamen",
			"organisation": "منظّمة الفرات",
			"attributes": {"gender": "woman", "age": 27},
		},
		{"id": "b", "name": "أمل", "organisation": "", "attributes": {}},
	]
	assert record["contest"]["seated"] == [
		{"id": "elder", "name": "Jîn", "organisation": "", "attributes": {"gender": "man", "age": 70}}
	]
	assert names_of(record) == {"a": "Zamen", "b": "أمل", "c": "c", "d": "d", "elder": "Jîn"}


def test_the_order_in_which_candidates_are_listed_is_not_signed():
	listed_otherwise = dataclasses.replace(CONTEST, candidates=("a", "c", "d", "b"))
	assert result_hash(_record(contest=listed_otherwise)) == result_hash(_record())


def test_the_contest_can_be_counted_from_the_record():
	contest = contest_of(json.loads(canonical_json(_record())))
	assert set(contest.candidates) == set("abcd") and contest.seated == ("elder",)
	assert (contest.form, contest.seats, contest.max_choices) == ("block", 2, 1)
	assert contest.rules == CONTEST.rules
	for rule in CONTEST.rules:
		everyone = (*"abcd", "elder")
		assert rule.groups(contest.attributes, everyone) == rule.groups(CONTEST.attributes, everyone)
	assert lots_of(_record(lot=("c", "b"))) == [["c", "b"]]


@pytest.mark.parametrize(
	("path", "value", "named"),
	[
		((), [], "format"),
		(("format",), "aso-network/result/1", "format"),
		(("count_number",), True, "record.count_number"),
		(("contest", "seats"), "2", "record.contest.seats"),
		(("contest", "seats"), 2.0, "record.contest.seats"),
		(("contest", "candidates"), {}, "record.contest.candidates"),
		(("contest", "candidates", 0), "a", r"record.contest.candidates\[0\]"),
		(("contest", "candidates", 1, "attributes"), {"age": True}, "attributes.age"),
		(("contest", "rules"), [[]], r"record.contest.rules\[0\]"),
		(("contest", "note"), "", "record.contest.note"),
		(("result", "lots"), None, "record.result.lots"),
		(("result", "lots"), ["ab"], r"record.result.lots\[0\]"),
	],
)
def test_a_record_of_another_shape_is_refused_by_the_name_of_the_place(path, value, named):
	record = _record()
	place = record
	for step in path[:-1]:
		place = place[step]
	if path:
		place[path[-1]] = value
	with pytest.raises(MalformedRecordError, match=named):
		contest_of(record if path else value)


def test_a_record_that_lacks_something_is_refused():
	record = _record()
	for key in record:
		with pytest.raises(MalformedRecordError):
			contest_of({other: value for other, value in record.items() if other != key})


def test_the_record_survives_storage_as_json():
	record = _record(lot=("b", "c"))
	stored = json.loads(json.dumps(record, indent=1))
	assert result_hash(stored) == result_hash(record)
	assert result_hash(record) == hashlib.sha256(canonical_json(record)).hexdigest()


def _leaves(value, path=()):
	if isinstance(value, dict):
		for key in value:
			yield from _leaves(value[key], (*path, key))
	elif isinstance(value, list) and value:
		for index, item in enumerate(value):
			yield from _leaves(item, (*path, index))
	else:
		yield path, value


def test_changing_any_single_value_changes_the_hash():
	record = _record(lot=("c", "b"), lot_minutes="Drawn.")
	base = result_hash(record)
	leaves = list(_leaves(record))
	assert len(leaves) > 50
	for path, value in leaves:
		forged = copy.deepcopy(record)
		place = forged
		for step in path[:-1]:
			place = place[step]
		if isinstance(value, bool):
			place[path[-1]] = not value
		elif isinstance(value, int):
			place[path[-1]] = value + 1
		else:
			place[path[-1]] = f"{value} "
		assert result_hash(forged) != base, path


def test_what_was_decided_beside_the_count_is_part_of_what_is_signed():
	hashes = {
		result_hash(_record()),
		result_hash(_record(lot=("b", "c"))),
		result_hash(_record(lot=("c", "b"))),
		result_hash(_record(lot=("c", "b"), lot_minutes="Drawn.")),
		result_hash(_record(seed_commitment="1" * 64)),
		result_hash(_record(seed_commitment="1" * 64, seed="dice 5 3")),
		result_hash(_record(app_version="0.1.1")),
		result_hash(_record(count_number=2)),
		result_hash(_record(reconciliation_note="One voter left with the paper.")),
		result_hash(_record(contest=dataclasses.replace(CONTEST, rules=CONTEST.rules[:1]))),
	}
	assert len(hashes) == 10


def test_the_core_needs_nothing_but_python():
	"""An observer's laptop has no Frappe."""
	program = (
		"import importlib, pkgutil, sys\n"
		"from aso_network import elections\n"
		"for found in pkgutil.iter_modules(elections.__path__, 'aso_network.elections.'):\n"
		"    importlib.import_module(found.name)\n"
		"foreign = {m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)\n"
		"print(sorted(m for m in foreign if not m.startswith('_') and m != 'aso_network'))\n"
	)
	root = Path(__file__).parents[2]
	done = subprocess.run(
		[sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, cwd=root
	)
	assert done.stdout.strip() == "[]"
