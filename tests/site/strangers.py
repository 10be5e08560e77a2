"""An organisation with a secret word in each of its texts, and people who must not read them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count

import frappe
from frappe.utils import add_to_date, now_datetime, today

from aso_network import mail, representative_changes
from aso_network.portal import pages
from aso_network.roles import MEMBER
from tests.site import builders, courses, hall

TEXTS = ("Data", "Small Text", "Text", "Long Text", "Text Editor")
WORD = re.compile(r"zqx\d+x")
_numbers = count(1)


@dataclass
class World:
	"""`documents`: DocType → the names that belong to A alone. `told`: secret word → "DocType.fieldname"."""

	a: str = ""
	b: str = ""
	c: str = ""
	platform: str = ""
	election: str = ""
	meeting: str = ""
	body: str = ""
	documents: dict[str, set[str]] = field(default_factory=dict)
	files: dict[str, str] = field(default_factory=dict)
	told: dict[str, str] = field(default_factory=dict)
	users: dict[str, str] = field(default_factory=dict)

	def word(self, about: str) -> str:
		word = f"zqx{next(_numbers)}x"
		self.told[word] = about
		return word

	def mark(self, doctype: str, name: str, owned: bool = True) -> str:
		"""Write a word of its own into every text of a document and of its rows."""
		doc = frappe.get_doc(doctype, name)
		for row in (doc, *doc.get_all_children()):
			values = {
				df.fieldname: self.word(f"{row.doctype}.{df.fieldname}")
				for df in row.meta.fields
				if df.fieldtype in TEXTS and df.options not in ("Phone", "URL") and not df.is_virtual
			}
			for df in row.meta.fields:
				if df.fieldname in values and df.options == "Email":
					values[df.fieldname] += "@secret.example"
			if values:
				frappe.db.set_value(row.doctype, row.name, values, update_modified=False)
		frappe.clear_document_cache(doctype, name)
		if owned:
			self.documents.setdefault(doctype, set()).add(name)
		return name

	def attach(self, doctype: str, name: str, fieldname: str | None = None) -> None:
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{self.word('File.file_name')}.txt",
				"content": self.word("File.content"),
				"is_private": 1,
				"attached_to_doctype": doctype,
				"attached_to_name": name,
				"attached_to_field": fieldname,
			}
		).insert()
		if fieldname:
			frappe.db.set_value(doctype, name, fieldname, file.file_url, update_modified=False)
		self.documents.setdefault("File", set()).add(file.name)
		self.files[file.name] = file.file_url

	def names(self) -> list[str]:
		"""One of each kind."""
		return sorted({str(min(names)) for names in self.documents.values()})

	def found(self, text: str) -> set[str]:
		"""What of A is told in `text`, as "DocType.fieldname"."""
		return {self.told[word] for word in WORD.findall(text) if word in self.told}


def build() -> World:
	world = World()
	h = hall.build(organizations=4, candidates=1, upto="nominations")
	elsewhere = builders.organization(builders.platform())
	world.a, world.b, world.c = h.organizations[0], h.organizations[1], elsewhere
	world.platform, world.election, world.meeting = str(h.platform), h.election, str(h.meeting)
	_people(world)
	_papers(world, h)
	_traces(world)
	for doctype, name in (("Candidacy", h.candidacies[0]), ("Member Organization", world.a)):
		world.attach(doctype, name, "photo" if doctype == "Candidacy" else None)
		world.mark(doctype, name)
	# What the platform's own members read, and nobody else.
	for doctype, name in (("Election", world.election), ("General Meeting", world.meeting)):
		world.mark(doctype, name, owned=False)
	frappe.clear_cache()
	return world


def _people(world: World) -> None:
	"""A's delegate with an account, number and address; the others."""
	delegate = builders.delegate(world.a)
	contact = frappe.get_doc("Contact", delegate)
	address = f"{world.word('Contact.email_id')}@secret.example"
	contact.add_email(address, is_primary=1)
	contact.append("phone_nos", {"phone": "+963 944 000 771", "is_primary_mobile_no": 1})
	contact.append("links", {"link_doctype": "Member Organization", "link_name": world.a})
	contact.first_name, contact.last_name = world.word("Contact.first_name"), world.word("Contact.last_name")
	contact.department = world.word("Contact.department")
	contact.save()
	# Saving the Contact has given its person an account.
	user = builders._insert_user(address, (MEMBER,)) if not frappe.db.exists("User", address) else address
	frappe.db.set_value("Contact", delegate, "user", user)
	frappe.db.set_value("User", user, "bio", world.word("User.bio"))
	world.documents |= {"Contact": {delegate}, "User": {user}}
	place = frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": world.word("Address.address_title"),
			"address_line1": world.word("Address.address_line1"),
			"city": world.word("Address.city"),
			"country": "Syria",
			"links": [{"link_doctype": "Member Organization", "link_name": world.a}],
		}
	).insert()
	world.documents["Address"] = {place.name}
	world.users = {"A": user, "Guest": "Guest"}
	for who, organizations in {
		"B": [world.b],
		"C": [world.c],
		"former": [],
		"former, now of B": [world.b],
	}.items():
		person, account = builders.contact(f"Person {who}"), builders.user(MEMBER)
		frappe.db.set_value("Contact", person, "user", account)
		if who.startswith("former"):
			_append(world.a, person, to_date=add_to_date(today(), days=-1))
		for organization in organizations:
			_append(organization, person)
		world.users[who] = account


