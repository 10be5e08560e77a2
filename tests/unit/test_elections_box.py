import hashlib
import random
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections import box
from aso_network.elections.ballots import Ballot, as_json_value
from aso_network.elections.canonical import canonical_json
from aso_network.elections.errors import (
	ElectionError,
	InvalidLeafError,
	LeafNotInBoxError,
	NotCanonicalError,
	WeakSaltError,
)

SALT = "0123456789abcdef0123"


def sha(data):
	return hashlib.sha256(data).digest()


def some_leaves(number, seed=0):
	draw = random.Random(f"{seed}")
	return [draw.randbytes(32).hex() for _ in range(number)]


def rfc_9162_tree(leaves):
	"""MTH of RFC 9162, 2.1.1, as it is written there, over leaves that are hashes already."""
	if len(leaves) < 2:
		return leaves[0] if leaves else sha(b"")
	k = 1
	while k * 2 < len(leaves):
		k *= 2
	return sha(b"\x01" + rfc_9162_tree(leaves[:k]) + rfc_9162_tree(leaves[k:]))


def test_the_tree_is_the_one_of_certificate_transparency():
	# The inputs and roots that the reference code of RFC 6962 and RFC 9162 tests itself with.
	entries = [
		"",
		"00",
		"10",
		"2021",
		"3031",
		"40414243",
		"5051525354555657",
		"606162636465666768696a6b6c6d6e6f",
	]
	roots = [
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	]
	nodes = [sha(b"\x00" + bytes.fromhex(entry)) for entry in entries]
	for size, expected in enumerate(roots, start=1):
		# Not through `root`, which sorts.
		assert box._top(nodes[:size]).hex() == rfc_9162_tree(nodes[:size]).hex() == expected


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 6, 7, 8, 9, 31, 32, 33, 100])
def test_the_root_binds_the_sorted_tree_its_size_and_its_purpose(size):
	leaves = some_leaves(size)
	tree = rfc_9162_tree(sorted(map(bytes.fromhex, leaves))).hex()
	text = f'{{"format":"aso-network/box/2","leaves":{size},"tree":"{tree}"}}'
	assert box.root(leaves) == sha(text.encode()).hex()


def test_an_observer_repeats_leaf_and_root_with_printf_and_sha256sum():
	text = f'{{"ballot":{{"choices":["أمل","b"],"spoiled":false}},"format":"aso-network/ballot/1","salt":"{SALT}"}}'
	leaf = box.leaf(Ballot(("أمل", "b")), SALT)
	done = subprocess.run(
		["bash", "-c", f"printf '\\0%s' '{text}' | sha256sum"], capture_output=True, text=True, check=True
	)
	assert done.stdout.split()[0] == leaf
	assert (
		box.root([leaf]) == sha(f'{{"format":"aso-network/box/2","leaves":1,"tree":"{leaf}"}}'.encode()).hex()
	)


TEXTS = st.text(
	st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\/\n\x00\x7f\u2028أ'), min_size=1
)
BALLOTS = st.builds(
	Ballot,
	choices=st.lists(TEXTS, max_size=4, unique=True).map(tuple),
	spoiled=st.booleans(),
	weight=st.integers(1, 2**53 - 1),
)


@settings(max_examples=100, deadline=None)
@given(BALLOTS, TEXTS.map(lambda text: SALT + text))
def test_a_leaf_hashes_the_canonical_json_of_its_ballot(ballot, salt):
	text = canonical_json({"format": "aso-network/ballot/1", "salt": salt, "ballot": as_json_value(ballot)})
	assert box.leaf(ballot, salt) == sha(b"\x00" + text).hex()


@settings(max_examples=100, deadline=None)
@given(BALLOTS, BALLOTS)
def test_equal_leaves_are_equal_ballots(one, other):
	assert (box.leaf(one, SALT) == box.leaf(other, SALT)) == (one == other)
	assert box.leaf(one, SALT) != box.leaf(one, SALT + "0")


@pytest.mark.parametrize(
	("ballot", "salt", "error"),
	[
		(Ballot(("a",)), "", WeakSaltError),
		(Ballot(("a",)), "0123456789abcde", WeakSaltError),
		(Ballot(("\ud800",)), SALT, NotCanonicalError),
		(Ballot(("a",)), SALT + "\ud800", NotCanonicalError),
		(Ballot(("a",), weight=2**53), SALT, NotCanonicalError),
	],
)
def test_what_cannot_be_hidden_or_repeated_is_refused(ballot, salt, error):
	with pytest.raises(error):
		box.leaf(ballot, salt)


def test_a_receipt_does_not_tell_the_ballot():
	"""Whoever knows the candidates but not the salt finds no ballot that fits."""
	leaf = box.leaf(Ballot(("a",)), "a salt that nobody tells")
	guesses = [Ballot(("a",)), Ballot(("b",)), Ballot(("a", "b")), Ballot(), Ballot(spoiled=True)]
	texts = [canonical_json(as_json_value(guess)) for guess in guesses]
	assert leaf not in {sha(prefix + text).hex() for text in texts for prefix in (b"", b"\x00", b"\x01")}
	assert leaf not in {box.leaf(guess, "another salt altogether") for guess in guesses}


