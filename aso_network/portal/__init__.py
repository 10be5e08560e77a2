"""What members and the public meet on a phone: pages, forms, languages. Staff work in the desk.

A page of the app is a template and a controller under `www/`, a form is a standard Web Form of the module; both are
rendered and received here, by `pages` and `forms`, so that they weigh little, escape everything and need no JavaScript.
"""

from aso_network.roles import MEMBER

_ = str  # marks words for the translators; they are translated where they are shown

# What the addresses of its pages and forms begin with.
FOLDERS = ("my", "network", "apply", "register", "language", "sign-in", "set-password", "vote", "certificate")

# (path, its words, whether strangers see it)
MENU = (
	("my", _("My organization"), False),
	("my/meetings", _("Meetings"), False),
	("my/elections", _("Elections"), False),
	("my/training", _("Training"), False),
	("my/initiatives", _("Initiatives"), False),
	("my/data", _("My data"), False),
	("network", _("The network"), True),
	("network/members", _("Members"), True),
	("network/results", _("Results"), True),
	("network/calendar", _("Calendar"), True),
	("apply", _("Apply for membership"), True),
)


def menu_items() -> list[dict]:
	"""Hook `portal_menu_items`: the members' pages in the sidebar of the website's own.

	(Of the standard items version 15 takes away again, at each migrate, those that are not about a DocType.)
	"""
	return [
		{"title": words, "route": f"/{path}", "role": MEMBER} for path, words, public in MENU if not public
	]
