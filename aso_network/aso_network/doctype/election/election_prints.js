// Slips with codes and sheets with words: windows to be printed, in Arabic and English whatever the desk's language.
// They are written by this page and fetch nothing; what is in them is gone with the window.
/* global esc */

const PRINT_STYLE = `
	* { box-sizing: border-box; }
	body { margin: 0; font: 11pt/1.45 "Noto Naskh Arabic", "Noto Sans Arabic", system-ui, sans-serif; color: #000; background: #fff; }
	.bar { padding: 12px 16px; background: #fff3cd; border-bottom: 1px solid #997404; }
	.bar button { font: inherit; padding: 8px 20px; margin-inline-end: 12px; }
	.mono { font-family: ui-monospace, "DejaVu Sans Mono", monospace; direction: ltr; unicode-bidi: isolate; }
	p { margin: 0 0 2mm; }
	h1 { font-size: 16pt; margin: 0 0 2mm; } h2 { font-size: 13pt; margin: 0 0 2mm; }
	.slips { display: grid; grid-template-columns: 1fr 1fr; }
	.slip { display: grid; grid-template-columns: 1fr 32mm; gap: 3mm; padding: 6mm; border: 1px dashed #777; margin: 0 -1px -1px 0; break-inside: avoid; font-size: 10pt; }
	.slip .wide { grid-column: 1 / -1; }
	.slip .code { font-size: 15pt; font-weight: bold; text-align: center; letter-spacing: 1px; white-space: nowrap; border: 1px solid #000; padding: 2mm; }
	.slip svg { width: 32mm; height: 32mm; display: block; }
	.sheet { padding: 14mm; break-after: page; }
	.sheet .who { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 3mm; border-block: 1px solid #000; padding: 3mm 0; margin: 4mm 0; }
	.words { display: grid; grid-template-columns: repeat(4, 1fr); direction: ltr; border: 1px solid #000; margin: 5mm 0; padding: 0; list-style: none; }
	.words li { padding: 3mm; border: 1px solid #ccc; font: 13pt ui-monospace, "DejaVu Sans Mono", monospace; }
	.words small { color: #555; }
	.sign { margin-top: 10mm; }
	@page { size: A4; margin: 10mm; }
	@media print { .bar { display: none; } .sheet { padding: 4mm; } }
	@media (max-width: 600px) { .slips { grid-template-columns: 1fr; } .words { grid-template-columns: repeat(2, 1fr); } .sheet { padding: 4mm; } }
`;

const IN_BOTH = {
	vote_at: ["Vote at", "صوّت على العنوان"],
	your_code: ["Code", "الرمز"],
	used_once: [
		"Used once. Keep it to yourself until you vote.",
		"يُستعمل مرة واحدة. احتفظ به لنفسك إلى أن تصوّت.",
	],
	sheet_of: ["Word sheet {0} of {1}", "ورقة الكلمات {0} من {1}"],
	needed: [
		"Any {0} of the sheets open the ballot box.",
		"أي {0} من الأوراق تفتح صندوق الاقتراع.",
	],
	kept_by: ["Kept by", "تُحفظ لدى"],
	for_one: [
		"For this member alone. Show it to nobody, take no photograph of it, copy it nowhere.",
		"لهذا العضو وحده. لا تُرِها لأحد، ولا تصوّرها، ولا تنسخها.",
	],
	bring: [
		"Bring it to the count. The words are typed in this order; the first four letters of each are enough.",
		"أحضرها إلى الفرز. تُكتب الكلمات بهذا الترتيب، وتكفي الأحرف الأربعة الأولى من كل كلمة.",
	],
	lost: [
		"Lost before voting opens: tell the committee, which makes a new key. Lost after that: tell it too; the box still opens as long as {0} sheets are left.",
		"إن ضاعت قبل فتح التصويت فأخبر اللجنة لتصنع مفتاحاً جديداً. وإن ضاعت بعد ذلك فأخبرها أيضًا؛ يُفتح الصندوق ما بقيت {0} من الأوراق.",
	],
	signature: ["Received, date and signature", "استُلمت، التاريخ والتوقيع"],
};

function said(key, ...values) {
	return IN_BOTH[key].map((text) =>
		text.replace(/\{(\d)\}/g, (_mark, at) => esc(`${values[at]}`))
	);
}

