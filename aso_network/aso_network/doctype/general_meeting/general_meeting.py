import frappe
from frappe.model.document import Document

from aso_network import meetings


class GeneralMeeting(Document):
	def before_insert(self) -> None:
		meetings.prepare(self)

	def validate(self) -> None:
		meetings.refuse_change_of_closed(self)
		meetings.keep_computed(self)
		meetings.set_title(self)
		meetings.check_times(self)
		meetings.check_quorum_rule(self)
		meetings.check_attendance(self)
		meetings.count_present(self)
		meetings.check_decisions(self)
		meetings.check_seat_rules(self)
		meetings.keep_what_was_voted_by(self)

	def update_child_table(self, fieldname: str, df: object = None) -> None:
		if fieldname == "attendance":
			meetings.write_new_lines(self)
		super().update_child_table(fieldname, df)

	def after_delete(self) -> None:
		meetings.give_back_number(self)

	def for_print(self) -> frappe._dict:
		return meetings.for_print(self)


def on_doctype_update() -> None:
	frappe.db.add_unique("General Meeting", ["platform", "sequence", "call_number"])
