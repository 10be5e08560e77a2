from frappe.model.document import Document


class ElectionResultLot(Document):
	pass
