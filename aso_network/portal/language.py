"""Languages of the pages: which there are, which way they run, how they write dates and numbers.

Frappe chooses the language of a request (for strangers by cookie or browser, for others by their user record);
here it is narrowed to those the pages are written in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache

import frappe
from babel import Locale, UnknownLocaleError, dates, numbers
from frappe.model.document import Document
from frappe.translate import MERGED_TRANSLATION_KEY, get_all_translations, get_language
from frappe.utils import get_datetime, getdate

COOKIE = "preferred_language"  # Frappe's own, read in `frappe.translate.get_language`
NAMES = {"ar": "العربية", "en": "English", "ku": "Kurdî", "ckb": "کوردیی ناوەندی"}
RIGHT_TO_LEFT = ("ar", "ckb", "fa", "he", "ps", "ur")
# Months have other names in Syria than in Egypt.
_LOCALES = {"ar": "ar_SY", "ku": "ku", "ckb": "ckb", "en": "en_GB"}


def current() -> str:
	"""The language of this request among `NAMES`; English where it is none of them."""
	code = base(frappe.local.lang)
	return code if code in NAMES else "en"


def base(code: str | None) -> str:
	"""“ar-SY” → “ar”."""
	return (code or "en").replace("_", "-").split("-")[0].lower()


def direction(code: str | None) -> str:
	"""“rtl” or “ltr”."""
	return "rtl" if base(code) in RIGHT_TO_LEFT else "ltr"


def offered() -> dict[str, str]:
	"""Code → its own name, of the languages that the site has switched on."""
	enabled = frappe.cache.get_value(
		"aso_languages",
		lambda: frappe.get_all("Language", {"enabled": 1, "name": ("in", list(NAMES))}, pluck="name"),
	)
	return {code: name for code, name in NAMES.items() if code in enabled}


def choose(code: str) -> None:
	"""Show this visitor the pages in another language from now on: strangers by a cookie, others wherever they sign in."""
	if code not in offered():
		return
	if frappe.session.user == "Guest":
		frappe.local.cookie_manager.set_cookie(COOKIE, code, max_age=365 * 24 * 3600)
	else:
		frappe.db.set_value("User", frappe.session.user, "language", code)
		frappe.clear_cache(user=frappe.session.user)
	frappe.local.lang = code


def forget_offered(doc: object = None, method: str | None = None) -> None:
	"""Doc event of Language."""
	frappe.cache.delete_value("aso_languages")


# (site, language) → the mark that stood beside the translations when this process read them, and the translations
_held: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}


def lend_translations(lang: str | None = None) -> None:
	"""Let this request use the translations that the process has read already.

	Frappe unpacks all of them, some fifteen thousand, from Redis at the first word of every request: longer than the
	rest of a page takes. They stay the same until the mark goes that lies beside them: with all translations when
	Frappe's caches are cleared, and by `forget_translations` when the desk changes one.
	"""
	lang = lang or frappe.local.lang
	lent = frappe.local.cache.setdefault(frappe.cache.make_key(MERGED_TRANSLATION_KEY), {})
	if lang in lent:
		return
	field = _mark_of(lang)
	mark = frappe.cache.hget(MERGED_TRANSLATION_KEY, field)
	if not mark:
		# Before reading: whatever changes meanwhile takes the mark away again.
		mark = frappe.generate_hash(length=12)
		frappe.cache.hset(MERGED_TRANSLATION_KEY, field, mark)
	held = _held.get((frappe.local.site, lang))
	if not held or held[0] != mark:
		held = _held[frappe.local.site, lang] = (mark, get_all_translations(lang))
	lent[lang] = held[1]


def forget_translations(doc: Document, method: str | None = None) -> None:
	"""Doc event of Translation."""
	frappe.cache.hdel(MERGED_TRANSLATION_KEY, _mark_of(doc.language))


def _mark_of(lang: str) -> str:
	return f"aso_network:{lang}"


def format_date(value: date | str | None) -> str:
	"""“5 March 2026” in the visitor's language."""
	return dates.format_date(getdate(value), "d MMMM y", locale=_locale(current())) if value else ""


def format_datetime(value: datetime | str | None) -> str:
	"""“5 March 2026, 14:30” in the visitor's language; the time is the site's."""
	if not value:
		return ""
	value = get_datetime(value)
	return f"{format_date(value)}{'، ' if current() == 'ar' else ', '}{value:%H:%M}"


def listed(items: Iterable[str]) -> str:
	"""“one, two” with the comma of the visitor's script."""
	return ("، " if direction(current()) == "rtl" else ", ").join(items)


def format_number(value: float | int | None) -> str:
	return numbers.format_decimal(value or 0, locale=_locale(current()))


def set_language() -> None:
	"""Hook `before_request`: a stranger's own choice, or else what the browser asks for.

	Version 15 asks for them before it knows that the session is a stranger's, and so never takes them.
	"""
	if frappe.session.user == "Guest":
		frappe.local.lang = get_language()


def set_direction(response: object = None, request: object = None) -> None:
	"""Hook `after_request`: Frappe's own website pages (login, errors) run the way their language does.

	Their base template writes `lang` and, in version 15, no `dir`.
	"""
	lang = frappe.local.lang
	if (
		response is None
		or direction(lang) == "ltr"
		or response.mimetype != "text/html"
		or response.is_streamed
	):
		return
	plain = f'<html lang="{lang}">'.encode()
	body = response.get_data()
	if plain in body[:400]:
		response.set_data(body.replace(plain, f'<html lang="{lang}" dir="rtl">'.encode(), 1))


@cache
def _locale(code: str) -> Locale:
	try:
		return Locale.parse(_LOCALES[code])
	except UnknownLocaleError:
		return Locale.parse("en_GB")
