// The form of an operational body: who was elected, in which position, and who follows whom.

frappe.ui.form.on("Operational Body", {
	setup(frm) {
		frm.set_query("constituted_by", () => ({ filters: { is_announced: 1 } }));
		frm.set_query("organization", "members", () => ({
			filters: { platform: frm.doc.platform },
		}));
		frm.set_query("person", "members", (doc, cdt, cdn) => ({
			query: "aso_network.api.membership.search_representatives",
			filters: { organization: locals[cdt][cdn].organization },
		}));
	},

	refresh(frm) {
		if (["Term Ended", "Dissolved"].includes(frm.doc.status)) {
			frm.disable_form();
			return;
		}
		const in_office = frm.doc.status === "Constituted";
		["term_start", "term_end"].forEach((field) =>
			frm.set_df_property(field, "read_only", in_office ? 1 : 0)
		);
		offer_vacancies(frm);
		if (in_office) show_days_left(frm);
	},
});

frappe.ui.form.on("Operational Body Member", {
	status: offer_vacancies,

	to_date(frm, cdt, cdn) {
		if (locals[cdt][cdn].to_date) frappe.model.set_value(cdt, cdn, "status", "Left");
	},
});

// A successor names one of those who have left.
function offer_vacancies(frm) {
	const left = (frm.doc.members || []).filter((row) => row.status === "Left");
	frm.fields_dict.members.grid.update_docfield_property(
		"fills_vacancy_of",
		"options",
		left.map((row) => row.member_name).join("\n")
	);
}

function show_days_left(frm) {
	const days = frappe.datetime.get_day_diff(frm.doc.term_end, frappe.datetime.get_today());
	if (days > 90) return;
	frm.set_intro(
		days < 0
			? __("The term has ended: choose “End Term”, or wait for the nightly run.")
			: __("The term ends in {0} days. Convene the meeting that elects the next body.", [
					days,
			  ]),
		"orange"
	);
}
