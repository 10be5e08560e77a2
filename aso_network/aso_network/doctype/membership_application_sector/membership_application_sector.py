from frappe.model.document import Document


class MembershipApplicationSector(Document):
	pass
