// Steps and states are kept as they are called in the lifecycles, and read in the user's language.
frappe.ui.form.on("Network Audit Event", {
	onload(frm) {
		for (const field of ["action", "from_state", "to_state"]) {
			frm.get_docfield(field).formatter = (value) =>
				frappe.utils.escape_html(__(value || ""));
		}
	},
});