def _append(organization: str, person: str, **values: object) -> None:
	doc = frappe.get_doc("Member Organization", organization)
	doc.append("representatives", {"contact": person, "from_date": "2000-01-01", **values})
	doc.save()


def _insert(world: World, **values: object) -> str:
	"""A document as it is kept, past the rules of when and by whom it can be made."""
	doc = frappe.get_doc(values)
	doc.set_new_name()
	for child in doc.get_all_children():
		child.parent = doc.name
		child.db_insert()
	doc.db_insert()
	doc.db_set("owner", world.users["A"], update_modified=False)
	return world.mark(doc.doctype, doc.name)


def _papers(world: World, h: hall.Hall) -> None:
	delegate = builders.delegate(world.a)
	where = {"platform": world.platform, "organization": world.a}
	open_session = courses.session(platform=world.platform, capacity=20)
	person = builders.contact(
		"Somebody of A", links=[{"link_doctype": "Member Organization", "link_name": world.a}]
	)
	world.documents["Contact"].add(person)
	registration = _insert(world, doctype="Training Registration", session=open_session.name, contact=person,
		person_name="x", organization=world.a, status="Registered", source="Member", registered_on=now_datetime())  # fmt: skip
	frappe.get_doc(
		{
			"doctype": "Session Participant",
			"parent": open_session.name,
			"parenttype": "Training Session",
			"parentfield": "participants",
			"idx": 1,
			"contact": person,
			"organization": world.a,
			"participant_name": world.word("Session Participant.participant_name"),
			"registration": registration,
		}
	).db_insert()
	inside = courses.session(platform=world.platform, publish_level="Internal", open_to_public=0)
	world.mark("Training Session", inside.name)
	held = courses.session("Completed", hours=-6, platform=world.platform, publish_level="Internal", open_to_public=0,
		participants=[{"contact": person, "organization": world.a, "attended": 1}])  # fmt: skip
	world.mark("Training Session", held.name)
	_insert(
		world, doctype="Session Feedback", session=held.name, contact=person, organization=world.a, content=4
	)
	objection = _insert(world, doctype="Objection", election=h.election, about="Electoral Roll", person=delegate,
		status="Submitted", reason="x", submitted_on=today(), **where)  # fmt: skip
	world.attach("Objection", objection, "attachment")
	change = _insert(world, doctype=representative_changes.DOCTYPE, what=representative_changes.DELEGATE,
		status="Submitted", person_name="x", **where)  # fmt: skip
	world.attach(representative_changes.DOCTYPE, change, "letter")
	application = _insert(world, doctype="Membership Application", status="Registered", contact_language="en",
		contact_name="x", contact_email="x", motivation="x", consent=1, **where)  # fmt: skip
	world.attach("Membership Application", application, "paper")
	activity = frappe.get_doc(
		{
			"doctype": "Network Activity",
			"kind": "Initiative",
			"title": "x",
			"platform": world.platform,
			"proposed_by": world.a,
			"partners": [{"partner_name": "x"}],
		}
	).insert()
	world.attach("Network Activity", activity.name)
	world.mark("Network Activity", activity.name)
	draft = builders.meeting(world.platform, status="Draft")
	world.mark("General Meeting", str(draft))


