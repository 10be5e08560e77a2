"""What the committee does on the form of an election beside counting: seal a seed, settle a tie, count again."""

from __future__ import annotations

from frappe.utils.password import update_password
from playwright.sync_api import expect

from aso_network.polling import rules
from tests.browser import stage
from tests.browser.desk import Desk
from tests.site import builders, hall

SEED = "seven dice: 4 1 6 2 2 5 3"


def confirm(desk: Desk) -> None:
	desk.dialog.locator(".standard-actions .btn-primary").click()
	desk.settle()


def ready(**decided: object) -> hall.Hall:
	"""A hall with an election ready to open, whose people can log in."""
	vote = hall.build(organizations=6, **decided)
	for name in (vote.manager, *vote.tellers):
		update_password(name, stage.PASSWORD)
	return vote


def test_a_tie_is_settled_from_the_seed_that_was_sealed_before(desk, site):
	vote = ready(seats=1, tie_rule=rules.LOT_FROM_SEED)
	site.commit()
	teller = desk(vote.tellers[0])
	teller.open(f"election/{vote.election}")
	teller.button("Seal a seed")
	teller.write("seed", SEED, teller.dialog)
	teller.write("again", SEED, teller.dialog)
	confirm(teller)
	expect(teller.dialog).to_contain_text("Read it out before the meeting")
	site.refresh()
	sealed = vote.doc().seed_commitment
	assert sealed in teller.dialog.inner_text().replace(" ", "")

	vote.vote([vote.paper(0)] * 2 + [vote.paper(1)] * 2)
	vote.move("Tie", vote.tellers[0])
	site.commit()
	teller.open(f"election/{vote.election}")
	expect(teller.form.locator("..").locator(".form-message")).to_contain_text("Equal votes")
	teller.button("Draw the lot from the seed")
	teller.write("seed", SEED, teller.dialog)
	confirm(teller)
	expect(teller.field("rows_html")).to_contain_text("Drawn by lot among the tied")
	teller.page.get_by_text("How the lot was drawn from the seed").click()
	expect(teller.field("rows_html").locator(".aso-shell").first).to_have_text(
		f"printf '%s' '{SEED}' | sha256sum"
	)


def test_a_recount_opens_beside_the_count_and_agrees(desk, site):
	vote = ready(candidates=4, max_choices=0, form="Single Transferable Vote")
	with builders.as_user("Administrator"):
		vote.count([vote.paper(0, 1)] * 4 + [vote.paper(2), vote.paper(3, 2)])
	site.commit()
	teller = desk(vote.tellers[0])
	teller.open(f"election/{vote.election}")
	teller.button("Recount")
	expect(teller.here.locator(".form-message")).to_contain_text("both counts agree")
	expect(teller.field("explanation_html").locator(".aso-rounds thead th")).not_to_have_count(0)
	expect(teller.here.get_by_role("button", name="Sign", exact=True)).to_have_count(0)


def test_the_office_holds_a_runoff_among_the_tied(desk, site):
	vote = ready(tie_rule=rules.RUNOFF)
	vote.vote([vote.paper(0)] * 2 + [vote.paper(1), vote.paper(2)])
	vote.move("Tie", vote.tellers[0])
	site.commit()
	manager = desk(vote.manager)
	manager.open(f"election/{vote.election}")
	manager.button("Hold a runoff")
	manager.dialog.locator(".btn-primary:visible").click()
	manager.settle()
	expect(manager.here.locator(".form-message")).to_contain_text("A runoff of")
	assert manager.name != vote.election
	manager.button("First vote")
	expect(manager.here.locator(".form-message")).to_contain_text("The runoff decides")
