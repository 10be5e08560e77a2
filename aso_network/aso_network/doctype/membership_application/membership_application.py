from frappe.model.document import Document

from aso_network import applications, mail, membership
from aso_network.changes import keep


class MembershipApplication(Document):
	def onload(self) -> None:
		self.set_onload("obstacle", applications.obstacle(self))
		self.set_onload("letter", mail.state_of(self))

	def validate(self) -> None:
		keep(self, "organization", "confirmed_on", "token_hash", "token_expires_on")
		applications.clean(self)
		applications.check(self)
		applications.fill_in(self)
		if self.is_new():  # later the register asks again, and tells the office
			membership.require_territory_in_platform(self)
			membership.check_dates(self)
		applications.keep_closed(self)

	def validate_workflow(self) -> None:
		"""Frappe's own check of roles; whoever has the mailed link has no role, and the guard has let them pass."""
		if not self.flags.mover_checked:
			super().validate_workflow()
