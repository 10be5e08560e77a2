"""Arabic in pages that are printed."""

import re

from aso_network.printing import in_spans


def said(markup):
	return re.sub("<[^>]+>", "", markup)


def test_each_run_of_one_script_stands_alone():
	assert in_spans("الجولة 1.") == "<span>الجولة</span> <span>1.</span>"
	assert in_spans("منتخب: بلغ") == "<span>منتخب</span><span>:</span> <span>بلغ</span>"


def test_it_says_the_same():
	for text in ("", "Round 1.", "أصوات: 12.5، الجولة (3)؛ نعم؟"):
		assert said(in_spans(text)) == text
	assert in_spans(None) == ""


def test_names_keep_their_direction_and_their_markup_is_no_markup():
	assert in_spans("انتُخب: \u2068A <b>\u2069.") == (
		"<span>انتُخب</span><span>:</span> <bdi><span>A</span> <span>&lt;b&gt;</span></bdi><span>.</span>"
	)
	assert in_spans("A & \u2068ب\u2069").endswith("<bdi><span>ب</span></bdi>")
	assert in_spans("<b>") == "&lt;b&gt;"
