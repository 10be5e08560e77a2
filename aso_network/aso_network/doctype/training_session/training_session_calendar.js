frappe.views.calendar["Training Session"] = {
	field_map: { id: "name", start: "starts_on", end: "ends_on", title: "title", status: "status" },
	fields: ["name", "title", "starts_on", "ends_on", "status"],
	get_events_method: "frappe.desk.calendar.get_events",

	get_css_class(event) {
		if (event.status === "Cancelled") return "danger";
		if (event.status === "Planned") return "warning";
		return ["Completed", "Closed"].includes(event.status) ? "success" : "default";
	},
};
