"""Make, copy and inspect sites. bench.sh runs this in the bench's environment, from its `sites` folder.

Secrets (the database account, Administrator's password) are read from files only their owner can
read, never from the command line, where every user of the machine could see them.
"""

import configparser
import gzip
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import frappe

APP = "aso_network"
SITES = Path.cwd()
BENCH = SITES.parent
STATE = BENCH / f".{APP}"

COMPANY = "ASO"
FIRST_FISCAL_YEAR = 2022  # the demonstration posts from then on
WIZARD = {
	"language": "English",
	"country": "Syria",
	"timezone": "Asia/Damascus",
	# Grants and budgets are agreed and reported in dollars, the pound has lost most of its value, and
	# ERPNext cannot change a company's currency once something is posted.
	"currency": "USD",
	"company_name": COMPANY,
	"company_abbr": COMPANY,
	"chart_of_accounts": "Standard",
	"domain": "Non Profit",
	"enable_telemetry": 0,
	"setup_demo": 0,
	# no "email": the wizard would make a second administrator
}


# ---------------------------------------------------------------- files and secrets


def private_text(name: str, make) -> str:
	path = STATE / name
	if not path.exists():
		fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
		with os.fdopen(fd, "w") as f:
			f.write(make() + "\n")
	return path.read_text().strip()


def admin_password() -> str:
	return private_text("admin-password", lambda: secrets.token_urlsafe(9))


def database_account() -> tuple[str, str]:
	parser = configparser.ConfigParser(interpolation=None)
	parser.read(STATE / "mariadb.cnf")
	return parser["client"]["user"], parser["client"]["password"]


def mariadb(program: str, *args: str, **kwargs) -> subprocess.CompletedProcess:
	command = [
		shutil.which(program) or program.replace("mariadb", "mysql"),
		f"--defaults-file={STATE}/mariadb.cnf",
	]
	return subprocess.run([*command, *args], check=True, **kwargs)


def sql(statements: str) -> None:
	mariadb("mariadb", input=statements.encode())


def config_path(site: str) -> Path:
	return SITES / site / "site_config.json"


def read_config(site: str) -> dict:
	return json.loads(config_path(site).read_text())


def write_config(site: str, config: dict) -> None:
	path = config_path(site)
	path.touch(mode=0o600)
	path.write_text(json.dumps(config, indent=1, sort_keys=True))
	path.chmod(0o600)


# ---------------------------------------------------------------- a kept copy of ERPNext, set up


def base_key() -> str:
	"""Changes with the versions of Frappe and ERPNext and with the answers given to the wizard."""
	parts = [json.dumps(WIZARD, sort_keys=True), str(date.today().year)]
	for app in ("frappe", "erpnext"):
		head = subprocess.run(
			["git", "-C", str(BENCH / "apps" / app), "rev-parse", "HEAD"], capture_output=True, text=True
		)
		parts.append(head.stdout.strip() or frappe.get_module(app).__version__)
	return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def base_dump() -> Path | None:
	path = STATE / f"base-{base_key()}.sql.gz"
	return path if path.exists() and path.with_suffix("").with_suffix(".json").exists() else None


def keep_base(site: str) -> None:
	path = STATE / f"base-{base_key()}.sql.gz"
	for old in STATE.glob("base-*"):
		old.unlink()
	part = path.with_suffix(".part")
	with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
		with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1) as out:
			dump = start_dump(read_config(site)["db_name"])
			shutil.copyfileobj(dump.stdout, out, 1 << 20)
			if dump.wait():
				raise SystemExit("mariadb-dump failed")
	settings = path.with_suffix("").with_suffix(".json")
	settings.touch(mode=0o600)
	settings.write_text(json.dumps({"encryption_key": read_config(site).get("encryption_key")}))
	part.rename(path)


def start_dump(database: str) -> subprocess.Popen:
	program = shutil.which("mariadb-dump") or "mysqldump"
	options = "--single-transaction --quick --no-tablespaces --skip-lock-tables --routines --triggers"
	return subprocess.Popen(
		[program, f"--defaults-file={STATE}/mariadb.cnf", *options.split(), database], stdout=subprocess.PIPE
	)


