// What the teller sees and does. Only the paper in hand is shown; never a sum of votes.

frappe.provide("aso.ballot_entry");

(function (module) {
	const esc = frappe.utils.escape_html;
	const bdi = (text) => `<bdi>${esc(text || "")}</bdi>`;
	const empty = () => ({ choices: [], spoiled: false });
	const is_empty = (ballot) => !ballot.choices.length && !ballot.spoiled;

	module.Desk = class Desk {
		constructor(page) {
			this.page = page;
			this.$body = $('<div class="ballot-entry"></div>').appendTo(page.main);
			this.$body.on("click", "[data-candidate], [data-less]", (e) => {
				const { candidate, less } = e.currentTarget.dataset;
				this.taking = this.taking || Boolean(less);
				this.press(candidate || less);
				// Who came with Tab goes on from there; after a tap the keys work at once.
				if (e.detail === 0) {
					e.currentTarget.focus();
				}
			});
			this.$body.on("click", "[data-do]", (e) => this.act(e.currentTarget.dataset.do));
			this.watch_other_windows();
			document.addEventListener("keydown", (event) => this.key(event), true);
			window.addEventListener("beforeunload", (event) => {
				if (this.store && !this.store.is_saved) {
					event.preventDefault();
					event.returnValue = "";
				}
			});
		}

		// One window per batch and browser: of two, each would save over the other.
		watch_other_windows() {
			if (!window.BroadcastChannel) {
				return;
			}
			this.windows = new BroadcastChannel("aso_network.ballot_entry");
			this.windows.onmessage = ({ data }) => {
				if (data === this.batch && this.store) {
					this.store.close();
					this.store = this.entry = null;
					this.say_only(__("This batch is open in another window now."));
					$(
						`<button type="button" class="btn btn-default">${__(
							"Continue here"
						)}</button>`
					)
						.appendTo(this.$body)
						.on("click", () => this.open(data));
				}
			};
		}

		async open(batch) {
			if (this.batch === batch && this.entry && !this.entry.closed) {
				this.focus();
				return;
			}
			this.store?.close();
			this.store = this.entry = null;
			this.batch = batch;
			this.page.set_title(__("Ballot entry"));
			if (!batch) {
				this.say_only(__("Open a batch from the election, under Paper and Count."));
				return;
			}
			this.say_only(__("Loading …"));
			let entry;
			try {
				entry = await frappe.xcall("aso_network.api.elections.entry", { batch });
			} catch {
				this.say_only(__("This batch cannot be opened."));
				return;
			}
			if (this.batch === batch) {
				this.begin(entry);
			}
		}

		begin(entry) {
			this.entry = entry;
			this.kind = module.kinds[entry.kind];
			this.taking = false;
			entry.candidates.forEach((candidate, index) => {
				candidate.number = candidate.number || index + 1;
				candidate.key = module.key_of(candidate.number);
				candidate.shown = names_of(candidate)[0];
			});
			this.page.set_title(__("Batch {0}", [entry.number]));
			this.page.clear_actions();
			this.page.set_secondary_action(__("Election"), () =>
				frappe.set_route("Form", "Election", entry.election)
			);
			if (entry.finished || !["Entering", "Differs"].includes(entry.status)) {
				this.show_finished();
				return;
			}
			this.windows?.postMessage(entry.batch);
			this.store = new module.Store(entry.batch, () => this.show_saving());
			const contradiction = this.store.begin(entry.ballots);
			this.render();
			this.go_to(this.store.ballots.length);
			this.focus();
			if (contradiction) {
				this.choose_version(contradiction);
			}
		}

		// The same person entered on two devices: they say which one is right.
		choose_version(in_tab) {
			this.ask(
				"version",
				__(
					"Another device of yours has saved {0} ballots; this one holds {1} that were never saved. Continue with those of the server?",
					[this.store.ballots.length, in_tab.length]
				),
				__("With the server's {0}", [this.store.ballots.length]),
				__("With this device's {0}", [in_tab.length])
			);
			this.in_tab = in_tab;
		}

		// --- keys and touch ---

		key(event) {
			if (
				frappe.get_route()[0] !== "ballot-entry" ||
				!this.store ||
				!this.$body.is(":visible") ||
				document.querySelector(".modal.show") ||
				event.target.closest("input, textarea, select, [contenteditable=true]")
			) {
				return;
			}
			const meaning = module.meaning(event);
			if (!meaning) {
				return;
			}
			// Enter on a button reached with Tab presses that button.
			if (
				meaning.action === "next" &&
				event.target.closest("[data-do], [data-less], a, .page-head button")
			) {
				return;
			}
			event.preventDefault();
			event.stopPropagation();
			// A key held down is one press: no row of blank ballots.
			if (event.repeat) {
				return;
			}
			if (meaning.action) {
				this.act(meaning.action);
			} else {
				const candidate = this.entry.candidates.find((c) => c.key === meaning.candidate);
				if (candidate) {
					this.press(candidate.candidacy);
				} else {
					this.say(__("No candidate has the key {0}.", [meaning.candidate]));
				}
			}
		}

		act(action) {
			const question = this.question;
			if (question && this.answer(action)) {
				return;
			}
			this.close_question();
			const { taking } = this;
			this.take(action === "less" && !taking);
			const actions = {
				next: () => this.next(),
				back: () => this.go_to(this.at - 1),
				clear: () => this.change(empty(), __("Paper cleared.")),
				spoil: () => this.spoil(),
				remove: () => this.remove(),
				escape: () => !question && !taking && this.leave_correction(),
				finish: () => this.finish(),
			};
			actions[action]?.();
			this.focus();
		}

		// Whether `action` answers the open question.
		answer(action) {
			const { name } = this.question;
			const yes = action === "next" || action === "yes" || action === name;
			const no = action === "no" || (action === "escape" && name !== "version");
			if (!yes && !no) {
				// Which version to use cannot be passed over.
				return name === "version";
			}
			this.close_question();
			const answers = {
				blank: () => yes && this.commit(),
				remove: () => yes && this.commit_removal(),
				finish: () => yes && this.commit_finish(),
				version: () => {
					if (no) {
						this.store.replace(this.in_tab);
					} else {
						this.store.write_tab();
					}
					this.go_to(this.store.ballots.length);
				},
			};
			answers[name]();
			this.focus();
			return true;
		}

		// The key or the button of a candidate.
		press(candidacy) {
			if (this.question?.name === "version") {
				return;
			}
			this.close_question();
			const { taking, kind } = this;
			this.take(false);
			if (this.ballot.spoiled) {
				this.say(__("This ballot is marked as spoiled; press X to take that back."));
				this.focus();
				return;
			}
			const before = this.ballot.choices;
			const choices = (taking ? kind.less : kind.press)(before, candidacy);
			const { shown } = this.entry.candidates.find((c) => c.candidacy === candidacy);
			// More than the one that was pressed has gone: said to those who look, too.
			const unexpected = before.length - choices.length > 1;
			this.change(
				{ choices, spoiled: false },
				kind.said(before, choices, candidacy, shown),
				unexpected
			);
			this.focus();
		}

		// Whether the next key takes a point away.
		take(taking) {
			this.taking = Boolean(taking && this.kind.less);
			this.$body.toggleClass("be-taking", this.taking);
			this.$body.find("[data-do=less]").attr("aria-pressed", this.taking);
			if (this.taking) {
				this.say(__("Take a point away: press the candidate."), true);
			}
		}

		spoil() {
			this.change(
				{ choices: [], spoiled: !this.ballot.spoiled },
				this.ballot.spoiled ? __("No longer spoiled.") : __("Spoiled.")
			);
		}

		change(ballot, said, visibly = false) {
			this.ballot = ballot;
			if (this.at === this.store.ballots.length) {
				this.store.keep_draft(is_empty(ballot) ? null : ballot);
			}
			this.show_ballot();
			this.say(`${said} ${this.$verdict.text()}`, visibly && said);
		}

		next() {
			if (is_empty(this.ballot)) {
				this.ask(
					"blank",
					__("Nothing is entered. Is ballot {0} blank?", [this.at + 1]),
					__("Yes, blank"),
					__("No")
				);
			} else {
				this.commit();
			}
		}

		commit() {
			const ballots = [...this.store.ballots];
			const entered = this.at + 1;
			ballots[this.at] = this.tidy(this.ballot);
			const shown = this.words(ballots[this.at]);
			if (entered === ballots.length && this.at === this.store.ballots.length) {
				this.store.draft = null;
			}
			this.store.replace(ballots);
			this.go_to(entered);
			this.$last.text(__("Ballot {0}: {1}", [entered, shown]));
			this.say(__("Ballot {0} entered: {1}.", [entered, shown]));
		}

		remove() {
			if (this.at === this.store.ballots.length) {
				this.change(empty(), __("Paper cleared."));
				return;
			}
			this.ask(
				"remove",
				__("Remove ballot {0} from the entry? The ones after it move up.", [this.at + 1]),
				__("Remove"),
				__("Keep")
			);
		}

		commit_removal() {
			const number = this.at + 1;
			this.store.replace(this.store.ballots.filter((_ballot, index) => index !== this.at));
			this.go_to(this.store.ballots.length);
			this.$last.text("");
			this.say(__("Ballot {0} removed.", [number]));
		}

		leave_correction() {
			if (this.at < this.store.ballots.length) {
				this.go_to(this.store.ballots.length);
			} else {
				this.change(empty(), __("Paper cleared."));
			}
		}

		go_to(index) {
			if (index < 0) {
				this.say(__("This is the first ballot."));
				return;
			}
			const { ballots, draft } = this.store;
			this.at = Math.min(index, ballots.length);
			this.ballot = this.tidy(ballots[this.at] || draft || empty());
			this.show_ballot();
			if (this.at < ballots.length) {
				this.say(
					`${__("Correcting ballot {0} of {1}", [
						this.at + 1,
						ballots.length,
					])}: ${this.words(this.ballot)}.`
				);
			}
		}

		finish() {
			const { ballots } = this.store;
			const stored = ballots[this.at] || empty();
			if (JSON.stringify(this.tidy(this.ballot)) !== JSON.stringify(this.tidy(stored))) {
				this.say(
					__(
						"Ballot {0} is not entered yet. Press Enter to enter it, or 0 to clear it.",
						[this.at + 1]
					),
					true
				);
				return;
			}
			if (!ballots.length) {
				this.say(__("Nothing is entered yet."), true);
				return;
			}
			this.ask(
				"finish",
				__("You have entered {0} ballots. Are there {0} papers in the stack?", [
					ballots.length,
				]),
				__("Yes, finish"),
				__("Not yet")
			);
		}

		async commit_finish() {
			this.$body.find("[data-do=finish]").prop("disabled", true);
			try {
				this.entry.status = await this.store.finish();
				this.entry.finished = true;
				this.entry.ballots = this.store.ballots;
				this.store.close();
				this.store = null;
				this.show_finished();
			} catch (error) {
				this.$body.find("[data-do=finish]").prop("disabled", false);
				this.say(
					error instanceof module.Refused
						? error.message
						: __(
								"There is no connection now. Nothing is lost: try to finish again in a moment."
						  ),
					true
				);
			}
		}

		async reopen() {
			try {
				await module.post("reopen_entry", { batch: this.batch });
			} catch (error) {
				frappe.msgprint(
					error instanceof module.Refused
						? error.message
						: __("There is no connection now.")
				);
				return;
			}
			this.entry = null;
			this.open(this.batch);
		}

		// --- what is shown ---

		render() {
			const { entry, kind } = this;
			this.$body.removeClass("be-taking").attr("data-kind", entry.kind).html(`
				<p class="be-title text-muted">${bdi(entry.election_title)}</p>
				<div class="be-head">
					<h2 class="be-number"></h2>
					<span class="be-total"></span>
					<span class="be-saving" role="status"></span>
				</div>
				<div class="be-pad" tabindex="-1" role="application" aria-label="${kind.instruction()}">
					${kind === module.kinds.marks ? "" : `<p class="be-how">${kind.instruction()}</p>`}
					<div class="be-candidates">${entry.candidates
						.map((candidate) => candidate_html(candidate, kind))
						.join("")}</div>
				</div>
				<div class="be-foot">
					<p class="be-verdict"></p>
					<p class="be-message" hidden></p>
					<div class="be-question" role="alertdialog" aria-live="assertive" hidden></div>
					<div class="be-actions">
						${action_html("next", __("Next ballot"), "Enter", "btn-primary")}
						${action_html("spoil", __("Spoiled"), "X")}
						${kind.less ? action_html("less", __("Take a point away"), "−") : ""}
						${action_html("clear", __("Clear paper"), "0")}
						${action_html("back", __("Previous ballot"), "⌫")}
						${action_html("remove", __("Remove ballot"), "Del")}
						${action_html("finish", __("Finish"), "F10")}
					</div>
				</div>
				<p class="be-last text-muted"></p>
				<ul class="be-help text-muted small">${kind
					.help(entry.max_choices)
					.map((sentence) => `<li>${sentence}</li>`)
					.join("")}</ul>
				<div class="sr-only be-live" role="status" aria-live="polite"></div>`);
			this.$verdict = this.$body.find(".be-verdict");
			this.$last = this.$body.find(".be-last");
			this.show_saving();
		}

		show_ballot() {
			const { store, entry, ballot } = this;
			const total = store.ballots.length;
			const correcting = this.at < total;
			this.$body.toggleClass("be-correcting", correcting);
			this.$body
				.find(".be-number")
				.text(
					correcting
						? __("Correcting ballot {0} of {1}", [this.at + 1, total])
						: __("Ballot {0}", [this.at + 1])
				);
			this.$body.find(".be-total").text(__("Entered: {0}", [total]));
			this.$body.find("[data-do=back]").prop("disabled", this.at === 0);
			this.$body.find("[data-do=remove]").prop("hidden", !correcting);
			this.$body.find("[data-do=spoil]").attr("aria-pressed", ballot.spoiled);
			this.$body
				.find("[data-candidate]")
				.each((_index, button) => this.show_candidate(button));
			const { kind } = this;
			const { max_choices: allowed } = entry;
			const number = ballot.choices.length;
			const too_many = allowed !== null && number > allowed;
			this.$verdict
				.toggleClass("be-spoils", ballot.spoiled || too_many)
				.text(
					ballot.spoiled
						? __("Spoiled")
						: (too_many ? kind.too_many : kind.sum)(number, allowed)
				);
		}

		show_candidate(button) {
			const { candidate } = button.dataset;
			const { choices } = this.ballot;
			const chosen = choices.includes(candidate);
			button.classList.toggle("be-chosen", chosen);
			if (button.hasAttribute("aria-pressed")) {
				button.setAttribute("aria-pressed", chosen);
			}
			button.querySelector(".be-mark").textContent = this.kind.box(choices, candidate);
			button.querySelector(".be-label").textContent = this.kind.label(choices, candidate);
			if (this.kind.less) {
				button.nextElementSibling.disabled = !chosen;
			}
		}

		show_saving() {
			const words = {
				saved: ["be-ok", __("All saved")],
				saving: ["", __("Saving …")],
				waiting: ["be-bad", __("Not saved yet: no connection. It is tried again.")],
				refused: ["be-bad", this.store?.refusal],
			};
			const [colour, text] = words[this.store.state];
			this.$body.find(".be-saving").attr("class", `be-saving ${colour}`).text(text);
		}

		show_finished() {
			const { entry } = this;
			const number = entry.ballots.length;
			const sentences = {
				Entering: __("Your entry is finished. The other teller's is still open."),
				Differs: __("Both entries are finished and differ. Look at the papers together."),
				Agreed: __("Both entries agree. The batch is closed."),
				Resolved: __("The difference was resolved. The batch is closed."),
				Voided: __("This batch was voided and is not counted."),
			};
			const open = ["Entering", "Differs"].includes(entry.status);
			this.$body.removeClass("be-correcting").html(`
				<p class="be-title text-muted">${bdi(entry.election_title)}</p>
				<div class="be-finished be-${frappe.scrub(entry.status)}" role="status" tabindex="-1">
					<h2>${__("Batch {0}", [entry.number])}</h2>
					<p>${number ? __("You entered {0} ballots.", [number]) : ""}</p>
					<p class="be-outcome">${sentences[entry.status] || __(entry.status)}</p>
				</div>
				<div class="be-actions">
					<button type="button" class="btn btn-primary be-election">${__("To the election")}</button>
					${
						open && entry.finished
							? `<button type="button" class="btn btn-default be-reopen">${__(
									"Correct my entry"
							  )}</button>`
							: ""
					}
					${
						entry.status === "Entering"
							? `<button type="button" class="btn btn-default be-refresh">${__(
									"Look again"
							  )}</button>`
							: ""
					}
				</div>`);
			this.entry.closed = true;
			this.$body
				.find(".be-election")
				.on("click", () => frappe.set_route("Form", "Election", entry.election));
			this.$body.find(".be-reopen").on("click", () => this.reopen());
			this.$body.find(".be-refresh").on("click", () => this.open(this.batch));
			this.$body.find(".be-finished").trigger("focus");
		}

		ask(name, question, yes, no) {
			this.question = { name };
			this.say(question);
			this.$body
				.find(".be-question")
				.prop("hidden", false)
				.html(
					`<p>${esc(question)}</p>
					<button type="button" class="btn btn-primary" data-do="yes">${esc(yes)} <kbd>Enter</kbd></button>
					<button type="button" class="btn btn-default" data-do="no">${esc(no)}</button>`
				);
			this.$body.find(".be-question")[0].scrollIntoView({ block: "nearest" });
		}

		close_question() {
			this.question = null;
			this.$body.find(".be-question").prop("hidden", true).empty();
			this.$body.find(".be-message").prop("hidden", true);
		}

		// `visibly`: true, or what those who look read instead.
		say(text, visibly = false) {
			// A repeated sentence is read again only if the text changes.
			const $live = this.$body.find(".be-live");
			$live.text($live.text() === text ? `${text}\u00a0` : text);
			this.$body
				.find(".be-message")
				.prop("hidden", !visibly)
				.text(visibly === true ? text : visibly || "");
		}

		say_only(text) {
			this.$body.html(`<p class="text-muted" role="status">${esc(text)}</p>`);
		}

		words(ballot) {
			if (ballot.spoiled) {
				return __("Spoiled");
			}
			return this.kind.words(ballot.choices, this.entry.candidates) || __("Blank");
		}

		// A ballot as it is kept.
		tidy({ choices, spoiled }) {
			return { choices: this.kind.tidy(choices), spoiled: Boolean(spoiled) };
		}

		focus() {
			this.$body.find(".be-pad").trigger("focus");
		}
	};

	// The name in the reader's script first, the other one second if it differs.
	function names_of({ name, name_ar }) {
		const names = frappe.utils.is_rtl() ? [name_ar, name] : [name, name_ar];
		return [...new Set(names.filter(Boolean))];
	}

	function candidate_html(candidate, kind) {
		const [first, second] = names_of(candidate);
		const id = esc(candidate.candidacy);
		const button = `<button type="button" class="be-candidate" data-candidate="${id}"
				${kind.less ? "" : 'aria-pressed="false"'} aria-keyshortcuts="${esc(candidate.key)}">
			<kbd>${esc(candidate.key)}</kbd>
			<span class="be-names">${bdi(first)}${second ? `<small>${bdi(second)}</small>` : ""}</span>
			<span class="be-mark" aria-hidden="true"></span>
			<span class="be-label sr-only"></span>
		</button>`;
		return kind.less
			? `<div class="be-row">${button}
				<button type="button" class="btn btn-default be-less" data-less="${id}" disabled
					aria-label="${__("{0}: take a point away", [esc(first)])}">−</button>
			</div>`
			: button;
	}

	function action_html(action, label, key, style = "btn-default") {
		return `<button type="button" class="btn ${style}" data-do="${action}">${label} <kbd>${key}</kbd></button>`;
	}
})(aso.ballot_entry);
