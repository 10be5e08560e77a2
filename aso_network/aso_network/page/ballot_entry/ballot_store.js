// Keeps the ballots of one entry: at once in the tab, as soon as possible on the server, never only in one
// place without saying so.

frappe.provide("aso.ballot_entry");

(function (module) {
	const API = "/api/method/aso_network.api.elections.";
	const PATIENCE_MS = 20000;
	const RETRY_MS = [1000, 2000, 4000, 8000, 15000];

	// The server has answered and will not take it; asking again changes nothing.
	class Refused extends Error {}

	module.Refused = Refused;

	// Posts to the API without Frappe's own dialogs, which would take the keyboard from the teller.
	module.post = async function (method, args) {
		const abort = new AbortController();
		const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
		try {
			const response = await fetch(API + method, {
				method: "POST",
				credentials: "same-origin",
				signal: abort.signal,
				headers: {
					Accept: "application/json",
					"Content-Type": "application/json",
					"X-Frappe-CSRF-Token": frappe.csrf_token,
				},
				body: JSON.stringify(args),
			});
			const body = await response.json().catch(() => ({}));
			if (response.ok) {
				return body.message;
			}
			if (response.status >= 500 || [408, 429].includes(response.status)) {
				throw new Error(`HTTP ${response.status}`);
			}
			throw new Refused(
				sentence(body) || __("The server refused ({0}). Sign in again.", [response.status])
			);
		} finally {
			clearTimeout(timer);
		}
	};

	function sentence(body) {
		try {
			return JSON.parse(body._server_messages)
				.map((message) => JSON.parse(message).message)
				.map((html) => new DOMParser().parseFromString(html, "text/html").body.textContent)
				.join(" ");
		} catch {
			return "";
		}
	}

	module.Store = class Store {
		// on_change(): `state` has changed: "saved", "saving", "waiting" (will try again) or "refused".
		constructor(batch, on_change) {
			this.batch = batch;
			this.on_change = on_change;
			this.key = `aso_network.ballot_entry:${frappe.session.user}:${batch}`;
			this.ballots = [];
			this.draft = null;
			this.acknowledged = "[]";
			this.state = "saved";
			this.refusal = "";
			this.tries = 0;
			this.retry_now = () => this.state === "waiting" && this.flush();
			window.addEventListener("online", this.retry_now);
		}

		close() {
			clearTimeout(this.timer);
			this.closed = true;
			window.removeEventListener("online", this.retry_now);
		}

		// Takes over what the server has; returns what only this tab has, if the two contradict each other.
		begin(server_ballots) {
			const on_server = text(server_ballots);
			const kept = this.read_tab();
			this.acknowledged = on_server;
			this.ballots = server_ballots;
			if (!kept) {
				return null;
			}
			this.draft = kept.draft;
			if (text(kept.ballots) === on_server) {
				return null;
			}
			// What the server has is what this tab last knew of it, or had just sent: the tab is ahead.
			if ([kept.acknowledged, kept.sent].includes(on_server)) {
				this.ballots = kept.ballots;
				this.flush();
				return null;
			}
			return kept.ballots;
		}

		replace(ballots) {
			this.ballots = ballots;
			this.write_tab();
			this.tries = 0;
			return this.flush();
		}

		keep_draft(draft) {
			this.draft = draft;
			this.write_tab();
		}

		get is_saved() {
			return text(this.ballots) === this.acknowledged;
		}

		// Sends the ballots as they are now, one request at a time; a change meanwhile is sent after it.
		async flush() {
			clearTimeout(this.timer);
			if (this.sending || this.closed || this.is_saved) {
				return;
			}
			const sent = text(this.ballots);
			this.sending = true;
			this.sent = sent;
			this.set_state("saving");
			this.write_tab();
			try {
				this.flight = module.post("save_entry", {
					batch: this.batch,
					ballots: sent,
					finished: false,
				});
				await this.flight;
				this.acknowledged = sent;
				this.tries = 0;
				this.sending = false;
				this.write_tab();
				if (this.is_saved) {
					this.set_state("saved");
				} else {
					this.flush();
				}
			} catch (error) {
				this.sending = false;
				if (error instanceof Refused) {
					this.refusal = error.message;
					this.set_state("refused");
				} else {
					this.set_state("waiting");
					this.timer = setTimeout(
						() => this.flush(),
						RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]
					);
				}
			}
		}

		// Sends the whole entry as finished; resolves with the batch's state, throws if that fails.
		async finish() {
			// A save under way must not arrive after it.
			while (this.sending) {
				await this.flight.catch(() => {});
			}
			const sent = text(this.ballots);
			const status = await module.post("save_entry", {
				batch: this.batch,
				ballots: sent,
				finished: true,
			});
			this.acknowledged = sent;
			this.draft = null;
			this.write_tab();
			this.set_state("saved");
			return status;
		}

		set_state(state) {
			this.state = state;
			if (!this.closed) {
				this.on_change();
			}
		}

		write_tab() {
			try {
				if (this.is_saved && !this.draft) {
					sessionStorage.removeItem(this.key);
				} else {
					const { ballots, draft, acknowledged, sent } = this;
					sessionStorage.setItem(
						this.key,
						JSON.stringify({ ballots, draft, acknowledged, sent })
					);
				}
			} catch {
				// No storage in this browser: the server still gets every ballot.
			}
		}

		read_tab() {
			try {
				return JSON.parse(sessionStorage.getItem(this.key));
			} catch {
				return null;
			}
		}
	};

	const text = (ballots) =>
		JSON.stringify(
			ballots.map(({ choices, spoiled }) => ({ choices, spoiled: Boolean(spoiled) }))
		);
})(aso.ballot_entry);
