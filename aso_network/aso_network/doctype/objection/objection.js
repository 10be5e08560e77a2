// An objection: entered as a member wrote it, then decided with the reason that each last step asks for.
// What people from outside wrote is text; Frappe would show it as HTML where it cannot be edited.
const as_text = (value) => frappe.utils.escape_html(value || "").replace(/\n/g, "<br>");

frappe.ui.form.on("Objection", {
	setup(frm) {
		frm.set_query("election", () => ({
			filters: { status: ["in", ["Candidates Published", "Voting Open", "Tie", "Counted", "Announced"]] },
		}));
		frm.set_query("candidacy", () => ({ filters: { election: frm.doc.election || "" } }));
		frm.set_query("organization", () => ({
			filters: { status: "Active", ...(frm.doc.platform ? { platform: frm.doc.platform } : {}) },
		}));
		frm.set_query("person", () => ({
			filters: [
				["Dynamic Link", "link_doctype", "=", "Member Organization"],
				["Dynamic Link", "link_name", "=", frm.doc.organization || ""],
			],
		}));
	},

	refresh(frm) {
		["reason", "decision"].forEach((field) => frm.set_df_property(field, "formatter", as_text));
		if (frm.is_new()) {
			return;
		}
		// What was sent stays as it was sent.
		["election", "about", "candidacy", "organization", "person", "reason", "attachment"].forEach((field) =>
			frm.set_df_property(field, "read_only", 1)
		);
	},
});
