"""A server that dies in the middle of an election: `make bench-voting-kills`.

While voters cast, a worker of the web server is killed (kill -9) at 200 random moments; then, on a MariaDB of this
script's own, the database server is killed at 5. Phones that got no answer send their vote again, as people do. After
each kill the roll, the box and the receipts are compared as they stand at one moment, and at the end every receipt that
a page has shown is looked for in the box. It fails on the first difference.

Arguments: [number of workers killed] [number of databases killed] [--keep] (leave the copy for a closer look)
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe
from frappe.installer import update_site_config
from serving import Server, served
from voters import Phone, Vote
from voting_stage import SITE, Stage, a_copy, build, connect

WORKERS, DATABASES = 200, 5
AT_ONCE = 4
VOTES_BETWEEN = 8  # at the most, from one kill to the next
VOTERS_A_KILL = 20  # more than are served until then
PATIENCE = 180.0  # seconds, until somebody who gets no answer gives up


class Load:
	"""Voters who come one after the other to each of a few phones, until there are none left or it is stopped."""

	def __init__(self, stage: Stage, server: Server) -> None:
		self.shown: dict[str, None] = {}  # receipts, in the order in which pages showed them
		self.answers: Counter[int] = Counter()
		self.lost: list[str] = []
		self._ends = threading.Event()
		voters = list(zip(stage.phones(server.port), stage.votes(len(stage.codes)), strict=True))
		self._threads = [
			threading.Thread(target=self._come, args=(voters[place::AT_ONCE],)) for place in range(AT_ONCE)
		]

	def __enter__(self) -> Load:
		for thread in self._threads:
			thread.start()
		return self

	def __exit__(self, *_error: object) -> None:
		self._ends.set()
		for thread in self._threads:
			thread.join()

	def awaited(self, more: int) -> bool:
		"""Wait until so many more have voted: a server that has just been killed has to come back first."""
		until, enough = time.monotonic() + PATIENCE, len(self.shown) + more
		while len(self.shown) < enough and time.monotonic() < until:
			if not any(thread.is_alive() for thread in self._threads):
				return False
			time.sleep(0.01)
		return len(self.shown) >= enough

	def _come(self, voters: list[tuple[Phone, Vote]]) -> None:
		for phone, vote in voters:
			if self._ends.is_set():
				return
			self._insist(phone, vote)

	def _insist(self, phone: Phone, vote: Vote) -> None:
		until = time.monotonic() + PATIENCE
		while time.monotonic() < until:
			answer = phone.cast(vote)
			self.answers[answer.status] += 1
			if answer.status == 200 and answer.receipt:
				if answer.receipt != vote.receipt[:20]:
					self.lost.append(f"{answer.receipt} was shown for {vote.receipt}")
				self.shown[answer.receipt] = None
				return
			time.sleep(0.1)
		self.lost.append(f"{vote.receipt} never got through")


def killed(stage: Stage, server: Server, times: int, kill: Callable[[], None]) -> bool:
	"""Kill at random moments during a load; whether all agreed each time and at the end."""
	good = True
	began = time.monotonic()
	with Load(stage, server) as load:
		for number in range(times):
			if not load.awaited(random.randint(0, VOTES_BETWEEN)):
				print(f"  the voters ran out or nobody got through any more, after {number} kills")
				good = False
				break
			time.sleep(random.uniform(0, 0.2))
			kill()
			seen = list(load.shown)
			good = compared(stage.stored(), seen, f"after kill {number + 1}") and good
	stored = stage.stored()
	good = compared(stored, list(load.shown), "at the end") and good and not load.lost
	print(f"  {times} kills in {time.monotonic() - began:.0f} s; answers {dict(load.answers)} (0: none came)")
	print(f"  {stored}; {len(load.shown)} voters saw a receipt", *load.lost[:5], sep="\n  ")
	return good and len(load.shown) == len(stored.receipts)


def compared(stored: object, seen: list[str], when: str) -> bool:
	missing = set(seen) - {receipt[:20] for receipt in stored.receipts}
	if stored.agrees and not missing:
		return True
	print(f"  {when}: {stored}; receipts shown and not in the box: {len(missing)}")
	return False


def kill_workers(times: int) -> bool:
	stage = build(times * VOTERS_A_KILL)
	with served(SITE, "--preload", workers=2, log=Path(os.devnull)) as server:

		def kill() -> None:
			os.kill(random.choice(server.workers()), signal.SIGKILL)

		print(f"kill -9 of a worker of the web server, {AT_ONCE} voters at a time")
		return killed(stage, server, times, kill)


# ---------------------------------------------------------------- a database server of its own


class Database:
	"""A MariaDB of this script's own, in a folder that goes with it."""

	def __init__(self, folder: Path) -> None:
		self.folder = folder
		with socket.socket() as free:
			free.bind(("127.0.0.1", 0))
			self.port = free.getsockname()[1]
		self.process: subprocess.Popen | None = None

	def start(self) -> None:
		program = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
		self.process = subprocess.Popen(
			[
				*(program, "--no-defaults", f"--datadir={self.folder}/data", f"--port={self.port}"),
				*(f"--socket={self.folder}/socket", f"--pid-file={self.folder}/pid"),
				*("--bind-address=127.0.0.1", f"--log-error={self.folder}/error.log"),
				*("--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci"),
			],
			stderr=subprocess.DEVNULL,
		)
		for _try in range(600):
			if (
				subprocess.run(
					[*self.client("mariadb-admin"), "ping", "--silent"], capture_output=True
				).returncode
				== 0
			):
				return
			time.sleep(0.1)
		raise RuntimeError(f"MariaDB did not start: see {self.folder}/error.log")

	def kill(self) -> None:
		self.process.kill()
		self.process.wait()
		self.start()

	def stop(self) -> None:
		if self.process:
			self.process.terminate()
			self.process.wait()

	def client(self, program: str) -> list[str]:
		return [program, "--no-defaults", f"--socket={self.folder}/socket", "--user=root"]

	def run(self, statements: str) -> None:
		subprocess.run([*self.client("mariadb")], input=statements, text=True, check=True)

	def take(self, config: frappe._dict) -> None:
		"""The site's database, from the server where it is now."""
		name, password = config.db_name, config.db_password
		self.run(
			f"create database `{name}`; create user `{name}`@`%` identified by '{password}';"
			f" grant all on `{name}`.* to `{name}`@`%`;"
		)
		dump = [
			*(
				"mariadb-dump",
				f"--user={name}",
				f"--host={config.db_host or '127.0.0.1'}",
				"--single-transaction",
			),
			*("--default-character-set=utf8mb4", name),
		]
		with subprocess.Popen(
			dump, stdout=subprocess.PIPE, env={**os.environ, "MYSQL_PWD": password}
		) as taken:
			subprocess.run([*self.client("mariadb"), name], stdin=taken.stdout, check=True)


