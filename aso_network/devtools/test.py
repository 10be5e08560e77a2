"""Run the tests in three tiers, each as far as this machine allows, and say how each of them went.

unit     rules only; any Python from 3.10 on, no Frappe
site     on a real site of a bench
browser  in Chromium, on a copy of that site

Needs nothing but the standard library. `make test` is the way in; ARGS goes to pytest.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH_SH = ROOT / "aso_network" / "devtools" / "bench.sh"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aso_network"
RUFF = "ruff>=0.9,<1"
UNIT = ("pytest", "hypothesis", "stvpoll", "pyrankvote", "pyhpke", "shamir-mnemonic")


@dataclass
class Outcome:
	tier: str
	passed: int = 0
	failed: int = 0
	skipped: int = 0
	note: str = ""
	broken: bool = False  # it should have run and could not
	seconds: float = 0

	def line(self) -> str:
		counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped in {self.seconds:.0f} s"
		if self.note and not (self.passed or self.failed or self.skipped):
			counts = self.note
		elif self.note:
			counts += f"; {self.note}"
		return f"{self.tier:<8} {counts}"


# ---------------------------------------------------------------- running


def say(text: str) -> None:
	print(text, flush=True)


def extra() -> list[str]:
	return shlex.split(os.environ.get("ARGS", ""))


def where() -> dict[str, str]:
	answer = subprocess.run(
		[str(BENCH_SH), "where"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
	)
	return dict(line.split("=", 1) for line in answer.stdout.splitlines())


def bench_sh(*args: str, capture: bool = False) -> subprocess.CompletedProcess:
	return subprocess.run(
		[str(BENCH_SH), *args],
		stdin=subprocess.DEVNULL,
		text=True,
		stdout=subprocess.PIPE if capture else None,
	)


def count(outcome: Outcome, report: Path, code: int) -> Outcome:
	"""Read pytest's own report; its exit code alone does not tell a failure from an empty run."""
	try:
		suites = list(ET.parse(report).getroot().iter("testsuite"))
	except (OSError, ET.ParseError):
		outcome.broken = True
		outcome.note = f"pytest stopped before it could report (exit {code})"
		return outcome
	total = sum(int(s.get("tests", 0)) for s in suites)
	outcome.failed = sum(int(s.get("failures", 0)) + int(s.get("errors", 0)) for s in suites)
	outcome.skipped = sum(int(s.get("skipped", 0)) for s in suites)
	outcome.passed = max(0, total - outcome.failed - outcome.skipped)
	if code == 5:
		outcome.note = "no test matched ARGS" if extra() else "no tests were collected"
	elif code not in (0, 1):
		outcome.broken = True
		outcome.note = f"pytest was stopped (exit {code})"
	return outcome


def required(names: tuple[str, ...]) -> list[str]:
	"""Requirements by name, as pyproject.toml has them (Python 3.10 has no reader of TOML)."""
	text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
	listed = re.findall(r'"([^"]+)"', text[text.index("\ndependencies = [") : text.index("[build-system]")])
	return [entry for entry in listed if re.split(r"[<>=!~ ]", entry)[0] in names]


def tool(name: str, requirements: list[str], *others: str) -> list[str]:
	"""A command for a tool: of this Python, of another that is at hand, or from an environment outside the checkout."""
	home = CACHE / f"{name}-{sys.version_info[0]}.{sys.version_info[1]}"
	own = str(home / "bin" / "python")
	modules = [re.match(r"[\w-]+", requirement).group().replace("-", "_") for requirement in requirements]
	has = "import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"
	for python in (sys.executable, own, *others):
		if os.access(python, os.X_OK):
			if subprocess.run([python, "-c", has, *modules], capture_output=True).returncode == 0:
				return [python, "-m", name]
	say(f"Installing {' '.join(requirements)} into {home} ...")
	subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, stdin=subprocess.DEVNULL)
	subprocess.run(
		[own, "-m", "pip", "install", "--quiet", *requirements], check=True, stdin=subprocess.DEVNULL
	)
	return [own, "-m", name]


# ---------------------------------------------------------------- the tiers


