"""Two people at the same moment: each acts on a connection of its own, on data that both can see.

What is made here has to be committed, or the other connection would not see it; `committed` takes it away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import frappe

TIMEOUT = 20


@contextmanager
def committed(*doctypes: str) -> Iterator[None]:
	"""Commit what the test has made so far; afterwards delete every record of `doctypes` made since the start.

	To be entered before anything is made.
	"""
	known = {doctype: set(frappe.get_all(doctype, pluck="name")) for doctype in doctypes}
	try:
		yield
	finally:
		frappe.db.rollback()
		for doctype in doctypes:
			made = set(frappe.get_all(doctype, pluck="name")) - known[doctype]
			if not made:
				continue
			for child in frappe.get_meta(doctype).get_table_fields():
				frappe.db.delete(child.options, {"parenttype": doctype, "parent": ("in", list(made))})
			frappe.db.delete(doctype, {"name": ("in", list(made))})
		frappe.db.commit()


def race(first: Callable[[], object], second: Callable[[], object]) -> tuple[object, object]:
	"""What `first` and `second` return or raise, the second begun while the first is not committed yet.

	Both have looked at the database before either acts.
	"""
	site = frappe.local.site
	outcomes: dict[int, object] = {}
	both_looked, first_acted = threading.Barrier(2), threading.Event()

	def run(number: int, act: Callable[[], object]) -> None:
		frappe.init(site=site)
		frappe.connect()
		frappe.flags.in_test = True
		try:
			frappe.set_user("Administrator")
			frappe.db.count("User")  # this transaction's view of the database begins
			both_looked.wait(TIMEOUT)
			if number:
				first_acted.wait(TIMEOUT)
			try:
				outcomes[number] = act()
			except Exception as error:
				outcomes[number] = error
			if not number:
				first_acted.set()
				# Time for the second to run into what the first has locked.
				threads[1].join(1)
			if isinstance(outcomes[number], Exception):
				frappe.db.rollback()
			else:
				frappe.db.commit()
		finally:
			first_acted.set()
			frappe.destroy()

	threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate((first, second))]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(TIMEOUT)
	# What was read before is stale now.
	frappe.db.rollback()
	return outcomes[0], outcomes[1]
