"""The command line `aso-network`: count, verify, draw a lot, explain. Needs nothing but Python.

Exit status 0: decided, or all agrees. 1: what is verified does not agree. 2: bad input, with one line on stderr,
`aso-network: FILE:LINE: what is wrong and what is expected`. 3: a tie is open, or a runoff has to be held.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import signal
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, NoReturn

import aso_network
from aso_network.elections import ballot_csv, blt, explain, forms, lot, results, rules, verification
from aso_network.elections.ballot_file import MOST_CANDIDATES, BallotFile, in_a_line, number
from aso_network.elections.contest import CUMULATIVE, FORMS, LIMITED, Contest, Papers
from aso_network.elections.errors import (
	BallotFileError,
	ElectionError,
	InfeasibleRulesError,
	InvalidLotError,
	InvalidRuleError,
	PackageError,
	ReceiptError,
	TrailError,
)
from aso_network.elections.outcome import NO_MAJORITY, Outcome

DECIDED, DIFFERS, BAD_INPUT, UNDECIDED = 0, 1, 2, 3

LARGEST_JSON = 512 * 2**20  # bytes

_COUNT_HELP = """\
FILE is a BLT file (OpaVote, OpenSTV, Droop), or with a name in .csv or --format csv a table with a column for
each candidate and a row for each ballot; - reads from a pipe. block, limited, approval and cumulative read the
candidates of a BLT ballot as marks, irv and stv as preferences; majority reads the first preferences, one a seat.

rules.json: {"rules": [{"attribute": "gender", "is": "woman", "min": 3},
                       {"attribute": "age", "below": 30, "min": 1},
                       {"attribute": "organization", "each": true, "max": 1}],
             "attributes": {"a candidate's name": {"gender": "woman", "age": 27}, ...}}

A tie that decides a seat stops the count, with exit status 3. Settle it with the seed that the committee sealed
and the root of the closed box (--lot-seed S --lot-root R), or with what was drawn by hand (--lot A,B,C; once for
each tie, in the order in which they come up)."""


_VERIFY_HELP = """\
A verification package is counted again from nothing, where it has the ballots, and compared with itself. The lines
of a trail are hashed again, one after the other. The proof of a receipt is followed up to the root of the box.
What is printed last is to be compared with the signed paper."""


def console() -> NoReturn:
	"""The program: `main`, with quiet ends for what is nobody's mistake."""
	if hasattr(signal, "SIGPIPE"):
		signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly when the reader of a pipe has gone
	for stream in (sys.stdout, sys.stderr):
		if hasattr(stream, "reconfigure"):
			stream.reconfigure(encoding="utf-8", errors="backslashreplace")
	try:
		status = main()
		if sys.stdout:
			sys.stdout.flush()
	except KeyboardInterrupt:
		status = 130
	except Exception as error:
		# A mistake of the program, or no room to write: even then one line. The tests call `main`.
		status = _complain(f"cannot go on ({type(error).__name__}: {error})")
	with contextlib.suppress(OSError, AttributeError):
		sys.stdout.flush()
	os._exit(status)  # a stdout that cannot be written would complain once more


def main(arguments: Sequence[str] | None = None) -> int:
	"""Run one command and return its exit status. `arguments`: those of the command line if None."""
	try:
		said = _parser().parse_args(arguments)
		return said.run(said)
	except _Stop as stop:
		return _complain(str(stop))


class _Stop(Exception):
	"""Bad input: the line that says so, without the program's name."""


def _complain(message: str) -> int:
	line = "".join(sign if sign.isprintable() or sign in "\u200c\u200d" else "\ufffd" for sign in message)
	if sys.stderr:  # else `print` would write to stdout
		with contextlib.suppress(OSError):  # nobody to be told; the status says it still
			print(f"aso-network: {line}", file=sys.stderr)
	return BAD_INPUT


# ---------------------------------------------------------------- the commands


