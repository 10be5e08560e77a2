from frappe.model.document import Document


class Election(Document):
	pass
