"""The voting page, for the delegate who is signed in and for whoever has a code: mark, review, confirm, receipt.

Of an unsealed election every step is a form that the server answers, so that it works without JavaScript; vote.js
does the first steps in the page. Of a sealed one the choices never leave the phone: vote.js sends an envelope.

A choice is in no address, cookie or log, and in no answer that is kept. Names of fields begin with `secret_`:
Frappe writes the form of a request that breaks into its log file, and stars in place of what is called so; from here
on (`pages.PRIVATE`) it finds no form at all.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import textwrap
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import cint
from werkzeug.datastructures import MultiDict

from aso_network import membership
from aso_network.elections.ballots import MARKS, POINTS, RANKING
from aso_network.polling import box, casting, codes, roll
from aso_network.portal import elections, language, pages, results, spam
from aso_network.portal.language import format_datetime, format_number
from aso_network.portal.text import digits
from aso_network.portal.visitor import Visitor, require_member

CHOICE, BLANK, NUMBER = "secret_choice", "secret_blank", "secret_number:"
CODE, ENVELOPE, KEY, STEP = "secret_code", "secret_envelope", "key", "step"
# What the photos of all candidates may weigh together; of their statements, how many characters are shown.
PHOTOS, STATEMENTS = 12 * 1024, 20_000
SHOWN_OF_STATEMENT = 90
SMALLEST_PHOTO = 32
SHOWN_OF_RECEIPT, GROUP = 20, 4
CHECK_AT = "/network/receipt"
EXAMPLE = "ABCD-EFGH-JKMN"
# Answers and what is sent are filled up to a multiple of it: their length would tell how much was marked.
BLOCK = 8 * 1024
SENT_BLOCK = 2 * 1024

Context = dict[str, Any]


@dataclass
class Booth:
	"""One voter of one election, known by the page that asks. `voter`: its row of the roll; without one, `refusal`
	says why there is nothing to do here. `carried`: what every form of the page sends along."""

	visitor: Visitor
	slip: frappe._dict
	voter: str | None
	action: str
	refusal: str = ""
	whom: str = ""
	carried: dict[str, str] = field(default_factory=dict)

	def context(self, step: str, **values: Any) -> Context:
		"""What every step shows. `tag` tells a phone whether what it keeps is about this voter, and nothing else."""
		return {
			"title": results.label(self.slip, self.visitor),
			"step": step,
			"slip": self.slip,
			"whom": self.whom,
			"action": self.action,
			"carried": self.carried,
			"tag": spam.seal("tag", self.slip.name, self.voter or "")[:16],
			**values,
		}


@dataclass
class Marked:
	"""What somebody has written so far: candidacy → 1, its points or its place; `blank`: that it is to be a blank
	vote."""

	numbers: dict[str, int] = field(default_factory=dict)
	blank: bool = False

	def choices(self, kind: str) -> list[str]:
		"""As a ballot has them."""
		if kind == RANKING:
			return sorted(self.numbers, key=self.numbers.__getitem__)
		return [name for name, number in self.numbers.items() for _point in range(number)]


# --- who votes -------------------------------------------------------------------------------------------


def of_delegate(visitor: Visitor, election: str) -> Booth:
	"""Whoever represents an organisation on the roll; raises PageDoesNotExistError for everybody else."""
	organization = require_member(visitor)
	found = elections.seen(visitor, election)
	row = frappe.db.get_value(
		"Election Voter",
		{"election": election, "organization": organization.name},
		["name", "delegate", "delegate_name"],
		as_dict=True,
	)
	if found.roll_hash and not row:
		raise frappe.PageDoesNotExistError
	slip = casting.slip(election)
	booth = Booth(visitor, slip, None, f"/my/vote/{election}", whom=organization.label)
	if not slip.is_online or not row:
		booth.refusal = _closed(slip)
	elif casting.voter_of_delegate(election, visitor.contact, organization.name):
		booth.voter = row.name
	else:
		booth.refusal = _("{0} casts the vote of {1}. Nobody else can.").format(
			row.delegate_name
			or membership.names_in(visitor.language, [organization.name])[organization.name],
			organization.label,
		)
	return booth


def of_code(visitor: Visitor, code: str, action: str) -> Booth | None:
	"""Whoever has the code of a voter; None if nobody has this one.

	Raises codes.TooManyRefusalsError.
	"""
	found = codes.voter_of_code(code)
	if not found:
		return None
	slip = casting.slip(found.election)
	return Booth(visitor, slip, found.voter, action, carried={CODE: codes.plain(code)})


def place(visitor: Visitor) -> Context:
	"""The page for codes as its address asks for it: on a tablet of the hall or not, in a language. It keeps neither
	anywhere else. `tablet` is the language that the tablet goes back to, 1 where that is the browser's own."""
	asked = frappe.request.args
	offered = language.offered()
	tablet = asked.get("tablet", "")
	tablet = tablet if tablet in offered else "1" if tablet else ""
	home = {"tablet": tablet, "_lang": tablet if tablet in offered else ""}
	spoken = asked.get("_lang", "") if asked.get("_lang") in offered else ""
	others = {code: name for code, name in offered.items() if code != visitor.language}
	return {
		"action": _address(tablet=tablet, _lang=spoken),
		"tablet": bool(tablet),
		"home": _address(**home),
		"as_tablet": _address(tablet=visitor.language, _lang=visitor.language),
		# Whoever is signed in has a language of the account.
		"others": [(code, name, _address(tablet=tablet, _lang=code)) for code, name in others.items()]
		if visitor.is_guest
		else [],
	}


