"""The sentences of what `verify` finds, in English and Arabic: the same codes and places in both.

Numbers stand behind a colon or alone where a counted noun would need its own form, in Arabic more than in English.
"""

from __future__ import annotations

SENTENCES: dict[str, dict[str, str]] = {
	"agrees": {
		"en": "No difference was found in this package.",
		"ar": "لم يوجد أيّ اختلاف في هذه الحزمة.",
	},
	"not_recounted": {
		"en": "NOT COUNTED AGAIN, for the package has no ballots. No difference was found in what is there.",
		"ar": "لم يُعَد العدّ، إذ لا أوراق اقتراع في الحزمة. ولم يوجد أيّ اختلاف في ما تحتويه.",
	},
	"differs": {
		"en": "Differences found in this package: {0}.",
		"ar": "عدد الاختلافات التي وُجدت في هذه الحزمة: {0}.",
	},
	"compare": {
		"en": "This file alone cannot prove that it is the one that was signed, nor who signed and when: compare "
		"this hash with the one on the signed paper: {0}",
		"ar": "هذا الملفّ وحده لا يثبت أنّه هو الذي وُقّع، ولا مَن وقّع ومتى: قارن هذه البصمة بالبصمة على الورقة الموقّعة: {0}",
	},
	"sha256": {
		"en": "The file was changed after it was written: its own SHA-256 is another.",
		"ar": "تغيّر الملفّ بعد كتابته: بصمته SHA-256 مختلفة.",
	},
	"bytes": {
		"en": "The file was changed after it was written: the values are the same, but not the way they are written.",
		"ar": "تغيّر الملفّ بعد كتابته: القيم هي نفسها، لكنّ طريقة كتابتها تغيّرت.",
	},
	"record": {
		"en": "The result record cannot be read: {0}",
		"ar": "لا يمكن قراءة سجلّ النتيجة: {0}",
	},
	"result_hash": {
		"en": "The hash of the result in the package is not that of its record, which is {0}.",
		"ar": "بصمة النتيجة في الحزمة ليست بصمة سجلّها، وهي {0}.",
	},
	"signatures": {
		"en": "The signature lines are not what they should be.",
		"ar": "سطور التوقيعات ليست كما ينبغي.",
	},
	"signed": {
		"en": "The signature line of {0} is on this result.",
		"ar": "سطر توقيع {0} على هذه النتيجة.",
	},
	"signed_other": {
		"en": "The signature line of {0} is on another result than this one.",
		"ar": "سطر توقيع {0} على نتيجة غير هذه.",
	},
	"unsigned": {
		"en": "The package has no signature line.",
		"ar": "لا سطر توقيع في الحزمة.",
	},
	"seed_not_committed": {
		"en": "A seed was used for the lot, but none was committed before voting opened.",
		"ar": "استُعملت بذرة للقرعة، لكن لم يُلتزم بأيّ بذرة قبل فتح باب التصويت.",
	},
	"seed_other": {
		"en": "The seed of the lot is not the one that was committed before voting opened.",
		"ar": "بذرة القرعة ليست التي التُزم بها قبل فتح باب التصويت.",
	},
	"seed_unused": {
		"en": "A seed was committed before voting opened, but the lot was not drawn with it: ask why.",
		"ar": "التُزم ببذرة قبل فتح باب التصويت، لكنّ القرعة لم تُجرَ بها: اسأل عن السبب.",
	},
	"lot_repeated": {
		"en": "Lot {0}, drawn again from the seed and the root of the box, gives the same order.",
		"ar": "القرعة {0}، بعد إعادتها من البذرة وجذر الصندوق، تعطي الترتيب نفسه.",
	},
	"lot_other": {
		"en": "Lot {0}, drawn again from the seed and the root of the box, gives another order.",
		"ar": "القرعة {0}، بعد إعادتها من البذرة وجذر الصندوق، تعطي ترتيبًا آخر.",
	},
	"lot_input": {
		"en": "The lot cannot be drawn again: {0}",
		"ar": "لا يمكن إعادة القرعة: {0}",
	},
	"lot_by_hand": {
		"en": "Lots drawn by hand: {0}. They cannot be repeated: read the minutes.",
		"ar": "عدد القرعات التي أُجريت باليد: {0}. لا يمكن إعادتها: اقرأ المحضر.",
	},
	"no_ballots": {
		"en": "The package has no ballots: votes, elected and the root of the box could not be counted again.",
		"ar": "لا أوراق اقتراع في الحزمة: لم تمكن إعادة عدّ الأصوات ولا الفائزين ولا جذر الصندوق.",
	},
	"ballots": {
		"en": "The ballots cannot be read: {0}",
		"ar": "لا يمكن قراءة أوراق الاقتراع: {0}",
	},
	"order": {
		"en": "The ballots are not in the order of their leaves.",
		"ar": "أوراق الاقتراع ليست بترتيب بصماتها.",
	},
	"root": {
		"en": "The ballots are those of the closed box: its root is {0}.",
		"ar": "أوراق الاقتراع هي أوراق الصندوق المغلق: جذره {0}.",
	},
	"root_other": {
		"en": "The ballots are not those of the closed box: their root is {0}.",
		"ar": "أوراق الاقتراع ليست أوراق الصندوق المغلق: جذرها {0}.",
	},
	"leaves": {
		"en": "The record says {0} ballots; the package has {1}.",
		"ar": "في السجلّ {0} من أوراق الاقتراع، وفي الحزمة {1}.",
	},
	"entered": {
		"en": "The figures of the record say that {0} ballots were entered; its box has {1}.",
		"ar": "في أرقام السجلّ أُدخل {0} من أوراق الاقتراع، وفي صندوقه {1}.",
	},
	"entered_and_online": {
		"en": "The figures of the record say that {0} ballots were entered and {2} came online; its box has {1}.",
		"ar": "في أرقام السجلّ أُدخل {0} من أوراق الاقتراع ووصل {2} إلكترونيًا، وفي صندوقه {1}.",
	},
	"online": {
		"en": "The record says {0} online ballots, its figures {1}.",
		"ar": "في السجلّ {0} من الأوراق الإلكترونية، وفي أرقامه {1}.",
	},
	"unreadable": {
		"en": "Unreadable online ballots in the record: {0}. There are not as many spoiled or online ballots.",
		"ar": "عدد الأوراق الإلكترونية غير المقروءة في السجلّ: {0}. وليس فيه مثل هذا العدد من الأوراق الباطلة أو الإلكترونية.",
	},
	"unreadable_spoiled": {
		"en": "Online ballots that could not be read, and count as spoiled: {0}. Read the minutes.",
		"ar": "عدد الأوراق الإلكترونية التي تعذّرت قراءتها فعُدّت باطلة: {0}. اقرأ المحضر.",
	},
	"no_receipts": {
		"en": "The package has no receipts of the online ballots: their root could not be reckoned again.",
		"ar": "لا إيصالات للأوراق الإلكترونية في الحزمة: لم تمكن إعادة حساب جذرها.",
	},
	"receipts": {
		"en": "The receipts of the online ballots cannot be read.",
		"ar": "لا يمكن قراءة إيصالات الأوراق الإلكترونية.",
	},
	"receipts_order": {
		"en": "The receipts are not sorted, or one of them stands twice.",
		"ar": "الإيصالات غير مرتّبة، أو تكرّر أحدها.",
	},
	"receipts_root": {
		"en": "The receipts are those of the closed box of online ballots: their number is {0}, their root {1}.",
		"ar": "الإيصالات هي إيصالات الصندوق المغلق للأوراق الإلكترونية: عددها {0} وجذرها {1}.",
	},
	"receipts_other": {
		"en": "The receipts are not those of the closed box of online ballots: their number is {0}, their root {1}.",
		"ar": "الإيصالات ليست إيصالات الصندوق المغلق للأوراق الإلكترونية: عددها {0} وجذرها {1}.",
	},
	"uncountable": {
		"en": "The ballots cannot be counted as the record says: {0}",
		"ar": "لا يمكن عدّ أوراق الاقتراع كما يقول السجلّ: {0}",
	},
	"number": {
		"en": "{0}: the record says {1}, the recount finds {2}.",
		"ar": "{0}: في السجلّ {1}، وفي إعادة العدّ {2}.",
	},
	"recounted": {
		"en": "The ballots were counted again (ballots: {0}), and every number of the record is the same.",
		"ar": "أُعيد عدّ أوراق الاقتراع (عددها {0})، وكلّ رقم في السجلّ هو نفسه.",
	},
	"mismatches": {
		"en": "Roll, papers and box do not agree in the figures of the record; its explanation: {0}",
		"ar": "أرقام السجلّ للقائمة والأوراق والصندوق لا تتّفق؛ التفسير المكتوب: {0}",
	},
	"receipt_in_box": {
		"en": "The receipt {0} is in the closed box of online ballots, one of {1}.",
		"ar": "الإيصال {0} موجود في الصندوق المغلق للأوراق الإلكترونية، وهو واحد من {1}.",
	},
	"receipt_not_in_box": {
		"en": "The proof does not lead from the receipt {0} to the root of the box in this file.",
		"ar": "الإثبات لا يصل من الإيصال {0} إلى جذر الصندوق المذكور في هذا الملفّ.",
	},
	"receipt_compare": {
		"en": "Compare the receipt with the one on your phone or paper, and this root of the receipts with the one in the "
		"signed result of {0}: {1}",
		"ar": "قارن الإيصال بالذي على هاتفك أو ورقتك، وجذر الإيصالات هذا بالذي في النتيجة الموقّعة للانتخاب {0}: {1}",
	},
	"trail_agrees": {
		"en": "The trail is whole in itself: every number, every link and every hash is right.",
		"ar": "سجلّ التدقيق سليم في ذاته: كلّ رقم وكلّ رابط وكلّ بصمة صحيحة.",
	},
	"trail_differs": {
		"en": "THE TRAIL IS NOT WHOLE. Breaks found: {0}.",
		"ar": "سجلّ التدقيق غير سليم. عدد مواضع الخلل: {0}.",
	},
	"trail_line": {
		"en": "Line {0} is not what a line of a trail is; what follows was not read.",
		"ar": "السطر {0} ليس كما ينبغي لسطر في سجلّ التدقيق؛ ولم يُقرأ ما بعده.",
	},
	"trail_number": {
		"en": "Line {0} is expected and line {1} follows: lines were taken out, put in or moved.",
		"ar": "يُنتظر السطر {0} ويأتي السطر {1}: حُذفت أسطر أو أُضيفت أو نُقلت.",
	},
	"trail_link": {
		"en": "Line {0} does not follow the line before it: lines were taken out, put in or changed.",
		"ar": "السطر {0} لا يتبع السطر الذي قبله: حُذفت أسطر أو أُضيفت أو غُيّرت.",
	},
	"trail_hash": {
		"en": "Line {0} was changed after it was written: its hash is another.",
		"ar": "تغيّر السطر {0} بعد كتابته: بصمته مختلفة.",
	},
	"trail_head": {
		"en": "The head of the trail is not the hash of its last line, which is {0}.",
		"ar": "رأس سجلّ التدقيق ليس بصمة سطره الأخير، وهي {0}.",
	},
	"trail_signed": {
		"en": "Line {0}, signature of {1}, has the hash: {2}",
		"ar": "السطر {0}، توقيع {1}، بصمته: {2}",
	},
	"trail_compare": {
		"en": "This file alone cannot prove that nothing was cut off at its end or written anew throughout: compare the "
		"hash of the last signature, if there is one, with the head of the trail on the printed protocol of {0}. "
		"Lines: {1}. Head: {2}",
		"ar": "هذا الملفّ وحده لا يثبت أنّه لم يُقطع من آخره شيء ولم يُكتب كلّه من جديد: قارن بصمة آخر توقيع، إن وُجد، برأس سجلّ التدقيق على "
		"المحضر المطبوع للانتخاب {0}. عدد الأسطر: {1}. الرأس: {2}",
	},
}
