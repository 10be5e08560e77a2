// The key of a sealed box: made, tried before voting, typed again to open the box.
/* global ask_voting, keep_nothing, print_window, sheets_html, fill_window */

const WORDS = 20;

function make_key(frm, { sheets_needed }) {
	const members = (frm.doc.committee || []).length;
	const again = frm.doc.public_key;
	const dialog = new frappe.ui.Dialog({
		title: again ? __("Make another key") : __("Make the key"),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p>${__(
					"{0} word sheets are made, one for each member; any {1} of them open the box.",
					[`<b>${members}</b>`, `<b>${sheets_needed}</b>`]
				)}</p>
				<p>${__(
					"They open in a window of their own. Print them there, hand each member theirs, then close the window: they are shown this once and kept nowhere. A sheet is for its member's eyes alone."
				)}</p>
				${
					again
						? `<p class="text-warning">${__(
								"There is a key already. With the new one the sheets made before open nothing: destroy them."
						  )}</p>`
						: ""
				}`,
			},
		],
		primary_action_label: __("Make and print"),
		async primary_action() {
			const sheet = print_window();
			if (!sheet) {
				return;
			}
			const made = await ask_voting("make_key", { election: frm.doc.name });
			if (!made) {
				sheet.close();
				return;
			}
			fill_window(sheet, frm.doc.title, sheets_html(frm.doc, made, sheets_needed));
			dialog.hide();
			frm.reload_doc();
		},
	});
	dialog.show();
}

function try_sheets(frm) {
	typing_dialog({
		title: __("Try the sheets"),
		text: __(
			"Each member types their sheet from the paper, in any order. The first four letters of a word are enough."
		),
		number: frm.doc.sheets,
		action: __("Try"),
		async send(sheets) {
			const done = await ask_voting("rehearse_sheets", {
				election: frm.doc.name,
				secret_sheets: sheets,
			});
			if (done === undefined) {
				return false;
			}
			await frm.reload_doc();
			frappe.msgprint({
				title: __("The sheets fit"),
				message: __(
					"All {0} sheets belong to the key of this election. Keep each in its own place until the count.",
					[frm.doc.sheets]
				),
				indicator: "green",
			});
			return true;
		},
	});
}

function open_box(frm, { sheets_needed }) {
	typing_dialog({
		title: __("Open the box"),
		text: __(
			"{0} members type their sheets from the paper. The first four letters of a word are enough. Wrong words change nothing.",
			[sheets_needed]
		),
		number: sheets_needed,
		action: __("Open the box"),
		async send(sheets) {
			frappe.dom.freeze(
				__(
					"Opening {0} envelopes. With very many this takes some minutes; leave the page open.",
					[frm.doc.online_ballots]
				)
			);
			const opened = await ask_voting("open_box", {
				election: frm.doc.name,
				secret_sheets: sheets,
			}).finally(() => frappe.dom.unfreeze());
			if (opened === undefined) {
				return false;
			}
			await frm.reload_doc();
			const said = [
				opened.already ? __("The box was open already; nothing was changed.") : "",
				__("Envelopes opened: {0}.", [opened.envelopes]),
				opened.unreadable
					? __("{0} of them could not be read and count as spoiled.", [
							opened.unreadable,
					  ])
					: "",
			];
			frappe.msgprint({
				title: __("The box is open"),
				message: said.filter(Boolean).join(" "),
				indicator: "green",
			});
			return true;
		},
	});
}

// As many fields as there are sheets to be typed; nothing of them stays when the dialog closes.
function typing_dialog({ title, text, number, action, send }) {
	const names = Array.from({ length: number }, (_field, at) => `sheet_${at + 1}`);
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [
			{ fieldtype: "HTML", options: `<p>${text}</p>` },
			...names.map((fieldname, at) => ({
				fieldname,
				fieldtype: "Small Text",
				label: __("Field {0}", [at + 1]),
				description: words_so_far(""),
			})),
		],
		primary_action_label: action,
		async primary_action() {
			const typed = names.map((name) => dialog.get_field(name).$input.val());
			const short = typed.findIndex((words) => count_words(words) !== WORDS);
			if (short >= 0) {
				frappe.show_alert({
					message: __("Field {0} has {1} words; a sheet has {2}.", [
						short + 1,
						count_words(typed[short]),
						WORDS,
					]),
					indicator: "orange",
				});
				dialog.get_field(names[short]).$input.trigger("focus");
				return;
			}
			dialog.disable_primary_action();
			const done = await send(typed);
			dialog.enable_primary_action();
			if (done) {
				dialog.hide();
			}
		},
	});
	const empty = () => names.forEach((name) => dialog.get_field(name).$input.val(""));
	dialog.onhide = () => {
		empty();
		dialog.clear();
	};
	dialog.show();
	keep_nothing(dialog, ...names);
	names.forEach((name) => {
		const field = dialog.get_field(name);
		field.$input.attr({ rows: 3, dir: "ltr", lang: "en" }).on("input", () => {
			field.$wrapper.find(".help-box").text(words_so_far(field.$input.val()));
		});
	});
}

const count_words = (text) => (text.match(/[a-z]+/gi) || []).length;

const words_so_far = (text) => __("{0} of {1} words", [count_words(text), WORDS]);
