from frappe.model.document import Document


class ElectionResultSignature(Document):
	pass
