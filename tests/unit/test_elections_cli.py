"""`aso-network`: what it prints, how it ends, and that it never ends with a traceback."""

import io
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aso_network.elections import box, cli, forms, package, receipt, records, trail
from aso_network.elections.ballots import written
from aso_network.elections.contest import FORMS, Contest
from aso_network.elections.reconcile import Figures

ROOT = Path(__file__).resolve().parents[2]
ONE_LINE = re.compile(r"aso-network: [^\n]+\n")

# https://en.wikipedia.org/wiki/Single_transferable_vote, the foods of a party: 20 votes, 3 seats.
FOODS = """\
5 3
4 1 0
2 2 1 0
8 3 4 0
4 3 5 0
1 4 0
1 5 0
0
"Orange" "Pear" "Chocolate" "Strawberry" "Bonbon"
"Foods"
"""
TIE = '3 1\n2 1 0\n2 2 0\n1 3 0\n0\n"آمنة"\n"B, C"\n"D"\n"Tie"\n'
ROOT_OF_BOX = "0f" * 32


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
	"""Run a command line in a folder of its own: (status, stdout, stderr)."""
	monkeypatch.chdir(tmp_path)

	def run(*arguments, **files):
		for name, text in files.items():
			path = tmp_path / name.replace("_", ".")
			path.write_bytes(text if isinstance(text, bytes) else text.encode())
		status = cli.main(arguments)
		said = capsys.readouterr()
		return status, said.out, said.err

	return run


def refused(answer, *words):
	"""The one line of bad input."""
	status, out, err = answer
	assert (status, out) == (2, "")
	assert ONE_LINE.fullmatch(err), err
	for word in words:
		assert word in err
	return err


def program(*arguments, **more):
	"""The command in a Python that has nothing but its own library."""
	environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
	command = [sys.executable, "-S", "-m", "aso_network.elections.cli", *arguments]
	return subprocess.run(command, capture_output=True, env=environment, timeout=60, **more)


# ---------------------------------------------------------------- count


def test_json_of_a_published_count(run):
	status, out, err = run("count", "foods.blt", "--method", "stv", "--json", foods_blt=FOODS)
	value = json.loads(out)
	assert (status, err) == (0, "")
	assert value["method"] == "stv"
	assert value["seats"] == 3
	assert value["elected"] == ["Chocolate", "Orange", "Strawberry"]
	assert value["tied"] is None
	assert value["ballots"] == {"valid": 20, "blank": 0, "spoiled": 0}
	assert value["tally"] == {"Orange": 4, "Pear": 2, "Chocolate": 12, "Strawberry": 1, "Bonbon": 1}
	assert [held["number"] for held in value["rounds"]] == [1, 2, 3, 4]
	assert value["rounds"][1]["votes"]["Strawberry"] == "5"


def test_marks_of_the_same_file(run):
	status, out, _ = run(
		"count", "foods.blt", "--method", "approval", "--seats", "2", "--json", foods_blt=FOODS
	)
	assert (status, json.loads(out)["elected"]) == (0, ["Chocolate", "Strawberry"])
	assert json.loads(out)["tally"]["Orange"] == 6


def test_csv(run):
	status, out, _ = run(
		"count", "votes.csv", "--method", "block", "--seats", "1", "--json", votes_csv="A,ب\n1,\n,1\n,1\n"
	)
	assert (status, json.loads(out)["elected"]) == (0, ["ب"])


@pytest.mark.parametrize("method", ["block", "approval", "majority", "irv", "stv"])
def test_an_open_tie_ends_with_3(run, method):
	status, out, err = run("count", "tie.blt", "--method", method, "--json", tie_blt=TIE)
	assert (status, err) == (3, "")
	tied = json.loads(out)["tied"]
	assert {"seats": tied["seats"], "candidates": tied["candidates"]} == {
		"seats": 1,
		"candidates": ["B, C", "آمنة"],
	}
	assert json.loads(out)["elected"] == []


