from frappe.model.document import Document


class ActivityPartner(Document):
	pass
