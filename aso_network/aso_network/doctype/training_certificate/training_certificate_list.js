frappe.listview_settings["Training Certificate"] = {
	add_fields: ["status"],
	get_indicator: (doc) => [
		__(doc.status),
		doc.status === "Valid" ? "green" : "red",
		`status,=,${doc.status}`,
	],
};
