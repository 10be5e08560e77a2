// Two habits of Frappe's forms that get in the way of whoever works fast.

// "DocType/name": when it was last modified, as far as the server has said.
const heard = {};
let listening = false;

function listen() {
	if (listening) return;
	listening = true;
	frappe.realtime.on("doc_update", ({ doctype, name, modified }) => {
		heard[`${doctype}/${name}`] = modified;
	});
}

// A second after Frappe has heard of a change it loads the form again, over whatever was entered in that
// second. It hears of one's own steps too: whoever convenes a meeting and at once ticks who is there would
// lose the ticks. So a form is loaded again only if it is behind, and never over what is not saved.
function keep_edits(frm) {
	frm.debounced_reload_doc = frappe.utils.debounce(() => {
		const { doctype, name, modified, __last_sync_on } = frm.doc;
		const latest = heard[`${doctype}/${name}`];
		const is_current = !latest || latest === modified;
		const is_old = new Date() - __last_sync_on > frm.refresh_if_stale_for * 1000;
		if (frm !== cur_frm || (is_current && !is_old)) return;
		if (!frm.is_dirty()) {
			frm.reload_doc();
		} else if (!is_current) {
			frm.doc.__needs_refresh = true;
			frm.show_conflict_message();
		}
	}, 1000);
}

// A value that is set while one tab fades into another, as the minutes are a moment after the last key,
// brings the first tab back and leaves both on the screen. Without the fading there is no such moment.
function switch_tabs_at_once(frm) {
	frm.layout.tabs.forEach((tab) => tab.wrapper.removeClass("fade"));
}

Object.keys(frappe.boot.aso_network?.needs_reason || {}).forEach((doctype) =>
	frappe.ui.form.on(doctype, {
		setup(frm) {
			listen();
			keep_edits(frm);
			switch_tabs_at_once(frm);
		},
	}),
);
