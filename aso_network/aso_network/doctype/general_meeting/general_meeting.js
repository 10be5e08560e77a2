// The form of a general meeting, in the order of the day: agenda, who is there, minutes, decisions.
// {% include "aso_network/aso_network/doctype/general_meeting/electoral_form.js" %}
/* global show_electoral_form, choose_electoral_form, show_seat_rules, set_up_seat_rules, choose_group */

const ATTENDANCE_OPEN = ["Convened", "In Session"];
const CLOSED = ["Concluded", "Adjourned", "Cancelled"];
// Where the work of a state is done.
const TAB_OF_STATE = { Convened: "tab_attendance", "In Session": "tab_minutes" };

frappe.ui.form.on("General Meeting", {
	setup(frm) {
		frm.set_query("organization", "attendance", () => ({
			filters: { platform: frm.doc.platform, status: "Active" },
		}));
		frm.set_query("representative", "attendance", (doc, cdt, cdn) => ({
			query: "aso_network.api.membership.search_representatives",
			filters: { organization: locals[cdt][cdn].organization, on: doc.meeting_date },
		}));
		set_up_seat_rules(frm);
	},

	onload(frm) {
		if (frm.is_new()) start(frm);
	},

	onload_post_render(frm) {
		tick_with_one_tap(frm);
		go_to_work(frm);
	},

	after_workflow_action: go_to_work,

	refresh(frm) {
		lock_fields(frm);
		show_quorum(frm);
		show_seat_rules(frm);
		add_buttons(frm);
	},
});

frappe.ui.form.on("Meeting Attendance", {
	present: show_quorum,
	attendance_remove: show_quorum,

	left_at(frm, cdt, cdn) {
		if (locals[cdt][cdn].left_at) frappe.model.set_value(cdt, cdn, "present", 0);
	},

	organization(frm, cdt, cdn) {
		frappe.model.set_value(cdt, cdn, "representative", null);
	},
});

frappe.ui.form.on("Seat Rule", {
	group: choose_group,
});

frappe.ui.form.on("Meeting Decision", {
	form_render: show_electoral_form,
	form: choose_electoral_form,
	tie_rule: show_electoral_form,
	decisions_remove: show_seat_rules,

	kind(frm, cdt, cdn) {
		show_seat_rules(frm);
		show_electoral_form(frm, cdt, cdn);
		return propose_precedents(frm, cdt, cdn);
	},
});

// What a new meeting starts with. Hours are not invented: the browser would fill in the time of day.
async function start(frm) {
	frm.doc.start_time = frm.doc.end_time = null;
	frm.refresh_fields(["start_time", "end_time"]);
	const begin = await frappe.xcall("aso_network.api.meetings.new_meeting");
	if (!frm.is_new()) return;
	if (!(frm.doc.agenda || []).length) {
		begin.agenda.forEach((topic) => frm.add_child("agenda", { topic }));
		frm.refresh_field("agenda");
	}
	if (!frm.doc.quorum_rule) {
		frm.set_value("quorum_rule", begin.quorum_rule);
		frm.set_value("quorum_value", begin.quorum_value);
	}
}

function go_to_work(frm) {
	const tab = TAB_OF_STATE[frm.doc.status];
	if (tab) frm.layout.tabs.find((t) => t.df.fieldname === tab)?.set_active();
}

// The server refuses all this as well; here it spares the refusal.
function lock_fields(frm) {
	const { status } = frm.doc;
	if (CLOSED.includes(status)) {
		frm.disable_form();
		return;
	}
	const lock = (field, locked) => frm.set_df_property(field, "read_only", locked ? 1 : 0);
	lock("quorum_rule", status !== "Draft");
	lock("quorum_value", status !== "Draft");
	lock("attendance", !ATTENDANCE_OPEN.includes(status));
	lock("decisions", status !== "In Session");
	lock("seat_rules", status !== "In Session");
	frm.set_df_property(
		"attendance",
		"description",
		status === "Draft" ? __("Convene the meeting, then mark who is present.") : ""
	);
	frm.set_df_property(
		"decisions",
		"description",
		status === "In Session" ? "" : __("Decisions are entered while the session is open.")
	);
}

