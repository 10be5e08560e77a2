"""The key ceremony: made and tried by the committee before voting, put together by it after voting, kept nowhere."""

from __future__ import annotations

import json
from itertools import combinations

import frappe
import pytest

from aso_network.api import elections as api
from aso_network.api import voting
from aso_network.polling import casting, closing, contest, election_key, sealing
from aso_network.roles import COMMITTEE, FINANCE, MANAGER, MEMBER, OBSERVER, OFFICER
from tests.site import builders, doors, hall
from tests.site.races import committed, race
from tests.site.test_polling_races import MADE, as_teller
from tests.site.test_voting_codes import everything_in_redis

PATH = "aso_network.api.voting"


def build(members: int = 3, **values: object) -> hall.Hall:
	"""A hall whose committee has `members` people and whose box is to be sealed."""
	h = hall.build(organizations=3 + max(members, 2))
	h.tellers += [builders.user(COMMITTEE) for _member in range(members - 2)]
	with builders.as_user(h.officer):
		doc = h.doc()
		for organization, user in zip(h.organizations[3:], h.tellers[2:], strict=False):
			doc.append("committee", hall.teller(organization, user))
		doc.save()
	h.go_online(**{"sealed": 1, **values})
	return h


@pytest.fixture
def sealed() -> hall.Hall:
	return build()


def make(h: hall.Hall, teller: int = 0) -> list[str]:
	with builders.as_user(h.tellers[teller]):
		return voting.make_key(h.election)


def rehearse(h: hall.Hall, sheets: list[str], teller: int = 0) -> None:
	with builders.as_user(h.tellers[teller]):
		voting.rehearse_sheets(h.election, json.dumps(sheets))


def opened(h: hall.Hall, sheets: list[str], teller: int = 0) -> dict:
	with builders.as_user(h.tellers[teller]):
		return voting.open_box(h.election, sheets)


def voted(h: hall.Hall, *ballots: tuple[int, ...]) -> list[str]:
	"""Key, rehearsal, opening, these ballots and the close; returns the sheets."""
	made = make(h)
	rehearse(h, made)
	h.move("Voting Open")
	found = casting.slip(h.election)
	for voter, marks in zip(h.voters().values(), ballots, strict=False):
		choices = [h.candidacies[mark] for mark in marks]
		casting.cast(
			h.election, voter, envelope=sealing.seal(found.public_key, h.election, choices, found.padded)
		)
	h.move("Voting Closed", h.tellers[0])
	return made


def trail(h: hall.Hall, action: str) -> list[str]:
	return frappe.get_all(
		"Network Audit Event", {"reference_name": h.election, "action": action}, pluck="reason"
	)


def ways_out(h: hall.Hall) -> str:
	return " ".join(blocker["way_out"] for blocker in contest.issues_before_opening(h.doc()))


# making it


@pytest.mark.parametrize(
	("members", "asked", "needed"), [(2, 0, 2), (3, 0, 2), (5, 0, 3), (5, 2, 2), (4, 4, 4)]
)
def test_each_member_gets_a_sheet_and_a_majority_opens(members, asked, needed):
	h = build(members, sheets_needed=asked)
	made = make(h)
	assert [len(sheet.split()) for sheet in made] == [20] * members
	doc = h.doc()
	assert (doc.sheets, doc.sheets_needed, doc.sheets_rehearsed) == (members, needed, 0)
	rehearse(h, made)
	assert h.doc().sheets_rehearsed
	(said,) = trail(h, "Make Key")
	assert doc.public_key in said and not set(made[0].split()) & set(said.split())


@pytest.mark.parametrize("asked", [1, 4, -1])
def test_a_number_of_sheets_that_makes_no_sense_is_refused(asked):
	h = build(3, sheets_needed=asked)
	with pytest.raises(election_key.ElectionKeyError, match="at least 2 and at most 3"):
		make(h)
	assert not h.doc().public_key