def new_database(site: str) -> tuple[str, str]:
	"""A fresh database and account for a site, named as Frappe names them."""
	name = "_" + hashlib.sha1(str((SITES / site).resolve()).encode(), usedforsecurity=False).hexdigest()[:16]
	password = secrets.token_urlsafe(16)
	sql(
		f"DROP DATABASE IF EXISTS `{name}`;"
		f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"
		+ "".join(
			f"DROP USER IF EXISTS '{name}'@'{host}';"
			f"CREATE USER '{name}'@'{host}' IDENTIFIED BY '{password}';"
			f"GRANT ALL PRIVILEGES ON `{name}`.* TO '{name}'@'{host}';"
			for host in ("localhost", "127.0.0.1")
		)
	)
	return name, password


def load(database: str, stream) -> None:
	"""Read a dump into a database; without the safeguards that a crash half-way would need."""
	program = shutil.which("mariadb") or "mysql"
	reader = subprocess.Popen(
		[program, f"--defaults-file={STATE}/mariadb.cnf", database], stdin=subprocess.PIPE
	)
	reader.stdin.write(b"SET SESSION unique_checks=0; SET SESSION foreign_key_checks=0;\n")
	shutil.copyfileobj(stream, reader.stdin, 1 << 20)
	reader.stdin.close()
	if reader.wait():
		raise SystemExit("reading the dump failed")


# ---------------------------------------------------------------- commands


def connect(site: str) -> None:
	frappe.init(site=site)
	frappe.connect()
	frappe.set_user("Administrator")


def settings(site: str) -> dict:
	"""What every site made here is given: a place to try and test things sends no mail."""
	given = {"mute_emails": 1, "developer_mode": 0, "server_script_enabled": 0}
	if "test" in site:
		given |= {"allow_tests": True, "pause_scheduler": 1}
	return given


def create(site: str) -> None:
	base = base_dump()
	if base:
		kept = json.loads(base.with_suffix("").with_suffix(".json").read_text())
		make_folders(site)
		name, password = new_database(site)
		with gzip.open(base) as stream:
			load(name, stream)
		config = {"db_name": name, "db_password": password, "db_type": "mariadb"} | settings(site)
		if kept.get("encryption_key"):
			config["encryption_key"] = kept["encryption_key"]
		write_config(site, config)  # last: a site without it does not count as made
		connect(site)
		frappe.clear_cache()
	else:
		# bench's own command, called here rather than in a shell, where `ps` would show the passwords
		from frappe.commands.site import new_site

		user, password = database_account()
		if (SITES / site).exists():
			shutil.rmtree(SITES / site)  # no site_config.json: its making stopped half-way
		new_site.main(
			[
				*(site, "--install-app", "erpnext", "--force", "--admin-password", admin_password()),
				*("--db-root-username", user, "--db-root-password", password),
			],
			obj=frappe._dict(sites=[], force=False, verbose=False, profile=False),
			standalone_mode=False,
		)
		frappe.destroy()
		finish(site)
		write_config(
			site, {k: v for k, v in read_config(site).items() if k != "admin_password"} | settings(site)
		)
		keep_base(site)


def make_folders(site: str) -> None:
	for part in ("public/files", "private/files", "private/backups", "locks", "logs"):
		(SITES / site / part).mkdir(parents=True, exist_ok=True)


def finish(site: str) -> None:
	"""ERPNext and its set-up wizard, without a person."""
	connect(site)
	if "erpnext" not in frappe.get_installed_apps():
		from frappe.installer import install_app

		install_app("erpnext")
	if not wizard_done():
		from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

		year = date.today().year
		answers = WIZARD | {"fy_start_date": f"{year}-01-01", "fy_end_date": f"{year}-12-31"}
		frappe.flags.mute_emails = True
		answer = setup_complete(answers)
		if not wizard_done():
			raise SystemExit(f"ERPNext's set-up wizard did not finish: {answer}")
	fiscal_years()
	frappe.db.set_value("Language", "ar", "enabled", 1)
	frappe.db.set_value("Currency", "SYP", "enabled", 1)
	frappe.db.set_single_value("System Settings", "enable_onboarding", 0)
	company = frappe.get_doc("Company", COMPANY)
	if not company.cost_center:
		main = frappe.db.get_value("Cost Center", {"company": COMPANY, "is_group": 0})
		company.db_set("cost_center", main)
	frappe.db.commit()
	frappe.clear_cache()