// The sentence in both languages, each in its own direction.
function both(key, ...values) {
	const [en, ar] = said(key, ...values);
	return `<p dir="ltr" lang="en">${en}</p><p dir="rtl" lang="ar">${ar}</p>`;
}

// Null where the browser blocks windows; said to the user, who has lost nothing yet.
function print_window() {
	const sheet = window.open("", "_blank");
	if (!sheet) {
		frappe.msgprint({
			title: __("The print window was blocked"),
			message: __(
				"Allow windows for this site in your browser and try again. Nothing has been made yet."
			),
			indicator: "orange",
		});
		return null;
	}
	sheet.document.body.textContent = __("One moment …");
	return sheet;
}

function fill_window(sheet, title, content) {
	const rtl = frappe.utils.is_rtl();
	sheet.document.open();
	sheet.document.write(`<!doctype html>
		<html lang="${esc(frappe.boot.lang)}" dir="${rtl ? "rtl" : "ltr"}">
		<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
		<title>${esc(title)}</title><style>${PRINT_STYLE}</style></head>
		<body><div class="bar"><button type="button">${__("Print")}</button>${__(
		"Shown this once: with this window it is gone. Close it when the paper is in your hand."
	)}</div>${content}</body></html>`);
	sheet.document.close();
	sheet.document.querySelector(".bar button").addEventListener("click", () => sheet.print());
	sheet.focus();
}

function slips_html(title, { platform, platform_ar, address, slips }) {
	const of_platform = [...new Set([platform, platform_ar].filter(Boolean))].map(esc).join(" · ");
	return `<main class="slips">${slips
		.map((slip) => slip_html(slip, title, of_platform, address))
		.join("")}</main>`;
}

function slip_html(slip, title, of_platform, address) {
	const names = [
		...new Set([slip.organization_name, slip.organization_name_ar].filter(Boolean)),
	];
	const [at_en, at_ar] = said("vote_at");
	return `<section class="slip" dir="ltr">
		<div>
			<p><small><bdi>${of_platform}</bdi></small><br><bdi>${esc(title)}</bdi></p>
			<p>${names.map((name) => `<b dir="auto">${esc(name)}</b>`).join("<br>")}<br><bdi>${esc(
		slip.delegate_name || ""
	)}</bdi></p>
			<p><small>${at_en} · <bdi lang="ar">${at_ar}</bdi></small><br><span class="mono">${esc(
		address
	)}</span></p>
		</div>
		${square_svg(slip.qr)}
		<div class="wide code mono" aria-label="${said("your_code")[0]}">${esc(slip.code)}</div>
		<div class="wide">${both("used_once")}</div>
	</section>`;
}

// A QR code from its rows, each a line of 0 and 1, with the white edge that readers need.
function square_svg(rows) {
	const edge = 4;
	const size = rows.length + 2 * edge;
	const path = rows
		.map((row, y) =>
			[...row.matchAll(/1+/g)]
				.map(
					({ 0: run, index }) =>
						`M${index + edge} ${y + edge}h${run.length}v1h-${run.length}z`
				)
				.join("")
		)
		.join("");
	return `<svg viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" role="img" aria-label="QR"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}"/></svg>`;
}

function sheets_html(election, sheets, needed) {
	const members = election.committee || [];
	return sheets
		.map((words, at) => {
			const [of_en, of_ar] = said("sheet_of", at + 1, sheets.length);
			const [kept_en, kept_ar] = said("kept_by");
			const member = members[at] || {};
			return `<section class="sheet">
				<h1><bdi>${esc(election.title)}</bdi></h1>
				<h2 dir="ltr">${of_en} · <bdi lang="ar">${of_ar}</bdi></h2>
				${both("needed", needed)}
				<div class="who" dir="ltr"><span>${kept_en}</span><b><bdi>${esc(
				member.full_name || member.contact || ""
			)}</bdi></b><span lang="ar" dir="rtl">${kept_ar}</span></div>
				<ol class="words" lang="en">${words
					.split(" ")
					.map((word, place) => `<li><small>${place + 1}</small> ${esc(word)}</li>`)
					.join("")}</ol>
				${both("for_one")}${both("bring")}${both("lost", needed)}
				<p class="sign" dir="ltr">${said("signature").join(" · ")}: ______________________</p>
			</section>`;
		})
		.join("");
}
