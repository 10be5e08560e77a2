from frappe.model.document import Document


class Candidacy(Document):
	pass
