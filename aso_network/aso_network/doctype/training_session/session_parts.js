// Parts of a session: which trainers can be chosen, and the start and end that follow from them.

frappe.ui.form.on("Training Session", { refresh: offer_trainers });

frappe.ui.form.on("Session Trainer", {
	contact: offer_trainers,
	user: offer_trainers,
	trainers_remove: offer_trainers,
});

frappe.ui.form.on("Training Session Part", {
	date: follow_parts,
	from_time: follow_parts,
	to_time: follow_parts,
	parts_remove: follow_parts,

	// Frappe fills in the time of day; a part more likely follows the one before.
	parts_add(frm, cdt, cdn) {
		const { idx, date } = locals[cdt][cdn];
		const before = frm.doc.parts[idx - 2] || {};
		frappe.model.set_value(cdt, cdn, {
			date: date || before.date,
			from_time: before.to_time || "09:00:00",
			to_time: "",
		});
	},
});

// Whoever was added a moment ago has no name yet: the server knows them by the contact or the user as well.
function offer_trainers(frm) {
	const names = (frm.doc.trainers || []).map((row) => row.trainer_name || row.contact || row.user);
	frm.fields_dict.parts.grid.update_docfield_property("trainer", "options", names.filter(Boolean));
}

function follow_parts(frm) {
	const hours = (frm.doc.parts || [])
		.filter((row) => row.date && row.from_time && row.to_time)
		.map((row) => [`${row.date} ${row.from_time}`, `${row.date} ${row.to_time}`]);
	frm.refresh_field("starts_on");
	frm.refresh_field("ends_on");
	if (!hours.length) return;
	const last = hours.map(([, end]) => end).sort();
	frm.set_value({ starts_on: hours.map(([start]) => start).sort()[0], ends_on: last[last.length - 1] });
}
