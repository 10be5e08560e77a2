frappe.listview_settings["Network Platform"] = {
	add_fields: ["stage", "structured_on"],
	hide_name_filter: true,
	hide_name_column: true,

	get_indicator(doc) {
		const color = doc.structured_on ? "green" : doc.stage === "Founded" ? "gray" : "blue";
		return [__(doc.stage), color, `stage,=,${doc.stage}`];
	},
};
