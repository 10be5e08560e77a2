from frappe.model.document import Document


class BallotBatch(Document):
	pass
