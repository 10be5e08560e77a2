from frappe.model.document import Document


class BallotBatchEntry(Document):
	pass
