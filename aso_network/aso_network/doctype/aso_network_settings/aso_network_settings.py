from frappe.model.document import Document


class ASONetworkSettings(Document):
	pass
