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
SECOND_TEST_SITE=second-$TEST_SITE # for the other half of the tests, at the same time

# shellcheck source=base.sh
source "$HERE/base.sh"
# shellcheck source=install.sh
source "$HERE/install.sh"
# shellcheck source=services.sh
source "$HERE/services.sh"

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
	[[ -d $BENCH/sites/$SITE ]] || die "there is no site $SITE to take a demonstration out of."
	ensure_site "$SITE" # what is to be removed is named by this version of the app
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
	if ! has_python pytest xdist playwright axe_playwright_python icalendar; then
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
	if (($(nproc) > 1)); then
		ensure_site "$SECOND_TEST_SITE"
	fi
}

# Copies of the test site, fresh for each run, served on a port of their own.
cmd_browser_start() {
	local port site
	cmd_test_site
	has_assets || die "the bench has no built assets: run 'make bench'."
	ensure_app_build
	browser_halt
	port=$(free_port 8100)
	for site; do
		if [[ -d $BENCH/sites/$site ]]; then
			step "Dropping the last run's $site" "see the message above." site_py drop "$site"
		fi
		step "Copying $TEST_SITE to $site" "see the message above." site_py clone "$TEST_SITE" "$site"
		site_py set-url "$site" "http://$site:$port"
	done
	SITE=$1
	step "Serving on port $port" "see $BENCH/logs/browser-web.log." browser_launch "$port"
	note_write browser.port "$port"
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
		printf 'BENCH=%s\nBENCH_USER=%s\nBENCH_HOME=%s\nSITE=%s\nTEST_SITE=%s\nSECOND_TEST_SITE=%s\n' "$BENCH" \
			"$BENCH_USER" "$BENCH_HOME" "$SITE" "$TEST_SITE" "$SECOND_TEST_SITE"
		printf 'CHECKOUT=%s\nBROWSER=%s\n' "$CHECKOUT" "$(find_browser || true)"
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
	browser-start) cmd_browser_start "$@" ;;
	browser-stop)
		if has_bench; then browser_halt; fi
		;;
	*) die "unknown command '$command'; 'bench.sh help' lists them." ;;
	esac
}

main "$@"
