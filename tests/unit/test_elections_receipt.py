import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections import box, receipt
from aso_network.elections.canonical import canonical_json, sha256_hex
from aso_network.elections.errors import LeafNotInBoxError, ReceiptError

RECEIPTS = [sha256_hex(b"%d" % number) for number in range(7)]


def proof_of(wanted=RECEIPTS[3], receipts=RECEIPTS):
	return receipt.build("EL-1", receipts, wanted)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 40), st.data())
def test_every_receipt_of_a_box_is_proved_whatever_the_number(number, draw):
	receipts = [sha256_hex(b"%d" % n) for n in range(number)]
	wanted = draw.draw(st.sampled_from(receipts))
	data = receipt.build("EL-1", draw.draw(st.permutations(receipts)), wanted)
	assert receipt.verify(data).ok
	assert json.loads(data)["root"] == box.root(receipts)


def test_what_it_says_and_what_it_leaves_to_paper():
	report = receipt.verify(proof_of())
	for lang in ("en", "ar"):
		first, last = report.lines(lang)
		assert RECEIPTS[3] in first and "7" in first
		assert "EL-1" in last and last.endswith(box.root(RECEIPTS))


def test_a_receipt_of_no_ballot_has_no_proof():
	with pytest.raises(LeafNotInBoxError):
		receipt.build("EL-1", RECEIPTS, sha256_hex(b"nobody"))


def other(value):
	if isinstance(value, int):
		return value + 1
	if isinstance(value, list):
		return value[1:]
	return ("0" if value[:1] != "0" else "1") + value[1:]


@pytest.mark.parametrize("part", ["receipt", "root", "format", "index", "size", "path", "first", "last"])
def test_every_changed_part_is_noticed(part):
	value = json.loads(proof_of())
	if part in ("index", "size", "path"):
		value["proof"][part] = other(value["proof"][part])
	elif part in ("first", "last"):
		place = 0 if part == "first" else -1
		value["proof"]["path"][place] = other(value["proof"]["path"][place])
	else:
		value[part] = other(value[part])
	data = canonical_json(value)
	if part == "format":
		with pytest.raises(ReceiptError):
			receipt.verify(data)
	else:
		report = receipt.verify(data)
		assert not report.ok
		assert [finding.code for finding in report.differences] == ["receipt_not_in_box"]


@pytest.mark.parametrize(
	"data",
	[
		b"",
		b"\xff",
		b"[]",
		b"{}",
		b"[" * 100_000,
		proof_of().replace(b'"election":"EL-1"', b'"election":1'),
		proof_of().replace(b'"election":"EL-1",', b""),
		proof_of().replace(b'"election"', b'"choices":[],"election"'),
		proof_of().replace(b'"index":', b'"index":0.5,"x":'),
	],
)
def test_what_is_no_proof_is_refused_in_one_sentence(data):
	with pytest.raises(ReceiptError) as error:
		receipt.verify(data)
	assert str(error.value).startswith("This file is not the proof of a receipt")
	assert "\n" not in str(error.value)


@settings(max_examples=100, deadline=None)
@given(
	st.recursive(
		st.none() | st.booleans() | st.integers() | st.text(),
		lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
		max_leaves=8,
	)
)
def test_whatever_stands_for_the_proof_it_is_read_to_the_end(odd):
	value = {**json.loads(proof_of()), "proof": odd}
	try:
		report = receipt.verify(json.dumps(value).encode())
	except ReceiptError:
		return
	assert not report.ok and all(report.lines(lang) for lang in ("en", "ar"))


def test_many_proofs_from_one_tree_are_those_from_the_receipts():
	receipts = [f"{number:064x}" for number in range(37)]
	tree = box.Tree(receipts)
	assert (tree.size, tree.root) == (37, box.root(receipts))
	for wanted in receipts:
		assert receipt.build("E", tree, wanted) == receipt.build("E", receipts, wanted)
	assert box.Tree([]).root == box.root([])
	with pytest.raises(LeafNotInBoxError):
		box.Tree([]).proof("0" * 64)
