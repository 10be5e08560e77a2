// People and organisations of the meeting become committee members or candidates.
/* global esc, bdi, folded, both_names */

const PICKER_ROWS = 50;

// A dialog to tick some of many rows. `rows`: [{key, label, note, search}]; resolves with the ticked keys.
function pick({ title, description, action, rows }) {
	return new Promise((resolve) => {
		const ticked = new Set();
		const dialog = new frappe.ui.Dialog({
			title,
			fields: [{ fieldtype: "HTML", fieldname: "picker" }],
			primary_action_label: action,
			primary_action() {
				if (!ticked.size) {
					frappe.show_alert({ message: __("Tick at least one."), indicator: "orange" });
					return;
				}
				dialog.hide();
				resolve(rows.filter((row) => ticked.has(row.key)).map((row) => row.key));
			},
		});
		const $picker = dialog.get_field("picker").$wrapper;
		$picker.html(`
			<p class="text-muted">${esc(description)}</p>
			<input type="search" class="form-control mb-2" aria-label="${__("Search")}" placeholder="${__(
			"Search"
		)}">
			<div class="aso-picker" role="group"></div>
			<p class="text-muted small aso-more mt-2"></p>`);
		const show = () => {
			const wanted = folded($picker.find("input[type=search]").val());
			const found = rows.filter((row) =>
				folded(`${row.label} ${row.note} ${row.search}`).includes(wanted)
			);
			$picker.find(".aso-picker").html(
				found
					.slice(0, PICKER_ROWS)
					.map(
						(row) => `<label class="aso-pick">
							<input type="checkbox" value="${esc(row.key)}" ${ticked.has(row.key) ? "checked" : ""}>
							<span>${bdi(row.label)}<br><small class="text-muted">${bdi(row.note)}</small></span>
						</label>`
					)
					.join("") || `<p class="text-muted">${__("Nobody found.")}</p>`
			);
			$picker
				.find(".aso-more")
				.text(
					found.length > PICKER_ROWS
						? __("{0} of {1} shown: search to find the others.", [
								PICKER_ROWS,
								found.length,
						  ])
						: ""
				);
		};
		$picker.on("input", "input[type=search]", show);
		$picker.on("change", "input[type=checkbox]", (event) => {
			const { value, checked } = event.target;
			checked ? ticked.add(value) : ticked.delete(value);
		});
		show();
		dialog.show();
	});
}

// The rows of the meeting's attendance of those who are there, with every name of the organisation.
async function attendance(frm) {
	const meeting = await frappe.db.get_doc("General Meeting", frm.doc.meeting);
	const present = meeting.attendance.filter((row) => row.present);
	const members = await frappe.db.get_list("Member Organization", {
		filters: { platform: frm.doc.platform },
		fields: ["name", "title", "name_ar", "name_en", "name_ku", "acronym"],
		limit: 0,
	});
	const by_name = Object.fromEntries(members.map((member) => [member.name, member]));
	return present.map((row) => {
		const member = by_name[row.organization] || {};
		const names = both_names(row.organization_name || row.organization, member.name_ar);
		return { ...row, ...names, search: Object.values(member).join(" ") };
	});
}

async function candidacies_of(frm) {
	return frappe.db.get_list("Candidacy", {
		filters: { election: frm.doc.name, status: ["in", ["Submitted", "Accepted"]] },
		fields: ["organization", "person"],
		limit: 0,
	});
}

async function add_committee(frm) {
	const [present, standing] = await Promise.all([attendance(frm), candidacies_of(frm)]);
	const serving = new Set((frm.doc.committee || []).map((row) => row.contact));
	const people = standing.map((c) => c.person).filter(Boolean);
	const organizations = standing.filter((c) => !c.person).map((c) => c.organization);
	const free = present.filter(
		(row) =>
			row.representative &&
			!serving.has(row.representative) &&
			!people.includes(row.representative) &&
			!organizations.includes(row.organization)
	);
	if (!free.length) {
		frappe.msgprint(
			__(
				"Nobody on the attendance of the meeting is left: present, with a representative, not a candidate."
			)
		);
		return;
	}
	const chosen = await pick({
		title: __("Counting committee"),
		description: __("People present at the meeting who do not stand. Two to five are enough."),
		action: __("Add to the committee"),
		rows: free.map((row) => ({
			key: row.representative,
			label: row.representative_name || row.representative,
			note: [row.first, row.second].filter(Boolean).join(" · "),
			search: row.search,
		})),
	});
	const users = await users_of(chosen);
	for (const contact of chosen) {
		const row = free.find((r) => r.representative === contact);
		frappe.utils.add_link_title("Member Organization", row.organization, row.first);
		frm.add_child("committee", {
			contact,
			full_name: row.representative_name,
			organization: row.organization,
			user: users[contact] || "",
		});
	}
	frm.refresh_field("committee");
	frm.dirty();
	const without = chosen.filter((contact) => !users[contact]);
	if (without.length) {
		frappe.show_alert(
			{
				message: __(
					"{0} of them have no desk user yet; give them one with the role Election Committee.",
					[without.length]
				),
				indicator: "orange",
			},
			10
		);
	}
}

async function users_of(contacts) {
	const rows = await frappe.db.get_list("Contact", {
		filters: { name: ["in", contacts] },
		fields: ["name", "user"],
		limit: 0,
	});
	return Object.fromEntries(rows.map((row) => [row.name, row.user]));
}

function new_candidacy(frm) {
	frappe.new_doc("Candidacy", { election: frm.doc.name });
}

async function add_candidacies(frm) {
	const [present, standing] = await Promise.all([attendance(frm), candidacies_of(frm)]);
	const persons = frm.doc.candidate_kind === "Person";
	const committee = frm.doc.committee || [];
	const key = (row) => (persons ? row.representative : row.organization);
	const taken = new Set([
		...standing.map((c) => (persons ? c.person : c.organization)),
		...committee.map((row) => (persons ? row.contact : row.organization)),
	]);
	const free = present.filter((row) => key(row) && !taken.has(key(row)));
	if (!free.length) {
		frappe.msgprint(
			__("Everybody on the attendance of the meeting stands already or counts.")
		);
		return;
	}
	const chosen = await pick({
		title: __("Candidates"),
		description: persons
			? __("Representatives present who stand. Each becomes a candidacy to be screened.")
			: __("Organizations present that stand. Each becomes a candidacy to be screened."),
		action: __("Enter candidacies"),
		rows: free.map((row) => ({
			key: key(row),
			label: persons ? row.representative_name || row.representative : row.first,
			note: [persons ? row.first : row.representative_name, row.second]
				.filter(Boolean)
				.join(" · "),
			search: row.search,
		})),
	});
	let entered = 0;
	for (const chosen_key of chosen) {
		const row = free.find((r) => key(r) === chosen_key);
		const candidacy = {
			doctype: "Candidacy",
			election: frm.doc.name,
			organization: row.organization,
		};
		if (persons) {
			candidacy.person = row.representative;
		}
		try {
			await frappe.db.insert(candidacy);
			entered += 1;
		} catch {
			// Frappe has shown why; the others are still entered.
		}
	}
	if (entered) {
		frappe.show_alert({
			message: __("{0} candidacies entered.", [entered]),
			indicator: "green",
		});
		frm.reload_doc();
	}
}
