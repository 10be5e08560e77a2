from frappe.model.document import Document


class ElectionVoter(Document):
	pass