def wizard_done() -> bool:
	done = frappe.db.get_single_value("System Settings", "setup_complete")
	return bool(int(done or 0) and frappe.db.exists("Company", COMPANY))


def fiscal_years() -> None:
	for year in range(FIRST_FISCAL_YEAR, date.today().year + 1):
		if not frappe.db.exists("Fiscal Year", {"year_start_date": f"{year}-01-01"}):
			frappe.get_doc(
				{
					"doctype": "Fiscal Year",
					"year": str(year),
					"year_start_date": f"{year}-01-01",
					"year_end_date": f"{year}-12-31",
				}
			).insert()


def status(site: str) -> None:
	"""<made> <with ERPNext> <wizard done> <with the app>"""
	if not config_path(site).exists():
		print("no no no no")
		return
	connect(site)
	apps = frappe.get_installed_apps()
	has = [True, "erpnext" in apps, "erpnext" in apps and wizard_done(), APP in apps]
	print(" ".join("yes" if it else "no" for it in has))


def clone(source: str, target: str) -> None:
	if config_path(target).exists():
		raise SystemExit(f"the site {target} exists already: drop it first (bench.sh drop-site {target})")
	if not config_path(source).exists():
		raise SystemExit(f"there is no site {source}")
	old = read_config(source)
	make_folders(target)
	name, password = new_database(target)
	dump = start_dump(old["db_name"])
	load(name, dump.stdout)
	if dump.wait():
		raise SystemExit("mariadb-dump failed")
	for part in ("public/files", "private/files"):
		shutil.copytree(SITES / source / part, SITES / target / part, dirs_exist_ok=True)
	kept = SITES / source / f".{APP}-migrated"
	if kept.exists():
		shutil.copy(kept, SITES / target / kept.name)
	config = {
		k: v for k, v in old.items() if k not in ("host_name", "db_user", "allow_tests", "pause_scheduler")
	}
	write_config(target, config | {"db_name": name, "db_password": password} | settings(target))
	connect(target)
	frappe.clear_cache()


def drop(site: str) -> None:
	name = read_config(site)["db_name"]
	sql(
		f"DROP DATABASE IF EXISTS `{name}`;"
		+ "".join(f"DROP USER IF EXISTS '{name}'@'{host}';" for host in ("localhost", "127.0.0.1", "%"))
	)
	shutil.rmtree(SITES / site)


def set_url(site: str, url: str) -> None:
	"""Links in mails and PDF files need the address where no request tells it."""
	config = read_config(site)
	if config.get("host_name") != url:
		write_config(site, config | {"host_name": url})


def has(module: str) -> None:
	from importlib.util import find_spec

	try:
		found = find_spec(module)
	except ModuleNotFoundError:
		found = None
	sys.exit(0 if found else 1)


def logins(site: str, url: str) -> None:
	connect(site)
	rows, lines = [], []
	try:
		rows = [dict(row) for row in frappe.get_attr(f"{APP}.demo.story.logins")()]
		lines = frappe.get_attr(f"{APP}.demo.story.addresses")(url)
	except (ImportError, AttributeError):
		pass
	rows.append({"role": "Administrator", "user": "Administrator", "password": admin_password()})
	width = {key: max(len(str(row[key])) for row in rows) for key in ("role", "user", "password")}
	print(f"Open {url} and log in as one of:")
	for row in rows:
		print("  " + "  ".join(str(row[key]).ljust(width[key]) for key in width).rstrip())
	for line in lines:
		print(line)


def base() -> None:
	if dump := base_dump():
		print(dump)


COMMANDS = {
	"base": base,
	"create": create,
	"finish": finish,
	"status": status,
	"clone": clone,
	"drop": drop,
	"set-url": set_url,
	"has": has,
	"logins": logins,
}

if __name__ == "__main__":
	try:
		COMMANDS[sys.argv[1]](*sys.argv[2:])
	finally:
		frappe.destroy()
