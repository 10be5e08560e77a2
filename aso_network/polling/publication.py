"""A result and its trail leave the desk: the files that anyone can verify, and the exports."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import frappe
from frappe.core.doctype.access_log.access_log import make_access_log
from frappe.model.document import Document
from frappe.utils import cstr, get_system_timezone, now_datetime

from aso_network import audit
from aso_network.elections import box as closed_box
from aso_network.elections import explain, nist, package, result_csv, trail
from aso_network.polling import box, closing, committee, counting, rules
from aso_network.roles import COMMITTEE, OBSERVER


@box.unlogged
def send_package(result: Document) -> None:
	"""Answer with the verification package of `result`; with the ballots for whom `may_have_ballots`."""
	election = frappe.get_doc("Election", result.election)
	ballots = box.salted(election.name) if may_have_ballots(election) else None
	if ballots is not None and closed_box.root(box.leaves(ballots)) != result.box_hash:
		ballots = None  # those of an earlier count, before papers were added or voided, are gone
	record = counting.record_of(result)
	receipts = closing.receipts(election.name) if ballots is not None and "online" in record else None
	content = package.build(record, signatures(result), ballots, receipts)
	audit.record(result, "Export Package" if ballots is None else "Export Package with Ballots")
	# A download is a GET, after which Frappe keeps nothing unless told to.
	frappe.local.flags.commit = True
	_send(f"{result.name}.json", content, "application/json")


def may_have_ballots(election: Document, user: str | None = None) -> bool:
	"""The anonymous ballots go to the committee of this election once it is counted, and to observers once it is
	announced: to them the salts tell no more than the ballots do."""
	user = user or frappe.session.user
	# Not `get_roles`: Administrator has every role there, and is nobody's observer.
	roles = frappe.get_all("Has Role", filters={"parenttype": "User", "parent": user}, pluck="role")
	if election.status == "Announced" and OBSERVER in roles:
		return True
	is_teller = COMMITTEE in roles and committee.is_member(election.name, user)
	return is_teller and election.status in ("Counted", "Tie", "Announced")


def signatures(result: Document) -> list[dict[str, str]]:
	"""The signature lines as the package has them."""
	return [
		{"name": row.full_name or row.user, "signed_hash": row.signed_hash, "date": cstr(row.signed_on)[:10]}
		for row in result.signatures
	]


def send_trail(election: Document) -> None:
	"""Answer with the trail of `election`, which `aso-network verify` checks."""
	require_trail_reader(election)
	# Not a line of the trail itself: who compares two exports should find the same head.
	make_access_log(doctype=audit.EVENT, document=election.name, file_type="JSON", method="Export")
	content = trail.build(election.name, election.title, audit.lines(election.name))
	_send(f"{election.name}-trail.json", content, "application/json")


def require_trail_reader(election: Document) -> None:
	"""Raises unless the user may export the lines of the trail anyway, or serves on the committee of `election`."""
	if frappe.has_permission(audit.EVENT, "export"):
		return
	committee.require_member(election)


def send_report(result: Document) -> None:
	"""Answer with the result as NIST SP 1500-100 JSON, in the languages that the site has names in."""
	election = frappe.get_doc("Election", result.election)
	issuer, abbreviation = frappe.db.get_value(
		"Company", frappe.defaults.get_global_default("company") or "", ["company_name", "abbr"]
	) or (election.platform, election.platform)
	place = frappe.db.get_value(
		"Network Platform", election.platform, ["name_en", "name_ar", "name_ku"], as_dict=True
	)
	report = nist.report(
		counting.record_of(result),
		issuer=issuer,
		issuer_abbreviation=abbreviation,
		generated=now_datetime().replace(tzinfo=ZoneInfo(get_system_timezone())).isoformat("T", "seconds"),
		start_date=cstr(election.voting_date),
		end_date=cstr(election.voting_date),
		unit=_texts(en=place.name_en, ar=place.name_ar, ku=place.name_ku),
		election={"en": election.title},
		names=_names(result),
		status="certified" if result.is_announced else None,
		is_runoff=bool(election.runoff_of),
	)
	_send(f"{result.name}-nist.json", json.dumps(report, ensure_ascii=False, indent=1), "application/json")


def send_table(result: Document) -> None:
	"""Answer with the result as CSV, in the reader's language."""
	record, lang = counting.record_of(result), rules.language()
	said = record["contest"]
	table = result_csv.table(
		record,
		lang,
		explain.form(said["method"], lang),
		lambda row: explain.reason(row, lang, said["rules"]),
	)
	_send(f"{result.name}.csv", table, "text/csv")


def _names(result: Document) -> dict[str, dict[str, str]]:
	"""Candidacy → language → name; in Kurdish where an organisation stands that has such a name."""
	kurdish = dict(
		frappe.get_all(
			"Candidacy",
			filters={"name": ("in", [row.candidacy for row in result.rows]), "person": ("is", "not set")},
			fields=["name", "organization.name_ku as name_ku"],
			as_list=True,
		)
	)
	return {
		row.candidacy: _texts(en=row.candidate_name, ar=row.candidate_name_ar, ku=kurdish.get(row.candidacy))
		for row in result.rows
	}


def _texts(**texts: str | None) -> dict[str, str]:
	return {lang: text for lang, text in texts.items() if text}


def _send(filename: str, content: str | bytes, content_type: str) -> None:
	frappe.local.response.update(
		{"type": "download", "filename": filename, "filecontent": content, "content_type": content_type}
	)
