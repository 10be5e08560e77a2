// Two entries of one batch side by side, and how the committee settles what differs.
/* global bdi, ask, both_names */

async function show_differences(batch, { may_resolve, on_change }) {
	const [{ first, second }, { candidates, kind }] = await Promise.all([
		ask("differences", { batch }),
		ask("entry", { batch }),
	]);
	const sides = [first, second];
	const me = frappe.session.user;
	// Whose entry is kept does not decide alone: another member agrees to it.
	const keepable = sides.filter((side) => side.member !== me);
	const fields = [{ fieldtype: "HTML", fieldname: "sides" }];
	if (may_resolve) {
		fields.push(
			{ fieldtype: "Section Break", label: __("After looking at the papers together") },
			{
				fieldtype: "Select",
				fieldname: "keep",
				label: __("The right entry is the one of"),
				options: keepable.map((side) => ({ value: side.member, label: side.full_name })),
				default: keepable.length === 1 ? keepable[0].member : "",
				description: __(
					"The one whose entry is right does not decide; another member does."
				),
				reqd: 1,
			},
			{
				fieldtype: "Small Text",
				fieldname: "note",
				label: __("What was found"),
				description: __(
					"For example: ballot 7 was entered twice. It is kept with the batch."
				),
				reqd: 1,
			}
		);
	}
	const dialog = new frappe.ui.Dialog({
		title: __("Where the two entries differ"),
		size: "large",
		fields,
		primary_action_label: may_resolve ? __("Keep this entry") : __("Close"),
		async primary_action(values) {
			if (may_resolve) {
				await ask("resolve_batch", { batch, keep: values.keep, note: values.note });
				on_change();
			}
			dialog.hide();
		},
	});
	if (may_resolve && keepable.length < sides.length) {
		dialog.set_secondary_action_label(__("Correct my entry"));
		dialog.set_secondary_action(async () => {
			await ask("reopen_entry", { batch });
			dialog.hide();
			frappe.set_route("ballot-entry", batch);
		});
	}
	const hint = may_resolve
		? `<p>${__(
				"Find these papers in the stack. If one of you mistyped, correct that entry; then they agree."
		  )}</p>`
		: "";
	dialog
		.get_field("sides")
		.$wrapper.html(
			`${hint}<div class="row">${sides
				.map((side) => difference_side(side, candidates, kind))
				.join("")}</div>`
		);
	dialog.show();
}

function difference_side(side, candidates, kind) {
	const ballots = side.only.map(
		(ballot) =>
			`<li>${difference_text(ballot, candidates, kind)}${
				ballot.times > 1 ? ` <b>${__("{0} such papers", [ballot.times])}</b>` : ""
			}</li>`
	);
	return `<div class="col-sm-6">
		<h5>${__("Only in the entry of {0}", [bdi(side.full_name)])}</h5>
		<ul>${ballots.join("") || `<li class="text-muted">${__("Nothing")}</li>`}</ul>
	</div>`;
}

// As the paper in the stack looks: preferences with their numbers, first to last; marks and points in the
// order of the ballot.
function difference_text({ choices, spoiled }, candidates, kind) {
	if (spoiled) {
		return __("Spoiled");
	}
	if (!choices.length) {
		return __("Blank");
	}
	const name = (candidate) => bdi(both_names(candidate.name, candidate.name_ar).first);
	const line = (mark, candidate) => `<li><b>${mark}</b> ${name(candidate)}</li>`;
	const chosen = candidates.filter(({ candidacy }) => choices.includes(candidacy));
	const points = ({ candidacy }) => choices.filter((choice) => choice === candidacy).length;
	const lines = {
		marks: () => chosen.map((candidate) => line(candidate.number, candidate)),
		points: () => chosen.map((candidate) => line(`${points(candidate)} ×`, candidate)),
		ranking: () =>
			choices.map((choice, index) =>
				line(
					`${index + 1}.`,
					candidates.find(({ candidacy }) => candidacy === choice)
				)
			),
	}[kind]();
	return `<ul class="aso-marks list-unstyled">${lines.join("")}</ul>`;
}
