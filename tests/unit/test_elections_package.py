import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections import box, forms, lot, package, records
from aso_network.elections.ballots import Ballot, written
from aso_network.elections.canonical import canonical_json, sha256_hex
from aso_network.elections.contest import (
	APPROVAL,
	BLOCK,
	CUMULATIVE,
	IRV,
	LIMITED,
	MAJORITY,
	STV,
	Contest,
)
from aso_network.elections.errors import MalformedRecordError, PackageError, WeakSaltError
from aso_network.elections.findings_words import SENTENCES
from aso_network.elections.reconcile import Figures
from aso_network.elections.rules import SeatRule
from aso_network.elections.unopposed import unopposed

SEED = "4 2 6 6 1 3 5 2 olive bridge"
NAMES = {"a": "Zamen", "b": "أمل", "c": "Jîn"}
BLOCK_OF_TWO = Contest(BLOCK, ("a", "b", "c"), seats=2, max_choices=1)
# b and c are tied for the second seat.
PAPERS = [("a",), ("a",), ("b",), ("c",), (), ("a", "b")]


def boxed(papers, contest=BLOCK_OF_TWO, weights=None):
	ballots = [
		written(marks, contest.kind, weight=(weights or {}).get(n, 1)) for n, marks in enumerate(papers)
	]
	return [(ballot, f"{n:04}{sha256_hex(b'%d' % n)[:16]}") for n, ballot in enumerate(ballots)]


def counted(ballots, contest=BLOCK_OF_TWO, by_hand=None, **other):
	"""The record of a whole count; a tie is settled by the order `by_hand`, or by the seed."""
	root = box.root(box.leaf(*paper) for paper in ballots)
	papers, lots = [ballot for ballot, _salt in ballots], []
	while (outcome := forms.count(contest, papers, lots)).tie:
		lots.append(by_hand or lot.draw(SEED, root, outcome.tie.candidates).order)
	values = {
		"contest_id": "EL-1",
		"title": "الهيئة",
		"contest": contest,
		"outcome": outcome,
		"figures": Figures(*[len(ballots)] * 3, 0, *[len(ballots)] * 2),
		"roll_hash": records.roll_hash([("ORG-1", None)]),
		"box_root": root,
		"leaves": len(ballots),
		"names": NAMES,
		"app_version": "1",
		"seed_commitment": lot.commitment(SEED) if lots and not by_hand else "",
		"seed": SEED if lots and not by_hand else "",
		"lot_minutes": "Two folded papers." if by_hand else "",
		**other,
	}
	return records.result_record(**values)


def signed(record, *names):
	"""Signature lines on `record`."""
	signature = records.result_hash(record)
	return [{"name": name, "role": "chair", "date": "2022-09-30", "signed_hash": signature} for name in names]


def whole(with_ballots=True, **other):
	ballots = boxed(PAPERS)
	record = counted(ballots, **other)
	return package.build(record, signed(record, "Sami"), ballots if with_ballots else None)


def forged(data, change, sign_again=False):
	"""`data` changed by `change(package)` and with all its own hashes made right again."""
	inner = json.loads(data)["package"]
	change(inner)
	if sign_again:
		inner["result_hash"] = records.result_hash(inner["record"])
		for line in inner["signatures"]:
			line["signed_hash"] = inner["result_hash"]
	return canonical_json({"package": inner, "sha256": sha256_hex(canonical_json(inner))})


def codes(report):
	return [finding.code for finding in report.differences]


def notes(report):
	return [finding.code for finding in report.findings if not finding.is_difference]


def is_noticed(data):
	try:
		return not package.verify(data).ok
	except PackageError:
		return True


