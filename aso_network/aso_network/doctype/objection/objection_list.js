frappe.listview_settings["Objection"] = {
	hide_name_column: true,
};
