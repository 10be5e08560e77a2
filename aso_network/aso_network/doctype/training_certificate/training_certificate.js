frappe.ui.form.on("Training Certificate", {
	refresh(frm) {
		const link = frm.doc.__onload && frm.doc.__onload.link;
		if (frm.is_new() || !link) return;
		frm.add_custom_button(__("Copy the holder's link"), () =>
			frappe.utils.copy_to_clipboard(window.location.origin + link),
		);
		if (frm.doc.status !== "Valid" || !frm.perm[0].write) return;
		frm.add_custom_button(__("Issue anew"), () =>
			frappe.confirm(
				__(
					"Issue this certificate anew under its number, with the person's name of today? The papers and links before it no longer count.",
				),
				() =>
					frappe
						.call({
							method: "aso_network.api.certificates.reissue",
							type: "POST",
							args: { name: frm.doc.name },
						})
						.then(() => frm.reload_doc()),
			),
		);
	},
});
