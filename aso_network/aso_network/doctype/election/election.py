import frappe
from frappe import _, throw
from frappe.model.document import Document

from aso_network.polling import committee, contest, election_key, objections, rules, ties


class Election(Document):
	def onload(self) -> None:
		self.set_onload("form_in_words", rules.about_form(self.form))
		self.set_onload("seat_rules_in_words", [rules.words(rule) for rule in rules.seat_rules(self)])
		self.set_onload("open_objections", objections.open_by_matter(self.name))

		if self.status == "Tie":
			result = frappe.get_doc("Election Result", self.result)
			self.set_onload("seed_is_spent", ties.seed_is_spent(self, result))

	def validate(self) -> None:
		contest.restore_kept_fields(self)
		contest.set_defaults(self)
		committee.validate(self)
		election_key.seal_by_default(self)
		election_key.follow(self)
		self.validate_figures()
		contest.refuse_changes(self)

	def validate_figures(self) -> None:
		for field in ("papers_issued", "papers_returned", "papers_in_box", "signatures_required"):
			if (self.get(field) or 0) < 0:
				throw(
					_("{0}: “{1}” cannot be less than zero.").format(
						self.title, _(self.meta.get_label(field))
					)
				)

	def for_print(self) -> dict[str, str | int | None]:
		"""How its ballot papers are marked; empty before the rules are adopted."""
		return rules.of_papers(self) if self.form else {}
