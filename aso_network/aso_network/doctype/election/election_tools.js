// Small tools of the election's forms.

const esc = frappe.utils.escape_html;

// Names stand in either script: each keeps its own direction.
const bdi = (text) => `<bdi>${esc(text || "")}</bdi>`;

// The name in the reader's script first, the other one second if it differs.
function both_names(name, name_ar) {
	const names = frappe.utils.is_rtl() ? [name_ar, name] : [name, name_ar];
	const [first, second] = [...new Set(names.filter(Boolean))];
	return { first, second };
}

// Calls the election's API. A refusal is shown by Frappe; the caller's next steps just do not happen.
function ask(method, args) {
	return new Promise((resolve) => {
		frappe.xcall(`aso_network.api.elections.${method}`, args).then(resolve, () => {});
	});
}

function print_as(frm, format) {
	const query = new URLSearchParams({
		doctype: frm.doctype,
		name: frm.doc.name,
		format,
		no_letterhead: 1,
		_lang: frappe.boot.lang,
	});
	window.open(`/printview?${query}`, "_blank");
}

// Letters that people type for one another are one letter to a search.
function folded(text) {
	return (text || "")
		.toLowerCase()
		.normalize("NFKD")
		.replace(/\p{Mn}|\u0640/gu, "")
		.replace(/ة/g, "ه")
		.replace(/[ىی]/g, "ي")
		.replace(/ک/g, "ك")
		.replace(/\s+/g, " ")
		.trim();
}

// How this site calls a step of the lifecycle: it may have renamed it.
function step_name(state, next_state) {
	const step = frappe.workflow
		.get_all_transitions("Election")
		.find((t) => t.state === state && t.next_state === next_state);
	return __(step?.action || "");
}

// A hash in groups that two people can read to each other.
function hash_html(hash) {
	return `<code class="aso-hash" dir="ltr">${(hash || "").replace(
		/(.{8})(?=.)/g,
		"$1 "
	)}</code>`;
}

function pill(text, colour) {
	return `<span class="indicator-pill no-indicator-dot ${colour}">${esc(text)}</span>`;
}