LEAF_LISTS = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=40)


@settings(max_examples=100, deadline=None)
@given(LEAF_LISTS, st.randoms())
def test_the_order_of_the_papers_changes_nothing(leaves, draw):
	mixed = draw.sample(leaves, len(leaves))
	assert box.root(mixed) == box.root(leaves)
	if leaves:
		assert box.proof(mixed, leaves[0]) == box.proof(leaves, leaves[0])


@settings(max_examples=60, deadline=None)
@given(LEAF_LISTS.filter(bool), st.integers(0))
def test_the_root_depends_on_every_leaf_and_counts_equal_ones(leaves, number):
	place = number % len(leaves)
	one, base = leaves[place], box.root(leaves)
	rest = leaves[:place] + leaves[place + 1 :]
	assert box.root(rest) != base
	assert box.root([*leaves, one]) != base
	assert box.root([*rest, sha(b"another").hex()]) != base


def test_a_box_with_its_last_paper_doubled_has_another_root():
	# CVE-2012-2459: a tree that repeats the odd last node cannot tell these apart.
	for size in range(1, 20):
		leaves = sorted(some_leaves(size))
		for copied in range(1, size + 1):
			assert box.root(leaves + leaves[-copied:]) != box.root(leaves)


def test_a_node_does_not_pass_for_a_leaf():
	one, two, three, four = sorted(some_leaves(4))
	node = box._node(bytes.fromhex(one), bytes.fromhex(two)).hex()
	other = box._node(bytes.fromhex(three), bytes.fromhex(four)).hex()
	root = box.root([one, two, three, four])
	assert box.root([node, other]) != root
	assert not box.verify_proof(node, {"index": 0, "size": 2, "path": [other]}, root)
	assert not box.verify_proof(node, {"index": 0, "size": 4, "path": [other]}, root)


@pytest.mark.parametrize("size", range(1, 41))
def test_every_leaf_proves_itself_and_nothing_else(size):
	leaves = some_leaves(size, seed=size)
	root, in_order = box.root(leaves), sorted(leaves)
	stranger = some_leaves(1, seed="stranger")[0]
	for index, leaf in enumerate(in_order):
		proof = box.proof(leaves, leaf)
		assert (proof["index"], proof["size"]) == (index, size)
		assert box.verify_proof(leaf, proof, root)
		assert not box.verify_proof(stranger, proof, root)
		for other in range(size):
			assert box.verify_proof(in_order[other], proof, root) == (other == index)
			assert box.verify_proof(leaf, {**proof, "index": other}, root) == (other == index)
		for wrong in {0, 1, 2, size - 1, size + 1, 2 * size, 64} - {size}:
			assert not box.verify_proof(leaf, {**proof, "size": wrong}, root)
		for place in range(len(proof["path"])):
			path = proof["path"]
			assert not box.verify_proof(leaf, {**proof, "path": path[:place] + path[place + 1 :]}, root)
			forged = [*path[:place], stranger, *path[place + 1 :]]
			assert not box.verify_proof(leaf, {**proof, "path": forged}, root)
		assert not box.verify_proof(leaf, {**proof, "path": [*proof["path"], stranger]}, root)
		assert not box.verify_proof(leaf, proof, box.root(leaves[1:]))


def test_equal_leaves_prove_the_first_of_them():
	one, two = sorted(some_leaves(2))
	leaves = [two, one, two, two]
	assert box.proof(leaves, two)["index"] == 1
	assert box.verify_proof(two, box.proof(leaves, two), box.root(leaves))


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("0" * 64)
JSON = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=5), SCALARS, max_size=3)


@settings(max_examples=100, deadline=None)
@given(JSON, st.sampled_from([None, "index", "size", "path"]), JSON)
def test_what_is_no_proof_proves_nothing_and_breaks_nothing(value, key, leaf):
	leaves = some_leaves(5)
	proof = box.proof(leaves, leaves[0])
	root = box.root(leaves)
	forged = value if key is None else {**proof, key: value}
	assert not box.verify_proof(leaves[0], forged, root) or forged == proof
	assert not box.verify_proof(leaf, proof, root)
	assert not box.verify_proof(leaves[0], proof, leaf)


def test_true_is_no_index():
	leaves = sorted(some_leaves(2))
	proof = box.proof(leaves, leaves[1])
	assert box.verify_proof(leaves[1], proof, box.root(leaves))
	assert not box.verify_proof(leaves[1], {**proof, "index": True}, box.root(leaves))


@pytest.mark.parametrize(
	"wrong", ["", "00", "g" * 64, "A" * 64, "a" * 63, "a" * 66, " " + "a" * 63, 7, None, b"a" * 64]
)
def test_a_leaf_is_64_small_hexadecimal_digits(wrong):
	for call in (lambda: box.root([wrong]), lambda: box.proof(["a" * 64], wrong)):
		with pytest.raises(InvalidLeafError) as error:
			call()
		assert isinstance(error.value, ElectionError)


def test_a_receipt_that_is_not_in_the_box_is_named():
	for leaves in ([], some_leaves(3)):
		with pytest.raises(LeafNotInBoxError):
			box.proof(leaves, "0" * 64)