@pytest.mark.parametrize("when", ["nominations", "open", "paper", "unsealed"])
def test_it_is_made_before_opening_for_a_sealed_box_only(when):
	h = hall.build(upto="nominations") if when == "nominations" else hall.build()
	if when != "paper":
		h.go_online(sealed=0 if when == "unsealed" else 1)
	if when == "open":
		rehearse(h, make(h))
		h.move("Voting Open")
	before = h.doc().public_key
	with pytest.raises(election_key.ElectionKeyError):
		make(h)
	assert h.doc().public_key == before


def test_making_it_again_voids_the_earlier_sheets(sealed):
	old = make(sealed)
	rehearse(sealed, old)
	new = make(sealed, 1)
	assert not sealed.doc().sheets_rehearsed
	with pytest.raises(election_key.SheetsError, match="another key"):
		rehearse(sealed, old)
	with pytest.raises(election_key.SheetsError, match="Field 2 is a sheet of another key"):
		rehearse(sealed, [new[0], old[1], new[2]])
	rehearse(sealed, new)
	assert len(trail(sealed, "Make Key")) == 2


@pytest.mark.parametrize("change", ["member", "needed", "unsealed", "paper"])
def test_a_key_is_of_one_committee_and_one_number_of_sheets(sealed, change):
	rehearse(sealed, make(sealed))
	with builders.as_user(sealed.officer):
		doc = sealed.doc()
		if change == "member":
			doc.committee.pop()
		else:
			doc.update(
				{
					"needed": {"sheets_needed": 3},
					"unsealed": {"sealed": 0},
					"paper": {"voting_mode": "Paper"},
				}[change]
			)
		doc.save()
	doc = sealed.doc()
	assert (doc.public_key or "", doc.sheets, doc.sheets_rehearsed) == ("", 0, 0)
	assert len(trail(sealed, "Void Key")) == 1


def test_another_save_leaves_the_key_alone_and_no_form_writes_one(sealed):
	rehearse(sealed, make(sealed))
	before = sealed.doc()
	with builders.as_user(sealed.officer):
		doc = sealed.doc()
		doc.update({"title": "The vote", "public_key": "mine", "sheets": 1, "sheets_rehearsed": 0})
		doc.save()
	after = sealed.doc()
	assert after.title == "The vote"
	for field in ("public_key", "sheets", "sheets_needed", "sheets_rehearsed"):
		assert after.get(field) == before.get(field)


@pytest.mark.parametrize(("members", "sealed"), [(2, 0), (3, 1), (5, 1)])
def test_a_large_committee_gets_a_sealed_box_unless_the_office_chooses_otherwise(members, sealed):
	h = build(members, sealed=0)
	assert h.doc().sealed == sealed
	with builders.as_user(h.officer):
		doc = h.doc()
		doc.sealed = 1 - sealed
		doc.save()
		doc = h.doc()
		doc.title = "The vote"
		doc.save()
	assert h.doc().sealed == 1 - sealed


def test_a_committee_that_becomes_large_enough_gets_one_too():
	h = hall.build(organizations=6)
	h.go_online()
	assert not h.doc().sealed
	with builders.as_user(h.officer):
		doc = h.doc()
		doc.append("committee", hall.teller(h.organizations[3], builders.user(COMMITTEE)))
		doc.save()
	assert h.doc().sealed


# trying it


def test_voting_opens_only_with_a_key_that_was_tried(sealed):
	assert "Make the key" in ways_out(sealed)
	with pytest.raises(contest.NotReadyToOpenError, match="no key yet"):
		sealed.move("Voting Open")
	made = make(sealed)
	assert "Try the sheets" in ways_out(sealed)
	with pytest.raises(contest.NotReadyToOpenError, match="whether the word sheets"):
		sealed.move("Voting Open")
	rehearse(sealed, made)
	assert ways_out(sealed) == ""
	sealed.move("Voting Open")


