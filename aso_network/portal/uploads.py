"""Files that people send with a form: small, of a known type, private, without what a camera writes into them."""

from __future__ import annotations

import io
from pathlib import PurePath

import filetype
import frappe
from frappe import _
from PIL import Image, ImageOps
from werkzeug.datastructures import FileStorage

from aso_network.portal import text
from aso_network.portal.fields import Wrong

MEGABYTE = 1024 * 1024
# What the first bytes say → how the file's name ends.
DOCUMENTS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
IMAGES = {kind: ending for kind, ending in DOCUMENTS.items() if kind.startswith("image/")}
_LONGEST_SIDE = 1600
# A JPEG is made smaller while it is read; of others all points lie in the memory at once.
_MOST_PIXELS = {"image/jpeg": 60_000_000, "image/png": 16_000_000, "image/webp": 16_000_000}
# Others keep their colours in a table beside the points, or have more of them than a page shows.
_MODES = ("L", "LA", "RGB", "RGBA")
# A document is read, it does not do anything.
_ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile")


def store(sent: FileStorage, only_images: bool, most_megabytes: int) -> str:
	"""Keep a file privately and answer with its URL; Frappe ties it to the document that is saved with this URL.

	Raises Wrong: too large, empty, or not of a type in `IMAGES` (`DOCUMENTS` unless `only_images`) by its content,
	whatever it is called.
	"""
	content = sent.stream.read(most_megabytes * MEGABYTE + 1)
	if not content:
		raise Wrong(_("The file is empty. Choose it again."))
	if len(content) > most_megabytes * MEGABYTE:
		raise Wrong(_("The file is larger than {0} MB. Send a smaller one.").format(most_megabytes))
	allowed = IMAGES if only_images else DOCUMENTS
	kind = filetype.guess_mime(content)
	if kind not in allowed:
		raise Wrong(
			_("This kind of file is not taken. Send one of: {0}.").format(
				", ".join(ending.upper() for ending in allowed.values())
			)
		)
	if kind in IMAGES:
		content = _bare(content, kind)
	elif any(word in content for word in _ACTIVE):
		raise Wrong(
			_("This PDF contains a program or another file. Print it to a new PDF, or send a photo of it.")
		)
	stem = text.clean(PurePath(sent.filename or "").stem)[:60] or "file"
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{stem.replace('/', '-')}.{allowed[kind]}",
			"content": content,
			"is_private": 1,
		}
	)
	# Strangers, too, may send what the form asks for; who may read it follows from the document it comes with.
	return file.insert(ignore_permissions=True).file_url


def _bare(content: bytes, kind: str) -> bytes:
	"""The picture upright, not larger than a page needs, without the place and time it was taken."""
	try:
		image = Image.open(io.BytesIO(content))
		if image.width * image.height > _MOST_PIXELS[kind]:
			raise ValueError(image.size)
		image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
		image = ImageOps.exif_transpose(image)
		if image.mode not in _MODES:
			image = image.convert("RGBA" if "transparency" in image.info else "RGB")
		image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
		if kind == "image/jpeg":
			image = image.convert("RGB")
		out = io.BytesIO()
		# A new picture of the same points: nothing else of the file survives.
		bare = Image.new(image.mode, image.size)
		bare.paste(image)
		bare.save(out, format=kind.partition("/")[2].upper(), quality=85)
		return out.getvalue()
	except Exception as error:  # Pillow raises of many kinds over a broken picture
		raise Wrong(_("This picture cannot be read. Send another one.")) from error
