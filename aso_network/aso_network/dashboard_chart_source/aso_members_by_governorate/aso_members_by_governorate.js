frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["ASO Members by Governorate"] = {
	method: "aso_network.aso_network.dashboard_chart_source.aso_members_by_governorate.aso_members_by_governorate.get",
	filters: [],
};
