frappe.listview_settings["Network Activity"] = {
	hide_name_column: true,
	add_fields: ["status", "currency", "variance"],

	get_indicator(doc) {
		const colours = {
			Proposed: "light-blue",
			Approved: "blue",
			Active: "green",
			Completed: "darkgrey",
			Rejected: "red",
		};
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
};
