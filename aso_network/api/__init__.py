"""Whitelisted functions. Each checks permission itself."""

# Endpoints of Frappe that `doors` answers instead, for the documents of this app.
DOORS = (
	"client.get_count",
	"client.get_password",
	"client.validate_link",
	"contacts.doctype.address.address.get_default_address",
	"desk.form.load.getdoc",
	"desk.form.load.get_docinfo",
	"desk.notifications.get_open_count",
	"desk.search.get_link_title",
	"desk.search.search_link",
	"desk.search.search_widget",
	"utils.global_search.search",
	"website.doctype.web_form.web_form.accept",
	"website.doctype.web_form.web_form.delete",
	"website.doctype.web_form.web_form.delete_multiple",
	"website.doctype.web_form.web_form.get_form_data",
	"website.doctype.web_form.web_form.get_web_form_filters",
	"workflow.doctype.workflow.workflow.get_workflow_state_count",
)
