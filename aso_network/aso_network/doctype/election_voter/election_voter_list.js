frappe.listview_settings["Election Voter"] = {
	hide_name_column: true,
	add_fields: ["voted", "added_on"],
	get_indicator(doc) {
		return doc.voted
			? [__("Voted"), "green", "voted,=,1"]
			: [__("Not voted"), "gray", "voted,=,0"];
	},
};
