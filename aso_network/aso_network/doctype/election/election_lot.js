// A lot drawn on paper before the meeting, recorded in the order drawn.

async function record_lot(frm) {
	const result = await frappe.db.get_doc("Election Result", frm.doc.result);
	const order = result.rows.filter((row) => row.reason_code === "tied");
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
			await ask("record_lot", {
				election: frm.doc.name,
				order: JSON.stringify(order.map((row) => row.candidacy)),
				minutes,
			});
			dialog.hide();
			frm.reload_doc();
		},
	});
	const $order = dialog.get_field("order").$wrapper;
	const show = () => {
		$order.html(`
			<p>${__("{0} seats are left for {1} candidates with equal votes. Put them in the order drawn: the first take the seats.", [
				result.tied_seats,
				order.length,
			])}</p>
			<ol class="aso-lot">${order
				.map(
					(row, index) => `<li class="${index < result.tied_seats ? "aso-wins" : ""}">
						<span class="aso-name">${bdi(row.candidate_name)}
							${index < result.tied_seats ? pill(__("Elected"), "green") : ""}</span>
						<span class="aso-do">
							<button type="button" class="btn btn-default btn-sm" data-move="-1" data-at="${index}"
								${index ? "" : "disabled"} aria-label="${__("Earlier")}">↑</button>
							<button type="button" class="btn btn-default btn-sm" data-move="1" data-at="${index}"
								${index < order.length - 1 ? "" : "disabled"} aria-label="${__("Later")}">↓</button>
						</span>
					</li>`
				)
				.join("")}</ol>`);
	};
	$order.on("click", "[data-move]", (event) => {
		const at = Number(event.currentTarget.dataset.at);
		const to = at + Number(event.currentTarget.dataset.move);
		[order[at], order[to]] = [order[to], order[at]];
		show();
		const move = event.currentTarget.dataset.move;
		const $same = $order.find(`[data-at=${to}][data-move=${move}]`);
		($same.prop("disabled") ? $order.find(`[data-at=${to}]:enabled`) : $same).trigger("focus");
	});
	show();
	dialog.show();
}