def test_a_lot_by_hand_settles_it(run):
	status, out, _ = run(
		"count", "tie.blt", "--method", "block", "--lot", 'آمنة, "B, C"', "--json", tie_blt=TIE
	)
	value = json.loads(out)
	assert (status, value["elected"], value["tied"]) == (0, ["آمنة"], None)
	assert value["lots"] == [{"order": ["آمنة", "B, C"], "seats": 1, "about": "seat"}]
	refused(run("count", "tie.blt", "--method", "block", "--lot", "آمنة,D"), "--lot")
	refused(run("count", "tie.blt", "--method", "block", "--seats", "2", "--lot", "آمنة,D"), "no tie")


def test_the_sealed_seed_settles_it_as_the_lot_command_draws_it(run):
	seed = ("--lot-seed", "dice 4 1 6 3", "--lot-root", ROOT_OF_BOX)
	status, out, _ = run("count", "tie.blt", "--method", "stv", *seed, "--json", tie_blt=TIE)
	value = json.loads(out)
	drawn = run("lot", "--seed", "dice 4 1 6 3", "--root", ROOT_OF_BOX, "آمنة", "B, C")[1].splitlines()
	assert (status, value["lots"][0]["order"][0]) == (0, value["elected"][0])
	assert value["lot_steps"] == drawn
	# A runoff is a new vote: no lot stands in for it.
	assert run("count", "tie.blt", "--method", "majority", *seed)[0] == 3


def test_a_rule_moves_a_seat(run):
	rules = {
		"rules": [{"attribute": "gender", "is": "woman", "min": 1}],
		"attributes": {"D": {"gender": "woman"}},
	}
	seats = ("count", "tie.blt", "--method", "block", "--seats", "2", "--rules", "rules.json")
	status, out, _ = run(*seats, "--json", tie_blt=TIE, rules_json=json.dumps(rules))
	assert status == 3  # D has the seat of a woman, and the two others are tied for the one left
	assert json.loads(out)["elected"] == ["D"]
	assert json.loads(out)["candidates"][2]["reason"] == "seated_by_rule"
	rules["rules"][0]["min"] = 2
	refused(run(*seats, rules_json=json.dumps(rules)), "rules.json:1: ", "at least 2 of: women")


def test_a_title_does_not_steer_the_terminal(run):
	title = "T\x9b2J\x1b[31m"
	ballots = f'2 1\n2 1 0\n1 2 0\n0\n"A"\n"رؤيا\u200cن"\n"{title}"\n'
	told = run("count", "n.blt", "--method", "block", n_blt=ballots)[1]
	as_json = run("count", "n.blt", "--method", "block", "--json")[1]
	assert not any(sign in told + as_json for sign in "\x1b\x9b")
	assert json.loads(as_json)["title"] == title
	assert "رؤيا\u200cن" in told and "رؤيا\u200cن" in as_json


def test_minutes_instead_of_json(run):
	status, out, _ = run("count", "foods.blt", "--method", "stv", "--lang", "ar", foods_blt=FOODS)
	assert status == 0
	assert "1. \u2068Chocolate\u2069" in out.splitlines()


def test_reads_from_a_pipe(run, monkeypatch):
	monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FOODS.encode())))
	status, out, _ = run("count", "-", "--method", "stv", "--json")
	assert (status, json.loads(out)["elected"][0]) == (0, "Chocolate")


def test_a_pipe_is_one_file_and_not_two(run, monkeypatch):
	monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FOODS.encode())))
	refused(run("count", "-", "--method", "stv", "--rules", "-"), "--rules: ", "stdin")


def test_reads_a_named_pipe_to_its_end(run, tmp_path):
	os.mkfifo(tmp_path / "pipe.blt")
	ballots = "4 1 0\n" * 50_000
	writer = threading.Thread(
		target=(tmp_path / "pipe.blt").write_text, args=(FOODS.replace("4 1 0\n", ballots),)
	)
	writer.start()
	status, out, _ = run("count", "pipe.blt", "--method", "approval", "--json")
	writer.join()
	assert (status, json.loads(out)["tally"]["Orange"]) == (0, 200_002)


