import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections import trail
from aso_network.elections.canonical import canonical_json, sha256_hex
from aso_network.elections.errors import TrailError

ELECTION, TITLE = "EL-1", "الهيئة, 2022"
STEPS = [
	("Open Voting", "Candidates Published", "Voting Open", "", "manager@example.org"),
	("Add Voter", "", "", "Came late\nwith a letter", "teller@example.org"),
	("Close Voting", "Voting Open", "Voting Closed", "", "teller@example.org"),
	("Count", "Voting Closed", "Counted", "", "teller@example.org"),
	("Sign", "", "", "0" * 64, "other@example.org"),
]


def chained(steps=STEPS, election=ELECTION):
	events, previous = [], trail.NO_LINE
	for number, step in enumerate(steps, start=1):
		told = dict(zip(("action", "from", "to", "reason", "user"), step, strict=True))
		told |= {
			"happened_on": f"2022-09-30T10:{number:02}:00.000000",
			"doctype": "Election",
			"name": election,
		}
		own = trail.event_hash(election, number, previous, told)
		events.append({"number": number, "previous": previous, **told, "hash": own})
		previous = own
	return events


def exported(events=None):
	return trail.build(ELECTION, TITLE, chained() if events is None else events)


def forged(change):
	"""The export changed by `change(trail)` and its own SHA-256 made right again."""
	inner = json.loads(exported())["trail"]
	change(inner)
	return canonical_json({"trail": inner, "sha256": sha256_hex(canonical_json(inner))})


def codes(data):
	return [finding.code for finding in trail.verify(data).differences]


def is_noticed(data):
	try:
		return not trail.verify(data).ok
	except TrailError:
		return True


def test_a_whole_trail_agrees_and_names_what_to_compare_with_paper():
	report = trail.verify(exported())
	head = chained()[-1]["hash"]
	assert report.ok
	assert canonical_json(json.loads(exported())) == exported()
	for lang in ("en", "ar"):
		_first, signature, last = report.lines(lang)
		assert head in signature and "other@example.org" in signature and "5" in signature
		assert last.endswith(head) and "EL-1" in last
	assert "right" in report.lines("en")[0]


def test_the_hash_is_one_that_sha256sum_repeats():
	first = chained()[0]
	text = (
		'{"action":"Open Voting","doctype":"Election","election":"EL-1","format":"aso-network/trail/1",'
		'"from":"Candidates Published","happened_on":"2022-09-30T10:01:00.000000","name":"EL-1","number":1,'
		'"previous":"","reason":"","to":"Voting Open","user":"manager@example.org"}'
	)
	assert first["hash"] == sha256_hex(text.encode())


@pytest.mark.parametrize("place", range(len(STEPS)))
@pytest.mark.parametrize("part", trail.TOLD)
def test_every_changed_text_of_a_line_is_noticed_and_the_line_named(place, part):
	def change(inner):
		inner["events"][place][part] += "x"

	report = trail.verify(forged(change))
	assert [(f.code, f.values) for f in report.differences] == [("trail_hash", (str(place + 1),))]


@pytest.mark.parametrize(
	("change", "found"),
	[
		(lambda t: t.update(election="EL-2"), {"trail_hash"}),
		(lambda t: t.update(head="0" * 64), {"trail_head"}),
		(lambda t: t["events"].pop(0), {"trail_number", "trail_link"}),
		(lambda t: t["events"].pop(2), {"trail_number", "trail_link"}),
		(lambda t: t["events"].pop(), {"trail_head"}),
		(lambda t: t["events"].reverse(), {"trail_number", "trail_link"}),
		(lambda t: t["events"].insert(1, dict(t["events"][1])), {"trail_number", "trail_link"}),
		(lambda t: t["events"][2].update(number=7), {"trail_number", "trail_hash"}),
		(lambda t: t["events"][2].update(previous=""), {"trail_link", "trail_hash"}),
		(lambda t: t["events"][2].update(hash="0" * 64), {"trail_hash", "trail_link"}),
		(lambda t: t["events"][2].update(number=True), {"trail_line"}),
		(lambda t: t["events"][2].update(reason=None), {"trail_line"}),
		(lambda t: t["events"][2].pop("user"), {"trail_line"}),
		(lambda t: t["events"][2].update(note=""), {"trail_line"}),
		(lambda t: t["events"].append("Annul"), {"trail_line"}),
	],
)
def test_every_change_of_the_chain_is_noticed(change, found):
	assert found <= set(codes(forged(change)))


