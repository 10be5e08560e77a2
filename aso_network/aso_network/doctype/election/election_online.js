// Online voting on the form: what the committee does next, from the key to the open box.
/* global ask_voting, bdi, esc, may, pill, hash_html, issue_codes, replace_code, make_key, try_sheets, open_box */

const ONLINE = "Paper and online";
// What a voter's arrival could be read from is told no more often anyway.
const ONLINE_REFRESH_MS = 60000;

// Calls the API of online voting; undefined where it refused, which Frappe has shown.
async function ask_voting(method, args) {
	try {
		return (await frappe.xcall(`aso_network.api.voting.${method}`, args)) ?? null;
	} catch {
		return undefined;
	}
}

class ElectionOnline {
	constructor(frm) {
		this.frm = frm;
	}

	get election() {
		return this.frm.doc;
	}

	get serve() {
		return may(this.frm).serve;
	}

	refresh() {
		clearInterval(this.timer);
		this.$box = this.frm.fields_dict.online_html.$wrapper;
		this.$box.off(".online");
		if (this.election.voting_mode !== ONLINE) {
			this.$box.empty();
			return;
		}
		const actions = {
			"make-key": () => make_key(this.frm, this.state),
			"try-sheets": () => try_sheets(this.frm),
			"issue-codes": () => issue_codes(this.frm, this.state),
			"replace-code": () => replace_code(this.frm, this.state),
			"open-box": () => open_box(this.frm, this.state),
		};
		this.$box.on("click.online", "[data-do]", (event) => {
			if (this.frm.is_dirty()) {
				frappe.msgprint(__("Save the form first."));
				return;
			}
			actions[event.currentTarget.dataset.do]();
		});
		this.load();
		if (this.election.status === "Voting Open") {
			this.timer = setInterval(() => {
				if (!document.hidden && this.$box.is(":visible")) {
					this.load();
				}
			}, ONLINE_REFRESH_MS);
		}
	}

	async load() {
		const { name } = this.election;
		const state = await ask_voting("state", { election: name });
		if (state && this.election.name === name) {
			this.state = state;
			this.show();
		}
	}

	show() {
		const steps = this.steps().map(
			({ done, title, text, buttons = "" }) => `<li class="${done ? "aso-done" : ""}">
				<span class="aso-step" aria-hidden="true">${done ? "✓" : ""}</span>
				<div><b>${title}</b>${done ? ` <span class="sr-only">${__("Done")}</span>` : ""}
					<p class="mb-1">${text}</p>${this.serve ? buttons : ""}</div>
			</li>`
		);
		this.$box.html(
			`${this.figure()}<ol class="aso-steps list-unstyled">${steps.join("")}</ol>`
		);
		const $next = this.$box.find("li:not(.aso-done) [data-do]").first();
		$next.removeClass("btn-default").addClass("btn-primary");
	}

	// As everybody is told it: in steps, so that nobody's coming can be read from it.
	figure() {
		const { voters, voted } = this.state;
		if (this.election.status !== "Voting Open") {
			return "";
		}
		const sentence =
			voted == null
				? __("Voters on the roll: {0}", [`<b>${voters}</b>`])
				: __("At least {0} of {1} have voted, online or on paper.", [
						`<b>${voted}</b>`,
						`<b>${voters}</b>`,
				  ]);
		return `<p class="aso-turnout" role="status">${sentence}</p>`;
	}

	steps() {
		const { status, sealed } = this.election;
		if (["Draft", "Rules Adopted", "Nominations Open"].includes(status)) {
			return [
				{
					title: __("Once the candidates are published"),
					text: sealed
						? __(
								"The committee makes the key of the box, tries its sheets, and prints the codes for the hall."
						  )
						: __("The committee prints the codes for the hall."),
				},
			];
		}
		if (status === "Candidates Published") {
			return [...(sealed ? this.key_steps() : []), this.codes_step(), this.opening_step()];
		}
		if (status === "Voting Open") {
			return [this.voting_step(), this.codes_step()];
		}
		return status === "Annulled" || !this.election.receipts_root ? [] : [this.box_step()];
	}

