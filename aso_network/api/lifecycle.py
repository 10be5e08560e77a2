"""Making a workflow action together with its reason."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.workflow import apply_workflow

from aso_network.workflows import DOCTYPES


@frappe.whitelist(methods=["POST"])
def apply_with_reason(doctype: str, name: str, action: str, reason: str) -> dict:
	"""Make the workflow `action` on a document, giving its reason, and return the document.

	One transaction: when the action is refused, nothing of it stays, not the reason either.
	"""
	if doctype not in DOCTYPES:
		frappe.throw(_("{0} has no lifecycle.").format(_(doctype)), frappe.PermissionError)
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("write")
	# `apply_workflow` reads the document afresh and the guard looks for the reason in it.
	frappe.db.set_value(doctype, name, "transition_reason", reason, update_modified=False)
	return apply_workflow(doc, action).as_dict()
