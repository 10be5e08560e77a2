from frappe.model.document import Document


class OperationalBody(Document):
	pass
