// Steps and states are kept as they are called in the lifecycles, and read in the user's language.
const translated = (value) => frappe.utils.escape_html(__(value || ""));

frappe.listview_settings["Network Audit Event"] = {
	hide_name_column: true,
	formatters: {
		reference_doctype: translated,
		action: translated,
		from_state: translated,
		to_state: translated,
	},
};
