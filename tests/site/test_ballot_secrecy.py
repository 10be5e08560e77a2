"""After an election by HTTP, everything that the server keeps is searched for what a voter voted.

Each search is shown to find what it looks for: at the end, leaks are planted where a careless change would make them.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import frappe
import frappe.recorder
import pytest
from frappe.installer import update_site_config
from frappe.utils.password import update_password

from aso_network.polling import box, casting, closing, codes, roll, sealing
from aso_network.roles import FINANCE, MEMBER, OBSERVER
from tests.bench.serving import Server, served
from tests.bench.voters import Answer, Phone, Vote
from tests.site import builders, hall, traces
from tests.site.races import committed

MADE = (
	*("Ballot", "Ballot Envelope", "Ballot Receipt", "Election Key", "Voting Code", "Election Voter"),
	*("Candidacy", "Election", "General Meeting", "Member Organization", "Contact", "Network Platform"),
	*("Territory", "Network Audit Event", "Workflow Action", "Comment", "Version", "User", "Activity Log"),
	"Error Log",
)
SEED = bytes(range(16))
VOTERS = 36
DELEGATES = (MEMBER, MEMBER, FINANCE, FINANCE, OBSERVER, OBSERVER)  # users of these stand ready
PASSWORD = secrets.token_urlsafe(16)
# What a vote may change, and nothing else: box and roll, and what Frappe keeps of people who sign in.
CHANGED_BY_VOTING = {"tabBallot Envelope", "tabBallot Receipt", "tabElection Voter"}
CHANGED_BY_SIGNING_IN = {"tabSessions", "tabActivity Log", "tabUser"}
# Of so many votes, names in an order this close to that of casting come about once in a million elections.
CORRELATED = 0.75


@dataclass
class Poll:
	"""An election and what only the test knows of it. `cast`: (row of the roll, vote), in the order of casting."""

	hall: hall.Hall
	slip: frappe._dict
	codes: dict[str, str]
	cast: list[tuple[str, Vote]] = field(default_factory=list)
	words: dict[str, set[str]] = field(default_factory=dict)

	@property
	def election(self) -> str:
		return self.hall.election

	def rows(self, doctype: str) -> list[frappe._dict]:
		table = frappe.qb.DocType(doctype)
		return frappe.qb.from_(table).where(table.election == self.election).select("*").run(as_dict=True)

	def receipts(self) -> set[str]:
		return {vote.receipt for _voter, vote in self.cast}

	def votes(self) -> Iterator[Vote]:
		"""One for each voter, each unlike any other, so that a ballot tells whose it is."""
		seen = set()
		while True:
			ranking = tuple(secrets.SystemRandom().sample(self.hall.candidacies, 4))
			if ranking not in seen:
				seen.add(ranking)
				yield Vote.of(self.slip, list(ranking))


@pytest.fixture(params=["unsealed", "sealed"])
def poll(request, site) -> Iterator[Poll]:
	with committed(*MADE):
		h = hall.build(
			organizations=VOTERS + 2,
			candidates=5,
			seats=1,
			max_choices=0,
			form="Instant-Runoff Vote",
		)
		h.go_online(sealed=int(request.param == "sealed"))
		if request.param == "sealed":
			known = {"public_key": sealing.public_key(SEED), "sheets": 2, "sheets_rehearsed": 1}
			frappe.db.set_value("Election", h.election, known)
		h.move("Voting Open")
		with builders.as_user(h.tellers[0]):
			slips = {slip["voter"]: slip["code"] for slip in codes.issue(h.doc())}
		yield Poll(h, casting.slip(h.election), slips)


@contextmanager
def careless_server(log: Path) -> Iterator[Server]:
	"""Everything on that could write something down: the Recorder, the monitor, the web server's list of
	requests, and tracebacks for everybody."""
	environment = pytest.MonkeyPatch()
	environment.setenv("DEV_SERVER", "1")
	update_site_config("monitor", 1)
	frappe.recorder.start()
	try:
		with served(frappe.local.site, workers=2, log=log) as server:
			yield server
	finally:
		environment.undo()
		frappe.set_user("Administrator")
		update_site_config("monitor", 0)
		frappe.cache.delete_value(frappe.recorder.RECORDER_INTERCEPT_FLAG)
		frappe.recorder.delete()


def accounts(poll: Poll) -> dict[str, str]:
	"""Row of the roll → user, for the delegates who vote signed in."""
	found = {}
	for organization, role in zip(poll.hall.organizations, DELEGATES, strict=False):
		user = builders.user(role)
		update_password(user, PASSWORD)
		frappe.db.set_value("Contact", builders.delegate(organization), "user", user)
		found[poll.hall.voters()[organization]] = user
	return found


def who(poll: Poll, users: dict[str, str]) -> None:
	"""Every word by which a voter can be recognised."""
	for row in poll.rows("Election Voter"):
		poll.words[row.name] = {row.name, row.organization, row.organization_name, row.delegate}
		if row.name in users:
			poll.words[row.name].add(users[row.name])
		if code := poll.codes.get(row.name):
			poll.words[row.name] |= {code, code.replace("-", ""), codes._digest(codes.plain(code))}


# --- the election ----------------------------------------------------------------------------------------


def vote(poll: Poll, server: Server, users: dict[str, str]) -> None:
	"""Everybody votes: with a code, signed in, on paper; some twice, some after a mistake, some without an answer."""
	site = frappe.local.site
	votes = poll.votes()
	voters = list(poll.words)
	secrets.SystemRandom().shuffle(voters)
	on_paper = next(voter for voter in voters if voter not in users)
	for number, voter in enumerate(voters):
		if voter == on_paper:
			with builders.as_user(poll.hall.tellers[0]):
				roll.mark_voted(poll.hall.doc(), voter)
			frappe.db.commit()
			continue
		phone = Phone(site, server.port, code=poll.codes[voter])
		if voter in users:
			phone = Phone(site, server.port, path=f"/my/vote/{poll.election}")
			phone.sign_in(users[voter], PASSWORD)
			poll.words[voter].add(phone.cookie.partition("sid=")[2].partition(";")[0])
		mine = next(votes)
		if number % 5 == 0:
			assert wrong(poll, phone, mine).status == 422
		if number == 7:
			broken(poll, phone, mine)
		before = phone.send([("step", "code" if phone.code else "mark")])
		assert before.status == 200, before.text
		if not mine.envelope:
			review = phone.send(
				[("step", "review"), *((f, w) for f, w in mine.form() if f == "secret_choice")]
			)
			assert review.status == 200, review.text
		answer = phone.cast(mine)
		assert (answer.status, answer.receipt) == (200, mine.receipt[:20]), answer.text
		poll.cast.append((voter, mine))
		if number % 6 == 1:
			# The answer was lost on the way.
			assert phone.cast(mine).receipt == mine.receipt[:20]
		if number % 7 == 2:
			assert phone.cast(next(votes)).status == 409
	assert Phone(site, server.port, code="AAAA-BBBB-CCCC").send([("step", "code")]).status == 422


def wrong(poll: Poll, phone: Phone, mine: Vote) -> Answer:
	"""What is no ballot: a candidate twice, or an envelope that was cut off."""
	choices = [*mine.choices, mine.choices[0]]
	return phone.cast(Vote(choices, key=mine.key, envelope=mine.envelope[:-4]))


def broken(poll: Poll, phone: Phone, mine: Vote) -> None:
	"""The database fails in the middle of casting; nothing is told and nothing is half done."""
	frappe.db.sql_ddl("rename table `tabBallot Receipt` to `tabBallot Receipt Away`")
	try:
		answer = phone.cast(mine)
	finally:
		frappe.db.sql_ddl("rename table `tabBallot Receipt Away` to `tabBallot Receipt`")
	assert answer.status == 503 and not answer.receipt
	assert "Traceback" not in answer.text and "tabBallot" not in answer.text
	assert len(poll.rows("Ballot Envelope")) == len(poll.cast)


# --- the searches ----------------------------------------------------------------------------------------


def in_plain(new: traces.Traces, poll: Poll, *allowed: str) -> list[str]:
	"""Choices that can be read, outside the places that may speak of candidates."""
	hits = traces.found(new, poll.hall.candidacies)
	return [f"choice in {place}" for place, _line, _words in hits if not place.startswith(allowed)]


def out_of_place(new: traces.Traces, poll: Poll, envelopes: set[str]) -> list[str]:
	"""Envelopes and receipts outside the box; keys and codes anywhere."""
	homes = {
		"envelope": (envelopes, "tables: tabBallot Envelope"),
		"receipt": (
			poll.receipts() | {receipt[:20] for receipt in poll.receipts()},
			"tables: tabBallot Receipt",
		),
		"code": ({written for c in poll.codes.values() for written in (c, c.replace("-", ""))}, ""),
	}
	if not poll.slip.sealed:
		homes["key"] = ({vote.key for _voter, vote in poll.cast}, "")
	return [
		f"{what} in {place}"
		for what, (words, home) in homes.items()
		for place, _line, _words in traces.found(new, words)
		if place != home
	]


def together(new: traces.Traces, poll: Poll, secret: set[str]) -> list[str]:
	"""Lines that name a voter and something of the box; lines of the box that name anybody."""
	people = {word for words in poll.words.values() for word in words if word}
	lines = traces.found(new, people)
	both = [place for place, line, _words in lines if traces.found(_of(line), secret)]
	in_box = [place for place, _line, _words in lines if place.startswith(BOX)]
	return [f"voter in {place}" for place in (*both, *in_box)]


SEALED = ("Ballot Envelope", "Ballot Receipt")
BOX = ("tables: tabBallot Envelope", "tables: tabBallot Receipt", "tables: tabBallot")


def _of(line: str) -> traces.Traces:
	return traces.Traces(logs={"": [line]})


def uneven(poll: Poll, doctype: str, *payload: str) -> list[str]:
	"""Columns that differ from row to row, beside the random name and what the row is for; times that were kept."""
	rows = poll.rows(doctype)
	columns = {column for row in rows for column in row} - {"name", *payload}
	differing = [column for column in columns if len({row[column] for row in rows}) > 1]
	timed = [row.name for row in rows if str(row.creation) != box.NO_TIME or str(row.modified) != box.NO_TIME]
	return [f"{doctype}.{column} differs" for column in differing] + [f"time in {name}" for name in timed]


def in_order(names: list[str]) -> list[str]:
	"""Whether names that stand in the order of casting are sorted, or nearly (Spearman's rank correlation)."""
	ranks = {name: place for place, name in enumerate(sorted(names))}
	number = len(names)
	distance = sum((place - ranks[name]) ** 2 for place, name in enumerate(names))
	correlation = 1 - 6 * distance / (number * (number**2 - 1))
	return [f"names follow the order: {correlation:.2f}"] if abs(correlation) > CORRELATED else []


def touched(before: traces.Traces, after: traces.Traces) -> set[str]:
	"""Tables with other rows than before."""
	names = before.tables.keys() | after.tables.keys()
	return {name for name in names if set(before.tables.get(name, ())) != set(after.tables.get(name, ()))}


def of_roll(before: list[frappe._dict], after: list[frappe._dict]) -> list[str]:
	"""Columns of the roll that voting has changed, beside the mark itself."""
	old = {row.name: row for row in before}
	return [
		f"{column} of {row.name}"
		for row in after
		for column in row
		if column not in ("voted", "at_desk") and row[column] != old[row.name][column]
	]


def order_of_casting(poll: Poll) -> dict[str, list[str]]:
	"""Names of rows in the order in which their votes were cast, as far as the test can tell them."""
	receipts = {row.receipt: row.name for row in poll.rows("Ballot Receipt")}
	found = {"receipts": [receipts[vote.receipt] for _voter, vote in poll.cast]}
	if poll.slip.sealed:
		envelopes = {row.envelope: row.name for row in poll.rows("Ballot Envelope")}
		found["envelopes"] = [envelopes[vote.envelope] for _voter, vote in poll.cast]
	ballots = {tuple(frappe.parse_json(row.choices)["choices"]): row.name for row in poll.rows("Ballot")}
	if ballots:
		found["ballots"] = [ballots[tuple(vote.choices)] for _voter, vote in poll.cast]
	return found


# --- the test --------------------------------------------------------------------------------------------


def test_nothing_on_the_server_leads_from_a_voter_to_a_vote(poll, tmp_path):
	users = accounts(poll)
	who(poll, users)
	frappe.db.commit()
	roll_before = poll.rows("Election Voter")
	with careless_server(tmp_path / "web.log") as server:
		logs = traces.Logs(tmp_path / "web.log")
		before = traces.collect()
		vote(poll, server, users)
		frappe.db.rollback()
		open_box = traces.collect(logs)
		assert_all_is_on(open_box)
	envelopes = {row.envelope for row in poll.rows("Ballot Envelope")}
	secret = {*envelopes, *poll.receipts(), *poll.hall.candidacies}
	secret |= {row.name for doctype in ("Ballot Envelope", "Ballot Receipt") for row in poll.rows(doctype)}
	new = open_box.new_since(before)

	# While voting is open.
	assert len(envelopes) == len(poll.cast) == len(poll.receipts()) == VOTERS + 1
	assert not in_plain(new, poll)
	assert not out_of_place(new, poll, envelopes)
	assert not together(new, poll, secret)
	assert not uneven(poll, "Ballot Envelope", "envelope") + uneven(poll, "Ballot Receipt", "receipt")
	assert not of_roll(roll_before, poll.rows("Election Voter"))
	assert CHANGED_BY_VOTING <= touched(before, open_box) <= CHANGED_BY_VOTING | CHANGED_BY_SIGNING_IN
	assert len({len(envelope) for envelope in envelopes}) == 1
	ordered = order_of_casting(poll)
	assert not [problem for names in ordered.values() for problem in in_order(names)]

	# When it is closed and the box is open.
	names = {row.name for doctype in SEALED for row in poll.rows(doctype)}
	keys = {row.secret for row in poll.rows("Election Key")}
	poll.hall.move("Voting Closed", poll.hall.tellers[0])
	if poll.slip.sealed:
		frappe.db.commit()
		# A transaction's number in the table's file would lead from a mark to what was written with it.
		assert not {row.name for doctype in SEALED for row in poll.rows(doctype)} & names
		assert not poll.rows("Ballot")
		closing.open_with(poll.hall.doc(), SEED)
	frappe.db.commit()
	opened = traces.collect(logs)
	new = opened.new_since(before)
	ballots = {row.name for row in poll.rows("Ballot")}
	assert len(ballots) == len(poll.cast)
	assert not in_plain(new, poll, "tables: tabBallot")
	assert not together(new, poll, secret | ballots)
	assert not uneven(poll, "Ballot", "choices")
	assert {place for place, _line, _words in traces.found(new, ballots)} == {"tables: tabBallot"}
	assert not traces.found(open_box.new_since(before), ballots)
	if not poll.slip.sealed:
		assert len(keys) == 1 and not traces.found(traces.Traces(opened.tables), keys)
		assert not traces.found(new, envelopes)
	ordered |= order_of_casting(poll)
	assert not [problem for names in ordered.values() for problem in in_order(names)]
	# The tables of the box beside each other, too.
	for one, other in itertools.combinations(ordered.values(), 2):
		assert not in_order([name for _key, name in sorted(zip(one, other, strict=True))])

	each_search_finds_what_is_planted(poll, before, logs, envelopes)


def assert_all_is_on(kept: traces.Traces) -> None:
	"""What would have kept a choice was kept of other requests."""
	assert any(key.endswith("recorder-requests") for key in kept.redis)
	assert any(key.endswith("monitor-transactions") and "/vote" in value for key, value in kept.redis.items())
	written = "\n".join(line for lines in kept.logs.values() for line in lines)
	assert "POST /vote" in written


def each_search_finds_what_is_planted(
	poll: Poll, before: traces.Traces, logs: traces.Logs, envelopes: set[str]
) -> None:
	"""The same election, with what a careless change of the app would leave behind."""
	voter, mine = poll.cast[0]
	organization = frappe.db.get_value("Election Voter", voter, "organization")
	choices = ", ".join(mine.choices)
	frappe.get_doc("Election", poll.election).add_comment("Comment", f"{organization}: {choices}")
	frappe.log_error("Casting failed", f"choices = {choices}")
	frappe.cache.set_value("of a careless page", {"voter": voter, "receipt": mine.receipt})
	frappe.cache.hset(
		"of a careless session", voter, {"code": poll.codes[voter], "secret": mine.key or mine.envelope}
	)
	job = frappe.enqueue("frappe.ping", queue="short", voter=voter, ballot=choices, at_front=False)
	frappe.logger("careless", allow_site=True).error(f"{voter} has cast {choices}")
	receipts = [row.name for row in poll.rows("Ballot Receipt")]
	frappe.db.set_value("Ballot Receipt", receipts[0], "owner", organization)
	frappe.db.set_value("Election Voter", voter, "added_on", "2026-01-01")
	frappe.db.commit()
	try:
		new = traces.collect(logs).new_since(before)
		plain = in_plain(new, poll, "tables: tabBallot")
		for kind in ("tables: tabComment", "tables: tabError Log", "logs: ", "redis: rq:job"):
			assert any(f"in {kind}" in problem for problem in plain), (kind, plain)
		misplaced = out_of_place(new, poll, envelopes)
		for what in (
			"receipt in redis",
			"code in redis",
			"envelope in redis" if mine.envelope else "key in redis",
		):
			assert any(problem.startswith(what) for problem in misplaced), (what, misplaced)
		linked = together(new, poll, {*poll.receipts(), *poll.hall.candidacies})
		for kind in ("tables: tabComment", "tables: tabBallot Receipt", "redis: "):
			assert any(kind in problem for problem in linked), (kind, linked)
		assert {"Ballot Receipt.owner differs", f"time in {receipts[0]}"} <= set(
			uneven(poll, "Ballot Receipt", "receipt")
		)
		assert in_order(sorted(receipts)) and in_order(sorted(receipts)[::-1])
		in_turn = sorted(receipts)
		for place in range(0, len(in_turn) - 3, 4):  # not quite in order: each four shuffled
			in_turn[place : place + 4] = secrets.SystemRandom().sample(in_turn[place : place + 4], 4)
		assert in_order(in_turn)
	finally:
		job.delete()
		for key in ("of a careless page", "of a careless session"):
			frappe.cache.delete_value(key)
