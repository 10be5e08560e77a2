// Which key means what, on any keyboard layout.

frappe.provide("aso.ballot_entry");

(function (module) {
	// X spoils a ballot, so no candidate has it.
	const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWYZ"];
	const DIGITS = [..."123456789"];
	const KEYS = [...DIGITS, ...LETTERS, ...LETTERS.map((letter) => `⇧${letter}`)];

	// The key of the candidate with this number on the ballot; "" beyond the last key.
	module.key_of = (number) => KEYS[number - 1] || "";

	const ACTIONS = {
		Enter: "next",
		NumpadEnter: "next",
		Backspace: "back",
		Delete: "remove",
		Escape: "escape",
		F10: "finish",
		"*": "spoil",
		"-": "less",
		0: "clear",
	};

	// What a key press asks for: {candidate: "1".."⇧Z"} or {action}, or null if it means nothing here.
	module.meaning = function (event) {
		if (event.altKey || event.metaKey) {
			return null;
		}
		if (event.ctrlKey) {
			return event.key === "Enter" ? { action: "finish" } : null;
		}
		const key = plain(event);
		if (key in ACTIONS) {
			return { action: ACTIONS[key] };
		}
		if (key === "X") {
			return { action: "spoil" };
		}
		if (DIGITS.includes(key)) {
			return { candidate: key };
		}
		if (LETTERS.includes(key)) {
			return { candidate: event.shiftKey ? `⇧${key}` : key };
		}
		return null;
	};

	// The key as printed in Latin: an Arabic layout types other letters and digits with the same keys.
	function plain({ key, code = "" }) {
		if (/^[a-z]$/i.test(key)) {
			return key.toUpperCase();
		}
		if (/^[0-9*-]$/.test(key)) {
			return key;
		}
		const digit = "٠١٢٣٤٥٦٧٨٩".indexOf(key) + 1 || "۰۱۲۳۴۵۶۷۸۹".indexOf(key) + 1;
		if (digit && key.length === 1) {
			return String(digit - 1);
		}
		// Longer names are keys that write nothing: Enter, Backspace, F10 …
		if (key.length > 1 && key in ACTIONS) {
			return key;
		}
		return code.replace(/^(Key|Digit|Numpad)(?=.$)/, "");
	}
})(aso.ballot_entry);
