"""What a server keeps, read as a thief would read it: every row of every table as text, all of Redis, what the database
says about itself, and every line that was written into a log file."""

from __future__ import annotations

import os
import re
import subprocess
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import frappe
import redis

BENCH = Path(os.environ["ASO_BENCH"])
_ROW = re.compile(r"INSERT INTO `([^`]+)` VALUES (.*)", re.DOTALL)
# Views that a site's account may read and that say nothing of the site's own tables.
_OF_THE_SERVER = {
	"ALL_PLUGINS",
	"SYSTEM_VARIABLES",
	"GLOBAL_VARIABLES",
	"SESSION_VARIABLES",
	"COLLATIONS",
	"KEYWORDS",
}


@dataclass
class Traces:
	"""`tables`: name → rows as SQL text, by the primary key. `statistics`: what information_schema shows, a view
	each. `redis`: key → all it holds as text. `logs`: file → what was written into it since `Logs` began."""

	tables: dict[str, list[str]] = field(default_factory=dict)
	statistics: dict[str, list[str]] = field(default_factory=dict)
	redis: dict[str, str] = field(default_factory=dict)
	logs: dict[str, list[str]] = field(default_factory=dict)

	def lines(self) -> Iterable[tuple[str, str]]:
		"""(where it stands, the line) of everything."""
		for kind in ("tables", "statistics", "logs"):
			for place, lines in getattr(self, kind).items():
				for line in lines:
					yield f"{kind}: {place}", line
		for key, value in self.redis.items():
			yield f"redis: {key}", f"{key} {value}"

	def new_since(self, before: Traces) -> Traces:
		"""Without what was there before, line by line."""
		return Traces(
			*(
				{
					place: [line for line in lines if line not in known]
					for place, lines in getattr(self, kind).items()
					for known in [set(getattr(before, kind).get(place, ()))]
				}
				for kind in ("tables", "statistics")
			),
			{key: value for key, value in self.redis.items() if before.redis.get(key) != value},
			self.logs,
		)


def found(traces: Traces, words: Iterable[str]) -> list[tuple[str, str, set[str]]]:
	"""(place, line, which of `words` stand in it) of each line with at least one."""
	pattern = _any_of(frozenset(words) - {""})
	return [(place, line, hits) for place, line in traces.lines() if (hits := set(pattern.findall(line)))]


@cache
def _any_of(words: frozenset[str]) -> re.Pattern[str]:
	if not words:
		raise ValueError("Nothing to look for: the search would find nothing and say that all is well.")
	return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


class Logs:
	"""Every log file of the bench, of the sites and of `others`, from the moment this is made."""

	def __init__(self, *others: Path) -> None:
		self._others = others
		self._sizes = {(at := path.stat()).st_ino: at.st_size for path in self._files()}

	def since(self) -> dict[str, list[str]]:
		lines = {}
		for path in self._files():
			with path.open("rb") as file:
				file.seek(self._sizes.get(os.fstat(file.fileno()).st_ino, 0))
				if written := file.read():
					lines[str(path)] = written.decode(errors="replace").splitlines()
		return lines

	def _files(self) -> list[Path]:
		places = [*BENCH.glob("logs/*"), *BENCH.glob("sites/*/logs/*"), *self._others]
		return [path for path in places if path.is_file()]


def collect(logs: Logs | None = None) -> Traces:
	return Traces(tables(), statistics(), in_redis(), logs.since() if logs else {})


def tables() -> dict[str, list[str]]:
	"""By the database's own dump, as the site's own account."""
	dump = subprocess.run(
		[
			*("mariadb-dump", "--user", frappe.conf.db_name, "--host", frappe.conf.db_host or "127.0.0.1"),
			*("--skip-extended-insert", "--skip-comments", "--no-create-info", "--single-transaction"),
			*(
				"--skip-add-locks",
				"--order-by-primary",
				"--default-character-set=utf8mb4",
				frappe.conf.db_name,
			),
		],
		env={**os.environ, "MYSQL_PWD": frappe.conf.db_password},
		capture_output=True,
		check=True,
	)
	rows: dict[str, list[str]] = {}
	for line in dump.stdout.decode(errors="replace").split("\n"):
		if row := _ROW.fullmatch(line):
			rows.setdefault(row[1], []).append(row[2])
	return rows


def statistics() -> dict[str, list[str]]:
	"""Views of information_schema that the site's account may read."""
	schema = frappe.qb.Schema("information_schema")
	views = (
		frappe.qb.from_(schema.tables).select("table_name").where(schema.tables.table_schema == schema._name)
	)
	found = {}
	for (view,) in views.run():
		if view in _OF_THE_SERVER:
			continue
		try:
			rows = frappe.qb.from_(getattr(schema, view)).select("*").run()
		except frappe.db.OperationalError:
			continue  # only for who may look at every process of the server
		found[view] = [" ".join(map(str, row)) for row in rows]
	return found


def in_redis() -> dict[str, str]:
	"""Cache and queue, all keys of all sites."""
	everything = {}
	for address in {frappe.conf.redis_cache, frappe.conf.redis_queue}:
		server = redis.Redis.from_url(address)
		for key in server.scan_iter(count=1000):
			everything[_text(key)] = _value(server, key)
	return everything


def _value(server: redis.Redis, key: bytes) -> str:
	kind = server.type(key)
	if kind == b"hash":
		return " ".join(_text(part) for pair in server.hgetall(key).items() for part in pair)
	if kind == b"list":
		return " ".join(map(_text, server.lrange(key, 0, -1)))
	if kind == b"set":
		return " ".join(sorted(map(_text, server.smembers(key))))
	if kind == b"zset":
		return " ".join(_text(member) for member in server.zrange(key, 0, -1))
	if kind == b"stream":
		return " ".join(_text(part) for _id, entry in server.xrange(key) for p in entry.items() for part in p)
	return _text(server.get(key) or b"")


def _text(value: bytes) -> str:
	"""Pickled text is text as it is; of a job, which is compressed, only when it is unpacked."""
	try:
		value = zlib.decompress(value)
	except zlib.error:
		pass
	return value.decode(errors="replace")
