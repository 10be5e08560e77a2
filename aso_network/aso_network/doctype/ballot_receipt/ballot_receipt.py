import frappe

from aso_network.boxed import Unseen


class BallotReceipt(Unseen):
	"""That some vote came online: what its voter was given. Nothing leads from here to a voter or a ballot."""


def on_doctype_update() -> None:
	frappe.db.add_unique("Ballot Receipt", ["election", "receipt"])
