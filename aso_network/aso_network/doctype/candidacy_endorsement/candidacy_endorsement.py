from frappe.model.document import Document


class CandidacyEndorsement(Document):
	pass