	key_steps() {
		const { sheets, sheets_rehearsed, public_key } = this.election;
		const needed = this.state.sheets_needed;
		return [
			{
				done: Boolean(public_key),
				title: __("Key of the box"),
				text: public_key
					? __("{0} word sheets were made; any {1} of them open the box.", [
							sheets,
							needed,
					  ])
					: __(
							"The key is made once, printed on word sheets, one for each member of the committee, and kept nowhere else. Any {0} of them will open the box.",
							[needed]
					  ),
				buttons: this.button(
					"make-key",
					public_key ? __("Make another key") : __("Make the key")
				),
			},
			{
				done: Boolean(sheets_rehearsed),
				title: __("Rehearsal"),
				text: sheets_rehearsed
					? __("Every sheet was typed from its paper and belongs to the key.")
					: __(
							"Before voting opens, every sheet is typed once from its paper: only then is it certain that the box can be opened."
					  ),
				buttons: public_key ? this.button("try-sheets", __("Try the sheets")) : "",
			},
		];
	}

	codes_step() {
		const { codes, without_code } = this.state;
		if (!this.election.roll_hash) {
			return {
				title: __("Codes for the hall"),
				text: __("Freeze the roll first; the codes are made for its voters."),
			};
		}
		const first = __(
			"Whoever does not sign in votes with a code from a slip of paper, on their own phone or on the tablet in the hall."
		);
		const have =
			codes == null
				? ""
				: __("Voters with a code: {0}. Still without one: {1}.", [codes, without_code]);
		return {
			done: Boolean(codes) && !without_code,
			title: __("Codes for the hall"),
			text: `${first} ${have}`,
			buttons:
				(without_code ? this.button("issue-codes", __("Make codes")) : "") +
				(codes ? this.button("replace-code", __("Replace a code")) : ""),
		};
	}

	opening_step() {
		return {
			title: __("Opening"),
			text: __(
				"When nothing is missing under “{0}”, choose the step under Actions. From then on the address is: {1}",
				[__("Before voting opens"), this.address()]
			),
		};
	}

	voting_step() {
		return {
			title: __("Voting is open"),
			text: __(
				"Delegates vote after signing in, or here with their code: {0}. Whoever takes a paper is marked under Electoral Roll; nobody can do both.",
				[this.address()]
			),
		};
	}

	box_step() {
		const { sealed, box_opened, online_ballots, unreadable, sheets, papers_in_box } =
			this.election;
		const open = Boolean(box_opened);
		const count = __("Envelopes: {0}. Papers in the box: {1}.", [
			`<b>${online_ballots}</b>`,
			`<b>${papers_in_box || 0}</b>`,
		]);
		let then = "";
		if (open) {
			then = __(
				"The online ballots lie in the box with those on paper. What is left to type are the papers."
			);
		} else if (sealed) {
			then = __(
				"To open it, type the words of {0} of the {1} sheets. The papers are typed as well, under Paper and Count.",
				[this.state.sheets_needed, sheets]
			);
		}
		const lost = unreadable
			? ` ${__("Unreadable ballots, counted as spoiled")}: ${unreadable}`
			: "";
		return {
			done: open,
			title: open ? __("The box is open") : __("The box is closed and sealed"),
			text: `${count} ${then}${lost}`,
			buttons:
				open || this.election.status !== "Voting Closed"
					? ""
					: this.button("open-box", __("Open the box")),
		};
	}

	address() {
		const address = esc(this.state.address);
		return `<a href="${address}" target="_blank" rel="noopener" dir="ltr">${address}</a>`;
	}

	button(action, label) {
		return `<button type="button" class="btn btn-sm btn-default" data-do="${action}">${label}</button> `;
	}
}
