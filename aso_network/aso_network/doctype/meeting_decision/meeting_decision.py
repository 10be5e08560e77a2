from frappe.model.document import Document


class MeetingDecision(Document):
	pass