def test_a_whole_package_agrees_and_says_what_it_cannot_prove():
	report = package.verify(whole())
	assert report.ok and not report.differences
	assert notes(report) == ["signed", "lot_repeated", "root", "recounted"]
	assert canonical_json(json.loads(whole())) == whole()
	inner = json.loads(whole())["package"]
	assert report.result_hash == inner["result_hash"] == records.result_hash(inner["record"])
	for lang in ("en", "ar"):
		lines = report.lines(lang)
		assert len(lines) == 6
		assert lines[-1].endswith(report.result_hash), "what is to be compared with the signed paper"
	assert report.lines("en")[0] == "No difference was found in this package."
	assert report.lines("en") != report.lines("ar")


def test_every_sentence_is_there_in_both_languages():
	for code, by_language in SENTENCES.items():
		assert set(by_language) == {"en", "ar"}, code
		blanks = {language: sorted(set("012") & set(_blanks(text))) for language, text in by_language.items()}
		assert blanks["en"] == blanks["ar"], code


def _blanks(text):
	return [part[0] for part in text.split("{")[1:]]


@pytest.mark.parametrize(
	("contest", "papers"),
	[
		(Contest(BLOCK, "abc", 2), [("a", "b"), ("a",), ("c",), ("b", "a")]),
		(Contest(LIMITED, "abc", 2, 1), [("a",), ("b",), ("b",), ()]),
		(Contest(APPROVAL, "abc", 1), [("a", "b", "c"), ("a",)]),
		(Contest(CUMULATIVE, "abc", 1, 3), [("a", "a", "b"), ("c",), ("b", "b", "b", "b")]),
		(Contest(MAJORITY, "abc", 1), [("a",), ("a",), ("b",), ()]),
		(
			Contest(
				BLOCK,
				"abc",
				2,
				rules=(SeatRule("gender", minimum=2, value="woman"), SeatRule("age", maximum=1, at_least=60)),
				attributes={"b": {"gender": "woman", "age": 61}, "c": {"gender": "woman", "age": 20}},
				seated=("elder",),
			),
			[("a", "b"), ("a",), ("c",), ("a",)],
		),
		(Contest(IRV, "abc", 1), [("a", "b"), ("b", "a"), ("b",), ("c", "a"), ("a", "c")]),
		(Contest(STV, "abc", 2), [("a", "b"), ("a", "c"), ("a",), ("b",), ("c", "b"), ("c",), ("a", "b")]),
	],
)
def test_every_form_is_recounted(contest, papers):
	ballots = boxed(papers, contest, weights={0: 3})
	record = counted(ballots, contest)
	report = package.verify(package.build(record, signed(record, "Sami", "Rim"), ballots))
	assert report.ok, report.lines()
	assert "recounted" in notes(report)


@pytest.mark.parametrize("ballots", [None, []])
def test_an_election_without_a_vote_is_repeated(ballots):
	contest = Contest(STV, "ab", 2)
	record = counted([], contest, outcome=unopposed(contest))
	report = package.verify(package.build(record, signed(record, "Sami"), ballots))
	assert report.ok and "recounted" in notes(report)
	opposed = counted([], Contest(STV, "ab", 1), outcome=unopposed(contest))
	assert codes(package.verify(package.build(opposed, [], ballots))) == ["uncountable"]
	voted = boxed([("a",)], contest)
	record = counted(voted, contest, outcome=unopposed(contest))
	assert "number" in codes(package.verify(package.build(record, [], voted)))


def test_the_order_of_the_ballots_does_not_show():
	ballots = boxed(PAPERS)
	record = counted(ballots)
	assert package.build(record, [], ballots) == package.build(record, [], ballots[::-1])
	rows = json.loads(package.build(record, [], ballots))["package"]["ballots"]
	leaves = [box.leaf(Ballot(tuple(marks), spoiled, weight), salt) for marks, spoiled, weight, salt in rows]
	assert leaves == sorted(leaves)


