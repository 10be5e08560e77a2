from frappe.model.document import Document


class ElectionResult(Document):
	pass
