from frappe.model.document import Document


class NetworkActivity(Document):
	pass
