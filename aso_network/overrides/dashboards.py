"""Connections from ERPNext's forms to this app's documents: who, where and which programme they hang on."""

from __future__ import annotations

from frappe import _


def contact(data: dict) -> dict:
	"""A person: the organisations it acts for, and where it took part. All of these are rows of those documents."""
	return _connect(
		data,
		{
			_("Network"): {"Member Organization": "contact", "General Meeting": "representative"},
			_("Elections"): {
				"Candidacy": "person",
				"Election Voter": "delegate",
				"Election": "contact",
				"Operational Body": "person",
			},
			_("Training"): {
				"Training Session": "contact",
				"Training Registration": "contact",
				"Training Certificate": "contact",
			},
		},
	)


def project(data: dict) -> dict:
	"""A programme: its sessions and activities."""
	return _connect(data, {_("Network"): {"Training Session": "programme", "Network Activity": "project"}})


def territory(data: dict) -> dict:
	"""A place: its platform and what happens there."""
	return _connect(
		data,
		{
			_("Network"): dict.fromkeys(("Network Platform", "Member Organization"), "territory"),
			_("Governance"): dict.fromkeys(("General Meeting", "Election", "Operational Body"), "territory"),
			_("Work"): dict.fromkeys(("Training Session", "Network Activity"), "territory"),
		},
	)


def _connect(data: dict, groups: dict[str, dict[str, str]]) -> dict:
	"""Add groups of {DocType: its field that links here} to a form's dashboard data."""
	fields = data.setdefault("non_standard_fieldnames", {})
	transactions = data.setdefault("transactions", [])
	for label, links in groups.items():
		fields.update(links)
		transactions.append({"label": label, "items": list(links)})
	# The desk draws Connections only where there is a field that most of them share.
	data.setdefault("fieldname", next(iter(next(iter(groups.values())).values())))
	return data
