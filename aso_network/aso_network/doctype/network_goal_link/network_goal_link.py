from frappe.model.document import Document


class NetworkGoalLink(Document):
	pass