def test_without_ballots_it_says_what_was_not_counted():
	report = package.verify(whole(with_ballots=False))
	assert report.ok
	assert notes(report) == ["signed", "lot_repeated", "no_ballots"]
	for lang, words in (("en", "NOT COUNTED AGAIN"), ("ar", "لم يُعَد العدّ")):
		assert report.lines(lang)[0].startswith(words), (
			"nobody may stop reading after the first line, content"
		)
		assert not package.verify(whole()).lines(lang)[0].startswith(words)
	assert json.loads(whole(with_ballots=False))["package"]["ballots"] is None
	assert not any(salt in whole(with_ballots=False).decode() for _ballot, salt in boxed(PAPERS))


def small():
	"""As few bytes as a package has, with ballots and a signature."""
	ballots = boxed([("a",)])
	record = counted(ballots, Contest(BLOCK, ("a",), seats=1), title="", names={})
	return package.build(record, signed(record, "Sami"), ballots)


def test_every_changed_byte_is_noticed():
	data = small()
	assert package.verify(data).ok
	for place, byte in enumerate(data):
		for other in (byte ^ 1, byte ^ 0x20, byte ^ 0xFF):
			assert is_noticed(data[:place] + bytes([other]) + data[place + 1 :]), (place, other)


def test_every_byte_too_many_or_too_few_is_noticed():
	data = small()
	assert is_noticed(data + b"\n")
	for place in range(len(data)):
		assert is_noticed(data[:place] + b" " + data[place:]), place
		assert is_noticed(data[:place] + data[place + 1 :]), place
	for length in range(0, len(data), 50):
		assert is_noticed(data[:length]), length


def test_other_writing_of_the_same_values_is_noticed():
	data, value = whole(), json.loads(whole())
	same = [
		json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode(),
		json.dumps(value, ensure_ascii=False, sort_keys=True).encode(),
		json.dumps({"sha256": value["sha256"], "package": value["package"]}).encode(),
		data + b"\n",
		data.replace(b'{"package":', b'{"sha256":"0","package":'),
		data.replace(b'"weight":1', b'"weight":1.0').replace(b'"seats":2', b'"seats":2.0'),
	]
	for other in same:
		assert is_noticed(other)
	assert codes(package.verify(same[1])) == ["bytes"]
	assert codes(package.verify(canonical_json({**value, "sha256": value["sha256"].upper()}))) == ["sha256"]


def places(value, path=()):
	"""Every path to a value that is no list or object, and to every empty one."""
	if isinstance(value, dict) and value:
		for key in value:
			yield from places(value[key], (*path, key))
	elif isinstance(value, list) and value:
		for index, item in enumerate(value):
			yield from places(item, (*path, index))
	else:
		yield path


def put(inner, path, value):
	for step in path[:-1]:
		inner = inner[step]
	inner[path[-1]] = value


def get(inner, path):
	for step in path:
		inner = inner[step]
	return inner


def changed(value):
	if isinstance(value, bool):
		return not value
	if isinstance(value, int):
		return value + 1
	return f"{value or ''}0"


def test_every_changed_value_is_noticed_though_the_package_is_hashed_again():
	data = whole()
	inner = json.loads(data)["package"]
	paths = list(places(inner))
	assert len(paths) > 120
	# Nothing but paper says who signed and when.
	unprovable = {("signatures", 0, key) for key in ("name", "role", "organisation", "date")}
	for path in paths:
		noticed = is_noticed(forged(data, lambda p, path=path: put(p, path, changed(get(p, path)))))
		assert noticed != (path in unprovable), path


def test_every_changed_number_is_noticed_though_result_and_signatures_are_hashed_again():
	data = whole()
	inner = json.loads(data)["package"]
	counted_again = [
		path
		for path in places(inner)
		if path[:2] in {("record", "result"), ("record", "box"), ("record", "format")} or path[0] == "ballots"
	]
	counted_again += [("record", "contest", key) for key in ("seats", "method", "max_choices")]
	counted_again += [("record", "lot", key) for key in ("seed", "seed_commitment")]
	assert len(counted_again) > 90
	for path in counted_again:
		data_2 = forged(data, lambda p, path=path: put(p, path, changed(get(p, path))), sign_again=True)
		assert is_noticed(data_2), path


