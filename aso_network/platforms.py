"""Platforms of the network: their place, their cost centre, and how far each is on the way to being structured."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from aso_network import names

STAGES = ("Founded", "Members Admitted", "Meeting Held", "Model Adopted", "Body Elected", "Structured")
NOT_TYPED = (
	"stage",
	"progress",
	"governance_model",
	"governance_decision",
	"current_body",
	"structured_on",
	"meetings_numbered",
)


class PlatformNameMissingError(frappe.ValidationError):
	"""None of the three names is given."""


class TerritoryTakenError(frappe.ValidationError):
	"""The governorate has its platform already."""


class NotAGovernorateError(frappe.ValidationError):
	"""A platform organises a governorate, not a district or a sub-district."""


class CostCenterIsGroupError(frappe.ValidationError):
	"""Nothing can be booked to a group."""


def title(doc: Document) -> str:
	"""The name a platform goes by: English, else Arabic, else Kurdish. Refuses none at all."""
	given = [name.strip() for name in (doc.name_en, doc.name_ar, doc.name_ku) if names.key(name)]
	if not given:
		frappe.throw(
			_("Write the platform's name in English, Arabic or Kurdish; one of the three is enough."),
			PlatformNameMissingError,
		)
	return given[0]


def name_in(language: str, platform: str) -> str:
	"""What `platform` is called in `language`, or else its name."""
	return frappe.get_cached_value("Network Platform", platform, names.field_for(language)) or platform


def keep_computed(doc: Document) -> None:
	"""What follows from members, meetings and elections stays as the database has it, whatever was sent."""
	before = doc.get_doc_before_save()
	for fieldname in NOT_TYPED:
		doc.set(fieldname, before.get(fieldname) if before else None)
	if not before:
		doc.stage, doc.progress, doc.meetings_numbered = STAGES[0], 0, 0


def require_free_governorate(doc: Document) -> None:
	"""One platform per Territory, and the Territory is a governorate where its level is known."""
	_refuse_taken_territory(doc)
	if not frappe.get_meta("Territory").has_field("aso_level"):
		return
	level = frappe.db.get_value("Territory", doc.territory, "aso_level")
	if level and level != "Governorate":
		frappe.throw(
			_("{0} is a {1}: choose the governorate that the platform organises.").format(
				_(doc.territory), _(level)
			),
			NotAGovernorateError,
		)


def refuse_taken_territory(doc: Document, error: Exception) -> None:
	"""The database refused the governorate: somebody took it between our check and our save. Say who."""
	_refuse_taken_territory(doc, fresh=True)
	raise frappe.UniqueValidationError(doc.doctype, doc.name, error)


def _refuse_taken_territory(doc: Document, fresh: bool = False) -> None:
	# Reading with a lock sees what others have committed since this transaction began.
	other = frappe.db.get_value(
		"Network Platform", {"territory": doc.territory, "name": ("!=", doc.name or "")}, for_update=fresh
	)
	if other:
		frappe.throw(
			_("{0} has its platform already: {1}. Open that one, or choose another governorate.").format(
				_(doc.territory), other
			),
			TerritoryTakenError,
		)


def take_company_from_cost_center(doc: Document) -> None:
	"""The company is that of the cost centre, and money can be booked to it."""
	if not doc.cost_center:
		doc.company = None
		return
	is_group, doc.company = frappe.db.get_value("Cost Center", doc.cost_center, ["is_group", "company"])
	if is_group:
		frappe.throw(
			_("{0} is a group of cost centres: choose one that expenses can be booked to.").format(
				doc.cost_center
			),
			CostCenterIsGroupError,
		)


def refresh(platform: str) -> None:
	"""Compute stage and progress of `platform` anew. A stage once reached stays: history is not undone."""
	# The lock makes the stage read here the last one committed, so that two who act at once cannot undo
	# each other's step.
	row = frappe.db.get_value(
		"Network Platform",
		platform,
		["stage", "governance_model", "structured_on"],
		as_dict=True,
		for_update=True,
	)
	reached = max(STAGES.index(row.stage) if row.stage in STAGES else 0, _stage_by_facts(platform, row))
	_write(platform, stage=STAGES[reached], progress=reached * 100 / (len(STAGES) - 1))


def _stage_by_facts(platform: str, row: frappe._dict) -> int:
	if row.structured_on:
		return 5
	if frappe.db.exists("Election", {"platform": platform, "status": "Announced"}):
		return 4
	if row.governance_model:
		return 3
	if frappe.db.exists("General Meeting", {"platform": platform, "status": "Concluded"}):
		return 2
	return 1 if frappe.db.exists("Member Organization", {"platform": platform, "status": "Active"}) else 0


def number_meeting(platform: str) -> int:
	"""The next meeting number of `platform`. The row lock makes a second caller wait for the first."""
	number = 1 + (
		frappe.db.get_value("Network Platform", platform, "meetings_numbered", for_update=True) or 0
	)
	_write(platform, meetings_numbered=number)
	return number


def give_back_number(platform: str, number: int) -> None:
	"""A draft meeting was deleted: its number is free again if no later one was given."""
	last = frappe.db.get_value("Network Platform", platform, "meetings_numbered", for_update=True)
	if last == number:
		_write(platform, meetings_numbered=number - 1)


def adopt_model(platform: str, model: str, meeting: str) -> None:
	"""`meeting` decided on the governance `model` of `platform`."""
	_write(platform, governance_model=model, governance_decision=meeting)


def lock_all() -> dict[str, frappe._dict]:
	"""Lock every platform, always in the same order, and return what is committed: name → its structure.

	A body is installed a few times in years; taking turns then is what lets "the last platform" be seen.
	"""
	platform = frappe.qb.DocType("Network Platform")
	rows = (
		frappe.qb.from_(platform)
		.select(platform.name, platform.current_body, platform.structured_on)
		.orderby(platform.name)
		.for_update()
		.run(as_dict=True)
	)
	return {row.name: row for row in rows}


def set_current_body(platform: str, body: str | None) -> None:
	_write(platform, current_body=body)


def mark_structured(platform: str, on: str) -> None:
	"""The first body of `platform` was constituted `on` this day; later ones change nothing."""
	if not frappe.db.get_value("Network Platform", platform, "structured_on", for_update=True):
		_write(platform, structured_on=getdate(on))
	refresh(platform)
	refresh_network()


def refresh_network() -> None:
	"""The network is structured on the day the last of its platforms was; not while one is missing."""
	days = [row.structured_on for row in lock_all().values()]
	structured_on = max(days) if days and all(days) else None
	settings = "ASO Network Settings"
	frappe.db.set_single_value(settings, "network_structured_on", structured_on)
	if not structured_on:
		# An empty date in a Single is read back as a day of the year 1.
		frappe.db.delete("Singles", {"doctype": settings, "field": "network_structured_on"})


def _write(platform: str, **values: object) -> None:
	# Facts that follow from other documents; the form keeps them too (`keep_computed`), so an open form may
	# still be saved.
	frappe.db.set_value("Network Platform", platform, values, update_modified=False)
