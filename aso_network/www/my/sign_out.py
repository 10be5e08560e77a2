import frappe

from aso_network.portal.visitor import Visitor, redirect_to


def get_context(visitor: Visitor) -> dict:
	redirect_to("/my")


def post(visitor: Visitor, values: dict) -> str:
	frappe.local.login_manager.logout()
	return "/network"
