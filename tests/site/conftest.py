"""Tests on a real Frappe site: each starts as Administrator and leaves nothing behind.

`make test-site` runs them in the bench's environment and says where bench and site are.
"""

import os
from pathlib import Path

import pytest

BENCH = os.environ.get("ASO_BENCH")
SITE = os.environ.get("ASO_TEST_SITE")
SECOND = os.environ.get("ASO_SECOND_TEST_SITE")  # set where two workers run, each on its own site
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
if WORKER == "gw1":
	SITE = SECOND

if not (BENCH and SITE):
	raise pytest.UsageError(
		"tests/site needs a bench: run 'make test-site', or set ASO_BENCH (a bench's path) and ASO_TEST_SITE."
	)


def connect() -> None:
	"""One connection for the whole run, there before the test modules are read."""
	import frappe

	os.chdir(Path(BENCH, "sites"))
	frappe.init(site=SITE)
	if not frappe.conf.allow_tests:
		raise pytest.UsageError(f"{SITE} does not allow tests: it may hold somebody's data.")
	frappe.connect()
	frappe.flags.in_test = True
	frappe.flags.print_messages = False


if WORKER or not SECOND:  # who only hands the files out reads none of them
	connect()


@pytest.fixture(scope="session")
def site():
	import frappe

	from tests.site import builders

	builders.stock_users()
	frappe.db.commit()
	yield SITE
	frappe.destroy()


@pytest.fixture(autouse=True)
def clean(site):
	import frappe

	from tests.site import builders

	forget()
	builders.give_back_users()
	frappe.set_user("Administrator")
	yield
	frappe.db.rollback()
	forget()


def forget() -> None:
	"""Drop what the process and Redis remember of rows that were rolled back."""
	import frappe
	from frappe.cache_manager import user_cache_keys

	if hasattr(frappe.local, "request"):
		del frappe.local.request  # Frappe asks whether there is one, not whether it is None
	frappe.local.message_log = []
	frappe.local.form_dict = frappe._dict()
	frappe.local.role_permissions = {}
	frappe.db.value_cache.clear()
	frappe.cache.delete_keys("document_cache::")
	frappe.cache.delete_keys("aso_confirmations:")  # letters that one address had today
	frappe.cache.delete_value(list(user_cache_keys))
	frappe.local.cache.clear()
	frappe.flags.accounting_dimensions = None
