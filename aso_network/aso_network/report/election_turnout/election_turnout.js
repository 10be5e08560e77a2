frappe.query_reports["Election Turnout"] = {
	filters: [
		{
			fieldname: "election",
			label: __("Election"),
			fieldtype: "Link",
			options: "Election",
			reqd: 1,
			get_query: () => ({
				filters: { status: ["in", ["Voting Closed", "Tie", "Counted", "Announced"]] },
			}),
		},
	],
};
