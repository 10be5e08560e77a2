import frappe
from frappe.model.document import Document

from aso_network import finance, initiatives


class NetworkActivity(Document):
	@property
	def outside_partners(self) -> str:
		"""Virtual field: what the web form asks for, one name in each line."""
		return "\n".join(row.partner_name for row in self.get("partners") or [] if row.partner_name)

	def onload(self) -> None:
		finance.refresh(self)

	def validate(self) -> None:
		finance.hold_finance_to(self)
		finance.follow_reference(self)
		finance.take_territory_of_platform(self)
		finance.take_books_of_platform(self)
		finance.check_books(self)
		finance.check_dates(self)
		finance.check_partners(self)
		initiatives.check_proposal(self)
		finance.check_budget(self)
		finance.refresh(self)

	def on_update(self) -> None:
		finance.link_back(self)

	def on_trash(self) -> None:
		finance.release_reference(self)


def on_doctype_update() -> None:
	frappe.db.add_unique("Network Activity", ["reference_doctype", "reference_name"])
