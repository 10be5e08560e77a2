// A result: what was counted, who has signed it, and what follows from it.
// {% include "aso_network/aso_network/doctype/election/election_tools.js" %}
// {% include "aso_network/aso_network/doctype/election/election_words.js" %}
// {% include "aso_network/aso_network/doctype/election_result/result_minutes.js" %}
/* global esc, bdi, ask, pill, print_as, hash_html, both_names, names_of_tied, marks_label, tie_in_words, show_minutes, lots_html */

// Why the votes alone did not decide.
const MOVED_BY_RULE = ["seated_by_rule", "passed_by_rule"];
const VOTES = {
	"Cumulative Vote": __("Points"),
	"Instant-Runoff Vote": __("First choices"),
	"Single Transferable Vote": __("First choices"),
};

frappe.ui.form.on("Election Result", {
	refresh(frm) {
		if (frm.is_new()) {
			return;
		}
		frm.disable_save();
		const { explanation = {} } = frm.doc.__onload || {};
		show_rows(frm, explanation);
		show_minutes(frm, explanation);
		show_figures(frm);
		show_signatures(frm);
		const state = signing_state(frm);
		show_state(frm, state);
		if (state.may_sign) {
			frm.add_custom_button(__("Sign"), () => sign(frm)).addClass("btn-primary");
		}
		add_downloads(frm);
		if (frm.doc.is_announced && frappe.model.can_create("Operational Body")) {
			add_body_button(frm);
		}
		if (frappe.model.can_print("Election Result")) {
			frm.add_custom_button(
				__("Protocol"),
				() => print_as(frm, "Election Result Protocol"),
				__("Print")
			);
		}
		frm.add_custom_button(__("Election"), () =>
			frappe.set_route("Form", "Election", frm.doc.election)
		);
		if (frm.doc.runoff) {
			frm.add_custom_button(__("Runoff"), () =>
				frappe.set_route("Form", "Election", frm.doc.runoff)
			);
		}
	},
});

// The votes as people read them; the grid would cut them off on a phone.
function show_rows(frm, explanation) {
	const { reasons = {} } = explanation;
	const place = ({ elected, seat_order }) => (elected ? seat_order : Infinity);
	const rows = [...(frm.doc.rows || [])].sort(
		(a, b) => (place(a) === place(b) ? b.votes - a.votes : place(a) - place(b))
	);
	const most = Math.max(1, ...rows.map((row) => row.votes));
	const lines = rows.map((row) => {
		const { first, second } = both_names(row.candidate_name, row.candidate_name_ar);
		const reason = esc(reasons[row.candidacy] || row.reason);
		const moved = MOVED_BY_RULE.includes(row.reason_code)
			? ` ${pill(__("Seat rule"), row.elected ? "green" : "orange")}`
			: "";
		return `<tr class="${row.elected ? "aso-elected" : ""}">
			<td class="aso-order">${row.elected ? row.seat_order : ""}</td>
			<td>${bdi(first)}${moved}${second ? `<br><small class="text-muted">${bdi(second)}</small>` : ""}
				<small class="d-block d-sm-none">${reason}</small>
				<span class="aso-bar" style="inline-size: ${(100 * row.votes) / most}%"></span></td>
			<td class="aso-votes">${row.votes}</td>
			<td class="d-none d-sm-table-cell">${reason}</td>
		</tr>`;
	});
	frm.fields_dict.rows_html.$wrapper.html(`<table class="table aso-rows">
		<thead><tr>
			<th scope="col">${__("Elected as")}</th><th scope="col">${__("Candidate")}</th>
			<th scope="col" class="aso-votes">${
				VOTES[frm.doc.form] || __("Votes")
			}</th><th scope="col" class="d-none d-sm-table-cell">${__("Outcome")}</th>
		</tr></thead>
		<tbody>${lines.join("")}</tbody>
	</table>${lots_html(frm, explanation)}`);
	frm.toggle_display(["rows", "lots"], false);
	frm.toggle_display("has_tie", frm.doc.has_tie);
	// The steps say the same in the reader's language.
	frm.toggle_display("lot_minutes", !(explanation.lot_steps || []).length);
}

