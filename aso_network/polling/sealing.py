"""Envelopes: ballots that come online, encrypted to the election's public key.

HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: what browsers of 2018 have in
WebCrypto. `info` binds an envelope to its election. The text of an envelope is base64url, without padding, of the
encapsulated key (65 bytes) and the ciphertext. What is inside is padded, so that all envelopes of an election have
one length. pyhpke does the cryptography here; it is kept up, small, and stands on `cryptography`, which Frappe has.

The private key follows from a seed (RFC 9180, 7.1.3), which is what is kept, or split among the committee.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256

from pyhpke import AEADId, CipherSuite, KDFId, KEMId
from pyhpke.exceptions import PyHPKEError

from aso_network.elections.ballots import POINTS

BALLOT_INFO = "aso-network/ballot/1|"
KEY_INFO = b"aso-network/election-key/1|"
SEED_BYTES = 16
_ENCAPSULATED, _TAG = 65, 16  # bytes: an uncompressed point of P-256, the tag of AES-GCM
_BLOCK = 64

_SUITE = CipherSuite.new(KEMId.DHKEM_P256_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES128_GCM)


class UnreadableError(Exception):
	"""An envelope that this key does not open, or with something else than a ballot inside. Says nothing of it."""


def new_seed() -> bytes:
	return secrets.token_bytes(SEED_BYTES)


def public_key(seed: bytes) -> str:
	"""The public key that follows from `seed`: base64url of the uncompressed point."""
	return _text(_pair(seed).public_key.to_public_bytes())


def seal(public: str, election: str, choices: Iterable[str], padded: int) -> str:
	"""The envelope of a ballot with these `choices`, for `election`."""
	inside = json.dumps({"choices": list(choices)}, ensure_ascii=False, separators=(",", ":")).encode()
	if len(inside) > padded:
		raise ValueError("A ballot of this election is not as long as that.")
	key = _SUITE.kem.deserialize_public_key(_bytes(public))
	enc, context = _SUITE.create_sender_context(key, info=_info(election))
	return _text(enc + context.seal(inside.ljust(padded)))


class Opener:
	"""Opens the envelopes of one election with the key of `seed`."""

	def __init__(self, seed: bytes, election: str) -> None:
		self._key = _pair(seed).private_key
		self._info = _info(election)

	def choices(self, envelope: str) -> list[str]:
		"""What is inside. Raises UnreadableError."""
		try:
			data = _bytes(envelope)
			context = _SUITE.create_recipient_context(data[:_ENCAPSULATED], self._key, info=self._info)
			found = json.loads(context.open(data[_ENCAPSULATED:]))
			if set(found) == {"choices"} and isinstance(found["choices"], list):
				return found["choices"]
		except (PyHPKEError, ValueError, TypeError, RecursionError):
			pass
		raise UnreadableError  # outside the handler: an error that is carried along would hold the ballot


def is_envelope(text: str, padded: int) -> bool:
	"""Whether `text` has the form and the length of every envelope of the election."""
	try:
		data = _bytes(text)
	except ValueError:
		return False
	return len(data) == _ENCAPSULATED + padded + _TAG and _text(data) == text


def padded_size(candidates: Sequence[str], kind: str, most: int | None) -> int:
	"""Bytes that the longest ballot takes, in whole blocks: of marks or a ranking one with all candidates; of
	points one with all points on the longest name."""
	names = [max(candidates, key=len)] * (most or 0) if kind == POINTS and candidates else list(candidates)
	longest = len(json.dumps({"choices": names}, ensure_ascii=False, separators=(",", ":")).encode())
	return -(-longest // _BLOCK) * _BLOCK


def receipt_of_envelope(envelope: str) -> str:
	return sha256(envelope.encode()).hexdigest()


def receipt_of_key(key: str) -> str:
	return sha256(f"aso-network/receipt/1|{key}".encode()).hexdigest()


def _pair(seed: bytes):
	# The seed is as strong as the curve; RFC 9180 wants as many bytes as a private key has.
	return _SUITE.kem.derive_key_pair(sha256(KEY_INFO + seed).digest())


def _info(election: str) -> bytes:
	return f"{BALLOT_INFO}{election}".encode()


def _text(data: bytes) -> str:
	return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
	"""Raises ValueError."""
	if not text.isascii():
		raise ValueError
	return urlsafe_b64decode(text + "=" * (-len(text) % 4))
