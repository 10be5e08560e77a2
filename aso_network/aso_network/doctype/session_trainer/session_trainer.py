from frappe.model.document import Document


class SessionTrainer(Document):
	pass
