"""What members and the public meet on a phone: pages, forms, languages. Staff work in the desk.

A page of the app is a template and a controller under `www/`, a form is a standard Web Form of the module; both are
rendered and received here, by `pages` and `forms`, so that they weigh little, escape everything and need no JavaScript.
"""

from aso_network.roles import MEMBER

# (path, its words, whether strangers see it)
MENU = (
	("my", "My organization", False),
	("my/meetings", "Meetings", False),
	("my/elections", "Elections", False),
	("my/training", "Training", False),
	("my/initiatives", "Initiatives", False),
	("my/data", "My data", False),
	("network", "The network", True),
	("network/members", "Members", True),
	("network/results", "Results", True),
	("network/calendar", "Calendar", True),
	("apply", "Apply for membership", True),
)


def menu_items() -> list[dict]:
	"""Hook `standard_portal_menu_items`: the members' pages in the sidebar of the website's own."""
	return [
		{"title": words, "route": f"/{path}", "role": MEMBER} for path, words, public in MENU if not public
	]
