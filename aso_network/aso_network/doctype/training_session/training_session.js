// {% include "aso_network/aso_network/doctype/training_session/session_parts.js" %}
// {% include "aso_network/aso_network/doctype/training_session/session_attendance.js" %}
frappe.ui.form.on("Training Session", {
	setup(frm) {
		frm.set_query("programme", () => ({
			filters: {
				status: ["!=", "Cancelled"],
				...(frm.platform_company && { company: frm.platform_company }),
			},
		}));
		frm.set_query("user", "trainers", () => ({ filters: { user_type: "System User" } }));
	},

	refresh(frm) {
		aso.activity_button(frm);
		frm.trigger("load_platform");
		const ended = ["Closed", "Cancelled"].includes(frm.doc.status);
		const grid = frm.fields_dict.participants.grid;
		grid.add_custom_button(__("Add people of a member"), () => add_people_of_member(frm));
		grid.add_custom_button(__("All attended"), () => mark_all_attended(frm));
		grid.custom_buttons[__("Add people of a member")].toggleClass("hidden", ended);
		grid.custom_buttons[__("All attended")].toggleClass(
			"hidden",
			frm.doc.status !== "Ongoing",
		);
		if (!frm.is_new() && frm.doc.capacity) {
			const full = frm.doc.registered_count >= frm.doc.capacity;
			frm.dashboard.add_indicator(
				__("{0} of {1} places taken", [frm.doc.registered_count || 0, frm.doc.capacity]),
				full ? "orange" : "green",
			);
		}
		show_waiting_and_feedback(frm);
		certificates_button(frm);
		if (frm.doc.status === "Registration Open" && frm.doc.publish_level === "Internal") {
			frm.set_intro(
				__("Members do not see this session: its publish level is Internal."),
				"orange",
			);
		}
	},

	platform(frm) {
		const before = frm.platform_territory;
		load_platform(frm).then(() => {
			if (!frm.doc.territory || frm.doc.territory === before) {
				frm.set_value("territory", frm.platform_territory);
			}
		});
	},

	load_platform,

	starts_on(frm) {
		if (frm.doc.starts_on && !frm.doc.ends_on) {
			const end = moment(frm.doc.starts_on).add(2, "hours");
			frm.set_value("ends_on", end.format(frappe.defaultDatetimeFormat));
		}
	},
});

function show_waiting_and_feedback(frm) {
	if (frm.doc.waiting_count) {
		frm.dashboard.add_indicator(__("{0} waiting", [frm.doc.waiting_count]), "orange");
	}
	const feedback = frm.doc.__onload && frm.doc.__onload.feedback;
	if (!feedback) return;
	frm.dashboard.add_indicator(__("Feedback: {0}", [feedback.answers]), "blue");
	if (!feedback.means) return;
	const { content, trainer, usefulness } = feedback.means;
	frm.dashboard.add_indicator(
		__("Content {0}, trainer {1}, usefulness {2} of 5", [content, trainer, usefulness]),
		"blue",
	);
}

async function load_platform(frm) {
	frm.platform_company = frm.platform_territory = null;
	if (!frm.doc.platform) return;
	const fields = ["company", "territory"];
	const { message } = await frappe.db.get_value("Network Platform", frm.doc.platform, fields);
	frm.platform_company = message.company;
	frm.platform_territory = message.territory;
}

function mark_all_attended(frm) {
	(frm.doc.participants || []).forEach((row) => (row.attended = 1));
	frm.refresh_field("participants");
	frm.dirty();
}

function add_people_of_member(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Add people of a member"),
		fields: [
			{
				fieldname: "organization",
				fieldtype: "Link",
				options: "Member Organization",
				label: __("Member Organization"),
				reqd: 1,
				get_query: () => ({
					filters: {
						status: "Active",
						...(frm.doc.platform && { platform: frm.doc.platform }),
					},
				}),
				onchange: () => show_people(frm, dialog),
			},
			{
				fieldname: "people",
				fieldtype: "MultiCheck",
				label: __("People"),
				options: [],
				depends_on: "organization",
			},
			{ fieldname: "nobody", fieldtype: "HTML" },
		],
		primary_action_label: __("Add"),
		primary_action({ organization, people }) {
			(people || []).forEach((contact) => {
				const row = frm.add_child("participants", { contact, organization });
				row.participant_name = dialog.names[contact];
			});
			frm.refresh_field("participants");
			if (people && people.length) frm.dirty();
			dialog.hide();
		},
	});
	dialog.show();
}

