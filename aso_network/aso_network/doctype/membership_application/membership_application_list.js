frappe.listview_settings["Membership Application"] = {
	hide_name_column: true,

	get_indicator(doc) {
		const colors = {
			Unconfirmed: "gray",
			Confirmed: "orange",
			Registered: "green",
			Declined: "red",
		};
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},
};
