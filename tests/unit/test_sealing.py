"""Envelopes: the named standard, one length, and nothing told by what cannot be opened."""

from __future__ import annotations

import json

import pyhpke  # noqa: F401  (where it is missing, this file is left out and said to be)
import pytest

from aso_network.elections.ballots import MARKS, POINTS, RANKING
from aso_network.polling import sealing

SEED = bytes(range(16))
CANDIDATES = [f"CAND-{number:05}" for number in range(1, 8)]
PADDED = sealing.padded_size(CANDIDATES, MARKS, 3)


def sealed(choices: list[str], election: str = "EL-1", padded: int = PADDED) -> str:
	return sealing.seal(sealing.public_key(SEED), election, choices, padded)


def test_the_suite_is_that_of_rfc_9180_appendix_a_3_1():
	kem = sealing._SUITE.kem
	receiver = kem.derive_key_pair(
		bytes.fromhex("668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550")
	)
	sender = kem.derive_key_pair(
		bytes.fromhex("4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e")
	)
	info = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
	enc, context = sealing._SUITE.create_sender_context(receiver.public_key, info=info, eks=sender)
	assert enc.hex().startswith("04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9")
	plain, aad = b"Beauty is truth, truth beauty", b"Count-0"
	ciphertext = context.seal(plain, aad)
	assert ciphertext.hex() == (
		"5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"
	)
	opened = sealing._SUITE.create_recipient_context(enc, receiver.private_key, info=info)
	assert opened.open(ciphertext, aad) == plain


def test_what_is_sealed_is_opened_by_the_seed():
	opener = sealing.Opener(SEED, "EL-1")
	for choices in ([], CANDIDATES[:1], CANDIDATES):
		assert opener.choices(sealed(choices)) == choices
	assert sealed(CANDIDATES[:1]) != sealed(CANDIDATES[:1])


def test_all_ballots_of_an_election_are_equally_long():
	lengths = {len(sealed(choices)) for choices in ([], CANDIDATES[:1], CANDIDATES)}
	assert len(lengths) == 1
	assert all(sealing.is_envelope(sealed(choices), PADDED) for choices in ([], CANDIDATES))
	with pytest.raises(ValueError, match="as long as that"):
		sealed(CANDIDATES * 3)


@pytest.mark.parametrize(
	("kind", "most", "longest"),
	[
		(MARKS, 3, CANDIDATES),
		(RANKING, None, CANDIDATES),
		(POINTS, 30, [CANDIDATES[0]] * 30),
	],
)
def test_the_longest_ballot_fits(kind, most, longest):
	padded = sealing.padded_size(CANDIDATES, kind, most)
	assert padded % 64 == 0
	assert sealing.Opener(SEED, "EL-1").choices(sealed(longest, padded=padded)) == longest


@pytest.mark.parametrize(
	"spoil",
	[
		lambda text: text[:-4] + "AAAA",  # another tag
		lambda text: "A" + text[1:],  # no point of the curve
		lambda text: text[:100],
		lambda text: "",
		lambda text: sealed([], election="EL-2"),
		lambda text: sealing.seal(sealing.public_key(bytes(16)), "EL-1", [], PADDED),
	],
)
def test_what_cannot_be_opened_says_nothing(spoil):
	with pytest.raises(sealing.UnreadableError) as refused:
		sealing.Opener(SEED, "EL-1").choices(spoil(sealed(CANDIDATES[:2])))
	assert not refused.value.args and refused.value.__context__ is None


@pytest.mark.parametrize(
	"inside", [b"[]", b"no json", json.dumps({"choices": "CAND-1"}).encode(), b"{}", b"\xff"]
)
def test_what_is_no_ballot_inside_is_unreadable(inside):
	key = sealing._SUITE.kem.deserialize_public_key(sealing._bytes(sealing.public_key(SEED)))
	enc, context = sealing._SUITE.create_sender_context(key, info=sealing._info("EL-1"))
	envelope = sealing._text(enc + context.seal(inside.ljust(PADDED)))
	assert sealing.is_envelope(envelope, PADDED)
	with pytest.raises(sealing.UnreadableError):
		sealing.Opener(SEED, "EL-1").choices(envelope)


def test_only_the_one_form_of_an_envelope_is_taken():
	envelope = sealed([])
	for other in (envelope + "=", " " + envelope, envelope + "\n", envelope[:-4], "ü" * len(envelope)):
		assert not sealing.is_envelope(other, PADDED)


def test_the_receipt_follows_from_what_the_phone_knows():
	envelope = sealed([])
	assert sealing.receipt_of_envelope(envelope) == sealing.receipt_of_envelope(envelope)
	assert len({sealing.receipt_of_key(key) for key in ("0" * 64, "1" * 64)}) == 2