def answer_code(visitor: Visitor, sent: MultiDict) -> tuple[Context, int]:
	"""What one step of the page for codes answers, and its HTTP status. Raises codes.TooManyRefusalsError."""
	where = place(visitor)
	booth = of_code(visitor, sent.get(CODE, ""), where["action"])
	if not booth:
		mistake = _(
			"This code opens no vote. Compare it with the slip, letter by letter. If it was replaced, only the new one counts."
		)
		return {**code_page(visitor), "error": mistake, "answers": True}, 422
	context, status = (page(booth), 200) if sent.get(STEP) == "code" else answer(booth, sent)
	return {**context, **where}, status


def code_page(visitor: Visitor) -> Context:
	return {"title": _("Vote with a code"), "step": "code", "example": EXAMPLE, **place(visitor)}


def _address(**asked: str) -> str:
	asked = {name: value for name, value in asked.items() if value}
	return "/vote" + (f"?{urlencode(asked)}" if asked else "")


# --- the steps -------------------------------------------------------------------------------------------


def page(booth: Booth) -> Context:
	"""What the page shows first."""
	if booth.refusal:
		return booth.context("said", text=booth.refusal)
	if casting.has_voted(booth.voter):
		return _voted(booth)
	if not booth.slip.is_open:
		return booth.context("said", text=_closed(booth.slip))
	return _marking(booth, Marked())


def answer(booth: Booth, sent: MultiDict) -> tuple[Context, int]:
	"""What one step of the page answers, and its HTTP status. Has committed the vote before it says so.

	`answers`: it says what became of what was sent. Of a page without it vote.js knows that nothing was looked at,
	as when the visitor has been signed out, and sends again.
	"""
	context, status = _step(booth, sent)
	return {**context, "answers": status != 503}, status


def _step(booth: Booth, sent: MultiDict) -> tuple[Context, int]:
	step = sent.get(STEP)
	if booth.refusal:
		return page(booth), 200
	if step == "cast":
		return _cast(booth, sent)
	if step == "ask":
		given = casting.receipt_given(booth.slip.name, booth.voter, sent.get(KEY, ""), sent.get(ENVELOPE, ""))
		return (_receipt(booth, given) if given else page(booth)), 200
	if step not in ("review", "mark") or booth.slip.sealed or casting.has_voted(booth.voter):
		return page(booth), 200
	if not booth.slip.is_open:
		return page(booth), 409
	marked, mistake = _read(booth.slip, sent)
	if step == "mark":
		return _marking(booth, marked), 200
	if mistake := mistake or _mistake(booth.slip, marked):
		return {**_marking(booth, marked), "error": mistake}, 422
	return _review(booth, marked, secrets.token_hex(32)), 200