def test_every_sheet_is_tried(sealed):
	made = make(sealed)
	with pytest.raises(election_key.SheetsError, match="missing: 2"):
		rehearse(sealed, [made[2], made[0]])
	with pytest.raises(election_key.SheetsError, match="2 sheets are needed"):
		rehearse(sealed, made[:1])
	with pytest.raises(election_key.SheetsError, match="Fields 1 and 3 are the same sheet"):
		rehearse(sealed, [made[0], made[1], made[0]])
	assert not sealed.doc().sheets_rehearsed and trail(sealed, "Rehearse Sheets") == []
	rehearse(sealed, made[::-1])
	assert trail(sealed, "Rehearse Sheets") == ["Sheets 3, 2, 1"]


def test_errors_name_the_place_and_no_word(sealed):
	made = make(sealed)
	words = made[1].split()
	for typed, said in (
		(" ".join([*words[:6], "zebra", *words[7:]]), "Field 2, word 7"),
		(" ".join(words[:-1]), "Field 2 has 19 words; a sheet has 20"),
		(" ".join([words[1], words[0], *words[2:]]), "Field 2: the words do not belong together"),
	):
		with pytest.raises(election_key.SheetsError, match=said) as refused:
			rehearse(sealed, [made[0], typed, made[2]])
		assert not {"zebra", *words} & set(str(refused.value).replace(",", " ").split())


def test_sheets_of_another_election_are_refused(sealed):
	other = build(2)
	theirs = make(other)
	make(sealed)
	with pytest.raises(election_key.SheetsError, match="another key"):
		rehearse(sealed, theirs)


def test_online_voting_does_not_begin_after_its_end(sealed):
	rehearse(sealed, make(sealed))
	frappe.db.set_value("Election", sealed.election, "voting_until", "2020-01-01 10:00:00")
	assert "later end" in ways_out(sealed)


# opening the box


@pytest.mark.parametrize("chosen", combinations(range(3), 2))
def test_any_two_of_three_sheets_open_the_box(chosen):
	h = build()
	made = voted(h, (0, 1), (0,), (2,), ())
	assert h.doc().online_ballots == 4 and not frappe.db.count("Ballot", {"election": h.election})
	assert opened(h, [made[i] for i in chosen]) == {"already": False, "envelopes": 4, "unreadable": 0}
	assert frappe.db.count("Ballot", {"election": h.election, "source": "Online"}) == 4
	numbers = ", ".join(str(i + 1) for i in chosen)
	assert trail(h, "Open Box") == [f"Sheets {numbers}; 4 envelopes, 0 of them unreadable"]


def test_wrong_sheets_change_nothing_and_opening_twice_does_no_harm(sealed):
	made = voted(sealed, (0, 1), (0,))
	other = make(build(2))
	for wrong in ([made[0]], [made[0], made[0]], other, [made[0], other[1]], [], ["", ""]):
		with pytest.raises(election_key.SheetsError):
			opened(sealed, wrong)
	assert not sealed.doc().box_opened and trail(sealed, "Open Box") == []
	assert not frappe.db.count("Ballot", {"election": sealed.election})
	first = opened(sealed, made)
	# The answer was lost: once more, by the same or by another member, and with nothing in the fields.
	assert opened(sealed, made) == {**first, "already": True}
	assert opened(sealed, ["", ""], 1) == {**first, "already": True}
	assert frappe.db.count("Ballot", {"election": sealed.election}) == 2
	assert len(trail(sealed, "Open Box")) == 1


def test_the_box_is_opened_after_the_close_only():
	h = build(2)
	made = make(h)
	with pytest.raises(closing.BoxStillClosedError):
		opened(h, made)
	rehearse(h, made)
	h.move("Voting Open")
	with pytest.raises(closing.BoxStillClosedError):
		opened(h, made)


# who may