function show_figures(frm) {
	// The record has its name as the rules have it.
	frm.fields_dict.form.df.formatter = (form) => esc(__(form));
	frm.refresh_field("form");
	frm.toggle_display("max_choices", frm.doc.max_choices > 0);
	frm.set_df_property("max_choices", "label", marks_label(frm.doc.form));
	frm.set_df_property(
		"result_hash",
		"description",
		__("The members sign this. On any computer with Python, {0} checks the verification package.", [
			'<code dir="ltr">aso-network verify FILE</code>',
		])
	);
}

function add_downloads(frm) {
	const files = {
		verification_package: __("Verification package"),
		result_report: __("NIST report (JSON)"),
		result_table: __("Table (CSV)"),
	};
	Object.entries(files).forEach(([method, label]) =>
		frm.add_custom_button(
			label,
			() => {
				const query = new URLSearchParams({ result: frm.doc.name });
				window.open(`/api/method/aso_network.api.elections.${method}?${query}`);
			},
			__("Download")
		)
	);
}

function show_signatures(frm) {
	const { signatures = [], result_hash } = frm.doc;
	const lines = signatures.map((row) => {
		const current = row.signed_hash === result_hash;
		return `<li>${bdi(row.full_name || row.user)},
			<span dir="ltr">${frappe.datetime.str_to_user(row.signed_on)}</span>
			${current ? pill(__("this hash"), "green") : pill(__("another hash"), "red")}</li>`;
	});
	frm.fields_dict.signatures_html.$wrapper.html(
		lines.length
			? `<ul class="aso-signatures">${lines.join("")}</ul>`
			: `<p class="text-muted">${__("Nobody has signed yet.")}</p>`
	);
	frm.toggle_display("signatures", false);
}

// Who has signed this hash, and whether the user may: the server decides, this only spares refusals.
function signing_state(frm) {
	const { signatures_needed, committee_size, may_sign } = frm.doc.__onload || {};
	const signed = new Set(
		(frm.doc.signatures || [])
			.filter((row) => row.signed_hash === frm.doc.result_hash)
			.map((row) => row.user)
	);
	return {
		count: signed.size,
		needed: signatures_needed,
		members: committee_size,
		mine: signed.has(frappe.session.user),
		may_sign: may_sign && !signed.has(frappe.session.user),
	};
}

const result_link = (name, title) =>
	`<a href="/app/election-result/${encodeURIComponent(name)}">${bdi(title || name)}</a>`;

// A recount or a count made again: what it finds otherwise, and which of the counts the election goes by.
function comparison(frm) {
	const { standing = {}, difference = [] } = frm.doc.__onload || {};
	const { recount_of, count_number } = frm.doc;
	const stands = !standing.name || standing.name === frm.doc.name;
	if (!stands && standing.count_number > count_number) {
		return {
			stands,
			colour: "orange",
			html: __("A later count stands: {0}. This one is kept beside it.", [
				result_link(standing.name, standing.title),
			]),
		};
	}
	if (!recount_of) {
		return { stands };
	}
	const before = result_link(recount_of, frappe.utils.get_link_title("Election Result", recount_of));
	const found = difference.length
		? `${__("This count differs from {0}:", [before])}
			<ul class="mb-1">${difference.map((line) => `<li>${esc(line)}</li>`).join("")}</ul>`
		: `${__("A recount of {0}: both counts agree.", [before])} `;
	const way_on = stands
		? ""
		: difference.length
		? __("If this count is right, the committee reopens the count of the election, with the reason.")
		: __("The first count stands; it is the one that is signed.");
	return { stands, colour: difference.length ? "red" : "green", html: found + way_on };
}

