"""The lifecycles, one file each, and what ships (`ship.py`) and guards (`guard.py`) them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
	from aso_network.workflows.lifecycle import Lifecycle

DOCTYPES = (
	"Membership Application",
	"Member Organization",
	"Representative Change",
	"General Meeting",
	"Operational Body",
	"Election",
	"Candidacy",
	"Objection",
	"Training Session",
	"Training Certificate",
	"Network Activity",
)


def lifecycle_of(doctype: str) -> Lifecycle:
	"""Imported late: a lifecycle names rules of topic modules, and those move documents through `guard`."""
	return import_module(f"aso_network.workflows.{doctype.lower().replace(' ', '_')}").LIFECYCLE
