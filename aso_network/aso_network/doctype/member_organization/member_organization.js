// The form of a member: names, place, the people who act for it, their addresses.

frappe.ui.form.on("Member Organization", {
	setup(frm) {
		frm.set_query("territory", () => ({
			filters: frm.governorate
				? { name: ["descendants of (inclusive)", frm.governorate] }
				: {},
		}));
	},

	onload: find_governorate,

	refresh(frm) {
		frappe.dynamic_link = { doc: frm.doc, fieldname: "name", doctype: frm.doctype };
		if (frm.is_new()) {
			frappe.contacts.clear_address_and_contact(frm);
		} else if (frm.doc.__onload) {
			// Right after a step of the lifecycle they are not there yet; the form is loaded again then.
			frappe.contacts.render_address_and_contact(frm);
		}
		frm.set_df_property(
			"platform",
			"read_only",
			!frm.is_new() && !["Applied", "Under Review"].includes(frm.doc.status) ? 1 : 0
		);
		show_delegate(frm);
	},

	platform(frm) {
		frm.set_value("territory", null);
		find_governorate(frm);
	},
});

frappe.ui.form.on("Organization Representative", {
	is_delegate: show_delegate,
	to_date: show_delegate,
	representatives_remove: show_delegate,
});

// The town is chosen among the places of the platform's governorate.
async function find_governorate(frm) {
	frm.governorate = null;
	if (!frm.doc.platform) return;
	const { message } = await frappe.db.get_value(
		"Network Platform",
		frm.doc.platform,
		"territory"
	);
	frm.governorate = message && message.territory;
}

// Who casts the vote is said at the top, or that nobody does.
function show_delegate(frm) {
	frm.set_intro("");
	if (frm.is_new() || ["Rejected", "Withdrawn"].includes(frm.doc.status)) return;
	const today = frappe.datetime.get_today();
	const runs = (row) =>
		row.is_delegate &&
		(!row.from_date || row.from_date <= today) &&
		(!row.to_date || row.to_date > today);
	if (!(frm.doc.representatives || []).some(runs)) {
		frm.set_intro(
			__(
				"No current delegate: under “Representatives”, tick “Delegate” for the person who casts the vote."
			),
			"orange"
		);
	}
}
