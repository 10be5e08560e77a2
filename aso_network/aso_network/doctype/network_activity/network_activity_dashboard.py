from frappe import _


def get_data() -> dict:
	"""What is ordered and billed on the activity: found by the accounting dimension."""
	return {
		"fieldname": "network_activity",
		"internal_links": {"Project": "project"},
		"transactions": [
			{"label": _("Belongs to"), "items": ["Project"]},
			{"label": _("Ordered and billed"), "items": ["Purchase Order", "Purchase Invoice"]},
		],
	}
