// A lot drawn on paper before the meeting, recorded in the order drawn.
/* global ask, bdi, pill, both_names */

async function record_lot(frm) {
	const result = await frappe.db.get_doc("Election Result", frm.doc.result);
	const seats = result.tied_seats;
	// Nobody has a place until they are drawn: the order of the list must not slip through as a lot.
	const waiting = result.rows.filter((row) => row.reason_code === "tied");
	const drawn = [];
	const dialog = new frappe.ui.Dialog({
		title: __("Record the lot"),
		fields: [
			{ fieldtype: "HTML", fieldname: "order" },
			{
				fieldtype: "Small Text",
				fieldname: "minutes",
				label: __("How the lot was drawn"),
				description: __("Who drew, from what, before whom. It is printed in the result."),
				reqd: 1,
			},
		],
		primary_action_label: __("Record the lot"),
		async primary_action({ minutes }) {
			if (waiting.length) {
				frappe.show_alert({
					message: __("Choose every candidate in the order drawn, to the last one."),
					indicator: "orange",
				});
				return;
			}
			await ask("record_lot", {
				election: frm.doc.name,
				order: JSON.stringify(drawn.map((row) => row.candidacy)),
				minutes,
			});
			dialog.hide();
			frm.reload_doc();
		},
	});
	const $order = dialog.get_field("order").$wrapper;
	const name = (row) => bdi(both_names(row.candidate_name, row.candidate_name_ar).first);
	const button = (action, at, text, label = "") =>
		`<button type="button" class="btn btn-default btn-sm" data-action="${action}" data-at="${at}"
			${label ? `aria-label="${label}"` : ""}>${text}</button>`;
	const show = () => {
		const places = drawn.map(
			(row, at) => `<li>
				<b>${at + 1}</b>
				<span class="aso-name">${name(row)} ${at < seats ? pill(__("Elected"), "green") : ""}</span>
				<span class="aso-do">
					${at ? button("earlier", at, "↑", __("Earlier")) : ""}
					${button("back", at, "✕", __("Take back"))}
				</span>
			</li>`
		);
		const cup = waiting.map(
			(row, at) => `<li>
				<span class="aso-name">${name(row)}</span>
				<span class="aso-do">${button(
					"draw",
					at,
					drawn.length ? __("Drawn next") : __("Drawn first")
				)}</span>
			</li>`
		);
		$order.html(`
			<p>${__(
				"Candidates with equal votes: {0}. Seats left for them: {1}. Choose them in the order drawn; the first take the seats.",
				[waiting.length + drawn.length, seats]
			)}</p>
			${places.length ? `<ol class="aso-lot aso-drawn">${places.join("")}</ol>` : ""}
			${
				cup.length
					? `<p class="text-muted mb-1">${__(
							"Not drawn yet"
					  )}</p><ul class="aso-lot">${cup.join("")}</ul>`
					: ""
			}`);
	};
	const actions = {
		draw: (at) => drawn.push(...waiting.splice(at, 1)),
		back: (at) => waiting.push(...drawn.splice(at, 1)),
		earlier: (at) => drawn.splice(at - 1, 0, ...drawn.splice(at, 1)),
	};
	$order.on("click", "[data-action]", (event) => {
		const { action, at } = event.currentTarget.dataset;
		actions[action](Number(at));
		show();
		const $next = $order.find(`[data-action=${action}]`);
		($next.length ? $next : $order.find("[data-action]")).first().trigger("focus");
	});
	show();
	dialog.show();
}
