"""The closed box as one hash: a Merkle tree over the salted ballots.

- A leaf is the hash of one ballot with its own salt. It is all that a voter takes home: a proof leads from it
  to the root in the signed result, and it never says what the ballot says, for the salt stays with the box.
- The tree has the shape of RFC 9162, 2.1.1, over the leaves in the order of their digits, so no order of the
  papers shows. Leaf and node are hashed under different first bytes, and an odd last node moves up as it is:
  a tree that repeats it has two boxes for one root (CVE-2012-2459). Equal leaves are counted.
- The root also names its format and the number of leaves, so a box cannot pass for a part of another.

What it cannot show: that a receipt was given for the ballot that the voter meant, and that no two voters got
the same receipt. Voters who compare their receipts see the second.

pymerkle builds such trees, too, and is not used: it asks for Python 3.11 and for one exact version of a further
package, keeps the leaves as they arrive, and calls itself a beta in want of a security audit. What is needed of
it here is forty lines, and they need nothing but Python.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, TypedDict

from aso_network.elections.ballots import Ballot, as_json_value
from aso_network.elections.canonical import LARGEST_INTEGER, canonical_json, sha256_hex
from aso_network.elections.errors import InvalidLeafError, LeafNotInBoxError, WeakSaltError

BALLOT_FORMAT = "aso-network/ballot/1"
BOX_FORMAT = "aso-network/box/2"

# 64 random bits as hexadecimal digits, the shortest text that nobody tries out. Ballots have twenty digits.
SHORTEST_SALT = 16

_LEAF, _NODE = b"\x00", b"\x01"


class Proof(TypedDict):
	"""That a leaf is in a box. `index`: its place among the sorted leaves, from 0; `size`: their number;
	`path`: the hashes beside the way up to the top of the tree, the lowest first."""

	index: int
	size: int
	path: list[str]


def leaf(ballot: Ballot, salt: str) -> str:
	"""The hash of `ballot`: 64 hexadecimal digits.

	SHA-256 of a zero byte and the canonical JSON of {"format": BALLOT_FORMAT, "salt": salt, "ballot": …}.
	`salt`: a random text that no other ballot has, kept with the box. Without one, a ballot among nineteen
	is guessed back from its leaf in no time.

	Raises WeakSaltError for a salt shorter than SHORTEST_SALT, NotCanonicalError.
	"""
	if len(salt) < SHORTEST_SALT:
		raise WeakSaltError(f"The salt of a ballot is a random text of at least {SHORTEST_SALT} characters.")
	return sha256_hex(_LEAF + _leaf_text(ballot, salt))


def root(leaves: Iterable[str]) -> str:
	"""The one hash of a box with these `leaves`, in any order; an empty box has one of its own.

	SHA-256 of the canonical JSON of {"format": BOX_FORMAT, "leaves": their number, "tree": top of the tree}.

	Raises InvalidLeafError.
	"""
	nodes = _checked(leaves)
	return _root(len(nodes), _top(nodes))


def proof(leaves: Iterable[str], leaf: str) -> Proof:
	"""The proof that `leaf` is one of `leaves`; the first of them if there are several alike.

	Raises InvalidLeafError, LeafNotInBoxError.
	"""
	return Tree(leaves).proof(leaf)


class Tree:
	"""A closed box from which many proofs are asked for: hashed once, a proof takes no time. Raises InvalidLeafError.

	`root`: as `root` of its leaves.
	"""

	def __init__(self, leaves: Iterable[str]) -> None:
		nodes = _checked(leaves)
		self._levels = list(_levels(nodes))
		self.root = _root(len(nodes), _top(self._levels[-1]))

	@property
	def size(self) -> int:
		"""How many leaves it has."""
		return len(self._levels[0])

	def proof(self, leaf: str) -> Proof:
		"""The proof that `leaf` is in the box. Raises InvalidLeafError, LeafNotInBoxError."""
		nodes, wanted = self._levels[0], _checked([leaf])[0]
		index = bisect_left(nodes, wanted)
		if nodes[index : index + 1] != [wanted]:
			raise LeafNotInBoxError("This receipt is not in the box.")
		path, place = [], index
		for level in self._levels:
			beside = place ^ 1
			if beside < len(level):
				path.append(level[beside].hex())
			place //= 2
		return {"index": index, "size": self.size, "path": path}


def verify_proof(leaf: str, proof: Any, root: str) -> bool:
	"""Whether `proof` leads from `leaf` to `root`: RFC 9162, 2.1.3.2. False, not an error, for what is no proof."""
	try:
		place, size, path = proof["index"], proof["size"], proof["path"]
		if type(place) is not int or type(size) is not int or not 0 <= place < size or len(proof) != 3:
			return False
		top, *beside = _digests([leaf, *path])
		last = size - 1
	except (InvalidLeafError, TypeError, KeyError, IndexError):
		return False
	while last:
		if place % 2 or place < last:  # else it is an odd last node, which moves up as it is
			if not beside:
				return False
			other = beside.pop(0)
			top = _node(other, top) if place % 2 else _node(top, other)
		place, last = place // 2, last // 2
	return not beside and size <= LARGEST_INTEGER and _root(size, top) == root


def _leaf_text(ballot: Ballot, salt: str) -> bytes:
	# The text that canonical_json writes, at a fifth of its time: a large box is hashed while people wait.
	if ballot.weight <= LARGEST_INTEGER:
		choices = ",".join(map(encode_basestring, ballot.choices))
		spoiled = "true" if ballot.spoiled else "false"
		weight = "" if ballot.weight == 1 else f',"weight":{ballot.weight:d}'
		said = f'{{"choices":[{choices}],"spoiled":{spoiled}{weight}}}'
		text = f'{{"ballot":{said},"format":"{BALLOT_FORMAT}","salt":{encode_basestring(salt)}}}'
		try:
			return text.encode()
		except UnicodeEncodeError:
			pass
	return canonical_json({"format": BALLOT_FORMAT, "salt": salt, "ballot": as_json_value(ballot)})


def _checked(leaves: Iterable[str]) -> list[bytes]:
	return sorted(_digests(list(leaves)))


def _digests(texts: list[str]) -> list[bytes]:
	try:
		digests = [bytes.fromhex(text) for text in texts]
	except (TypeError, ValueError):
		digests = []
	if [digest.hex() for digest in digests] != texts or any(len(digest) != 32 for digest in digests):
		raise InvalidLeafError("A leaf of the box is 64 hexadecimal digits, in small letters.")
	return digests


def _node(left: bytes, right: bytes) -> bytes:
	return sha256(_NODE + left + right).digest()


def _levels(nodes: list[bytes]) -> Iterator[list[bytes]]:
	"""The levels of the tree from the leaves up to the last below the top, or to the top of a single leaf."""
	while len(nodes) > 1:
		yield nodes
		above = [_node(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=False)]
		nodes = above + nodes[len(above) * 2 :]
	yield nodes


def _top(nodes: list[bytes]) -> bytes:
	*_, (top,) = _levels(nodes or [sha256(b"").digest()])  # of no leaves: RFC 9162, 2.1.1
	return top


def _root(size: int, top: bytes) -> str:
	return sha256_hex(canonical_json({"format": BOX_FORMAT, "leaves": size, "tree": top.hex()}))