def _count(said: argparse.Namespace) -> int:
	if said.method in (LIMITED, CUMULATIVE) and said.max_choices is None:
		of = "marks" if said.method == LIMITED else "points"
		raise _Stop(f"--max-choices: {said.method} needs it; the number of {of} that a voter has is expected")
	if (said.lot_seed is None) != (said.lot_root is None) or (said.lot and said.lot_seed is not None):
		raise _Stop("--lot-seed and --lot-root are expected together, and without --lot")
	if said.file == said.rules == "-":
		raise _Stop("--rules: stdin is the ballots already; a file is expected for the one or the other")
	read = _read_ballots(said)
	contest = _with_rules(read, said.rules) if said.rules else read.contest
	try:
		outcome, draws = _settled(contest, read.papers, said)
	except InfeasibleRulesError as error:
		conflict = "; ".join(explain.rule(contest.rules[place], "en") for place in error.conflict)
		raise _Stop(
			f"{said.rules}:1: {in_a_line(str(error))}: {conflict}" if conflict else str(error)
		) from None
	value = {
		"title": read.title,
		**results.as_json_value(contest, outcome),
		"withdrawn": list(read.withdrawn),
	}
	if said.json:
		value["lot_steps"] = [line for draw in draws for line in draw.lines(said.lang)]
		print(_json(value))
	else:
		_print(
			[*explain.lines(value, said.lang), *(line for draw in draws for line in draw.lines(said.lang))]
		)
	return UNDECIDED if outcome.tie else DECIDED


def _settled(contest: Contest, papers: Papers, said: argparse.Namespace) -> tuple[Outcome, list[lot.Draw]]:
	"""The outcome, with as many ties settled as the lots on the command line settle."""
	orders = [_names_in(order) for order in said.lot]
	draws: list[lot.Draw] = []
	while True:
		try:
			outcome = forms.count_papers(contest, papers, [*orders, *(draw.order for draw in draws)])
		except InvalidLotError as error:
			raise _Stop(f"--lot: {in_a_line(str(error))}") from None
		if said.lot_seed is None or not outcome.tie or outcome.tie.about == NO_MAJORITY:
			return outcome, draws
		draws.append(_draw(said.lot_seed, said.lot_root, outcome.tie.candidates, "--lot-seed, --lot-root"))


def _verify(said: argparse.Namespace) -> int:
	try:
		report = verification.verify(_read_all(said.file))
	except (PackageError, ReceiptError, TrailError) as error:
		raise _Stop(f"{said.file}:1: {in_a_line(str(error))}") from None
	_print(report.lines(said.lang))
	return DECIDED if report.ok else DIFFERS


def _lot(said: argparse.Namespace) -> int:
	_print(_draw(said.seed, said.root, said.names, "lot").lines(said.lang))
	return DECIDED


def _explain(said: argparse.Namespace) -> int:
	try:
		lines = explain.lines(_read_json(said.file), said.lang)
	except ElectionError as error:
		raise _Stop(f"{said.file}:1: {in_a_line(str(error))}") from None
	_print(lines)
	return DECIDED


def _draw(seed: str, root: str, names: Iterable[str], where: str) -> lot.Draw:
	try:
		return lot.draw(seed, root, names)
	except ElectionError as error:
		raise _Stop(f"{where}: {in_a_line(str(error))}") from None


def _json(value: Any) -> str:
	"""JSON for people, too: letters as they are, what could steer a terminal escaped. (JSON itself lets the second
	row of control signs pass.)"""
	text = json.dumps(value, ensure_ascii=False, indent=2)
	return "".join(
		sign if sign.isprintable() or sign in "\n\u200c\u200d" else json.dumps(sign)[1:-1] for sign in text
	)


def _print(lines: Iterable[str]) -> None:
	for line in lines:
		print(line)


# ---------------------------------------------------------------- reading


def _read_ballots(said: argparse.Namespace) -> BallotFile:
	is_csv = said.format == "csv" if said.format else said.file.lower().endswith(".csv")
	reader = ballot_csv if is_csv else blt
	with _opened(said.file) as stream, _Progress(stream) as progress:
		try:
			return reader.read(stream, said.method, said.seats, said.max_choices, progress)
		except BallotFileError as error:
			raise _Stop(f"{said.file}:{error.line}: {error}") from None


