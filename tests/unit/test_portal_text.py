"""What a form lets out of a text field."""

import time

import pytest

from aso_network.portal import text


@pytest.mark.parametrize(
	("typed", "kept"),
	[
		("  Zamen \n Organization ", "Zamen Organization"),
		("منظمة\u202eضامن\u202c", "منظمةضامن"),
		("a\u2066b\u2069c", "abc"),
		("bell\x07 null\x00 escape\x1b[31m", "bell null escape[31m"),
		("👩‍🌾 ضامن", "👩‍🌾 ضامن"),
		("می‌خواهم", "می‌خواهم"),  # the joiners that Persian and Kurdish words need stay
		("e\u0301", "é"),
		(
			"<script>alert(1)</script> {{ 7 * 7 }}",
			"<script>alert(1)</script> {{ 7 * 7 }}",
		),  # shown as it is, escaped
	],
)
def test_a_line_keeps_its_letters_and_loses_what_plays_tricks(typed, kept):
	assert text.clean(typed) == kept


def test_lines_stay_lines():
	assert text.clean(" one \r\n\r\n two\t \rthree ", lines=True) == "one\n\n two\nthree"


def test_cleaning_twice_changes_nothing():
	once = text.clean("\u202ea \x00\n b\u2069", lines=True)
	assert text.clean(once, lines=True) == once


@pytest.mark.parametrize(
	("typed", "found"),
	[
		("+963 944 123 456", "+963 944 123 456"),
		("٠٩٤٤ ١٢٣ ٤٥٦", "0944 123 456"),
		("0944-123-456", "0944-123-456"),
		("call me", None),
		("+", None),
		("12", None),
		("0944 123 456; DROP TABLE", None),
	],
)
def test_telephone_numbers(typed, found):
	assert text.phone(typed) == found


@pytest.mark.parametrize(
	("typed", "found"),
	[
		("Amal@Example.ORG", "amal@example.org"),
		("first.last+x@sub.example.org", "first.last+x@sub.example.org"),
		("amal@example", None),
		("amal example.org", None),
		("a@b.org,c@d.org", None),
		("<a@b.org>", None),
		("a@b.org\nBcc: c@d.org", None),
		("a" * 140 + "@example.org", None),
	],
)
def test_mail_addresses(typed, found):
	assert text.email(typed) == found


def test_a_heap_of_marks_on_one_letter_takes_no_minutes():
	"""Putting marks in order takes the square of their number: half an hour for what one request can hold."""
	started = time.monotonic()
	kept = text.clean("a" + "\u0315\u0300\u0316" * 300_000)
	assert time.monotonic() - started < 1
	assert len(kept) <= 31
	assert text.clean("مُدَرِّسَةٌ") == "مُدَرِّسَةٌ"


def test_what_is_cut_is_longer_than_any_field():
	assert len(text.clean("x" * 1_000_000)) == 20_000
