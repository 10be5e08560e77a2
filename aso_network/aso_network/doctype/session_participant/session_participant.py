from frappe.model.document import Document


class SessionParticipant(Document):
	pass
