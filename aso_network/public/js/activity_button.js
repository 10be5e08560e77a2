// The activity of a meeting, an election or a session: created once, opened ever after.
frappe.provide("aso");

aso.create_activity = (frm) => {
	if (frm.is_dirty()) {
		frappe.msgprint(__("Save {0} first, then create its activity.", [__(frm.doctype)]));
		return;
	}
	return frappe
		.call({
			method: "aso_network.api.activities.create_for",
			args: { doctype: frm.doctype, name: frm.doc.name },
			freeze: true,
		})
		.then((r) => r.message && frappe.set_route("Form", "Network Activity", r.message));
};

// Call it from a form's `refresh`.
aso.activity_button = (frm) => {
	if (frm.is_new() || !frappe.model.can_read("Network Activity")) return;
	// There is one at most, so Connections offers no + for another.
	frm.can_make_methods = { ...frm.can_make_methods, "Network Activity": () => false };
	const name = frm.doc.name;
	frappe.db
		.get_value(
			"Network Activity",
			{ reference_doctype: frm.doctype, reference_name: name },
			"name",
		)
		.then((r) => {
			const activity = r.message && r.message.name;
			if (frm.doc.name !== name) return;
			if (activity) {
				frm.add_custom_button(
					__("Network Activity"),
					() => frappe.set_route("Form", "Network Activity", activity),
					__("View"),
				);
			} else if (frm.perm[0].write && frappe.model.can_create("Network Activity")) {
				frm.add_custom_button(
					__("Network Activity"),
					() => aso.create_activity(frm),
					__("Create"),
				);
			}
		});
};
