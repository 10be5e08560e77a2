import csv
import io

import pytest

from aso_network.elections import forms, records, result_csv
from aso_network.elections.ballots import written
from aso_network.elections.contest import Contest
from aso_network.elections.errors import MalformedRecordError
from aso_network.elections.reconcile import Figures


def record(names, **other):
	contest = Contest("block", "abc", 1, 2)
	papers = [("a", "b"), ("a", "b"), ("a",), (), ("a", "b", "c")]
	return records.result_record(
		contest_id="EL-1",
		title=other.pop("title", "الهيئة"),
		contest=contest,
		outcome=forms.count(contest, [written(marks) for marks in papers]),
		figures=Figures(),
		roll_hash="0" * 64,
		box_root="1" * 64,
		leaves=5,
		names=names,
		app_version="1",
		**other,
	)


def rows(made):
	return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def test_the_table_has_the_figures_and_a_row_for_each_candidate():
	counted = record({"a": "ضامن، صالح", "b": 'The "Voice"\nof all'}, organisations={"a": "الفرات"})
	made = result_csv.table(counted)
	assert made.startswith(b"\xef\xbb\xbf"), "Excel reads UTF-8 only after this mark"
	assert rows(made) == [
		["Contest", "الهيئة"],
		["Method", "block"],
		["Seats", "1"],
		["Seats left empty", "0"],
		["Valid ballots", "3"],
		["Blank ballots", "1"],
		["Spoiled ballots", "1"],
		["Result hash (SHA-256)", records.result_hash(counted)],
		[],
		["Candidate", "Organisation", "Votes", "Elected", "Order", "Reason"],
		["ضامن، صالح", "الفرات", "3", "yes", "1", "most_votes"],
		['The "Voice"\nof all', "", "2", "no", "", "not_enough_votes"],
		["c", "", "0", "no", "", "no_votes"],
	]


def test_the_table_speaks_arabic():
	made = rows(result_csv.table(record({}), "ar", "تصويت الكتلة", lambda row: f"لأنّ {row['votes']}"))
	assert made[1] == ["طريقة العدّ", "تصويت الكتلة"]
	assert made[9] == ["المرشّح", "المنظّمة", "الأصوات", "فاز", "الترتيب", "السبب"]
	assert made[10] == ["a", "", "3", "نعم", "1", "لأنّ 3"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "  @"])
def test_a_name_is_never_a_formula(sign):
	name = f'{sign}HYPERLINK("http://example.org","Zamen")'
	made = rows(result_csv.table(record({"a": name}, organisations={"a": name}, title=name)))
	assert made[10][0] == made[10][1] == made[0][1] == f"'{name}"


def test_another_record_is_refused():
	with pytest.raises(MalformedRecordError):
		result_csv.table({"format": "aso-network/result/1"})
