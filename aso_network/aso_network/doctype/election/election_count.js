// Paper and count on the form: the figures against each other, and the batches with both entries.
/* global esc, bdi, ask, pill, may, show_differences */

// Those of the paper desk and of online ballots are there only where people could vote online, too.
const FIGURES = [
	["on_roll", __("Voters on the roll")],
	["marked", __("Voters marked as having voted")],
	["marked_at_desk", __("Of these at the paper desk")],
	["issued", __("Papers issued")],
	["returned", __("Papers returned and replaced")],
	["in_box", __("Papers in the box")],
	["entered", __("Ballots in agreed batches")],
	["online", __("Online ballots")],
];
const BATCH_COLOURS = {
	Entering: "blue",
	Differs: "red",
	Agreed: "green",
	Resolved: "green",
	Voided: "gray",
};

class ElectionCount {
	constructor(frm) {
		this.frm = frm;
		this.election = frm.doc;
		this.serve = may(frm).serve;
		this.is_counting = this.serve && frm.doc.status === "Voting Closed";
	}

	refresh() {
		this.$box = this.frm.fields_dict.batches_html.$wrapper;
		this.$box.off(".count").empty();
		const closed = ["Voting Closed", "Tie", "Counted", "Announced"].includes(
			this.election.status
		);
		if (!closed) {
			this.$box.html(
				`<p class="text-muted">${__("Ballots are entered after voting is closed.")}</p>`
			);
			return;
		}
		this.$box.html(`
			<div class="aso-count row">
				<section class="col-md-5 aso-figures" aria-label="${__("Reconciliation")}"></section>
				<section class="col-md-7">
					<div class="aso-batches"></div>
					${
						this.is_counting
							? `<button type="button" class="btn btn-default btn-sm aso-new-batch">${__(
									"New batch"
							  )}</button>`
							: ""
					}
				</section>
			</div>`);
		const on = (selector, action) =>
			this.$box.on("click.count", selector, (event) =>
				action(event.currentTarget.dataset.batch)
			);
		on(".aso-new-batch", () => this.create());
		on(".aso-enter", (batch) => frappe.set_route("ballot-entry", batch));
		on(".aso-void", (batch) => this.void(batch));
		on(".aso-differences", (batch) =>
			show_differences(batch, {
				may_resolve: this.is_counting,
				on_change: () => this.frm.reload_doc(),
			})
		);
		if (this.serve) {
			this.show_batches();
		} else {
			this.$box
				.find(".aso-batches")
				.html(
					`<p class="text-muted">${__(
						"The committee enters the ballots, in two entries each."
					)}</p>`
				);
		}
		this.show_figures();
	}

	async create() {
		const batch = await ask("create_batch", { election: this.election.name });
		frappe.set_route("ballot-entry", batch);
	}

	void(batch) {
		frappe.prompt(
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Why is this batch not counted?"),
				description: __(
					"For example: opened by mistake, or the stack was split. Its papers go into another batch."
				),
				reqd: 1,
			},
			async ({ reason }) => {
				await ask("void_batch", { batch, reason });
				this.frm.reload_doc();
			},
			__("Void the batch"),
			__("Void")
		);
	}

	async show_batches() {
		const batches = await ask("batches", { election: this.election.name });
		this.$box
			.find(".aso-batches")
			.html(
				batches.map((batch) => this.batch_html(batch)).join("") ||
					`<p class="text-muted">${__(
						"No batch yet. A batch is a stack of papers that two of you enter, each alone."
					)}</p>`
			);
	}

	batch_html(batch) {
		const entries = batch.entries.map((entry) => this.entry_html(entry)).join("");
		return `<div class="aso-batch">
			<div class="aso-batch-head">
				<b>${__("Batch {0}", [batch.number])}</b>
				${pill(__(batch.status), BATCH_COLOURS[batch.status] || "gray")}
				${
					["Agreed", "Resolved"].includes(batch.status)
						? `<span class="text-muted">${__("{0} ballots", [batch.ballots])}</span>`
						: ""
				}
				<span class="aso-do">${this.batch_buttons(batch)}</span>
			</div>
			<ul class="list-unstyled mb-0">${
				entries || `<li class="text-muted">${__("Nobody has begun to enter it.")}</li>`
			}</ul>
		</div>`;
	}

	entry_html(entry) {
		return `<li>${bdi(entry.full_name || entry.member)}:
			${
				entry.finished
					? __("finished, {0} ballots", [entry.count])
					: __("{0} ballots so far", [entry.count])
			}
		</li>`;
	}

	batch_buttons(batch) {
		const id = esc(batch.name);
		const mine = batch.entries.find((entry) => entry.member === frappe.session.user);
		const buttons = [];
		if (
			this.is_counting &&
			batch.status === "Entering" &&
			!mine?.finished &&
			(mine || batch.entries.length < 2)
		) {
			buttons.push(
				`<button type="button" class="btn btn-primary btn-sm aso-enter" data-batch="${id}">${
					mine ? __("Continue") : __("Enter ballots")
				}</button>`
			);
		}
		if (batch.status === "Differs") {
			buttons.push(
				`<button type="button" class="btn btn-primary btn-sm aso-differences" data-batch="${id}">${__(
					"See the differences"
				)}</button>`
			);
		}
		if (this.is_counting && batch.status !== "Voided") {
			buttons.push(
				`<button type="button" class="btn btn-link btn-sm text-muted aso-void" data-batch="${id}">${__(
					"Void"
				)}</button>`
			);
		}
		return buttons.join(" ");
	}

	async show_figures() {
		const { figures, mismatches } = await ask("reconciliation", {
			election: this.election.name,
		});
		const rows = FIGURES.filter(([key]) => key in figures)
			.map(
				([key, label]) =>
					`<tr><th scope="row">${label}</th><td>${figures[key] ?? "–"}</td></tr>`
			)
			.join("");
		const verdict = mismatches.length
			? `<ul class="aso-mismatches" role="status">${mismatches
					.map((sentence) => `<li>${esc(sentence)}</li>`)
					.join("")}</ul>
				<p class="text-muted small">${__(
					"Correct the figures, or explain the mismatch in writing; until then the count waits."
				)}</p>`
			: `<p class="aso-ready" role="status"><span aria-hidden="true">✓</span> ${__(
					"Roll, box and entries agree."
			  )}</p>`;
		this.$box
			.find(".aso-figures")
			.html(`<table class="table table-sm"><tbody>${rows}</tbody></table>${verdict}`);
	}
}
