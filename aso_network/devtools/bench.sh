#!/usr/bin/env bash
# Everything around the app that needs a machine: packages, a bench, services, sites.
# `make help` lists the ways in; `bench.sh help` lists the commands behind them.
#
# Safe to run at any time: each step looks first and does only what is missing.
set -euo pipefail
shopt -s inherit_errexit

APP=aso_network
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
CHECKOUT=$(cd "$HERE/../.." && pwd -P)
BRANCH=version-15
FRAPPE_URL=https://github.com/frappe/frappe
ERPNEXT_URL=https://github.com/frappe/erpnext

SITE=${SITE:-aso.localhost}
TEST_SITE=${TEST_SITE:-aso-test.localhost}

# ---------------------------------------------------------------- saying things

LOG=
open_log() {
	LOG="${HOME:-/tmp}/.cache/$APP/bench.log"
	mkdir -p "$(dirname "$LOG")"
	if [[ -f $LOG && $(stat -c %s "$LOG") -gt 20000000 ]]; then mv "$LOG" "$LOG.old"; fi
	printf '\n==== %s  %s\n' "$(date -Is)" "$0 $*" >>"$LOG"
}

say() { printf '%s\n' "$*"; }

die() {
	printf '%s: %s\n' "$APP" "$*" >&2
	exit 1
}

# step LABEL WHAT-TO-DO-IF-IT-FAILS COMMAND...   One line on the terminal, the rest in the log.
step() {
	local label=$1 advice=$2 rc began=$SECONDS
	shift 2
	printf '  %-58s ' "$label"
	printf '\n---- %s\n' "$label" >>"$LOG"
	set +e
	(
		set -e
		"$@"
	) >>"$LOG" 2>&1 </dev/null
	rc=$?
	set -e
	if ((rc == 0)); then
		printf 'done, %s s\n' "$((SECONDS - began))"
	else
		printf 'FAILED\n'
		tail -n 15 "$LOG" | sed 's/^/    | /' >&2
		die "$label failed (exit $rc): $advice Log: $LOG"
	fi
}

# ---------------------------------------------------------------- who and where

is_root() { [[ $EUID -eq 0 ]]; }

as_root() {
	if is_root; then "$@" 9<&-; else sudo "$@" 9<&-; fi # 9: the lock, which no server may inherit
}

can_be_root() {
	is_root || { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; }
}

nearest_owner() { # owner of the nearest part of a path that exists
	local path=$1
	while [[ ! -e $path ]]; do path=$(dirname "$path"); done
	stat -c %U "$path"
}

