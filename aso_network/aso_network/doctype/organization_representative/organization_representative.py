from frappe.model.document import Document


class OrganizationRepresentative(Document):
	pass
