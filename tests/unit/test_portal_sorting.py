"""Names stand where a reader of the language looks for them."""

from __future__ import annotations

import pytest

from aso_network.portal.sorting import sort_key


@pytest.mark.parametrize(
	("language", "in_order"),
	[
		# the letters in their order, however the keyboard writes them: ه before و before ي
		("ar", ["أمل", "باب", "تل", "ثمر", "هند", "واحة", "ياسمين"]),
		# the article of the first word is passed over, and only there
		("ar", ["آفاق", "الأمل", "الباب", "تل", "جمعية الأمل", "جمعية باب"]),
		# but not two letters that are the word's own
		("ar", ["ألو", "النور", "هدى"]),
		# Persian and Kurdish letters behind their relatives, other scripts at the end
		("ar", ["باران", "پارس", "تارا", "كلنا", "گلان", "ليلى", "Ara", "Zîn"]),
		("ku", ["Cudî", "Çira", "Dêrik", "Evîn", "Êvar", "Sîpan", "Şems", "Zîn", "أمل"]),
		("en", ["east", "Écoles", "Fund", "Zeta", "أمل"]),
		("en", ["Group 2", "Group 9", "Group 10"]),
		("ar", ["منظمة 2", "منظمة ٩", "منظمة 10"]),
		# a shorter name first
		("ar", ["أمل", "أمل الغد", "أملاك"]),
	],
)
def test_order(language, in_order):
	shuffled = sorted(in_order, key=lambda name: name[::-1])
	assert sorted(shuffled, key=lambda name: sort_key(name, language)) == in_order


@pytest.mark.parametrize("other", ["امل", "أَمَل", "إمل", "أمـل", "الأمل"])
def test_spellings_of_a_name_stand_together(other):
	assert sort_key("أمل", "ar") == sort_key(other, "ar")


@pytest.mark.parametrize("text", [None, "", "‮", "!?", "١٢٣", "😀", "\x00"])
def test_anything_has_a_place(text):
	for language in ("ar", "ku", "en", "ckb", "xx"):
		assert sort_key(text, language) >= ()
