from frappe.model.document import Document


class NetworkAuditEvent(Document):
	pass
