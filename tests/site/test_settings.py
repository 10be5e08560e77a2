"""Defaults of the network: only such as a meeting, an election or a session could use."""

from __future__ import annotations

import re

import frappe
import pytest

from aso_network.aso_network.doctype.aso_network_settings.aso_network_settings import SettingOutOfRangeError


def test_settings_out_of_range_are_refused_by_name():
	settings = frappe.get_doc("ASO Network Settings")
	for field, value in (
		("signatures_needed", 0),
		("signatures_needed", 6),
		("attendance_threshold", 101),
		("attendance_threshold", -1),
		("retention_months", 0),
	):
		settings.reload()
		settings.set(field, value)
		with pytest.raises(SettingOutOfRangeError, match=re.escape(settings.meta.get_label(field))):
			settings.save()
	for rule, value in (("Percentage of active members", 0), ("Fixed number", 1.5)):
		settings.reload()
		settings.default_quorum_rule, settings.default_quorum_value = rule, value
		with pytest.raises(SettingOutOfRangeError, match=rule):
			settings.save()


def test_the_day_the_network_was_structured_cannot_be_typed():
	settings = frappe.get_doc("ASO Network Settings")
	settings.network_structured_on = "2022-11-09"
	settings.save()
	assert settings.network_structured_on is None
	assert frappe.get_doc("ASO Network Settings").network_structured_on is None
