// One-time codes for the hall: shown once, in a window to be printed and cut.
/* global ask_voting, both_names, print_window, slips_html, fill_window */

function issue_codes(frm, { without_code }) {
	codes_dialog({
		title: __("Make codes"),
		text: [
			__("Voters who get a code: {0}.", [without_code]),
			__(
				"The slips open in a window of their own. Print them there at once, with another member beside you, cut and fold them."
			),
			ONLY_ONCE(),
		],
		action: __("Make and print"),
		make: () => ask_voting("issue_codes", { election: frm.doc.name }),
		frm,
	}).show();
}

const ONLY_ONCE = () =>
	__(
		"They cannot be printed again: nobody, not even the server, knows a code afterwards. For a lost slip the code is replaced."
	);

const EVERYBODY = "*";

async function replace_code(frm) {
	const voters = await frappe.db.get_list("Election Voter", {
		filters: { election: frm.doc.name, voted: 0 },
		fields: ["name", "organization_name", "organization_name_ar", "delegate_name"],
		order_by: "organization_name asc",
		limit: 0,
	});
	const options = voters.map((voter) => ({
		value: voter.name,
		label: both_names(voter.organization_name, voter.organization_name_ar).first,
		description: voter.delegate_name,
	}));
	options.push({
		value: EVERYBODY,
		label: __("Everybody who has not voted"),
		description: __("When the slips were never printed"),
	});
	codes_dialog({
		title: __("Replace a code"),
		text: [
			__(
				"The code before does nothing from now on. Both are written in the audit trail, with your reason."
			),
			ONLY_ONCE(),
		],
		fields: [
			{
				fieldname: "voter",
				fieldtype: "Autocomplete",
				options,
				label: __("Whose code?"),
				reqd: 1,
			},
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Why is it replaced?"),
				description: __("For example: the slip was lost before it was handed out."),
				reqd: 1,
			},
		],
		action: __("Replace and print"),
		make: ({ voter, reason }) =>
			voter === EVERYBODY
				? ask_voting("replace_all_codes", { election: frm.doc.name, reason })
				: ask_voting("replace_code", { election: frm.doc.name, voter, reason }),
		frm,
	}).show();
}

// The window is opened by the click itself, or browsers would block it, and before any code is made.
function codes_dialog({ title, text, fields = [], action, make, frm }) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [
			{ fieldtype: "HTML", options: text.map((line) => `<p>${line}</p>`).join("") },
			...fields,
		],
		primary_action_label: action,
		async primary_action(values) {
			const sheet = print_window();
			if (!sheet) {
				return;
			}
			const made = await make(values);
			if (!made || !made.slips.length) {
				sheet.close();
				if (made) {
					dialog.hide();
					frappe.msgprint(__("Everybody who has not voted has a code already."));
					frm.online.load();
				}
				return;
			}
			dialog.hide();
			fill_window(sheet, frm.doc.title, slips_html(frm.doc.title, made));
			frm.online.load();
		},
	});
	return dialog;
}
