from frappe.model.document import Document


class NetworkSector(Document):
	"""A field of work, with the five-digit purpose code by which donors count aid (DAC)."""