def unit() -> Outcome:
	outcome = Outcome("unit")
	if sys.version_info < (3, 10):  # noqa: UP036  older ones get a sentence, not a traceback
		outcome.broken, outcome.note = True, "needs Python 3.10 or later: set PYTHON3=path"
		return outcome
	try:
		pytest = tool("pytest", required(UNIT), where()["BENCH"] + "/env/bin/python")
	except (subprocess.CalledProcessError, OSError) as error:
		outcome.broken = True
		outcome.note = (
			f"no pytest, and it could not be installed ({error}): install python3-venv and check the network"
		)
		return outcome
	with tempfile.TemporaryDirectory() as folder:
		report = Path(folder, "unit.xml")
		began = time.monotonic()
		code = subprocess.run(
			[*pytest, "tests/unit", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *extra()],
			cwd=ROOT,
			stdin=subprocess.DEVNULL,
			# whatever plugins this Python happens to have are not ours
			env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
		).returncode
		outcome.seconds = time.monotonic() - began
		return count(outcome, report, code)


def without_bench(outcome: Outcome, place: dict[str, str]) -> Outcome:
	outcome.note = f"NOT RUN: no bench in {place['BENCH']} ('make bench' makes one, BENCH=path names yours)"
	return outcome


def in_bench(
	outcome: Outcome,
	place: dict[str, str],
	settings: dict[str, str],
	options: tuple[str, ...] = (),
	tests: tuple[str, ...] = (),
) -> Outcome:
	"""pytest in the bench's environment, as the bench's user."""
	source = where()["SOURCE"]
	state = f"{place['BENCH']}/.aso_network"
	report, results = f"{state}/junit-{outcome.tier}.xml", f"{state}/test-results"
	bench_sh("exec", "rm", "-rf", report, results)
	settings = {
		"ASO_BENCH": place["BENCH"],
		"ASO_TEST_SITE": place["TEST_SITE"],
		"ASO_RESULTS": results,
		"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
		**settings,
	}
	command = [
		*("env", *(f"{name}={value}" for name, value in settings.items())),
		*("sh", "-c", 'cd "$1" && shift && exec "$@"', "_", source),
		*(f"{place['BENCH']}/env/bin/python", "-m", "pytest", "-q", *(tests or (f"tests/{outcome.tier}",))),
		*("-W", "ignore::DeprecationWarning"),  # of Frappe's dependencies
		*("-p", "no:cacheprovider", f"--junitxml={report}", *options, *(() if tests else extra())),
	]
	began = time.monotonic()
	code = bench_sh("exec", *command).returncode
	outcome.seconds = time.monotonic() - began
	count(outcome, Path(report), code)
	if os.path.isdir(results) and os.listdir(results):
		shutil.copytree(results, ROOT / "test-results", dirs_exist_ok=True)
		outcome.note = f"{outcome.note}; " * bool(outcome.note) + f"pictures in {ROOT / 'test-results'}"
	return outcome


def site() -> Outcome:
	outcome, place = Outcome("site"), where()
	if place["HAS_BENCH"] != "yes":
		return without_bench(outcome, place)
	if bench_sh("test-site").returncode:
		outcome.broken, outcome.note = True, "could not run: the bench is there, but see the message above"
		return outcome
	if (os.cpu_count() or 1) < 2:
		return in_bench(outcome, place, {})
	# Two halves at a time, each on a site of its own; a file stays together.
	settings = {"ASO_SECOND_TEST_SITE": place["SECOND_TEST_SITE"]}
	return in_bench(outcome, place, settings, ("-p", "xdist", "-n", "2", "--dist", "loadfile"))


MOST_AGAIN = 5
BROWSER_SITES = ("aso-browser.localhost", "second-aso-browser.localhost")


def browser() -> Outcome:
	outcome, place = Outcome("browser"), where()
	if place["HAS_BENCH"] != "yes":
		return without_bench(outcome, place)
	if not place["BROWSER"]:
		outcome.note = (
			"NOT RUN: no Chromium or Chrome (apt install chromium; on Ubuntu Google Chrome; or CHROMIUM=path)"
		)
		return outcome
	if not any((ROOT / "tests" / "browser").glob("test_*.py")):
		outcome.note = "no tests were collected"
		return outcome
	try:
		# Two halves at a time, each on a site of its own; a file stays together.
		sites = BROWSER_SITES if (os.cpu_count() or 1) > 1 else BROWSER_SITES[:1]
		if bench_sh("browser-start", *sites).returncode:
			outcome.broken, outcome.note = (
				True,
				"could not run: the bench is there, but see the message above",
			)
			return outcome
		port = Path(place["BENCH"], ".aso_network", "browser.port").read_text().strip()
		settings = {
			"ASO_BROWSER_SITES": ",".join(sites),
			"ASO_BROWSER_PORT": port,
			"ASO_BROWSER": place["BROWSER"],
		}
		options = ("-p", "xdist", "-n", "2", "--dist", "loadfile") if len(sites) > 1 else ()
		in_bench(outcome, place, settings, options)
		if 0 < outcome.failed <= MOST_AGAIN and not outcome.broken:
			again(outcome, place, settings)
		return outcome
	finally:
		bench_sh("browser-stop")


