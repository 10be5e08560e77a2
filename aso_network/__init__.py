"""Run a network of civil-society organisations on Frappe and ERPNext."""

__version__ = "0.1.0"