@pytest.mark.parametrize(
	("arguments", "words"),
	[
		(["--method", "stv"], ["broken.blt:3: ", "0 is expected"]),
		(["--method", "limited"], ["--max-choices"]),
		(["--method", "cumulative"], ["--max-choices"]),
		(["--method", "borda"], ["--method", "stv"]),
		(["--method", "stv", "--seats", "0"], ["--seats", "whole number"]),
		(["--method", "stv", "--seats", "٣"], ["--seats", "0-9"]),
		(["--method", "stv", "--seats", "9" * 5000], ["--seats"]),
		(["--method", "stv", "--max-choices", "1.5"], ["--max-choices"]),
		(["--method", "stv", "--colour"], ["--colour"]),
		(["--method", "stv", "--jso"], ["--jso"]),
		(["--method", "stv", "--lot-seed", "x"], ["--lot-root"]),
		(["--method", "irv"], ["broken.blt:1: ", "one seat"]),
		([], ["--method"]),
	],
)
def test_bad_input_is_one_line(run, arguments, words):
	refused(run("count", "broken.blt", *arguments, broken_blt="2 2\n1 1 0\n1 1 2\n0\n"), *words)


@pytest.mark.parametrize("file", ["missing.blt", ".", "new\nline.blt", "nul\0.blt"])
def test_files_that_cannot_be_read(run, file):
	refused(run("count", file, "--method", "stv"), "is expected")
	refused(run("verify", file))
	refused(run("explain", file))


@pytest.mark.parametrize(
	("rules", "words"),
	[
		("{", [":1: ", "JSON"]),
		('{"rules": [],\n "rules": []}', ["twice"]),
		('{"rules": [\n\n}', [":3: "]),
		('{"rules": [{"attribute": "x", "min": NaN}]}', ["NaN"]),
		('{"rules": [{"attribute": "x", "is": "y", "min": 1.0}]}', ["rule 1", "whole numbers"]),
		('{"rules": [{"attribute": "x", "is": "y", "min": true}]}', ["rule 1"]),
		('{"rules": [{"attribute": "x", "is": "y", "least": 1}]}', ["rule 1", "least"]),
		('{"rules": [{"attribute": "x", "is": "y", "min": ' + "9" * 9999 + "}]}", []),
		('{"rules": []}x', [":1: "]),
		('{"rules": {}}', ["list"]),
		('{"rules": [], "attributes": {"Nobody": {}}}', ["Nobody"]),
		('{"rules": [], "attributes": {"Pear": {"age": 1.5}}}', ["Pear"]),
		(json.dumps({"rules": [{"attribute": "x", "each": True, "max": 1}] * 31}), ["at most 30 seat rules"]),
		(  # a misspelt word, which a rule about another candidate's attribute does not excuse
			'{"rules": [{"attribute": "a", "each": true, "max": 1}, {"attribute": "distict", "each": true, "max": 1}],'
			' "attributes": {"Pear": {"a": "x", "district": "y", "distict": ""}}}',
			["rule 2", "distict"],
		),
		(
			'{"rules": [{"attribute": "age", "below": 30, "max": 1}], "attributes": {"Orange": {"age": 27},'
			' "Pear": {"age": "27"}}}',
			["Pear", "age", "number"],
		),
		("[" * 100_000, []),
		(b"\xff", [":1: ", "UTF-8"]),
	],
)
def test_rules_that_cannot_be_read(run, rules, words):
	answer = run(
		"count", "f.blt", "--method", "block", "--rules", "rules.json", f_blt=FOODS, rules_json=rules
	)
	assert refused(answer, *words).startswith("aso-network: rules.json:")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40), st.integers(0, len(FOODS)), st.sampled_from(FORMS))
def test_whatever_the_bytes_there_is_no_traceback(run, noise, place, form):
	data = FOODS.encode()[:place] + noise + FOODS.encode()[place:]
	options = ("--seats", "1", "--max-choices", "2")
	answer = run("count", "f.blt", "--method", form, *options, f_blt=data)
	if form == "limited" or answer[0] == 2:
		refused(answer)
	else:
		assert answer[0] in (0, 3) and not answer[2]


