// A teller enters paper ballots: one key per candidate, Enter for the next paper, no mouse needed.
// {% include "aso_network/aso_network/page/ballot_entry/ballot_keys.js" %}
// {% include "aso_network/aso_network/page/ballot_entry/ballot_papers.js" %}
// {% include "aso_network/aso_network/page/ballot_entry/ballot_store.js" %}
// {% include "aso_network/aso_network/page/ballot_entry/ballot_desk.js" %}

frappe.pages["ballot-entry"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({
		parent: wrapper,
		title: __("Ballot entry"),
		single_column: true,
	});
	wrapper.desk = new aso.ballot_entry.Desk(page);
};

frappe.pages["ballot-entry"].on_page_show = function (wrapper) {
	wrapper.desk.open(frappe.get_route()[1]);
};
