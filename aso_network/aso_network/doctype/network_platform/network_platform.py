from frappe.model.document import Document


class NetworkPlatform(Document):
	pass
