// The form of a platform: its place and books, and how far it is on the way to being structured.

const STAGES = [
	"Founded",
	"Members Admitted",
	"Meeting Held",
	"Model Adopted",
	"Body Elected",
	"Structured",
];

frappe.ui.form.on("Network Platform", {
	setup(frm) {
		frm.set_query("territory", () => ({ filters: { aso_level: "Governorate" } }));
		frm.set_query("cost_center", () => ({ filters: { is_group: 0 } }));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		show_stages(frm);
		for (const doctype of ["Member Organization", "General Meeting"]) {
			if (!frappe.model.can_create(doctype)) continue;
			frm.add_custom_button(
				__(doctype),
				() => frappe.new_doc(doctype, { platform: frm.doc.name }),
				__("Create")
			);
		}
	},
});

// The six steps in a row, those behind the platform filled in.
function show_stages(frm) {
	const reached = STAGES.indexOf(frm.doc.stage);
	const steps = STAGES.map(
		(stage, index) =>
			`<li class="list-inline-item mb-1">
				<span class="indicator-pill ${index <= reached ? "green" : "gray"}">${__(stage)}</span>
			</li>`
	);
	frm.dashboard.add_section(
		`<ol class="list-inline mb-0 p-0" aria-label="${__("Stage")}">${steps.join("")}</ol>`,
		__("On the way to being structured")
	);
	frm.dashboard.show();
}
