# shellcheck shell=bash
# Packages of the distribution, and the bench with Frappe, ERPNext and a link to this checkout.
# Part of bench.sh, which reads it.

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
	pip_install -e "$BENCH/apps/$APP"
	as_bench mkdir -p "$BENCH/sites/assets"
	as_bench ln -sfnT "$BENCH/apps/$APP/$APP/public" "$BENCH/sites/assets/$APP"
	note_write linked "$source"
}

app_is_linked() {
	[[ $(readlink "$BENCH/apps/$APP") == "$(app_source)" ]] && grep -qx "$APP" "$BENCH/sites/apps.txt" &&
		[[ $(note_read linked) == "$(app_source)" ]] && [[ -L $BENCH/sites/assets/$APP ]] &&
		has_python pyhpke shamir_mnemonic
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
