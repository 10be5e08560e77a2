"""Two spellings of one name are found to be one; two names are not."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from aso_network import names

SAME = [
	("جمعية الأمل", "جمعيّة الأمل"),
	("جمعية الأمل", "جمعيه الامل"),
	("جمعية الأمل", "جمعـــية  الأمل"),
	("جمعية الأمل", "جَمْعِيَّةُ الأَمَلِ"),
	("جمعية الأمل", " جمعية\tالأمل\n"),
	("جمعية الأمل", "جمعية\u200fالأمل"),
	("جمعية الأمل", "ﺟﻤﻌﻴﺔ الأمل"),
	("منظمة إنقاذ", "منظمة انقاذ"),
	("آفاق", "افاق"),
	("ٱلأمان", "الأمان"),
	("مستشفى", "مستشفي"),
	("هيئة سلمى", "هيية سلمي"),
	("مؤسسة", "موسسة"),
	("شركاء", "شركا"),
	("یاری", "ياري"),
	("کورد", "كورد"),
	("كوردستان ئاوا", "کوردستان ئاوا"),
	("ڕێکخراوی هیوا", "ريكخراوي هيوا"),
	("مركز ١٢", "مركز 12"),
	("مركز ۱۲", "مركز 12"),
	("Al-Amal Association", "al amal  association"),
	("Al-Amal", "ALAMAL"),
	("Al\u2011Amal", "Al–Amal"),
	("Ya'robiyah", "Ya’robiyah"),
	("Ya'robiyah", "Yarobiyah"),
	("Şengal", "SENGAL"),
	("Rêxistina Hêvî", "Rexistina Hevi"),
	("Straße", "STRASSE"),
	("İzmir", "izmir"),
	("Ｔｅａｍ", "Team"),
	("Women Now (WN)", "Women Now, WN"),
]

OTHER = [
	("جمعية الأمل", "جمعية العمل"),
	("جمعية الأمل", "جمعية الأمل الجديد"),
	("حياة", "حيان"),
	("Hope", "Hop"),
	("Centre 1", "Centre 2"),
	("كلب", "قلب"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name_share_a_key(one, other):
	assert names.key(one) == names.key(other) != ""


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_two_names_keep_two_keys(one, other):
	assert names.key(one) != names.key(other)


@pytest.mark.parametrize("text", [None, "", "  ", "---", "…", "ـــ", "\u200f"])
def test_nothing_to_read_is_no_name(text):
	assert names.normalize(text) == names.key(text) == ""


@pytest.mark.parametrize("text", [text for pair in SAME + OTHER for text in pair])
def test_a_normal_form_is_final(text):
	assert names.normalize(names.normalize(text)) == names.normalize(text)


def test_the_normal_form_keeps_words_apart():
	assert names.normalize("  Al-Amal,\nAssociation ") == "al amal association"
	assert names.normalize("جمعيّة   الأمل") == "جمعيه الامل"


def test_keys_are_distinct_and_in_order():
	assert names.keys(["Hope", None, "الأمل", "HOPE", "-"]) == ["hope", "الامل"]


def test_lines_are_what_is_written_on_them():
	assert names.lines(" Hope \n\n Amal\r\nالأمل ") == ["Hope", "Amal", "الأمل"]
	assert names.lines(None) == []


@pytest.mark.parametrize(
	("language", "field"),
	[
		("ar", "name_ar"),
		("ar-SY", "name_ar"),
		("ku", "name_ku"),
		("ckb", "name_ku"),
		("en_GB", "name_en"),
		("fr", "name_en"),
		(None, "name_en"),
	],
)
def test_the_field_of_a_language(language, field):
	assert names.field_for(language) == field


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_the_list_search_in_the_browser_normalizes_alike():
	"""The list's search box normalizes what is typed in the browser; it must find what Python stored."""
	source = (
		Path(__file__).parents[2]
		/ "aso_network/aso_network/doctype/member_organization/member_organization_list.js"
	).read_text()
	texts = [text for pair in SAME + OTHER for text in pair]
	program = (
		"globalThis.frappe = {listview_settings: {}, provide() {}}; globalThis.aso = {};\n"
		+ source
		+ f"\nconsole.log(JSON.stringify({json.dumps(texts)}.map(aso.normalize)));"
	)
	out = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True).stdout
	assert json.loads(out) == [names.normalize(text) for text in texts]
