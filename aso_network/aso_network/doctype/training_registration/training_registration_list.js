frappe.listview_settings["Training Registration"] = {
	hide_name_column: true,
	add_fields: ["status"],
	get_indicator: (doc) => [
		__(doc.status),
		{ Registered: "green", "Waiting List": "orange" }[doc.status] || "gray",
		`status,=,${doc.status}`,
	],
};