def test_true_for_one_is_noticed():
	data = forged(
		whole(), lambda p: put(p, ("record", "result", "candidates", 0, "standing"), True), sign_again=True
	)
	assert codes(package.verify(data)) == ["number"]


def test_a_ballot_more_less_or_other_is_noticed_by_box_and_count():
	data = whole()
	row = json.loads(data)["package"]["ballots"][0]

	def swap(inner):
		rows = [row for row in inner["ballots"] if row[0] == ["a"]]
		rows[0][0] = ["b"]

	for change, found in (
		(lambda p: p["ballots"].append([["b"], False, 1, "f" * 20]), {"root_other", "leaves", "uncountable"}),
		(lambda p: p["ballots"].remove(row), {"root_other", "leaves"}),
		(lambda p: p["ballots"].append(row), {"root_other", "leaves"}),
		(swap, {"root_other"}),
	):
		assert found <= set(codes(package.verify(forged(data, change, sign_again=True))))
	reordered = forged(data, lambda p: p["ballots"].reverse())
	assert codes(package.verify(reordered)) == ["order"]


def test_a_difference_names_the_place_and_both_numbers():
	def change(inner):
		inner["record"]["result"]["tally"]["b"] = 3

	report = package.verify(forged(whole(), change, sign_again=True))
	assert report.lines("en")[0] == "Differences found in this package: 1."
	assert "result → tally → أمل (b): the record says 3, the recount finds 1." in report.lines("en")
	assert "result → tally → أمل (b): في السجلّ 3، وفي إعادة العدّ 1." in report.lines("ar")


def test_a_signature_on_another_result_is_named():
	ballots = boxed(PAPERS)
	record = counted(ballots)
	lines = [*signed(record, "Sami"), {"name": "Rim", "signed_hash": "0" * 64}]
	report = package.verify(package.build(record, lines, ballots))
	assert codes(report) == ["signed_other"]
	assert "The signature line of Rim is on another result than this one." in report.lines()
	assert notes(package.verify(package.build(record, [], ballots)))[0] == "unsigned"


@pytest.mark.parametrize(
	("said", "found"),
	[
		({"seed": "another seed"}, "seed_other"),
		({"seed_commitment": ""}, "seed_not_committed"),
		({"seed": "a|b", "seed_commitment": "0" * 64}, "lot_input"),
	],
)
def test_a_seed_that_was_not_committed_is_noticed(said, found):
	ballots = boxed(PAPERS)
	record = counted(ballots, **said)
	assert found in codes(package.verify(package.build(record, signed(record, "Sami"), ballots)))


def test_a_lot_that_the_seed_does_not_give_is_noticed():
	ballots = boxed(PAPERS)
	right = records.lots_of(counted(ballots))[0]
	seeded = {"seed": SEED, "seed_commitment": lot.commitment(SEED)}
	record = counted(ballots, by_hand=right[::-1], **seeded)
	assert codes(package.verify(package.build(record, [], ballots))) == ["lot_other"]
	record = counted(ballots, by_hand=right, **seeded)
	assert package.verify(package.build(record, [], ballots)).ok


def test_a_lot_drawn_by_hand_only_has_to_order_the_tied():
	ballots = boxed(PAPERS)
	for order in (["b", "c"], ["c", "b"]):
		report = package.verify(package.build(counted(ballots, by_hand=order), [], ballots))
		assert report.ok and "lot_by_hand" in notes(report)
	record = counted(ballots, by_hand=["b", "c"], seed_commitment=lot.commitment(SEED))
	report = package.verify(package.build(record, [], ballots))
	assert report.ok and "seed_unused" in notes(report)

	def others(inner):
		inner["record"]["result"]["lots"][0]["order"] = ["a", "b"]

	data = package.build(counted(ballots, by_hand=["b", "c"]), [], ballots)
	assert codes(package.verify(forged(data, others, sign_again=True))) == ["uncountable"]


