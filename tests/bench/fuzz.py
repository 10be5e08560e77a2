"""Broken files of every kind against the command line: `make bench-fuzz`.

Each case starts from a file that is right, damages it (bytes, tokens, cuts, huge numbers, other encodings) and
runs one command in this process. It has to end in time with 0, 1, 2 or 3, and with 2 if and only if there is
exactly one line on stderr, `aso-network: …`. A case that does not is kept and named at the end.

Arguments: [number of cases, 100,000 if not given] [seed]. The same seed makes the same cases.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from aso_network.elections import box, cli, forms, package, records, results
from aso_network.elections.ballots import written
from aso_network.elections.contest import FORMS, Contest
from aso_network.elections.reconcile import Figures
from aso_network.elections.rules import SeatRule

SECONDS = 20  # that one case may take; nearly all take a thousandth of it

BLT = (
	'4 2\n-2\n3 1 3 4 0\n4 1 3 2 0\n2 4 1=3 0\n1 2 0\n2 2 - 3 1 0\n1 0\n0\n"Adam"\n"بسمة"\n"Charlotte"\n"D ""Don"" E"\n"Title"\n',
	'# a comment\n3 1 # more\n(a1) 1 1 2 3 0\n(a2) 1 2 1 0\n/* and\nso on */ 5 3 0 1 1 0\n0 "Ä" "B"\n"C"\n"T" "source" "comment"\n',
	"12 5\r\n" + "".join(f"1 {a} {b} 0\r\n" for a in range(1, 13) for b in (1, 6, 11) if a != b) + "0\r\n"
	+ "".join(f'"مرشح {n}"\r\n' for n in range(1, 13)) + '"انتخاب"\r\n',
	"2 1\n1 1 0\n1 2 0\n0\n\"A\"\n\"B\"\n\"a tie\"\n",
)  # fmt: skip
CSV = (
	"weight,Adam,بسمة,Charlotte\n1,1,,1\n3,,1,\n1,,,\n",
	'id,"A ""x"", B",C,D\r\n1,1,2,3\r\n2,2,,1\r\n3,x,,\r\n4,3,0,2\r\n',
)
RULES = {
	"rules": [
		{"attribute": "gender", "is": "woman", "min": 1},
		{"attribute": "age", "below": 30, "at_least": 18, "max": 1},
		{"attribute": "district", "each": True, "max": 1},
	],
	"attributes": {
		"Adam": {"gender": "man", "age": 40, "district": "east"},
		"Charlotte": {"gender": "woman", "age": 25, "district": "west"},
	},
}
TOKENS = [
	b"0", b"1", b"2", b"-1", b"-2", b"-", b"=", b"1=2", b"99999999999999999999", b"9" * 5000, b"1e9", b"1.5", b"\xd9\xa3",
	b"\xc2\xb2", b"\n", b"\r", b"\t", b" ", b'"', b'""', b"\\", b"#", b"(", b")", b"/*", b"*/", b",", b";", b":", b"[", b"]",
	b"{", b"}", b"null", b"true", b"NaN", b"[" * 3000, b'{"a":' * 3000, b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe",
	b"\xed\xa0\x80", b'"\\ud800"', b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\x1b[31m", b"1000000000 1000000000", b'"', b"weight",
]  # fmt: skip


class Slow(BaseException):
	"""A case takes longer than SECONDS; no `except Exception` catches this."""


def main(arguments: Sequence[str]) -> int:
	cases = int(arguments[0]) if arguments else 100_000
	seed = int(arguments[1]) if len(arguments) > 1 else 2007
	chance = random.Random(seed)
	seeds = _seeds()
	ends: Counter[str] = Counter()
	failures = []
	slowest = 0.0
	signal.signal(signal.SIGALRM, _too_slow)
	began = time.monotonic()
	memory = "/dev/shm"  # a disk would be most of the time
	with tempfile.TemporaryDirectory(dir=memory if Path(memory).is_dir() else None) as folder:
		for case in range(cases):
			command, files = _case(chance, seeds)
			started = time.monotonic()
			status, problem = _run(command, files, Path(folder))
			slowest = max(slowest, time.monotonic() - started)
			ends[f"{command[0]} {status}"] += 1
			if problem:
				failures.append((case, command, files, problem))
			if sys.stderr.isatty() and case % 500 == 0:
				print(f"\r{case} of {cases}", end="", file=sys.stderr)
	print(f"{cases} cases, seed {seed}, {time.monotonic() - began:.0f} s, the slowest {slowest:.2f} s")
	print("ends: " + ", ".join(f"{end}: {number}" for end, number in sorted(ends.items())))
	for case, command, files, problem in failures[:10]:
		kept = Path(tempfile.mkdtemp(prefix=f"fuzz-{case}-"))
		for name, data in files.items():
			(kept / name).write_bytes(data)
		print(f"\ncase {case}, kept in {kept}: {command}\n{problem}")
	print(f"failed: {len(failures)}")
	return 1 if failures else 0


def _too_slow(*_: object) -> None:
	raise Slow


def _run(command: list[str], files: dict[str, bytes], folder: Path) -> tuple[object, str]:
	"""The exit status, and what is wrong with it; nothing if all is as it should be."""
	for name, data in files.items():
		(folder / name).write_bytes(data)
	arguments = [str(folder / word) if word in files else word for word in command]
	out, err = io.StringIO(), io.StringIO()
	status: object = "?"
	faulthandler.dump_traceback_later(6 * SECONDS, exit=True)  # for a loop in C, which no signal interrupts
	signal.setitimer(signal.ITIMER_REAL, SECONDS)
	try:
		with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
			status = cli.main(arguments)
	except BaseException:
		return status, traceback.format_exc()
	finally:
		signal.setitimer(signal.ITIMER_REAL, 0)
		faulthandler.cancel_dump_traceback_later()
	return status, _problem(arguments, status, out.getvalue(), err.getvalue())


def _problem(arguments: list[str], status: object, out: str, err: str) -> str:
	lines = err.split("\n")
	if status == 2:
		if len(lines) != 2 or lines[1] or not lines[0].startswith("aso-network: ") or out:
			return f"status 2 with {len(lines)} lines on stderr and {len(out)} letters on stdout:\n{err}"
		return ""
	if status not in ({0, 1} if arguments[0] == "verify" else {0, 3}) or err or not out:
		return f"status {status}, stderr: {err}"
	try:
		out.encode()
		if "--json" in arguments:
			value = json.loads(out)
			if (value["tied"] is not None) != (status == 3):
				return f"status {status}, tied {value['tied']}"
	except ValueError as error:
		return f"stdout: {error}"
	return ""


def _case(chance: random.Random, seeds: dict[str, list[bytes]]) -> tuple[list[str], dict[str, bytes]]:
	kind = chance.choices(("blt", "csv", "rules", "package", "result"), (5, 2, 2, 1, 2))[0]
	damaged = _damaged(chance, chance.choice(seeds[kind]))
	lang = chance.choice(("en", "ar"))
	if kind == "package":
		return ["verify", "package.json", "--lang", lang], {"package.json": damaged}
	if kind == "result":
		return ["explain", "result.json", "--lang", lang], {"result.json": damaged}
	form = chance.choice(FORMS)
	options = ["--method", form, "--lang", lang, *chance.choice(([], ["--json"]))]
	if form in ("limited", "cumulative") or not chance.randrange(4):
		options += ["--max-choices", str(chance.randint(1, 4))]
	if kind == "csv" or not chance.randrange(4):
		options += ["--seats", chance.choice(("1", "2", "3", "500"))]
	if not chance.randrange(4):
		options += chance.choice((["--lot-seed", "dice", "--lot-root", "0f" * 32], ["--lot", "A,B"]))
	if kind == "csv":
		return ["count", "ballots.csv", *options], {"ballots.csv": damaged}
	if kind == "blt":
		return ["count", "ballots.blt", *options], {"ballots.blt": damaged}
	files = {"ballots.blt": BLT[0].encode(), "rules.json": damaged}
	return ["count", "ballots.blt", "--rules", "rules.json", *options], files


def _damaged(chance: random.Random, data: bytes) -> bytes:
	for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
		place = chance.randrange(len(data) + 1)
		end = min(len(data), place + chance.choice((1, 1, 2, 5, 20, 200)))
		way = chance.randrange(9)
		if way == 0:
			data = data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
		elif way == 1:
			data = data[:place]
		elif way == 2:
			data = data[:place] + data[end:]
		elif way == 3:
			data = data[:end] + data[place:end] * chance.choice((1, 2, 50)) + data[end:]
		elif way in (4, 5):
			data = data[:place] + chance.choice((b"", b" ", b"\n")) + chance.choice(TOKENS) + data[place:]
		elif way == 6:
			words = data.split(b" ")
			one, other = chance.randrange(len(words)), chance.randrange(len(words))
			words[one], words[other] = words[other], words[one]
			data = b" ".join(words)
		elif way == 7:
			words = data.split(b" ")
			words[chance.randrange(len(words))] = chance.choice(TOKENS)
			data = b" ".join(words)
		elif not chance.randrange(4):
			data = chance.choice(
				(
					data.decode("utf-8", "replace").encode("utf-16"),
					data.decode("utf-8", "replace").encode("cp1256", "replace"),
					data.replace(b"\n", b"\r"),
					bytes(chance.randrange(256) for _ in range(chance.randrange(300))),
				)
			)
	return data


def _seeds() -> dict[str, list[bytes]]:
	"""Files that are right, by kind."""
	found: dict[str, list[bytes]] = {
		"blt": [text.encode() for text in BLT],
		"csv": [text.encode() for text in CSV],
		"rules": [json.dumps(RULES, ensure_ascii=False, indent=1).encode()],
		"package": [],
		"result": [],
	}
	for form in FORMS:
		contest = Contest(
			form,
			("a", "b", "c", "d"),
			1 if form == "irv" else 2,
			1 if form == "limited" else 3 if form == "cumulative" else None,
			rules=(SeatRule("gender", 1, value="woman"),),
			attributes={"c": {"gender": "woman"}, "d": {"gender": "woman"}},
		)
		said = [("a", "b"), ("a",), ("b", "c"), ("b",), (), ("a",), ("c", "b")]
		ballots = [written(choices, contest.kind, weight=1 + place % 2) for place, choices in enumerate(said)]
		salted = [(ballot, f"{place:020d}") for place, ballot in enumerate(ballots)]
		outcome = forms.count(contest, ballots)
		record = records.result_record(
			contest_id="E-1",
			title="انتخاب",
			contest=contest,
			outcome=outcome,
			figures=Figures(),
			roll_hash="0" * 64,
			box_root=box.root(box.leaf(*one) for one in salted),
			leaves=len(salted),
			names={"a": "آمنة", "b": "Basil", "c": "ج", "d": "D"},
			app_version="0",
		)
		signature = {"name": "X", "signed_hash": records.result_hash(record)}
		found["package"].append(package.build(record, [signature], salted))
		value = results.as_json_value(contest, outcome)
		found["result"] += [json.dumps(what, ensure_ascii=False).encode() for what in (value, record)]
	return found


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
