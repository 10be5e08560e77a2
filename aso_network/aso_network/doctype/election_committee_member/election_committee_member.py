from frappe.model.document import Document


class ElectionCommitteeMember(Document):
	pass
