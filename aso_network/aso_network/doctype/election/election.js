// The form of an election, in the order of work: checklist, candidates and committee, roll, count, result.
// {% include "aso_network/aso_network/doctype/election/election_tools.js" %}
// {% include "aso_network/aso_network/doctype/election/election_words.js" %}
// {% include "aso_network/aso_network/doctype/election/election_rules.js" %}
// {% include "aso_network/aso_network/doctype/election/election_people.js" %}
// {% include "aso_network/aso_network/doctype/election/election_roll.js" %}
// {% include "aso_network/aso_network/doctype/election/election_differences.js" %}
// {% include "aso_network/aso_network/doctype/election/election_count.js" %}
// {% include "aso_network/aso_network/doctype/election/election_lot.js" %}
// {% include "aso_network/aso_network/doctype/election/election_seed.js" %}
// {% include "aso_network/aso_network/doctype/election/election_tie.js" %}
// {% include "aso_network/aso_network/doctype/election/election_prints.js" %}
// {% include "aso_network/aso_network/doctype/election/election_codes.js" %}
// {% include "aso_network/aso_network/doctype/election/election_key.js" %}
// {% include "aso_network/aso_network/doctype/election/election_online.js" %}
/* global esc, bdi, ask, print_as, show_rules, add_committee, add_candidacies, new_candidacy, add_seed_button, show_tie,
	step_name, SEED_RULE, ElectionRoll, ElectionCount, ElectionOnline */

const BEFORE_OPENING = ["Draft", "Rules Adopted", "Nominations Open", "Candidates Published"];
const COUNTING = ["Voting Open", "Voting Closed"];
const OFFICE_FIELDS = [
	"title",
	"meeting",
	"voting_date",
	"nominations_from",
	"nominations_to",
	"committee",
	"signatures_required",
	"voting_mode",
	"roll_source",
	"voting_until",
	"sealed",
	"sheets_needed",
];
const COUNTED = ["Tie", "Counted", "Announced"];
const COUNT_FIELDS = ["papers_issued", "papers_returned", "papers_in_box", "reconciliation_note"];
// Where the work of a state is done.
const TAB_OF_STATE = { "Voting Open": "tab_roll", "Voting Closed": "tab_count", Tie: "tab_count" };

frappe.ui.form.on("Election", {
	setup(frm) {
		frm.set_query("meeting", () => ({
			filters: { status: ["in", ["Convened", "In Session", "Concluded"]] },
		}));
	},

	onload_post_render: go_to_work,

	after_workflow_action: go_to_work,

	refresh(frm) {
		lock_fields(frm);
		// Frappe adds the time zone to the help text first and finds no translation then.
		frm.set_df_property(
			"nominations_to",
			"description",
			__("Leave both empty when nominations open and close in the hall.")
		);
		frm.set_intro("");
		show_rules(frm);
		if (frm.is_new()) {
			return;
		}
		show_checklist(frm);
		show_next_step(frm);
		add_buttons(frm);
		aso.activity_button(frm);
		frm.roll = frm.roll || new ElectionRoll(frm);
		frm.roll.refresh();
		frm.online = frm.online || new ElectionOnline(frm);
		frm.online.refresh();
		new ElectionCount(frm).refresh();
	},
});

// The committee lands where its work is.
function go_to_work(frm) {
	const tab = waits_for_sheets(frm) ? "tab_online" : TAB_OF_STATE[frm.doc.status];
	if (tab && may(frm).serve) {
		frm.layout.tabs.find((t) => t.df.fieldname === tab)?.set_active();
	}
}

// Is voting closed and its box still sealed?
function waits_for_sheets({ doc }) {
	return doc.status === "Voting Closed" && Boolean(doc.receipts_root) && !doc.box_opened;
}

