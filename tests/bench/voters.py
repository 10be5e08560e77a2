"""Voters with phones: they vote over HTTP by the pages that people use, each request on a connection of its own."""

from __future__ import annotations

import hashlib
import http.client
import re
import secrets
import time
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

from aso_network.polling import sealing

CODE_PAGE = "/vote"
_RECEIPT = re.compile(r"\b[0-9a-f]{4}(?: [0-9a-f]{4}){4}\b")


@dataclass
class Answer:
	"""`seconds`: until the whole answer was there. `status` 0: it never came."""

	status: int
	text: str = ""
	seconds: float = 0.0
	cookies: list[str] = field(default_factory=list)

	@property
	def receipt(self) -> str:
		"""The twenty digits that the page shows, if it shows any."""
		found = _RECEIPT.search(unescape(re.sub(r"<[^>]*>", "", self.text)))
		return found[0].replace(" ", "") if found else ""


@dataclass
class Vote:
	"""What a phone sends, once or again: made before it is sent, so that its receipt is known."""

	choices: list[str]
	key: str = ""
	envelope: str = ""

	@classmethod
	def of(cls, slip: dict, choices: list[str]) -> Vote:
		"""`slip`: what `casting.slip` says of the election."""
		if slip["sealed"]:
			sealed = sealing.seal(slip["public_key"], slip["name"], choices, slip["padded"])
			return cls(choices, envelope=sealed)
		return cls(choices, key=secrets.token_hex(32))

	@property
	def receipt(self) -> str:
		said = self.envelope or f"aso-network/receipt/1|{self.key}"
		return hashlib.sha256(said.encode()).hexdigest()

	def form(self) -> list[tuple[str, str]]:
		if self.envelope:
			return [("step", "cast"), ("secret_envelope", self.envelope)]
		marks = [("secret_choice", choice) for choice in self.choices] or [("secret_blank", "1")]
		return [("step", "cast"), ("key", self.key), *marks]


@dataclass
class Phone:
	"""A browser at `port`, with the session of somebody who has signed in or with a code."""

	site: str
	port: int
	path: str = CODE_PAGE
	code: str = ""
	cookie: str = ""
	token: str = ""

	def sign_in(self, user: str, password: str) -> None:
		answer = self.ask("/api/method/login", [("usr", user), ("pwd", password)])
		if answer.status != 200:
			raise RuntimeError(f"{user} could not sign in: HTTP {answer.status}")
		self.cookie = "; ".join(cookie.partition(";")[0] for cookie in answer.cookies)
		found = re.search(r'name="csrf_token" value="([^"]*)"', self.ask(self.path).text)
		self.token = found[1] if found else ""

	def send(self, form: list[tuple[str, str]]) -> Answer:
		"""One step of the page for voting."""
		who = [("secret_code", self.code)] if self.code else [("csrf_token", self.token)]
		return self.ask(self.path, [*who, *form])

	def cast(self, vote: Vote) -> Answer:
		return self.send(vote.form())

	def ask(self, path: str, form: list[tuple[str, str]] | None = None) -> Answer:
		connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
		headers = {"Host": self.site, "Cookie": self.cookie, "Accept-Language": "en"}
		if form is not None:
			headers["Content-Type"] = "application/x-www-form-urlencoded"
		began = time.perf_counter()
		try:
			body = None if form is None else urlencode(form)
			connection.request("GET" if form is None else "POST", path, body, headers)
			answer = connection.getresponse()
			text = answer.read().decode(errors="replace")
		except (OSError, http.client.HTTPException):
			return Answer(0, seconds=time.perf_counter() - began)
		finally:
			connection.close()
		cookies = answer.headers.get_all("Set-Cookie") or []
		return Answer(answer.status, text, time.perf_counter() - began, cookies)
