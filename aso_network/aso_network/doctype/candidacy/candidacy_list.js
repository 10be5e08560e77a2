frappe.listview_settings["Candidacy"] = {
	hide_name_column: true,
	add_fields: ["ballot_number", "election"],
};
