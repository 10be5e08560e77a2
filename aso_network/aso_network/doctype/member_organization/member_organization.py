from frappe.model.document import Document


class MemberOrganization(Document):
	pass
