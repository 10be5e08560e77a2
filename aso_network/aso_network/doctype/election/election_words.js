// Rules and ties of an election in plain sentences, for the forms of the meeting, the election and its result.
/* global bdi, both_names */

const SEED_RULE = "Lot from the committee's sealed seed";
const RUNOFF_RULE = "Runoff among the tied";

const listed = (names) => names.join(frappe.utils.is_rtl() ? "، " : ", ");

// What `max_choices` counts.
const marks_label = (form) =>
	form === "Cumulative Vote" ? __("Points of a voter") : __("Marks per ballot");

// Those whom an open tie concerns, as HTML; `rows` of a result.
const names_of_tied = (rows = []) =>
	listed(
		rows
			.filter((row) => ["tied", "in_runoff"].includes(row.reason_code))
			.map((row) => bdi(both_names(row.candidate_name, row.candidate_name_ar).first))
	);

function tie_rule_in_words(rule) {
	const words = {
		"Lot drawn by the committee and minuted": __(
			"The committee draws the names of the tied before the meeting and writes down how."
		),
		[SEED_RULE]: __(
			"Before the vote the committee seals a secret, the seed, on paper. Together with the closed box it orders the tied, and anyone can check it."
		),
		[RUNOFF_RULE]: __("The tied stand again in a second vote, for the seats that are left."),
	};
	return words[rule] || "";
}

// `names`: of those concerned, as HTML.
function tie_in_words({ about, names, seats }) {
	const words = {
		exclusion: __(
			"Equal votes: {0}. One of them has to leave the count before it can go on.",
			[names]
		),
		surplus: __("Equal votes: {0}. It is open whose surplus of votes passes on first.", [
			names,
		]),
		no_majority: __(
			"A seat needs more than half of the valid ballots. Into a second vote go: {0}. Seats left for them: {1}.",
			[names, seats]
		),
	};
	return (
		words[about] || __("Equal votes: {0}. Seats left for them: {1}.", [names, seats])
	);
}