// How many are there and how many are needed, while the lines are being ticked.
function show_quorum(frm) {
	const present = (frm.doc.attendance || []).filter((row) => row.present).length;
	const needed = frm.doc.quorum_required || 0;
	const members = frm.doc.active_members || 0;
	const reached = needed > 0 && present >= needed;
	const share = (part) => Math.min(100, members ? (100 * part) / members : 0);
	frm.get_field("quorum_html").$wrapper.html(`
		<div class="aso-quorum mb-3" role="status">
			<div class="d-flex justify-content-between align-items-baseline flex-wrap">
				<span class="h4 mb-1" data-quorum="present">
					${__("{0} present", [present])}
				</span>
				<span class="indicator-pill ${reached ? "green" : "orange"}" data-quorum="state">
					${reached ? __("Quorum reached") : __("{0} missing for a quorum", [Math.max(needed - present, 0)])}
				</span>
			</div>
			<div class="progress position-relative">
				<div class="progress-bar ${reached ? "bg-success" : "bg-warning"}"
					style="width: ${share(present)}%"></div>
				<div class="position-absolute h-100 border-dark"
					style="inset-inline-start: ${share(needed)}%; border-inline-start: 2px solid"></div>
			</div>
			<div class="text-muted small mt-1" data-quorum="needed">
				${__("{0} of {1} active members are needed.", [needed, members])}
				${frm.doc.status === "Draft" ? __("Fixed when the meeting is convened.") : ""}
			</div>
		</div>`);
}

function add_buttons(frm) {
	aso.activity_button?.(frm);
	if (frm.is_new()) return;
	const { status } = frm.doc;
	const write = frm.perm[0].write;
	if (write && ATTENDANCE_OPEN.includes(status)) {
		const { grid } = frm.fields_dict.attendance;
		grid.add_custom_button(__("Mark all active members"), () => mark_all(frm));
		grid.add_custom_button(__("Mark nobody"), () => mark_nobody(frm));
	}
	const carried = (frm.doc.decisions || []).some(
		(row) => row.kind === "Electoral Form" && row.carried
	);
	if (carried && ["In Session", "Concluded"].includes(status)) {
		if (frappe.model.can_create("Election")) {
			frm.add_custom_button(
				__("Election"),
				() => frappe.new_doc("Election", { meeting: frm.doc.name }),
				__("Create")
			);
		}
	}
	if (frappe.model.can_print("General Meeting") && status !== "Draft") {
		frm.add_custom_button(__("Print Minutes"), () => frm.print_doc());
	}
}

// A grid wants one tap to open a line and a second to tick it: too many for a queue at the door.
function tick_with_one_tap(frm) {
	const { grid } = frm.fields_dict.attendance;
	// One form shows every meeting that is opened: a second listener would take the tick back.
	if (grid.aso_ticks_with_one_tap) return;
	grid.aso_ticks_with_one_tap = true;
	grid.wrapper.get(0).addEventListener(
		"click",
		(event) => {
			const cell = event.target.closest('.grid-static-col[data-fieldname="present"]');
			const line = cell?.closest(".grid-row[data-name]");
			if (!line || !grid.is_editable() || cell.closest(".editable-row")) return;
			event.stopPropagation();
			event.preventDefault();
			const name = line.getAttribute("data-name");
			const row = locals["Meeting Attendance"][name];
			if (row && !row.left_at) {
				frappe.model.set_value(row.doctype, name, "present", row.present ? 0 : 1);
			}
		},
		true
	);
}

// Everybody with the delegate of the day; then whoever is not there is unticked.
async function mark_all(frm) {
	const members = await frappe.xcall("aso_network.api.meetings.active_members", {
		meeting: frm.doc.name,
	});
	const listed = new Map((frm.doc.attendance || []).map((row) => [row.organization, row]));
	for (const member of members) {
		frappe.utils.add_link_title(
			"Member Organization",
			member.organization,
			member.organization_name
		);
		const row = listed.get(member.organization);
		if (!row) {
			frm.add_child("attendance", member);
		} else if (!row.left_at) {
			row.present = 1;
			row.representative = row.representative || member.representative;
			row.representative_name = row.representative_name || member.representative_name;
		}
	}
	changed(frm);
}

function mark_nobody(frm) {
	(frm.doc.attendance || []).forEach((row) => (row.present = 0));
	changed(frm);
}

function changed(frm) {
	frm.dirty();
	frm.refresh_field("attendance");
	show_quorum(frm);
}

// The choices of the other platforms are precedents for this one's.
async function propose_precedents(frm, cdt, cdn) {
	const row = locals[cdt][cdn];
	if (row.kind !== "Governance Model" || row.precedents || !frm.doc.platform) return;
	const others = await frappe.xcall("aso_network.api.meetings.models_of_others", {
		platform: frm.doc.platform,
	});
	const said = others.map((other) =>
		__("{0}: {1} ({2})", [
			other.name,
			__(other.governance_model),
			frappe.datetime.str_to_user(other.meeting_date),
		])
	);
	if (said.length) frappe.model.set_value(cdt, cdn, "precedents", said.join("\n"));
}
