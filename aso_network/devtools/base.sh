# shellcheck shell=bash
# What every step uses: saying what is done, and doing it as the right user in the right place.
# Part of bench.sh, which reads it.

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
		"$BENCH/env/bin/python" -W ignore "$(app_source)/$APP/devtools/site.py" "$@"
}

has_bench() { [[ -x $BENCH/env/bin/python && -d $BENCH/apps/frappe/frappe && -d $BENCH/sites ]]; }
has_systemd() { [[ -d /run/systemd/system ]]; }

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
