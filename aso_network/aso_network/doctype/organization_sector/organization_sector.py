from frappe.model.document import Document


class OrganizationSector(Document):
	pass
