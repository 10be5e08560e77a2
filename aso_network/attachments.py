"""Files that people send in: what they are about decides who may read them, so they are never public."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

PRIVATE = "/private/files/"


class PublicFileError(frappe.ValidationError):
	"""The file could be read by everybody, or lies on another host."""


def require_private(doc: Document, *fieldnames: str) -> None:
	"""Raises where one of these attachments is not a private file of this site."""
	for fieldname in fieldnames:
		url = doc.get(fieldname)
		if url and not url.startswith(PRIVATE):
			frappe.throw(
				_("“{0}” has to be a private file: attach it again with the lock closed.").format(
					_(doc.meta.get_label(fieldname))
				),
				PublicFileError,
			)
