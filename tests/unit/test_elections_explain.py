"""The words of a result: all of them there, in both languages, and saying what the record says."""

import json
import string

import pytest

from aso_network.elections import box, explain, forms, outcome, package, records, results
from aso_network.elections.ballots import RANKING, written
from aso_network.elections.contest import BLOCK, FORMS, IRV, KIND_OF, MAJORITY, STV, Contest
from aso_network.elections.errors import MalformedRecordError
from aso_network.elections.explain_words import WORDS
from aso_network.elections.reconcile import Figures
from aso_network.elections.rules import SeatRule

EVENTS = [value for name, value in vars(outcome).items() if name.startswith("EVENT_")]
ABOUT = (outcome.SEAT, outcome.EXCLUSION, outcome.SURPLUS, outcome.NO_MAJORITY)


def counted(form, seats, said, rules=(), attributes=None, lots=(), **more):
	"""The JSON value of a count of ballots like "AB C" (letters are candidates)."""
	papers = [written(tuple(marks), KIND_OF[form]) for marks in said]
	names = sorted(set("".join(said)) | set(attributes or ()))
	contest = Contest(form, tuple(names), seats, rules=rules, attributes=attributes or {}, **more)
	return results.as_json_value(contest, forms.count(contest, papers, lots))


def _leaves(value, path=""):
	if isinstance(value, dict):
		for key, inner in value.items():
			if not path.endswith("/one"):  # nouns that one language needs and the other does not
				yield from _leaves(inner, f"{path}/{key}")
	else:
		yield path, value


def _places(sentence):
	return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_both_languages_have_the_same_words_with_the_same_places():
	english, arabic = dict(_leaves(WORDS["en"])), dict(_leaves(WORDS["ar"]))
	assert english.keys() == arabic.keys()
	for path, sentence in english.items():
		ours = [sentence] if isinstance(sentence, str) else sentence
		theirs = [arabic[path]] if isinstance(sentence, str) else arabic[path]
		assert [_places(one) for one in ours] == [_places(other) for other in theirs], path


@pytest.mark.parametrize("lang", explain.LANGUAGES)
def test_every_code_has_words(lang):
	assert set(WORDS[lang]["reason"]) == set(outcome.REASONS)
	assert set(WORDS[lang]["event"]) == set(EVENTS)
	assert set(WORDS[lang]["form"]) == set(WORDS[lang]["about_form"]) == set(FORMS)
	assert set(WORDS[lang]["tie"]) == set(ABOUT)
	assert set(WORDS[lang]["lot"]) == set(ABOUT) - {outcome.NO_MAJORITY}
	for code in outcome.REASONS:
		assert explain.reason({"reason": code}, lang).endswith(".")
	for sentences in (*WORDS[lang]["reason"].values(), *WORDS[lang]["event"].values()):
		assert _places(sentences[-1]) <= {"names"}  # the last fits whatever figures are missing


def test_reasons_agree_with_who_is_elected():
	elected = {
		code for code in outcome.REASONS if explain.reason({"reason": code}, "en").startswith("Elected")
	}
	assert elected == {
		outcome.MOST_VOTES,
		outcome.MAJORITY,
		outcome.REACHED_QUOTA,
		outcome.LAST_STANDING,
		outcome.WON_LOT,
		outcome.SEATED_BY_RULE,
		outcome.UNOPPOSED,
	}


@pytest.mark.parametrize(
	("rule", "english", "arabic"),
	[
		(SeatRule("gender", 3, value="woman"), "at least 3 of: women", "3 على الأقل من فئة: النساء"),
		(SeatRule("gender", 3, value="Woman"), "at least 3 of: women", "3 على الأقل من فئة: النساء"),
		(SeatRule("age", 1, below=30), "at least 1 of: younger than 30", "1 على الأقل من فئة: من هم دون سن 30"),
		(SeatRule("age", 1, at_least=18, below=30), "at least 1 of: aged 18 to 29", "1 على الأقل من فئة: من أعمارهم من 18 إلى 29"),
		(SeatRule("organization", 0, 1, each=True), "at most 1 from each organization", "1 على الأكثر من كل منظمة"),
		(SeatRule("district", 2, 2, value="Hajin"), "exactly 2 of: district Hajin", "2 بالضبط من فئة: المنطقة: \u2068Hajin\u2069"),
		(SeatRule("role", 0, 0, value="x"), "at most 0 of: role x", "0 على الأكثر من فئة: \u2068role\u2069: \u2068x\u2069"),
		(SeatRule("points", 1, 4, at_least=5), "at least 1 and at most 4 of: points 5 or more", "1 على الأقل و4 على الأكثر من فئة: \u2068points\u2069 من 5 فما فوق"),
	],
)  # fmt: skip
def test_rules_in_words(rule, english, arabic):
	assert explain.rule(rule, "en") == english
	assert explain.rule(rule, "ar") == arabic


