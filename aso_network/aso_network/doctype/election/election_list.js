frappe.listview_settings["Election"] = {
	hide_name_column: true,
};
