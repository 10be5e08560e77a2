import frappe
from frappe import _
from frappe.model.document import Document

from aso_network import quorum


class SettingOutOfRangeError(frappe.ValidationError):
	"""A default that no meeting, election or session could use."""


# The committee has two to five members; fifty years is longer than anything is kept.
RANGES = {
	"signatures_needed": (1, 5),
	"objection_days": (0, 60),
	"feedback_days": (1, 365),
	"attendance_threshold": (0, 100),
	"retention_months": (1, 600),
	"application_link_days": (1, 60),
	"application_keep_days": (1, 365),
}


class ASONetworkSettings(Document):
	def validate(self) -> None:
		self.keep_computed()
		self.check_ranges()
		self.check_quorum()

	def keep_computed(self) -> None:
		self.network_structured_on = self.get_doc_before_save().network_structured_on

	def check_ranges(self) -> None:
		for field, (least, most) in RANGES.items():
			if not least <= (self.get(field) or 0) <= most:
				frappe.throw(
					_("{0}: “{1}” must be from {2} to {3}.").format(
						_(self.doctype), _(self.meta.get_label(field)), least, most
					),
					SettingOutOfRangeError,
				)

	def check_quorum(self) -> None:
		try:
			quorum.check(self.default_quorum_rule or quorum.MAJORITY, self.default_quorum_value)
		except quorum.QuorumValueError:
			frappe.throw(
				_(
					"{0}: “{1}” needs a percentage above 0 and up to 100, or a whole number of members."
				).format(_(self.doctype), _(self.default_quorum_rule)),
				SettingOutOfRangeError,
			)
