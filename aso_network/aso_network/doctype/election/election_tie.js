// An open tie on the form: who is concerned, and the way out that the meeting has decided.
/* global ask, bdi, may, record_lot, draw_lot, names_of_tied, step_name, tie_in_words, SEED_RULE, RUNOFF_RULE */

// Ties that only the order of the tied can settle: they stop the count on its way.
const INSIDE_THE_COUNT = ["exclusion", "surplus", "within"];

async function show_tie(frm) {
	const { name, result, status } = frm.doc;
	const found = await frappe.db.get_doc("Election Result", result);
	const runoff = found.has_tie ? await runoff_of(frm) : null;
	if (!found.has_tie || frm.doc.name !== name || frm.doc.status !== status) {
		return;
	}
	const tie = {
		about: found.tie_about,
		seats: found.tied_seats,
		names: names_of_tied(found.rows),
		runoff,
	};
	const way = way_out(frm, tie);
	frm.set_intro(`<div>${tie_in_words(tie)}<br>${way}</div>`, runoff ? "blue" : "red");
	add_tie_buttons(frm, tie);
}

// The runoff that is held about this election, if there is one.
async function runoff_of(frm) {
	const { message } = await frappe.db.get_value(
		"Election",
		{ runoff_of: frm.doc.name, status: ["!=", "Annulled"] },
		["name", "title"]
	);
	return message?.name ? message : null;
}

function needs_runoff(frm, { about }) {
	return (
		about === "no_majority" ||
		(frm.doc.tie_rule === RUNOFF_RULE && !INSIDE_THE_COUNT.includes(about))
	);
}

function draws_from_seed({ doc }) {
	return doc.tie_rule === SEED_RULE && !doc.__onload?.seed_is_spent;
}

function way_out(frm, tie) {
	const { office, serve } = may(frm);
	if (tie.runoff) {
		const link = `<a href="/app/election/${encodeURIComponent(tie.runoff.name)}">${bdi(
			tie.runoff.title
		)}</a>`;
		if (frm.doc.status !== "Tie") {
			return __("The runoff decides: {0}.", [link]);
		}
		return serve
			? __(
					"The runoff decides: {0}. Choose “{1}” under Actions, then sign what is decided already.",
					[link, step_name("Tie", "Counted")]
			  )
			: __("The runoff decides: {0}. The committee settles the tie here and signs.", [link]);
	}
	if (needs_runoff(frm, tie)) {
		const why =
			tie.about === "no_majority"
				? __("A lot makes no majority, so a second vote is held.")
				: __("The meeting decided that a second vote is held.");
		return `${why} ${
			office ? __("Choose “Hold a runoff”.") : __("The office makes the runoff.")
		}`;
	}
	if (draws_from_seed(frm)) {
		return serve
			? __("Open the sealed seed before the meeting and choose “Draw the lot from the seed”.")
			: __("The committee opens its sealed seed and draws the lot from it.");
	}
	const why =
		frm.doc.tie_rule === RUNOFF_RULE
			? `${__("A runoff cannot decide this, for it is about the way of the count.")} `
			: "";
	return `${why}${
		serve
			? __("Draw the lot before the meeting, then record it here.")
			: __("The committee draws the lot before the meeting.")
	}`;
}

function add_tie_buttons(frm, tie) {
	const { office, serve } = may(frm);
	const add = (label, action) => frm.add_custom_button(label, action).addClass("btn-primary");
	if (tie.runoff) {
		frm.add_custom_button(__("Runoff"), () =>
			frappe.set_route("Form", "Election", tie.runoff.name)
		);
	} else if (needs_runoff(frm, tie)) {
		if (office) {
			add(__("Hold a runoff"), () => hold_runoff(frm, tie));
		}
	} else if (serve && draws_from_seed(frm)) {
		add(__("Draw the lot from the seed"), () => draw_lot(frm));
	} else if (serve) {
		add(__("Record the lot"), () => record_lot(frm));
	}
}

function hold_runoff(frm, { names, seats }) {
	frappe.confirm(
		`<p>${__("A second vote is made, with these candidates only: {0}.", [names])}</p>
		<p>${__(
			"Seats left for them: {0}. Those elected in the first vote keep their seats. The roll is frozen again and voting is opened there.",
			[seats]
		)}</p>`,
		async () => {
			const runoff = await ask("hold_runoff", { election: frm.doc.name });
			frappe.set_route("Form", "Election", runoff);
		}
	);
}
