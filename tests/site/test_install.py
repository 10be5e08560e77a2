"""Coming, staying and going: on a site of its own, made for this and dropped after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aso_network.roles import ALL_ROLES

ROOT = Path(__file__).resolve().parents[2]
# One for each test site, so that two runs on one bench do not meet.
SITE = f"install-{os.environ.get('ASO_TEST_SITE', 'test')}"

# Frappe's own traces of every migrate: its list of versions, two settings it saves each time, and a DocType that both
# Frappe and ERPNext 15 ship, each taking it from the other.
RESTLESS_TABLES = {"tabVersion", "tabInstalled Application"}
RESTLESS_ROWS = (
	'"Print Heading"',
	'"Installed Applications"',
	'"Portal Settings"',
	'"Global Search Settings"',
)

# What a site keeps when the app goes: its places, its people and their traces, its files, counters and logs.
KEPT = {
	"tabTerritory", "tabContact", "tabContact Email", "tabUser", "tabUser Social Login", "tabNotification Settings",
	"tabDocShare", "tabDefaultValue", "tabComment", "tabFile", "tabTag", "tabSeries", "tabData Import Log",
	"tabDeleted Document", "__global_search", "__Auth",
}  # fmt: skip
NAMES = {
	"ASO Network",
	*ALL_ROLES,
	*(
		json.loads(path.read_text())["name"]
		for path in (ROOT / "aso_network/aso_network/doctype").glob("*/*.json")
	),
}


def run(*command: str) -> str:
	done = subprocess.run(
		[sys.executable, *command],
		cwd=Path(os.environ["ASO_BENCH"], "sites"),
		env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
		capture_output=True,
		text=True,
	)
	assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
	return done.stdout


def bench(*command: str) -> str:
	return run("-m", "frappe.utils.bench_helper", "frappe", "--site", SITE, *command)


def on_site(*commands: str) -> dict:
	lines = run(str(ROOT / "tests/site/on_site.py"), SITE, *commands).splitlines()
	return json.loads(lines[-1])


def manage(command: str) -> None:
	run(str(ROOT / "aso_network/devtools/site.py"), command, SITE)


@pytest.fixture(scope="module")
def own_site():
	if not run(str(ROOT / "aso_network/devtools/site.py"), "base").strip():
		pytest.skip("the bench keeps no copy of ERPNext to make a site from (make bench does)")
	folder = Path(os.environ["ASO_BENCH"], "sites", SITE)
	if (folder / "site_config.json").exists():
		manage("drop")
	manage("create")
	yield
	manage("drop")


@pytest.fixture(scope="module")
def snapshots(own_site, tmp_path_factory):
	"""The whole database at each station of one life: {station: {table: {row}}}, and what was said on the way."""
	folder = tmp_path_factory.mktemp("snapshots")
	taken, said = {}, {}

	def look(station, *commands):
		path = folder / f"{station}.json"
		said[station] = on_site(*commands, f"dump={path}")
		taken[station] = {table: set(rows) for table, rows in json.loads(path.read_text()).items()}

	look("before")
	bench("install-app", "aso_network")
	said["edited"] = on_site("edit", "kept")
	bench("migrate", "--skip-search-index")
	look("migrated", "kept")
	bench("migrate", "--skip-search-index")
	look("migrated again")
	bench("uninstall-app", "aso_network", "--yes", "--no-backup", "--dry-run")
	look("dry run")
	said["used"] = on_site("use")
	bench("uninstall-app", "aso_network", "--yes", "--no-backup")
	look("gone", "left")
	bench("install-app", "aso_network")
	said["again"] = on_site("works")
	return taken, said


def test_an_edit_of_the_site_survives_a_migrate(snapshots):
	_taken, said = snapshots
	assert said["migrated"]["kept"] == said["edited"]["kept"]
	assert said["migrated"]["kept"] == {
		"transition": True, "message": "Thank you for applying", "state": "Warning", "off": 0, "own": ["Our candidacies"],
		"label": "Also written", "search": "aso_name_ar", "reader": True, "export": 1, "no project": 0,
		"home": "/app", "deleted": True, "aliases": "Our own spelling",
	}  # fmt: skip


def test_migrating_again_changes_nothing(snapshots):
	taken, _said = snapshots
	assert _changed(taken["migrated"], taken["migrated again"]) == {}


def test_a_dry_run_of_the_uninstallation_changes_nothing(snapshots):
	taken, _said = snapshots
	assert _changed(taken["migrated again"], taken["dry run"]) == {}


def test_nothing_of_the_app_is_left_behind(snapshots):
	taken, said = snapshots
	before, gone = taken["before"], taken["gone"]
	assert set(gone) == set(before)
	assert {table: rows for table, rows in _changed(before, gone).items() if table not in KEPT} == {}
	speaking = {
		table: row
		for table in set(gone) - {"tabDeleted Document", "tabVersion"}
		for row in gone[table] - before[table]
		if NAMES & {value for value in json.loads(row).values() if isinstance(value, str)}
	}
	assert speaking == {}
	assert said["gone"]["left"] == {
		"users": ["Website User"], "files": [None], "contacts with ties": 0, "territories": 3 + 53 - 1,
	}  # fmt: skip


def test_data_import_moves_a_document_only_as_the_lifecycle_allows(snapshots):
	_taken, said = snapshots
	assert sorted(said["used"]["use"]["states"]) == ["Applied", "Under Review"]


def test_global_search_shows_a_representative_their_own_organization_only(snapshots):
	_taken, said = snapshots
	assert said["used"]["use"]["searched"] == [True]


def test_the_app_can_be_installed_again(snapshots):
	_taken, said = snapshots
	assert said["again"]["works"] == "Under Review"


def _changed(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, list[str]]:
	"""{table: some rows that came or went}, without columns that only one of the two has."""
	changed = {}
	for table in sorted(set(before) | set(after)):
		old, new = before.get(table, set()), after.get(table, set())
		if table in RESTLESS_TABLES or old == new:
			continue
		columns = set.intersection(*(set(json.loads(row)) for row in (*list(old)[:1], *list(new)[:1])))
		rows = _only(old, columns) ^ _only(new, columns)
		if rows:
			changed[table] = sorted(rows)[:5]
	return changed


def _only(rows: set[str], columns: set[str]) -> set[str]:
	return {
		json.dumps({key: value for key, value in json.loads(row).items() if key in columns}, sort_keys=True)
		for row in rows
		if not any(word in row for word in RESTLESS_ROWS)
	}
