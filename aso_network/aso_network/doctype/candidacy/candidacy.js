// What people from outside wrote is text; Frappe would show it as HTML where it cannot be edited.
const as_text = (value) => frappe.utils.escape_html(value || "").replace(/\n/g, "<br>");

frappe.ui.form.on("Candidacy", {
	setup(frm) {
		frm.set_query("election", () => ({ filters: { status: "Nominations Open" } }));
		frm.set_query("organization", () => ({
			filters: {
				status: "Active",
				...(frm.doc.platform ? { platform: frm.doc.platform } : {}),
			},
		}));
		frm.set_query("organization", "endorsements", () => ({
			filters: {
				status: "Active",
				name: ["!=", frm.doc.organization || ""],
				...(frm.doc.platform ? { platform: frm.doc.platform } : {}),
			},
		}));
		frm.set_query("person", () => ({ filters: { name: ["in", frm.representatives || []] } }));
	},

	refresh(frm) {
		["statement_ar", "statement_en"].forEach((field) => frm.set_df_property(field, "formatter", as_text));
		follow_election(frm);
		load_representatives(frm);
		if (!frm.is_new()) {
			frm.add_custom_button(__("Election"), () =>
				frappe.set_route("Form", "Election", frm.doc.election)
			);
		}
	},

	election: follow_election,

	async organization(frm) {
		await load_representatives(frm);
		if (!frm.representatives.includes(frm.doc.person)) {
			frm.set_value("person", frm.persons_stand ? frm.delegate || "" : "");
		}
	},
});

const ASKED_BY = {
	gender: ["Women", "Men"],
	age: ["Younger than", "This old or older"],
};

// Whether persons or organisations stand is the election's rule, and so is what has to be known of them.
async function follow_election(frm) {
	const election = frm.doc.election
		? await frappe.db.get_doc("Election", frm.doc.election).catch(() => ({}))
		: {};
	frm.persons_stand = election.candidate_kind === "Person";
	frm.toggle_display("person", frm.persons_stand || Boolean(frm.doc.person));
	frm.toggle_reqd("person", frm.persons_stand);
	const asked = (election.seat_rules || []).map((rule) => rule.group);
	Object.entries(ASKED_BY).forEach(([field, groups]) =>
		frm.toggle_display(
			field,
			Boolean(frm.doc[field]) || groups.some((group) => asked.includes(group))
		)
	);
}

async function load_representatives(frm) {
	frm.representatives = [];
	frm.delegate = null;
	if (!frm.doc.organization) {
		return;
	}
	const organization = await frappe.db.get_doc("Member Organization", frm.doc.organization);
	const today = frappe.datetime.get_today();
	const current = (organization.representatives || []).filter(
		(row) => !row.to_date || row.to_date >= today
	);
	frm.representatives = current.map((row) => row.contact);
	frm.delegate = current.find((row) => row.is_delegate)?.contact;
}