@contextmanager
def database_of_its_own() -> Iterator[Database]:
	"""The copy works on it; what was there before is untouched and comes back."""
	with tempfile.TemporaryDirectory(prefix="aso-voting-") as folder:
		subprocess.run(
			[
				*("mariadb-install-db", "--no-defaults", f"--datadir={folder}/data", "--skip-test-db"),
				*("--auth-root-authentication-method=normal",),
			],
			check=True,
			stdout=subprocess.DEVNULL,
		)
		database = Database(Path(folder))
		before = {key: frappe.conf.get(key) or "None" for key in ("db_host", "db_port")}
		try:
			database.start()
			database.take(frappe.conf)
			point_to("127.0.0.1", database.port)
			yield database
		finally:
			point_to(before["db_host"], before["db_port"])
			database.stop()


def point_to(host: str, port: int | str) -> None:
	update_site_config("db_host", host)
	update_site_config("db_port", port)
	frappe.destroy()
	connect()


def kill_databases(times: int) -> bool:
	with database_of_its_own() as database:
		stage = build(times * VOTERS_A_KILL * 5)
		with served(SITE, "--preload", workers=2, log=Path(os.devnull)) as server:

			def kill() -> None:
				database.kill()
				frappe.db.close()  # this script's own connection went, too

			print(f"kill -9 of MariaDB, {AT_ONCE} voters at a time")
			return killed(stage, server, times, kill)


def main(arguments: list[str]) -> int:
	numbers = [int(word) for word in arguments if word.isdigit()]
	workers, databases = (*numbers, *(WORKERS, DATABASES)[len(numbers) :])
	good = True
	with a_copy("--keep" in arguments):
		if workers:
			good = kill_workers(workers)
		if databases:
			good = kill_databases(databases) and good
	print("passed" if good else "FAILED")
	return 0 if good else 1


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