# ---------------------------------------------------------------- verify, lot, explain


@pytest.fixture(scope="module")
def kept():
	"""A package with its ballots, and its record."""
	contest = Contest("block", ("a", "b", "c"), 1)
	salted = [(written(tuple(said)), f"{n:020d}") for n, said in enumerate(["a", "a", "b", ""])]
	record = records.result_record(
		contest_id="E-1",
		title="Council",
		contest=contest,
		outcome=forms.count(contest, [ballot for ballot, _ in salted]),
		figures=Figures(),
		roll_hash="0" * 64,
		box_root=box.root(box.leaf(*one) for one in salted),
		leaves=len(salted),
		names={"a": "Adam", "b": "Basma", "c": "Charlotte"},
		app_version="0",
	)
	signature = {"name": "Teller", "signed_hash": records.result_hash(record)}
	return package.build(record, [signature], salted), record


def test_verify(run, kept):
	data, _ = kept
	status, out, err = run("verify", "p.json", p_json=data)
	assert (status, err) == (0, "")
	assert "counted again" in out
	assert run("verify", "p.json", p_json=data.replace(b'"Adam"', b'"Edam"'))[0] == 1
	assert "الحزمة" in run("verify", "p.json", "--lang", "ar", p_json=data)[1]
	refused(run("verify", "p.json", p_json=b"{}"), "p.json:1: ", "package")
	refused(run("verify", "p.json", p_json=FOODS), "p.json:1: ")


def test_verify_knows_a_trail_and_the_proof_of_a_receipt_by_what_is_in_them(run):
	told = dict.fromkeys(trail.TOLD, "")
	line = {"number": 1, "previous": "", **told, "hash": trail.event_hash("EL-1", 1, "", told)}
	data = trail.build("EL-1", "Hall", [line])
	status, out, err = run("verify", "t.json", t_json=data)
	assert (status, err) == (0, "") and out.splitlines()[-1].endswith(line["hash"])
	assert "سجلّ التدقيق" in run("verify", "t.json", "--lang", "ar")[1]
	status, out, _ = run("verify", "t.json", t_json=data.replace(b'"reason":""', b'"reason":"!"'))
	assert status == 1 and "Line 1 was changed" in out
	refused(run("verify", "t.json", t_json=data.replace(b"trail/1", b"trail/0")), "t.json:1: ", "trail")

	data = receipt.build("EL-1", [ROOT_OF_BOX, "1f" * 32], ROOT_OF_BOX)
	status, out, err = run("verify", "r.json", r_json=data)
	assert (status, err) == (0, "") and ROOT_OF_BOX in out
	assert run("verify", "r.json", r_json=data.replace(b'"receipt":"0f', b'"receipt":"1f'))[0] == 1
	refused(run("verify", "r.json", r_json=data.replace(b"receipt/1", b"receipt/0")), "r.json:1: ", "receipt")


def test_a_lot_can_be_repeated_in_a_shell(run):
	status, out, _ = run("lot", "--seed", "it's 4 dice", "--root", ROOT_OF_BOX, "آمنة", "O'Neill", "--", "-x")
	lines = out.splitlines()
	commands = [
		place for place, line in enumerate(lines) if line.startswith("printf") and ROOT_OF_BOX in line
	]
	assert (status, len(commands)) == (0, 3)
	for place in commands:
		repeated = subprocess.run(["sh", "-c", lines[place]], capture_output=True, check=True).stdout.decode()
		assert repeated.split()[0] == lines[place + 1]


def test_a_lot_that_cannot_be_drawn(run):
	refused(run("lot", "--seed", "x", "--root", "abc", "A"), "64")
	refused(run("lot", "--seed", "x", "--root", ROOT_OF_BOX, "A", "A"), "twice")
	refused(run("lot", "--seed", "x", "--root", ROOT_OF_BOX), "NAME")


