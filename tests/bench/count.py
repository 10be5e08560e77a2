"""What counting costs, beside what the same costs elsewhere: `make bench-count` prints medians and ratios.

- Reading and block-counting a BLT file of 1,000,000 ballots, beside a bare loop that splits the lines and adds
  up the marks and checks nothing: once with 12 candidates (many equal ballots), once with 60 candidates and up
  to 21 marks (hardly any equal). Each run is a process of its own. The seconds are the processor's, for others
  may be busy on the machine; they and the peak of memory are what the system says.
- STV, beside the libraries that are installed: see `count_stv`.
- The root of a box of 100,000 ballots.

Arguments: [number of runs, 5 if not given]. What is compared runs in turns, so that a busy machine harms both.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent))

import count_stv

from aso_network.elections import box
from aso_network.elections.ballots import Ballot

BALLOTS = 1_000_000
IN_BOX = 100_000

BARE = """
import sys
votes = {}
with open(sys.argv[1], "rb") as file:
	next(file)
	for line in file:
		words = line.split()
		if words[0] == b"0":
			break
		for candidate in words[1:-1]:
			votes[candidate] = votes.get(candidate, 0) + 1
"""
OURS = """
import sys
from aso_network.elections import blt, forms
with open(sys.argv[1], "rb") as file:
	read = blt.read(file, "block", max_choices=int(sys.argv[2]))
forms.count_papers(read.contest, read.papers)
"""

Run = tuple[float, float]  # seconds, MiB at the most


def main(arguments: Sequence[str]) -> int:
	runs = int(arguments[0]) if arguments else 5
	with tempfile.TemporaryDirectory() as folder:
		for title, candidates, marks, ballot in (
			("12 candidates, many equal ballots", 12, 5, _popular),
			("60 candidates, up to 21 marks", 60, 21, _scattered),
		):
			path = Path(folder, "ballots.blt")
			_write(path, candidates, marks, ballot)
			_compare(title, path, marks, runs)
	for what, ours, theirs in count_stv.figures():
		print(f"{what} {theirs:.2f} s, ours {ours:.2f} s, {ours / theirs:.2f} times")
	seconds = median(_root() for _ in range(runs))
	print(f"root of a box of {IN_BOX:,} ballots: {seconds:.2f} s")
	return 0


def _compare(title: str, path: Path, marks: int, runs: int) -> None:
	bare, ours = [], []
	for _ in range(runs):
		bare.append(_process(BARE, path, marks))
		ours.append(_process(OURS, path, marks))
	slow, fast = median(seconds for seconds, _ in ours), median(seconds for seconds, _ in bare)
	memory = max(mib for _, mib in ours)
	print(
		f"{BALLOTS:,} ballots, {title} ({path.stat().st_size / 2**20:.0f} MiB): {slow:.2f} s, "
		f"{slow / fast:.2f} times a bare loop ({fast:.2f} s); {memory:.0f} MiB at the most"
	)


def _process(program: str, path: Path, marks: int) -> Run:
	"""Run `program` in a Python of its own."""
	child = subprocess.Popen([sys.executable, "-c", program, str(path), str(marks)])
	_, status, usage = os.wait4(child.pid, 0)
	child.returncode = os.waitstatus_to_exitcode(status)
	if child.returncode:
		raise SystemExit(f"a run ended with {child.returncode}")
	kib = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
	return usage.ru_utime + usage.ru_stime, kib / 1024


def _write(
	path: Path, candidates: int, marks: int, ballot: Callable[[random.Random, int, int], list[int]]
) -> None:
	chance = random.Random(2007)
	with path.open("w", encoding="utf-8") as file:
		file.write(f"{candidates} {min(marks, candidates)}\n")
		for _ in range(BALLOTS):
			file.write(f"1 {' '.join(map(str, ballot(chance, candidates, marks)))} 0\n")
		file.write("0\n" + "".join(f'"Candidate {n}"\n' for n in range(1, candidates + 1)) + '"Measured"\n')


def _popular(chance: random.Random, candidates: int, marks: int) -> list[int]:
	"""Some candidates are marked far more often than others, in the order of the paper."""
	return sorted({int(candidates * chance.random() ** 2) + 1 for _ in range(chance.randint(1, marks))})


def _scattered(chance: random.Random, candidates: int, marks: int) -> list[int]:
	return chance.sample(range(1, candidates + 1), chance.randint(1, marks))


def _root() -> float:
	"""Seconds from ballots and salts to the root of the box."""
	chance = random.Random(2007)
	salted = [
		(
			Ballot(tuple(sorted(chance.sample("abcdefghijkl", chance.randint(1, 5))))),
			f"{chance.getrandbits(64):020d}",
		)
		for _ in range(IN_BOX)
	]
	began = time.process_time()
	box.root(box.leaf(ballot, salt) for ballot, salt in salted)
	return time.process_time() - began


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
