// The seed of a lot: sealed on paper before voting opens, opened only if there is a tie.
/* global ask, hash_html, SEED_RULE */

const SEED_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"; // none that look alike on paper
const SEED_GROUPS = 5;

function add_seed_button(frm) {
	const sealed = frm.doc.seed_commitment;
	frm.add_custom_button(sealed ? __("Seal another seed") : __("Seal a seed"), () => seal_seed(frm));
}

function suggested_seed() {
	const drawn = [];
	while (drawn.length < SEED_GROUPS * SEED_GROUPS) {
		// A byte above the last full round of letters would favour the first ones.
		const fair = crypto
			.getRandomValues(new Uint8Array(64))
			.filter((byte) => byte < 256 - (256 % SEED_LETTERS.length));
		drawn.push(...[...fair].map((byte) => SEED_LETTERS[byte % SEED_LETTERS.length]));
	}
	return Array.from({ length: SEED_GROUPS }, (_group, at) =>
		drawn.slice(at * SEED_GROUPS, (at + 1) * SEED_GROUPS).join("")
	).join("-");
}

function seed_field(fieldname, label, description = "") {
	return { fieldname, fieldtype: "Data", label, description, reqd: 1 };
}

// Neither the browser nor its spelling check keeps what is typed.
function keep_nothing(dialog, ...fields) {
	fields.forEach((field) =>
		dialog
			.get_field(field)
			.$input.attr({ autocomplete: "off", autocapitalize: "off", spellcheck: false, dir: "auto" })
			.addClass("aso-seed")
	);
}

function seal_seed(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Seal a seed"),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p>${__(
					"The seed is a secret of the committee, such as thrown dice or words from several of you. If there is a tie, the seed and the closed box together order the tied, and anyone can repeat it."
				)}</p>
				<p><b>${__(
					"The seed itself is kept nowhere. Write it on paper, put the paper into an envelope and seal it."
				)}</b></p>
				${
					frm.doc.seed_commitment
						? `<p class="text-warning">${__(
								"A seed is sealed already. The new one takes its place, and its hash has to be read out again."
						  )}</p>`
						: ""
				}`,
			},
			seed_field("seed", __("The seed"), __("At least 16 letters or digits.")),
			{ fieldname: "suggest", fieldtype: "Button", label: __("Suggest a seed") },
			seed_field("again", __("The seed again"), __("Type it from the paper.")),
		],
		primary_action_label: __("Seal"),
		async primary_action({ seed, again }) {
			if (seed.trim() !== again.trim()) {
				frappe.show_alert({
					message: __("The two are not the same. Compare both with the paper."),
					indicator: "orange",
				});
				return;
			}
			const hash = await ask("seal_seed", { election: frm.doc.name, seed });
			dialog.hide();
			await frm.reload_doc();
			show_seed_hash(frm, hash);
		},
	});
	dialog.get_field("suggest").$input.on("click", () => {
		dialog.set_value("seed", suggested_seed());
		dialog.get_field("again").set_focus();
	});
	// Nothing of it stays in the page when the dialog is closed.
	dialog.onhide = () => dialog.clear();
	dialog.show();
	keep_nothing(dialog, "seed", "again");
}

function show_seed_hash(frm, hash) {
	const title = __("The seed is sealed");
	const content = `<p>${__(
		"This is its hash. Read it out before the meeting and write it in the minutes: it proves later that the seed was not changed."
	)}</p><p class="h4">${hash_html(hash)}</p>`;
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [{ fieldtype: "HTML", options: content }],
		primary_action_label: __("Print"),
		primary_action: () => print_sheet(frm.doc.title, __("Hash of the sealed seed"), content),
		secondary_action_label: __("Close"),
		secondary_action: () => dialog.hide(),
	});
	dialog.show();
}

// A sheet of paper with what the dialog says.
function print_sheet(title, heading, content) {
	const sheet = window.open("", "_blank");
	sheet.document.write(`<!doctype html>
		<html lang="${frappe.boot.lang}" dir="${frappe.utils.is_rtl() ? "rtl" : "ltr"}">
		<head><meta charset="utf-8"><title>${frappe.utils.escape_html(title)}</title></head>
		<body style="font-family: sans-serif; margin: 3cm">
			<h2>${frappe.utils.escape_html(title)}</h2><h3>${heading}</h3>${content}
			<p style="margin-top: 2cm">${__("Date and signatures of the committee")}: ______________________</p>
		</body></html>`);
	sheet.document.close();
	sheet.print();
}

// The seed is opened: the server orders the tied by it, and the result shows the steps.
function draw_lot(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Draw the lot from the seed"),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p>${__(
					"Open the envelope before the meeting and type the seed exactly as it stands on the paper. The result then prints the seed and every step, so that anyone can repeat them."
				)}</p>
				<p class="mb-1">${__("The hash that was read out before voting:")}</p>
				<p>${hash_html(frm.doc.seed_commitment)}</p>`,
			},
			seed_field("seed", __("The seed")),
		],
		primary_action_label: __("Draw the lot"),
		async primary_action({ seed }) {
			await ask("draw_lot", { election: frm.doc.name, seed });
			dialog.hide();
			frappe.set_route("Form", "Election Result", frm.doc.result);
		},
	});
	dialog.show();
	keep_nothing(dialog, "seed");
}
