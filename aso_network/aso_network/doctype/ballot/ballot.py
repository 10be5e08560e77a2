from frappe.model.document import Document


class Ballot(Document):
	pass
