"""What the app does when a document of whatever app is saved or deleted, and what it does by the clock (see hooks.py)."""

from aso_network import workflows

_GUARD = "aso_network.workflows.guard"
OF_DOCUMENTS = {
	workflows.DOCTYPES: {
		"onload": "aso_network.link_titles.fetch_together",
		"validate": f"{_GUARD}.check",
		"on_update": f"{_GUARD}.record",
		"on_change": "aso_network.files.disown_of",
		"on_trash": f"{_GUARD}.refuse_deletion",
		"before_rename": "aso_network.audit.refuse_rename",
	},
	"Election Result": {"before_rename": "aso_network.audit.refuse_rename"},
	"Contact": {
		"before_validate": "aso_network.contacts.ask_nobody",
		"validate": "aso_network.contacts.show_no_picture",
		"on_update": "aso_network.accounts.follow_contact",
		"on_trash": "aso_network.membership.forget_contact",
		"after_rename": "aso_network.personal_data.forget_name",
	},
	"File": {"validate": ["aso_network.files.refuse_ahead", "aso_network.files.disown"]},
	"DocShare": {"validate": "aso_network.permissions.refuse_sharing"},
	("Comment", "Communication", "Tag Link"): {"validate": "aso_network.permissions.refuse_note"},
	"Notification": {"validate": "aso_network.permissions.refuse_telling"},
	"Network Platform": {"validate": f"{_GUARD}.check_stored"},
	"Language": {"on_update": "aso_network.portal.language.forget_offered"},
	"Translation": dict.fromkeys(
		("on_update", "on_trash"), "aso_network.portal.language.forget_translations"
	),
}

SCHEDULED = {
	"hourly": ["aso_network.mail.release_waiting", "aso_network.registration_letters.tell_all_due"],
	"daily": [
		"aso_network.accounts.refresh_all",
		"aso_network.applications.delete_unconfirmed",
		"aso_network.bodies.end_due_terms",
		"aso_network.polling.closing.destroy_old",
		"aso_network.finance.refresh_all",
		"aso_network.portal.forms.forget_old",
	],
}
