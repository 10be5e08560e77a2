frappe.listview_settings["Training Session"] = {
	hide_name_column: true,
	add_fields: ["status", "capacity", "registered_count"],
	filters: [["status", "!=", "Cancelled"]],

	get_indicator(doc) {
		const colours = {
			Planned: "gray",
			"Registration Open": "light-blue",
			Ongoing: "blue",
			Completed: "green",
			Closed: "darkgrey",
			Cancelled: "darkgrey",
		};
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},

	formatters: {
		// without seconds, so that day and hour fit the column
		starts_on: (value) =>
			value
				? frappe.datetime
						.convert_to_user_tz(value, false)
						.format(`${frappe.datetime.get_user_date_fmt().toUpperCase()} HH:mm`)
				: "",
		registered_count: (value, df, doc) =>
			__("{0} of {1}", [value || 0, doc.capacity || 0]),
	},
};
