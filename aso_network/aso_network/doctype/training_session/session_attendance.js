// The attendance of a session with parts, keyed in from the signed sheets: one table, a tick is saved by itself.
//
// A tick says what is so and what was shown before, so it can be sent again when no answer came; what could not be
// sent waits and is tried again. Where somebody else has entered something different meanwhile, theirs stays.

frappe.ui.form.on("Training Session", {
	refresh(frm) {
		if (frm.is_new() || !(frm.doc.parts || []).length) return;
		if (!frappe.model.can_read("Session Attendance")) return;
		frm.add_custom_button(__("Attendance"), () => new AttendanceSheet(frm).open());
		// What is ticked there follows into the list.
		frm.fields_dict.participants.grid.update_docfield_property("attended", "read_only", 1);
	},
});

const RETRY_SECONDS = 4;

class AttendanceSheet {
	constructor(frm) {
		this.session = frm.doc.name;
		this.frm = frm;
		this.waiting = new Map(); // part → contact → the mark to send
		this.dialog = new frappe.ui.Dialog({
			title: __("Attendance: {0}", [frm.doc.title]),
			size: "extra-large",
			fields: [{ fieldname: "sheet", fieldtype: "HTML" }],
		});
		this.dialog.onhide = () => this.leave();
		this.$body = this.dialog.fields_dict.sheet.$wrapper;
		this.$body.on("change", "input[data-part]", ({ target }) => this.tick(target));
		this.$body.on("click", "[data-all]", ({ currentTarget }) => this.tick_all(currentTarget.dataset.all));
		this.$body.on("keydown", "input[data-part]", (event) => this.move(event));
		this.warn = (event) => {
			if (!this.waiting.size) return;
			event.preventDefault();
			event.returnValue = "";
		};
		this.again = () => this.send();
	}

	open() {
		window.addEventListener("beforeunload", this.warn);
		window.addEventListener("online", this.again);
		this.dialog.show();
		return this.load();
	}

	// What waits is still sent after the window is closed.
	leave() {
		this.closed = true;
		if (!this.waiting.size) this.done();
		else frappe.show_alert({ message: __("Ticks are still being saved; leave this page open."), indicator: "orange" }, 10);
	}

	done() {
		window.removeEventListener("beforeunload", this.warn);
		window.removeEventListener("online", this.again);
		if (!this.frm.is_dirty() && this.frm.doc.name === this.session) this.frm.reload_doc();
	}

	async fetch() {
		const { message } = await frappe.call({
			method: "aso_network.api.training.attendance_sheet",
			type: "GET",
			args: { session: this.session },
		});
		return message;
	}

	async load() {
		const message = await this.fetch();
		this.sheet = message;
		this.may = !message.closed && frappe.model.can_write("Session Attendance");
		this.render();
	}

	render() {
		const esc = frappe.utils.escape_html;
		const { parts, people, corrections, closed } = this.sheet;
		const head = parts.map(
			(part, number) => `<th scope="col"><div>${number + 1}. <bdi>${esc(part.label)}</bdi></div>
				${this.may && part.begun ? `<button type="button" class="btn btn-xs btn-default" data-all="${part.name}">${__("All present")}</button>` : ""}
				<a class="btn btn-xs btn-default" target="_blank" href="${this.print_address(part)}">${__("Print the sheet")}</a>
				<div class="text-muted" data-count="${part.name}"></div></th>`,
		);
		const cell = (person, part, row, column) => {
			const mark = person.marks[part.name];
			const label = esc(`${person.name}, ${part.label}`);
			return `<td><input type="checkbox" style="--checkbox-size: 20px" aria-label="${label}"
				data-part="${part.name}" data-person="${row}" data-row="${row}" data-column="${column}"
				${mark ? "checked" : ""} ${this.may && part.begun ? "" : "disabled"}> <span data-state></span></td>`;
		};
		const rows = people.map(
			(person, row) => `<tr><td>${row + 1}</td><th scope="row"><bdi>${esc(person.name)}</bdi>
				<div class="text-muted"><bdi>${esc(person.organization || "")}</bdi></div></th>
				${parts.map((part, column) => cell(person, part, row, column)).join("")}</tr>`,
		);
		this.$body.html(`
			${closed ? `<p class="text-muted">${esc(closed)}</p>` : ""}
			<p class="text-muted">${__("Tick who has signed. Each tick is saved at once; the arrow keys move, the space bar ticks.")}</p>
			<div style="overflow: auto; max-height: 60vh">
				<table class="table table-bordered"><thead><tr><th>#</th><th>${__("Name")}</th>${head.join("")}</tr></thead>
				<tbody>${rows.join("")}</tbody></table></div>
			<p class="mt-2" data-saving role="status"></p>
			<div data-trail>${this.trail(corrections)}</div>`);
		this.show_counts();
	}

	trail(corrections) {
		if (!corrections.length) return "";
		const esc = frappe.utils.escape_html;
		const said = (present) => (present ? __("present") : __("absent"));
		const lines = corrections.map(
			(row) =>
				`<li>${frappe.datetime.str_to_user(row.when)} · <bdi>${esc(row.who)}</bdi>: <bdi>${esc(row.person || "")}</bdi>,
				<bdi>${esc(row.part || "")}</bdi>: ${said(row.was)} → ${said(row.is)}</li>`,
		);
		return `<details><summary>${__("Corrections")} (${lines.length})</summary><ul>${lines.join("")}</ul></details>`;
	}

