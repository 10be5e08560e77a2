import copy
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from aso_network.elections import block
from aso_network.elections.ballots import Ballot
from aso_network.elections.errors import DuplicateVoterError, FloatNotCanonicalError, NotCanonicalError
from aso_network.elections.reconcile import Figures
from aso_network.elections.records import (
	box_hash,
	canonical_json,
	result_hash,
	result_record,
	roll_hash,
	sha256_hex,
)

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


def test_the_box_hash_depends_on_the_papers_and_not_on_their_order():
	box = [A, B, AB, A, BLANK]
	base = box_hash(box)
	assert box_hash(reversed(box)) == base
	assert box_hash([B, A, A, BLANK, AB]) == base
	assert box_hash([A, B, AB, BLANK]) != base, "a paper less, though its twin is still there"
	assert box_hash([*box, A]) != base
	assert box_hash([A, A, B, AB, Ballot(spoiled=True)]) != base
	assert box_hash([A, B, A, B, A]) != box_hash([A, B, A, B, B])
	assert box_hash([AB, BLANK]) != box_hash([A, B]), "the same votes on other papers"


def test_a_salted_box_cannot_be_guessed_from_its_hash():
	assert box_hash([A, B], salt="one") != box_hash([A, B], salt="other")
	assert box_hash([A, B], salt="one") == box_hash([B, A], salt="one")


def test_empty_roll_and_empty_box_do_not_share_a_hash():
	assert roll_hash([]) != box_hash([])


def _record(lot=(), **other):
	box = (
		[Ballot(("a",))] * 3 + [Ballot(("b",))] * 2 + [Ballot(("c",))] * 2 + [Ballot(), Ballot(spoiled=True)]
	)
	values = {
		"contest": "EL-2022-001",
		"title": "انتخاب الهيئة التنفيذية",
		"method": "Block Vote",
		"outcome": block.count("abcd", box, seats=2, max_choices=1, lot=lot),
		"figures": Figures(19, 9, 10, 1, 9, 9),
		"roll_hash": roll_hash(ROLL),
		"box_hash": box_hash(box),
		"app_version": "0.1.0",
		"names": {"a": "Zamen", "b": "أمل"},
		**other,
	}
	return result_record(**values)


def test_the_record_says_all_that_is_signed():
	record = _record()
	assert record["elected"] == ["a"]
	assert record["tie"] == {"candidates": ["b", "c"], "seats": 1, "lot": None}
	assert record["ballots"] == {"valid": 7, "blank": 1, "spoiled": 1, "total": 9}
	assert [(row["candidate"], row["name"], row["votes"], row["reason"]) for row in record["candidates"]] == [
		("a", "Zamen", 3, "most_votes"),
		("b", "أمل", 2, "tied"),
		("c", "", 2, "tied"),
		("d", "", 0, "no_votes"),
	]
	assert record["figures"]["in_box"] == 9
	settled = _record(lot=("c", "b"), lot_minutes="Two folded papers, drawn by the eldest.")
	assert settled["elected"] == ["a", "c"]
	assert settled["tie"]["lot"]["order"] == ["c", "b"]


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


def test_the_lot_and_the_software_are_part_of_what_is_signed():
	hashes = {
		result_hash(_record()),
		result_hash(_record(lot=("b", "c"))),
		result_hash(_record(lot=("c", "b"))),
		result_hash(_record(app_version="0.1.1")),
		result_hash(_record(round_number=2)),
		result_hash(_record(reconciliation_note="One voter left with the paper.")),
	}
	assert len(hashes) == 6


def test_the_core_needs_nothing_but_python():
	"""An observer's laptop has no Frappe."""
	program = (
		"import sys\n"
		"from aso_network.elections import block, compare, reconcile, records\n"
		"foreign = {m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)\n"
		"print(sorted(m for m in foreign if not m.startswith('_') and m != 'aso_network'))\n"
	)
	root = Path(__file__).parents[2]
	done = subprocess.run(
		[sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, cwd=root
	)
	assert done.stdout.strip() == "[]"
