frappe.listview_settings["Operational Body"] = {
	add_fields: ["status", "term_end"],
	hide_name_filter: true,
	hide_name_column: true,

	get_indicator(doc) {
		const colors = {
			Draft: "gray",
			Constituted: "green",
			"Term Ended": "gray",
			Dissolved: "red",
		};
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},
};
