from werkzeug.wrappers import Response

from aso_network import training_calendar
from aso_network.portal import training
from aso_network.portal.visitor import Visitor


def get_context(visitor: Visitor) -> Response:
	return Response(
		training_calendar.feed(training.levels(visitor)),
		content_type="text/calendar; charset=utf-8",
		headers={
			"Content-Disposition": 'inline; filename="training.ics"',
			# What members see is theirs; no cache on the way keeps it.
			"Cache-Control": "private, max-age=900",
			"X-Content-Type-Options": "nosniff",
		},
	)
