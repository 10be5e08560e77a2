// A lot drawn on paper before the meeting, recorded in the order drawn.
/* global ask, bdi, pill, both_names, listed, tie_in_words */

// What the order drawn means, by what the tie is about. A mark stands at those whom it concerns.
function lot_words(about, has_rules) {
	const words = {
		exclusion: {
			say: __("Choose them in the order drawn; whoever is drawn last leaves the count."),
			mark: (at, all) => (at === all - 1 ? pill(__("Leaves the count"), "red") : ""),
		},
		surplus: {
			say: __("Choose them in the order drawn; the surplus of the first drawn passes on first."),
			mark: (at) => (at === 0 ? pill(__("Passes on first"), "blue") : ""),
		},
	};
	const seat = {
		say: has_rules
			? __("Choose them in the order drawn; the first take the seats, as far as the seat rules allow.")
			: __("Choose them in the order drawn; the first take the seats."),
		// With seat rules the place in the order does not say it alone.
		mark: (at, _all, seats) => (!has_rules && at < seats ? pill(__("Elected"), "green") : ""),
	};
	return words[about] || seat;
}

async function record_lot(frm) {
	const result = await frappe.db.get_doc("Election Result", frm.doc.result);
	const seats = result.tied_seats;
	// Nobody has a place until they are drawn: the order of the list must not slip through as a lot.
	const waiting = result.rows.filter((row) => row.reason_code === "tied");
	const drawn = [];
	const all = waiting.length;
	const words = lot_words(result.tie_about, (frm.doc.seat_rules || []).length);
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
			await frm.reload_doc();
			if (frm.doc.status === "Tie") {
				frappe.msgprint({
					title: __("There is another tie"),
					message: __(
						"The lot is recorded and the count went on. Now others are tied; draw a lot among them too and record it."
					),
					indicator: "orange",
				});
			}
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
				<span class="aso-name">${name(row)} ${words.mark(at, all, seats)}</span>
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
			<p>${tie_in_words({
				about: result.tie_about,
				names: listed([...drawn, ...waiting].map(name)),
				seats,
			})}
				${words.say}</p>
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
