// How papers of each kind are written down: what the key of a candidate does, and how the page shows, says
// and sums up what is on the paper. `choices` are candidacies as the server keeps them.

frappe.provide("aso.ballot_entry");

(function (module) {
	// Between these a name keeps its own direction and does not turn what stands around it.
	const isolated = (name) => `\u2068${name}\u2069`;
	const points_of = (choices, candidacy) => choices.filter((c) => c === candidacy).length;

	// A set of candidates: a key marks, and takes the mark off again.
	const marks = {
		instruction: () => __("Ballot: press the key of each marked candidate, then Enter"),
		tidy: (choices) => [...choices].sort(),
		press: (choices, candidacy) =>
			choices.includes(candidacy)
				? choices.filter((choice) => choice !== candidacy)
				: [...choices, candidacy],
		box: (choices, candidacy) => (choices.includes(candidacy) ? "✕" : ""),
		// Whether the button is pressed says it.
		label: () => "",
		said: (_before, after, candidacy, name) =>
			after.includes(candidacy)
				? __("{0} marked.", [name])
				: __("{0}: mark taken off.", [name]),
		words: (choices, candidates) =>
			candidates
				.filter(({ candidacy }) => choices.includes(candidacy))
				.map(({ number }) => number)
				.join(" · "),
		sum: (number, allowed) =>
			allowed === null
				? __("{0} marks", [number])
				: __("{0} of {1} marks", [number, allowed]),
		too_many: (number, allowed) =>
			__("{0} marks where {1} are allowed: it will count as spoiled", [number, allowed]),
		help: (allowed) => [
			__("Blank paper: next ballot without a mark, then confirm."),
			allowed === null
				? __("Any number of marks is allowed.")
				: __("More marks than {0}: enter them as they are.", [allowed]),
		],
	};

	// Each press is a point more; − and then the key is a point less.
	const points = {
		instruction: () => __("Press each candidate once for each point on the paper."),
		tidy: (choices) => [...choices].sort(),
		press: (choices, candidacy) => [...choices, candidacy],
		less(choices, candidacy) {
			const at = choices.lastIndexOf(candidacy);
			return choices.filter((_choice, index) => index !== at);
		},
		box: (choices, candidacy) => points_of(choices, candidacy) || "",
		label(choices, candidacy) {
			const number = points_of(choices, candidacy);
			return number ? __("Points: {0}", [number]) : "";
		},
		said: (_before, after, candidacy, name) =>
			__("{0}: {1} points.", [name, points_of(after, candidacy)]),
		words: (choices, candidates) =>
			candidates
				.filter(({ candidacy }) => choices.includes(candidacy))
				.map(
					({ candidacy, shown }) =>
						`${points_of(choices, candidacy)} × ${isolated(shown)}`
				)
				.join(" · "),
		sum: (number, allowed) =>
			allowed === null
				? __("{0} points", [number])
				: __("{0} of {1} points", [number, allowed]),
		too_many: (number, allowed) =>
			__("{0} points where {1} are allowed: it will count as spoiled", [number, allowed]),
		help: (allowed) => [
			__("Blank paper: next ballot without a point, then confirm."),
			__("To take a point away, press − and then the candidate."),
			...(allowed === null
				? []
				: [__("More points than {0} in all: enter them as they are.", [allowed])]),
		],
	};

	// A key gives the next preference. Pressed again it takes this preference off with all that follow: what
	// stood behind a wrong one is read from the paper again, and nobody moves up unseen.
	const ranking = {
		instruction: () =>
			__("Press the candidate with 1 on the paper, then with 2, with 3 and so on."),
		tidy: (choices) => [...choices],
		press(choices, candidacy) {
			const at = choices.indexOf(candidacy);
			return at < 0 ? [...choices, candidacy] : choices.slice(0, at);
		},
		box: (choices, candidacy) => choices.indexOf(candidacy) + 1 || "",
		label(choices, candidacy) {
			const place = choices.indexOf(candidacy) + 1;
			return place ? __("Preference {0}", [place]) : "";
		},
		said(before, after, candidacy, name) {
			if (after.includes(candidacy)) {
				return __("{0}: preference {1}.", [name, after.length]);
			}
			return before.length - after.length > 1
				? __("{0}: preference {1} taken off, and all after it.", [name, after.length + 1])
				: __("{0}: preference {1} taken off.", [name, after.length + 1]);
		},
		words: (choices, candidates) =>
			choices
				.map((choice, index) => {
					const { shown } = candidates.find(({ candidacy }) => candidacy === choice);
					return `${index + 1}. ${isolated(shown)}`;
				})
				.join(" · "),
		sum: (number, allowed) =>
			allowed === null
				? __("{0} preferences", [number])
				: __("{0} of {1} preferences", [number, allowed]),
		too_many: (number, allowed) =>
			__("{0} preferences where {1} are allowed: it will count as spoiled", [
				number,
				allowed,
			]),
		help: (allowed) => [
			__("Blank paper: next ballot without a preference, then confirm."),
			__(
				"A number is missing or stands twice on the paper: enter only the preferences before it."
			),
			__("Something is written, but nobody or more than one has 1: Spoiled."),
			__(
				"A candidate pressed again loses this preference, and all after it are taken off too."
			),
			...(allowed === null
				? []
				: [__("More preferences than {0}: enter them as they are.", [allowed])]),
		],
	};

	module.kinds = { marks, points, ranking };
})(aso.ballot_entry);
