frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["ASO Progress to Structured"] = {
	method: "aso_network.aso_network.dashboard_chart_source.aso_progress_to_structured.aso_progress_to_structured.get",
	filters: [],
};