def _cast(booth: Booth, sent: MultiDict) -> tuple[Context, int]:
	slip, key = booth.slip, sent.get(KEY, "")
	marked, mistake = (Marked(), "") if slip.sealed else _read(slip, sent)
	try:
		if mistake := mistake or ("" if slip.sealed else _mistake(slip, marked)):
			raise casting.BallotError(mistake)
		receipt = _cast_for_good(booth, key, marked.choices(slip.kind), sent.get(ENVELOPE, ""))
	except box.BoxFailedError as failed:
		frappe.db.rollback()
		if slip.sealed:
			return booth.context("said", error=pages.sentence(failed)), 503
		return {**_review(booth, marked, key), "error": pages.sentence(failed)}, 503
	except roll.AlreadyVotedError:
		return _refused(booth, _voted(booth), 409)
	except casting.BallotError as mistaken:
		said = pages.sentence(mistaken)
		context = page(booth) if slip.sealed or not slip.is_open else _marking(booth, marked)
		return _refused(booth, {**context, "error": said}, 422)
	except frappe.ValidationError as refused:
		return _refused(booth, booth.context("said", error=pages.sentence(refused)), 409)
	codes.forgive(booth.voter)
	return _receipt(booth, receipt), 200


@box.unlogged
def _cast_for_good(booth: Booth, key: str, choices: list[str], envelope: str) -> str:
	receipt = casting.cast(booth.slip.name, booth.voter, key, choices, envelope, booth.slip)
	if code := booth.carried.get(CODE):
		codes.require_standing(code)
	# Here, since Frappe commits when the answer is made already, and sends it even if that fails.
	frappe.db.commit()
	return receipt


def _refused(booth: Booth, context: Context, status: int) -> tuple[Context, int]:
	frappe.clear_messages()
	frappe.db.rollback()
	try:
		codes.refused(booth.voter)
	except codes.TooManyRefusalsError as refused:
		return booth.context("said", error=pages.sentence(refused)), 409
	return context, status


# --- what was sent ---------------------------------------------------------------------------------------


def _read(slip: frappe._dict, sent: MultiDict) -> tuple[Marked, str]:
	"""What was marked, and what cannot be read of it. The marking page sends numbers where they are asked for, the
	review the choices as the ballot has them."""
	choices = sent.getlist(CHOICE)
	marked = Marked(blank=bool(sent.get(BLANK)))
	if slip.kind == RANKING and len(set(choices)) != len(choices):
		return marked, _("A candidate is marked twice. Mark your ballot again.")
	for place, name in enumerate(choices, 1):
		marked.numbers[name] = place if slip.kind == RANKING else marked.numbers.get(name, 0) + 1
	for candidate in slip.candidates if slip.kind != MARKS else ():
		typed = digits(sent.get(NUMBER + candidate.name, "")).strip()
		if not typed:
			continue
		if not typed.isdecimal() or len(typed) > 4:
			return marked, _("Write whole numbers only.")
		if int(typed):
			marked.numbers[candidate.name] = int(typed)
	return marked, ""


def _mistake(slip: frappe._dict, marked: Marked) -> str:
	"""What is wrong with a ballot, in a sentence that says how to mend it."""
	numbers, most = marked.numbers, cint(slip.max_choices)
	if marked.blank and numbers:
		return _("You chose the blank vote and marked candidates as well. Take back one or the other.")
	if not numbers and not marked.blank:
		return _("You have marked nobody. Mark candidates, or choose the blank vote.")
	if slip.kind == RANKING and len(set(numbers.values())) != len(numbers):
		return _("Two candidates have the same number. Give each number once: 1 to the one you want most.")
	count = sum(numbers.values()) if slip.kind == POINTS else len(numbers)
	if most and count > most:
		return casting.too_many(slip.kind).format(format_number(count), format_number(most))
	return ""


# --- what is shown ---------------------------------------------------------------------------------------


def _marking(booth: Booth, marked: Marked) -> Context:
	slip = booth.slip
	shown = list(slip.candidates)
	# The place on a list brings votes; nobody is to have the same place everywhere.
	secrets.SystemRandom().shuffle(shown)
	each = STATEMENTS // max(1, len(shown))
	photo = PHOTOS // max(1, sum(bool(row.photo) for row in shown))
	for row in shown:
		row.label = elections.candidate_name(row)
		texts = elections.statements(row, booth.visitor)
		whole = textwrap.shorten("\n".join(texts), each, placeholder=" …") if texts else ""
		whole = "\n\n".join(texts) if sum(map(len, texts)) <= each else whole
		row.short = textwrap.shorten(texts[0], SHOWN_OF_STATEMENT, placeholder=" …") if texts else ""
		row.whole = whole if whole != row.short else ""
		row.picture = _picture(row.photo, photo) if row.photo else ""
	until = format_datetime(slip.voting_until)
	return booth.context(
		"mark",
		candidates=shown,
		marked=marked,
		many=_how_many(slip),
		words=_words(slip),
		until=_("Online voting is open until {0}.").format(until) if until else "",
	)


