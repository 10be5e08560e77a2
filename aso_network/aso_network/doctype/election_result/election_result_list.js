frappe.listview_settings["Election Result"] = {
	hide_name_column: true,
	add_fields: ["is_announced", "has_tie"],
	get_indicator(doc) {
		if (doc.is_announced) {
			return [__("Announced"), "green", "is_announced,=,1"];
		}
		return doc.has_tie
			? [__("Tie"), "red", "has_tie,=,1"]
			: [__("To be signed"), "orange", "is_announced,=,0"];
	},
};
