from frappe.model.document import Document


class NetworkGoal(Document):
	"""What the network works for. Three come with the app; a site may add its own."""
