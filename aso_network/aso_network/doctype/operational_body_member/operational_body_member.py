from frappe.model.document import Document


class OperationalBodyMember(Document):
	pass