def test_a_seat_that_a_rule_moves_is_told_with_the_rule():
	rule = SeatRule("gender", 1, value="woman")
	women = {"C": {"gender": "woman"}, "A": {}, "B": {}}
	lines = explain.lines(counted(BLOCK, 2, ["AB", "AB", "A", "C"], [rule], women), "en")
	assert "Seat rule 1: at least 1 of: women" in lines
	assert (
		"By a seat rule (at least 1 of: women) a seat goes to C. Without the rules it would go to: B."
		in lines
	)
	assert (
		"C. Votes: 1. Elected: a seat rule gives the seat, past others with more votes (at least 1 of: women)."
		in lines
	)
	assert lines[-3:] == ["Elected, in order", "1. A", "2. C"]


def test_an_open_tie_names_the_tied_the_seats_and_the_way_on():
	lines = explain.lines(counted(BLOCK, 1, ["A", "B", "C", "B", "A"]), "en")
	assert "An open tie: A, B. Seats left for them: 1." in lines
	assert "Nobody is elected." in lines
	assert "runoff" in lines[-1] and "lot" in lines[-1]
	arabic = explain.lines(counted(BLOCK, 1, ["A", "B"]), "ar")
	assert "تعادل غير محسوم: \u2068A\u2069، \u2068B\u2069. المقاعد المتبقية لهم: 1." in arabic


def test_a_lot_is_told_as_drawn():
	lines = explain.lines(counted(BLOCK, 1, ["A", "B"], lots=[["B", "A"]]), "en")
	assert "Lot about a seat. Drawn in this order: B, A." in lines
	assert "A. Votes: 1. Not elected: equal votes, and drawn too late in the lot." in lines


def test_a_runoff_is_told():
	lines = explain.lines(counted(MAJORITY, 1, ["A", "A", "B", "B", "C"]), "en")
	assert "Nobody else has a majority. Into the runoff go: A, B. Seats left for them: 1." in lines
	assert lines[-1] == "A second vote is held among them."


def test_empty_seats_are_told():
	lines = explain.lines(counted(BLOCK, 3, ["A"], attributes={"B": {}}), "en")
	assert lines[-1] == "Seats that stay empty, for nobody else has a vote: 2"


def test_rounds_are_told_with_votes_and_transfers():
	# The worked example of stvpoll's and Wikipedia's article on STV: 20 voters, 3 of 5 foods.
	said = ["O"] * 4 + ["PO"] * 2 + ["CS"] * 8 + ["CB"] * 4 + ["S", "B"]
	lines = explain.lines(counted(STV, 3, said), "en")
	told = "\n".join(lines)
	assert "Quota: 6" in lines
	assert "Surplus of C: 6." in told
	assert "Excluded with the fewest votes (2): P." in told
	assert [line for line in lines if line.startswith("Round")] == [
		"Round 1",
		"Round 2",
		"Round 3",
		"Round 4",
	]
	assert lines[-4:] == ["Elected, in order", "1. C", "2. O", "3. S"]


def test_rounds_tell_where_a_rule_decides():
	rule = SeatRule("gender", 1, value="woman")
	women = {"D": {"gender": "woman"}}
	told = explain.lines(counted(STV, 2, ["A"] * 5 + ["B"] * 4 + ["C"] * 3 + ["D"], [rule], women), "en")
	why = "a seat rule gives the seat to others with fewer votes (at least 1 of: women)."
	assert "A seat rule decides here about B, C: at least 1 of: women." in told
	assert f"Excluded: B, C. Why: {why} The ballots pass to their next preferences." in told
	assert f"B. Votes: 4. Not elected: {why}" in told
	assert told[-1] == "2. D"