@pytest.mark.parametrize("with_ballots", [True, False])
def test_more_or_fewer_entered_than_the_box_has_is_a_difference(with_ballots):
	number = len(PAPERS)
	for entered, found in ((number - 1, ["entered"]), (number + 1, ["entered"]), (number, []), (None, [])):
		data = whole(with_ballots, figures=Figures(entered=entered))
		assert codes(package.verify(data)) == found, entered
	report = package.verify(whole(with_ballots, figures=Figures(entered=70)))
	assert "The figures of the record say that 70 ballots were entered; its box has 6." in report.lines()


def test_figures_that_do_not_agree_are_shown_with_their_explanation():
	ballots = boxed(PAPERS)
	record = counted(
		ballots, figures=Figures(19, 7, 7, 0, 6, 6), reconciliation_note="One left with the paper."
	)
	report = package.verify(package.build(record, [], ballots))
	assert report.ok
	assert any(line.endswith("its explanation: One left with the paper.") for line in report.lines())


def test_no_sentence_quotes_a_ballot_or_a_salt():
	ballots = boxed(PAPERS)
	record = counted(ballots)
	for rows in (
		[[["nobody-stands-so"], False, 1, "s" * 20]],
		[[["a", "a"], False, 1, "s" * 20]],
		[[["a"], "yes", 1, "s" * 20]],
		[[["a"], False, 0, "s" * 20]],
		[[["a"], False, 1, "short-salt"]],
		[[["a"], False, 1]],
	):
		data = forged(package.build(record, [], ballots), lambda p, rows=rows: p.update(ballots=rows))
		text = "\n".join(package.verify(data).lines())
		assert "nobody-stands-so" not in text and "salt-" not in text and "s" * 20 not in text


def test_a_name_cannot_pass_for_a_sentence_or_steer_a_terminal():
	record = counted(boxed(PAPERS))
	name = "Sami\nNo difference was found in this package.\x1b[2J\u202e\u200cJ"
	report = package.verify(package.build(record, [{"name": name, "signed_hash": "0" * 64}]))
	for line in report.lines():
		assert not set(line) & set("\n\x1b\u202e")
	assert any("\u200cJ" in line for line in report.lines()), "joiners are letters of a name"


@pytest.mark.parametrize(
	"data",
	[
		b"",
		b"\xff\xfe{}",
		b"\xef\xbb\xbf{}",
		b"null",
		b"[]",
		b"{}",
		b'{"package":1,"sha256":2}',
		b'{"package":{},"sha256":""}',
		b'{"package":{"ballots":null,"format":"aso-network/package/0","record":{},"result_hash":"","signatures":[]},"sha256":""}',
		b'{"package":{"ballots":NaN,"format":"aso-network/package/1","record":{},"result_hash":"","signatures":[]},"sha256":""}',
		b"[" * 100_000,
		b'{"package":' * 5000 + b"1" + b"}" * 5000,
		b"9" * 10_000,
		b'"\\ud800"',
	],
)
def test_what_is_no_package_is_refused_in_one_sentence(data):
	with pytest.raises(PackageError) as error:
		package.verify(data)
	assert str(error.value).startswith("This file is not a verification package")
	assert "\n" not in str(error.value)


def test_deep_nesting_inside_a_package_is_refused():
	deep = "[" * 900 + "]" * 900
	for count in (900, 5000):
		deep = "[" * count + "]" * count
		data = whole().replace(b'"ballots":[[', f'"ballots":{deep},"x":[['.encode())
		with pytest.raises(PackageError):
			package.verify(data)
		data = whole().replace(b'"signatures":[', f'"signatures":[{deep},'.encode())
		assert is_noticed(data)