// What the user may do with this election now. The server decides; this only spares them refusals.
function may(frm) {
	const has = (role) => frappe.user_roles.includes(role);
	const manager = has("Network Manager");
	const office = manager || has("Network Officer");
	const serve =
		has("Election Committee") &&
		(frm.doc.committee || []).some((row) => row.user && row.user === frappe.session.user);
	return { office, manager, serve, print: serve || frappe.model.can_print("Election") };
}

function lock_fields(frm) {
	const { office, manager, serve } = may(frm);
	const open_to_office = office && (frm.is_new() || BEFORE_OPENING.includes(frm.doc.status));
	const open_to_committee = serve && COUNTING.includes(frm.doc.status);
	OFFICE_FIELDS.forEach((field) =>
		frm.set_df_property(field, "read_only", open_to_office ? 0 : 1)
	);
	const to_announce = frm.doc.status === "Counted" && (serve || manager);
	frm.set_df_property("announced_on", "read_only", to_announce ? 0 : 1);
	frm.toggle_display("sec_result", Boolean(frm.doc.result));
	COUNT_FIELDS.forEach((field) =>
		frm.set_df_property(field, "read_only", open_to_committee ? 0 : 1)
	);
}

function show_checklist(frm) {
	const before = BEFORE_OPENING.includes(frm.doc.status);
	frm.toggle_display("sec_checklist", before);
	if (!before) {
		return;
	}
	const $box = frm.fields_dict.checklist_html.$wrapper;
	ask("issues_before_opening", { election: frm.doc.name }).then((issues) => {
		$box.html(
			issues.length
				? `<ul class="aso-checklist">${issues.map(checklist_item).join("")}</ul>`
				: `<p class="aso-ready" role="status"><span aria-hidden="true">✓</span> ${__(
						"Nothing is missing: voting can open."
				  )}</p>`
		);
	});
}

function checklist_item({ issue, way_out }) {
	return `<li>
		<span class="aso-box" aria-hidden="true"></span>
		<span><span class="aso-issue">${esc(issue)}</span> <span class="text-muted">${esc(
		way_out
	)}</span></span>
	</li>`;
}

// One sentence on top of the form: what happens next, and by whom.
function show_next_step(frm) {
	const { serve } = may(frm);
	const sentences = {
		"Voting Open": serve
			? __(
					"Voting is open. Mark every voter under Electoral Roll as they take a ballot paper."
			  )
			: __("Voting is open. The committee marks the voters."),
		"Voting Closed": serve
			? __(
					"Count the papers in the box, enter them in batches, each by two of you, then choose Count."
			  )
			: __("Voting is closed. The committee counts."),
		Counted: __(
			"The result waits for signatures of the committee, then for its announcement."
		),
	};
	if (waits_for_sheets(frm)) {
		sentences["Voting Closed"] = __(
			"Voting is closed. The box is sealed: members of the committee open it under Online Voting."
		);
	}
	if (sentences[frm.doc.status]) {
		frm.set_intro(sentences[frm.doc.status], "blue");
	}
	show_objections(frm);
	if (COUNTED.includes(frm.doc.status)) {
		show_tie(frm);
	}
	if (frm.doc.runoff_of && BEFORE_OPENING.includes(frm.doc.status)) {
		frm.set_intro(
			`<div>${__("A runoff of {0}, for the seats left: {1}. Only those stand who are concerned.", [
				first_vote(frm),
				frm.doc.seats,
			])}</div>`,
			"blue"
		);
	}
	if (frm.doc.may_be_unopposed && frm.doc.status === "Candidates Published") {
		show_unopposed(frm);
	}
}