def test_explain_tells_what_count_told(run, kept):
	minutes = run("count", "tie.blt", "--method", "irv", tie_blt=TIE)[1]
	counted = run("count", "tie.blt", "--method", "irv", "--json")[1]
	assert run("explain", "r.json", r_json=counted) == (0, minutes, "")
	data, record = kept
	told = run("explain", "r.json", "--lang", "ar", r_json=data)
	assert told == run("explain", "r.json", "--lang", "ar", r_json=json.dumps(record))
	assert "\u2068Adam\u2069" in told[1]
	refused(run("explain", "r.json", r_json='{"method": "stv"}'), "r.json:1: ", "not a result")
	refused(run("explain", "r.json", r_json="\n\n{"), "r.json:3: ")
	refused(run("explain", "r.json", "--lang", "ku", r_json=counted), "--lang")


# ---------------------------------------------------------------- the program


def test_needs_nothing_but_python_and_no_locale():
	done = program("count", "-", "--method", "block", "--seats", "1", input=TIE.encode())
	assert (done.returncode, done.stderr) == (3, b"")
	assert "آمنة" in done.stdout.decode()


@pytest.mark.parametrize(
	"arguments", [["count"], ["nonsense"], [], ["count", "\udcff.blt", "--method", "stv"]]
)
def test_a_wrong_command_line_is_one_line(arguments):
	done = program(*(os.fsencode(argument) for argument in arguments))
	assert (done.returncode, done.stdout) == (2, b"")
	assert ONE_LINE.fullmatch(done.stderr.decode())


def test_help_says_how():
	done = program("count", "--help")
	assert done.returncode == 0
	assert b"rules.json" in done.stdout and b"--lot-seed" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of a shell")
def test_a_reader_who_leaves_ends_it_quietly(tmp_path):
	(tmp_path / "many.blt").write_text("500 1\n0\n" + "".join(f'"{n}"\n' for n in range(500)) + '"T"\n')
	done = subprocess.run(
		f"{sys.executable} -m aso_network.elections.cli count many.blt --method block | head -1",
		shell=True,
		cwd=tmp_path,
		env={**os.environ, "PYTHONPATH": str(ROOT)},
		capture_output=True,
		timeout=60,
	)
	assert (done.stdout, done.stderr) == (b"Result: T\n", b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this machine")
def test_no_room_to_write_is_one_line():
	with open("/dev/full", "wb") as full:
		done = subprocess.run(
			[
				sys.executable,
				"-m",
				"aso_network.elections.cli",
				"lot",
				"--seed",
				"x",
				"--root",
				ROOT_OF_BOX,
				"A",
			],
			stdout=full,
			stderr=subprocess.PIPE,
			env={**os.environ, "PYTHONPATH": str(ROOT)},
			timeout=60,
		)
	assert done.returncode == 2
	assert ONE_LINE.fullmatch(done.stderr.decode())


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this machine")
@pytest.mark.parametrize("nowhere", ["2>&-", "2>/dev/full"])
def test_nobody_to_complain_to_is_no_reason_to_complain_elsewhere(nowhere):
	command = f"{sys.executable} -m aso_network.elections.cli count missing.blt --method stv {nowhere}"
	environment = {**os.environ, "PYTHONPATH": str(ROOT)}
	done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, env=environment, timeout=60)
	assert (done.returncode, done.stdout) == (2, b"")


class Terminal(io.StringIO):
	def isatty(self):
		return True


@pytest.mark.parametrize(
	("wait", "terminal", "shown"), [(0.0, True, True), (60.0, True, False), (0.0, False, False)]
)
def test_progress_only_on_a_terminal_and_only_when_it_takes_long(run, monkeypatch, wait, terminal, shown):
	monkeypatch.setattr(cli._Progress, "WAIT", wait)
	screen = Terminal() if terminal else io.StringIO()
	monkeypatch.setattr("sys.stderr", screen)
	assert run("count", "foods.blt", "--method", "stv", foods_blt=FOODS)[0] == 0
	assert ("100%" in screen.getvalue()) is shown
	assert screen.getvalue().endswith("\r\033[K" if shown else "")