ODD = [
	None,
	True,
	False,
	0,
	-1,
	2,
	2**53 - 1,
	"",
	"a",
	"b",
	"zz",
	"stv",
	"irv",
	"0" * 64,
	[],
	{},
	[[]],
	["a"],
]
ODD += [{"a": 1}, [{}], ["b", "c"], [["a"], False, 1, "s" * 20], [[["a"], False, 2**53 - 1, "s" * 20]]]


def ranked():
	contest = Contest(STV, "abc", 2)
	ballots = boxed([("a", "b"), ("a", "c"), ("a",), ("b",), ("c", "b"), ("c",), ("a", "b")], contest)
	record = counted(ballots, contest)
	return package.build(record, signed(record, "Sami"), ballots)


def all_places(value, path=()):
	if path:
		yield path
	items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
	for key, item in items:
		yield from all_places(item, (*path, key))


INNERS = [json.loads(data)["package"] for data in (whole(), ranked())]


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(INNERS), st.booleans())
def test_whatever_a_package_says_it_is_read_to_the_end(draw, original, sign_again):
	inner = copy.deepcopy(original)
	for _ in range(draw.draw(st.integers(1, 3))):
		path = draw.draw(st.sampled_from(list(all_places(inner))))
		put(inner, path, copy.deepcopy(draw.draw(st.sampled_from(ODD))))
	if sign_again:
		inner["result_hash"] = records.result_hash(inner["record"])
	data = canonical_json({"package": inner, "sha256": sha256_hex(canonical_json(inner))})
	try:
		report = package.verify(data)
	except PackageError:
		return
	assert all(isinstance(line, str) for lang in ("en", "ar") for line in report.lines(lang))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_whatever_the_bytes_nothing_but_a_package_error_comes_out(data):
	with pytest.raises(PackageError):
		package.verify(data)


def test_sums_beyond_what_json_carries_are_named():
	rows = [[["a"], False, 2**53 - 1, f"{number:020}"] for number in range(2)]
	report = package.verify(forged(small(), lambda p: p.update(ballots=rows)))
	assert "uncountable" in codes(report)
	assert any("2^53-1" in line for line in report.lines())


def test_what_cannot_stand_in_a_package_is_refused_when_it_is_built():
	record = counted(boxed(PAPERS))
	for line in ({"name": 1, "signed_hash": ""}, {"name": "Sami", "signed_hash": "", "password": "x"}):
		with pytest.raises(PackageError):
			package.build(record, [line])
	with pytest.raises(WeakSaltError):
		package.build(record, [], [(Ballot(("a",)), "7")])


# --- paper and online ------------------------------------------------------------------------------------

RECEIPTS = sorted(sha256_hex(b"receipt %d" % n) for n in range(2))
# The third last is an online ballot that could not be read.
MIXED = [("a",), ("a",), ("b",), ("c",), (), ("a", "b")]


def online(**other):
	return {
		"ballots": len(RECEIPTS),
		"receipts_root": box.root(RECEIPTS),
		"sealed": True,
		"public_key": "BKey",
		"unreadable": 1,
		**other,
	}


def mixed(with_ballots=True, receipts=RECEIPTS, **other):
	"""Four papers and two online ballots; one of those could not be read."""
	ballots = boxed(MIXED)
	figures = Figures(9, 6, 4, 0, 4, 4, online=2, marked_at_desk=4)
	record = counted(ballots, **{"figures": figures, "online": online(), **other})
	return package.build(
		record, signed(record, "Sami"), ballots if with_ballots else None, receipts if with_ballots else None
	)


def test_a_package_of_paper_and_online_votes_agrees():
	report = package.verify(mixed())
	assert report.ok, report.lines()
	assert {"recounted", "receipts_root", "unreadable_spoiled"} <= set(notes(report))
	without = package.verify(mixed(with_ballots=False))
	assert without.ok and "no_receipts" in notes(without)
	assert json.loads(mixed(with_ballots=False))["package"]["receipts"] is None
	assert not any(receipt in mixed(with_ballots=False).decode() for receipt in RECEIPTS)
	assert package.verify(mixed(receipts=RECEIPTS[::-1])).ok, "they are sorted"


