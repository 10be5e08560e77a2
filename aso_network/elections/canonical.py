"""Canonical JSON (RFC 8785) for the types that records use, and SHA-256.

Two machines that hold the same values write the same bytes, so a hash can be compared by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

from aso_network.elections.errors import FloatNotCanonicalError, NotCanonicalError

# Beyond this a JSON number is no longer exact in every reader (RFC 8785, 3.2.2.3; I-JSON).
LARGEST_INTEGER = 2**53 - 1


def canonical_json(value: Any) -> bytes:
	"""The RFC 8785 text of `value` as UTF-8.

	Carries None, bool, int up to 2^53-1, str, list, tuple (as a list) and mappings with text keys.
	Raises FloatNotCanonicalError for a float and NotCanonicalError for any other value.
	"""
	try:
		return _text(value).encode("utf-8")
	except UnicodeEncodeError:
		raise NotCanonicalError("A text holds half a surrogate pair, which has no UTF-8 form.") from None


def sha256_hex(data: bytes) -> str:
	"""The SHA-256 of `data` as 64 lower-case hexadecimal digits, as `sha256sum` prints it."""
	return sha256(data).hexdigest()


def _text(value: Any) -> str:
	if value is None:
		return "null"
	if value is True:
		return "true"
	if value is False:
		return "false"
	if isinstance(value, str):
		return _quoted(value)
	if isinstance(value, int):
		return _integer(value)
	if isinstance(value, float):
		raise FloatNotCanonicalError("A float cannot be hashed; use a whole number or a text.")
	if isinstance(value, (list, tuple)):
		return "[" + ",".join(map(_text, value)) + "]"
	if isinstance(value, Mapping):
		return "{" + ",".join(f"{_quoted(key)}:{_text(value[key])}" for key in _sorted_keys(value)) + "}"
	raise NotCanonicalError(f"A value of type {type(value).__name__} has no canonical JSON form here.")


# Python escapes exactly what RFC 8785 asks for when it may write other letters as they are. This is what
# json.dumps(text, ensure_ascii=False) calls, without an encoder built for every text.
_quoted = encode_basestring


def _integer(number: int) -> str:
	if abs(number) > LARGEST_INTEGER:
		raise NotCanonicalError("A whole number beyond 2^53-1 is not exact in every JSON reader.")
	return int.__repr__(number)


def _sorted_keys(mapping: Mapping[Any, Any]) -> list[str]:
	for key in mapping:
		if not isinstance(key, str):
			raise NotCanonicalError("The keys of a record are texts.")
	# RFC 8785 sorts by UTF-16 code units, which differs from Python's order above U+FFFF.
	return sorted(mapping, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
