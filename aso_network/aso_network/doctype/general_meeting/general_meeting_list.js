frappe.listview_settings["General Meeting"] = {
	add_fields: ["status", "is_quorate"],
	hide_name_filter: true,
	hide_name_column: true,

	get_indicator(doc) {
		const colors = {
			Draft: "gray",
			Convened: "blue",
			"In Session": "purple",
			Concluded: "green",
			Adjourned: "orange",
			Cancelled: "gray",
		};
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},

	formatters: {
		present_count: (value, df, doc) =>
			doc.status === "Draft" ? "" : `${value}${doc.is_quorate ? " ✓" : ""}`,
	},
};
