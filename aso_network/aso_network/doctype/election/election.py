from frappe import _, throw
from frappe.model.document import Document

from aso_network.polling import committee, contest


class Election(Document):
	def validate(self) -> None:
		contest.restore_kept_fields(self)
		contest.set_defaults(self)
		committee.validate(self)
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