def test_lines_taken_out_are_one_break_and_not_one_for_each_line_after():
	report = trail.verify(forged(lambda t: t["events"].pop(0)))
	assert [(f.code, f.values) for f in report.differences] == [
		("trail_number", ("1", "2")),
		("trail_link", ("2",)),
	]


def test_a_line_hashed_again_breaks_the_link_of_the_next():
	def change(inner):
		line = inner["events"][1]
		line["reason"] = "Another"
		told = {part: line[part] for part in trail.TOLD}
		line["hash"] = trail.event_hash(ELECTION, 2, line["previous"], told)

	report = trail.verify(forged(change))
	assert [(f.code, f.values) for f in report.differences] == [("trail_link", ("3",))]


def test_a_line_of_another_election_is_no_line_of_this():
	def change(inner):
		inner["events"] = chained(STEPS, "EL-2")
		inner["head"] = inner["events"][-1]["hash"]

	assert set(codes(forged(change))) == {"trail_hash"}


def test_what_only_paper_can_show():
	"""The title is not part of a line, and a trail that is cut at its end agrees with itself: hence the head."""
	assert trail.verify(forged(lambda t: t.update(title="Another"))).ok
	cut = trail.verify(exported(chained()[:-1]))
	assert cut.ok and cut.lines()[-1] != trail.verify(exported()).lines()[-1]


def test_every_changed_byte_is_noticed():
	data = exported(chained(STEPS[:2]))
	for place, byte in enumerate(data):
		for other in (byte ^ 1, byte ^ 0x20):
			assert is_noticed(data[:place] + bytes([other]) + data[place + 1 :]), (place, other)
	assert codes(data + b"\n") == ["bytes"]


def test_an_empty_trail():
	report = trail.verify(exported([]))
	assert report.ok and report.lines()[-1].endswith("Lines: 0. Head: –")


def test_only_texts_are_chained():
	whole = dict.fromkeys(trail.TOLD, "")
	for told in ({**whole, "reason": None}, {**whole, "choices": "x"}, {"action": "Open"}):
		with pytest.raises(TrailError):
			trail.event_hash(ELECTION, 1, "", told)


TEXTS = st.text(max_size=20)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), max_size=6), st.data())
def test_whatever_is_told_a_trail_agrees_and_any_change_of_it_does_not(steps, draw):
	events = chained(steps)
	assert trail.verify(exported(events)).ok
	if not events:
		return
	changed = copy.deepcopy(events)
	line = draw.draw(st.sampled_from(changed))
	part = draw.draw(st.sampled_from([*trail.TOLD, "previous", "hash"]))
	line[part] = draw.draw(TEXTS.filter(lambda text: text != line[part]))
	assert not trail.verify(exported(changed)).ok


@pytest.mark.parametrize(
	"data",
	[
		b"",
		b"\xff",
		b"null",
		b"{}",
		b'{"trail":1,"sha256":2}',
		b"[" * 100_000,
		exported().replace(b"trail/1", b"trail/0"),
		exported().replace(b'"title":', b'"titel":'),
		exported().replace(b'"number":1', b'"number":1.5'),
		exported().replace(b'"election":"EL-1"', b'"election":1'),
		canonical_json({"trail": {**json.loads(exported())["trail"], "events": {}}, "sha256": ""}),
	],
)
def test_what_is_no_trail_is_refused_in_one_sentence(data):
	with pytest.raises(TrailError) as error:
		trail.verify(data)
	assert str(error.value).startswith("This file is not an exported trail")
	assert "\n" not in str(error.value)


ODD = st.recursive(
	st.none() | st.booleans() | st.integers() | TEXTS,
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
	max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(st.data(), ODD)
def test_whatever_a_trail_says_it_is_read_to_the_end(draw, odd):
	inner = json.loads(exported())["trail"]
	if draw.draw(st.booleans()):
		inner[draw.draw(st.sampled_from(sorted(inner)))] = odd
	else:
		line = draw.draw(st.sampled_from(inner["events"]))
		line[draw.draw(st.sampled_from(sorted(line)))] = odd
	data = json.dumps({"trail": inner, "sha256": sha256_hex(json.dumps(inner).encode())}).encode()
	try:
		report = trail.verify(data)
	except TrailError:
		return
	assert all(isinstance(line, str) for lang in ("en", "ar") for line in report.lines(lang))
