// The decision on the electoral form: what each form means, which numbers it needs, and the rules about its seats.
// {% include "aso_network/aso_network/doctype/election/election_words.js" %}
/* global tie_rule_in_words */

// Voters mark or rank as many as they like.
const WITHOUT_MARKS = ["Approval Vote", "Instant-Runoff Vote", "Single Transferable Vote"];
const MARKS = {
	"Limited Vote": {
		label: __("Marks per ballot"),
		description: __("How many candidates a voter may mark: fewer than the seats."),
	},
	"Cumulative Vote": {
		label: __("Points of a voter"),
		description: __("A voter may give several of them to one candidate."),
	},
	"Absolute Majority": {
		label: __("Marks per ballot"),
		description: __("How many candidates a voter may mark. 0: as many as the seats."),
	},
};
const MARKS_OF_OTHERS = {
	label: __("Marks per ballot"),
	description: __("How many candidates a voter may mark: not the same as the seats."),
};

const words_of_forms = {};

async function form_in_words(form) {
	words_of_forms[form] =
		words_of_forms[form] ||
		(await frappe.xcall("aso_network.api.elections.form_in_words", { form }));
	return words_of_forms[form];
}

// In the open row of the table of decisions.
async function show_electoral_form(frm, cdt, cdn) {
	const row = locals[cdt][cdn];
	const fields = frm.fields_dict.decisions.grid.get_row(cdn)?.grid_form?.fields_dict;
	if (!fields || row.kind !== "Electoral Form") {
		return;
	}
	const change = (field, values) => {
		Object.assign(fields[field].df, values);
		fields[field].refresh();
	};
	const without = WITHOUT_MARKS.includes(row.form);
	change("max_choices", {
		...(MARKS[row.form] || MARKS_OF_OTHERS),
		// What was decided otherwise is not hidden.
		hidden: without && !row.max_choices ? 1 : 0,
	});
	change("seats", {
		description:
			row.form === "Instant-Runoff Vote"
				? __("This form fills one seat. For more, choose the single transferable vote.")
				: __("How many are elected."),
	});
	change("tie_rule", { description: tie_rule_in_words(row.tie_rule) });
	const words = row.form ? await form_in_words(row.form) : "";
	fields.form_html.$wrapper.html(
		words ? `<p class="mb-4">${frappe.utils.escape_html(words)}</p>` : ""
	);
}

async function choose_electoral_form(frm, cdt, cdn) {
	const { form, max_choices, seats } = locals[cdt][cdn];
	if (WITHOUT_MARKS.includes(form) && max_choices) {
		await frappe.model.set_value(cdt, cdn, "max_choices", 0);
	}
	if (form === "Instant-Runoff Vote" && seats !== 1) {
		await frappe.model.set_value(cdt, cdn, "seats", 1);
	}
	return show_electoral_form(frm, cdt, cdn);
}

// They belong to the decision on the form, so they come with it.
function show_seat_rules(frm) {
	const decided = (frm.doc.decisions || []).some((row) => row.kind === "Electoral Form");
	frm.toggle_display("seat_rules", decided || (frm.doc.seat_rules || []).length > 0);
}

function set_up_seat_rules(frm) {
	frm.set_query("district", "seat_rules", () => ({ filters: { aso_level: "District" } }));
	// A line reads as a sentence, without columns for what few rules ask.
	frappe.meta.docfield_map["Seat Rule"].group.formatter = (group, _df, _options, row) => {
		const words = {
			"Younger than": __("Younger than {0}", [row?.age || "…"]),
			"This old or older": __("{0} years old or older", [row?.age || "…"]),
			"From the district": __("From the district {0}", [row?.district || "…"]),
		};
		return frappe.utils.escape_html(words[group] || __(group) || "");
	};
}

// Age and district are asked in the row's own dialog.
function choose_group(frm, cdt, cdn) {
	const { group, age, district } = locals[cdt][cdn];
	const asks =
		(["Younger than", "This old or older"].includes(group) && !age) ||
		(group === "From the district" && !district);
	const row = frm.fields_dict.seat_rules.grid.get_row(cdn);
	if (asks && !row.grid_form?.wrapper.is(":visible")) {
		row.toggle_view(true);
	}
}
