from frappe.model.document import Document


class FormSubmission(Document):
	"""One sending of a web form, named by the hash of its key: the same sending is received once."""
