"""Without the libraries that `make test-unit` installs, the tests that need one are left out, and the last lines
of the report say which.

abcvoting (approval) and votekit (points) are not among them: the one brings 300 MB with it, two solvers for
integer programs and pandas among them, the other more than a gigabyte. The tests that compare with them run where
`pip install '.[compare]'` has been run, and are reported as skipped elsewhere; there the same forms are held to
published counts and to properties of their own (test_elections_plurality)."""

import re
from importlib.util import find_spec
from pathlib import Path

NEEDED = ("hypothesis", "pyrankvote", "stvpoll", "pyhpke", "shamir_mnemonic")

_missing = [name for name in NEEDED if not find_spec(name)]
_left_out = {
	path.name: wanted
	for path in sorted(Path(__file__).parent.glob("test_*.py"))
	if (wanted := [n for n in _missing if re.search(rf"^(from|import) {n}\b", path.read_text("utf-8"), re.M)])
}
collect_ignore = list(_left_out)


def pytest_terminal_summary(terminalreporter):
	for name, wanted in _left_out.items():
		terminalreporter.write_line(f"NOT RUN: {name} needs {', '.join(wanted)} (make test-unit installs it)")
