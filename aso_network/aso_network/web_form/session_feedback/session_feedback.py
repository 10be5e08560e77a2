from frappe import _
from frappe.model.document import Document

from aso_network import feedback
from aso_network.portal import training
from aso_network.portal.forms import ClosedError
from aso_network.portal.visitor import Visitor, require_member

FIELD_OF = {feedback.NoParticipantError: "contact", feedback.FeedbackTwiceError: "contact"}


def get_context(context: dict) -> None:
	pass


def open_for(visitor: Visitor) -> None:
	require_member(visitor)
	if not training.feedback_awaited(visitor):
		raise ClosedError(
			_("There is no session now that your people could give feedback on, or all of them have done so.")
		)


def choices(visitor: Visitor) -> dict[str, list[tuple[str, str]]]:
	awaited = training.feedback_awaited(visitor)
	rating = [
		("5", _("5: very good")),
		("4", _("4: good")),
		("3", _("3: fair")),
		("2", _("2: rather poor")),
		("1", _("1: poor")),
	]
	return {
		"session": list({row.session: row.title for row in awaited}.items()),
		"contact": list({row.contact: row.person_name for row in awaited}.items()),
		**dict.fromkeys(feedback.RATINGS, rating),
	}


def defaults(visitor: Visitor) -> dict:
	"""Where there is one choice, it is made."""
	awaited = training.feedback_awaited(visitor)
	values = {field: {row[field] for row in awaited} for field in ("session", "contact")}
	return {field: next(iter(found)) for field, found in values.items() if len(found) == 1}


def submit(visitor: Visitor, values: dict, name: str | None) -> Document:
	return feedback.send(visitor.organization.name, **values)
