"""How long the portal's pages take to their first byte, beside Frappe's own ping: `make bench-portal`.

A copy of the test site, filled, is served as in production (gunicorn with threads, code loaded once). Each round
asks for the ping and then for one page, both on a connection of their own and as the same visitor, so that whatever
else the machine does falls on both alike. The figure is the ratio of the two medians; above LIMIT it fails.

Arguments: [rounds] [--keep] (leave the copy for a closer look) [--profile=path] (where the time of a page goes)
"""

from __future__ import annotations

import http.client
import os
import statistics
import sys
import time
from urllib.parse import urlencode

import frappe
from serving import BENCH, PING, ROOT, copy_of_test_site, served

SITE = "aso-portal-test.localhost"
LIMIT = 3.0
ROUNDS = 60


# ---------------------------------------------------------------- asking


class Answer:
	def __init__(self, status: int, seconds: float, cookies: list[str]) -> None:
		self.status, self.seconds, self.cookies = status, seconds, cookies


def ask(port: int, path: str, cookie: str = "", form: dict | None = None) -> Answer:
	"""One request on a connection of its own; `seconds` is from the first byte asked to the first byte answered."""
	connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
	headers = {"Host": SITE, "Cookie": cookie, "Accept-Language": "ar", "Accept-Encoding": "gzip"}
	if form:
		headers["Content-Type"] = "application/x-www-form-urlencoded"
	began = time.perf_counter()
	connection.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
	response = connection.getresponse()
	seconds = time.perf_counter() - began
	response.read()
	connection.close()
	return Answer(response.status, seconds, response.headers.get_all("Set-Cookie") or [])


def sign_in(port: int, user: str, password: str) -> str:
	answer = ask(port, "/api/method/login", form={"usr": user, "pwd": password})
	assert answer.status == 200, f"{user} could not log in: HTTP {answer.status}"
	return "; ".join(cookie.partition(";")[0] for cookie in answer.cookies)


# ---------------------------------------------------------------- measuring


def measure(port: int, path: str, cookie: str, rounds: int) -> tuple[float, float, int]:
	"""Medians of ping and page in seconds, and the status of the page."""
	pings, pages = [], []
	for _warm in range(3):
		status = ask(port, path, cookie).status
		ask(port, PING, cookie)
	for _round in range(rounds):
		pings.append(ask(port, PING, cookie).seconds)
		pages.append(ask(port, path, cookie).seconds)
	return statistics.median(pings), statistics.median(pages), status


def report(stage: object, password: str, rounds: int) -> int:
	over = 0
	print(f"\n{'page':<46} {'ping':>8} {'page':>8} {'ratio':>7}   (ms, medians of {rounds})")
	with served(SITE, "--preload") as server:
		port = server.port
		for user, paths in stage.looks():
			cookie = sign_in(port, user, password) if user else ""
			for path in paths:
				ping, page, status = measure(port, path, cookie, rounds)
				ratio = page / ping
				over += ratio > LIMIT
				remark = ("" if status == 200 else f"  HTTP {status}") + ("  OVER" if ratio > LIMIT else "")
				who = "member" if user else "stranger"
				print(
					f"{path:<46} {ping * 1000:8.1f} {page * 1000:8.1f} {ratio:7.2f}   {who}{remark}",
					flush=True,
				)
	print(f"\n{over} over {LIMIT:.0f} times the ping" if over else f"\nall under {LIMIT:.0f} times the ping")
	return over


def profile(stage: object, path: str) -> None:
	"""Where the time of `path` goes, asked in this process."""
	import cProfile
	import pstats

	from tests.site import web

	user = next((user for user, paths in stage.looks() if path in paths), None)
	frappe.set_user(user or "Guest")
	for _warm in range(3):
		web.visit(path)
	watch = cProfile.Profile()
	watch.enable()
	for _time in range(20):
		web.visit(path)
	watch.disable()
	pstats.Stats(watch).sort_stats("cumulative").print_stats(60)


# ---------------------------------------------------------------- all of it


def run(rounds: int, profiled: str | None) -> int:
	sys.path.insert(0, str(ROOT))
	from tests.browser import portal_stage, stage
	from tests.site import builders

	os.chdir(BENCH / "sites")
	frappe.init(site=SITE)
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.flags.mute_emails = True
	builders.stock_users()
	pages = portal_stage.build()
	if profiled:
		profile(pages, profiled)
		return 0
	frappe.destroy()
	return report(pages, stage.PASSWORD, rounds)


def main(arguments: list[str]) -> int:
	rounds = int(next((word for word in arguments if word.isdigit()), ROUNDS))
	profiled = next((word.partition("=")[2] for word in arguments if word.startswith("--profile=")), None)
	with copy_of_test_site(SITE, keep="--keep" in arguments):
		return 1 if run(rounds, profiled) else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