function show_state(frm, { count, needed, members, mine }) {
	frm.set_intro("");
	const { stands, colour, html } = comparison(frm);
	if (html) {
		frm.set_intro(`<div>${html}</div>`, colour);
	}
	if (!stands) {
		frm.page.set_indicator(__("Kept beside the result"), "gray");
		return;
	}
	if (frm.doc.has_tie) {
		frm.set_intro(`<div>${tie_sentence(frm)}</div>`, frm.doc.runoff ? "blue" : "red");
		if (!frm.doc.runoff) {
			return;
		}
	}
	if (frm.doc.is_announced) {
		frm.set_intro(
			__("Announced on {0} with {1} signatures.", [
				frappe.datetime.str_to_user(frm.doc.announced_on),
				count,
			]),
			"green"
		);
		return;
	}
	const sentences = [
		__("{0} of {1} signatures needed are there; the committee has {2} members.", [
			count,
			needed,
			members,
		]),
	];
	if (mine) {
		sentences.push(__("You have signed."));
	}
	if (count >= needed) {
		sentences.push(__("The election can be announced."));
	}
	frm.set_intro(sentences.join(" "), count >= needed ? "green" : "blue");
}

function tie_sentence({ doc }) {
	const sentence = tie_in_words({
		about: doc.tie_about,
		seats: doc.tied_seats,
		names: names_of_tied(doc.rows),
	});
	const way_on = doc.runoff
		? __("The runoff decides; what is decided already stands.")
		: __("Nobody is elected by the order of a list; the election says how the tie is settled.");
	return `${sentence}<br>${way_on}`;
}

function sign(frm) {
	const hash = frm.doc.result_hash;
	const elected = (frm.doc.rows || [])
		.filter((row) => row.elected)
		.sort((a, b) => a.seat_order - b.seat_order)
		.map((row) => {
			const { first } = both_names(row.candidate_name, row.candidate_name_ar);
			return `<li>${bdi(first)}: <b>${row.votes}</b></li>`;
		})
		.join("");
	const dialog = new frappe.ui.Dialog({
		title: __("Sign the result"),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p>${__("You sign that these are elected, with these votes:")}</p>
					<ul>${elected}</ul>
					<p>${__("{0} valid, {1} blank, {2} spoiled.", [frm.doc.valid, frm.doc.blank, frm.doc.spoiled])}</p>
					<p class="mb-1">${__(
						"The hash of the result, the same on every screen and on the printed protocol:"
					)}</p>
					<p>${hash_html(hash)}</p>`,
			},
			{
				fieldtype: "Check",
				fieldname: "compared",
				label: __("I have watched the count, and this is what was counted."),
			},
		],
		primary_action_label: __("Sign"),
		async primary_action({ compared }) {
			if (!compared) {
				frappe.show_alert({
					message: __("Confirm first what you sign."),
					indicator: "orange",
				});
				return;
			}
			// The hash that was shown, not the one the server may have by now.
			await ask("sign", { result: frm.doc.name, result_hash: hash });
			dialog.hide();
			frm.reload_doc();
		},
	});
	dialog.show();
}

async function add_body_button(frm) {
	const { message } = await frappe.db.get_value(
		"Operational Body",
		{ constituted_by: frm.doc.name },
		"name"
	);
	if (message?.name) {
		frm.add_custom_button(__("Operational body"), () =>
			frappe.set_route("Form", "Operational Body", message.name)
		);
		return;
	}
	frm.add_custom_button(__("Constitute the operational body"), () =>
		frappe.confirm(
			__(
				"The elected become the members of the operational body of {0}. Positions are given afterwards.",
				[bdi(frm.doc.platform)]
			),
			async () => {
				const body = await ask("constitute_body", { result: frm.doc.name });
				frappe.set_route("Form", "Operational Body", body);
			}
		)
	).addClass("btn-primary");
}
