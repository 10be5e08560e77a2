// A result: what was counted, who has signed it, and what follows from it.
// {% include "aso_network/aso_network/doctype/election/election_tools.js" %}
/* global esc, bdi, ask, pill, print_as, hash_html, both_names */

// The sentences of `polling.counting.REASONS`, here as the reader's language has them.
const REASONS = {
	most_votes: __("Elected: among the most votes"),
	tied: __("Tied for the last seat: not decided"),
	won_lot: __("Elected by lot among the tied"),
	lost_lot: __("Not elected: the lot among the tied fell to others"),
	not_enough_votes: __("Not elected: others have more votes"),
	no_votes: __("Not elected: no vote"),
};

frappe.ui.form.on("Election Result", {
	refresh(frm) {
		if (frm.is_new()) {
			return;
		}
		frm.disable_save();
		show_rows(frm);
		show_signatures(frm);
		const state = signing_state(frm);
		show_state(frm, state);
		if (state.may_sign) {
			frm.add_custom_button(__("Sign"), () => sign(frm)).addClass("btn-primary");
		}
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
	},
});

// The votes as people read them; the grid would cut them off on a phone.
function show_rows(frm) {
	const { rows = [] } = frm.doc;
	const most = Math.max(1, ...rows.map((row) => row.votes));
	const lines = rows.map((row) => {
		const { first, second } = both_names(row.candidate_name, row.candidate_name_ar);
		return `<tr class="${row.elected ? "aso-elected" : ""}">
			<td class="aso-order">${row.elected ? row.seat_order : ""}</td>
			<td>${bdi(first)}${second ? `<br><small class="text-muted">${bdi(second)}</small>` : ""}
				<small class="d-block d-sm-none">${esc(REASONS[row.reason_code] || row.reason)}</small>
				<span class="aso-bar" style="inline-size: ${(100 * row.votes) / most}%"></span></td>
			<td class="aso-votes">${row.votes}</td>
			<td class="d-none d-sm-table-cell">${esc(REASONS[row.reason_code] || row.reason)}</td>
		</tr>`;
	});
	frm.fields_dict.rows_html.$wrapper.html(`<table class="table aso-rows">
		<thead><tr>
			<th scope="col">${__("Elected as")}</th><th scope="col">${__("Candidate")}</th>
			<th scope="col" class="aso-votes">${__(
				"Votes"
			)}</th><th scope="col" class="d-none d-sm-table-cell">${__("Outcome")}</th>
		</tr></thead>
		<tbody>${lines.join("")}</tbody>
	</table>${lot_html(frm.doc)}`);
	frm.toggle_display(["rows", "lots"], false);
	frm.toggle_display("has_tie", frm.doc.has_tie);
}

function lot_html({ lots = [], rows }) {
	if (!lots.length) {
		return "";
	}
	const name_ar = Object.fromEntries(rows.map((row) => [row.candidacy, row.candidate_name_ar]));
	const drawn = lots.map(
		(row) => `<li>${bdi(both_names(row.candidate_name, name_ar[row.candidacy]).first)}</li>`
	);
	return `<p class="mb-1">${__(
		"Drawn by lot among the tied, in this order:"
	)}</p><ol>${drawn.join("")}</ol>`;
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

function show_state(frm, { count, needed, members, mine }) {
	frm.set_intro("");
	if (frm.doc.has_tie) {
		frm.set_intro(
			__(
				"There is a tie across the last seat; nobody among the tied is elected until a lot is drawn."
			),
			"red"
		);
		return;
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