@pytest.mark.parametrize("lang", explain.LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_be_told_in_every_shape_it_is_kept_in(form, lang):
	contest = Contest(
		form,
		("a", "b", "c", "d"),
		1 if form == IRV else 3,
		2 if form in ("limited", "cumulative") else None,
		(SeatRule("gender", 1, value="woman"),),
		{"d": {"gender": "woman"}},
	)
	salted = [
		(written(tuple(said), contest.kind), f"{n:020d}") for n, said in enumerate(["ab", "a", "bc", "", "c"])
	]
	found = forms.count(contest, [ballot for ballot, _ in salted])
	record = records.result_record(
		contest_id="E-1",
		title="Council",
		contest=contest,
		outcome=found,
		figures=Figures(),
		roll_hash="0" * 64,
		box_root=box.root(box.leaf(*one) for one in salted),
		leaves=len(salted),
		names={"a": "Adam", "b": "بسمة", "c": "C", "d": "D"},
		app_version="0",
	)
	kept = json.loads(package.build(record, [], salted))
	names = {"a": "Adam", "b": "بسمة", "c": "C", "d": "D"}
	told = explain.lines(kept, lang)
	assert told == explain.lines(record, lang)
	assert told[1:] == explain.lines(results.as_json_value(contest, found), lang, names)
	assert any("Adam" in line for line in told)
	assert not any("\n" in line or line != line.strip() for line in told)


def test_the_minutes_say_how_many_voted_online():
	record = {"result": counted(BLOCK, 1, ["A", "A", "B"]), "online": {"ballots": 2, "unreadable": 0}}
	assert "Of these cast online: 2." in explain.lines(record, "en")
	assert "منها ما أُدلي به إلكترونياً: 2." in explain.lines(record, "ar")
	record["online"]["unreadable"] = 1
	assert any("could not be read" in line and "1" in line for line in explain.lines(record, "en"))
	for odd in (None, [], "", 7, {}, {"ballots": None, "unreadable": 0}, {"ballots": 2, "unreadable": []}):
		try:
			explain.lines({**record, "online": odd}, "en")
		except MalformedRecordError:
			continue


def test_names_keep_their_direction():
	value = counted(BLOCK, 1, ["A", "A", "B"])
	arabic = explain.lines(value, "ar", {"A": "Adam", "B": "بسمة"})
	english = explain.lines(value, "en", {"A": "Adam", "B": "بسمة"})
	assert any("\u2068Adam\u2069" in line for line in arabic)
	assert not any("\u2068بسمة" in line for line in arabic)
	assert any("\u2068بسمة\u2069" in line for line in english)
	assert not any("\u2068Adam" in line for line in english)


def test_a_name_cannot_write_a_line_of_its_own():
	told = explain.lines(counted(BLOCK, 1, ["A"]), "en", {"A": "A\nElected: B\x1b[2J\ud800"})
	assert not any(sign in "".join(told) for sign in "\n\x1b\ud800")


def _strewn(value, sign):
	"""`value` again and again, each time with `sign` in place of one number or text, or of one key."""
	if isinstance(value, dict):
		for key, own in value.items():
			yield {(key + sign if other == key else other): held for other, held in value.items()}
			yield from ({**value, key: changed} for changed in _strewn(own, sign))
	elif isinstance(value, list):
		for place, own in enumerate(value):
			yield from ([*value[:place], changed, *value[place + 1 :]] for changed in _strewn(own, sign))
	elif not isinstance(value, bool):
		yield sign
		yield f"{value}{sign}"


@pytest.mark.parametrize("form", [BLOCK, MAJORITY, IRV, STV])
def test_whatever_a_forged_file_says_no_control_sign_comes_out(form):
	women = {"C": {"gender": "woman"}, "A": {"gender": "woman"}}
	rules = [SeatRule("gender", 1, value="woman")]
	value = counted(form, 1, ["AB", "B", "BA", "CA", "A"], rules, women)
	value |= {"title": "T", "withdrawn": ["D"]}
	told = 0
	for forged in _strewn(value, "1\n\x1b[31m\x9b"):
		try:
			lines = explain.lines(forged, "en")
		except MalformedRecordError:
			continue
		assert not any(sign in "".join(lines) for sign in "\n\x1b\x9b"), forged
		told += 1
	assert told > 30


def test_anything_else_is_refused():
	value = counted(STV, 1, ["AB", "B"])
	for broken in (None, [], "", {}, {"result": {}}, {"method": "stv"}):
		with pytest.raises(MalformedRecordError):
			explain.lines(broken, "en")
	nameless = {
		"number": 1,
		"votes": {},
		"exhausted": "0",
		"events": [{"code": "rule", "candidates": [], "rules": []}],
	}
	with pytest.raises(MalformedRecordError):
		explain.lines({**value, "rounds": [nameless]}, "en")
	for key in ("seats", "ballots", "candidates", "rounds", "elected", "rules", "tied", "lots", "vacant"):
		with pytest.raises(MalformedRecordError):
			explain.lines({**value, key: "nonsense"}, "en")


def test_the_parts_of_the_minutes_are_the_minutes_in_order():
	contest = Contest(STV, ("a", "b", "c"), 1)
	papers = [written(said, RANKING) for said in ["ab"] * 2 + ["b"] * 3 + ["ca"] * 2]
	value = results.as_json_value(contest, forms.count(contest, papers, [["a", "c"]]))
	parts = explain.sections(value, "en")
	said = [
		line
		for part in parts
		for line in ([part.heading] if part.heading else []) + [*part.told, *part.figures]
	]
	assert said == explain.lines(value, "en")
	rounds = [part for part in parts if part.heading.startswith("Round")]
	# What happened is told; the votes of a round are figures, which a table beside the minutes shows.
	assert len(rounds) == len(value["rounds"]) > 1
	assert all(
		part.told and len(part.figures) >= len(held["votes"])
		for part, held in zip(rounds, value["rounds"], strict=True)
	)