def _traces(world: World) -> None:
	"""What Frappe keeps beside the documents."""
	doc = frappe.get_doc("Member Organization", world.a)
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name}
	doc.add_comment("Comment", world.word("Comment.content"))
	doc.add_tag(world.word("Tag"))
	frappe.get_doc({"doctype": "Communication", "subject": world.word("Communication.subject"),
		"content": world.word("Communication.content"), **about}).insert()  # fmt: skip
	frappe.get_doc({"doctype": "ToDo", "description": world.word("ToDo.description"),
		"reference_type": doc.doctype, "reference_name": doc.name}).insert()  # fmt: skip
	frappe.get_doc(
		{"doctype": "Activity Log", "subject": world.word("Activity Log.subject"), **about}
	).insert()
	mail.send(
		"a@secret.example",
		world.word("Email Queue.subject"),
		mail.body(world.word("Email Queue.message")),
		doc,
	)
	frappe.get_doc({"doctype": "Version", "ref_doctype": doc.doctype, "docname": doc.name,
		"data": frappe.as_json({"changed": [["acronym", "x", world.word("Version.data")]]})}).insert()  # fmt: skip
	frappe.get_doc({"doctype": "Network Audit Event", **about, "reference_doctype": doc.doctype,
		"action": "x", "reason": world.word("Network Audit Event.reason")}).db_insert()  # fmt: skip


# --- where people knock ----------------------------------------------------------------------------------


def routes() -> dict[str, str]:
	"""Route of every page and published form → its page or form; a name follows where it ends in /*."""
	forms = frappe.get_all(
		"Web Form", {"module": "ASO Network", "is_standard": 1}, ["route", "name", "allow_edit"]
	)
	found = dict(pages._pages())
	for form in forms:
		found[form.route] = form.name
		if form.allow_edit:
			found[f"{form.route}/*"] = form.name
	return found


def parameters() -> set[str]:
	"""Every parameter that a page or a form reads, by its source."""
	root = pages.APP
	source = "".join(
		file.read_text()
		for folder in ("www", "portal", "aso_network/web_form")
		for file in (root / folder).rglob("*.py")
	)
	read = set(re.findall(r'(?:args|form_dict|values|asked|request\.form)\.get\("(\w+)"', source))
	fields = frappe.get_all(
		"Web Form Field", {"parent": ("in", list(set(routes().values())))}, pluck="fieldname"
	)
	return read | set(filter(None, fields)) | {"words", "page", "name", "action", "redirect_to", "docname"}


def snapshot(world: World) -> dict[tuple[str, str], dict]:
	"""A's documents as they are kept, to see that nobody has changed them."""
	kept = {}
	for doctype, names in world.documents.items():
		for name in names:
			row = frappe.db.get_value(doctype, name, "*", as_dict=True)
			if doctype == "User":
				# Anybody may ask for a letter with a new link, for an address that they know.
				row = {field: row[field] for field in ("enabled", "full_name", "language", "email", "bio")}
			kept[doctype, name] = row
	return kept
