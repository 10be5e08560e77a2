// Some steps need a written reason. Whoever makes one is asked for it, on the form and in the list's Actions
// menu, and the step and its reason go to the server together: if the step is refused, nothing is kept.
frappe.provide("aso");

const steps = () => frappe.boot.aso_network?.needs_reason || {};

// The site may have renamed actions, so what counts is from which state to which they lead.
const needs_reason = (doctype, state, action) =>
	frappe.workflow
		.get_all_transitions(doctype)
		.filter((t) => t.action === action && (!state || t.state === state))
		.some((t) =>
			steps()[doctype].some(([source, target]) => source === t.state && target === t.next_state),
		);

// Where others than the office read the reason.
const readers = (doctype) =>
	doctype === "Training Session"
		? __("Everybody who is registered or on the waiting list reads it in a letter.")
		: "";

aso.ask_reason = (action, doctype) =>
	new Promise((resolve) => {
		const dialog = new frappe.ui.Dialog({
			title: __(action),
			fields: [
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Reason"),
					description: [
						__("It is kept in the audit trail, with your name and the date."),
						readers(doctype),
					].join(" "),
					reqd: 1,
				},
			],
			primary_action_label: __(action),
			primary_action({ reason }) {
				if (!reason.trim()) return;
				resolve(reason.trim());
				dialog.hide();
			},
		});
		dialog.onhide = () => resolve(null);
		dialog.show();
	});

aso.apply_with_reason = (doctype, name, action, reason) =>
	frappe.xcall("aso_network.api.lifecycle.apply_with_reason", { doctype, name, action, reason });

async function before_workflow_action(frm) {
	const action = frm.selected_workflow_action;
	if (!needs_reason(frm.doctype, frm.doc.status, action)) return;
	frappe.dom.unfreeze();
	const reason = await aso.ask_reason(action, frm.doctype);
	if (reason) {
		frappe.dom.freeze();
		try {
			await aso.apply_with_reason(frm.doctype, frm.doc.name, action, reason);
			await frm.script_manager.trigger("after_workflow_action");
		} finally {
			frappe.dom.unfreeze();
		}
	}
	frm.selected_workflow_action = null;
	// The step is made, or was given up: Frappe's own, without a reason, must not follow.
	return new Promise(() => {});
}

// Frappe shows the answer to the step, which lacks what a form is given when it opens (addresses, checklists).
// Nothing can be entered meanwhile, as it would be gone; but a form that does not come does not lock the desk.
async function after_workflow_action(frm) {
	frappe.dom.freeze();
	// The form is still asking for titles of its links; answered while it is empty, they would turn red.
	const again = frappe.after_ajax().then(() => frm.reload_doc());
	await Promise.race([again, new Promise((resolve) => setTimeout(resolve, 5000))]);
	frappe.dom.unfreeze();
}

async function bulk_step(list, action) {
	const names = list.get_checked_items(true);
	const reason = await aso.ask_reason(action, list.doctype);
	if (!reason) return;
	await in_bulk(list, async () => {
		let done = 0;
		for (const name of names) {
			frappe.show_progress(__(action), done, names.length, name);
			// A refusal says why in its own message; the others go on.
			await aso.apply_with_reason(list.doctype, name, action, reason).catch(() => {});
			done += 1;
		}
		frappe.hide_progress();
	});
}

// Frappe's own call. After it Frappe leaves the list as it was, with the old states and everything ticked.
const bulk_step_without_reason = (list, action) =>
	in_bulk(list, () =>
		frappe.xcall("frappe.model.workflow.bulk_workflow_approval", {
			docnames: list.get_checked_items(true),
			doctype: list.doctype,
			action,
		}),
	);

async function in_bulk(list, steps_of_all) {
	list.disable_list_update = true;
	try {
		await steps_of_all();
	} finally {
		list.disable_list_update = false;
		list.clear_checked_items();
		// Else a list that was read less than three seconds ago is not read again.
		list.last_args = null;
		list.refresh();
	}
}

function ask_in_lists() {
	const prototype = frappe.views?.ListView?.prototype;
	if (!prototype || prototype.aso_asks_reason) return;
	const menu_items = prototype.get_workflow_action_menu_items;
	prototype.aso_asks_reason = true;
	prototype.get_workflow_action_menu_items = function () {
		const items = menu_items.call(this);
		if (!steps()[this.doctype]) return items;
		return items.map((item) => {
			const step = needs_reason(this.doctype, null, item.name) ? bulk_step : bulk_step_without_reason;
			return { ...item, action: () => step(this, item.name) };
		});
	};
}

Object.keys(steps()).forEach((doctype) =>
	frappe.ui.form.on(doctype, { before_workflow_action, after_workflow_action }),
);
ask_in_lists();
