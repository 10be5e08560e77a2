from aso_network import api as _api
from aso_network import events as _events
from aso_network import permissions as _permissions
from aso_network import portal as _portal
from aso_network import roles as _roles

app_name = "aso_network"
app_title = "ASO Network"
app_publisher = "ASO Network contributors"
app_description = "Run a network of civil-society organisations: members, meetings, elections, training"
app_email = "info@example.org"
app_license = "gpl-3.0"
required_apps = ["frappe/erpnext"]

before_install = "aso_network.install.before_install"
after_install = "aso_network.install.after_install"
after_migrate = "aso_network.install.after_migrate"
setup_wizard_complete = "aso_network.install.after_setup_wizard"
before_uninstall = "aso_network.uninstall.before_uninstall"

app_include_js = "aso_network.bundle.js"
app_include_css = "aso_network.bundle.css"
extend_bootinfo = ["aso_network.boot.extend_bootinfo", "aso_network.desk.open_on_workspace"]
add_to_apps_screen = [
	{
		"name": "aso_network",
		"logo": "/assets/aso_network/images/aso_network.svg",
		"title": "ASO Network",
		"route": "/app/aso-network",
		"has_permission": "aso_network.permissions.has_app_permission",
	}
]
_DASHBOARDS = "aso_network.overrides.dashboards"
override_doctype_dashboards = {
	dt: f"{_DASHBOARDS}.{dt.lower()}" for dt in ("Contact", "Project", "Territory")
}

doc_events = _events.OF_DOCUMENTS
scheduler_events = _events.SCHEDULED
persistent_cache_keys = ["aso_voted:"]  # polling/watching.py
standard_queries = {"Member Organization": "aso_network.api.membership.search_organizations"}
_NARROWED = sorted(_permissions.guarded_doctypes())
permission_query_conditions = dict.fromkeys(_NARROWED, "aso_network.permissions.query_conditions")
permission_query_conditions["File"] = "aso_network.files.query_conditions"
has_permission = dict.fromkeys(_NARROWED, "aso_network.permissions.has_permission")
has_permission["File"] = "aso_network.files.has_permission"
override_whitelisted_methods = {
	f"frappe.{door}": f"aso_network.api.doors.{door.rpartition('.')[2]}" for door in _api.DOORS
}

website_path_resolver = ["aso_network.portal.pages.resolve_path"]
page_renderer = ["aso_network.portal.pages.PortalPage", "aso_network.portal.forms.FormPage"]
before_request = ["aso_network.portal.language.set_language"]
after_request = ["aso_network.portal.language.set_direction"]
role_home_page = {_roles.MEMBER: "my"}
portal_menu_items = _portal.menu_items()

# What a request to delete somebody's data redacts besides Contact and User; what stays is said on "My data".
user_data_fields = [
	{"doctype": "Membership Application", "filter_by": "contact_email", "redact_fields": ["contact_name", "contact_phone"]},
	{"doctype": "Representative Change", "filter_by": "email", "redact_fields": ["person_name", "phone", "title"]},
	{"doctype": "Training Registration", "filter_by": "email", "redact_fields": ["person_name", "phone"]},
]  # fmt: skip