async function show_people(frm, dialog) {
	const organization = dialog.get_value("organization");
	if (!organization || organization === dialog.shown) return;
	dialog.shown = organization;
	const { message } = await frappe.call({
		method: "aso_network.api.activities.people_of_member",
		type: "GET",
		args: { organization },
	});
	const listed = new Set((frm.doc.participants || []).map((row) => row.contact));
	const people = message.filter((person) => !listed.has(person.contact));
	dialog.names = Object.fromEntries(message.map((person) => [person.contact, person.name]));
	const field = dialog.fields_dict.people;
	field.df.options = people.map((person) => ({
		label: frappe.utils.escape_html(
			person.position ? `${person.name} (${person.position})` : person.name,
		),
		value: person.contact,
		checked: people.length === 1,
	}));
	field.refresh();
	dialog.fields_dict.nobody.$wrapper.html(
		people.length
			? ""
			: `<p class="text-muted">${
					message.length
						? __("Everybody of this member is on the list already.")
						: __("This member has no contacts yet: add them on its form.")
			  }</p>`,
	);
}

function certificates_button(frm) {
	if (!["Completed", "Closed"].includes(frm.doc.status)) return;
	if (!frappe.model.can_read("Training Certificate")) return;
	frm.add_custom_button(__("Certificates"), () => open_certificates(frm));
}

// Who has one, who has earned one, and what the others lack; and the button that makes those that are missing.
function open_certificates(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Certificates"),
		fields: [{ fieldname: "people", fieldtype: "HTML" }],
	});
	const show = () =>
		frappe.call({
			method: "aso_network.api.certificates.standing",
			type: "GET",
			args: { session: frm.doc.name },
			callback: ({ message }) => show_standing(frm, dialog, message),
		});
	const made = (counts) => {
		const words = __("Certificates made: {0}", [counts.made]);
		const failed = counts.failed ? `<br>${__("Failed, see the Error Log: {0}", [counts.failed])}` : "";
		frappe.show_alert({ message: words + failed, indicator: counts.failed ? "red" : "green" });
		show();
	};
	frappe.realtime.on("aso_certificates_made", made);
	dialog.onhide = () => frappe.realtime.off("aso_certificates_made", made);
	dialog.set_secondary_action_label(__("Look again"));
	dialog.set_secondary_action(show);
	dialog.show();
	show();
}

function show_standing(frm, dialog, { problem, people }) {
	// Long lists stay closed; what somebody has to look at does not.
	const list = (rows, words, open) =>
		rows.length
			? `<details ${open ? "open" : ""} class="mb-3"><summary><b>${words} (${rows.length})</b></summary>
				<ul>${rows.map((row) => `<li>${line(row)}</li>`).join("")}</ul></details>`
			: "";
	const line = (row) => {
		const name = `<bdi>${frappe.utils.escape_html(row.person_name)}</bdi>`;
		const link = row.certificate
			? `<a href="/app/training-certificate/${row.certificate}">${name}</a>`
			: name;
		return [link, row.status === "Revoked" ? __("Revoked") : "", ...row.lacking.map(frappe.utils.escape_html)]
			.filter(Boolean)
			.join(" · ");
	};
	const earned = people.filter((row) => !row.certificate && !row.lacking.length);
	dialog.fields_dict.people.$wrapper.html(
		[
			problem ? `<p>${frappe.utils.escape_html(problem)}</p>` : "",
			list(
				people.filter((row) => row.certificate && row.lacking.length),
				__("Have one that they have not earned: revoke it, or correct the record"),
				true,
			),
			list(
				people.filter((row) => !row.certificate && row.lacking.length),
				__("Have not earned one"),
				true,
			),
			list(earned, __("Have earned one"), earned.length <= 20),
			list(
				people.filter((row) => row.certificate && !row.lacking.length),
				__("Have one"),
				people.length <= 20,
			),
		].join(""),
	);
	const may = earned.length && !problem && frappe.model.can_create("Training Certificate");
	dialog.get_primary_btn().toggleClass("hide", !may);
	if (!may) return;
	dialog.set_primary_action(__("Make certificates ({0})", [earned.length]), () => {
		dialog.disable_primary_action();
		frappe
			.call({
				method: "aso_network.api.certificates.make",
				type: "POST",
				args: { session: frm.doc.name },
			})
			.then(() => frappe.show_alert(__("The certificates are being made; you can go on working.")))
			.catch(() => dialog.enable_primary_action());
	});
	dialog.enable_primary_action();
}
