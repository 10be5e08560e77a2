from frappe.model.document import Document


class NetworkSector(Document):
	pass
