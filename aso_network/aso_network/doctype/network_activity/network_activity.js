frappe.ui.form.on("Network Activity", {
	setup(frm) {
		const company = () => frm.platform_company || frm.doc.company;
		frm.set_query("project", () => ({
			filters: { status: ["!=", "Cancelled"], ...(company() && { company: company() }) },
		}));
		frm.set_query("cost_center", () => ({
			filters: { is_group: 0, disabled: 0, ...(company() && { company: company() }) },
		}));
		frm.set_query("account", "budget_lines", () => ({
			filters: {
				root_type: "Expense",
				is_group: 0,
				...(frm.doc.company && { company: frm.doc.company }),
			},
		}));
		frm.set_query("organization", "partners", () => ({
			filters: { status: ["not in", ["Rejected", "Withdrawn"]] },
		}));
	},

	refresh(frm) {
		load_platform(frm);
		if (frm.is_new()) return;
		show_money(frm);
		if (frappe.model.can_read("GL Entry")) {
			frm.add_custom_button(__("General Ledger"), () => open_ledger(frm), __("View"));
		}
		const elsewhere = frm.doc.__onload && frm.doc.__onload.other_companies;
		if (elsewhere && elsewhere.length) {
			frm.dashboard.set_headline_alert(
				__(
					"Not counted below: {0} booked on this activity too, in accounts of their own.",
					[elsewhere.map(frappe.utils.escape_html).join(", ")],
				),
				"orange",
			);
		}
	},

	platform(frm) {
		const before = { ...frm.platform_values };
		load_platform(frm).then(() => {
			for (const fieldname of ["territory", "cost_center"]) {
				if (!frm.doc[fieldname] || frm.doc[fieldname] === before[fieldname]) {
					frm.set_value(fieldname, frm.platform_values[fieldname]);
				}
			}
		});
	},
});

frappe.ui.form.on("Activity Budget Line", {
	amount: sum_budget,
	budget_lines_remove: sum_budget,
});

// What the server will store too; shown while lines are being typed.
function sum_budget(frm) {
	const budget = frm.get_sum("budget_lines", "amount");
	frm.set_value("budget", budget);
	frm.set_value("variance", budget - flt(frm.doc.committed) - flt(frm.doc.actual));
}

async function load_platform(frm) {
	frm.platform_values = {};
	frm.platform_company = null;
	if (!frm.doc.platform) return;
	const { message } = await frappe.db.get_value("Network Platform", frm.doc.platform, [
		"territory",
		"cost_center",
		"company",
	]);
	frm.platform_values = message;
	frm.platform_company = message.company;
}

function show_money(frm) {
	const money = (value) => format_currency(value || 0, frm.doc.currency);
	const { budget, committed, actual, variance } = frm.doc;
	if (!budget && !committed && !actual) return;
	frm.dashboard.add_indicator(__("Budget {0}", [money(budget)]), "blue");
	frm.dashboard.add_indicator(__("Committed {0}", [money(committed)]), "orange");
	frm.dashboard.add_indicator(__("Spent {0}", [money(actual)]), "gray");
	frm.dashboard.add_indicator(
		__("Left {0}", [money(variance)]),
		variance < 0 ? "red" : "green",
	);
}

function open_ledger(frm) {
	frappe.route_options = {
		company: frm.doc.company,
		network_activity: [frm.doc.name],
		from_date: frm.doc.start_date
			? frappe.datetime.add_months(frm.doc.start_date, -12)
			: frappe.datetime.add_months(frappe.datetime.get_today(), -12),
		to_date: frappe.datetime.get_today(),
		group_by: "Group by Voucher (Consolidated)",
	};
	frappe.set_route("query-report", "General Ledger");
}
