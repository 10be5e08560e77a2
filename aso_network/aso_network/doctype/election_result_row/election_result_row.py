from frappe.model.document import Document


class ElectionResultRow(Document):
	pass
