from frappe.model.document import Document


class ActivityBudgetLine(Document):
	pass
