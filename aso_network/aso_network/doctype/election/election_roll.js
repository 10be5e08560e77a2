// The electoral roll on the form: frozen before voting, the polling desk while it is open.
/* global esc, bdi, ask, pill, folded, both_names, may */

const ROLL_ROWS = 50;
// Two desks at the door see each other's marks.
const ROLL_REFRESH_MS = 20000;

class ElectionRoll {
	constructor(frm) {
		this.frm = frm;
		this.voters = [];
		this.waiting_only = false;
	}

	get election() {
		return this.frm.doc;
	}

	get is_polling_desk() {
		return this.election.status === "Voting Open" && may(this.frm).serve;
	}

	refresh() {
		if (this.shown !== this.election.name) {
			this.shown = this.election.name;
			this.voters = [];
			this.waiting_only = false;
		}
		// At the door only the list matters.
		this.frm.toggle_display(
			["voting_mode", "roll_source", "roll_count", "roll_hash"],
			!this.is_polling_desk
		);
		this.$box = this.frm.fields_dict.roll_html.$wrapper;
		this.$box.html(`
			<div class="aso-roll">
				<div class="aso-roll-head">${this.head()}</div>
				<div class="aso-roll-body"></div>
			</div>`);
		this.$box.off(".roll");
		this.listen();
		if (this.election.roll_hash && frappe.model.can_read("Election Voter")) {
			this.load(true);
		}
		this.keep_fresh();
	}

