// A result: what was counted, who has signed it, and what follows from it.
// {% include "aso_network/aso_network/doctype/election/election_tools.js" %}

frappe.ui.form.on("Election Result", {
	refresh(frm) {
		if (frm.is_new()) {
			return;
		}
		frm.disable_save();
		const state = signing_state(frm);
		show_state(frm, state);
		if (state.may_sign) {
			frm.add_custom_button(__("Sign"), () => sign(frm)).addClass("btn-primary");
		}
		if (frm.doc.is_announced && frappe.model.can_create("Operational Body")) {
			add_body_button(frm);
		}
		if (frappe.model.can_print("Election Result")) {
			frm.add_custom_button(__("Protocol"), () => print_as(frm, "Election Result Protocol"), __("Print"));
		}
		frm.add_custom_button(__("Election"), () =>
			frappe.set_route("Form", "Election", frm.doc.election)
		);
	},
});

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
			__("There is a tie across the last seat; nobody among the tied is elected until a lot is drawn."),
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
		__("{0} of {1} signatures needed are there; the committee has {2} members.", [count, needed, members]),
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
		.map((row) => `<li>${bdi(row.candidate_name)}: <b>${row.votes}</b></li>`)
		.join("");
	const dialog = new frappe.ui.Dialog({
		title: __("Sign the result"),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p>${__("You sign that these are elected, with these votes:")}</p>
					<ul>${elected}</ul>
					<p>${__("{0} valid, {1} blank, {2} spoiled.", [
						frm.doc.valid,
						frm.doc.blank,
						frm.doc.spoiled,
					])}</p>
					<p class="mb-1">${__("The hash of the result, the same on every screen and on the printed protocol:")}</p>
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
				frappe.show_alert({ message: __("Confirm first what you sign."), indicator: "orange" });
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
			__("The elected become the members of the operational body of {0}. Positions are given afterwards.", [
				bdi(frm.doc.platform),
			]),
			async () => {
				const body = await ask("constitute_body", { result: frm.doc.name });
				frappe.set_route("Form", "Operational Body", body);
			}
		)
	).addClass("btn-primary");
}