def again(outcome: Outcome, place: dict[str, str], settings: dict[str, str]) -> None:
	"""Run what failed once more, one at a time: a desk on a crowded machine may not have been ready for a click.
	What passes now counts as passed, and the last lines name it, so that it cannot go on unseen."""
	report = Path(place["BENCH"], ".aso_network", "junit-browser.xml")
	failed = [
		f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
		for case in ET.parse(report).getroot().iter("testcase")
		if case.find("failure") is not None or case.find("error") is not None
	]
	say(f"\nOnce more, alone: {', '.join(failed)}")
	second = in_bench(Outcome("browser"), place, settings, tests=tuple(failed))
	if second.broken or second.failed or second.passed != len(failed):
		return
	outcome.passed, outcome.failed = outcome.passed + second.passed, 0
	outcome.note = f"PASSED ONLY ALONE, at the second time: {', '.join(failed)}"


TIERS = {"unit": unit, "site": site, "browser": browser}


def run_tiers(names: list[str]) -> int:
	outcomes = []
	for name in names:
		say(f"\n==== {name}")
		outcomes.append(TIERS[name]())
	say("\n====")
	for outcome in outcomes:
		say(outcome.line())
	passed, failed, skipped = (
		sum(getattr(o, kind) for o in outcomes) for kind in ("passed", "failed", "skipped")
	)
	say(f"{passed} passed, {failed} failed, {skipped} skipped")
	return 1 if failed or any(o.broken for o in outcomes) else 0


# ---------------------------------------------------------------- the rest


def lint() -> int:
	ruff = tool("ruff", [RUFF])
	check = subprocess.run([*ruff, "check", "."], cwd=ROOT).returncode
	shape = subprocess.run([*ruff, "format", "--check", "."], cwd=ROOT).returncode
	return check or shape


def script(path: str) -> int:
	"""A script of the tests' own, in the bench's environment."""
	if not (ROOT / path).exists():
		say(f"{path} is not part of this version.")
		return 1
	place = where()
	if place["HAS_BENCH"] != "yes":
		say(without_bench(Outcome(Path(path).stem), place).line())
		return 1
	if bench_sh("test-tools").returncode:
		return 1
	settings = {
		"ASO_BENCH": place["BENCH"],
		"ASO_SITE": place["SITE"],
		"ASO_TEST_SITE": place["TEST_SITE"],
		"ASO_BROWSER": place["BROWSER"],
		"ASO_RESULTS": f"{place['BENCH']}/.aso_network/{Path(path).stem}",
	}
	source = where()["SOURCE"]
	return bench_sh(
		*("exec", "env", *(f"{name}={value}" for name, value in settings.items())),
		*("sh", "-c", 'cd "$1" && shift && exec "$@"', "_", source),
		*(f"{place['BENCH']}/env/bin/python", path, *extra()),
	).returncode


def measure(path: str) -> int:
	"""A script that needs no bench, in the environment of the unit tests."""
	python, *_ = tool("pytest", required(UNIT))
	return subprocess.run(
		[python, path, *extra()], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
	).returncode


# Measurements that need a bench.
IN_BENCH = ("scale", "portal", "register", "voting", "voting-races", "voting-kills")


def main(names: list[str]) -> int:
	if names == ["lint"]:
		return lint()
	if names == ["screenshots"]:
		return script("tests/browser/screenshots.py")
	if len(names) == 1 and names[0] in IN_BENCH:
		return script(f"tests/bench/{names[0].replace('-', '_')}.py")
	if names in (["count"], ["fuzz"]):
		return measure(f"tests/bench/{names[0]}.py")
	unknown = set(names) - set(TIERS)
	if not names or unknown:
		say(f"usage: test.py {' '.join(TIERS)} | lint | screenshots | {' | '.join(IN_BENCH)} | count | fuzz")
		return 2
	return run_tiers(names)


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