	print_address(part) {
		const query = new URLSearchParams({
			doctype: "Training Session",
			name: this.session,
			format: "Signature Sheet",
			part: part.name,
			no_letterhead: 1,
			_lang: frappe.boot.lang,
		});
		return `/printview?${query}`;
	}

	tick(input) {
		const person = this.sheet.people[input.dataset.person];
		this.queue(input.dataset.part, person, input.checked ? 1 : 0);
		this.send();
	}

	tick_all(part) {
		this.sheet.people.forEach((person, row) => {
			const input = this.input(part, row);
			if (input.checked) return;
			input.checked = true;
			this.queue(part, person, 1);
		});
		this.send();
	}

	queue(part, person, present) {
		const marks = this.waiting.get(part) || new Map();
		const was = part in person.marks ? person.marks[part] : null;
		marks.set(person.contact, { contact: person.contact, present, was });
		this.waiting.set(part, marks);
		this.show_state(part, person, "…");
		this.show_counts();
	}

	// One at a time, all of a part together. What was ticked anew while it was on its way is sent after it.
	async send() {
		if (this.sending || !this.waiting.size) return;
		this.sending = true;
		clearTimeout(this.timer);
		const [part, marks] = this.waiting.entries().next().value;
		const sent = [...marks.values()];
		this.say(__("Saving …"));
		const answer = await this.post(part, sent);
		this.sending = false;
		if (answer.lost) {
			this.say(__("Not saved yet: the line is down. It is tried again by itself."), "text-warning");
			this.timer = setTimeout(this.again, RETRY_SECONDS * 1000);
			return;
		}
		const outcomes = answer.outcomes || [];
		sent.forEach((mark) => marks.get(mark.contact) === mark && marks.delete(mark.contact));
		if (!marks.size) this.waiting.delete(part);
		outcomes.forEach((outcome) => this.stored(part, outcome));
		this.say(this.waiting.size ? __("Saving …") : __("Saved"));
		// Refused: Frappe has said why. The table shows again what is stored.
		if (answer.refused) {
			this.waiting.clear();
			await this.load();
		}
		if (this.waiting.size) this.send();
		else if (this.closed) this.done();
		else if (sent.some(({ was, present }) => was !== null && was !== present)) this.show_trail();
	}

	async show_trail() {
		const { corrections } = await this.fetch();
		this.$body.find("[data-trail]").html(this.trail(corrections));
	}

	post(part, marks) {
		return new Promise((resolve) =>
			frappe
				.call({
					method: "aso_network.api.training.mark_attendance",
					type: "POST",
					args: { session: this.session, part, marks: JSON.stringify(marks) },
				})
				.then(
					({ message }) => resolve({ outcomes: message }),
					(xhr) => {
						const lost = !xhr.status || xhr.status >= 500;
						resolve({ lost, refused: !lost });
					},
				),
		);
	}

	stored(part, { contact, present, other }) {
		const row = this.sheet.people.findIndex((person) => person.contact === contact);
		const person = this.sheet.people[row];
		person.marks[part] = present;
		const next = this.waiting.get(part) && this.waiting.get(part).get(contact);
		if (next) {
			next.was = present;
			return;
		}
		this.input(part, row).checked = Boolean(present);
		this.show_state(part, person, "");
		this.show_counts();
		if (!other) return;
		frappe.show_alert(
			{
				message: __("{0}: {1} has entered something else meanwhile; it stays. Tick again to correct it.", [
					frappe.utils.escape_html(person.name),
					frappe.utils.escape_html(other),
				]),
				indicator: "orange",
			},
			10,
		);
	}

	input(part, row) {
		return this.$body.find(`input[data-part="${part}"][data-row="${row}"]`)[0];
	}

	show_state(part, person, text) {
		const row = this.sheet.people.indexOf(person);
		$(this.input(part, row)).siblings("[data-state]").text(text);
	}

	show_counts() {
		this.sheet.parts.forEach((part) => {
			const count = this.$body.find(`input[data-part="${part.name}"]:checked`).length;
			this.$body
				.find(`[data-count="${part.name}"]`)
				.text(__("{0} of {1} present", [count, this.sheet.people.length]));
		});
	}

	say(text, style = "text-muted") {
		this.$body.find("[data-saving]").attr("class", `mt-2 ${style}`).text(text);
	}

	move(event) {
		const { row, column } = event.target.dataset;
		const sideways = frappe.utils.is_rtl() ? -1 : 1;
		const steps = {
			ArrowDown: [1, 0],
			ArrowUp: [-1, 0],
			ArrowRight: [0, sideways],
			ArrowLeft: [0, -sideways],
		};
		const step = steps[event.key];
		if (!step) return;
		event.preventDefault();
		this.$body.find(`input[data-row="${+row + step[0]}"][data-column="${+column + step[1]}"]`).focus();
	}
}
