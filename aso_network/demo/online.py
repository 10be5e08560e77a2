"""Two second meetings vote online: Al-Hasakah now, for whoever tries the demonstration; Raqqa's box is closed.

Keys of votes follow from the site's key, as the logins do, so that a receipt can be printed again. The codes to try
are the one thing that is kept: real ones are shown once.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from hashlib import sha256

import frappe
from frappe.utils import add_days, today
from frappe.utils.password import get_encryption_key

from aso_network.api import voting
from aso_network.demo.cast import AL_HASAKAH, DOMAIN, RAQQA, Place
from aso_network.polling import casting, receipts, sealing

KEY = "aso_network_demo_codes"
LOGIN = f"member.{AL_HASAKAH.key}.1@{DOMAIN}"
OPEN_FOR, CLOSED_BEFORE = 14, 3  # days
TO_TRY = 2  # codes

_FORM = {
	"form": "Block Vote",
	"max_choices": 3,
	"text": "Secret ballot, on paper or online; those with the most votes are elected. (demo)",
}
# Candidates' places, as marked: five of eight have voted and the delegate whose login is printed has not; the seven
# of Raqqa all have, one of them blank.
OPEN_VOTES = ((0, 1, 2), (0, 3), (1, 2, 4), (0, 1, 4), ())
CLOSED_VOTES = ((0, 1, 2), (0, 1), (0, 2, 3), (1, 2), (0, 1, 3), (0, 1, 2), ())
_STATEMENTS = (
	(
		"نفتح أبواب الهيئة لكل عضو مرة في الشهر. (تجريبي)",
		"Once a month the body is open to every member. (demo)",
	),
	("نريد مقعداً للشباب في كل قرار. (تجريبي)", "We want a seat for youth in every decision. (demo)"),
	(
		"محضر واضح بعد كل اجتماع، خلال ثلاثة أيام. (تجريبي)",
		"Clear minutes three days after each meeting. (demo)",
	),
	("الموارد القليلة تُقسم علناً. (تجريبي)", "What little there is, is shared in the open. (demo)"),
	("نصل إلى البلدات البعيدة أولاً. (تجريبي)", "The distant towns come first. (demo)"),
)


def open_place() -> Place:
	return AL_HASAKAH._replace(meeting_date=today(), candidates=5, form=_FORM, statements=_STATEMENTS)


def closed_place() -> Place:
	day = add_days(today(), -CLOSED_BEFORE)
	return RAQQA._replace(meeting_date=day, candidates=4, form=_FORM, seat_rules=(), genders=())


def until() -> str:
	return f"{add_days(today(), OPEN_FOR)} 18:00:00"


def cast(
	election: str, organizations: Sequence[str], candidacies: Sequence[str], votes: Sequence[Sequence[int]]
) -> None:
	"""The last organisations vote, each on the phone of its delegate."""
	voters = _voters(election)
	first = len(organizations) - len(votes)
	for number, (organization, marks) in enumerate(zip(organizations[first:], votes, strict=True)):
		choices = [candidacies[mark] for mark in marks]
		casting.cast(election, voters[organization], _key(election, number), choices)


def keep_codes(election: str) -> None:
	"""The committee makes codes; two of them are kept in plain words, which no real code is."""
	slips = voting.issue_codes(election)["slips"]
	others = [slip["code"] for slip in slips if slip["voter"] != _voter_of_login(election)]
	frappe.db.set_default(KEY, json.dumps({"election": election, "codes": others[:TO_TRY]}))


def addresses(url: str) -> list[str]:
	"""Lines that say how to try it."""
	kept = json.loads(frappe.db.get_default(KEY) or "{}")
	return list(_lines(url, kept)) if kept else []


def forget() -> None:
	frappe.db.delete("DefaultValue", {"defkey": KEY})


def _lines(url: str, kept: dict) -> Iterator[str]:
	election = kept["election"]
	yield "Vote online, in an election that is open:"
	yield f"  as {LOGIN}: {url}/my/vote/{election}"
	yield f"  with a code of the hall: {url}/vote   {'   '.join(kept['codes'])}"
	yield f"  watch it: {url}/network/elections/{election}"
	closed = frappe.db.get_value(
		"Election", {"voting_mode": casting.ONLINE, "status": "Announced", "platform": RAQQA.name_en}
	)
	if closed:
		receipt = receipts.in_groups(sealing.receipt_of_key(_key(closed, 0)))
		yield f"Check a receipt of a closed box: {url}/network/receipt   {receipt}"


def _voters(election: str) -> dict[str, str]:
	rows = frappe.get_all("Election Voter", {"election": election}, ["organization", "name"], as_list=True)
	return dict(rows)


def _voter_of_login(election: str) -> str:
	contact = frappe.db.get_value("Contact", {"user": LOGIN})
	return frappe.db.get_value("Election Voter", {"election": election, "delegate": contact})


def _key(election: str, number: int) -> str:
	return hmac.new(get_encryption_key().encode(), f"{election}|{number}".encode(), sha256).hexdigest()
