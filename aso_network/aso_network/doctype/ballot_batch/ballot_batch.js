// A batch in itself shows only its state; the work is done on the entry page and on the election.
// {% include "aso_network/aso_network/doctype/election/election_tools.js" %}
// {% include "aso_network/aso_network/doctype/election/election_differences.js" %}
/* global show_differences */

frappe.ui.form.on("Ballot Batch", {
	refresh(frm) {
		frm.disable_save();
		frm.set_intro("");
		frm.add_custom_button(__("Election"), () =>
			frappe.set_route("Form", "Election", frm.doc.election)
		);
		if (frm.doc.status === "Entering") {
			frm.add_custom_button(__("Enter ballots"), () =>
				frappe.set_route("ballot-entry", frm.doc.name)
			).addClass("btn-primary");
		}
		if (frm.doc.status === "Differs") {
			frm.set_intro(__("The two entries differ. Look at the papers together."), "red");
			frm.add_custom_button(__("See the differences"), () =>
				show_differences(frm.doc.name, {
					may_resolve: true,
					on_change: () => frm.reload_doc(),
				})
			).addClass("btn-primary");
		}
	},
});
