// An application: what stands in the way of registering it, and the ways on.

frappe.ui.form.on("Membership Application", {
	refresh(frm) {
		frm.set_intro("");
		translate_examples(frm);
		if (frm.doc.status === "Unconfirmed") say_what_became_of_the_letter(frm);
		if (frm.doc.status === "Confirmed") offer_ways_on(frm);
		if (["Registered", "Declined"].includes(frm.doc.status)) frm.disable_form();
	},
});

// Frappe shows examples as they are written.
function translate_examples(frm) {
	frm.fields
		.filter(({ df, $input }) => df.placeholder && $input)
		.forEach(({ df, $input }) => $input.attr("placeholder", __(df.placeholder)));
}

function say_what_became_of_the_letter(frm) {
	const letter = (frm.doc.__onload || {}).letter;
	const said = {
		Waiting: __(
			"The letter with the link waits, since this site has no outgoing e-mail account yet. You can confirm the application yourself, after a telephone call for example."
		),
		Error: __("The letter with the link could not be delivered. Check the e-mail address and send it again."),
	};
	frm.set_intro(
		said[letter] || __("The applicant has not opened the mailed link yet."),
		said[letter] ? "orange" : "blue"
	);
	frm.add_custom_button(__("Send the Link Again"), async () => {
		const sent = await act(frm, "send_link", {});
		frappe.show_alert(
			sent
				? { message: __("The link is on its way."), indicator: "green" }
				: {
						message: __("This address has had enough letters for today. Try again tomorrow."),
						indicator: "orange",
				  }
		);
	});
}

function offer_ways_on(frm) {
	const obstacle = (frm.doc.__onload || {}).obstacle;
	if (!obstacle) {
		frm.set_intro(__("Nothing is in the way: register it with the action “Register”."), "blue");
		return;
	}
	frm.set_intro(frappe.utils.escape_html(obstacle.text), "orange");
	frm.add_custom_button(__("Register under Another Name"), () => ask_for_names(frm));
	frm.add_custom_button(__("It Is the Same Organization"), () => ask_which(frm, obstacle.organization));
	if (obstacle.organization) {
		frm.add_custom_button(__("Open the Other One"), () =>
			frappe.set_route("Form", "Member Organization", obstacle.organization)
		);
	}
}

function ask_for_names(frm) {
	ask(
		frm,
		__("Register under Another Name"),
		["name_en", "name_ar", "name_ku"].map((fieldname) => ({
			fieldname,
			fieldtype: "Data",
			label: __(frm.fields_dict[fieldname].df.label, null, frm.doctype),
			default: frm.doc[fieldname],
		})),
		"register_as"
	);
}

function ask_which(frm, organization) {
	ask(
		frm,
		__("It Is the Same Organization"),
		[
			{
				fieldname: "organization",
				fieldtype: "Link",
				options: "Member Organization",
				label: __("Member Organization"),
				description: __(
					"The application is tied to it; nothing of the organization changes. Add the contact person to its representatives yourself, if that is right."
				),
				default: organization,
				reqd: 1,
				get_query: () => ({ filters: { platform: frm.doc.platform } }),
			},
		],
		"register_as_same"
	);
}

function ask(frm, title, fields, method) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label: __("Register"),
		async primary_action(values) {
			await act(frm, method, values);
			dialog.hide();
		},
	});
	dialog.show();
}

async function act(frm, method, values) {
	const answer = await frappe.xcall(`aso_network.api.applications.${method}`, {
		name: frm.doc.name,
		...values,
	});
	await frm.reload_doc();
	return answer;
}
