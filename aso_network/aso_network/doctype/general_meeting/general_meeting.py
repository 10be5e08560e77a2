from frappe.model.document import Document


class GeneralMeeting(Document):
	pass