def test_nobody_else_makes_tries_or_opens(sealed):
	made = make(sealed)
	before = sealed.doc().public_key
	users = [builders.user(role) for role in (OFFICER, MANAGER, OBSERVER, FINANCE, MEMBER, COMMITTEE)]
	for user in (*users, "Administrator", "Guest"):
		with builders.as_user(user):
			for act in (
				lambda: voting.make_key(sealed.election),
				lambda: voting.rehearse_sheets(sealed.election, made),
				lambda: voting.open_box(sealed.election, made),
				lambda: doors.call(f"{PATH}.make_key", election=sealed.election),
				lambda: doors.call(f"{PATH}.rehearse_sheets", election=sealed.election, secret_sheets=made),
				lambda: doors.call(f"{PATH}.open_box", election=sealed.election, secret_sheets=made),
				lambda: election_key.make(sealed.doc()),
				lambda: election_key.open_box(sealed.doc(), made),
			):
				with pytest.raises(frappe.PermissionError):
					act()
	assert sealed.doc().public_key == before and not sealed.doc().sheets_rehearsed


def test_two_members_make_a_key_at_once_and_one_key_is_left():
	with committed(*MADE):
		h = build(2)
		frappe.db.commit()
		first, second = race(*(as_teller(t, lambda: voting.make_key(h.election)) for t in h.tellers))
		with pytest.raises(election_key.SheetsError, match="another key"):
			rehearse(h, first)
		rehearse(h, second)


def test_two_members_open_at_once_and_the_box_is_opened_once():
	with committed(*MADE, "Ballot Envelope", "Ballot Receipt"):
		h = build(2)
		made = voted(h, (0, 1), (1,))
		frappe.db.commit()
		first, second = race(*(as_teller(t, lambda: voting.open_box(h.election, made)) for t in h.tellers))
		assert (first["already"], second["already"]) == (False, True)
		assert frappe.db.count("Ballot", {"election": h.election}) == 2


# what is kept


KEPT_IN = ("Network Audit Event", "Version", "Error Log", "Comment", "Activity Log", "Deleted Document")


@pytest.mark.parametrize("what", ["make_key", "rehearse_sheets", "open_box"])
def test_no_word_is_kept_whether_it_works_or_breaks(sealed, what, monkeypatch):
	made = voted(sealed, (0, 1)) if what == "open_box" else make(sealed)
	arguments = {} if what == "make_key" else {"secret_sheets": made}
	with builders.as_user(sealed.tellers[0]):
		answer = doors.call(f"{PATH}.{what}", election=sealed.election, **arguments)
		given = answer if what == "make_key" else made
		assert kept(given) == []
		seen = {}

		def broken(*_args):
			seen.update(form=frappe.local.form_dict)
			raise RuntimeError(" ".join(made))

		monkeypatch.setattr(sealing, "public_key", broken)
		monkeypatch.setattr(closing, "open_with", broken)
		if what == "open_box":
			frappe.db.set_value("Election", sealed.election, "box_opened", 0)
		with pytest.raises(frappe.ValidationError, match="try again") as refused:
			doors.call(f"{PATH}.{what}", election=sealed.election, **arguments)
	assert refused.value.http_status_code < 500 and refused.value.__context__ is None
	assert "secret_sheets" not in seen["form"]
	assert kept(made) == []


def kept(sheets: list[str]) -> list[str]:
	"""Which of these can be found by the beginning of their text."""
	said = everything_in_redis()
	for doctype in KEPT_IN:
		said += frappe.as_json(frappe.get_all(doctype, fields=["*"]))
	return [sheet for sheet in sheets if " ".join(sheet.split()[-3:]) in said]


def test_nonsense_is_refused_without_a_server_error(sealed):
	make(sealed)
	for typed in ("[1, null]", '{"a": "b"}', '["' + "a " * 200_000 + '"]', "{"):
		with builders.as_user(sealed.tellers[0]), pytest.raises(frappe.ValidationError) as refused:
			doors.call(f"{PATH}.rehearse_sheets", election=sealed.election, secret_sheets=typed)
		assert refused.value.http_status_code < 500


def test_the_roll_can_be_frozen_again_under_the_same_key(sealed):
	rehearse(sealed, make(sealed))
	with builders.as_user(sealed.officer):
		api.freeze_roll(sealed.election)
	sealed.move("Voting Open")