def _with_rules(read: BallotFile, file: str) -> Contest:
	"""The contest of a file, with the seat rules of another."""
	value = _read_json(file)
	if not isinstance(value, dict) or not {"rules"} <= set(value) <= {"rules", "attributes"}:
		raise _Stop(f'{file}:1: {{"rules": [...], "attributes": {{name: {{...}}}}}} is expected')
	attributes = value.get("attributes", {})
	if not isinstance(value["rules"], list) or not isinstance(attributes, dict):
		raise _Stop(f"{file}:1: “rules” is a list of rules, “attributes” an object of names")
	found = []
	for place, rule in enumerate(value["rules"], start=1):
		try:
			found.append(rules.from_json_value(rule))
		except ElectionError as error:
			raise _Stop(f"{file}:1: rule {place}: {in_a_line(str(error))}") from None
	for name, own in attributes.items():
		if name not in read.contest.candidates and name not in read.withdrawn:
			raise _Stop(f"{file}:1: there is no candidate “{name}”; the names of the ballots are expected")
		if not isinstance(own, dict) or not all(type(given) in (str, int) for given in own.values()):
			raise _Stop(f"{file}:1: “{name}”: an object of texts and whole numbers is expected")
	try:
		contest = replace(read.contest, rules=tuple(found), attributes=attributes)
	except InvalidRuleError as error:
		raise _Stop(f"{file}:1: {in_a_line(str(error))}") from None
	_check_attributes(contest, file)
	return contest


def _check_attributes(contest: Contest, file: str) -> None:
	"""A word that is misspelt, or a number in quotation marks, would make a rule say nothing, and nobody would
	notice. (An election that is kept elsewhere may have candidates who all lack something.)"""
	for place, rule in enumerate(contest.rules, start=1):
		having = {
			name: own[rule.attribute]
			for name, own in contest.attributes.items()
			if own.get(rule.attribute) not in (None, "")
		}
		if not having.keys() & {*contest.candidates, *contest.seated}:
			raise _Stop(
				f"{file}:1: rule {place}: no candidate has “{rule.attribute}”; it is expected in “attributes”"
			)
		for name, given in having.items():
			if (rule.below is not None or rule.at_least is not None) and isinstance(given, str):
				raise _Stop(
					f"{file}:1: “{name}”: a whole number without quotation marks is expected for “{rule.attribute}”"
				)


def _read_json(file: str) -> Any:
	data = _read_all(file)
	try:
		return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
	except UnicodeDecodeError as error:
		line = data.count(b"\n", 0, error.start) + 1
		raise _Stop(f"{file}:{line}: the text is not UTF-8; JSON in UTF-8 is expected") from None
	except json.JSONDecodeError as error:
		raise _Stop(
			f"{file}:{error.lineno}: this is not JSON ({error.msg}); one JSON object is expected"
		) from None
	except RecursionError:
		raise _Stop(f"{file}:1: brackets inside brackets without end; one JSON object is expected") from None
	except ValueError as error:
		raise _Stop(f"{file}:1: this is not JSON ({error}); one JSON object is expected") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
	"""An object, unless it says one thing twice: then nobody knows which is meant."""
	value = dict(pairs)
	if len(value) != len(pairs):
		raise ValueError("a name stands twice in an object")
	return value


def _no_constant(word: str) -> NoReturn:
	raise ValueError(f"{word} is no number")


def _read_all(file: str) -> bytes:
	with _opened(file) as stream:
		data = stream.read(LARGEST_JSON + 1)
	if len(data) > LARGEST_JSON:
		raise _Stop(f"{file}: far too large; at most {LARGEST_JSON // 2**20} MiB are expected")
	return data


@contextlib.contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
	"""The bytes of `file`, or of the pipe that is stdin for `-`."""
	try:
		if file != "-":
			stream = open(file, "rb")
		elif sys.stdin:
			stream = sys.stdin.buffer
		else:
			raise _Stop("-: stdin is closed; a file or a pipe is expected")
	except (OSError, ValueError) as error:
		raise _unreadable(file, error) from None
	try:
		with stream:
			yield stream
	except OSError as error:
		raise _unreadable(file, error) from None


def _unreadable(file: str, error: OSError | ValueError) -> _Stop:
	why = error.strerror if isinstance(error, OSError) else None
	return _Stop(f"{file}: {why or error}; a file that can be read is expected")