	head() {
		const { office, serve } = may(this.frm);
		const freezable =
			(office || serve) &&
			["Rules Adopted", "Nominations Open", "Candidates Published"].includes(
				this.election.status
			);
		const frozen = this.election.roll_hash;
		const sentence = frozen
			? __("The roll is frozen with {0} voters.", [`<b>${this.election.roll_count}</b>`])
			: __("The roll is not frozen yet. Freeze it when the attendance is complete.");
		return `<p class="mb-1">${sentence}</p>
			${
				freezable
					? `<button type="button" class="btn btn-sm ${
							frozen ? "btn-default" : "btn-primary"
					  } aso-freeze">${frozen ? __("Freeze again") : __("Freeze roll")}</button>`
					: ""
			}`;
	}

	listen() {
		const on = (event, selector, action) => this.$box.on(`${event}.roll`, selector, action);
		on("click", ".aso-freeze", () => this.freeze());
		on("input", ".aso-search", () => this.show_rows());
		on("change", ".aso-waiting", (event) => {
			this.waiting_only = event.target.checked;
			this.show_rows();
		});
		on("click", ".aso-mark", (event) => this.mark(event.currentTarget));
		on("click", ".aso-unmark", (event) => this.unmark(event.currentTarget.dataset.voter));
		on("click", ".aso-add", () => this.add());
	}

	freeze() {
		if (this.frm.is_dirty()) {
			frappe.msgprint(__("Save the form first."));
			return;
		}
		if (this.election.roll_hash && this.election.voting_mode === "Paper and online") {
			frappe.confirm(
				__(
					"Freezing the roll again deletes all codes made for it: slips that are printed already do nothing any more, and the committee has to make new ones. Freeze again?"
				),
				() => this.freeze_now()
			);
			return;
		}
		this.freeze_now();
	}

	async freeze_now() {
		const done = await ask("freeze_roll", { election: this.election.name });
		frappe.show_alert({
			message: __("Roll frozen: {0} voters.", [done.count]),
			indicator: "green",
		});
		this.frm.reload_doc();
	}

	async load(rebuild = false) {
		const election = this.election.name;
		const voters = await frappe.db.get_list("Election Voter", {
			filters: { election },
			fields: [
				"name",
				"organization_name",
				"organization_name_ar",
				"delegate_name",
				"voted",
				"added_on",
			],
			order_by: frappe.utils.is_rtl() ? "organization_name_ar asc" : "organization_name asc",
			limit: 0,
		});
		if (this.election.name !== election) {
			return;
		}
		this.voters = (voters || []).map((voter) => ({
			...voter,
			text: folded(
				`${voter.organization_name} ${voter.organization_name_ar} ${voter.delegate_name}`
			),
			...both_names(voter.organization_name, voter.organization_name_ar),
		}));
		if (rebuild) {
			this.show_body();
		}
		this.show_rows();
	}

	show_body() {
		this.$box.find(".aso-roll-body").html(`
			<p class="aso-turnout" role="status"></p>
			<div class="aso-roll-tools">
				<input type="search" class="form-control aso-search"
					aria-label="${__("Search the roll")}" placeholder="${__("Organization or delegate")}">
				${
					this.shows_marks
						? `<label class="mb-0"><input type="checkbox" class="aso-waiting"
							${this.waiting_only ? "checked" : ""}> ${__("Not yet voted")}</label>`
						: ""
				}
				${
					this.is_polling_desk
						? `<button type="button" class="btn btn-default btn-sm aso-add">${__(
								"Add a latecomer"
						  )}</button>`
						: ""
				}
			</div>
			<ul class="aso-voters list-unstyled"></ul>
			<p class="text-muted small aso-more"></p>`);
	}

	get shows_marks() {
		return !["Rules Adopted", "Nominations Open", "Candidates Published"].includes(
			this.election.status
		);
	}

	show_rows() {
		const wanted = folded(this.$box.find(".aso-search").val());
		const found = this.voters.filter(
			(voter) => voter.text.includes(wanted) && !(this.waiting_only && voter.voted)
		);
		this.$box.find(".aso-voters").html(
			found
				.slice(0, ROLL_ROWS)
				.map((voter) => this.row(voter))
				.join("") || `<li class="text-muted">${__("Nobody found.")}</li>`
		);
		this.$box
			.find(".aso-more")
			.text(
				found.length > ROLL_ROWS
					? __("{0} of {1} shown: search to find the others.", [ROLL_ROWS, found.length])
					: ""
			);
		if (this.shows_marks) {
			const voted = this.voters.filter((voter) => voter.voted).length;
			this.$box
				.find(".aso-turnout")
				.html(
					__("{0} of {1} have voted", [
						`<b>${voted}</b>`,
						`<b>${this.voters.length}</b>`,
					])
				);
		}
	}

	row(voter) {
		const late = voter.added_on ? ` ${pill(__("Added late"), "orange")}` : "";
		return `<li class="aso-voter ${voter.voted && this.is_polling_desk ? "aso-voted" : ""}">
			<span class="aso-name"><b>${bdi(voter.first)}</b>${late}
				<br><span class="text-muted">${[voter.second, voter.delegate_name]
					.filter(Boolean)
					.map(bdi)
					.join(" · ")}</span></span>
			<span class="aso-do">${this.shows_marks ? this.mark_html(voter) : ""}</span>
		</li>`;
	}

	mark_html(voter) {
		if (!this.is_polling_desk) {
			return voter.voted ? pill(__("Voted"), "green") : pill(__("Not voted"), "gray");
		}
		const id = esc(voter.name);
		return voter.voted
			? `${pill(__("Voted"), "green")}
				<button type="button" class="btn btn-link btn-sm aso-unmark" data-voter="${id}">${__(
					"Undo"
			  )}</button>`
			: `<button type="button" class="btn btn-primary btn-lg aso-mark" data-voter="${id}">${__(
					"Mark as voted"
			  )}</button>`;
	}

	async mark(button) {
		const voter = this.voters.find((row) => row.name === button.dataset.voter);
		button.disabled = true;
		try {
			await frappe.xcall("aso_network.api.elections.mark_voted", {
				election: this.election.name,
				voter: voter.name,
			});
			voter.voted = 1;
			frappe.show_alert(
				{ message: __("{0} has voted.", [bdi(voter.first)]), indicator: "green" },
				2
			);
		} catch {
			// Frappe has shown why; most likely the other desk was faster.
			await this.load();
		}
		this.$box.find(".aso-search").val("");
		this.show_rows();
		this.$box.find(".aso-search").trigger("focus");
	}

	unmark(name) {
		const voter = this.voters.find((row) => row.name === name);
		frappe.prompt(
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Why is the mark of {0} taken back?", [voter.first]),
				description: __("It is kept in the audit trail."),
				reqd: 1,
			},
			async ({ reason }) => {
				await ask("unmark_voted", { election: this.election.name, voter: name, reason });
				this.load();
			},
			__("Undo a mark"),
			__("Take the mark back")
		);
	}

	async add() {
		const late = await ask("latecomers", { election: this.election.name });
		if (!late.length) {
			frappe.msgprint(__("Every active member with a delegate is on the roll already."));
			return;
		}
		frappe.prompt(
			[
				{
					fieldname: "organization",
					fieldtype: "Autocomplete",
					options: late.map((row) => ({
						value: row.name,
						label: row.title,
						description: row.delegate_name,
					})),
					label: __("Organization"),
					reqd: 1,
				},
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Why is it added after the roll was frozen?"),
					reqd: 1,
				},
			],
			async ({ organization, reason }) => {
				await ask("add_voter", { election: this.election.name, organization, reason });
				this.load();
			},
			__("Add a latecomer"),
			__("Add to the roll")
		);
	}

	keep_fresh() {
		clearInterval(this.timer);
		if (!this.is_polling_desk) {
			return;
		}
		this.timer = setInterval(() => {
			if (!document.hidden && this.is_polling_desk && this.$box.is(":visible")) {
				this.load();
			}
		}, ROLL_REFRESH_MS);
	}
}
