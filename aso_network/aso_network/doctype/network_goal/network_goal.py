from frappe.model.document import Document


class NetworkGoal(Document):
	pass
