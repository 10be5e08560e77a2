// The count in words: the form, the rounds, the lots with their steps. The words come from the server.
/* global esc, bdi, both_names */

function show_minutes(frm, { sections = [] }) {
	const { rounds = [], candidates = [] } = JSON.parse(frm.doc.record || "{}").result || {};
	frm.fields_dict.explanation_html.$wrapper.html(
		sections.map(section_html).join("") +
			(rounds.length > 1 ? rounds_html(rounds, candidates, names_of(frm.doc)) : "")
	);
	if (rounds.length > 1) {
		frm.fields_dict.sec_explanation.collapse(false);
	}
}

function names_of({ rows = [] }) {
	return Object.fromEntries(
		rows.map((row) => [
			row.candidacy,
			bdi(both_names(row.candidate_name, row.candidate_name_ar).first),
		])
	);
}

function section_html({ heading, lines }) {
	const items = lines.map((line) => `<li>${esc(line)}</li>`).join("");
	return `${heading ? `<h5>${esc(heading)}</h5>` : ""}<ul class="aso-minutes">${items}</ul>`;
}

// Candidates × rounds. Whoever was seated before a runoff stands in no round.
function rounds_html(rounds, candidates, names) {
	const happened = (round, code) =>
		new Set(
			round.events.filter((event) => event.code === code).flatMap((event) => event.candidates)
		);
	const columns = rounds.map((round) => ({
		...round,
		elected: happened(round, "elected"),
		excluded: happened(round, "excluded"),
	}));
	const cell = ({ votes, elected, excluded }, candidate) => {
		if (!(candidate in votes)) {
			return `<td>${excluded.has(candidate) ? "✗" : ""}</td>`;
		}
		const mark = elected.has(candidate) ? "✓" : "";
		return `<td class="${mark ? "aso-in" : ""}"><bdi>${esc(votes[candidate])}</bdi>${
			mark ? ` ${mark}` : ""
		}</td>`;
	};
	const rows = candidates.map(
		({ candidate }) => `<tr><th scope="row">${names[candidate] || esc(candidate)}</th>${columns
			.map((column) => cell(column, candidate))
			.join("")}</tr>`
	);
	if (rounds.some((round) => round.exhausted !== "0")) {
		rows.push(
			`<tr class="text-muted"><th scope="row">${__("Not transferable")}</th>${rounds
				.map(({ exhausted }) => `<td><bdi>${esc(exhausted)}</bdi></td>`)
				.join("")}</tr>`
		);
	}
	return `<h5>${__("Votes of each round")}</h5>
		<div class="aso-rounds" tabindex="0" role="region" aria-label="${__("Votes of each round")}">
			<table class="table table-sm table-bordered">
				<thead><tr><th scope="col">${__("Candidate")}</th>${rounds
		.map((round) => `<th scope="col">${round.number}</th>`)
		.join("")}</tr></thead>
				<tbody>${rows.join("")}</tbody>
			</table>
		</div>
		<p class="text-muted small">${__("✓ elected in this round, ✗ out of the count")}</p>`;
}

function lots_html(frm, { lot_steps = [] }) {
	const { lots = [] } = JSON.parse(frm.doc.record || "{}").result || {};
	const names = names_of(frm.doc);
	const said = {
		exclusion: __("A lot about who leaves the count, which is the last drawn. Drawn in this order:"),
		surplus: __("A lot about whose surplus passes on first. Drawn in this order:"),
	};
	const orders = lots.map(
		({ about, order }) => `<p class="mb-1">${
			said[about] || __("Drawn by lot among the tied, in this order:")
		}</p>
			<ol>${order.map((candidate) => `<li>${names[candidate] || esc(candidate)}</li>`).join("")}</ol>`
	);
	return orders.join("") + (lot_steps.length ? steps_html(lot_steps) : "");
}

// What can be typed into a shell, and what comes out of it, stands apart from the words.
const IS_FOR_A_SHELL = /^(printf '|[0-9a-f]{64}$)/;

function steps_html(steps) {
	const lines = steps.map((line) =>
		IS_FOR_A_SHELL.test(line)
			? `<pre dir="ltr" class="aso-shell">${esc(line)}</pre>`
			: `<p>${esc(line)}</p>`
	);
	return `<details class="aso-steps"><summary>${__(
		"How the lot was drawn from the seed, step by step"
	)}</summary>
		<p class="text-muted">${__(
			"Type a line into the shell of any computer; it prints the hash below it."
		)}</p>${lines.join("")}</details>`;
}
