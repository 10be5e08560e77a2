frappe.ui.form.on("Training Registration", {
	refresh(frm) {
		const live = ["Registered", "Waiting List"].includes(frm.doc.status);
		if (frm.is_new() || !live || !frm.perm[0].write) return;
		frm.add_custom_button(__("Cancel the registration"), () =>
			frappe.confirm(__("Take {0} off the list?", [frappe.utils.escape_html(frm.doc.person_name).bold()]), () =>
				frappe
					.call({
						method: "aso_network.api.training.cancel_registration",
						type: "POST",
						args: { name: frm.doc.name },
					})
					.then(() => frm.reload_doc()),
			),
		);
	},
});