class _Progress:
	"""How far a file is read, on a terminal, from the second second on."""

	WIDTH, WAIT, STEP = 30, 1.0, 0.1

	def __init__(self, stream: BinaryIO) -> None:
		self.on = bool(sys.stderr and sys.stderr.isatty())
		self.next = time.monotonic() + self.WAIT
		self.shown = False
		self.size = 0
		with contextlib.suppress(OSError, ValueError):
			about = os.fstat(stream.fileno())
			self.size = about.st_size if stat.S_ISREG(about.st_mode) else 0

	def __call__(self, done: int) -> None:
		if not self.on or (now := time.monotonic()) < self.next:
			return
		self.next, self.shown = now + self.STEP, True
		text = f"{done / 1e6:.1f} MB"
		if self.size:
			share = min(1.0, done / self.size)
			full = round(share * self.WIDTH)
			text = f"[{'#' * full}{'.' * (self.WIDTH - full)}] {share:4.0%}"
		print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

	def __enter__(self) -> _Progress:
		return self

	def __exit__(self, *_: object) -> None:
		if self.shown:
			print("\r\033[K", end="", file=sys.stderr, flush=True)


# ---------------------------------------------------------------- the command line


class _Parser(argparse.ArgumentParser):
	def error(self, message: str) -> NoReturn:
		raise _Stop(f"{message}; see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
	parser = _Parser(
		prog="aso-network",
		description="Count votes and check a count. Needs nothing but Python.",
		allow_abbrev=False,
	)
	parser.add_argument("--version", action="version", version=f"aso-network {aso_network.__version__}")
	commands = parser.add_subparsers(metavar="COMMAND", required=True)

	count = _command(commands, "count", _count, "count a file of ballots", _COUNT_HELP)
	count.add_argument("file", metavar="FILE")
	count.add_argument("--method", required=True, choices=FORMS, help=", ".join(FORMS), metavar="METHOD")
	count.add_argument(
		"--seats", type=_whole, metavar="N", help="instead of what the file says; a CSV needs it"
	)
	count.add_argument(
		"--max-choices",
		type=_whole,
		metavar="M",
		help="marks or points of a voter; block: the seats if not given",
	)
	count.add_argument("--rules", metavar="rules.json", help="seat rules and what they ask of the candidates")
	count.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")
	count.add_argument("--format", choices=("blt", "csv"), help="of FILE, where its name does not say")
	count.add_argument(
		"--lot", action="append", default=[], metavar="A,B,C", help="the tied in the order drawn"
	)
	count.add_argument("--lot-seed", metavar="S", help="the committee's seed; settles every tie by lot")
	count.add_argument("--lot-root", metavar="R", help="the root of the closed box, with --lot-seed")

	verify = _command(
		commands,
		"verify",
		_verify,
		"check a verification package, a trail or the proof of a receipt",
		_VERIFY_HELP,
	)
	verify.add_argument("file", metavar="FILE.json")

	lots = _command(commands, "lot", _lot, "draw a lot that anyone can repeat with sha256sum")
	lots.add_argument("--seed", required=True, metavar="S", help="the committee's seed")
	lots.add_argument("--root", required=True, metavar="R", help="the root of the closed box")
	lots.add_argument("names", nargs="+", metavar="NAME")

	minutes = _command(commands, "explain", _explain, "a result in words for a minute book")
	minutes.add_argument(
		"file", metavar="RESULT.json", help="from count --json, a result record or a package"
	)
	return parser


def _command(commands: Any, name: str, run: Any, summary: str, more: str = "") -> argparse.ArgumentParser:
	command = commands.add_parser(
		name,
		help=summary,
		description=summary[0].upper() + summary[1:] + ".",
		epilog=more,
		formatter_class=argparse.RawDescriptionHelpFormatter,
		allow_abbrev=False,
	)
	command.add_argument("--lang", choices=explain.LANGUAGES, default="en", help="of what is printed")
	command.set_defaults(run=run)
	return command


def _whole(word: str) -> int:
	value = number(word)
	if not value or value > MOST_CANDIDATES:
		raise argparse.ArgumentTypeError(
			f"a whole number from 1 to {MOST_CANDIDATES} (digits 0-9) is expected"
		)
	return value


def _names_in(order: str) -> tuple[str, ...]:
	"""The names of `--lot`, between commas; a name with a comma stands in double quotes, as in CSV."""
	try:
		return tuple(
			name.strip() for name in next(csv.reader([order], strict=True, skipinitialspace=True), [])
		)
	except csv.Error as error:
		raise _Stop(f"--lot: {error}; names between commas are expected") from None


if __name__ == "__main__":
	console()