// An objection stops the announcement and no other step; everybody should know before that one waits for its decision.
function show_objections(frm) {
	const counts = (frm.doc.__onload || {}).open_objections || {};
	const sentences = {
		"Electoral Roll": __("Open objections to the roll: {0}."),
		Candidacy: __("Open objections to candidacies: {0}."),
		Result: __("Open objections to the result: {0}."),
	};
	const said = Object.entries(sentences)
		.filter(([about]) => counts[about])
		.map(([about, sentence]) => esc(sentence.replace("{0}", counts[about])));
	if (!said.length) {
		return;
	}
	if (frm.doc.status === "Counted") {
		said.push(__("The announcement waits for their decision."));
	}
	const list = `/app/objection?${new URLSearchParams({ election: frm.doc.name })}`;
	frm.set_intro(`<div>${said.join(" ")} <a href="${list}">${__("Show objections")}</a></div>`, "orange");
}

function first_vote({ doc }) {
	const title = frappe.utils.get_link_title("Election", doc.runoff_of) || doc.runoff_of;
	return `<a href="/app/election/${encodeURIComponent(doc.runoff_of)}">${bdi(title)}</a>`;
}

// No more stand than there are seats, and the meeting decided that nobody need vote then.
async function show_unopposed(frm) {
	const { name, seats } = frm.doc;
	const standing = await frappe.db.count("Candidacy", {
		filters: { election: name, status: "Accepted" },
	});
	if (frm.doc.name !== name || frm.doc.status !== "Candidates Published" || standing > seats) {
		return;
	}
	const step = step_name("Candidates Published", "Counted");
	const why = __("No more candidates stand ({0}) than there are seats ({1}), so no vote is needed.", [
		standing,
		seats,
	]);
	const way_on = may(frm).serve
		? __(
				"When nothing is missing below, choose “{0}” under Actions; the result is then signed as any other.",
				[step]
		  )
		: __("The committee can choose “{0}” under Actions.", [step]);
	frm.set_intro(`<div>${why} ${way_on}</div>`, "blue");
}

async function recount(frm) {
	const result = await ask("recount", { election: frm.doc.name });
	frappe.set_route("Form", "Election Result", result);
}

function add_buttons(frm) {
	const { office, serve, print } = may(frm);
	const { status } = frm.doc;
	if (office && status === "Nominations Open") {
		frm.add_custom_button(__("New candidacy"), () => new_candidacy(frm), __("Candidates"));
		frm.add_custom_button(
			__("From the attendance"),
			() => add_candidacies(frm),
			__("Candidates")
		);
	}
	if (office && BEFORE_OPENING.includes(status) && frm.doc.meeting) {
		frm.add_custom_button(
			__("Add from attendance"),
			() => add_committee(frm),
			__("Committee")
		);
	}
	if (serve && BEFORE_OPENING.includes(status) && frm.doc.tie_rule === SEED_RULE && frm.doc.form) {
		add_seed_button(frm);
	}
	if (frm.doc.runoff_of) {
		frm.add_custom_button(__("First vote"), () =>
			frappe.set_route("Form", "Election", frm.doc.runoff_of)
		);
	}
	if (frm.doc.result) {
		frm.add_custom_button(__("Result"), () =>
			frappe.set_route("Form", "Election Result", frm.doc.result)
		);
	}
	// Of an election without a vote there is nothing to be counted.
	if (serve && COUNTED.includes(status) && (frm.doc.ballots_entered || frm.doc.online_ballots)) {
		frm.add_custom_button(__("Recount"), () => recount(frm));
	}
	if (serve || frappe.model.can_export("Network Audit Event")) {
		frm.add_custom_button(
			__("Trail"),
			() => {
				const query = new URLSearchParams({ election: frm.doc.name });
				window.open(`/api/method/aso_network.api.elections.trail?${query}`);
			},
			__("Download")
		);
	}
	if (print) {
		if (["Candidates Published", "Voting Open"].includes(status)) {
			frm.add_custom_button(
				__("Ballot paper"),
				() => print_as(frm, "Ballot Paper"),
				__("Print")
			);
		}
		if (frm.doc.roll_hash) {
			frm.add_custom_button(
				__("Electoral roll"),
				() => print_as(frm, "Electoral Roll"),
				__("Print")
			);
		}
	}
}
