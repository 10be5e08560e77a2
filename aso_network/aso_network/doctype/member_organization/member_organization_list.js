frappe.provide("aso");

// As names.normalize() in Python: one spelling for a name typed on any keyboard.
aso.normalize = (text) => {
	const letters = {
		ٱ: "ا",
		ة: "ه",
		ھ: "ه",
		ہ: "ه",
		ە: "ه",
		ى: "ي",
		ی: "ي",
		ێ: "ي",
		ې: "ي",
		ک: "ك",
		ڪ: "ك",
		ۆ: "و",
		ڕ: "ر",
		ڵ: "ل",
		ء: "",
		ـ: "",
		ı: "i",
		ø: "o",
		đ: "d",
		ł: "l",
		ß: "ss",
		ς: "σ",
		"'": "",
		"`": "",
		"’": "",
		"‘": "",
		ʼ: "",
		ʿ: "",
		ʾ: "",
	};
	const digit = (char) => {
		const code = char.codePointAt(0);
		for (const zero of [0x0660, 0x06f0]) {
			if (code >= zero && code <= zero + 9) return String(code - zero);
		}
		return char;
	};
	return [...(text || "").normalize("NFKD").toLowerCase().normalize("NFKD")]
		.map((char) => letters[char] ?? digit(char))
		.join("")
		.replace(/[\p{Mn}\p{Me}\p{Cf}]/gu, "")
		.replace(/[^\p{L}\p{N}]+/gu, " ")
		.trim();
};

frappe.listview_settings["Member Organization"] = {
	add_fields: ["status", "name_ar"],
	hide_name_filter: true,
	hide_name_column: true,

	get_indicator(doc) {
		const colors = {
			Applied: "blue",
			"Under Review": "orange",
			Active: "green",
			Suspended: "red",
			Rejected: "gray",
			Withdrawn: "gray",
		};
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},

	formatters: {
		// Both names in one column; the isolates keep either in its own direction.
		title: (value, df, doc) =>
			doc.name_ar && doc.name_ar !== value
				? `\u2068${value}\u2069 · \u2068${doc.name_ar}\u2069`
				: value,
	},

	onload(listview) {
		const fields = listview.page.fields_dict;
		// One search box: it reads titles, other names, acronyms and numbers in every spelling.
		fields.title?.$wrapper.hide();
		if (!fields.search_key) return;
		fields.search_key.get_value = function () {
			const words = aso.normalize(this.get_input_value()).split(" ").filter(Boolean);
			return words.length ? `%${words.join("%")}%` : "";
		};
	},
};
