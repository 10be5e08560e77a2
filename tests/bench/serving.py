"""A site of the bench served as in production (gunicorn with threads), and the copy of the test site that a
measurement works on."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ["ASO_BENCH"])
PING = "/api/method/ping"


@dataclass
class Server:
	"""gunicorn on a free port of its own."""

	port: int
	process: subprocess.Popen

	@property
	def address(self) -> str:
		return f"http://127.0.0.1:{self.port}"

	def workers(self) -> list[int]:
		"""The processes that answer, by their ids."""
		return _children(self.process.pid)

	def answers(self, site: str) -> bool:
		connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
		try:
			connection.request("GET", PING, headers={"Host": site})
			return connection.getresponse().status == 200
		except (OSError, http.client.HTTPException):
			return False
		finally:
			connection.close()


@contextmanager
def served(
	site: str, *options: str, workers: int = 1, statics: bool = False, log: Path | None = None
) -> Iterator[Server]:
	"""`site` answers at the address of the server yielded; `options` are gunicorn's own.

	`statics`: with the files that a browser asks for. `log`: where to the server's own words and the list of
	requests go.
	"""
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		port = free.getsockname()[1]
	application = "frappe.app:application_with_statics()" if statics else "frappe.app:application"
	command = [
		*(str(BENCH / "env/bin/gunicorn"), "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
		*("--workers", str(workers), "--threads", "4", "--timeout", "300", "--log-level", "error"),
		*("--graceful-timeout", "2"),
		*(("--access-logfile", "-") if log else ()),
		*options,
		application,
	]
	words = log and log.open("ab")
	process = subprocess.Popen(command, cwd=BENCH / "sites", stdout=words, stderr=words)
	server = Server(port, process)
	try:
		for _try in range(240):
			if process.poll() is not None or server.answers(site):
				break
			time.sleep(0.25)
		yield server
	finally:
		process.terminate()
		process.wait()
		if words:
			words.close()


@contextmanager
def copy_of_test_site(site: str, keep: bool = False) -> Iterator[None]:
	"""A copy of the test site under the name `site`, dropped at the end unless it is to be kept."""
	if not (BENCH / "sites" / site).exists():
		bench_sh("clone-site", os.environ["ASO_TEST_SITE"], site)
	try:
		yield
	finally:
		if not keep:
			bench_sh("drop-site", site)


def bench_sh(*args: str) -> None:
	subprocess.run([str(ROOT / "aso_network/devtools/bench.sh"), *args], check=True, stdin=subprocess.DEVNULL)


def _children(parent: int) -> list[int]:
	found = []
	for status in Path("/proc").glob("[0-9]*/stat"):
		try:
			# The name of a process, in brackets, may hold anything.
			state, ppid = status.read_text().rpartition(")")[2].split()[:2]
		except OSError:
			continue
		if int(ppid) == parent and state != "Z":
			found.append(int(status.parent.name))
	return found