def block(context: Context) -> int:
	"""In blocks of how many bytes the answer is sent; 0 where its length tells nothing."""
	return BLOCK if context["step"] == "review" else 0


def _review(booth: Booth, marked: Marked, key: str) -> Context:
	slip, choices = booth.slip, marked.choices(booth.slip.kind)
	named = {row.name: elections.candidate_name(row) for row in slip.candidates}
	chosen = [
		_("{0}: {1} points").format(named.get(name, ""), format_number(marked.numbers[name]))
		if slip.kind == POINTS
		else named.get(name, "")
		for name in dict.fromkeys(choices)
	]
	fields = [(KEY, key), *((CHOICE, name) for name in choices), *([(BLANK, "1")] if marked.blank else [])]
	return booth.context(
		"review",
		chosen=chosen,
		fields=[*fields, ("pad", "x" * (-len(urlencode(fields)) % SENT_BLOCK))],
	)


def _receipt(booth: Booth, receipt: str) -> Context:
	shown = receipt[:SHOWN_OF_RECEIPT]
	groups = [shown[at : at + GROUP] for at in range(0, len(shown), GROUP)]
	return booth.context("receipt", receipt=" ".join(groups), check_at=CHECK_AT)


def _voted(booth: Booth) -> Context:
	text = (
		_("A vote has been cast for {0}. Nobody votes twice.").format(booth.whom)
		if booth.whom
		else _("A vote has been cast for whom this code was made. Nobody votes twice.")
	)
	return booth.context("voted", text=text)


def _closed(slip: frappe._dict) -> str:
	try:
		casting.refuse_closed(slip)
	except casting.NotOpenError as closed:
		return pages.sentence(closed)


def _how_many(slip: frappe._dict) -> str:
	"""How much this voter can mark, in a sentence; empty where that is any number."""
	if not slip.max_choices:
		return ""
	most = format_number(slip.max_choices)
	return {
		MARKS: _("You can mark up to {0}. Fewer is allowed."),
		POINTS: _("You can give up to {0} points, also several to one candidate."),
		RANKING: _("You can put up to {0} in order. Fewer is allowed."),
	}[slip.kind].format(most)


def _words(slip: frappe._dict) -> dict[str, str]:
	"""What vote.js says while somebody marks."""
	some, any_number = {
		MARKS: (_("{0} of {1} marked"), _("{0} marked")),
		POINTS: (_("{0} of {1} points given"), _("{0} points given")),
		RANKING: (_("{0} of {1} put in order"), _("{0} put in order")),
	}[slip.kind]
	return {
		"count": some if slip.max_choices else any_number,
		"over": casting.too_many(slip.kind),
		"both": _("You chose the blank vote and marked candidates as well. Take back one or the other."),
		"none": _("You have marked nobody. Mark candidates, or choose the blank vote."),
		"numbers": _("Write whole numbers only."),
		"points": _("{0}: {1} points"),
		"next": _("Put next"),
		"up": _("Up: {0}"),
		"down": _("Down: {0}"),
		"out": _("Take out: {0}"),
		"place": _("{0} is number {1}."),
		"taken_out": _("{0} is taken out."),
	}


# --- photos ----------------------------------------------------------------------------------------------


def _picture(url: str, most: int) -> str:
	"""The photo as a data: address of at most about `most` bytes, empty if it cannot be read. Within the page it needs
	no door of its own: who has a code has no session that such a door could ask."""
	place = f"aso_vote_photo:{hashlib.sha256(f'{url}|{most}'.encode()).hexdigest()[:32]}"
	made = frappe.cache.get_value(place)
	if made is None:
		made = _made_small(url, most)
		frappe.cache.set_value(place, made, expires_in_sec=3600)
	return made


def _made_small(url: str, most: int) -> str:
	name = frappe.db.get_value("File", {"file_url": url, "is_private": 1})
	try:
		content = frappe.get_doc("File", name).get_content()
		for side, quality in ((96, 60), (80, 55), (64, 50), (48, 45), (40, 40), (SMALLEST_PHOTO, 35)):
			small = elections.thumbnail(content, side, quality)
			if len(small) <= most:
				break
	except (OSError, frappe.DoesNotExistError, frappe.PageDoesNotExistError):
		frappe.clear_messages()
		return ""
	return "data:image/jpeg;base64," + base64.b64encode(small).decode()