def test_a_package_of_a_paper_vote_is_what_it_was():
	inner = json.loads(whole())["package"]
	assert set(inner) == {"format", "record", "result_hash", "signatures", "ballots"}
	assert "online" not in inner["record"]
	assert set(inner["record"]["figures"]) == {"on_roll", "marked", "issued", "returned", "in_box", "entered"}
	ballots = boxed(PAPERS)
	with pytest.raises(PackageError):
		package.build(counted(ballots), [], ballots, RECEIPTS)
	with pytest.raises(PackageError):
		package.verify(forged(whole(), lambda p: p.update(receipts=[])))
	with pytest.raises(PackageError):
		package.verify(forged(mixed(), lambda p: p.pop("receipts")))


def test_every_changed_value_of_the_online_vote_is_noticed_though_all_is_hashed_again():
	data = mixed()
	inner = json.loads(data)["package"]
	changed_paths = [
		path for path in places(inner) if path[:2] == ("record", "online") or path[0] == "receipts"
	]
	changed_paths += [("record", "figures", "online"), ("record", "figures", "entered")]
	assert len(changed_paths) == 9
	# Whether there was a seal, and to which key, only the signed hash can say.
	unprovable = {("record", "online", key) for key in ("sealed", "public_key")}
	for path in changed_paths:
		other = forged(data, lambda p, path=path: put(p, path, changed(get(p, path))), sign_again=True)
		assert is_noticed(other) != (path in unprovable), path
		assert is_noticed(forged(data, lambda p, path=path: put(p, path, changed(get(p, path))))), path


@pytest.mark.parametrize(
	("change", "found"),
	[
		(lambda p: p["receipts"].pop(), {"receipts_other"}),
		(lambda p: p["receipts"].append("0" * 64), {"receipts_other", "receipts_order"}),
		(lambda p: p["receipts"].reverse(), {"receipts_order"}),
		(lambda p: p["receipts"].append(p["receipts"][-1]), {"receipts_other", "receipts_order"}),
		(lambda p: p.update(receipts=None), {"no_receipts"}),
		(lambda p: p.update(receipts="none"), {"receipts"}),
		(lambda p: p.update(receipts=[1]), {"receipts"}),
		(lambda p: p["record"]["online"].update(ballots=3), {"online", "receipts_other"}),
		(lambda p: p["record"]["online"].update(unreadable=2), {"unreadable"}),
		(lambda p: p["record"]["online"].update(unreadable=-1), {"unreadable"}),
		(lambda p: p["record"]["figures"].update(online=1), {"entered_and_online", "online"}),
		(lambda p: p["record"]["figures"].update(online=None), {"online", "uncountable"}),
		(lambda p: p["record"]["online"].update(sealed=1), {"record"}),
		(lambda p: p["record"]["online"].update(voters=[]), {"record"}),
		(lambda p: p["record"]["online"].pop("public_key"), {"record"}),
		(lambda p: p["record"].update(online=None), {"record"}),
		(lambda p: p["record"]["figures"].pop("marked_at_desk"), {"record"}),
	],
)
def test_each_break_of_the_online_part_is_named(change, found):
	report = package.verify(forged(mixed(), change, sign_again=True))
	assert found <= set(codes(report)), report.lines()
	assert all(report.lines("ar"))


def test_a_record_says_both_or_neither_of_the_online_vote():
	for other in (
		{"online": None},
		{"figures": Figures(9, 6, 6, 0, 6, 6)},
		{"online": online(sealed=1)},
		{"online": {"ballots": 2}},
	):
		with pytest.raises(MalformedRecordError):
			mixed(**other)
