# shellcheck shell=bash
# MariaDB, Redis, web server, workers and realtime, with systemd or without.
# Part of bench.sh, which reads it.

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
