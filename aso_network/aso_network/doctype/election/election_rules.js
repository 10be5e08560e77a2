// The rules on the form, in words: what the form of voting means, the seat rules, and what a tie leads to.
/* global esc, SEED_RULE, marks_label, tie_rule_in_words */

function show_rules(frm) {
	const { form_in_words, seat_rules_in_words = [] } = frm.doc.__onload || {};
	const seat_rules = seat_rules_in_words.map((rule) => `<li>${esc(rule)}</li>`).join("");
	frm.fields_dict.form_html.$wrapper.html(
		form_in_words
			? `<p class="aso-words">${esc(form_in_words)}</p>${
					seat_rules
						? `<p class="mb-1">${__("Seat rules")}</p><ul class="aso-words">${seat_rules}</ul>`
						: ""
			  }`
			: ""
	);
	// The words say it; the table would say it again in columns.
	frm.toggle_display("sec_seat_rules", false);
	frm.toggle_display("max_choices", frm.doc.max_choices > 0);
	frm.set_df_property("max_choices", "label", marks_label(frm.doc.form));
	frm.set_df_property(
		"max_choices",
		"description",
		frm.doc.form === "Cumulative Vote"
			? __("A voter may give several of them to one candidate.")
			: __("How many candidates a voter may mark.")
	);
	frm.toggle_display("tie_rule", Boolean(frm.doc.form));
	frm.set_df_property("tie_rule", "description", tie_rule_in_words(frm.doc.tie_rule));
	frm.toggle_display("seed_commitment", frm.doc.tie_rule === SEED_RULE);
}
