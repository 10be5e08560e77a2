"""Pages share one reading of the translations, and show a changed one at once."""

import frappe

from tests.site import builders, web


def _heading() -> str:
	with builders.as_user("Guest"):
		page = web.visit("/network", cookies={"preferred_language": "ar"}).get_data(as_text=True)
	# As the next request finds it: nothing is remembered but what the process and Redis hold.
	frappe.local.cache.clear()
	return page.partition("<h1>")[2].partition("</h1>")[0]


def test_the_desk_changes_a_word_and_takes_it_back():
	before = _heading()
	assert before != "The network"
	changed = frappe.get_doc(
		{
			"doctype": "Translation",
			"language": "ar",
			"source_text": "The network",
			"translated_text": "شبكتنا",
		}
	).insert()
	assert _heading() == "شبكتنا"
	changed.delete()
	assert _heading() == before


def test_clearing_the_caches_forgets_what_the_process_holds():
	before = _heading()
	# A word that came another way than by the desk, as with a new version of the app.
	table = frappe.qb.DocType("Translation")
	frappe.qb.into(table).columns(
		table.name, table.language, table.source_text, table.translated_text
	).insert("by-hand", "ar", "The network", "كلمة").run()
	assert _heading() == before
	frappe.translate.clear_cache()
	assert _heading() == "كلمة"
	frappe.db.rollback()
	frappe.translate.clear_cache()