# bench refuses to run as root, so root borrows an ordinary user: the one who owns the bench.
find_bench_user() {
	if ! is_root; then
		BENCH_USER=$(id -un)
	elif [[ -z ${BENCH_USER:-} ]]; then
		BENCH_USER=frappe
		if [[ -n ${BENCH:-} ]]; then
			local owner
			owner=$(nearest_owner "$BENCH")
			if [[ $owner != root && $owner != UNKNOWN ]]; then BENCH_USER=$owner; fi
		fi
	fi
	BENCH_HOME=$(getent passwd "$BENCH_USER" | cut -d: -f6 || true)
	BENCH_HOME=${BENCH_HOME:-/home/$BENCH_USER}
	BENCH=${BENCH:-$BENCH_HOME/frappe-bench}
	if [[ $BENCH != /* ]]; then BENCH=$PWD/$BENCH; fi
	BENCH=${BENCH%/}
	STATE=$BENCH/.$APP
	CLI=$BENCH_HOME/.local/share/$APP/bench-cli
}

# as_bench COMMAND...   Run as the bench's user with a clean environment; settings for proxies,
# certificates and package indexes pass through, nothing of the caller's Python or home does.
as_bench() {
	local keep=() name
	while IFS= read -r name; do
		case $name in
		http_proxy | https_proxy | no_proxy | HTTP_PROXY | HTTPS_PROXY | NO_PROXY | ALL_PROXY | \
			SSL_CERT_FILE | SSL_CERT_DIR | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | NODE_EXTRA_CA_CERTS | \
			GIT_SSL_CAINFO | PIP_* | UV_* | NPM_CONFIG_* | YARN_* | CI | TERM | ASO_*)
			keep+=("$name=${!name}")
			;;
		esac
	done < <(compgen -e)
	local clean=(env -i "${keep[@]}" "HOME=$BENCH_HOME" "USER=$BENCH_USER" "LOGNAME=$BENCH_USER"
		"PATH=$CLI/bin:$BENCH_HOME/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
		LANG=C.UTF-8 LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1)
	if is_root; then
		runuser -u "$BENCH_USER" -- "${clean[@]}" "$@" 9<&- # 9: the lock, which no server may inherit
	else
		"${clean[@]}" "$@" 9<&-
	fi
}

in_bench() { # in_bench COMMAND...   The same, from the bench's folder
	# shellcheck disable=SC2016
	as_bench bash -c 'cd "$1" && shift && exec "$@"' _ "$BENCH" "$@"
}

site_py() { # the part of the work that needs Frappe
	# shellcheck disable=SC2016
	as_bench bash -c 'cd "$1/sites" && shift && exec "$@"' _ "$BENCH" \
		"$BENCH/env/bin/python" "$(app_source)/$APP/devtools/site.py" "$@"
}

has_bench() { [[ -x $BENCH/env/bin/python && -d $BENCH/apps/frappe/frappe && -d $BENCH/sites ]]; }
has_systemd() { [[ -d /run/systemd/system ]]; }

# ---------------------------------------------------------------- packages

installed() { [[ $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) == "install ok installed" ]]; }

find_browser() {
	local name
	for name in ${CHROMIUM:-} /usr/bin/chromium /usr/bin/google-chrome /usr/bin/google-chrome-stable \
		/usr/bin/chromium-browser /snap/bin/chromium; do
		if [[ -x $name ]] && ! grep -qs 'snap install chromium' "$name"; then
			printf '%s\n' "$name"
			return 0
		fi
	done
	return 1
}

node_major() {
	local v
	v=$(PATH=/usr/local/bin:/usr/bin:/bin node --version 2>/dev/null) || v=v0
	v=${v#v}
	printf '%s\n' "${v%%.*}"
}

missing_packages() {
	local p
	for p in mariadb-server mariadb-client redis-server libmariadb-dev pkg-config git build-essential \
		python3-dev python3-venv fontconfig fonts-noto-core fonts-hosny-amiri wkhtmltopdf rsync; do
		installed "$p" || printf '%s\n' "$p"
	done
	if ((EUID == 0)) || installed sudo; then :; else printf 'sudo\n'; fi
	if is_root; then command -v runuser >/dev/null || printf 'util-linux\n'; fi
	if [[ $(node_major) == 0 ]]; then printf 'nodejs\nnpm\n'; fi
	# Names under .localhost must resolve for PDF printing and for realtime; this is the
	# distribution's own way, and it leaves /etc/hosts alone.
	getent ahosts probe.localhost >/dev/null || printf 'libnss-myhostname\n'
	# Ubuntu's chromium package is a doorway to snap, which needs systemd; only Debian's is the browser.
	if ! find_browser >/dev/null && grep -qi '^ID=debian' /etc/os-release; then printf 'chromium\n'; fi
}

install_packages() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# A system Python the bench's user may execute: a private one (pyenv in somebody's home) will not do.
find_python() {
	local p
	for p in ${PYTHON:-} /usr/bin/python3.12 /usr/bin/python3.11 /usr/bin/python3.10 /usr/bin/python3 \
		/usr/local/bin/python3; do
		[[ -x $p ]] || continue
		if as_bench "$p" -c '
import os, sys, sysconfig, venv, ensurepip
ok = (3, 10) <= sys.version_info < (3, 13)
sys.exit(not (ok and os.path.exists(sysconfig.get_path("include") + "/Python.h")))' 2>/dev/null; then
			printf '%s\n' "$p"
			return 0
		fi
	done
	return 1
}

check_system() {
	if [[ ! -f $STATE/mariadb.cnf ]] && ! can_be_root; then
		die "a new bench needs sudo, for packages and for an account in MariaDB: run this as a user who has it, or as root."
	fi
	command -v apt-get >/dev/null ||
		die "this script installs packages with apt; on other systems set up a Frappe bench by hand and run it with BENCH=path."
	local missing
	mapfile -t missing < <(missing_packages)
	if ((${#missing[@]})); then
		if installed mysql-server || ls /var/lib/dpkg/info/mysql-server-[0-9]*.list >/dev/null 2>&1; then
			die "MySQL is installed here and MariaDB would replace it: move its data away and remove it, then run this again."
		fi
		can_be_root ||
			die "these packages are missing and you cannot use sudo; ask an administrator to install them: ${missing[*]}"
		if ! is_root; then sudo -v || die "sudo did not accept you, and packages are missing: ${missing[*]}"; fi
		step "Installing ${#missing[@]} packages of the distribution" \
			"look at apt's message above, mend it (network, disk space, a held package) and run this again." \
			install_packages "${missing[@]}"
	fi
	if (($(node_major) < 18)); then
		die "Node.js 18 or later is needed and /usr/bin has $(node --version 2>/dev/null || echo none): install it from https://nodejs.org, then run this again."
	fi
	if ! find_browser >/dev/null; then
		say "  note: no Chromium or Chrome found, so browser tests will be skipped; on Ubuntu install Google Chrome or 'snap install chromium'."
	fi
	if is_root && ! id "$BENCH_USER" >/dev/null 2>&1; then
		step "Adding the user $BENCH_USER, who will own the bench" "add it by hand with useradd and run this again." \
			useradd --create-home --shell /bin/bash "$BENCH_USER"
		BENCH_HOME=$(getent passwd "$BENCH_USER" | cut -d: -f6)
	fi
}

# ---------------------------------------------------------------- the checkout, as the bench sees it

# Where the bench takes the app from: the checkout itself, so that edits are live, or a copy when
# the bench's user may not read the checkout (a private temporary folder of root, say).
readable_by_bench() {
	! is_root || as_bench test -r "$CHECKOUT/pyproject.toml" -a -r "$HERE/site.py" -a -x "$CHECKOUT/$APP/fixtures" 2>/dev/null
}

APP_SOURCE=
app_source() {
	if [[ -z $APP_SOURCE ]]; then
		if readable_by_bench; then APP_SOURCE=$CHECKOUT; else APP_SOURCE=$STATE/checkout; fi
	fi
	printf '%s\n' "$APP_SOURCE"
}

sync_copy() {
	local copy=$STATE/checkout
	mkdir -p "$copy"
	rsync -a --delete --exclude=/.git --exclude=__pycache__ --exclude=node_modules --exclude=/test-results \
		--exclude="/$APP/public/dist" --chown="$BENCH_USER:$(id -gn "$BENCH_USER")" --chmod=u+rwX "$CHECKOUT/" "$copy/"
}

# What decides whether a site must migrate: everything the app puts into a site.
app_hash() {
	(
		cd "$CHECKOUT/$APP"
		find . \( -name __pycache__ -o -path ./devtools -o -path ./demo -o -path ./docs -o -path ./public \) -prune -o \
			-type f \( -name '*.json' -o -name '*.py' -o -name '*.txt' -o -name '*.html' -o -name '*.js' -o -name '*.css' -o -name '*.csv' \) \
			-print0 | LC_ALL=C sort -z | xargs -0 sha256sum
	) | sha256sum | cut -c1-32
}

public_hash() {
	(
		cd "$CHECKOUT/$APP"
		find public -path public/dist -prune -o -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0r sha256sum
	) | sha256sum | cut -c1-32
}

built_now() { printf '%s %s\n' "$(app_source)" "$(public_hash)"; }

has_bundles() { find "$CHECKOUT/$APP/public" -path '*/dist' -prune -o -name '*.bundle.*' -print -quit 2>/dev/null | grep -q .; }

note_read() { cat "$STATE/$1" 2>/dev/null || true; }
# shellcheck disable=SC2016
note_write() { as_bench sh -c 'printf "%s\n" "$2" >"$1"' _ "$STATE/$1" "$2"; }

# ---------------------------------------------------------------- the bench

install_cli() {
	as_bench "$PY" -m venv "$CLI"
	as_bench "$CLI/bin/pip" install --quiet --upgrade 'frappe-bench>=5.22,<6'
}

install_yarn() {
	as_bench npm install --global --no-fund --no-audit --prefix "$BENCH_HOME/.local" 'yarn@^1.22'
}

# A bench whose making stopped half-way is recognised by this mark and made again.
init_bench() {
	as_bench mkdir -p "$BENCH"
	as_bench touch "$BENCH/.$APP-unfinished"
	# shellcheck disable=SC2016
	as_bench bash -c 'cd "$1" && shift && exec "$@"' _ "$(dirname "$BENCH")" \
		bench init --ignore-exist --frappe-branch "$BRANCH" --python "$PY" --frappe-path "$FRAPPE_URL" \
		--no-backups --skip-assets "$BENCH"
	pip_install 'setuptools<81'
	conf_set developer_mode 0 background_workers 1 serve_default_site true
	as_bench rm -f "$BENCH/.$APP-unfinished"
}

get_erpnext() {
	if [[ -e $BENCH/apps/erpnext ]]; then
		rm -rf "$BENCH/apps/erpnext" # a clone that stopped half-way
	fi
	in_bench bench get-app --branch "$BRANCH" --skip-assets "$ERPNEXT_URL"
}

pip_install() { # into the bench's own environment
	if in_bench sh -c 'command -v uv' >/dev/null; then
		in_bench uv pip install --quiet --python "$BENCH/env/bin/python" "$@"
	else
		in_bench "$BENCH/env/bin/python" -m pip install --quiet "$@"
	fi
}

has_python() { # are these modules to be found in the bench's environment?
	# shellcheck disable=SC2016
	as_bench sh -c 'cd / && exec "$@"' _ "$BENCH/env/bin/python" -c '
import sys
from importlib.util import find_spec
sys.exit(any(find_spec(name) is None for name in sys.argv[1:]))' "$@" 2>/dev/null
}

link_app() {
	local source
	source=$(app_source)
	as_bench ln -sfnT "$source" "$BENCH/apps/$APP"
	if ! grep -qx "$APP" "$BENCH/sites/apps.txt"; then
		# bench writes the file without a final newline
		as_bench sh -c "tail -c1 '$BENCH/sites/apps.txt' | grep -q . && echo >>'$BENCH/sites/apps.txt'; echo $APP >>'$BENCH/sites/apps.txt'"
	fi
	pip_install --no-deps -e "$BENCH/apps/$APP"
	as_bench mkdir -p "$BENCH/sites/assets"
	as_bench ln -sfnT "$BENCH/apps/$APP/$APP/public" "$BENCH/sites/assets/$APP"
	note_write linked "$source"
}

app_is_linked() {
	[[ $(readlink "$BENCH/apps/$APP") == "$(app_source)" ]] && grep -qx "$APP" "$BENCH/sites/apps.txt" &&
		[[ $(note_read linked) == "$(app_source)" ]] && [[ -L $BENCH/sites/assets/$APP ]]
}

build_all() {
	allow_app_dist
	in_bench bench build --production
	as_bench ln -sfnT "$BENCH/apps/$APP/$APP/public" "$BENCH/sites/assets/$APP"
}

build_app() {
	allow_app_dist
	in_bench bench build --app "$APP" --production
	as_bench ln -sfnT "$BENCH/apps/$APP/$APP/public" "$BENCH/sites/assets/$APP"
	note_write built "$(built_now)"
}

# The build writes into public/dist of the checkout (git-ignored), which may belong to root.
allow_app_dist() {
	if is_root && [[ $(app_source) == "$CHECKOUT" ]]; then
		install -d -o "$BENCH_USER" "$CHECKOUT/$APP/public/dist"
		chown -R "$BENCH_USER" "$CHECKOUT/$APP/public/dist"
	fi
}

conf() { # conf KEY   From the bench's common_site_config.json
	python3 -c 'import json,sys; print(json.load(open(sys.argv[1])).get(sys.argv[2], ""))' \
		"$BENCH/sites/common_site_config.json" "$1"
}

conf_set() { # conf_set KEY JSON [KEY JSON...]
	as_bench python3 - "$BENCH/sites/common_site_config.json" "$@" <<-'PY'
		import json, sys
		path, rest = sys.argv[1], sys.argv[2:]
		old = json.load(open(path))
		new = {**old, **{k: json.loads(v) for k, v in zip(rest[::2], rest[1::2])}}
		if new != old:
		    with open(path, "w") as f:
		        json.dump(new, f, indent=1, sort_keys=True)
	PY
}

ensure_bench() {
	if ! has_bench || ! as_bench sh -c 'command -v bench' >/dev/null; then
		PY=$(find_python) ||
			die "no Python 3.10 to 3.12 with headers and venv that the user $BENCH_USER can run: install python3, python3-dev and python3-venv, or set PYTHON=path."
	fi
	if ! has_bench; then
		if ! as_bench "$CLI/bin/bench" --version >/dev/null 2>&1; then
			step "Installing the bench command for $BENCH_USER" "check that this machine reaches PyPI, then run this again." install_cli
		fi
		if ! as_bench sh -c 'command -v yarn' >/dev/null; then
			step "Installing yarn for $BENCH_USER" "check that this machine reaches the npm registry, then run this again." install_yarn
		fi
		[[ ! -e $BENCH || -e $BENCH/.$APP-unfinished || -z $(ls -A "$BENCH") ]] ||
			die "$BENCH exists and is not a bench: move it away or name another with BENCH=path."
		if [[ -e $BENCH/.$APP-unfinished ]]; then rm -rf "$BENCH"; fi
		step "Making a bench with Frappe in $BENCH" "check the network and run this again, it starts over." init_bench
	fi
	if ! as_bench sh -c 'command -v bench' >/dev/null; then
		step "Installing the bench command for $BENCH_USER" "check that this machine reaches PyPI, then run this again." install_cli
	fi
	take_lock
	if ! { grep -qx erpnext "$BENCH/sites/apps.txt" && has_python erpnext; }; then
		step "Getting ERPNext" "check the network and run this again." get_erpnext
	fi
	if ! has_python pkg_resources; then # Frappe 15 still imports it, and setuptools dropped it
		step "Keeping setuptools below 81 in the bench" "check that this machine reaches PyPI, then run this again." \
			pip_install 'setuptools<81'
	fi
	ensure_link
}

# One run at a time may change the bench.
take_lock() {
	as_bench mkdir -p "$STATE"
	as_bench touch "$STATE/lock"
	exec 9<"$STATE/lock"
	if ! flock -n 9; then
		say "  another run is at work on this bench; waiting for it"
		flock 9
	fi
}

# The bench may have followed another checkout, or may have to follow a copy.
ensure_link() {
	if [[ $(app_source) != "$CHECKOUT" ]]; then
		say "  NOTE: $BENCH_USER may not read $CHECKOUT, so the bench uses a COPY of it in $(app_source):"
		say "        edits reach the bench only when this script runs again."
		step "Copying the checkout" "free disk space, or move the checkout where $BENCH_USER can read it." sync_copy
	fi
	if ! app_is_linked || ! has_python "$APP"; then
		step "Linking $APP into the bench" "see that pyproject.toml of the checkout is whole, then run this again." link_app
	fi
}

has_assets() { grep -qs erpnext "$BENCH/sites/assets/assets.json"; }

# ---------------------------------------------------------------- services

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() { # the first port from $1 on that nobody listens on
	local p=$1
	while port_open "$p"; do p=$((p + 1)); done
	printf '%s\n' "$p"
}

mariadb_up() { mariadb-admin ping --silent >/dev/null 2>&1 || port_open 3306; }

start_mariadb() {
	if has_systemd; then
		as_root systemctl start mariadb
	else
		as_root service mariadb start
		note_write started-mariadb "by this script"
	fi
	local i
	for ((i = 0; i < 60; i++)); do
		if mariadb_up; then return 0; fi
		sleep 1
	done
	return 1
}

DB_ADMIN() { printf 'aso_bench_%s\n' "${BENCH_USER//[^a-zA-Z0-9]/_}"; }

db_admin_works() {
	[[ -f $STATE/mariadb.cnf ]] && as_bench mariadb --defaults-file="$STATE/mariadb.cnf" -e 'select 1' >/dev/null 2>&1
}

db_charset_right() {
	[[ $(as_bench mariadb --defaults-file="$STATE/mariadb.cnf" -N -e 'select @@character_set_server, @@collation_server' 2>/dev/null) == \
		"utf8mb4	utf8mb4_unicode_ci" ]]
}

configure_mariadb() {
	as_root tee /etc/mysql/mariadb.conf.d/60-frappe.cnf >/dev/null <<-'CNF'
		# What Frappe asks of MariaDB: four-byte text with one collation throughout.
		[mysqld]
		character-set-client-handshake = FALSE
		character-set-server = utf8mb4
		collation-server = utf8mb4_unicode_ci

		[mysql]
		default-character-set = utf8mb4
	CNF
	if has_systemd; then as_root systemctl restart mariadb; else as_root service mariadb restart; fi
}

# An account of its own for making site databases; MariaDB's root stays as the distribution set it.
make_db_admin() {
	local user password host
	user=$(DB_ADMIN)
	password=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
	for host in localhost 127.0.0.1; do
		printf "CREATE USER IF NOT EXISTS '%s'@'%s'; ALTER USER '%s'@'%s' IDENTIFIED BY '%s'; GRANT ALL PRIVILEGES ON *.* TO '%s'@'%s' WITH GRANT OPTION;\n" \
			"$user" "$host" "$user" "$host" "$password" "$user" "$host"
	done | as_root mariadb
	# shellcheck disable=SC2016
	printf '[client]\nuser=%s\npassword=%s\nhost=localhost\n' "$user" "$password" |
		as_bench sh -c 'umask 077; rm -f "$1"; cat >"$1"' _ "$STATE/mariadb.cnf"
}

ensure_mariadb() {
	if ! mariadb_up; then
		can_be_root || die "MariaDB is not running and you cannot use sudo to start it: ask for 'service mariadb start'."
		step "Starting MariaDB" "see /var/log/mysql or 'journalctl -u mariadb' for its reason, mend it and run this again." start_mariadb
	fi
	if ! db_admin_works; then
		can_be_root || die "the bench has no MariaDB account yet and you cannot use sudo to make one."
		step "Giving the bench an account in MariaDB" \
			"root must be able to run 'mariadb' without a password (unix_socket, the distribution's default)." make_db_admin
	fi
	if ! db_charset_right; then
		if can_be_root; then
			step "Setting MariaDB to utf8mb4" "see 60-frappe.cnf in /etc/mysql/mariadb.conf.d and MariaDB's log." configure_mariadb
		else
			say "  note: MariaDB's default collation is not utf8mb4_unicode_ci and you cannot use sudo to set it; sites set their own."
		fi
	fi
}

redis_port() { awk '$1 == "port" {print $2}' "$BENCH/config/$1.conf"; }

redis_ours() { # is the instance behind this port the one of this bench?
	redis-cli -p "$(redis_port "$1")" info server 2>/dev/null | tr -d '\r' | grep -qx "config_file:$BENCH/config/$1.conf"
}

# Another bench, or anything else, may hold the ports this bench was born with.
move_redis_ports() {
	local cache queue
	cache=$(redis_port redis_cache) queue=$(redis_port redis_queue)
	if port_open "$cache"; then cache=$(free_port "$((cache + 1))"); fi
	if port_open "$queue"; then queue=$(free_port "$((queue + 1))"); fi
	conf_set redis_cache "\"redis://127.0.0.1:$cache\"" redis_socketio "\"redis://127.0.0.1:$cache\"" \
		redis_queue "\"redis://127.0.0.1:$queue\""
	in_bench bench setup redis
}

start_redis() {
	local name i
	for name in redis_cache redis_queue; do
		redis_ours "$name" && continue
		in_bench redis-server "$BENCH/config/$name.conf" --daemonize yes --logfile "$BENCH/logs/$name.log"
		for ((i = 0; i < 50; i++)); do
			if redis_ours "$name"; then continue 2; fi
			sleep 0.2
		done
		return 1
	done
}

ensure_redis() {
	local taken=
	for name in redis_cache redis_queue; do
		if port_open "$(redis_port "$name")" && ! redis_ours "$name"; then taken=yes; fi
	done
	if [[ $taken ]]; then
		stop_redis
		step "Moving this bench's Redis to free ports" "see which program holds ports 11000 and 13000." move_redis_ports
	fi
	if ! { redis_ours redis_cache && redis_ours redis_queue; }; then
		step "Starting the bench's two Redis instances" "see $BENCH/logs/redis_cache.log and redis_queue.log." start_redis
	fi
}

stop_redis() {
	local name
	for name in redis_cache redis_queue; do
		if redis_ours "$name"; then redis-cli -p "$(redis_port "$name")" shutdown nosave >/dev/null 2>&1 || true; fi
	done
}

ensure_services() {
	ensure_mariadb
	ensure_redis
}

# Long-running processes of the bench. A pid counts only while its process works in this bench.
pid_of() {
	local pid
	pid=$(note_read "$1.pid")
	if [[ -n $pid && $(as_bench readlink "/proc/$pid/cwd" 2>/dev/null) == "$BENCH"* ]]; then printf '%s\n' "$pid"; else return 1; fi
}

launch() { # launch NAME COMMAND...
	local name=$1
	shift
	# shellcheck disable=SC2016
	as_bench DEV_SERVER=1 bash -c '
		cd "$1/sites"; pid=$2 log=$3; shift 3
		setsid "$@" >>"$log" 2>&1 </dev/null &
		echo $! >"$pid"' _ "$BENCH" "$STATE/$name.pid" "$BENCH/logs/$name.log" "$@"
}

alive() { grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$1/status"; } # a zombie has ended, too

halt() { # halt NAME...   All at once, and those that do not go within 15 seconds are made to
	local name pid pids=() i
	for name in "$@"; do
		if pid=$(pid_of "$name"); then
			pids+=("$pid")
			as_bench kill -TERM -- "-$pid" 2>/dev/null || true
		fi
		as_bench rm -f "$STATE/$name.pid"
	done
	for pid in ${pids[@]+"${pids[@]}"}; do
		for ((i = 0; i < 150; i++)); do
			alive "$pid" || break
			sleep 0.1
		done
		as_bench kill -KILL -- "-$pid" 2>/dev/null || true
	done
}

web_answers() { # web_answers PORT SITE
	python3 - "$1" "$2" <<-'PY'
		import sys, urllib.request
		port, site = sys.argv[1:]
		request = urllib.request.Request(f"http://127.0.0.1:{port}/api/method/ping", headers={"Host": site})
		try:
		    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
		        sys.exit(b"pong" not in answer.read())
		except OSError:
		    sys.exit(1)
	PY
}

launch_web() { # launch_web NAME PORT   Desk, API, assets and files, for every site of the bench
	local bind=(--bind "127.0.0.1:$2")
	# names under .localhost may resolve to ::1 first
	if [[ -e /proc/net/if_inet6 ]] && grep -q '^0*1 ' /proc/net/if_inet6; then bind+=(--bind "[::1]:$2"); fi
	launch "$1" "$BENCH/env/bin/gunicorn" "${bind[@]}" --workers 2 --worker-class gthread --threads 4 --timeout 300 \
		--graceful-timeout 2 --preload 'frappe.app:application_with_statics()'
	local i
	for ((i = 0; i < 60; i++)); do
		if web_answers "$2" "$SITE"; then return 0; fi
		pid_of "$1" >/dev/null || break
		sleep 0.5
	done
	tail -n 30 "$BENCH/logs/$1.log"
	return 1
}

start_all() {
	local port
	if ! pid_of web >/dev/null; then
		port=$(free_port "$(conf webserver_port)")
		note_write web.port "$port"
		site_py set-url "$SITE" "http://$SITE:$port"
		launch_web web "$port"
	fi
	pid_of worker >/dev/null || launch worker "$BENCH/env/bin/python" -m frappe.utils.bench_helper frappe worker --queue short,default,long
	pid_of schedule >/dev/null || launch schedule "$BENCH/env/bin/python" -m frappe.utils.bench_helper frappe schedule
	if ! pid_of socketio >/dev/null; then
		port=$(free_port "$(conf socketio_port)")
		conf_set socketio_port "$port"
		launch socketio node "$BENCH/apps/frappe/socketio.js"
	fi
	note_write running "$(app_source) $(app_hash)"
}

cmd_start() {
	need_bench
	ensure_services
	if pid_of web >/dev/null && [[ $(note_read running) != "$(app_source) $(app_hash)" ]]; then
		step "Stopping the servers, which run older code" "see $BENCH/logs." halt_all
	fi
	step "Starting the web server, workers and realtime" "see $BENCH/logs/web.log, worker.log and socketio.log." start_all
	say "  $SITE answers on http://$SITE:$(note_read web.port)"
}

halt_all() {
	halt web worker schedule socketio
	as_bench rm -f "$STATE/running"
}

cmd_stop() {
	need_bench
	step "Stopping the web server, workers and realtime" "see $BENCH/logs." halt_all
	step "Stopping the bench's Redis" "see $BENCH/logs." stop_redis
	if [[ -f $STATE/started-mariadb ]] && ! has_systemd && can_be_root; then
		step "Stopping MariaDB, which this script had started" "see /var/log/mysql." as_root service mariadb stop
		as_bench rm -f "$STATE/started-mariadb"
	fi
}

# ---------------------------------------------------------------- sites

# Site status, one line: <exists> <erpnext> <wizard> <app>, each yes or no
site_status() { site_py status "$1" 2>>"$LOG"; }

ensure_site() { # ensure_site NAME
	local site=$1 status
	status=$(site_status "$site") || die "cannot look into the site $site: see $LOG; 'make start' starts the services it needs."
	if [[ $status == no* ]]; then
		if [[ -n $(site_py base) ]]; then
			step "Making the site $site from the kept copy" "see the message above; drop the site's folder to start over." site_py create "$site"
		else
			step "Making the site $site with ERPNext, set up" "see the message above; drop the site's folder to start over." site_py create "$site"
		fi
		status=$(site_status "$site")
	fi
	if [[ $status == "yes no"* || $status == "yes yes no"* ]]; then
		step "Finishing ERPNext's set-up on $site" "see the message above." site_py finish "$site"
		status=$(site_status "$site")
	fi
	if [[ $status == *no ]]; then
		step "Installing $APP on $site" "mend the app's error shown above and run this again." \
			in_bench bench --site "$site" install-app "$APP" --force
		record_migrated "$site"
	elif [[ $(migrated "$site") != "$(app_hash)" ]]; then
		step "Migrating $site to this version of $APP" "mend the app's error shown above and run this again." \
			in_bench bench --site "$site" migrate --skip-search-index
		record_migrated "$site"
	fi
}

migrated() { cat "$BENCH/sites/$1/.$APP-migrated" 2>/dev/null || true; }
# shellcheck disable=SC2016
record_migrated() { as_bench sh -c 'printf "%s\n" "$2" >"$1"' _ "$BENCH/sites/$1/.$APP-migrated" "$(app_hash)"; }

ensure_app_build() {
	# the built files lie in the checkout, so another checkout may not have them
	if has_bundles && [[ $(note_read built) != "$(built_now)" || ! -d $(app_source)/$APP/public/dist ]]; then
		step "Building the assets of $APP" "mend the bundle named above and run this again." build_app
	fi
}

need_bench() {
	has_bench || die "there is no bench in $BENCH: run 'make bench', or name one with BENCH=path."
	take_lock
	ensure_link
}

ensure_ready() { # everything but the site
	check_system
	ensure_bench
	ensure_services
}

cmd_up() {
	say "Bench $BENCH (user $BENCH_USER), site $SITE, app from $CHECKOUT"
	ensure_ready
	# Assets and the site take about as long as each other and do not need each other.
	local building=
	if ! has_assets; then
		build_all >>"$LOG.build" 2>&1 </dev/null 9<&- &
		building=$!
	fi
	ensure_site "$SITE"
	if [[ $(conf default_site) == "" ]]; then conf_set default_site "\"$SITE\""; fi
	if [[ $building ]]; then
		wait "$building" || true # the step below tells how it went
		step "Building the assets of Frappe and ERPNext" \
			"see $LOG.build; free memory if it was killed, then run this again." has_assets
		note_write built "$(built_now)"
	fi
	ensure_app_build
	say "Ready. 'make demo' fills and opens the site, 'make test' runs the tests."
}

cmd_demo() {
	cmd_up
	if site_py has aso_network.demo.story >/dev/null 2>&1; then
		step "Loading the demonstration" "mend the error shown above and run this again." \
			in_bench bench --site "$SITE" execute aso_network.demo.story.load
	else
		say "  note: this version of $APP has no demonstration data; the site stays empty."
	fi
	cmd_start
	say
	site_py logins "$SITE" "http://$SITE:$(note_read web.port)"
}

cmd_demo_remove() {
	need_bench
	ensure_services
	step "Removing the demonstration from $SITE" "mend the error shown above and run this again." \
		in_bench bench --site "$SITE" execute aso_network.demo.story.remove
}

cmd_clone_site() {
	[[ $# -eq 2 ]] || die "usage: bench.sh clone-site SOURCE TARGET"
	need_bench
	ensure_services
	step "Copying the site $1 to $2" "the target must not exist yet; see the message above." site_py clone "$1" "$2"
}

cmd_drop_site() {
	[[ $# -eq 1 ]] || die "usage: bench.sh drop-site SITE"
	need_bench
	ensure_services
	step "Dropping the site $1" "see the message above." site_py drop "$1"
}

# ---------------------------------------------------------------- tests

# pytest and what drives the browser, as pyproject.toml lists them for testing
ensure_test_tools() {
	if ! has_python pytest playwright; then
		local wanted
		mapfile -t wanted < <(as_bench "$BENCH/env/bin/python" -c '
import sys
try:
    import tomllib
except ImportError:
    import tomli as tomllib
project = tomllib.load(open(sys.argv[1], "rb"))["project"]
print(*project["optional-dependencies"]["test"], sep="\n")' "$(app_source)/pyproject.toml")
		step "Installing the test tools into the bench" "check that this machine reaches PyPI, then run this again." \
			pip_install "${wanted[@]}"
	fi
}

cmd_test_site() {
	need_bench
	ensure_services
	ensure_test_tools
	has_python erpnext || die "the bench in $BENCH has no ERPNext: run 'make bench' with the same BENCH."
	ensure_site "$TEST_SITE"
}

# A copy of the test site, fresh for each run, served on a port of its own.
cmd_browser_start() {
	local port site=$1
	cmd_test_site
	has_assets || die "the bench has no built assets: run 'make bench'."
	ensure_app_build
	browser_halt
	if [[ -d $BENCH/sites/$site ]]; then
		step "Dropping the last run's $site" "see the message above." site_py drop "$site"
	fi
	step "Copying $TEST_SITE to $site" "see the message above." site_py clone "$TEST_SITE" "$site"
	port=$(free_port 8100)
	SITE=$site
	site_py set-url "$site" "http://$site:$port"
	step "Serving $site on port $port" "see $BENCH/logs/browser-web.log." browser_launch "$port"
	note_write browser.url "http://$site:$port"
}

browser_launch() {
	launch_web browser-web "$1"
	launch browser-worker "$BENCH/env/bin/python" -m frappe.utils.bench_helper frappe worker --queue short,default,long
	pid_of socketio >/dev/null || port_open "$(conf socketio_port)" || launch browser-socketio node "$BENCH/apps/frappe/socketio.js"
}

browser_halt() {
	halt browser-web browser-worker browser-socketio
}

cmd_help() {
	cat <<-TEXT
		bench.sh up                  packages, bench, services, site (make bench)
		bench.sh demo | demo-remove  fill the site and serve it | take the demonstration out
		bench.sh start | stop        web server, workers, realtime, Redis (and MariaDB where there is no systemd)
		bench.sh services            only MariaDB and Redis
		bench.sh site NAME           make or bring up to date another site with ERPNext and the app
		bench.sh clone-site SRC DST  copy a site with its database
		bench.sh drop-site NAME      drop a site and its database
		bench.sh run ARGS...         a bench command as the bench's user, e.g. run --site $SITE console
		bench.sh exec COMMAND...     any command as the bench's user, in the bench's folder
		bench.sh where               the paths in use
		Variables: BENCH=path SITE=name BENCH_USER=name (root only) PYTHON=path CHROMIUM=path
	TEXT
}

main() {
	local command=${1:-help}
	shift || true
	find_bench_user
	case $command in
	help | -h | --help) cmd_help && return ;;
	where)
		printf 'BENCH=%s\nBENCH_USER=%s\nBENCH_HOME=%s\nSITE=%s\nTEST_SITE=%s\nCHECKOUT=%s\nBROWSER=%s\n' "$BENCH" "$BENCH_USER" \
			"$BENCH_HOME" "$SITE" "$TEST_SITE" "$CHECKOUT" "$(find_browser || true)"
		if has_bench; then
			printf 'HAS_BENCH=yes\nSOURCE=%s\n' "$(app_source)"
		else
			printf 'HAS_BENCH=no\n'
		fi
		return
		;;
	run)
		has_bench || die "there is no bench in $BENCH: run 'make bench', or name one with BENCH=path."
		in_bench bench "$@"
		return
		;;
	exec)
		has_bench || die "there is no bench in $BENCH: run 'make bench', or name one with BENCH=path."
		in_bench "$@"
		return
		;;
	esac
	open_log "$command" "$@"
	case $command in
	up | demo | demo-remove | start | stop | clone-site | drop-site) "cmd_${command//-/_}" "$@" ;;
	services)
		need_bench
		ensure_services
		;;
	site)
		[[ $# -eq 1 ]] || die "usage: bench.sh site NAME"
		ensure_ready
		ensure_site "$1"
		;;
	# those below are test.py's
	test-tools)
		need_bench
		ensure_services
		ensure_test_tools
		;;
	test-site) cmd_test_site ;;
	browser-start) cmd_browser_start "aso-browser.localhost" ;;
	browser-stop)
		if has_bench; then browser_halt; fi
		;;
	*) die "unknown command '$command'; 'bench.sh help' lists them." ;;
	esac
}

main "$@"
